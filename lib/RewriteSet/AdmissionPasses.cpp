//===- AdmissionPasses.cpp - Passes that judge rules ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/RewriteSet/Passes.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

namespace kernel_opt::rewrite {
#define GEN_PASS_DEF_ADMITRULES
#define GEN_PASS_DEF_INSTANTIATERULES
#include "kernel-opt/RewriteSet/Passes.h.inc"
} // namespace kernel_opt::rewrite

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

/// The rules of the set called `only`, or all.
static SmallVector<kopt::RuleOp> getRules(ModuleOp module, StringRef only) {
  SmallVector<kopt::RuleOp> rules;
  for (auto rule : module.getOps<kopt::RuleOp>())
    if (only.empty() || rule.getSymName() == only)
      rules.push_back(rule);
  return rules;
}

namespace {
struct AdmitRules : rewrite::impl::AdmitRulesBase<AdmitRules> {
  using AdmitRulesBase::AdmitRulesBase;

  void runOnOperation() override {
    if (failed(validate(getOperation())))
      return signalPassFailure();
    AdmissionOptions options;
    options.instances = instances;
    options.violations = violations;
    for (kopt::RuleOp each : getRules(getOperation(), rule)) {
      FailureOr<Admission> admission = admit(each, options);
      if (failed(admission)) {
        signalPassFailure();
        continue;
      }
      bool refuted = admission->verdict == Verdict::Refuted;
      InFlightDiagnostic report =
          refuted ? each.emitError() : each.emitRemark();
      report
          << "admission "
          << llvm::formatv("{0}", llvm::json::Value(admission->toJSON())).str();
      if (refuted)
        signalPassFailure();
    }
    markAllAnalysesPreserved();
  }
};

struct InstantiateRules
    : rewrite::impl::InstantiateRulesBase<InstantiateRules> {
  using InstantiateRulesBase::InstantiateRulesBase;

  void runOnOperation() override {
    if (failed(validate(getOperation())))
      return signalPassFailure();
    InstanceOptions options;
    options.count = instances;
    if (violated >= 0)
      options.violated = violated;
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    for (kopt::RuleOp each : getRules(getOperation(), rule)) {
      unsigned number = 0;
      for (RuleInstance &instance : makeInstances(each, options)) {
        if (!instance.module) {
          each.emitError("rule '")
              << each.getSymName() << "' has no 'after' for " << instance.text
              << ": " << instance.illFormed;
          signalPassFailure();
          continue;
        }
        ModuleOp made = instance.module.release();
        made.setSymName((each.getSymName() + "_" + Twine(number++)).str());
        made->setAttr("kopt.instance", builder.getStringAttr(instance.text));
        builder.insert(made);
      }
    }
    for (Operation &op :
         llvm::make_early_inc_range(getOperation().getBody()->getOperations()))
      if (!isa<ModuleOp>(op))
        op.erase();
    getOperation()->removeAttr(kopt::kRewriteSetAttrName);
    getOperation()->removeAttr(kopt::kVersionAttrName);
  }
};
} // namespace
