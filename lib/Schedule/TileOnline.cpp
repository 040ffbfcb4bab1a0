//===- TileOnline.cpp - Dependent reductions in one loop --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop over pieces of the reduced axis carries every reduction of a group.
// Inside of it a result that later elements need is the one of the pieces seen
// so far; when it changes, sums that were made with the old one are rescaled.
// What divides or multiplies whole sums is left out and made good at the end.
// (The derivation for softmax is that of Milakov and Gimelshein, arXiv
// 1805.02867.)
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

struct TileBuilder::OnlineLoop {
  ArrayRef<OnlineMember> group;
  SmallVector<ReductionDim> dims; ///< the one reduced loop of `last`
  SmallVector<Demand> demands;    ///< of each member's result
  SmallVector<Iteration> spaces;  ///< of each member's step
  std::vector<Combiner> combiners;
  SmallVector<ReductionDim> stepDims; ///< of each member
  scf::ForOp loop;
  SmallVector<Value> next; ///< results after this step, as far as known
  SmallVector<Value> safe; ///< the same, 0 where nothing was seen

  unsigned number(linalg::LinalgOp op) const {
    for (auto [i, member] : llvm::enumerate(group))
      if (member.op == op)
        return i;
    llvm_unreachable("a dependence on no member");
  }
  /// Whether a later member's elements need the running value of this one.
  bool isExponent(unsigned number) const {
    return llvm::any_of(group, [&](const OnlineMember &member) {
      return llvm::any_of(member.dependences, [&](const Dependence &d) {
        return d.exponential && d.on == linalg::LinalgOp(group[number].op);
      });
    });
  }
};

LogicalResult TileBuilder::prepareOnline(const Demand &demand,
                                         linalg::LinalgOp op,
                                         OnlineLoop &state) {
  FailureOr<Iteration> outer = iterationSpace(demand, op);
  if (failed(outer))
    return failure();
  state.dims = reductionDims(op, outer->shape);
  for (const OnlineMember &entry : state.group) {
    linalg::LinalgOp member = entry.op;
    Value result = member->getResult(0);
    Demand wanted = demand;
    if (member != op) {
      auto coordinates = placeAlong(op, result, outer->coordinates, structure);
      if (!coordinates)
        return member.emitError(
            "has a dimension that the last reduction lacks");
      SmallVector<int64_t> from;
      wanted =
          normalize({result,
                     AffineMap::get(outer->shape.size(), outer->symbols.size(),
                                    *coordinates, context),
                     outer->symbols, outer->shape},
                    from);
    }
    FailureOr<Iteration> space = iterationSpace(wanted, member);
    FailureOr<Combiner> combiner = analyzeCombiner(member);
    if (failed(space) || failed(combiner))
      return failure();
    SmallVector<unsigned> loops;
    member.getReductionDims(loops);
    ReductionDim dim = state.dims[0];
    dim.loops = {loops[0]};
    dim.addTo(*space, context);
    dim.position =
        dim.position + getAffineSymbolExpr(space->symbols.size(), context);
    dim.place(*space);
    state.demands.push_back(wanted);
    state.spaces.push_back(std::move(*space));
    state.combiners.push_back(std::move(*combiner));
    state.stepDims.push_back(dim);
  }
  return success();
}

Value TileBuilder::alignTo(Value tile, linalg::LinalgOp stat,
                           const OnlineLoop &state, unsigned number) {
  linalg::LinalgOp member = state.group[number].op;
  const Iteration &space = state.spaces[number];
  const Demand &wanted = state.demands[number];
  Value result = stat->getResult(0);
  auto coordinates = placeAlong(member, result, space.coordinates, structure);
  if (!coordinates) {
    member.emitError(
        "has no dimension along one of a result that it depends on");
    return {};
  }
  SmallVector<int64_t> from;
  Demand seen =
      normalize({result,
                 AffineMap::get(wanted.shape.size(), wanted.symbols.size(),
                                *coordinates, context),
                 wanted.symbols, wanted.shape},
                from);
  const Demand &known = state.demands[state.number(stat)];
  if (seen < known || known < seen) {
    member.emitError("depends on another part of an earlier result");
    return {};
  }
  return view(tile, from, wanted.shape, member.getLoc());
}

/// Where `value` still is what an extremum begins with.
static Value isUntouched(OpBuilder &builder, Value value, Value neutral,
                         Location loc) {
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, value,
                               neutral);
}

Value TileBuilder::rescaleFactor(OnlineLoop &state, const Dependence &owed,
                                 Location loc) {
  unsigned stat = state.number(owed.on);
  Value old = state.loop.getRegionIterArg(stat), now = state.safe[stat];
  ArrayRef<int64_t> shape = state.demands[stat].shape;
  bool positive = owed.coefficient.sign > 0;
  Value exponent = arith::SubFOp::create(at(), loc, positive ? now : old,
                                         positive ? old : now);
  for (Operation *literal : owed.coefficient.literals)
    exponent = arith::MulFOp::create(
        at(), loc, exponent,
        splat(cast<TypedAttr>(cast<arith::ConstantOp>(literal).getValue()),
              shape, loc, literal));
  Value factor = isa<math::Exp2Op>(owed.exponential)
                     ? math::Exp2Op::create(at(), loc, exponent).getResult()
                     : math::ExpOp::create(at(), loc, exponent).getResult();
  // Nothing was summed before the first element was seen.
  TypedAttr neutral = state.combiners[stat].neutral[0];
  Value first = isUntouched(at(), old, splat(neutral, shape, loc), loc);
  Value zero =
      splat(Builder(context).getZeroAttr(neutral.getType()), shape, loc);
  return arith::SelectOp::create(at(), loc, first, zero, factor);
}

FailureOr<Value> TileBuilder::onlineStep(OnlineLoop &state, unsigned number) {
  const OnlineMember &entry = state.group[number];
  linalg::LinalgOp member = entry.op;
  const Demand &wanted = state.demands[number];
  const Iteration &space = state.spaces[number];
  const Combiner &combiner = state.combiners[number];
  Location loc = member.getLoc();
  // Elements first: loads and products do not wait for the rescaling.
  ReductionDim dim = state.stepDims[number];
  SmallVector<Value> step;
  if (isContraction(member, space, wanted, dim)) {
    step = {dotOfStep(member, space, wanted.shape.size(), dim, &entry)};
  } else {
    auto elements = elementsOfStep(member, combiner, space, dim);
    if (failed(elements))
      return failure();
    step = *elements;
    if (space.shape.size() > wanted.shape.size())
      step = reduceAlong(combiner, step, wanted.shape.size(), loc);
  }
  if (!step[0])
    return failure();
  Value kept = state.loop.getRegionIterArg(number);
  for (const Dependence &owed : entry.dependences) {
    if (!owed.exponential)
      continue;
    Value factor =
        alignTo(rescaleFactor(state, owed, loc), owed.on, state, number);
    if (!factor)
      return failure();
    kept = arith::MulFOp::create(at(), loc, kept, factor);
  }
  return combine(combiner, kept, step, loc)[0];
}

void TileBuilder::boundOnline(OnlineLoop &state, Location loc, Value &lower,
                              Value &upper) {
  const Iteration &space = state.spaces[0];
  // The last symbol is the loop's variable, not there yet.
  unsigned number = space.symbols.size();
  AffineExpr piece = getAffineSymbolExpr(number, context);
  AffineExpr start = getAffineConstantExpr(0, context);
  int64_t step = state.dims[0].tile;
  auto make = [&](AffineExpr bound) -> Value {
    SmallVector<Value> symbols(space.symbols);
    AffineMap map =
        simplifyDemandMap(AffineMap::get(0, number, bound), symbols);
    return affine::AffineApplyOp::create(at(), loc, map, symbols);
  };
  for (AffineExpr condition : findMask(state.group, space.coordinates)) {
    AffineExpr most = greatestOver(condition, space.shape, number + 1);
    if (!most)
      continue;
    auto slope = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
        most.replace(piece, piece + 1) - most, 0, number + 1));
    if (!slope || !slope.getValue())
      continue;
    AffineExpr first =
        simplifyAffineExpr(most.replace(piece, start), 0, number);
    if (slope.getValue() < 0) {
      Value bound = make(first.floorDiv(-slope.getValue()) + 1);
      upper = arith::MinSIOp::create(at(), loc, upper, bound);
    } else {
      // The first piece that reaches an element that counts.
      Value bound =
          make((-first).ceilDiv(slope.getValue()).ceilDiv(step) * step);
      lower = arith::MaxSIOp::create(at(), loc, lower, bound);
    }
  }
}

/// Makes the loop and begins its body, in which the members' results run.
/// Returns before what code of the scope around it went until now.
Operation *TileBuilder::openOnline(OnlineLoop &state, Location loc) {
  const ReductionDim &dim = state.dims[0];
  SmallVector<Value> initial;
  for (auto [wanted, combiner] : llvm::zip(state.demands, state.combiners))
    initial.push_back(splat(combiner.neutral[0], wanted.shape, loc));
  auto constant = [&](int64_t v) -> Value {
    return arith::ConstantIndexOp::create(at(), loc, v);
  };
  Value lower = constant(0), upper = constant(dim.extent()),
        by = constant(dim.tile);
  boundOnline(state, loc, lower, upper);
  state.loop = scf::ForOp::create(at(), loc, lower, upper, by, initial);
  OpBuilder end = OpBuilder::atBlockEnd(state.loop.getBody());
  scf::YieldOp::create(end, loc, state.loop.getRegionIterArgs());
  Operation *before = scopes.back().before;
  enterLoop(state.loop, state.loop.getInductionVar());
  for (Iteration &space : state.spaces)
    space.symbols.push_back(state.loop.getInductionVar());

  // What depends on unfinished results belongs into the loop.
  Running &unfinished = running.emplace_back();
  unfinished.level = scopes.size() - 1;
  SmallVector<Value> results;
  for (const OnlineMember &member : state.group)
    results.push_back(linalg::LinalgOp(member.op)->getResult(0));
  unfinished.dependents = forwardClosure(results);
  return before;
}

/// What stands for a member's result inside of the loop, once it is `next`.
Value TileBuilder::standInOf(OnlineLoop &state, unsigned number, Value next,
                             Location loc) {
  ArrayRef<int64_t> shape = state.demands[number].shape;
  TypedAttr neutral = state.combiners[number].neutral[0];
  Builder attributes(context);
  if (!state.isExponent(number))
    return splat(attributes.getFloatAttr(neutral.getType(), 1.0), shape, loc);
  Value none = isUntouched(at(), next, splat(neutral, shape, loc), loc);
  return arith::SelectOp::create(
      at(), loc, none,
      splat(attributes.getZeroAttr(neutral.getType()), shape, loc), next);
}

LogicalResult TileBuilder::runOnlineSteps(OnlineLoop &state, Location loc) {
  for (auto [number, member] : llvm::enumerate(state.group)) {
    FailureOr<Value> next = onlineStep(state, number);
    if (failed(next))
      return failure();
    Value standIn = standInOf(state, number, *next, loc);
    state.next.push_back(*next);
    state.safe.push_back(standIn);
    running.back().tiles.insert({linalg::LinalgOp(member.op)->getResult(0),
                                 {state.demands[number], standIn}});
  }
  return success();
}

/// The members' results: what the loop gives, with the factors of whole sums.
FailureOr<SmallVector<Value>> TileBuilder::finishOnline(OnlineLoop &state,
                                                        Location loc) {
  SmallVector<Value> totals(state.loop.getResults());
  for (auto [number, member] : llvm::enumerate(state.group))
    for (const Dependence &owed : member.dependences) {
      if (owed.exponential)
        continue;
      Value factor =
          alignTo(totals[state.number(owed.on)], owed.on, state, number);
      if (!factor)
        return failure();
      Value &total = totals[number];
      total = owed.power < 0
                  ? arith::DivFOp::create(at(), loc, total, factor).getResult()
                  : arith::MulFOp::create(at(), loc, total, factor).getResult();
    }
  return totals;
}

Value TileBuilder::computeOnline(const Demand &demand, linalg::LinalgOp op,
                                 ArrayRef<OnlineMember> group) {
  OnlineLoop state;
  state.group = group;
  if (failed(prepareOnline(demand, op, state)))
    return {};
  Location loc = op.getLoc();
  Operation *before = openOnline(state, loc);
  LogicalResult ran = runOnlineSteps(state, loc);
  running.pop_back();
  if (succeeded(ran))
    state.loop.getBody()->getTerminator()->setOperands(state.next);
  leaveLoop(before);
  if (failed(ran))
    return {};
  auto totals = finishOnline(state, loc);
  if (failed(totals))
    return {};
  // Others may want the results, too.
  for (auto [wanted, total] : llvm::zip_equal(state.demands, *totals))
    if (scopeLevel(wanted.symbols) == scopes.size() - 1)
      scopes.back().answers[wanted] = total;
  return (*totals)[state.number(op)];
}
