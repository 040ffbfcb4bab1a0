//===- Passes.h - Compilation of kernels ------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_PASSES_H
#define KERNEL_OPT_TARGET_NVPTX_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"
#include <memory>
#include <string>

namespace kernel_opt::nvptx {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/Target/NVPTX/Passes.h.inc"

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_TARGET_NVPTX_PASSES_H
