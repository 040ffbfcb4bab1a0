//===- Isolation.h - A process of a job with several ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_ISOLATION_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_ISOLATION_H

#include "MainJob.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Search/Replay.h"

namespace kernel_opt {

// How the processes of one job know each other. Not for users.
inline constexpr const char *stepVariable = "KERNEL_OPT_STEP";
inline constexpr const char *decisionVariable = "KERNEL_OPT_DECISION";
inline constexpr const char *findingsVariable = "KERNEL_OPT_FINDINGS";
/// Values of the first one.
inline constexpr StringLiteral readStep = "read", compileStep = "compile";

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

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_ISOLATION_H
