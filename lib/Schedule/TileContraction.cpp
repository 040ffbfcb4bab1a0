//===- TileContraction.cpp - Tiles of matrix products -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "kernel-opt/Kernel/SumOfProducts.h"
#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

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
  kernel::SumOfProducts sum; ///< left factors first
};
} // namespace

static std::optional<MatrixView> matchMatrix(linalg::LinalgOp op,
                                             ArrayRef<AffineExpr> coordinates,
                                             unsigned parallel,
                                             unsigned total) {
  std::optional<kernel::SumOfProducts> sum = kernel::matchSumOfProducts(op);
  if (!sum || parallel != 2 || total != 3)
    return std::nullopt;
  for (auto &[x, y] : sum->products) {
    llvm::SmallBitVector ofX = usedDims(op, x, coordinates, total);
    llvm::SmallBitVector ofY = usedDims(op, y, coordinates, total);
    // One factor has rows, the other one columns.
    unsigned m = ofX.test(0) ? 0 : 1;
    if (!ofX.test(2) || !ofY.test(2) || !ofX.test(m) || ofX.test(1 - m) ||
        !ofY.test(1 - m) || ofY.test(m))
      return std::nullopt;
    if (m == 1)
      std::swap(x, y);
  }
  return MatrixView{0, 1, 2, *sum};
}

bool TileBuilder::isContraction(linalg::LinalgOp op, const Iteration &space,
                                const Demand &demand, ArrayRef<ReductionDim>) {
  // Who cuts columns alone, and asks for no steps of a product, will not stage
  // its factors: then it is a sum like others.
  if (options.reduction.empty() && options.block.size() == 1)
    return false;
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

/// Notes at the exponential that a tile of weights comes from what they are.
static void markWeights(Value tile) {
  while (Operation *op = tile.getDefiningOp()) {
    if (isa<math::ExpOp, math::Exp2Op>(op)) {
      op->setAttr(kRowWeightsAttrName, UnitAttr::get(op->getContext()));
      return;
    }
    if (!isa<arith::DivFOp, arith::SelectOp, arith::TruncFOp>(op))
      return;
    tile = op->getOperand(isa<arith::SelectOp>(op) ? 1 : 0);
  }
}

Value TileBuilder::dotOfStep(linalg::LinalgOp op, const Iteration &step,
                             unsigned parallel, ArrayRef<ReductionDim> dims,
                             const OnlineMember *member) {
  std::optional<MatrixView> matrix =
      matchMatrix(op, step.coordinates, parallel, step.shape.size());
  Location loc = op.getLoc();
  Type element = getElementTypeOrSelf(op.getDpsInits()[0].getType());
  SmallVector<int64_t> shape = {step.shape[matrix->m], step.shape[matrix->n]};
  auto product = [&](Value left, Value right, Value acc) -> Value {
    Value a = sideTile(op, left, step, {matrix->m, matrix->k});
    Value b = sideTile(op, right, step, {matrix->k, matrix->n});
    if (!a || !b)
      return {};
    for (const ReductionDim &dim : dims)
      if (dim.ragged()) {
        // What is rounded last is rounded where registers are taken.
        auto rounded = a.getDefiningOp<arith::TruncFOp>();
        a = zeroBeyond(rounded ? rounded.getIn() : a, step,
                       {matrix->m, matrix->k}, dim);
        if (rounded)
          a = arith::TruncFOp::create(at(), loc, rounded.getType(), a);
        b = zeroBeyond(b, step, {matrix->k, matrix->n}, dim);
      }
    auto dot = ktile::DotOp::create(at(), loc, a, b, acc);
    if (member && isRowWeight(left, *member)) {
      dot.setAWeights(true);
      markWeights(a);
    }
    return dot;
  };
  const auto *next = matrix->sum.products.begin();
  auto sum = [&](auto &&sum, Value value, Value acc) -> Value {
    if (auto add = value.getDefiningOp<arith::AddFOp>()) {
      Value left = sum(sum, add.getLhs(), acc);
      return left ? sum(sum, add.getRhs(), left) : Value();
    }
    // Each step's products are summed on their own, so that no element sees a
    // chain of additions longer than a step plus the number of steps.
    Value fresh = splat(Builder(context).getZeroAttr(element), shape, loc);
    Value literal;
    if (Value rest = kernel::matchScaled(value, literal)) {
      TypedAttr scale;
      Value inner = sum(sum, rest, {});
      if (!inner || !matchPattern(literal, m_Constant(&scale)))
        return {};
      Value scaled = arith::MulFOp::create(
          at(), loc, inner, splat(scale, shape, loc, literal.getDefiningOp()));
      return acc ? arith::AddFOp::create(at(), loc, acc, scaled).getResult()
                 : scaled;
    }
    auto [left, right] = *next++;
    return product(left, right, acc ? acc : fresh);
  };
  return sum(sum, matrix->sum.added, {});
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
