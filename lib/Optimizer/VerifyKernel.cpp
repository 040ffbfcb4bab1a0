//===- VerifyKernel.cpp - A program against its kernel ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramVerifier.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Support/Hash.h"

using namespace kernel_opt;
using namespace kernel_opt::optimizer;

LogicalResult ProgramVerifier::noteAccuracy(kopt::KernelOp kernel,
                                            verify::AccuracyResult result,
                                            KernelRecord &record) {
  auto note = [&](StringRef name, Verdict verdict, size_t tests,
                  StringRef reason) {
    Obligation &added =
        add(name, "L5", subjectOf(kernel),
            verdict == Verdict::Refuted ? Level::Refuted : Level::Tested);
    added.tests = tests;
    added.detail = reason.str();
    if (verdict == Verdict::Refuted)
      kernel.emitError("the program of kernel '")
          << record.name << "' fails on "
          << (name == obligation::accuracy ? "accuracy" : "special values")
          << ": " << reason;
  };
  note(obligation::accuracy, result.accuracy, result.families.size(),
       result.accuracyReason);
  note(obligation::specialValues, result.specialValues, result.specials.size(),
       result.specialReason);
  bool refuted = result.accuracy == Verdict::Refuted ||
                 result.specialValues == Verdict::Refuted;
  record.accuracy = std::move(result);
  return failure(refuted);
}

/// Notes what the run of a program beside its kernel found.
void ProgramVerifier::noteKernelCheck(kopt::KernelOp kernel,
                                      const verify::KernelCheckResult &check) {
  Obligation function, safety;
  function.level = safety.level = Level::Checked;
  function.bits = std::min(check.evidence, 1000.0);
  safety.detail = "bounds, alignment, initialization, exactly once, races, "
                  "barriers, deadlock: on the blocks that were run";
  if (!check.covered) {
    safety.level = Level::Unknown;
    safety.detail =
        "not shown that each element is written once: " + check.uncovered;
  }
  if (check.verdict == Verdict::Refuted) {
    // A value that differs, or a fault.
    bool value = StringRef(check.witness).starts_with("output ");
    (value ? function : safety).level = Level::Refuted;
    (value ? safety : function).level = Level::Unknown;
    (value ? function : safety).detail = check.witness;
    kernel.emitError("the program of kernel '")
        << kernel.getKernelName() << "' is wrong: " << check.witness;
  } else if (check.verdict == Verdict::Unproven) {
    function.level = Level::Unknown;
    function.detail = check.reason;
    if (!StringRef(check.reason).starts_with("evidence")) {
      safety.level = Level::Unknown;
      safety.detail = check.reason;
    }
    kernel.emitWarning("the program of kernel '")
        << kernel.getKernelName() << "' is unproven: " << check.reason;
  }
  for (auto [name, found] : {std::pair(obligation::sameFunction, &function),
                             std::pair(obligation::safety, &safety)}) {
    Obligation &added = add(name, "L4", subjectOf(kernel), found->level);
    added.bits = found->bits;
    added.detail = found->detail;
  }
}

LogicalResult ProgramVerifier::noteKernel(kopt::KernelOp kernel,
                                          ProgramChecks checks) {
  KernelRecord &record = outcome.getOrCreate(kernel.getKernelName());
  noteKernelCheck(kernel, checks.check);
  bool refuted = checks.check.verdict == Verdict::Refuted;
  record.check = std::move(checks.check);
  if (refuted)
    return failure();
  return checks.accuracy
             ? noteAccuracy(kernel, std::move(*checks.accuracy), record)
             : success();
}

namespace {
/// A program beside its kernel, and what the checks found.
struct KernelQuestion {
  kopt::KernelOp kernel;
  gpu::GPUFuncOp program;
  verify::KernelCheckOptions options;
  bool wantsAccuracy; ///< and special values
  std::optional<ProgramChecks> known;
  FailureOr<ProgramChecks> found = failure();

  void compute();
};
} // namespace

void KernelQuestion::compute() {
  ProgramChecks checks;
  if (known) {
    checks = std::move(*known);
  } else {
    auto check = verify::checkKernel(*kernel.getBlock(), program, options);
    if (failed(check))
      return;
    checks.check = std::move(*check);
  }
  if (!wantsAccuracy || checks.check.verdict == Verdict::Refuted) {
    checks.accuracy.reset();
  } else if (!checks.accuracy) {
    verify::AccuracyOptions accuracy;
    // Follows from that of the check, which may not follow from the program's.
    accuracy.nonce = nonceOf(checks.check.nonce, "accuracy", "");
    if (kopt::ContractAttr::lookup(kernel).getSpecials() ==
        kopt::SpecialValues::Finite)
      accuracy.specials.clear();
    auto result = verify::checkAccuracy(kernel, program, accuracy);
    if (failed(result))
      return;
    checks.accuracy = std::move(*result);
  }
  found = std::move(checks);
}

LogicalResult ProgramVerifier::askKernel(kopt::KernelOp kernel) {
  FailureOr<gpu::GPUFuncOp> program = programOf(kernel);
  if (failed(program))
    return failure();
  KernelRecord &record = outcome.getOrCreate(kernel.getKernelName());
  record.sourceHash = structuralHash(kernel);
  record.scheduledHash = structuralHash(*program);
  auto asked = std::make_shared<KernelQuestion>();
  asked->kernel = kernel;
  asked->program = *program;
  asked->wantsAccuracy = policy.demands(obligation::accuracy) ||
                         policy.demands(obligation::specialValues);
  if (options.decisions.recall)
    asked->known = options.decisions.recall(kernel, *program);
  asked->options.nonce =
      nonceOf(state.nonce, record.sourceHash, record.scheduledHash);
  auto given = options.kernelNonces.find(record.name);
  if (given != options.kernelNonces.end())
    asked->options.nonce = given->second;
  record.hasOwnNonce = asked->known || given != options.kernelNonces.end();
  questions.push_back({[asked] { asked->compute(); },
                       [this, asked]() -> LogicalResult {
                         if (failed(asked->found))
                           return failure();
                         return noteKernel(asked->kernel,
                                           std::move(*asked->found));
                       }});
  return success();
}
