//===- OnlineGroup.cpp - Reductions that one loop carries -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnlineGroup.h"
#include "OnlineDependence.h"
#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

Operation *schedule::combiningOp(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 1)
    return nullptr;
  Operation *last =
      op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  if (!last || !llvm::is_contained(last->getOperands(),
                                   Value(op.getRegionOutputArgs()[0])))
    return nullptr;
  auto initial =
      dyn_cast_or_null<FloatAttr>(getUniformValue(op.getDpsInits()[0]));
  if (!initial)
    return nullptr;
  APFloat value = initial.getValue();
  if (isa<arith::AddFOp>(last))
    return value.isZero() ? last : nullptr;
  if (isa<arith::MaximumFOp, arith::MaxNumFOp>(last))
    return value.isInfinity() && value.isNegative() ? last : nullptr;
  if (isa<arith::MinimumFOp, arith::MinNumFOp>(last))
    return value.isInfinity() && !value.isNegative() ? last : nullptr;
  return nullptr;
}

Value schedule::elementOf(linalg::LinalgOp op, Operation *combining) {
  Value accumulator = op.getRegionOutputArgs()[0];
  return combining->getOperand(combining->getOperand(0) == accumulator ? 1 : 0);
}

std::optional<SmallVector<AffineExpr>>
schedule::placeAlong(linalg::LinalgOp op, Value result,
                     ArrayRef<AffineExpr> coordinates,
                     const KernelStructure &structure) {
  SmallVector<unsigned> loops;
  op.getParallelDims(loops);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<AffineExpr> place;
  auto type = cast<RankedTensorType>(result.getType());
  for (auto [d, extent] : llvm::enumerate(type.getShape())) {
    if (extent == 1) {
      place.push_back(getAffineConstantExpr(0, op.getContext()));
      continue;
    }
    SmallVector<unsigned> along;
    for (unsigned loop : loops)
      if (extents[loop] == extent && structure.sameAxis(op, loop, result, d))
        along.push_back(loop);
    if (along.size() != 1)
      return std::nullopt;
    place.push_back(coordinates[along[0]]);
  }
  return place;
}

/// Whether each dimension of `result` runs along one parallel loop of `op`.
static bool runsAlong(Value result, linalg::LinalgOp op,
                      const KernelStructure &structure) {
  SmallVector<AffineExpr> loops;
  for (unsigned loop : llvm::seq(op.getNumLoops()))
    loops.push_back(getAffineDimExpr(loop, op.getContext()));
  return placeAlong(op, result, loops, structure).has_value();
}

static unsigned reducedLoop(linalg::LinalgOp op) {
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  return loops[0];
}

/// What `op` owes to `earlier`; false if it cannot be taken back.
static bool findDependence(linalg::LinalgOp op, Operation *combining,
                           linalg::LinalgOp earlier,
                           const DenseSet<Value> &results,
                           SmallVectorImpl<Dependence> &dependences) {
  DenseSet<Value> fixed(results);
  Value target = earlier->getResult(0);
  fixed.erase(target);
  DependenceFinder finder(target, fixed);
  Value element = elementOf(op, combining);
  if (!finder.dependsOn(element))
    return true;
  std::optional<Weight> weight = finder.weight(element);
  if (!weight || !isa<arith::AddFOp>(combining))
    return false;
  if (weight->exponential && weight->coefficient.sign) {
    // Of a maximum the elements are decreasing functions, so that no factor
    // exceeds one; of a minimum increasing ones.
    Operation *extremum = combiningOp(earlier);
    bool maximum = isa<arith::MaximumFOp, arith::MaxNumFOp>(extremum);
    if (weight->power || isa<arith::AddFOp>(extremum))
      return false;
    if (finder.increases(weight->exponential->getOperand(0)) == maximum)
      return false;
    dependences.push_back(
        {earlier, weight->exponential, weight->coefficient, 0});
    return true;
  }
  if (weight->power == 0)
    return true;
  if (std::abs(weight->power) != 1)
    return false;
  dependences.push_back({earlier, nullptr, {}, weight->power});
  return true;
}

DenseSet<Value> schedule::forwardClosure(ArrayRef<Value> values) {
  DenseSet<Value> closure;
  SmallVector<Value> pending(values);
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (closure.insert(value).second)
      for (Operation *user : value.getUsers())
        llvm::append_range(pending, user->getResults());
  }
  return closure;
}

SmallVector<OnlineMember>
schedule::findOnlineGroup(linalg::LinalgOp last,
                          const KernelStructure &structure) {
  // One that a scan's last value is computed by stands in no block.
  if (!last->getBlock() || !combiningOp(last))
    return {};
  unsigned axis = reducedLoop(last);
  SmallVector<OnlineMember> members;
  DenseSet<Value> results;
  SmallVector<Value> left; // reductions that cannot take part
  for (Operation &op : *last->getBlock()) {
    auto candidate = dyn_cast<linalg::LinalgOp>(&op);
    Operation *combining = candidate ? combiningOp(candidate) : nullptr;
    if (!combining ||
        !structure.sameAxis(candidate, reducedLoop(candidate), last, axis) ||
        candidate.getStaticLoopRanges()[reducedLoop(candidate)] !=
            last.getStaticLoopRanges()[axis] ||
        (candidate != last &&
         !runsAlong(candidate->getResult(0), last, structure)))
      continue;
    OnlineMember member = {candidate, {}};
    DenseSet<Value> others = forwardClosure(left);
    bool fits = llvm::none_of(candidate->getOperands(), [&](Value operand) {
      return others.contains(operand);
    });
    for (OnlineMember &earlier : members)
      fits = fits && findDependence(candidate, combining, earlier.op, results,
                                    member.dependences);
    // One result is owed in one way: its stand-in inside of the loop differs.
    for (OnlineMember &earlier : members)
      for (Dependence &before : earlier.dependences)
        for (Dependence &now : member.dependences)
          fits &= before.on != now.on || !before.power == !now.power;
    if (!fits) {
      left.push_back(candidate->getResult(0));
      continue;
    }
    results.insert(candidate->getResult(0));
    members.push_back(std::move(member));
  }
  bool included =
      llvm::any_of(members, [&](OnlineMember &m) { return m.op == last; });
  // What owes nothing to others and others owe nothing to goes its own way.
  DenseSet<Operation *> joined = {last};
  for (OnlineMember &member : members) {
    if (!member.dependences.empty())
      joined.insert(member.op);
    for (Dependence &dependence : member.dependences)
      joined.insert(dependence.on);
  }
  llvm::erase_if(members,
                 [&](OnlineMember &m) { return !joined.contains(m.op); });
  if (!included || members.size() < 2)
    return {};
  return members;
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The value that is handed on to `value`.
static Value origin(Value value) {
  DenseSet<Value> none;
  DependenceFinder finder(Value(), none);
  while (Value from = finder.source(value))
    value = from;
  return value;
}

bool schedule::isRowWeight(Value factor, const OnlineMember &member) {
  Value value = origin(factor);
  // A row's sum divides all of it: the quotients are weights as well.
  if (auto quotient = value.getDefiningOp<arith::DivFOp>()) {
    Value divisor = origin(quotient.getRhs());
    if (llvm::none_of(member.dependences, [&](const Dependence &d) {
          return d.power == -1 &&
                 linalg::LinalgOp(d.on)->getResult(0) == divisor;
        }))
      return false;
    value = origin(quotient.getLhs());
  }
  Operation *exponential = value.getDefiningOp();
  if (!isa_and_nonnull<math::ExpOp, math::Exp2Op>(exponential))
    return false;
  auto difference =
      origin(exponential->getOperand(0)).getDefiningOp<arith::SubFOp>();
  if (!difference)
    return false;
  for (const Dependence &dependence : member.dependences) {
    linalg::LinalgOp extremum = dependence.on;
    Operation *combining = combiningOp(extremum);
    if (dependence.exponential == exponential &&
        isa<arith::MaximumFOp, arith::MaxNumFOp>(combining) &&
        origin(difference.getRhs()) == extremum->getResult(0) &&
        origin(difference.getLhs()) == origin(elementOf(extremum, combining)))
      return true;
  }
  return false;
}
