//===- OnlineMask.cpp - Which elements a mask leaves ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnlineDependence.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
/// A value of a body and where its op's loops are.
struct Located {
  Value value;
  SmallVector<AffineExpr> coordinates;
};
} // namespace

/// Follows operands that are read at their own place to what defines them.
static Located locate(Located at) {
  while (auto argument = dyn_cast<BlockArgument>(at.value)) {
    auto parent =
        dyn_cast<linalg::LinalgOp>(argument.getOwner()->getParentOp());
    if (!parent)
      return at;
    OpOperand *operand = parent.getMatchingOpOperand(argument);
    auto source = operand->get().getDefiningOp<linalg::LinalgOp>();
    if (!source || source.getNumReductionLoops())
      return at;
    AffineMap read = parent.getMatchingIndexingMap(operand);
    unsigned result = cast<OpResult>(operand->get()).getResultNumber();
    AffineMap made =
        source.getMatchingIndexingMap(source.getDpsInitOperand(result));
    SmallVector<AffineExpr> coordinates(source.getNumLoops());
    for (auto [from, to] : llvm::zip(made.getResults(), read.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(from))
        coordinates[dim.getPosition()] = to.replaceDims(at.coordinates);
    if (!llvm::all_of(coordinates, [](AffineExpr e) { return bool(e); }))
      return at;
    at = {source.getBlock()->getTerminator()->getOperand(result), coordinates};
  }
  return at;
}

/// Adds what follows from `condition` being `holds`.
static void addConditions(Located condition, bool holds,
                          SmallVectorImpl<AffineExpr> &found) {
  condition = locate(condition);
  Operation *op = condition.value.getDefiningOp();
  if (isa_and_nonnull<arith::AndIOp>(op) && holds) {
    for (Value operand : op->getOperands())
      addConditions({operand, condition.coordinates}, holds, found);
    return;
  }
  if (isa_and_nonnull<arith::OrIOp>(op) && !holds) {
    for (Value operand : op->getOperands())
      addConditions({operand, condition.coordinates}, holds, found);
    return;
  }
  auto compare = dyn_cast_or_null<arith::CmpIOp>(op);
  if (!compare)
    return;
  AffineExpr left = affineOf(compare.getLhs(), condition.coordinates);
  AffineExpr right = affineOf(compare.getRhs(), condition.coordinates);
  if (!left || !right)
    return;
  using Predicate = arith::CmpIPredicate;
  Predicate predicate = compare.getPredicate();
  if (!holds)
    predicate = arith::invertPredicate(predicate);
  switch (predicate) {
  case Predicate::eq:
    found.push_back(right - left);
    found.push_back(left - right);
    return;
  // Numbers of iterations are not negative; a difference may be, so that
  // unsigned comparisons with one say nothing here.
  case Predicate::ule:
  case Predicate::ult:
  case Predicate::uge:
  case Predicate::ugt:
    if (!compare.getLhs().getDefiningOp<linalg::IndexOp>() ||
        !compare.getRhs().getDefiningOp<linalg::IndexOp>())
      return;
    [[fallthrough]];
  default:
    break;
  }
  switch (predicate) {
  case Predicate::sle:
  case Predicate::ule:
    return found.push_back(right - left);
  case Predicate::slt:
  case Predicate::ult:
    return found.push_back(right - left - 1);
  case Predicate::sge:
  case Predicate::uge:
    return found.push_back(left - right);
  case Predicate::sgt:
  case Predicate::ugt:
    return found.push_back(left - right - 1);
  default:
    return;
  }
}

/// Adds what holds where `value` is not -infinity.
static void addMask(Located at, SmallVectorImpl<AffineExpr> &found) {
  at = locate(at);
  Operation *op = at.value.getDefiningOp();
  if (isa_and_nonnull<arith::AddFOp>(op))
    for (Value operand : op->getOperands())
      addMask({operand, at.coordinates}, found);
  auto select = dyn_cast_or_null<arith::SelectOp>(op);
  if (!select)
    return;
  auto isLowest = [&](Value value) {
    APFloat number(0.0f);
    value = locate({value, at.coordinates}).value;
    return matchPattern(value, m_ConstantFloat(&number)) &&
           number.isInfinity() && number.isNegative();
  };
  Located condition = {select.getCondition(), at.coordinates};
  if (isLowest(select.getFalseValue())) {
    addConditions(condition, true, found);
    addMask({select.getTrueValue(), at.coordinates}, found);
  } else if (isLowest(select.getTrueValue())) {
    addConditions(condition, false, found);
    addMask({select.getFalseValue(), at.coordinates}, found);
  }
}

SmallVector<AffineExpr> schedule::findMask(ArrayRef<OnlineMember> group,
                                           ArrayRef<AffineExpr> coordinates) {
  linalg::LinalgOp extremum = group.front().op;
  Operation *combining = combiningOp(extremum);
  if (!isa<arith::MaximumFOp, arith::MaxNumFOp>(combining))
    return {};
  // Others vanish with the tensor whose extremum it is.
  Value element = elementOf(extremum, combining);
  auto argument = dyn_cast<BlockArgument>(element);
  if (!argument || argument.getOwner() != extremum.getBlock())
    return {};
  DenseSet<Value> results;
  for (const OnlineMember &member : group)
    results.insert(linalg::LinalgOp(member.op)->getResult(0));
  DependenceFinder finder(extremum.getMatchingOpOperand(argument)->get(),
                          results);
  for (const OnlineMember &member : group.drop_front())
    if (llvm::none_of(member.dependences, [&](const Dependence &owed) {
          return owed.exponential && owed.on == extremum &&
                 finder.increases(owed.exponential->getOperand(0));
        }))
      return {};
  SmallVector<AffineExpr> found;
  addMask({element, SmallVector<AffineExpr>(coordinates)}, found);
  return found;
}
