//===- Lint.h - What PTX may hold -------------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_LINT_H
#define KERNEL_OPT_TARGET_NVPTX_LINT_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"

namespace kernel_opt::nvptx {

/// Checks that PTX is what a kernel of ours can lower to and nothing more: one
/// entry named `kernel`, no writable global variable, nothing external but the
/// dynamic shared array, no call, no clock, timer, sleep, or output, and in
/// inline assembly only instructions of our own table. The error names the line
/// and what is wrong with it.
llvm::Error lintPTX(StringRef ptx, StringRef kernel);

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_TARGET_NVPTX_LINT_H
