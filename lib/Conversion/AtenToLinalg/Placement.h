//===- Placement.h - Elements in other places -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_PLACEMENT_H
#define KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_PLACEMENT_H

#include "Lowering.h"

namespace kernel_opt {

/// The place in a tensor that is read for a point of the loops, given that
/// point's indices.
using PlaceOf =
    llvm::function_ref<SmallVector<Value>(Scalars &, ArrayRef<Value>)>;

/// A tensor of sizes `sizes` whose elements are read from `tensor` at computed
/// places, by tensor.extract: for places that no affine map with ascending
/// indices describes.
Value gathered(Lowering &l, Value tensor, ArrayRef<OpFoldResult> sizes,
               PlaceOf placeOf);

/// `tensor` with dimensions `dims` reversed.
Value flipped(Lowering &l, Value tensor, ArrayRef<int64_t> dims);

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_PLACEMENT_H
