//===- TensorCores.h - Products on tensor cores -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How a product of tiles comes to Hopper's tensor cores; docs/TensorCores.md
// says why it is done so.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_TENSORCORES_H
#define KERNEL_OPT_SCHEDULE_TENSORCORES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// How the loop over K runs.
struct PipelineOptions {
  /// Steps of K that shared memory holds at a time.
  int64_t depth = 4;
  /// A further warpgroup loads; the others only multiply.
  bool producer = false;
  /// The sums of each step leave the tensor core and are added in f32.
  bool promote = false;
  /// Threads bring operands to shared memory, by way of their registers,
  /// instead of the tensor memory accelerator: whatever can be a tile can be
  /// multiplied.
  bool byThreads = false;
  /// f32 operands are split into three bf16 parts, of whose products the six
  /// largest are summed, small ones first. Asks for `byThreads` and `promote`.
  bool split = false;
  /// Of a loop that carries more than sums: the last product of a step runs
  /// beside the first ones of the next step.
  bool overlap = false;
  /// Fewer blocks than this leave too much of a chip idle for large tiles.
  int64_t leastBlocks = 1;
};

/// Number of threads that hold tiles, where that is not the whole block: a
/// warpgroup that only loads comes after them.
inline constexpr llvm::StringLiteral kTileThreadsAttrName = "kopt.tile_threads";
/// Stands on the `scf.if` whose other branch those threads take.
inline constexpr llvm::StringLiteral kRolesAttrName = "kopt.roles";

/// Threads of the block that hold tiles; 0 if the block's size is not known.
int64_t tileThreads(mlir::gpu::GPUFuncOp func);

/// Copy of the kernel's contract, where it is not the default one.
inline constexpr llvm::StringLiteral kProgramContractAttrName = "kopt.contract";

/// Whether products stand in a loop that carries more than their sum.
bool carriesState(mlir::gpu::GPUFuncOp func);

/// Makes of the one loop over K in a tile program, whose products are of tiles
/// that come straight from memory, a pipeline: the tensor memory accelerator
/// fills swizzled buffers, `depth` steps ahead, and wgmma sums in registers,
/// which then are a tile again. Where the loop carries a state, too, all products
/// in it are made so, and left factors may be computed. Fails with a diagnostic that says what does not
/// fit: element types, layouts in memory that the accelerator cannot take,
/// sizes.
llvm::LogicalResult pipelineProducts(mlir::gpu::GPUFuncOp func,
                                     const PipelineOptions &options);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_TENSORCORES_H
