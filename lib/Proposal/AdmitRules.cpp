//===- AdmitRules.cpp - Rules of a proposal ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Admitter.h"
#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/Support/Location.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

/// A place is rewritten once, and a proposal gets no more than these places.
static constexpr unsigned mostUses = 64;

static ItemVerdict convert(rewrite::Verdict verdict) {
  switch (verdict) {
  case rewrite::Verdict::Verified:
    return ItemVerdict::Verified;
  case rewrite::Verdict::Refuted:
    return ItemVerdict::Refuted;
  case rewrite::Verdict::Unproven:
    return ItemVerdict::Unproven;
  }
  llvm_unreachable("all verdicts are handled");
}

/// Judges a rule by itself.
void Admitter::judgeRule(kopt::RuleOp rule, ItemReport &item) {
  FailureOr<rewrite::Admission> admission = rewrite::admit(rule);
  llvm::append_range(item.diagnostics, collector.take());
  if (failed(admission)) {
    item.verdict = ItemVerdict::Illegal;
    return;
  }
  item.verdict = convert(admission->verdict);
  std::string where =
      admission->instance.empty() ? "" : "for " + admission->instance + ": ";
  if (item.verdict == ItemVerdict::Refuted)
    item.witness = where + admission->detail;
  else if (item.verdict == ItemVerdict::Unproven)
    item.notes.push_back(where + admission->detail);
  else
    item.notes.push_back(
        "right on " + std::to_string(admission->instances) + " instances" +
        (admission->shapesProved ? ", of equal shape for all sizes" : ""));
  for (const std::string &condition : admission->unexplained)
    item.notes.push_back("the condition '" + condition +
                         "' changes nothing: every instance is right without "
                         "it; leave it out unless it is about profit");
  if (admission->specialsDiffer)
    item.notes.push_back("NaN or infinities differ, which the class of the "
                         "rule does not allow; claim 'reassociating'");
  // It claims more than is so.
  if (admission->specialsDiffer && item.verdict == ItemVerdict::Verified)
    item.verdict = ItemVerdict::Unproven;
}

/// Applies the rule where it matches with `site` (anywhere if it is empty).
bool Admitter::applyOnce(kopt::RuleOp rule, Operation *function, StringRef site,
                         ItemReport &item) {
  std::vector<rewrite::Match> matches = rewrite::findMatches(rule, function);
  for (const rewrite::Match &match : matches) {
    std::string where = match.site(), why;
    if (!site.empty() && where != site)
      continue;
    IRRewriter rewriter(rule.getContext());
    Location place = match.root->getLoc();
    if (rewrite::applyMatch(match, rewriter, why) != rewrite::Applied::Yes) {
      item.uses.push_back({where, ItemVerdict::Illegal, why});
      return false;
    }
    item.uses.push_back({where, ItemVerdict::Verified, placeOf(place)});
    result.uses.push_back({item.name, where});
    ++item.applied;
    return true;
  }
  return false;
}

void Admitter::applyRule(kopt::RuleOp rule, ItemReport &item) {
  for (auto function : current->getOps<FunctionOpInterface>()) {
    if (function.isExternal())
      continue;
    if (rule.getCleanup()) {
      while (item.uses.size() < mostUses &&
             applyOnce(rule, function, "", item)) {
      }
      continue;
    }
    // The places are those of now: what the rule itself makes is not rewritten
    // again, since associativity would never end. Later roots first, so that
    // the numbers of earlier ones stay.
    SmallVector<std::string> sites;
    DenseSet<Operation *> roots;
    for (const rewrite::Match &match : rewrite::findMatches(rule, function))
      if (roots.insert(match.root).second)
        sites.push_back(match.site());
    for (StringRef site : llvm::reverse(sites))
      if (item.uses.size() < mostUses)
        applyOnce(rule, function, site, item);
  }
}

void Admitter::admitRules() {
  for (Operation &op : *set->getBody()) {
    ItemReport &item = itemOf(&op);
    if (isa<pdl::PatternOp>(op)) {
      item.verdict = ItemVerdict::Unproven;
      item.notes.push_back("raw patterns are not judged; write a 'kopt.rule'");
    } else if (auto rule = dyn_cast<kopt::RuleOp>(op)) {
      judgeRule(rule, item);
      if (item.verdict == ItemVerdict::Verified)
        applyRule(rule, item);
      llvm::append_range(item.diagnostics, collector.take());
    }
  }
}
