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
#include "kernel-opt/Search/Replay.h"

namespace kernel_opt {

/// The main job in processes of its own, after a search if there is one: a
/// crash or a hang becomes one error, and nothing is written. Returns the exit
/// status.
int runIsolated(int argc, char **argv, StringRef input, StringRef output,
                const MainJobOptions &options);

/// Whether this process does the work itself.
bool isIsolated(const MainJobOptions &options);
/// Prepares an inner process that works on `input`; does nothing in any other.
void enterIsolation(StringRef input, const MainJobOptions &options);
/// Whether this is an inner process, started by another of this job.
bool isInner();
/// Whether a search has decided for this process.
bool hasDecision();
/// Whether this process only reads the program and prints it.
bool onlyReads();

/// Hands what was found out to the process that writes the archive.
LogicalResult reportFindings(const optimizer::Outcome &outcome);

/// What a search or the archive decided about the program.
llvm::Expected<std::unique_ptr<search::Replay>>
loadDecisions(const MainJobOptions &options);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_SEARCHJOB_H
