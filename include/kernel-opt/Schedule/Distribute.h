//===- Distribute.h - From a tile program to threads ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_DISTRIBUTE_H
#define KERNEL_OPT_SCHEDULE_DISTRIBUTE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// Spells out each thread's part of a tile program all of whose tiles have
/// layouts: tiles become vectors of a thread's registers, loads and stores
/// become guarded vector accesses, reductions go through registers, lanes and
/// shared memory. The result replaces `func` and is scheduled IR.
FailureOr<gpu::GPUFuncOp> distribute(gpu::GPUFuncOp func);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_DISTRIBUTE_H
