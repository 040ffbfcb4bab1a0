//===- Apply.cpp - Rewriting one site ---------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PDLRules.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/IR/Unit.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

/// The last of the operations that define the results; null if they are not in
/// one block.
static Operation *findInsertionPoint(const Match &match) {
  Operation *last = nullptr;
  for (Value result : match.results) {
    Operation *op = result.getDefiningOp();
    if (last && last->getBlock() != op->getBlock())
      return nullptr;
    if (!last || last->isBeforeInBlock(op))
      last = op;
  }
  return last;
}

/// Whether everything that reads a result comes after `point`. What matched
/// may read one before: it is replaced as well.
static bool usersFollow(const Match &match, Operation *point) {
  for (Value result : match.results)
    for (Operation *user : result.getUsers()) {
      Operation *at = point->getBlock()->findAncestorOpInBlock(*user);
      if (at && at->isBeforeInBlock(point) &&
          !llvm::is_contained(match.ops, user))
        return false;
    }
  return true;
}

/// Erases `ops`, consumers first, and then what they alone read.
static void eraseDead(ArrayRef<Operation *> ops, RewriterBase &rewriter) {
  llvm::SetVector<Operation *> pending(llvm::from_range, ops);
  while (!pending.empty()) {
    Operation *op = pending.front();
    pending.erase(pending.begin());
    if (!mlir::isOpTriviallyDead(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *producer = operand.getDefiningOp())
        pending.insert(producer);
    rewriter.eraseOp(op);
  }
}

static LogicalResult rewriteSite(const Match &match, RewriterBase &rewriter,
                                 std::string &why) {
  if (isa<mlir::pdl::PatternOp>(match.rule))
    return applyPattern(match, rewriter, why);
  auto rule = cast<kopt::RuleOp>(match.rule);
  Operation *point = findInsertionPoint(match);
  if (!point || !usersFollow(match, point)) {
    why = "its results are read before all of them can be computed";
    return failure();
  }
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(point);
  Instantiation after(rule, match.bindings, rewriter, match.root->getLoc());
  auto query = [&](StringRef function, StringRef value,
                   ArrayRef<kopt::Term> rest) {
    return queryValue(match, function, value, rest);
  };
  after.query = query;
  if (failed(after.run(rule.getAfterBlock(), match.arguments, why)))
    return failure();
  for (auto [old, made] : llvm::zip_equal(match.results, after.results)) {
    if (old.getType() == made.getType())
      continue;
    llvm::raw_string_ostream(why)
        << "it gives " << made.getType() << " for " << old.getType();
    eraseDead(llvm::to_vector(llvm::reverse(after.ops)), rewriter);
    return failure();
  }
  for (auto [old, made] : llvm::zip_equal(match.results, after.results))
    rewriter.replaceAllUsesWith(old, made);
  eraseDead(match.ops, rewriter);
  return success();
}

Applied rewrite::applyMatch(const Match &match, RewriterBase &rewriter,
                            std::string &why) {
  Applied applied = Applied::Skipped;
  Operation *function =
      match.root->getParentOfType<mlir::FunctionOpInterface>();
  mlir::IRUnit unit(function ? function : match.root);
  std::string site = match.site();
  match.root->getContext()->executeAction<ApplyCandidateAction>(
      [&] {
        applied = succeeded(rewriteSite(match, rewriter, why))
                      ? Applied::Yes
                      : Applied::Illegal;
      },
      {unit}, getRuleName(match.rule), StringRef(site));
  return applied;
}

unsigned rewrite::applyCleanup(ArrayRef<Operation *> rules, Operation *function,
                               RewriterBase &rewriter) {
  unsigned limit = 0, steps = 0;
  function->walk([&](Operation *) { limit += 10; });
  bool changed = true;
  while (changed && steps < limit) {
    changed = false;
    for (Operation *op : rules) {
      auto rule = dyn_cast<kopt::RuleOp>(op);
      if (!rule || !rule.getCleanup())
        continue;
      // A rewrite makes later matches stale, so only one is asked for.
      while (steps < limit) {
        std::vector<Match> matches = findMatches(rule, function, 1);
        std::string why;
        if (matches.empty() ||
            applyMatch(matches[0], rewriter, why) != Applied::Yes)
          break;
        ++steps;
        changed = true;
      }
    }
  }
  return steps;
}
