//===- ScheduleOps.h - Schedule primitives ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_SCHEDULEOPS_H
#define KERNEL_OPT_SCHEDULE_SCHEDULEOPS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Dialect/Transform/Interfaces/MatchInterfaces.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

#define GET_OP_CLASSES
#include "kernel-opt/Schedule/ScheduleOps.h.inc"

namespace kernel_opt::schedule {
/// Adds the primitives `transform.kopt.*` to the transform dialect.
void registerScheduleOps(DialectRegistry &registry);
} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_SCHEDULEOPS_H
