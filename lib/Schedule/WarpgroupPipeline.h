//===- WarpgroupPipeline.h - Who multiplies and who loads -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_WARPGROUPPIPELINE_H
#define KERNEL_OPT_LIB_SCHEDULE_WARPGROUPPIPELINE_H

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/TensorCores.h"

namespace kernel_opt::schedule {
using namespace mlir;

/// What pipelines of wgmma products have in common: warpgroups that share the
/// rows of a tile, stages of shared memory with a full and an empty mbarrier
/// each, and, where there is a producer, one more warpgroup that loads.
class WarpgroupPipeline {
protected:
  static constexpr int64_t warpgroup = 128; ///< threads

  WarpgroupPipeline(gpu::GPUFuncOp func, const PipelineOptions &options,
                    Location loc)
      : func(func), options(options), loc(loc) {}

  /// Finds `groups` and `rows`, the share of each of them in a tile of `m`
  /// rows; fails if target, grid or threads do not fit.
  LogicalResult findWarpgroups(int64_t m);

  Value constant(OpBuilder &b, int64_t value);
  /// Where step number `step` lies.
  Value stageOf(OpBuilder &b, Value step);
  /// Whether a step's round through the stages is an odd one (or an even one).
  Value parityOf(OpBuilder &b, Value step, bool even);
  /// Whoever fills `stage` next may do so as far as this warp is concerned.
  void release(OpBuilder &b, Value empty, Value stage);

  /// Where what one thread alone does goes.
  OpBuilder onThread(OpBuilder &b, int64_t number);
  /// The number of the thread that loads for all: of the producer's warpgroup.
  int64_t loadingThread() const { return groups * warpgroup; }
  /// Registers of a thread that loads, and of one of two warpgroups that
  /// multiply.
  struct Registers {
    int64_t loading, multiplying;
  };
  /// Opens the branches of both roles: `produce` fills that of the producer,
  /// and all that follows in the block goes to those who multiply.
  void splitRoles(OpBuilder &b, Registers registers,
                  function_ref<void(OpBuilder &)> produce);
  /// The number of the thread's warpgroup, where there are several.
  void numberWarpgroups(OpBuilder &b);
  /// Registers of all row blocks, one after the other.
  Value joined(OpBuilder &b, ValueRange parts);

  gpu::GPUFuncOp func;
  PipelineOptions options;
  Location loc;
  Type elementType;
  int64_t groups = 0;  ///< warpgroups that multiply
  int64_t rows = 0;    ///< of the tile, for each of them
  int64_t depth = 0;   ///< stages
  Value thread, group; ///< numbers; group is null if there is one
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_WARPGROUPPIPELINE_H
