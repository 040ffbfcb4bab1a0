//===- Reductions.h - Reductions that several lowerings use -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_REDUCTIONS_H
#define KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_REDUCTIONS_H

#include "Lowering.h"

namespace kernel_opt {

/// The map of a tensor that lacks `dims`, in a space of `loops` dimensions.
AffineMap mapWithout(Lowering &l, ArrayRef<int64_t> dims, unsigned loops);

/// The number of elements of `tensor` along `dims`, as an element of `type`.
Value sizeOver(Lowering &l, Value tensor, ArrayRef<int64_t> dims, Type type);

/// Mean of `input` over `dims`, which are dropped, in the type `compute`.
Value meanOver(Lowering &l, Value input, ArrayRef<int64_t> dims, Type compute);

/// Sum over `dims` of the squared differences of `input` from `mean`.
Value squaresAround(Lowering &l, Value input, Value mean,
                    ArrayRef<int64_t> dims, Type compute);

/// `reduced` with ones in the places of `dims` if `keepdim` says so.
Value restoreDims(Lowering &l, Value reduced, ArrayRef<int64_t> dims,
                  bool keepdim);

/// exp(input - offset), where `offset` lacks `dims`.
Value expOfDifference(Lowering &l, Value input, Value offset,
                      ArrayRef<int64_t> dims, Type compute);

/// softmax of `input` along `dims`, in the type `compute`. With `safe`, rows
/// of -Inf alone give zeros instead of NaN.
Value softmaxOver(Lowering &l, Value input, ArrayRef<int64_t> dims,
                  Type compute, Type element, bool safe = false);

/// log_softmax of `input` along `dim`.
Value logSoftmaxOver(Lowering &l, Value input, ArrayRef<int64_t> dims,
                     Type compute, Type element);

/// The better of two (value, index) pairs, and its index.
SmallVector<Value> combineExtreme(Scalars &s, bool greatest, Value x,
                                  Value index, Value best, Value bestIndex);

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_REDUCTIONS_H
