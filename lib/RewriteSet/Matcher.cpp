//===- Matcher.cpp - Finding the sites of a rule ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A rule's *before* is matched as a graph, from its results up to its
// arguments, trying both orders of commutative operands. All ways to match are
// enumerated: the choice is the search's.
//
//===----------------------------------------------------------------------===//

#include "DimAttributes.h"
#include "PDLRules.h"
#include "Sites.h"
#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;
using kopt::Expression;
using kopt::RuleOp;
using kopt::Term;

namespace {
/// One partial match. Copied where the search branches: rules are small.
struct State {
  Match match;
  /// Pairs of a value of *before* and the value that it must be.
  SmallVector<std::pair<Value, Value>> pending;
  /// Operations of *before* already matched.
  DenseMap<Operation *, Operation *> ops;
};

class Matcher {
public:
  Matcher(RuleOp rule, unsigned limit, std::vector<Match> &found)
      : rule(rule), conditions(rule.getConditions()), limit(limit),
        found(found) {}

  void matchAt(Operation *root);

private:
  /// Ways to match one root beyond which symmetry alone multiplies them.
  static constexpr unsigned kAlternatives = 16;
  /// Steps at one root: a rule of nested sums has exponentially many orders.
  static constexpr unsigned kSteps = 20000;

  void step(State state);
  void bindArgument(State state, mlir::BlockArgument argument, Value actual);
  void bindOp(State state, Operation *pattern, Operation *actual);
  bool matchAttributes(Operation *pattern, Operation *actual,
                       Bindings &bindings);
  bool matchAttribute(Operation *pattern, Operation *actual, StringAttr name,
                      Bindings &bindings);
  void nextResult(State state);
  void finish(State state);
  bool sizesAgree(const Match &match);

  RuleOp rule;
  SmallVector<Expression> conditions;
  unsigned limit;
  std::vector<Match> &found;
  unsigned alternatives = 0, steps = 0;
};
} // namespace

void Matcher::matchAt(Operation *root) {
  Value result = rule.getBeforeYield().getValues().front();
  auto pattern = cast<mlir::OpResult>(result);
  if (root->getName() != pattern.getOwner()->getName() ||
      root->getNumResults() <= pattern.getResultNumber())
    return;
  alternatives = steps = 0;
  State state;
  state.match.rule = rule;
  state.match.root = root;
  state.pending.push_back({result, root->getResult(pattern.getResultNumber())});
  step(std::move(state));
}

void Matcher::step(State state) {
  if (alternatives >= kAlternatives || found.size() >= limit ||
      ++steps > kSteps)
    return;
  if (state.pending.empty())
    return nextResult(std::move(state));
  auto [pattern, actual] = state.pending.pop_back_val();
  auto [it, isNew] = state.match.values.try_emplace(pattern, actual);
  if (!isNew) {
    if (it->second == actual)
      step(std::move(state));
    return;
  }
  if (auto argument = dyn_cast<mlir::BlockArgument>(pattern))
    return bindArgument(std::move(state), argument, actual);
  auto result = cast<mlir::OpResult>(pattern);
  auto actualResult = dyn_cast<mlir::OpResult>(actual);
  if (!actualResult ||
      actualResult.getResultNumber() != result.getResultNumber())
    return;
  bindOp(std::move(state), result.getOwner(), actualResult.getOwner());
}

void Matcher::bindArgument(State state, mlir::BlockArgument argument,
                           Value actual) {
  auto type = dyn_cast<RankedTensorType>(actual.getType());
  if (type && bindType(rule, cast<RankedTensorType>(argument.getType()), type,
                       actual, state.match.bindings))
    step(std::move(state));
}

/// Whether the two operands of `op` may change places.
static bool isCommutative(Operation *op) {
  if (op->getNumOperands() != 2)
    return false;
  if (op->hasTrait<mlir::OpTrait::IsCommutative>())
    return true;
  auto add = dyn_cast<aten::AddOp>(op);
  return add && add.getAlpha().isExactlyValue(1.0);
}

void Matcher::bindOp(State state, Operation *pattern, Operation *actual) {
  auto [it, isNew] = state.ops.try_emplace(pattern, actual);
  if (!isNew) {
    if (it->second == actual)
      step(std::move(state));
    return;
  }
  if (pattern->getName() != actual->getName() ||
      pattern->getNumOperands() != actual->getNumOperands() ||
      !matchAttributes(pattern, actual, state.match.bindings))
    return;
  if (!llvm::is_contained(state.match.ops, actual))
    state.match.ops.push_back(actual);
  bool swaps = isCommutative(actual) && isCommutative(pattern) &&
               actual->getOperand(0) != actual->getOperand(1) &&
               pattern->getOperand(0) != pattern->getOperand(1);
  for (bool swapped : {false, true}) {
    if (swapped && !swaps)
      break;
    State next = state;
    // The first operand comes off the stack first.
    for (unsigned index : llvm::reverse(llvm::seq(actual->getNumOperands())))
      next.pending.push_back({pattern->getOperand(index),
                              actual->getOperand(swapped ? 1 - index : index)});
    step(std::move(next));
  }
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

bool Matcher::matchAttributes(Operation *pattern, Operation *actual,
                              Bindings &bindings) {
  return llvm::all_of(pattern->getRegisteredInfo()->getAttributeNames(),
                      [&](StringAttr name) {
                        return matchAttribute(pattern, actual, name, bindings);
                      });
}

/// Numbers are compared as numbers: 1 and 1.0 are the same value of a full.
static bool isSameAttribute(Attribute a, Attribute b) {
  auto x = dyn_cast_if_present<FloatAttr>(a);
  auto y = dyn_cast_if_present<FloatAttr>(b);
  auto n = dyn_cast_if_present<IntegerAttr>(b);
  if (x && y)
    return x.getValueAsDouble() == y.getValueAsDouble();
  if (x && n && !isa<BoolAttr>(b))
    return x.getValueAsDouble() == double(n.getInt());
  return a == b;
}

bool Matcher::matchAttribute(Operation *pattern, Operation *actual,
                             StringAttr name, Bindings &bindings) {
  Attribute expected = pattern->getAttr(name), found = actual->getAttr(name);
  if (found && isDimAttribute(name) && actual->getNumOperands() > 0) {
    DimTranslation translate(
        rule, pattern,
        dyn_cast<RankedTensorType>(actual->getOperand(0).getType()));
    FailureOr<Attribute> normal = translate.normalizeActual(found);
    if (failed(normal))
      return false;
    found = *normal;
    FailureOr<Attribute> own =
        expected ? translate(expected) : FailureOr<Attribute>(expected);
    if (succeeded(own))
      expected = *own;
    else if (!pattern->hasAttr(kopt::kBindAttrName))
      return false;
  }
  if (auto bound = pattern->getAttrOfType<DictionaryAttr>(kopt::kBindAttrName))
    if (auto own = dyn_cast_if_present<StringAttr>(bound.get(name))) {
      auto [it, isNew] = bindings.attributes.insert({own, found});
      return isNew || it->second == found;
    }
  auto type = dyn_cast_if_present<TypeAttr>(expected);
  if (type && type.getValue().isF32() && rule.getElementTypesAttr()) {
    auto own = dyn_cast_if_present<TypeAttr>(found);
    return own && isa<FloatType>(own.getValue());
  }
  return isSameAttribute(expected, found);
}

//===----------------------------------------------------------------------===//
// Complete matches
//===----------------------------------------------------------------------===//

/// All that hangs on the results so far is matched: looks for the next result.
void Matcher::nextResult(State state) {
  Operation *root = state.match.root;
  SmallVector<Operation *> roots;
  for (Value result : rule.getBeforeYield().getValues()) {
    if (Value found = state.match.values.lookup(result)) {
      roots.push_back(found.getDefiningOp());
      continue;
    }
    auto pattern = cast<mlir::OpResult>(result);
    for (Operation &candidate : *root->getBlock()) {
      // Results are different values: one operation is not two of them.
      if (candidate.getName() != pattern.getOwner()->getName() ||
          llvm::is_contained(roots, &candidate))
        continue;
      State next = state;
      next.pending.push_back(
          {result, candidate.getResult(pattern.getResultNumber())});
      step(std::move(next));
    }
    return;
  }
  finish(std::move(state));
}

/// Whether `name` is a size or a sequence, not an expression.
static bool isBound(const Bindings &bindings, StringRef name) {
  auto isIt = [&](const auto &entry) { return entry.first.getValue() == name; };
  return llvm::any_of(bindings.sizes, isIt) ||
         llvm::any_of(bindings.sequences, isIt);
}

/// Whether the sizes that are expressions are what they say.
bool Matcher::sizesAgree(const Match &match) {
  std::string error;
  for (auto [argument, actual] :
       llvm::zip(rule.getBeforeBlock()->getArguments(), match.arguments)) {
    auto pattern = cast<RankedTensorType>(argument.getType());
    auto type = cast<RankedTensorType>(actual.getType());
    SmallVector<StringRef> names = kopt::DimsAttr::namesOf(pattern);
    // From the end after a sequence, from the front before it.
    bool afterSequence = false;
    for (auto [index, name] : llvm::enumerate(names)) {
      if (name.empty() || isBound(match.bindings, name)) {
        afterSequence |= !name.empty() && rule.isSequence(name);
        continue;
      }
      FailureOr<Expression> size = Expression::parse(name, error);
      size_t at = afterSequence ? type.getRank() - names.size() + index : index;
      if (failed(size) || type.isDynamicDim(at))
        return false;
      Term term = evaluate(*size, match.bindings, {});
      if (!term.isNumber() || term.number() != type.getDimSize(at))
        return false;
    }
  }
  return true;
}

void Matcher::finish(State state) {
  Match &match = state.match;
  for (Value argument : rule.getBeforeBlock()->getArguments())
    match.arguments.push_back(match.values.lookup(argument));
  for (Value result : rule.getBeforeYield().getValues())
    match.results.push_back(match.values.lookup(result));
  match.alternative = alternatives;
  auto query = [&](StringRef function, StringRef value, ArrayRef<Term> rest) {
    return queryValue(match, function, value, rest);
  };
  bool holds = sizesAgree(match) && llvm::all_of(conditions, [&](auto &each) {
                 return evaluate(each, match.bindings, query).isTrue();
               });
  if (!holds)
    return;
  ++alternatives;
  found.push_back(std::move(match));
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

std::vector<Match> rewrite::findMatches(Operation *rule, Operation *function,
                                        unsigned limit) {
  std::vector<Match> found;
  if (isa<mlir::pdl::PatternOp>(rule)) {
    findPatternMatches(rule, function, limit, found);
    return found;
  }
  Matcher matcher(cast<RuleOp>(rule), limit, found);
  function->walk([&](Operation *op) { matcher.matchAt(op); });
  return found;
}

FailureOr<Match> rewrite::findMatch(Operation *rule, Operation *function,
                                    StringRef site) {
  for (Match &match : findMatches(rule, function))
    if (match.site() == site)
      return std::move(match);
  return failure();
}
