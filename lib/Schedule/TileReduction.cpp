//===- TileReduction.cpp - Tiles of reductions and products -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

//===----------------------------------------------------------------------===//
// What a reduction's body does
//===----------------------------------------------------------------------===//

/// The value that changes nothing when it is combined by `op`, null if unknown.
static TypedAttr neutralOf(Operation *op, Type type) {
  Builder builder(op->getContext());
  auto number = [&](double value) -> TypedAttr {
    return builder.getFloatAttr(type, value);
  };
  auto integer = [&](APInt (*make)(unsigned)) -> TypedAttr {
    return builder.getIntegerAttr(type, make(type.getIntOrFloatBitWidth()));
  };
  double infinity = std::numeric_limits<double>::infinity();
  return llvm::TypeSwitch<Operation *, TypedAttr>(op)
      .Case([&](arith::AddFOp) { return number(0.0); })
      .Case([&](arith::MulFOp) { return number(1.0); })
      .Case<arith::MaximumFOp, arith::MaxNumFOp>(
          [&](auto) { return number(-infinity); })
      .Case<arith::MinimumFOp, arith::MinNumFOp>(
          [&](auto) { return number(infinity); })
      .Case<arith::AddIOp, arith::OrIOp, arith::XOrIOp, arith::MaxUIOp>(
          [&](auto) { return TypedAttr(builder.getZeroAttr(type)); })
      .Case([&](arith::MulIOp) { return TypedAttr(builder.getOneAttr(type)); })
      .Case([&](arith::MaxSIOp) { return integer(APInt::getSignedMinValue); })
      .Case([&](arith::MinSIOp) { return integer(APInt::getSignedMaxValue); })
      .Case<arith::AndIOp, arith::MinUIOp>(
          [&](auto) { return integer(APInt::getAllOnes); })
      .Default([](Operation *) { return TypedAttr(); });
}

/// What the combining operations know of the elements alone (whether one is
/// NaN, say) is combined, too: it must follow from the elements.
static LogicalResult addFacts(linalg::LinalgOp op, Combiner &combiner,
                              const DenseSet<Value> &dependent) {
  SetVector<Operation *> needed(combiner.ops.begin(), combiner.ops.end());
  for (size_t i = 0; i < needed.size(); ++i)
    for (Value operand : needed[i]->getOperands()) {
      if (dependent.contains(operand) ||
          llvm::is_contained(combiner.elements, operand) ||
          matchPattern(operand, m_Constant()))
        continue;
      Operation *source = operand.getDefiningOp();
      if (!source || source->getBlock() != op.getBlock() ||
          isa<linalg::IndexOp>(source))
        return failure();
      needed.insert(source);
    }
  combiner.ops.clear();
  for (Operation &inner : op.getBlock()->without_terminator())
    if (needed.contains(&inner))
      combiner.ops.push_back(&inner);
  return success();
}

FailureOr<Combiner> TileBuilder::analyzeCombiner(linalg::LinalgOp op) {
  Combiner combiner;
  unsigned count = op.getNumDpsInits();
  Block *body = op.getBlock();
  ArrayRef<BlockArgument> accumulators = op.getRegionOutputArgs();
  DenseSet<Value> dependent(accumulators.begin(), accumulators.end());
  for (Operation &inner : body->without_terminator())
    if (llvm::any_of(inner.getOperands(),
                     [&](Value v) { return dependent.contains(v); })) {
      combiner.ops.push_back(&inner);
      dependent.insert(inner.result_begin(), inner.result_end());
    }
  llvm::append_range(combiner.yields, body->getTerminator()->getOperands());
  combiner.elements.resize(count);
  combiner.neutral.resize(count);

  // Element i is what shares an op with accumulator i and does not depend on
  // any accumulator: a constant only if there is nothing else, as in the index
  // of the largest of one.
  for (bool constants : {false, true})
    for (Operation *inner : combiner.ops)
      for (auto [i, accumulator] : llvm::enumerate(accumulators))
        if (llvm::is_contained(inner->getOperands(), accumulator))
          for (Value operand : inner->getOperands())
            if (!dependent.contains(operand) && !combiner.elements[i] &&
                operand.getType() == accumulator.getType() &&
                matchPattern(operand, m_Constant()) == constants)
              combiner.elements[i] = operand;
  for (unsigned i = 0; i < count; ++i) {
    if (!combiner.elements[i])
      return op.emitError("no element is combined with result ") << i;
    Operation *last = combiner.yields[i].getDefiningOp();
    if (last && llvm::is_contained(last->getOperands(), accumulators[i]))
      combiner.neutral[i] = neutralOf(last, accumulators[i].getType());
    if (!combiner.neutral[i])
      combiner.neutral[i] = getUniformValue(op.getDpsInits()[i]);
    if (!combiner.neutral[i])
      return op.emitError("no neutral element is known for result ") << i;
  }
  if (failed(addFacts(op, combiner, dependent)))
    return op.emitError("the body combines more than one element per result");
  if (failed(checkCombiner(op, combiner)))
    return failure();
  return combiner;
}

void TileBuilder::sortPair(OpBuilder &builder, const Combiner &combiner,
                           SmallVectorImpl<Value> &left,
                           SmallVectorImpl<Value> &right, Location loc) {
  if (!combiner.order)
    return;
  Value swap =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt,
                            right[*combiner.order], left[*combiner.order]);
  for (auto [l, r] : llvm::zip(left, right)) {
    Value first = arith::SelectOp::create(builder, loc, swap, r, l);
    r = arith::SelectOp::create(builder, loc, swap, l, r);
    l = first;
  }
}

SmallVector<Value> TileBuilder::combine(const Combiner &combiner,
                                        ArrayRef<Value> left,
                                        ArrayRef<Value> right, Location loc) {
  IRMapping mapping;
  auto op = cast<linalg::LinalgOp>(combiner.ops.front()->getParentOp());
  SmallVector<Value> first(left), second(right);
  sortPair(at(), combiner, first, second, loc);
  mapping.map(ArrayRef<BlockArgument>(op.getRegionOutputArgs()), first);
  mapping.map(combiner.elements, second);
  Iteration space;
  space.shape.assign(cast<RankedTensorType>(left[0].getType()).getShape());
  for (Operation *inner : combiner.ops) {
    for (Value operand : inner->getOperands())
      if (auto i = combiner.elementOf(op, inner, operand))
        mapping.map(operand, second[*i]);
    if (failed(inlineScalar(inner, space, mapping)))
      return {};
  }
  return llvm::map_to_vector(combiner.yields,
                             [&](Value v) { return mapping.lookup(v); });
}

void TileBuilder::fillBody(Region &region, const Combiner &combiner,
                           ArrayRef<Value> tiles, Location loc) {
  SmallVector<Type> both;
  for (int side = 0; side < 2; ++side)
    for (Value tile : tiles)
      both.push_back(getElementTypeOrSelf(tile.getType()));
  SmallVector<Location> locs(both.size(), loc);
  OpBuilder inside(context);
  Block *body = inside.createBlock(&region, {}, both, locs);
  IRMapping mapping;
  auto op = cast<linalg::LinalgOp>(combiner.ops.front()->getParentOp());
  ValueRange arguments = body->getArguments();
  SmallVector<Value> first(arguments.take_front(tiles.size()));
  SmallVector<Value> second(arguments.drop_front(tiles.size()));
  sortPair(inside, combiner, first, second, loc);
  mapping.map(ArrayRef<BlockArgument>(op.getRegionOutputArgs()), first);
  mapping.map(combiner.elements, second);
  for (Operation *inner : combiner.ops) {
    for (Value operand : inner->getOperands())
      if (Operation *constant = operand.getDefiningOp();
          constant && !mapping.contains(operand) &&
          matchPattern(operand, m_Constant()))
        inside.clone(*constant, mapping);
    for (Value operand : inner->getOperands())
      if (auto i = combiner.elementOf(op, inner, operand))
        mapping.map(operand, second[*i]);
    inside.clone(*inner, mapping);
  }
  SmallVector<Value> yields = llvm::map_to_vector(
      combiner.yields, [&](Value v) { return mapping.lookup(v); });
  ktile::YieldOp::create(inside, loc, yields);
}

/// The tile's type without one of its dimensions.
static Type withoutDim(Value tile, int64_t dim) {
  auto type = cast<RankedTensorType>(tile.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + dim);
  return RankedTensorType::get(shape, type.getElementType());
}

SmallVector<Value> TileBuilder::reduceAlong(const Combiner &combiner,
                                            ArrayRef<Value> tiles, int64_t dim,
                                            Location loc) {
  SmallVector<Type> types;
  for (Value tile : tiles)
    types.push_back(withoutDim(tile, dim));
  auto reduce = ktile::ReduceOp::create(at(), loc, types, tiles, dim);
  fillBody(reduce.getCombiner(), combiner, tiles, loc);
  return SmallVector<Value>(reduce.getResults());
}

ktile::ScanOp TileBuilder::scanAlong(const Combiner &combiner,
                                     ArrayRef<Value> tiles, int64_t dim,
                                     Location loc) {
  SmallVector<Type> types;
  SmallVector<Attribute> neutral(combiner.neutral.begin(),
                                 combiner.neutral.end());
  for (Value tile : tiles)
    types.push_back(tile.getType());
  for (Value tile : tiles)
    types.push_back(withoutDim(tile, dim));
  auto scan = ktile::ScanOp::create(at(), loc, types, tiles, dim,
                                    Builder(context).getArrayAttr(neutral));
  fillBody(scan.getCombiner(), combiner, tiles, loc);
  return scan;
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

SmallVector<TileBuilder::ReductionDim>
TileBuilder::reductionDims(linalg::LinalgOp op, ArrayRef<int64_t> parallel) {
  int64_t budget;
  if (options.reduction.empty()) {
    budget =
        std::max<int64_t>(1, options.elements / llvm::product_of(parallel));
  } else {
    unsigned number = reductionNumber.lookup(op);
    budget =
        options
            .reduction[std::min<size_t>(number, options.reduction.size() - 1)];
  }
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<ReductionDim> dims;
  for (unsigned loop : loops)
    dims.push_back({{loop}, {extents[loop]}, 1, {}});
  // The innermost loops first: they are the likeliest to be contiguous.
  for (ReductionDim &dim : llvm::reverse(dims)) {
    // Where the result's tiles pass by, too, equal steps share their loads.
    std::optional<unsigned> shared = structure.resultDimOf(op, dim.loops[0]);
    int64_t whole = llvm::PowerOf2Ceil(dim.extent());
    dim.tile =
        shared ? resultTile[*shared]
               : std::min<int64_t>(whole, llvm::bit_floor(uint64_t(budget)));
    budget = std::max<int64_t>(1, budget / dim.tile);
  }
  return dims;
}

void TileBuilder::ReductionDim::place(Iteration &space) const {
  for (auto [loop, expr] : llvm::zip(loops, splitPosition(position, extents)))
    space.coordinates[loop] = expr;
}

void TileBuilder::ReductionDim::addTo(Iteration &space, MLIRContext *context) {
  position = tile == 1 ? getAffineConstantExpr(0, context)
                       : getAffineDimExpr(space.shape.size(), context);
  if (tile != 1)
    space.shape.push_back(tile);
  place(space);
}

TileBuilder::ReductionDim TileBuilder::joinedDim(linalg::LinalgOp op,
                                                 ArrayRef<ReductionDim> dims) {
  if (dims.size() == 1)
    return dims[0];
  ReductionDim joined = {{}, {}, 1, {}};
  for (const ReductionDim &dim : dims) {
    joined.loops.append(dim.loops);
    joined.extents.append(dim.extents);
    joined.tile *= dim.tile;
  }
  if (!options.reduction.empty()) {
    unsigned number = reductionNumber.lookup(op);
    joined.tile =
        options
            .reduction[std::min<size_t>(number, options.reduction.size() - 1)];
  }
  joined.tile =
      std::min<int64_t>(joined.tile, llvm::PowerOf2Ceil(joined.extent()));
  return joined;
}

FailureOr<SmallVector<Value>>
TileBuilder::elementsOfStep(linalg::LinalgOp op, const Combiner &combiner,
                            const Iteration &space,
                            ArrayRef<ReductionDim> dims) {
  IRMapping mapping;
  if (failed(bindOperands(op, space, mapping)))
    return failure();
  DenseSet<Operation *> combining(combiner.ops.begin(), combiner.ops.end());
  for (Operation &inner : op.getBlock()->without_terminator())
    if (!combining.contains(&inner) &&
        failed(inlineScalar(&inner, space, mapping)))
      return failure();

  SmallVector<AffineExpr> ragged;
  SmallVector<int64_t> bounds;
  for (const ReductionDim &dim : dims)
    if (dim.ragged()) {
      // Behind the last step, the outermost loop is beyond its end.
      ragged.push_back(space.coordinates[dim.loops[0]]);
      bounds.push_back(dim.extents[0]);
    }
  Value mask;
  if (!ragged.empty())
    mask = maskTile(ragged, bounds, space, op.getLoc());
  SmallVector<Value> elements;
  for (auto [element, neutral] :
       llvm::zip(combiner.elements, combiner.neutral)) {
    Value tile = lookupTile(element, space.shape, mapping);
    if (!tile)
      return failure();
    if (mask)
      tile = arith::SelectOp::create(at(), op.getLoc(), mask, tile,
                                     splat(neutral, space.shape, op.getLoc()));
    elements.push_back(tile);
  }
  return elements;
}

FailureOr<SmallVector<Value>>
TileBuilder::loopOverSteps(Location loc, const Iteration &space,
                           ArrayRef<ReductionDim> dims, ArrayRef<Value> initial,
                           Step step) {
  Iteration inner = space;
  SmallVector<Operation *> outerBefore;
  SmallVector<Block *> bodies;
  SmallVector<Value> carried(initial);
  for (const ReductionDim &dim : dims) {
    if (dim.trips() == 1)
      continue;
    OpBuilder &builder = at();
    auto constant = [&](int64_t v) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, v);
    };
    Value lower = constant(0), upper = constant(dim.extent()),
          by = constant(dim.tile);
    auto loop = scf::ForOp::create(builder, loc, lower, upper, by, carried);
    if (initial.empty())
      loop.getBody()->getTerminator()->erase();
    outerBefore.push_back(scopes.back().before);
    OpBuilder end = OpBuilder::atBlockEnd(loop.getBody());
    // A terminator to build before; its operands come when the step is made.
    scf::YieldOp::create(end, loc, loop.getRegionIterArgs());
    enterLoop(loop, loop.getInductionVar());
    ReductionDim moved = dim;
    moved.position =
        dim.position + getAffineSymbolExpr(inner.symbols.size(), context);
    moved.place(inner);
    inner.symbols.push_back(loop.getInductionVar());
    carried.assign(loop.getRegionIterArgs().begin(),
                   loop.getRegionIterArgs().end());
    bodies.push_back(loop.getBody());
  }
  SmallVector<Value> next;
  if (failed(step(inner, carried, next)))
    return failure();
  for (Block *body : llvm::reverse(bodies)) {
    // Scans may have let the loop carry more.
    auto loop = cast<scf::ForOp>(body->getParentOp());
    for (auto [i, value] : llvm::enumerate(next))
      body->getTerminator()->setOperand(i, value);
    ValueRange results = loop.getResults().take_front(next.size());
    next.assign(results.begin(), results.end());
    leaveLoop(outerBefore.pop_back_val());
  }
  return next;
}

FailureOr<SmallVector<Value>>
TileBuilder::reduceBySteps(linalg::LinalgOp op, const Combiner &combiner,
                           Iteration space, ArrayRef<ReductionDim> dims) {
  Location loc = op.getLoc();
  bool loops =
      llvm::any_of(dims, [](const ReductionDim &d) { return d.trips() > 1; });
  SmallVector<Value> initial;
  for (TypedAttr neutral : combiner.neutral)
    if (loops)
      initial.push_back(splat(neutral, space.shape, loc));
  return loopOverSteps(
      loc, space, dims, initial,
      [&](const Iteration &step, ArrayRef<Value> carried,
          SmallVectorImpl<Value> &next) -> LogicalResult {
        auto elements = elementsOfStep(op, combiner, step, dims);
        if (failed(elements))
          return failure();
        next = loops ? combine(combiner, carried, *elements, loc) : *elements;
        return success(!next.empty());
      });
}

FailureOr<SmallVector<Value>> TileBuilder::reduceAll(const Demand &demand,
                                                     linalg::LinalgOp op,
                                                     const Combiner &combiner) {
  FailureOr<Iteration> space = iterationSpace(demand, op);
  if (failed(space))
    return failure();
  SmallVector<ReductionDim> dims = reductionDims(op, space->shape);
  int64_t rank = space->shape.size();
  Iteration alone = *space, windows = *space;
  SmallVector<ReductionDim> joined = {joinedDim(op, dims)};
  joined[0].addTo(alone, context);
  for (ReductionDim &dim : dims)
    dim.addTo(*space, context);
  if (isContraction(op, alone, demand, joined)) {
    Value product = computeDot(op, alone, demand, joined);
    if (!product)
      return failure();
    return SmallVector<Value>{product};
  }
  if (isWindowed(op, windows, dims))
    return reduceWindows(op, combiner, windows, dims);
  auto totals = reduceBySteps(op, combiner, *space, dims);
  if (failed(totals))
    return failure();
  for (int64_t dim = space->shape.size() - 1; dim >= rank; --dim)
    totals = reduceAlong(combiner, *totals, dim, op.getLoc());
  return totals;
}

LogicalResult TileBuilder::joinInitial(const Demand &demand,
                                       linalg::LinalgOp op,
                                       const Combiner &combiner,
                                       SmallVectorImpl<Value> &totals) {
  bool neutral = true;
  for (auto [i, init] : llvm::enumerate(op.getDpsInits())) {
    neutral &= getUniformValue(init) == combiner.neutral[i];
    unsigned result = cast<OpResult>(demand.value).getResultNumber();
    if (op.getMatchingIndexingMap(op.getDpsInitOperand(i)) !=
        op.getMatchingIndexingMap(op.getDpsInitOperand(result)))
      return op.emitError("results of one reduction have different maps");
  }
  if (neutral)
    return success();
  SmallVector<Value> initial;
  for (Value init : op.getDpsInits()) {
    initial.push_back(
        compute({init, demand.map, demand.symbols, demand.shape}));
    if (!initial.back())
      return failure();
  }
  totals = combine(combiner, initial, totals, op.getLoc());
  return success();
}

Value TileBuilder::computeReduction(const Demand &demand, linalg::LinalgOp op) {
  if (scanLoopOf(op))
    return computeScan(demand, op);
  if (options.online)
    if (SmallVector<OnlineMember> group = findOnlineGroup(op, structure);
        !group.empty() && !isRunning(op->getResult(0)) &&
        reductionDims(op, demand.shape)[0].trips() > 1)
      return computeOnline(demand, op, group);
  FailureOr<Combiner> combiner = analyzeCombiner(op);
  if (failed(combiner))
    return {};
  auto totals = reduceAll(demand, op, *combiner);
  if (failed(totals) || failed(joinInitial(demand, op, *combiner, *totals)))
    return {};
  // All results of the op are known now.
  for (auto [i, total] : llvm::enumerate(*totals))
    scopes.back()
        .answers[{op->getResult(i), demand.map, demand.symbols, demand.shape}] =
        total;
  return totals->empty()
             ? Value()
             : (*totals)[cast<OpResult>(demand.value).getResultNumber()];
}
