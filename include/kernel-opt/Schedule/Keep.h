//===- Keep.h - Reading once what several passes need -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_KEEP_H
#define KERNEL_OPT_SCHEDULE_KEEP_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// Unrolls all loops of a tile program, each of at most `mostRounds` rounds,
/// and merges equal tiles, reads of arguments that are only read included: what
/// a later pass reads again stays in registers instead. Fails with a diagnostic
/// at a loop of more rounds, or if there is no loop.
LogicalResult keepTiles(gpu::GPUFuncOp func, int64_t mostRounds = 16);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_KEEP_H
