//===- Stages.h - What the steps of the optimizer share ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_OPTIMIZER_STAGES_H
#define KERNEL_OPT_LIB_OPTIMIZER_STAGES_H

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Optimizer/Optimizer.h"

namespace kernel_opt::optimizer {

/// The program of a kernel; an error at the kernel if it has none.
FailureOr<gpu::GPUFuncOp> programOf(kopt::KernelOp kernel);

/// The module without its programs, with kernels put in their place, those
/// that others do the work of included.
FailureOr<OwningOpRef<ModuleOp>> inlined(ModuleOp module);

/// On a compiled module, beside its policy and certificate: the answer.
constexpr StringLiteral kVerdictAttrName = "kopt.verdict";

/// Hash of a compiled module, without its stamps.
std::string outputHash(ModuleOp module);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_LIB_OPTIMIZER_STAGES_H
