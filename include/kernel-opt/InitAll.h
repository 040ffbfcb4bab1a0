//===- InitAll.h - Registration of dialects and passes ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_INITALL_H
#define KERNEL_OPT_INITALL_H

#include "kernel-opt/Support/LLVM.h"

namespace kernel_opt {

/// Registers the dialects of this project, and nothing else. This is what a
/// plugin wants: its host has registered the upstream ones.
void registerKernelOptDialects(DialectRegistry &registry);

/// Registers the passes and pipelines of this project, and nothing else.
void registerKernelOptPasses();

/// Registers the dialects of this project, all upstream dialects and
/// extensions, the translations to and from LLVM IR, and the NVVM target.
void registerAllDialects(DialectRegistry &registry);

/// Registers the passes of this project and all upstream passes.
void registerAllPasses();

} // namespace kernel_opt

#endif // KERNEL_OPT_INITALL_H
