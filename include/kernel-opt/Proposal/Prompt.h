//===- Prompt.h - What a proposer is told -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_PROPOSAL_PROMPT_H
#define KERNEL_OPT_PROPOSAL_PROMPT_H

#include "kernel-opt/Optimizer/Optimizer.h"

namespace kernel_opt::archive {
struct Finding;
} // namespace kernel_opt::archive

namespace kernel_opt::proposal {

struct AdmissionReport;

/// Something that was tried before.
struct Attempt {
  /// What it was: text of a proposal, or a candidate in a line.
  std::string what;
  /// What became of it: verdicts with diagnostics and witnesses, times.
  std::string outcome;
};

/// An answer and what became of it.
Attempt makeAttempt(StringRef proposal, const AdmissionReport &report);
/// A candidate of the archive with its verdicts and times.
Attempt makeAttempt(const archive::Finding &finding);

struct PromptOptions {
  optimizer::Options pipeline;
  /// Oldest first; of a long history the end is shown.
  std::vector<Attempt> history;
  /// The program is cut where it is longer than this, in bytes for each form.
  size_t mostProgram = 12000;
  /// As much of the history, in bytes.
  size_t mostHistory = 12000;
};

/// All that a proposer needs to write a proposal for the program: the task, the
/// program with its kernels, how proposals are written, with complete examples,
/// the operations that there are, and what was tried. The same text for the
/// same program, options and history. Fails, after reporting why, if no kernels
/// can be formed of the program.
FailureOr<std::string> makePrompt(ModuleOp program,
                                  const PromptOptions &options = {});

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_PROPOSAL_PROMPT_H
