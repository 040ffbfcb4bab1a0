//===- Passes.cpp - Passes on rewrite rules ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/Passes.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDLInterp/IR/PDLInterp.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/STLExtras.h"

namespace kernel_opt::rewrite {
#define GEN_PASS_DEF_LISTMATCHES
#define GEN_PASS_DEF_APPLYRULES
#include "kernel-opt/RewriteSet/Passes.h.inc"
} // namespace kernel_opt::rewrite

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

/// Loads the sets at `path`; `rules` receives those called `only`, or all.
static FailureOr<std::vector<RewriteSet>>
loadRules(const std::string &path, StringRef only, ModuleOp module,
          SmallVectorImpl<Operation *> &rules) {
  if (path.empty())
    return module.emitError("expects a rewrite set in the option 'file'");
  FailureOr<std::vector<RewriteSet>> sets =
      RewriteSet::loadAll(path, module.getContext());
  if (failed(sets))
    return failure();
  for (Operation *rule : linkRules(*sets))
    if (only.empty() || getRuleName(rule) == only)
      rules.push_back(rule);
  if (!only.empty() && rules.empty())
    return module.emitError("expects a rule '")
           << only << "' in '" << path << "', found none";
  return sets;
}

static SmallVector<Operation *> getFunctions(ModuleOp module) {
  SmallVector<Operation *> functions;
  module.walk([&](mlir::FunctionOpInterface function) {
    if (!function.isExternal())
      functions.push_back(function);
  });
  return functions;
}

//===----------------------------------------------------------------------===//
// kopt-list-matches
//===----------------------------------------------------------------------===//

namespace {
struct ListMatches : rewrite::impl::ListMatchesBase<ListMatches> {
  using ListMatchesBase::ListMatchesBase;

  void runOnOperation() override {
    SmallVector<Operation *> rules;
    FailureOr<std::vector<RewriteSet>> sets =
        loadRules(file, rule, getOperation(), rules);
    if (failed(sets))
      return signalPassFailure();
    for (Operation *function : getFunctions(getOperation()))
      for (Operation *each : rules)
        for (const Match &match : findMatches(each, function))
          match.root->emitRemark("match ")
              << llvm::formatv("{0}", match.toJSON()).str();
    markAllAnalysesPreserved();
  }
};

//===----------------------------------------------------------------------===//
// kopt-apply-rules
//===----------------------------------------------------------------------===//

struct ApplyRules : rewrite::impl::ApplyRulesBase<ApplyRules> {
  using ApplyRulesBase::ApplyRulesBase;

  void runOnOperation() override {
    SmallVector<Operation *> rules;
    FailureOr<std::vector<RewriteSet>> sets =
        loadRules(file, rule, getOperation(), rules);
    if (failed(sets))
      return signalPassFailure();
    IRRewriter rewriter(&getContext());
    for (StringRef candidate : sites)
      if (failed(applyCandidate(candidate, rules, rewriter)))
        return signalPassFailure();
    for (Operation *function : getFunctions(getOperation())) {
      if (allOnce)
        for (Operation *each : rules)
          applyEverywhere(each, function, rewriter);
      if (cleanup)
        applyCleanup(rules, function, rewriter);
    }
  }

  LogicalResult applyCandidate(StringRef candidate, ArrayRef<Operation *> rules,
                               RewriterBase &rewriter) {
    auto [name, site] = candidate.split('@');
    for (Operation *each : rules) {
      if (getRuleName(each) != name)
        continue;
      for (Operation *function : getFunctions(getOperation())) {
        FailureOr<Match> match = findMatch(each, function, site);
        if (failed(match))
          continue;
        std::string why;
        if (applyMatch(*match, rewriter, why) != Applied::Illegal)
          return success();
        return match->root->emitError("rule '")
               << name << "' is illegal at '" << site << "': " << why;
      }
      return getOperation().emitError("rule '")
             << name << "' does not match at '" << site << "'";
    }
    return getOperation().emitError("expects 'rule@site' with a rule of '")
           << file << "', found '" << candidate << "'";
  }

  void applyEverywhere(Operation *rule, Operation *function,
                       RewriterBase &rewriter) {
    // Matches go stale as others are applied, so each is looked up anew by
    // its root, as long as that lives.
    SmallVector<Operation *> roots;
    for (const Match &match : findMatches(rule, function))
      if (!llvm::is_contained(roots, match.root))
        roots.push_back(match.root);
    for (Operation *root : roots) {
      std::vector<Match> matches = findMatches(rule, function);
      auto match = llvm::find_if(
          matches, [&](const Match &each) { return each.root == root; });
      std::string why;
      if (match != matches.end() &&
          applyMatch(*match, rewriter, why) == Applied::Illegal)
        root->emitRemark("rule '")
            << getRuleName(rule) << "' is illegal here: " << why;
    }
  }
};
} // namespace
