//===- Passes.h - From scheduled IR to NVVM ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_H
#define KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace kernel_opt {

#define GEN_PASS_DECL
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h.inc"

/// Adds the passes that take a `gpu.module` in the scheduled IR to llvm and
/// nvvm: clean-up, narrowing of index arithmetic, conversion, clean-up. `sm` is
/// ten times the compute capability. This is `kopt-lower-scheduled`.
void buildLowerScheduledPipeline(OpPassManager &manager, unsigned sm);

/// The same for a manager that runs on a `gpu.module` itself.
void buildLowerKernelPipeline(OpPassManager &manager, unsigned sm);

#define GEN_PASS_REGISTRATION
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h.inc"

/// Registers the passes above and the pipeline `kopt-lower-scheduled`.
void registerScheduledToNVVM();

} // namespace kernel_opt

#endif // KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_H
