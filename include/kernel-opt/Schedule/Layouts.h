//===- Layouts.h - Who holds which element of a tile program ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_LAYOUTS_H
#define KERNEL_OPT_SCHEDULE_LAYOUTS_H

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// How a tile lies in memory: what the widest access of a thread can be.
struct AccessShape {
  SmallVector<int64_t> order; ///< tile dimensions, the closest in memory first
  int64_t vector = 1;         ///< elements of one access along order[0]
};

/// Looks at a memory access of a tile of `shape` through `map`. Vectors are at
/// most 16 bytes, aligned, and never run over the end of a row.
AccessShape accessShape(MemRefType memref, AffineMap map, ValueRange symbols,
                        ArrayRef<int64_t> shape);

/// Gives every tile of the program a layout: loads and stores first, the
/// largest ones setting the layouts of what is computed from them; conversions
/// where two wishes meet. Threads are those of `known_block_size`.
LogicalResult assignLayouts(gpu::GPUFuncOp func);

/// The accumulator's layout for a product of an MxN tile by scalar FMAs: each
/// thread holds a near-square patch, in vectors of four along both dimensions.
ktile::LinearLayout fmaLayout(int64_t m, int64_t n, int64_t warps);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_LAYOUTS_H
