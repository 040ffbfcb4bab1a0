//===- CleanProgram.h - Programs as they are checked ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_CLEANPROGRAM_H
#define KERNEL_OPT_SCHEDULE_CLEANPROGRAM_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// Simplifies a scheduled program and merges what is equal. No literal is made
/// of others: one that is rounded would not say of what.
LogicalResult cleanProgram(mlir::gpu::GPUModuleOp program);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_CLEANPROGRAM_H
