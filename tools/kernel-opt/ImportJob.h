//===- ImportJob.h - TorchScript archives as inputs -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_IMPORTJOB_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_IMPORTJOB_H

#include "MainJob.h"
#include "llvm/Support/MemoryBuffer.h"

namespace kernel_opt {

/// Whether `bytes` begin as a TorchScript archive, which is a zip file, does.
bool isTorchScript(StringRef bytes);

/// The program that kernel-opt-import makes of the archive `input` with the
/// types of --input, as MLIR text. What cannot be imported it says itself.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>
importTorchScript(StringRef input, const MainJobOptions &options);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_IMPORTJOB_H
