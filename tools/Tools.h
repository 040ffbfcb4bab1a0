//===- Tools.h - The tools inside the executable ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All tools are one executable, so that a static build is one file to carry. A
// tool is chosen by the name that the executable is called by, or by a first
// argument `--tool=NAME`; symbolic links give each tool its name.
//
// A tool must declare its command-line options inside its main function:
// options of all tools live in one process, where a global one would show up in
// every tool and two of the same name would abort at start.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_TOOLS_H
#define KERNEL_OPT_TOOLS_TOOLS_H

namespace kernel_opt {

// One line per tool, written by the build: KERNELOPT_TOOL(name, main function).
#define KERNELOPT_TOOL(NAME, MAIN) int MAIN(int argc, char **argv);
#include "Tools.inc"
#undef KERNELOPT_TOOL

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_TOOLS_H
