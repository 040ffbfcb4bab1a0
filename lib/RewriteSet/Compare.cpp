//===- Compare.cpp - Both sides of a rule in the exact algebra --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Conversion/AtenToLinalg/AtenToLinalg.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/PatternMatch.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

/// Replaces all aten operations in `module` by linalg.
static LogicalResult lower(ModuleOp module) {
  SmallVector<Operation *> ops;
  module.walk([&](Operation *op) {
    if (isa_and_present<aten::AtenDialect>(op->getDialect()))
      ops.push_back(op);
  });
  IRRewriter rewriter(module.getContext());
  for (Operation *op : ops)
    if (failed(lowerAtenOp(rewriter, op)))
      return failure();
  return success();
}

static std::string describe(const verify::Witness &witness) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "result #" << witness.output << "[";
  llvm::interleaveComma(witness.index, os);
  os << "] is " << witness.expected << " before and " << witness.actual
     << " after, inputs " << verify::getName(witness.family);
  return text;
}

Outcome rewrite::compareExactly(const RuleInstance &instance, bool finite) {
  Outcome outcome;
  OwningOpRef<ModuleOp> module(cast<ModuleOp>(instance.module.get()->clone()));
  mlir::ScopedDiagnosticHandler capture(module->getContext(),
                                        [&](Diagnostic &diagnostic) {
                                          if (outcome.detail.empty())
                                            outcome.detail = diagnostic.str();
                                          return success();
                                        });
  if (failed(lower(*module)))
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
    outcome.detail = describe(*result->witness);
  }
  return outcome;
}
