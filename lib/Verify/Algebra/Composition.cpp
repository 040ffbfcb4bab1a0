//===- Composition.cpp - Large programs piece by piece ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The target is read in its order. A value whose name the source has is equal
// to that one. Of any other, a value of the source is looked for that is the
// same function of values that both have: a window. If there is one, the value
// takes its name, and what is computed from it has names that the source has.
// Each window is small, however long the program, and equal ones are compared
// once.
//
//===----------------------------------------------------------------------===//

#include "ProgramNames.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <cmath>
#include <map>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Operations of one side of a window. More are not a small piece.
static constexpr size_t mostOperations = 200;
/// Windows that may be looked at in vain, for they were too large for a glance,
/// or differ although that let them pass. Beyond it, the programs differ.
static constexpr unsigned mostMisses = 16;

namespace {
class Composer {
public:
  Composer(Block &source, Block &target, const EquivalenceOptions &glance,
           CompareWindow compare)
      : source(source), target(target), glance(glance), compare(compare) {}
  FailureOr<Composed> run();

private:
  /// Values by which both sides of a window begin.
  using Stops = llvm::StringSet<>;

  std::optional<Window> windowOf(Value before, Value after);
  std::optional<Window> windowUpTo(const Stops &stops, Value before,
                                   Value after);
  Stops frontierOf(Block &block, const ProgramNames &names,
                   const ProgramNames &others, Value value);
  FailureOr<bool> areEqual(Value before, Value after);
  FailureOr<bool> compareOnce(Window &window);
  LogicalResult findEqual(Value value);
  LogicalResult compareOutputs();
  void add(const EquivalenceResult &result);

  Block &source, &target;
  const EquivalenceOptions &glance;
  CompareWindow compare;
  ProgramNames sourceNames, targetNames;
  /// Values of the source by their types without dimensions of one.
  llvm::MapVector<mlir::Type, SmallVector<Value>> candidates;
  /// What was found of windows, by the hashes of both sides.
  std::map<std::string, bool> known;
  unsigned misses = 0;
  Composed composed;
};
} // namespace

/// A tensor's type without dimensions of one.
static mlir::Type typeOf(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> sizes;
  for (int64_t size : type.getShape())
    if (size != 1)
      sizes.push_back(size);
  return RankedTensorType::get(sizes, type.getElementType());
}

/// The nearest values that `value` is computed from and that both sides have.
Composer::Stops Composer::frontierOf(Block &block, const ProgramNames &names,
                                     const ProgramNames &others, Value value) {
  Remainder cone(block, names, [&](Value leaf) {
    return leaf != value && names.canBeFree(leaf) && others.has(names.of(leaf));
  });
  Stops stops;
  if (cone.collect(value, mostOperations))
    for (const auto &leaf : cone.leaves)
      stops.insert(leaf.first);
  return stops;
}

std::optional<Window> Composer::windowUpTo(const Stops &stops, Value before,
                                           Value after) {
  auto stopsIn = [&](const ProgramNames &names, Value root) {
    return [&names, &stops, root](Value value) {
      return value != root && names.canBeFree(value) &&
             stops.contains(names.of(value));
    };
  };
  Remainder left(source, sourceNames, stopsIn(sourceNames, before));
  Remainder right(target, targetNames, stopsIn(targetNames, after));
  for (auto [side, root] : {std::pair(&left, before), std::pair(&right, after)})
    if (!side->collect(root, mostOperations) ||
        llvm::any_of(side->leaves, [&](const auto &leaf) {
          return !stops.contains(leaf.first);
        }))
      return std::nullopt;
  return joinRemainders(left, right, before, after);
}

/// Both as functions of the same values, if they can be: those nearest to one
/// of them.
std::optional<Window> Composer::windowOf(Value before, Value after) {
  Stops stops = frontierOf(target, targetNames, sourceNames, after);
  if (auto window = windowUpTo(stops, before, after))
    return window;
  stops = frontierOf(source, sourceNames, targetNames, before);
  return windowUpTo(stops, before, after);
}

/// What is told of all windows together.
void Composer::add(const EquivalenceResult &result) {
  EquivalenceResult &all = composed.result;
  bool isFirst = composed.distinct++ == 0;
  all.evidence =
      isFirst ? result.evidence : std::min(all.evidence, result.evidence);
  all.levels = std::max(all.levels, result.levels);
  all.draws += result.draws;
  all.redraws += result.redraws;
  all.compared += result.compared;
  all.degree = std::max(all.degree, result.degree);
  all.expDepth = std::max(all.expDepth, result.expDepth);
  all.sampled |= result.sampled;
  all.tainted += result.tainted;
  all.digest = all.digest * 31 + result.digest;
  all.lessFinite |= result.lessFinite;
  for (const std::string &assumption : result.assumptions)
    if (!llvm::is_contained(all.assumptions, assumption))
      all.assumptions.push_back(assumption);
  for (InputFamily family : result.specialsDiffer)
    if (!llvm::is_contained(all.specialsDiffer, family))
      all.specialsDiffer.push_back(family);
}

/// Compares a window, unless one like it was.
FailureOr<bool> Composer::compareOnce(Window &window) {
  Block &before = window.source(), &after = window.target();
  std::string key = structuralHash(before.getParentOp(), "", {"kopt.id"}) +
                    structuralHash(after.getParentOp(), "", {"kopt.id"});
  if (auto found = known.find(key); found != known.end())
    return found->second;
  if (misses == mostMisses)
    return false;
  // Most values are others, as a few elements show.
  FailureOr<EquivalenceResult> result = checkEquivalence(before, after, glance);
  if (failed(result))
    return failure();
  misses += result->outOfWork;
  if (result->verdict != Verdict::Refuted && !result->outOfWork) {
    result = compare(before, after);
    if (failed(result))
      return failure();
    misses += result->verdict != Verdict::Verified;
    if (result->verdict == Verdict::Unproven)
      composed.result.reason = result->reason;
  }
  bool isEqual = result->verdict == Verdict::Verified;
  if (isEqual)
    add(*result);
  return known[key] = isEqual;
}

FailureOr<bool> Composer::areEqual(Value before, Value after) {
  std::optional<Window> window = windowOf(before, after);
  if (!window)
    return false;
  FailureOr<bool> equal = compareOnce(*window);
  if (succeeded(equal) && *equal)
    ++composed.windows;
  return equal;
}

/// Looks for a value of the source that `value` equals.
LogicalResult Composer::findEqual(Value value) {
  if (!targetNames.canBeFree(value) || sourceNames.has(targetNames.of(value)))
    return success();
  for (Value candidate : candidates[typeOf(value)]) {
    // It has another name than those that were found.
    if (targetNames.has(sourceNames.of(candidate)))
      continue;
    FailureOr<bool> equal = areEqual(candidate, value);
    if (failed(equal))
      return failure();
    if (!*equal)
      continue;
    targetNames.rename(value, sourceNames.of(candidate));
    break;
  }
  return success();
}

LogicalResult Composer::compareOutputs() {
  bool all = true;
  for (auto [i, before, after] :
       llvm::enumerate(source.getTerminator()->getOperands(),
                       target.getTerminator()->getOperands())) {
    if (sourceNames.of(before) == targetNames.of(after))
      continue;
    FailureOr<bool> equal = areEqual(before, after);
    if (failed(equal))
      return failure();
    if (!*equal && composed.result.reason.empty())
      composed.result.reason =
          "too large to be evaluated, and not piece by piece: result " +
          std::to_string(i) + " is not a function of values that both have";
    all &= *equal;
  }
  if (!all)
    return success();
  composed.result.reason.clear();
  composed.result.verdict = Verdict::Verified;
  // Any of them might err.
  composed.result.evidence -= std::log2(std::max(composed.distinct, 1u));
  return success();
}

FailureOr<Composed> Composer::run() {
  composed.result.sourceHash = structuralHash(source.getParentOp());
  composed.result.targetHash = structuralHash(target.getParentOp());
  composed.result.nonce = glance.nonce.value_or(0);
  if (source.getArgumentTypes() != target.getArgumentTypes() ||
      source.getTerminator()->getOperandTypes() !=
          target.getTerminator()->getOperandTypes() ||
      !sourceNames.compute(source)) {
    composed.result.reason = "a program does more than compute its results";
    return std::move(composed);
  }
  for (Operation &op : source.without_terminator())
    for (Value value : op.getResults())
      if (sourceNames.canBeFree(value))
        candidates[typeOf(value)].push_back(value);
  targetNames.addArguments(target);
  for (Operation &op : target.without_terminator()) {
    if (!targetNames.add(op)) {
      composed.result.reason = "a program does more than compute its results";
      return std::move(composed);
    }
    for (Value value : op.getResults())
      if (failed(findEqual(value)))
        return failure();
  }
  if (failed(compareOutputs()))
    return failure();
  return std::move(composed);
}

FailureOr<Composed> verify::composeWindows(Block &source, Block &target,
                                           const EquivalenceOptions &glance,
                                           CompareWindow compare) {
  return Composer(source, target, glance, compare).run();
}
