//===- OutputFile.h - Files that are whole or not there ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_OUTPUTFILE_H
#define KERNEL_OPT_SUPPORT_OUTPUTFILE_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"

namespace kernel_opt {

/// Writes `text` to the file `path`, or to standard output if that is "-". The
/// text goes to a temporary file beside it, which then takes its name: whoever
/// reads `path` finds what was there before or all of the text. What is no
/// regular file (a device, a pipe) is written directly.
llvm::Error writeOutput(StringRef path, StringRef text);

/// Fails where `writeOutput` to `path` would, as far as that can be told before
/// there is anything to write.
llvm::Error checkOutput(StringRef path);

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_OUTPUTFILE_H
