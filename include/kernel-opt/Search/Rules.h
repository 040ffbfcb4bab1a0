//===- Rules.h - Rules of a search and where they apply ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_RULES_H
#define KERNEL_OPT_SEARCH_RULES_H

#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Search/Candidate.h"
#include "mlir/IR/BuiltinOps.h"

namespace kernel_opt::search {

/// The rules that a search may use.
class RuleBook {
public:
  /// Reads sets in order: an earlier rule hides later ones of its name. Raw
  /// patterns and rules that lose accuracy by what they claim ("approximate")
  /// are left out: nothing here could judge them.
  static FailureOr<RuleBook> load(MLIRContext *context,
                                  ArrayRef<SetText> texts);

  ArrayRef<kopt::RuleOp> getRules() const { return rules; }
  kopt::RuleOp lookup(StringRef name) const;

private:
  std::vector<rewrite::RewriteSet> sets;
  SmallVector<kopt::RuleOp> rules;
};

/// What became of one use of a rule.
struct Window {
  RuleUse use;
  std::string verdict; ///< "verified", "refuted", "unproven", "unchecked"
  std::string detail;  ///< the witness, or why it is unproven
  llvm::json::Value record = nullptr;

  llvm::json::Object toJSON() const;
};

/// What became of all of them. The module is as the last good one left it.
struct RuleResult {
  /// "applied", "illegal" (a rule does not match or apply), "refuted",
  /// "unproven".
  std::string state = "applied";
  std::string reason;
  std::vector<Window> windows;
};

/// Applies the uses in order. With `check`, each rewritten part is compared
/// with what it replaces, in the exact algebra, with its inputs as free
/// variables; the first that is not verified ends the work.
RuleResult applyRules(ModuleOp module, ArrayRef<RuleUse> uses,
                      const RuleBook &book, bool check);

/// All uses of rules that the functions of the module allow, rules in their
/// order, no more than `limit`.
std::vector<RuleUse> listUses(ModuleOp module, const RuleBook &book,
                              unsigned limit);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_RULES_H
