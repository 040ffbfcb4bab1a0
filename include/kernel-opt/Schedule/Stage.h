//===- Stage.h - Staging through shared memory ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_STAGE_H
#define KERNEL_OPT_SCHEDULE_STAGE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// On an exponential whose values are weights of rows: none exceeds one, and
/// each row has one that is one.
inline constexpr llvm::StringLiteral kRowWeightsAttrName = "ktile.row_weights";

/// Lets products read their operands from shared memory. Gives the number of
/// products changed.
unsigned stageProducts(gpu::GPUFuncOp func);

/// The same for warps that multiply by `mma`: buffers of 16-bit elements in the
/// order of global memory, left operands that come from another product left in
/// registers. Returns the number of products; fails with a diagnostic if one is
/// not for this unit.
FailureOr<unsigned> stageForMma(gpu::GPUFuncOp func);

/// Lets loops bring what they stage `stages` - 1 rounds ahead, by asynchronous
/// copies into as many buffers: those loops in which all that is staged before
/// the first product comes straight from global memory, at least 4 bytes side by
/// side. Others stay as they are. Gives the number of loops changed.
unsigned prefetchStaged(gpu::GPUFuncOp func, int64_t stages);

/// Gives the steps of a loop in which masks that compare coordinates hold for
/// whole tiles, up to the first in which they may not, a loop of their own
/// without these masks. Gives the number of loops cut in two.
unsigned peelMasks(gpu::GPUFuncOp func);

/// Makes exponentials of f32 tiles powers of two, log2(e) joining a literal that
/// says what it stands for or a row's number where there is one. Gives their
/// number.
unsigned rebaseExponentials(gpu::GPUFuncOp func);

/// Divisions of tiles by what repeats along them (a row's sum) become products
/// with its inverse; gives their number.
unsigned invertDivisors(gpu::GPUFuncOp func);

/// Computes long vectors of a distributed program part after part where only
/// parts of them are used in their block, by stores: fewer values are alive at
/// a time.
void computeInParts(gpu::GPUFuncOp func);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_STAGE_H
