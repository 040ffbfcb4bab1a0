//===- PromptProgram.h - The program in a prompt ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_PROPOSAL_PROMPTPROGRAM_H
#define KERNEL_OPT_LIB_PROPOSAL_PROMPTPROGRAM_H

#include "kernel-opt/Proposal/Prompt.h"

namespace kernel_opt::proposal {

/// The program as it was read, its contract, its form on tensors with the
/// identifiers that plans use, and its kernels with what they cost.
LogicalResult printProgram(raw_ostream &os, ModuleOp program,
                           const PromptOptions &options);

/// Names of shipped rules that match the program, with what they are about.
void printMatches(raw_ostream &os, ModuleOp program);

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_LIB_PROPOSAL_PROMPTPROGRAM_H
