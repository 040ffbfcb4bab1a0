//===- TileCombiner.cpp - Which bodies may be summed in a tree --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A structured reduction runs through its elements in order; a schedule joins
// them in a tree of its own, which is the same only if the body is associative
// and commutative and its neutral value changes nothing. Bodies are free, so
// they are tried out: small numbers, for which no sum or product rounds, are
// folded through them. This finds bodies that are no combination at all (a
// difference, a moving average) and ones that depend on the order of equal
// elements (the first of several maxima).
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// The accumulator that `op` works on: its first operand that is one or comes
/// from one.
static std::optional<unsigned> ownerOf(linalg::LinalgOp parent, Operation *op) {
  ArrayRef<BlockArgument> accumulators = parent.getRegionOutputArgs();
  for (Value operand : op->getOperands()) {
    if (auto *found = llvm::find(accumulators, operand);
        found != accumulators.end())
      return found - accumulators.begin();
    Operation *source = operand.getDefiningOp();
    if (source && source->getBlock() == parent.getBlock())
      if (std::optional<unsigned> owner = ownerOf(parent, source))
        return owner;
  }
  return std::nullopt;
}

std::optional<unsigned> Combiner::elementOf(linalg::LinalgOp parent,
                                            Operation *op,
                                            Value operand) const {
  auto *found = llvm::find(elements, operand);
  if (found == elements.end())
    return std::nullopt;
  std::optional<unsigned> owner = ownerOf(parent, op);
  if (owner && elements[*owner] == operand)
    return owner;
  return found - elements.begin();
}

/// One element of each operand.
using Tuple = SmallVector<Attribute, 2>;

/// What `op` makes of constants, null if it cannot tell.
static Attribute foldOne(Operation &op, DenseMap<Value, Attribute> &known) {
  SmallVector<Attribute> operands;
  for (Value operand : op.getOperands()) {
    Attribute value = known.lookup(operand);
    if (!value && !matchPattern(operand, m_Constant(&value)))
      return {};
    operands.push_back(value);
  }
  // A copy, since folding may change the operation itself.
  Operation *copy = op.clone();
  SmallVector<OpFoldResult> results;
  bool folded = succeeded(copy->fold(operands, results)) && results.size() == 1;
  copy->destroy();
  if (!folded)
    return {};
  if (auto value = dyn_cast<Value>(results[0])) {
    Attribute attr = known.lookup(value);
    return attr || matchPattern(value, m_Constant(&attr)) ? attr : Attribute();
  }
  return cast<Attribute>(results[0]);
}

/// left combined with right; empty if the body cannot be folded.
static Tuple evaluate(linalg::LinalgOp op, const Combiner &combiner, Tuple left,
                      Tuple right) {
  if (combiner.order) {
    auto number = [&](const Tuple &tuple) {
      return cast<IntegerAttr>(tuple[*combiner.order]).getValue();
    };
    if (number(right).slt(number(left)))
      std::swap(left, right);
  }
  DenseMap<Value, Attribute> known;
  for (auto [i, accumulator] : llvm::enumerate(op.getRegionOutputArgs())) {
    known[accumulator] = left[i];
    known[combiner.elements[i]] = right[i];
  }
  for (Operation *inner : combiner.ops) {
    for (Value operand : inner->getOperands())
      if (auto i = combiner.elementOf(op, inner, operand))
        known[operand] = right[*i];
    Attribute value = foldOne(*inner, known);
    if (!value)
      return {};
    known[inner->getResult(0)] = value;
  }
  Tuple result;
  for (Value yielded : combiner.yields) {
    Attribute value = known.lookup(yielded);
    if (!value)
      return {};
    result.push_back(value);
  }
  return result;
}

/// Numbers of `type` whose sums and products are exact.
static SmallVector<Attribute> numbersOf(Type type) {
  Builder builder(type.getContext());
  SmallVector<Attribute> numbers;
  if (type.isInteger(1)) {
    numbers = {builder.getBoolAttr(false), builder.getBoolAttr(true)};
    return numbers;
  }
  for (int64_t n : {-3, 1, 2})
    numbers.push_back(isa<FloatType>(type)
                          ? Attribute(builder.getFloatAttr(type, double(n)))
                          : Attribute(builder.getIntegerAttr(type, n)));
  return numbers;
}

/// All tuples of such numbers, or enough of them.
static SmallVector<Tuple> samplesOf(ValueRange accumulators) {
  constexpr size_t enough = 12;
  SmallVector<Tuple> samples = {{}};
  for (auto [i, accumulator] : llvm::enumerate(accumulators)) {
    SmallVector<Attribute> numbers = numbersOf(accumulator.getType());
    SmallVector<Tuple> longer;
    for (auto [k, sample] : llvm::enumerate(samples))
      for (auto [n, number] : llvm::enumerate(numbers)) {
        // Where there are many, one number for each of the shorter ones.
        if (samples.size() * numbers.size() > enough &&
            n != (k + i) % numbers.size())
          continue;
        longer.push_back(sample);
        longer.back().push_back(number);
      }
    samples = std::move(longer);
  }
  return samples;
}

/// Why the body is no combination; null if it is one as far as can be seen.
static const char *findFlaw(linalg::LinalgOp op, const Combiner &combiner) {
  SmallVector<Tuple> samples = samplesOf(op.getRegionOutputArgs());
  Tuple neutral(combiner.neutral.begin(), combiner.neutral.end());
  for (const Tuple &a : samples) {
    if (evaluate(op, combiner, a, a).empty())
      return "cannot be tried out";
    if (evaluate(op, combiner, neutral, a) != a)
      return "has no neutral value";
    for (const Tuple &b : samples) {
      Tuple ab = evaluate(op, combiner, a, b);
      if (ab != evaluate(op, combiner, b, a))
        return "depends on the order of its elements";
      for (const Tuple &c : samples)
        if (evaluate(op, combiner, ab, c) !=
            evaluate(op, combiner, a, evaluate(op, combiner, b, c)))
          return "is not associative";
    }
  }
  return nullptr;
}

/// The result that carries the number of the iteration, if there is one: in
/// sequence, equal elements meet with the lesser number first.
static std::optional<unsigned> iterationNumber(linalg::LinalgOp op,
                                               const Combiner &combiner) {
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  for (auto [i, element] : llvm::enumerate(combiner.elements)) {
    Operation *source = element.getDefiningOp();
    if (isa_and_nonnull<arith::IndexCastOp>(source))
      source = source->getOperand(0).getDefiningOp();
    auto index = dyn_cast_or_null<linalg::IndexOp>(source);
    auto first = dyn_cast<IntegerAttr>(combiner.neutral[i]);
    if (index && loops.size() == 1 && index.getDim() == loops[0] && first &&
        !first.getValue().isStrictlyPositive())
      return i;
  }
  return std::nullopt;
}

LogicalResult schedule::checkCombiner(linalg::LinalgOp op, Combiner &combiner) {
  const char *flaw = findFlaw(op, combiner);
  if (!flaw)
    return success();
  if ((combiner.order = iterationNumber(op, combiner)) &&
      !findFlaw(op, combiner))
    return success();
  return op.emitError("the body ")
         << flaw << ", so that it cannot be joined in a tree; make it an "
         << "associative and commutative combination, with ties decided";
}
