//===- TileScan.cpp - Tiles of running sums ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A scan is a reduction one of whose results runs along the reduction loop. If
// the tiles of that result pass by in order, from the first one on, each is
// scanned by itself and the loop over the tiles carries the total of all before
// it. Wanted anywhere else (shifted, every second one), each place is a
// reduction of its own over all that lies before it.
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

linalg::LinalgOp TileBuilder::reductionOf(linalg::LinalgOp op) {
  if (Operation *known = reductions.lookup(op))
    return cast<linalg::LinalgOp>(known);
  unsigned loop = *scanLoopOf(op);
  SmallVector<Value> inputs(op.getDpsInputs()), inits;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands())
    maps.push_back(op.getMatchingIndexingMap(input));
  SmallVector<unsigned> carried;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    if (map.isFunctionOfDim(loop)) {
      if (op.getMatchingBlockArgument(&init).use_empty())
        continue;
      op.emitError("the body reads what a running result held before");
      return {};
    }
    carried.push_back(i);
    inits.push_back(init.get());
    maps.push_back(map);
  }
  if (carried.empty()) {
    op.emitError("no result carries the accumulators of a running one");
    return {};
  }
  // Outside of any block: it is never part of the program.
  OpBuilder builder(context);
  auto reduction = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(inits).getTypes(), inputs, inits, maps,
      op.getIteratorTypesArray(),
      [&](OpBuilder &inside, Location loc, ValueRange arguments) {
        IRMapping mapping;
        Block *body = op.getBlock();
        for (unsigned i = 0; i < inputs.size(); ++i)
          mapping.map(body->getArgument(i), arguments[i]);
        for (auto [n, i] : llvm::enumerate(carried))
          mapping.map(op.getRegionOutputArgs()[i],
                      arguments[inputs.size() + n]);
        for (Operation &inner : body->without_terminator())
          inside.clone(inner, mapping);
        SmallVector<Value> yields;
        for (unsigned i : carried)
          yields.push_back(
              mapping.lookup(body->getTerminator()->getOperand(i)));
        linalg::YieldOp::create(inside, loc, yields);
      });
  Block *body = reduction.getBody();
  SmallVector<Operation *> inners;
  for (Operation &inner : body->without_terminator())
    inners.push_back(&inner);
  for (Operation *inner : llvm::reverse(inners))
    if (isOpTriviallyDead(inner))
      inner->erase();
  reductions[op] = reduction;
  return cast<linalg::LinalgOp>(reduction.getOperation());
}

Value TileBuilder::addCarried(scf::ForOp loop, Value initial) {
  OpBuilder builder(loop);
  SmallVector<Value> inits(loop.getInitArgs());
  inits.push_back(initial);
  auto longer = scf::ForOp::create(builder, loop.getLoc(), loop.getLowerBound(),
                                   loop.getUpperBound(), loop.getStep(), inits);
  longer->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  // The body itself moves, so that what is known about it stays true.
  longer.getRegion().takeBody(loop.getRegion());
  Block *body = longer.getBody();
  Value carried = body->addArgument(initial.getType(), initial.getLoc());
  Operation *yield = body->getTerminator();
  yield->insertOperands(yield->getNumOperands(), carried);
  loop->replaceAllUsesWith(
      longer.getResults().take_front(loop.getNumResults()));
  for (Scope &scope : scopes)
    if (scope.before == loop)
      scope.before = longer;
  loop.erase();
  return carried;
}

/// The loop whose tiles, from the first one on, `along` (the coordinate along
/// the scanned dimension) runs over: null for one tile that holds all; none if
/// the places are others.
static std::optional<scf::ForOp> loopOfTiles(AffineExpr along, unsigned dim,
                                             int64_t tile, int64_t extent,
                                             ArrayRef<Value> symbols) {
  MLIRContext *context = along.getContext();
  AffineExpr place = getAffineDimExpr(dim, context);
  if (along == place && tile >= extent)
    return scf::ForOp();
  for (auto [i, symbol] : llvm::enumerate(symbols)) {
    if (along != place + getAffineSymbolExpr(i, context))
      continue;
    auto argument = dyn_cast<BlockArgument>(symbol);
    auto loop = argument
                    ? dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp())
                    : scf::ForOp();
    APInt lower, step;
    if (loop && argument == loop.getInductionVar() &&
        matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) &&
        lower.isZero() && matchPattern(loop.getStep(), m_ConstantInt(&step)) &&
        step == tile)
      return loop;
  }
  return std::nullopt;
}

/// Whether `value` is known outside of `loop`.
static bool isKnownOutside(Value value, scf::ForOp loop) {
  Operation *inside = value.getParentBlock()->getParentOp();
  return inside != loop && !loop->isProperAncestor(inside);
}

FailureOr<SmallVector<Value>> TileBuilder::initialOfScan(linalg::LinalgOp op,
                                                         const Iteration &space,
                                                         unsigned dim) {
  // Coordinates of a tile without the scanned dimension.
  SmallVector<AffineExpr> dims;
  SmallVector<int64_t> shape(space.shape);
  shape.erase(shape.begin() + dim);
  for (unsigned d = 0; d < space.shape.size(); ++d)
    dims.push_back(d == dim ? getAffineConstantExpr(0, context)
                            : getAffineDimExpr(d - (d > dim), context));
  SmallVector<Value> initial;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (TypedAttr uniform = getUniformValue(init.get())) {
      initial.push_back(splat(uniform, shape, op.getLoc()));
      continue;
    }
    SmallVector<AffineExpr> results;
    for (AffineExpr expr : op.getMatchingIndexingMap(&init).getResults())
      results.push_back(expr.replaceDims(space.coordinates).replaceDims(dims));
    AffineMap map =
        AffineMap::get(shape.size(), space.symbols.size(), results, context);
    Value tile = compute({init.get(), map, space.symbols, shape});
    if (!tile)
      return failure();
    initial.push_back(tile);
  }
  return initial;
}

Value TileBuilder::yieldOfScan(const Demand &demand, linalg::LinalgOp op,
                               const Iteration &space,
                               ArrayRef<Value> running) {
  unsigned loop = *scanLoopOf(op);
  Operation *terminator = op.getBlock()->getTerminator();
  IRMapping mapping;
  unsigned next = 0;
  DenseSet<Value> known;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable()))
    if (!op.getMatchingIndexingMap(&init).isFunctionOfDim(loop)) {
      mapping.map(terminator->getOperand(i), running[next++]);
      known.insert(terminator->getOperand(i));
    }
  Value yielded =
      terminator->getOperand(cast<OpResult>(demand.value).getResultNumber());
  // Only what lies between the accumulators and the result.
  SetVector<Operation *> needed;
  SmallVector<Value> wanted = {yielded};
  while (!wanted.empty()) {
    Value value = wanted.pop_back_val();
    Operation *source = value.getDefiningOp();
    if (known.contains(value) || !source ||
        source->getBlock() != op.getBlock() || !needed.insert(source))
      continue;
    llvm::append_range(wanted, source->getOperands());
  }
  if (!needed.empty() && failed(bindOperands(op, space, mapping)))
    return {};
  for (Operation &inner : op.getBlock()->without_terminator())
    if (needed.contains(&inner) && failed(inlineScalar(&inner, space, mapping)))
      return {};
  return lookupTile(yielded, space.shape, mapping);
}

Value TileBuilder::computePrefix(const Demand &demand, linalg::LinalgOp op,
                                 const Iteration &space) {
  linalg::LinalgOp reduction = reductionOf(op);
  FailureOr<Combiner> combiner = analyzeCombiner(reduction);
  if (failed(combiner))
    return {};
  unsigned loop = *scanLoopOf(op);
  AffineExpr place = space.coordinates[loop];
  Iteration all = space;
  unsigned dim = space.shape.size();
  SmallVector<ReductionDim> dims = reductionDims(reduction, space.shape);
  dims[0].tile = std::max<int64_t>(2, dims[0].tile);
  dims[0].addTo(all, context);
  Location loc = op.getLoc();
  SmallVector<Value> initial;
  for (TypedAttr neutral : combiner->neutral)
    initial.push_back(splat(neutral, all.shape, loc));
  auto sums = loopOverSteps(
      loc, all, dims, initial,
      [&](const Iteration &step, ArrayRef<Value> carried,
          SmallVectorImpl<Value> &next) -> LogicalResult {
        auto elements = elementsOfStep(reduction, *combiner, step, dims);
        if (failed(elements))
          return failure();
        // What lies behind the place does not count.
        Value before = maskTile(place - step.coordinates[loop],
                                dims[0].extent(), step, loc);
        for (auto [element, neutral] : llvm::zip(*elements, combiner->neutral))
          element = arith::SelectOp::create(at(), loc, before, element,
                                            splat(neutral, step.shape, loc));
        next = combine(*combiner, carried, *elements, loc);
        return success(!next.empty());
      });
  if (failed(sums))
    return {};
  SmallVector<Value> totals = reduceAlong(*combiner, *sums, dim, loc);
  IRMapping mapping;
  SmallVector<Value> starts;
  for (OpOperand &init : reduction.getDpsInitsMutable()) {
    if (failed(bindOperand(reduction, init, space, mapping)))
      return {};
    starts.push_back(mapping.lookup(reduction.getMatchingBlockArgument(&init)));
  }
  return yieldOfScan(demand, op, space,
                     combine(*combiner, starts, totals, loc));
}

Value TileBuilder::computeLast(const Demand &demand, linalg::LinalgOp op,
                               linalg::LinalgOp reduction) {
  unsigned loop = *scanLoopOf(op), carried = 0;
  for (unsigned i = 0; i < cast<OpResult>(demand.value).getResultNumber(); ++i)
    carried += !op.getMatchingIndexingMap(op.getDpsInitOperand(i))
                    .isFunctionOfDim(loop);
  return computeReduction(
      {reduction->getResult(carried), demand.map, demand.symbols, demand.shape},
      reduction);
}

Value TileBuilder::scanTile(const Demand &demand, linalg::LinalgOp op,
                            linalg::LinalgOp reduction, const Iteration &space,
                            unsigned dim, scf::ForOp tiles) {
  Location loc = op.getLoc();
  unsigned loop = *scanLoopOf(op);
  FailureOr<Combiner> combiner = analyzeCombiner(reduction);
  if (failed(combiner))
    return {};
  ReductionDim along = {{loop},
                        {op.getStaticLoopRanges()[loop]},
                        space.shape[dim],
                        space.coordinates[loop]};
  FailureOr<SmallVector<Value>> elements =
      elementsOfStep(reduction, *combiner, space, along);
  // Where the first tile begins: known outside of the loop.
  FailureOr<SmallVector<Value>> before = failure();
  SmallVector<Value> outside;
  for (Value symbol : space.symbols)
    if (!tiles || symbol != tiles.getInductionVar())
      outside.push_back(symbol);
  inScopeOf(outside, [&] {
    before = initialOfScan(reduction, space, dim);
    return true;
  });
  if (failed(elements) || failed(before))
    return {};
  auto scan = scanAlong(*combiner, *elements, dim, loc);
  if (tiles)
    for (Value &value : *before) {
      value = addCarried(tiles, value);
      tiles = cast<scf::ForOp>(value.getParentBlock()->getParentOp());
    }
  bool fromNothing = llvm::equal(reduction.getDpsInits(), combiner->neutral,
                                 [](Value init, TypedAttr neutral) {
                                   return getUniformValue(init) == neutral;
                                 });
  SmallVector<Value> running(scan.getRunning()), totals(scan.getTotals());
  if (tiles || !fromNothing) {
    SmallVector<int64_t> from;
    for (unsigned d = 0; d < space.shape.size(); ++d)
      from.push_back(d == dim ? -1 : int64_t(d - (d > dim)));
    SmallVector<Value> repeated;
    for (Value value : *before)
      repeated.push_back(view(value, from, space.shape, loc));
    running = combine(*combiner, repeated, running, loc);
  }
  if (tiles) {
    Operation *yield = tiles.getBody()->getTerminator();
    unsigned first = yield->getNumOperands() - before->size();
    SmallVector<Value> sums = combine(*combiner, *before, totals, loc);
    for (auto [i, sum] : llvm::enumerate(sums))
      yield->setOperand(first + i, sum);
  }
  return yieldOfScan(demand, op, space, running);
}

Value TileBuilder::computeScan(const Demand &demand, linalg::LinalgOp op) {
  unsigned loop = *scanLoopOf(op);
  unsigned number = cast<OpResult>(demand.value).getResultNumber();
  linalg::LinalgOp reduction = reductionOf(op);
  if (!reduction)
    return {};
  if (!op.getMatchingIndexingMap(op.getDpsInitOperand(number))
           .isFunctionOfDim(loop))
    return computeLast(demand, op, reduction);
  FailureOr<Iteration> space = iterationSpace(demand, op);
  if (failed(space))
    return {};
  AffineExpr along = space->coordinates[loop];
  unsigned dim = 0;
  while (dim < space->shape.size() && !along.isFunctionOfDim(dim))
    ++dim;
  int64_t extent = op.getStaticLoopRanges()[loop];
  auto tiles =
      dim == space->shape.size()
          ? std::nullopt
          : loopOfTiles(along, dim, space->shape[dim], extent, space->symbols);
  bool inOrder = tiles.has_value();
  if (inOrder && *tiles)
    for (Value symbol : space->symbols)
      inOrder &=
          symbol == tiles->getInductionVar() || isKnownOutside(symbol, *tiles);
  if (!inOrder)
    return computePrefix(demand, op, *space);
  return scanTile(demand, op, reduction, *space, dim, *tiles);
}
