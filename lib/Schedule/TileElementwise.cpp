//===- TileElementwise.cpp - Tiles of parallel structured ops ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

FailureOr<TileBuilder::Iteration>
TileBuilder::iterationSpace(const Demand &demand, linalg::LinalgOp op) {
  unsigned result = cast<OpResult>(demand.value).getResultNumber();
  AffineMap map = op.getMatchingIndexingMap(op.getDpsInitOperand(result));
  Iteration space;
  space.symbols = demand.symbols;
  space.shape = demand.shape;
  space.coordinates.resize(op.getNumLoops());
  for (auto [position, expr] : llvm::enumerate(map.getResults())) {
    // A dimension of size one that the result keeps is no loop.
    if (auto constant = dyn_cast<AffineConstantExpr>(expr);
        constant && constant.getValue() == 0)
      continue;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim)
      return op.emitError("result map ")
             << AffineMapAttr::get(map) << " is no permutation of loops";
    space.coordinates[dim.getPosition()] = demand.map.getResult(position);
  }
  for (unsigned loop : llvm::seq(op.getNumLoops()))
    if (!space.coordinates[loop] &&
        op.getIteratorTypesArray()[loop] == utils::IteratorType::parallel)
      return op.emitError("parallel loop ")
             << loop << " does not occur in the result";
  return space;
}

LogicalResult TileBuilder::bindOperand(linalg::LinalgOp op, OpOperand &operand,
                                       const Iteration &space,
                                       IRMapping &mapping) {
  BlockArgument argument = op.getMatchingBlockArgument(&operand);
  if (!isa<ShapedType>(operand.get().getType())) {
    mapping.map(argument, operand.get());
    return success();
  }
  SmallVector<AffineExpr> results;
  AffineMap indexing = op.getMatchingIndexingMap(&operand);
  for (AffineExpr expr : indexing.getResults())
    results.push_back(expr.replaceDims(space.coordinates));
  if (auto staged = windows.find(&operand); staged != windows.end()) {
    mapping.map(argument, loadWindow(staged->second, results, space));
    return success();
  }
  AffineMap map = AffineMap::get(space.shape.size(), space.symbols.size(),
                                 results, context);
  Value tile = compute({operand.get(), map, space.symbols, space.shape});
  if (!tile)
    return failure();
  mapping.map(argument, tile);
  return success();
}

LogicalResult TileBuilder::bindOperands(linalg::LinalgOp op,
                                        const Iteration &space,
                                        IRMapping &mapping) {
  for (OpOperand &operand : op->getOpOperands()) {
    bool accumulator = op.isDpsInit(&operand) && op.getNumReductionLoops();
    if (op.getMatchingBlockArgument(&operand).use_empty() || accumulator)
      continue;
    if (failed(bindOperand(op, operand, space, mapping)))
      return failure();
  }
  return success();
}

Value TileBuilder::lookupTile(Value scalar, ArrayRef<int64_t> shape,
                              IRMapping &mapping) {
  Value value = mapping.lookupOrDefault(scalar);
  if (isa<RankedTensorType>(value.getType()))
    return value;
  TypedAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return splat(constant, shape, value.getLoc(), value.getDefiningOp());
  emitError(value.getLoc(),
            "scalar is neither a constant nor an element of a tile");
  return {};
}

AffineExpr schedule::affineOf(Value value, ArrayRef<AffineExpr> coordinates) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return getAffineConstantExpr(constant.getSExtValue(), value.getContext());
  Operation *op = value.getDefiningOp();
  if (!op)
    return {};
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return coordinates[index.getDim()];
  if (isa<arith::IndexCastOp>(op))
    return affineOf(op->getOperand(0), coordinates);
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp>(op))
    return {};
  AffineExpr left = affineOf(op->getOperand(0), coordinates);
  AffineExpr right = affineOf(op->getOperand(1), coordinates);
  if (!left || !right)
    return {};
  if (isa<arith::AddIOp>(op))
    return left + right;
  if (isa<arith::SubIOp>(op))
    return left - right;
  if (!isa<AffineConstantExpr>(left) && !isa<AffineConstantExpr>(right))
    return {};
  return left * right;
}

Value TileBuilder::computeExtract(tensor::ExtractOp op,
                                  const Iteration &space) {
  SmallVector<AffineExpr> results;
  for (Value index : op.getIndices()) {
    AffineExpr expr = affineOf(index, space.coordinates);
    if (!expr) {
      op.emitError("no rule makes tiles of elements read at computed places");
      return {};
    }
    results.push_back(expr);
  }
  AffineMap map = AffineMap::get(space.shape.size(), space.symbols.size(),
                                 results, context);
  return compute({op.getTensor(), map, space.symbols, space.shape});
}

LogicalResult TileBuilder::inlineScalar(Operation *op, const Iteration &space,
                                        IRMapping &mapping) {
  if (auto index = dyn_cast<linalg::IndexOp>(op)) {
    mapping.map(op->getResult(0), indexTile(space.coordinates[index.getDim()],
                                            space, op->getLoc()));
    return success();
  }
  if (auto extract = dyn_cast<tensor::ExtractOp>(op)) {
    Value tile = computeExtract(extract, space);
    mapping.map(op->getResult(0), tile);
    return success(bool(tile));
  }
  TypedAttr constant;
  if (matchPattern(op, m_Constant(&constant))) {
    mapping.map(op->getResult(0),
                splat(constant, space.shape, op->getLoc(), op));
    return success();
  }
  if (!OpTrait::hasElementwiseMappableTraits(op))
    return op->emitError("no rule applies '") << op->getName() << "' to tiles";
  OperationState state(op->getLoc(), op->getName());
  state.addAttributes(op->getAttrs());
  for (Value operand : op->getOperands()) {
    Value tile = lookupTile(operand, space.shape, mapping);
    if (!tile)
      return failure();
    state.operands.push_back(tile);
  }
  for (Type type : op->getResultTypes())
    state.types.push_back(RankedTensorType::get(space.shape, type));
  mapping.map(op->getResults(), at().create(state)->getResults());
  return success();
}

Value TileBuilder::computeParallel(const Demand &demand, linalg::LinalgOp op) {
  FailureOr<Iteration> space = iterationSpace(demand, op);
  IRMapping mapping;
  if (failed(space) || failed(bindOperands(op, *space, mapping)))
    return {};
  for (Operation &inner : op.getBlock()->without_terminator())
    if (failed(inlineScalar(&inner, *space, mapping)))
      return {};
  unsigned result = cast<OpResult>(demand.value).getResultNumber();
  Value yielded = op.getBlock()->getTerminator()->getOperand(result);
  return lookupTile(yielded, space->shape, mapping);
}
