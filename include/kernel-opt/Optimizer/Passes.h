//===- Passes.h - The whole path as one pass --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_OPTIMIZER_PASSES_H
#define KERNEL_OPT_OPTIMIZER_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace kernel_opt::optimizer {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/Optimizer/Passes.h.inc"
} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_OPTIMIZER_PASSES_H
