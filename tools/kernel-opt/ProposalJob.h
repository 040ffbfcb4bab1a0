//===- ProposalJob.h - Prompts and proposals --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_PROPOSALJOB_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_PROPOSALJOB_H

#include "MainJob.h"
#include "kernel-opt/Optimizer/Optimizer.h"

namespace kernel_opt {

/// Whether the options ask for a prompt or a judgement instead of a program.
bool isProposalJob(const MainJobOptions &options);

/// Prints the prompt or the verdicts. Fails, with what is there printed, if the
/// proposal has something illegal or refuted in it.
LogicalResult runProposalJob(ModuleOp module, const MainJobOptions &options,
                             const optimizer::Options &steps, raw_ostream &os);

/// The text of a rewrite set, which may stand in an answer with words around
/// it.
llvm::Expected<std::string> readProposal(const std::string &path);

/// With `--rewrite-set`: judges the sets one after the other, rewrites the
/// program by their rules, puts their schedules in front of the others and
/// their plans into `fusionPlan`. Tells on standard error what became of the
/// items.
LogicalResult useRewriteSets(ModuleOp module, const MainJobOptions &options,
                             optimizer::Options &steps, std::string &fusionPlan,
                             optimizer::Outcome &outcome);

/// Forms kernels by the plans of a text, or by the default plan.
LogicalResult formWithPlan(ModuleOp module, StringRef fusionPlan,
                           const optimizer::Options &steps);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_PROPOSALJOB_H
