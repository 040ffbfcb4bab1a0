//===- ProgramVerifier.h - All checks of a module ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_OPTIMIZER_PROGRAMVERIFIER_H
#define KERNEL_OPT_LIB_OPTIMIZER_PROGRAMVERIFIER_H

#include "Stages.h"
#include <functional>

namespace kernel_opt::optimizer {

using verify::Level;
using verify::Obligation;
using verify::Verdict;
namespace obligation = verify::obligation;

/// Something that is computed beside other questions, and touches nothing that
/// they share; what was found is noted in its turn.
struct Question {
  std::function<void()> compute; ///< may be missing
  std::function<LogicalResult()> answer;
};

/// Checks one module by one policy.
class ProgramVerifier {
public:
  ProgramVerifier(ModuleOp module, const Options &options,
                  const verify::Policy &policy, Outcome &outcome)
      : module(module), options(options), policy(policy), outcome(outcome),
        state(*outcome.verification) {}
  LogicalResult run();

private:
  LogicalResult admitNames();
  LogicalResult admit();

  // Programs on tensors (VerifyFunctions.cpp).
  LogicalResult askFunctions();
  void askFunction(func::FuncOp original, func::FuncOp formed);
  /// Do they compute the same? `refuted` says what that means.
  void askEquivalence(Block &source, Block &target, StringRef sourceHash,
                      StringRef targetHash, const std::string &subject,
                      std::function<void()> refuted);
  void askNothing(const std::string &subject, Level level, StringRef detail);
  /// Kernels that do the work of one must do just that.
  LogicalResult askWhole(kopt::KernelOp kernel);
  void noteKnown(FunctionCheck known, const std::string &subject);
  void noteEquivalence(const verify::EquivalenceResult &result,
                       StringRef sourceHash, StringRef targetHash,
                       const std::string &subject, std::string detail);
  void assume(ArrayRef<std::string> assumptions);

  // Programs against their kernels (VerifyKernel.cpp).
  LogicalResult askKernel(kopt::KernelOp kernel);
  LogicalResult noteKernel(kopt::KernelOp kernel, ProgramChecks checks);
  void noteKernelCheck(kopt::KernelOp kernel,
                       const verify::KernelCheckResult &check);
  LogicalResult noteAccuracy(kopt::KernelOp kernel,
                             verify::AccuracyResult result,
                             KernelRecord &record);

  Obligation &add(StringRef name, StringRef layer, std::string subject,
                  Level level);

  ModuleOp module;
  const Options &options;
  const verify::Policy &policy;
  Outcome &outcome;
  Verification &state;
  std::vector<Question> questions;
  std::vector<OwningOpRef<ModuleOp>> held; ///< programs that are asked about
};

/// How obligations name a kernel.
std::string subjectOf(kopt::KernelOp kernel);

/// The seeds of a check follow from the nonce and from what is checked, so that
/// nobody can choose a program by its draws.
uint64_t nonceOf(uint64_t nonce, StringRef source, StringRef target);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_LIB_OPTIMIZER_PROGRAMVERIFIER_H
