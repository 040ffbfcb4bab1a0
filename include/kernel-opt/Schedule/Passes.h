//===- Passes.h - Passes that schedule kernels ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_PASSES_H
#define KERNEL_OPT_SCHEDULE_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace kernel_opt::schedule {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/Schedule/Passes.h.inc"

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_PASSES_H
