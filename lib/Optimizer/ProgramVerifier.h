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

namespace kernel_opt::optimizer {

/// Checks one module by one policy.
class ProgramVerifier {
public:
  ProgramVerifier(ModuleOp module, const Options &options,
                  const verify::Policy &policy, Outcome &outcome)
      : module(module), options(options), policy(policy), outcome(outcome),
        state(*outcome.verification) {}
  LogicalResult run();

private:
  LogicalResult admit();
  LogicalResult checkFunctions();
  LogicalResult checkFunction(func::FuncOp original, func::FuncOp formed);
  FailureOr<verify::EquivalenceResult>
  checkEquivalence(Block &source, Block &target, StringRef sourceHash,
                   StringRef targetHash, const std::string &subject);
  FailureOr<std::optional<verify::EquivalenceResult>>
  checkWindow(const verify::Window &window,
              const verify::EquivalenceOptions &equivalence,
              std::string &detail);
  void noteEquivalence(const verify::EquivalenceResult &result,
                       StringRef sourceHash, StringRef targetHash,
                       const std::string &subject, std::string detail);
  void assume(ArrayRef<std::string> assumptions);
  LogicalResult checkWhole(kopt::KernelOp kernel);
  bool recallFunction(StringRef sourceHash, StringRef targetHash,
                      const std::string &subject);
  LogicalResult checkKernel(kopt::KernelOp kernel);
  void noteKernelCheck(kopt::KernelOp kernel,
                       const verify::KernelCheckResult &check);
  LogicalResult checkAccuracy(kopt::KernelOp kernel, gpu::GPUFuncOp program,
                              std::optional<verify::AccuracyResult> known,
                              KernelRecord &record);
  verify::Obligation &add(StringRef name, StringRef layer, std::string subject,
                          verify::Level level);

  ModuleOp module;
  const Options &options;
  const verify::Policy &policy;
  Outcome &outcome;
  Verification &state;
};

/// How obligations name a kernel.
std::string subjectOf(kopt::KernelOp kernel);

/// The seeds of a check follow from the nonce and from what is checked, so that
/// nobody can choose a program by its draws.
uint64_t nonceOf(uint64_t nonce, StringRef source, StringRef target);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_LIB_OPTIMIZER_PROGRAMVERIFIER_H
