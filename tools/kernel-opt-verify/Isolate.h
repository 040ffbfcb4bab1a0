//===- Isolate.h - Work that may end its process ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNELOPTVERIFY_ISOLATE_H
#define KERNEL_OPT_TOOLS_KERNELOPTVERIFY_ISOLATE_H

#include "kernel-opt/Support/LLVM.h"

namespace kernel_opt {

/// What `body` returns in a process of its own; `crashed`, with one error that
/// names `what`, if that was ended by a signal. For a process of one thread.
int runIsolated(StringRef what, int crashed, llvm::function_ref<int()> body);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNELOPTVERIFY_ISOLATE_H
