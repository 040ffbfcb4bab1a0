//===- Passes.h - Passes on rewrite rules -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_REWRITESET_PASSES_H
#define KERNEL_OPT_REWRITESET_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"

namespace kernel_opt::rewrite {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/RewriteSet/Passes.h.inc"

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_REWRITESET_PASSES_H
