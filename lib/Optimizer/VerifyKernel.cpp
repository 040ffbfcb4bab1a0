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
using verify::Level;
using verify::Obligation;
using verify::Verdict;
namespace obligation = verify::obligation;

LogicalResult
ProgramVerifier::checkAccuracy(kopt::KernelOp kernel, gpu::GPUFuncOp program,
                               std::optional<verify::AccuracyResult> known,
                               KernelRecord &record) {
  verify::AccuracyOptions accuracy;
  // Follows from that of the check, which may not follow from the program's.
  accuracy.nonce = nonceOf(record.check->nonce, "accuracy", "");
  if (kopt::ContractAttr::lookup(kernel).getSpecials() ==
      kopt::SpecialValues::Finite)
    accuracy.specials.clear();
  FailureOr<verify::AccuracyResult> result;
  if (known)
    result = std::move(*known);
  else
    result = verify::checkAccuracy(kernel, program, accuracy);
  if (failed(result))
    return failure();
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
  note(obligation::accuracy, result->accuracy, result->families.size(),
       result->accuracyReason);
  note(obligation::specialValues, result->specialValues,
       result->specials.size(), result->specialReason);
  bool refuted = result->accuracy == Verdict::Refuted ||
                 result->specialValues == Verdict::Refuted;
  record.accuracy = std::move(*result);
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

LogicalResult ProgramVerifier::checkKernel(kopt::KernelOp kernel) {
  FailureOr<gpu::GPUFuncOp> program = programOf(kernel);
  if (failed(program))
    return failure();
  KernelRecord &record = outcome.getOrCreate(kernel.getKernelName());
  record.sourceHash = structuralHash(kernel);
  record.scheduledHash = structuralHash(*program);
  std::optional<ProgramChecks> recalled;
  if (options.decisions.recall)
    recalled = options.decisions.recall(kernel, *program);
  verify::KernelCheckOptions checkOptions;
  checkOptions.nonce =
      nonceOf(state.nonce, record.sourceHash, record.scheduledHash);
  auto given = options.kernelNonces.find(record.name);
  if (given != options.kernelNonces.end())
    checkOptions.nonce = given->second;
  record.hasOwnNonce = recalled || given != options.kernelNonces.end();
  FailureOr<verify::KernelCheckResult> check;
  if (recalled)
    check = std::move(recalled->check);
  else
    check = verify::checkKernel(*kernel.getBlock(), *program, checkOptions);
  if (failed(check))
    return failure();
  noteKernelCheck(kernel, *check);
  bool refuted = check->verdict == Verdict::Refuted;
  record.check = std::move(*check);
  if (refuted)
    return failure();
  if (policy.demands(obligation::accuracy) ||
      policy.demands(obligation::specialValues))
    return checkAccuracy(
        kernel, *program,
        recalled ? std::move(recalled->accuracy) : std::nullopt, record);
  return success();
}
