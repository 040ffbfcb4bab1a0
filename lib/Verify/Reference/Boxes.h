//===- Boxes.h - Boxes of index spaces ---------------------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_REFERENCE_BOXES_H
#define KERNEL_OPT_LIB_VERIFY_REFERENCE_BOXES_H

#include "kernel-opt/Verify/Reference.h"
#include "mlir/IR/AffineMap.h"

namespace kernel_opt::verify {

/// Row-major strides.
SmallVector<int64_t> getStrides(ArrayRef<int64_t> sizes);

/// The smallest box that holds the values of `map` over `points` (a box of its
/// dimensions; no symbols). Exact for affine results; div and mod are bounded.
Box imageOf(AffineMap map, const Box &points);

/// Calls `fn` with parts of `box` of at most `limit` points (one point at
/// least), in row-major order, each contiguous in that order.
LogicalResult forEachPart(const Box &box, int64_t limit,
                          function_ref<LogicalResult(const Box &)> fn);

/// Calls `fn(index)` for every point in row-major order; stops at failure.
LogicalResult forEachPoint(const Box &box,
                           function_ref<LogicalResult(ArrayRef<int64_t>)> fn);

/// Collects, for every point of `points`, the value of `tile` at map(point).
/// The points are visited with the dimensions `order` (outermost first) running
/// and all others at their offset.
void gather(const Domain &domain, const Tile &tile, AffineMap map,
            const Box &points, ArrayRef<unsigned> order, Column &out);

/// Copies a box out of a tile that contains it.
Tile extractBox(const Domain &domain, const Tile &tile, const Box &box);

/// Copies `count` values.
void copyValues(const Domain &domain, const Column &from, size_t fromIndex,
                Column &to, size_t toIndex, size_t count);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_REFERENCE_BOXES_H
