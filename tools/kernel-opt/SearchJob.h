//===- SearchJob.h - The main job in processes of its own -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_SEARCHJOB_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_SEARCHJOB_H

#include "MainJob.h"

namespace kernel_opt {

/// The main job in processes of its own, after a search if there is one: a
/// crash or a hang becomes one error, and nothing is written. Returns the exit
/// status.
int runIsolated(int argc, char **argv, StringRef input, StringRef output,
                const MainJobOptions &options);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_SEARCHJOB_H
