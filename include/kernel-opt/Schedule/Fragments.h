//===- Fragments.h - Layouts that matrix units ask for ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one table of register layouts of matrix instructions (PTX ISA, "Matrix
// fragments for mma.m16n8k*") in the form of linear layouts. The interpreter
// states them for itself, so that a misreading here shows as a wrong result.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_FRAGMENTS_H
#define KERNEL_OPT_SCHEDULE_FRAGMENTS_H

#include "kernel-opt/Dialect/KTile/KTileOps.h"

namespace kernel_opt::schedule {

/// Rows and columns of one mma.sync, and its depth for 16-bit operands.
inline constexpr int64_t mmaRows = 16, mmaColumns = 8, mmaDepth = 16;

/// The accumulator of an MxN product by mma.sync (M at least 16, N at least 8,
/// powers of two). Each warp holds one rectangle; with `rowsOnly`, whole rows,
/// so that reductions along them stay inside a warp and the result can be the
/// left operand of a further product. Warps that find no work replicate.
ktile::LinearLayout mmaAccumulator(int64_t m, int64_t n, int64_t warps,
                                   bool rowsOnly);

/// The left operand (MxK, 16 bits an element) in registers that goes with an
/// accumulator of `mmaAccumulator`. Equal to the accumulator of an MxK product
/// whose warps hold whole rows.
ktile::LinearLayout mmaLeftOperand(const ktile::LinearLayout &accumulator,
                                   int64_t k);

/// For each lane and warp the element (row, k) of an MxK matrix that it names
/// in a `kgpu.load_matrix` of one left fragment (four 8x8 matrices): of the
/// stored row, which is one of K where `transposed`.
ktile::LinearLayout mmaLeftAddresses(const ktile::LinearLayout &accumulator,
                                     bool transposed);

/// The same for `fragments` (1 or 2) right fragments side by side, as (k,
/// column); `transposed` says that stored rows are columns of the matrix.
ktile::LinearLayout mmaRightAddresses(const ktile::LinearLayout &accumulator,
                                      bool transposed, unsigned fragments);

/// Who holds what of an M x N sum that `groups` warpgroups make with wgmma,
/// each the rows that follow those of the group before. (PTX ISA, "Register
/// fragments for wgmma.mma_async.m64nNk*": D.) M over `groups` is 64 times a
/// power of two, N at least 8.
ktile::LinearLayout wgmmaAccumulator(int64_t m, int64_t n, int64_t groups);

/// Whether a product of this unit wants each warp to hold whole rows: its left
/// operand stays in registers, or its result is reduced along rows or becomes
/// the left operand of another one.
bool wantsWholeRows(ktile::DotOp dot);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_FRAGMENTS_H
