//===- Match.h - Sites of rules, and their rewriting ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_REWRITESET_MATCH_H
#define KERNEL_OPT_REWRITESET_MATCH_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/Action.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/JSON.h"
#include <vector>

namespace kernel_opt::rewrite {

/// The size of one dimension: a number, or dynamic with a name that is its
/// identity.
struct Size {
  int64_t value = 0;
  std::string name;

  bool isStatic() const { return ShapedType::isStatic(value); }
  bool operator==(const Size &other) const {
    return value == other.value && name == other.name;
  }
};

/// What the names of a rule stand for at one place.
struct Bindings {
  llvm::MapVector<StringAttr, Size> sizes;
  llvm::MapVector<StringAttr, SmallVector<Size>> sequences;
  /// Bound attributes; null for one that is absent.
  llvm::MapVector<StringAttr, Attribute> attributes;
  /// What f32 stands for, null if the rule is about f32 itself.
  Type elementType;
};

/// One place where a rule applies.
struct Match {
  /// A `kopt.rule` or a `pdl.pattern`.
  Operation *rule = nullptr;
  /// The operation whose first result the rule's first result replaces.
  Operation *root = nullptr;
  /// Which of several matches at the root it is.
  unsigned alternative = 0;
  /// Values of the rule's arguments. Empty for a raw pattern.
  SmallVector<Value> arguments;
  /// From values of *before* to values of the function.
  DenseMap<Value, Value> values;
  /// The values that *after* replaces.
  SmallVector<Value> results;
  /// The operations matched, consumers first.
  SmallVector<Operation *> ops;
  Bindings bindings;

  /// Names the place in its function: the function's name, '#', the path to the
  /// root by numbers of operations, regions and blocks, and ':' with the
  /// alternative if it is not 0. Depends on structure alone.
  std::string site() const;
  /// Rule, site and bindings.
  llvm::json::Value toJSON() const;
};

/// All matches of `rule` in `function`, in the order of the function, `where`
/// satisfied. Nothing is changed. There are no more than `limit`.
std::vector<Match> findMatches(Operation *rule, Operation *function,
                               unsigned limit = 4096);

/// The match of `rule` at `site`, if there is one.
FailureOr<Match> findMatch(Operation *rule, Operation *function,
                           StringRef site);

/// Applying one match is this action, so that a debug counter can bisect.
class ApplyCandidateAction
    : public mlir::tracing::ActionImpl<ApplyCandidateAction> {
public:
  using Base = mlir::tracing::ActionImpl<ApplyCandidateAction>;
  ApplyCandidateAction(ArrayRef<mlir::IRUnit> units, StringRef rule,
                       StringRef site)
      : Base(units), rule(rule), site(site) {}
  static constexpr StringLiteral tag = "kopt-apply-candidate";
  static constexpr StringLiteral desc = "Rewrites one site by one rule";
  void print(raw_ostream &os) const override {
    os << "`" << tag << "` rule '" << rule << "' at '" << site << "'";
  }

private:
  StringRef rule, site;
};

/// What became of a candidate.
enum class Applied {
  Yes,
  Skipped, ///< by an action handler
  Illegal, ///< `why` says why; nothing was changed
};

/// Rewrites the place that `match` describes: makes *after*, replaces the
/// results and erases what is dead then. `match` must be of the function's
/// present state.
Applied applyMatch(const Match &match, RewriterBase &rewriter,
                   std::string &why);

/// Applies the clean-up rules among `rules` until none matches; returns how
/// often one did. Each makes the function smaller, so this ends; a rule that
/// does not is stopped after ten times as many steps as there are operations.
unsigned applyCleanup(ArrayRef<Operation *> rules, Operation *function,
                      RewriterBase &rewriter);

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

/// Binds the names in `pattern` so that it becomes `actual`; `owner` makes
/// anonymous dynamic sizes differ. Sizes that are expressions are left to
/// checkSizes.
bool bindType(kopt::RuleOp rule, RankedTensorType pattern,
              RankedTensorType actual, Value owner, Bindings &bindings);

/// The worth of `expression` at a place. `match` may be null: then there are
/// no values, and a query of one is answered by `query`.
kopt::Term evaluate(
    const kopt::Expression &expression, const Bindings &bindings,
    llvm::function_ref<kopt::Term(StringRef, StringRef, ArrayRef<kopt::Term>)>
        query);

/// The answer to a query about values of the function, as in `where`.
kopt::Term queryValue(const Match &match, StringRef function, StringRef value,
                      ArrayRef<kopt::Term> rest);

/// The number that every element of `value` is, rounded to its type, if it is
/// made by aten.full.
std::optional<double> getConstantValue(Value value);

/// Builds one side of a rule for the given argument values and bindings.
class Instantiation {
public:
  Instantiation(kopt::RuleOp rule, const Bindings &bindings, OpBuilder &builder,
                Location loc)
      : rule(rule), bindings(bindings), builder(builder), loc(loc) {}

  /// Makes the operations of `side`. On failure `why` says why, and what was
  /// made so far is erased.
  LogicalResult run(Block *side, ValueRange arguments, std::string &why);

  /// What the side yields.
  SmallVector<Value> results;
  /// The operations made, in order.
  SmallVector<Operation *> ops;

  /// Answers queries of values in `kopt.set`; may be empty.
  llvm::function_ref<kopt::Term(StringRef, StringRef, ArrayRef<kopt::Term>)>
      query;

private:
  FailureOr<DictionaryAttr> makeAttributes(Operation &op, ValueRange operands,
                                           std::string &why);
  FailureOr<Attribute> makeValue(Operation &op, StringAttr name,
                                 StringRef expression, NamedAttrList &attrs,
                                 std::string &why);

  kopt::ConstAttr getProvenance(kopt::Expression expression);
  void writeNumbers(kopt::Expression &part);

  kopt::RuleOp rule;
  const Bindings &bindings;
  OpBuilder &builder;
  Location loc;
  mlir::IRMapping mapping;
};

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_REWRITESET_MATCH_H
