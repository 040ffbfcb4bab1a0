//===- Compare.cpp - Both sides of a rule in the exact algebra --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Conversion/AtenToLinalg/AtenToLinalg.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/IR/Diagnostics.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

Outcome rewrite::compareExactly(const RuleInstance &instance, bool finite) {
  Outcome outcome;
  OwningOpRef<ModuleOp> module(cast<ModuleOp>(instance.module.get()->clone()));
  mlir::ScopedDiagnosticHandler capture(module->getContext(),
                                        [&](Diagnostic &diagnostic) {
                                          if (outcome.detail.empty())
                                            outcome.detail = diagnostic.str();
                                          return success();
                                        });
  if (failed(lowerAtenOps(*module)))
    return outcome;
  verify::EquivalenceOptions options;
  // The same draws whenever the same rule is judged.
  options.nonce = 0x6b6f7074;
  options.dependence = false;
  if (finite)
    llvm::erase(options.families, verify::InputFamily::MinusInfMasked);
  auto before = cast<func::FuncOp>(&module->getBody()->front());
  auto after = cast<func::FuncOp>(&module->getBody()->back());
  FailureOr<verify::EquivalenceResult> result =
      verify::checkEquivalence(before.front(), after.front(), options);
  if (failed(result))
    return outcome;
  outcome.specialsDiffer = !result->specialsDiffer.empty();
  outcome.detail = result->reason;
  if (result->verdict == verify::Verdict::Verified) {
    outcome.verdict = Verdict::Verified;
  } else if (result->verdict == verify::Verdict::Refuted) {
    outcome.verdict = Verdict::Refuted;
    outcome.detail = result->witness->describe() + ", inputs " +
                     verify::getName(result->witness->family).str();
  }
  return outcome;
}
