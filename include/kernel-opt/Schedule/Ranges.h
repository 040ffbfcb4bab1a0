//===- Ranges.h - Bounds and divisors of index values -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_RANGES_H
#define KERNEL_OPT_SCHEDULE_RANGES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/Value.h"

namespace kernel_opt::schedule {

/// All values that a number may take lie in [low, high].
struct IndexRange {
  int64_t low, high;
};

/// What a kernel's index value can be: constants, ids of a launch whose size is
/// known, loops with constant bounds, and affine functions of these.
IndexRange rangeOf(Value value);
/// A number that always divides the value.
int64_t divisorOf(Value value);

/// The same of an affine expression, its dimensions running over a tile of
/// `shape`.
IndexRange rangeOf(AffineExpr expr, ArrayRef<int64_t> shape,
                   ValueRange symbols);
/// ... with dimensions that are multiples of `dimDivisors`.
int64_t divisorOf(AffineExpr expr, ArrayRef<int64_t> dimDivisors,
                  ValueRange symbols);

/// The greatest value of `expr` over a tile, over symbols alone; null if some
/// dimension's coefficient is not constant.
AffineExpr greatestOver(AffineExpr expr, ArrayRef<int64_t> shape,
                        unsigned numSymbols);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_RANGES_H
