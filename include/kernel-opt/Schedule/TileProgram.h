//===- TileProgram.h - From structured ops to a tile program ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_TILEPROGRAM_H
#define KERNEL_OPT_SCHEDULE_TILEPROGRAM_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/Builders.h"

namespace kernel_opt::schedule {

/// How a kernel's work is cut. Lists of dimensions are those of the first
/// result's last ones, in order; all results must have one shape. A dimension
/// along which the kernel reduces belongs to a block whole, whatever is asked.
struct TileOptions {
  /// Elements of each result dimension that one block computes; 0 is all,
  /// missing ones are 1. Without any: one tile.
  SmallVector<int64_t> block;
  /// Elements of each result dimension in one tile, powers of two; a block
  /// loops where its share is larger. Missing ones: the share itself.
  SmallVector<int64_t> tile;
  /// Elements of a tile where neither list says more: filled up from the last
  /// dimension on.
  int64_t elements = 4096;
  /// Elements of the first result dimension that one block computes, as one
  /// tile; 0: cut like the others. What the rows of a block read in common is
  /// then read once.
  int64_t leading = 0;
  /// Elements that one step of a reduction takes, a power of two, for each
  /// reduction in program order; the last one counts for those after it.
  /// Without any: what a tile has left of `elements`. Along dimensions that the
  /// result has, too, steps are as large as the result's tiles.
  SmallVector<int64_t> reduction;
  /// Elements of blocks and tiles along both the dimension of the result's
  /// neighbours in memory and those of its inputs' neighbours, 1 along all
  /// others; 0: cut as the lists say.
  int64_t transposed = 0;
  /// Cuts the dimensions along which windows move as one, in row-major order,
  /// so that a product of windows has rows and columns; `block` and `tile` then
  /// have one number for all of them.
  bool positions = false;
  /// Warps of a block.
  int64_t warps = 4;
  /// Rows of blocks (along the dimension before the last) that neighbouring
  /// blocks go through before they take the next column, so that they share
  /// operands in the cache; the largest divisor of the number of rows counts.
  int64_t raster = 1;
  /// Blocks run from the last rows (along the fastest dimension that is cut)
  /// to the first: where later rows are more work, the largest shares begin
  /// first and small ones fill the end.
  bool descending = false;
  /// All blocks run from the last to the first, along every dimension: what an
  /// earlier kernel, that ran in order, touched last is still in the cache.
  bool reversed = false;
  /// Neighbouring blocks go through the first dimension before they take the
  /// next place along the others; not with `raster`.
  bool interleaved = false;
  /// Reductions along one axis that depend on each other are carried by one
  /// loop, where what they owe to each other can be taken back.
  bool online = false;
  /// Blocks of a cluster (1, 2, 4, 8 or 16), which share each tile: what is
  /// said of a block's part above is then said of a cluster's.
  int64_t cluster = 1;
};

/// Makes the tile program that computes `results`, values of `body`, whose
/// arguments become the kernel's inputs: a `gpu.func @name` at the builder's
/// insertion point, with one memref per input and, after them, per result.
/// Fails with a diagnostic at the op that cannot be tiled.
FailureOr<gpu::GPUFuncOp> buildTileProgram(OpBuilder &builder, StringRef name,
                                           Block &body, ValueRange results,
                                           const TileOptions &options);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_TILEPROGRAM_H
