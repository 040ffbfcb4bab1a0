//===- TileContraction.cpp - Tiles of matrix products -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// The factors of a sum of products, null if the op is none.
static std::pair<Value, Value> factorsOf(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1)
    return {};
  Operation *add =
      op.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  BlockArgument accumulator = op.getRegionOutputArgs()[0];
  if (!isa_and_nonnull<arith::AddFOp>(add))
    return {};
  Value other = add->getOperand(0) == accumulator ? add->getOperand(1)
                                                  : add->getOperand(0);
  if (!llvm::is_contained(add->getOperands(), accumulator))
    return {};
  auto mul = other.getDefiningOp<arith::MulFOp>();
  if (!mul)
    return {};
  return {mul.getLhs(), mul.getRhs()};
}

/// Ops and arguments of the body that `value` is computed from.
static void bodySlice(linalg::LinalgOp op, Value value,
                      SetVector<Operation *> &ops,
                      SetVector<BlockArgument> &arguments) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    arguments.insert(argument);
    return;
  }
  Operation *definition = value.getDefiningOp();
  if (definition->getBlock() != op.getBlock())
    return;
  for (Value operand : definition->getOperands())
    bodySlice(op, operand, ops, arguments);
  ops.insert(definition);
}

/// The tile dimensions that `value` depends on.
static llvm::SmallBitVector usedDims(linalg::LinalgOp op, Value value,
                                     ArrayRef<AffineExpr> coordinates,
                                     unsigned numDims) {
  llvm::SmallBitVector used(numDims);
  SetVector<Operation *> ops;
  SetVector<BlockArgument> arguments;
  bodySlice(op, value, ops, arguments);
  auto mark = [&](AffineExpr expr) {
    for (unsigned d = 0; d < numDims; ++d)
      if (expr.isFunctionOfDim(d))
        used.set(d);
  };
  for (BlockArgument argument : arguments) {
    AffineMap map =
        op.getMatchingIndexingMap(op.getMatchingOpOperand(argument));
    for (AffineExpr expr : map.getResults())
      mark(expr.replaceDims(coordinates));
  }
  for (Operation *inner : ops)
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mark(coordinates[index.getDim()]);
  return used;
}

namespace {
/// Which of the tile's dimensions are rows, columns and summed.
struct MatrixView {
  unsigned m, n, k;
  Value a, b;
};
} // namespace

static std::optional<MatrixView> matchMatrix(linalg::LinalgOp op,
                                             ArrayRef<AffineExpr> coordinates,
                                             unsigned parallel,
                                             unsigned total) {
  auto [x, y] = factorsOf(op);
  if (!x || parallel != 2 || total != 3)
    return std::nullopt;
  llvm::SmallBitVector ofX = usedDims(op, x, coordinates, total);
  llvm::SmallBitVector ofY = usedDims(op, y, coordinates, total);
  if (!ofX.test(2) || !ofY.test(2))
    return std::nullopt;
  for (unsigned m : {0u, 1u}) {
    if (ofX.test(m) && !ofX.test(1 - m) && ofY.test(1 - m) && !ofY.test(m))
      return m == 0 ? MatrixView{0, 1, 2, x, y} : MatrixView{0, 1, 2, y, x};
  }
  return std::nullopt;
}

bool TileBuilder::isContraction(linalg::LinalgOp op, const Iteration &space,
                                const Demand &demand, ArrayRef<ReductionDim>) {
  return matchMatrix(op, space.coordinates, demand.shape.size(),
                     space.shape.size())
      .has_value();
}

Value TileBuilder::sideTile(linalg::LinalgOp op, Value value,
                            const Iteration &space, ArrayRef<unsigned> order) {
  // Extensions are the product's business: it multiplies in the accumulator's
  // type whatever it is given.
  while (auto extension = value.getDefiningOp<arith::ExtFOp>())
    value = extension.getIn();
  SmallVector<AffineExpr> dims(space.shape.size(),
                               getAffineConstantExpr(0, context));
  Iteration side;
  for (auto [position, dim] : llvm::enumerate(order)) {
    dims[dim] = getAffineDimExpr(position, context);
    side.shape.push_back(space.shape[dim]);
  }
  side.symbols = space.symbols;
  for (AffineExpr coordinate : space.coordinates)
    side.coordinates.push_back(coordinate.replaceDims(dims));

  SetVector<Operation *> ops;
  SetVector<BlockArgument> arguments;
  bodySlice(op, value, ops, arguments);
  IRMapping mapping;
  for (BlockArgument argument : arguments)
    if (failed(
            bindOperand(op, *op.getMatchingOpOperand(argument), side, mapping)))
      return {};
  for (Operation *inner : ops)
    if (failed(inlineScalar(inner, side, mapping)))
      return {};
  return lookupTile(value, side.shape, mapping);
}

Value TileBuilder::dotOfStep(linalg::LinalgOp op, const Iteration &step,
                             unsigned parallel, ArrayRef<ReductionDim> dims,
                             const OnlineMember *member) {
  std::optional<MatrixView> matrix =
      matchMatrix(op, step.coordinates, parallel, step.shape.size());
  Value a = sideTile(op, matrix->a, step, {matrix->m, matrix->k});
  Value b = sideTile(op, matrix->b, step, {matrix->k, matrix->n});
  if (!a || !b)
    return {};
  for (const ReductionDim &dim : dims)
    if (dim.ragged()) {
      a = zeroBeyond(a, step, {matrix->m, matrix->k}, dim);
      b = zeroBeyond(b, step, {matrix->k, matrix->n}, dim);
    }
  Location loc = op.getLoc();
  Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  // Each step's product is summed on its own, so that no element sees a
  // chain of additions longer than a step plus the number of steps.
  Value fresh = splat(Builder(context).getZeroAttr(element),
                      {step.shape[matrix->m], step.shape[matrix->n]}, loc);
  auto dot = ktile::DotOp::create(at(), loc, a, b, fresh);
  if (member && isRowWeight(matrix->a, *member))
    dot.setAWeights(true);
  return dot;
}

Value TileBuilder::computeDot(linalg::LinalgOp op, const Iteration &space,
                              const Demand &demand,
                              ArrayRef<ReductionDim> dims) {
  std::optional<MatrixView> matrix = matchMatrix(
      op, space.coordinates, demand.shape.size(), space.shape.size());
  Location loc = op.getLoc();
  Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  TypedAttr zero = Builder(context).getZeroAttr(element);
  SmallVector<int64_t> shape = {space.shape[matrix->m], space.shape[matrix->n]};

  SmallVector<Value> initial = {splat(zero, shape, loc)};
  FailureOr<SmallVector<Value>> sums = loopOverSteps(
      loc, space, dims, initial,
      [&](const Iteration &step, ArrayRef<Value> carried,
          SmallVectorImpl<Value> &next) -> LogicalResult {
        Value product = dotOfStep(op, step, demand.shape.size(), dims, nullptr);
        if (!product)
          return failure();
        next.push_back(arith::AddFOp::create(at(), loc, carried[0], product));
        return success();
      });
  return failed(sums) ? Value() : sums->front();
}

Value TileBuilder::zeroBeyond(Value tile, const Iteration &space,
                              ArrayRef<unsigned> order,
                              const ReductionDim &dim) {
  // A load pads with zeros already if it runs out of its memref where the
  // reduction ends.
  AffineExpr coordinate = space.coordinates[dim.loops[0]];
  if (auto load = tile.getDefiningOp<ktile::LoadOp>()) {
    SmallVector<AffineExpr> dims(space.shape.size(),
                                 getAffineConstantExpr(0, context));
    for (auto [position, d] : llvm::enumerate(order))
      dims[d] = getAffineDimExpr(position, context);
    AffineMap wanted = AffineMap::get(order.size(), space.symbols.size(),
                                      coordinate.replaceDims(dims));
    SmallVector<Value> symbols(space.symbols);
    wanted = simplifyDemandMap(wanted, symbols);
    for (auto [d, expr] : llvm::enumerate(load.getMap().getResults())) {
      SmallVector<Value> loadSymbols(load.getSymbols());
      AffineMap have = simplifyDemandMap(
          AffineMap::get(load.getMap().getNumDims(), loadSymbols.size(), expr),
          loadSymbols);
      if (have == wanted && loadSymbols == symbols &&
          load.getSource().getType().getDimSize(d) == dim.extents[0])
        return tile;
    }
  }
  Iteration side;
  SmallVector<AffineExpr> dims(space.shape.size(),
                               getAffineConstantExpr(0, context));
  for (auto [position, d] : llvm::enumerate(order)) {
    dims[d] = getAffineDimExpr(position, context);
    side.shape.push_back(space.shape[d]);
  }
  side.symbols = space.symbols;
  Location loc = tile.getLoc();
  Value mask =
      maskTile(coordinate.replaceDims(dims), dim.extents[0], side, loc);
  Type element = getElementTypeOrSelf(tile.getType());
  Value zero = splat(Builder(context).getZeroAttr(element), side.shape, loc);
  return arith::SelectOp::create(at(), loc, mask, tile, zero);
}
