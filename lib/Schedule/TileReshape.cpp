//===- TileReshape.cpp - Elements that only change their place --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

SmallVector<AffineExpr> schedule::splitPosition(AffineExpr position,
                                                ArrayRef<int64_t> extents) {
  SmallVector<AffineExpr> out(extents.size());
  for (int64_t d = extents.size() - 1; d >= 0; --d) {
    out[d] = d ? position % extents[d] : position;
    position = position.floorDiv(extents[d]);
  }
  return out;
}

/// Row-major position in `source` of the element at `coordinates` of `result`,
/// split up into coordinates of `source`: how reshapes move elements.
static SmallVector<AffineExpr>
reshapeCoordinates(ArrayRef<AffineExpr> coordinates, ArrayRef<int64_t> result,
                   ArrayRef<int64_t> source, MLIRContext *context) {
  AffineExpr position = getAffineConstantExpr(0, context);
  for (auto [coordinate, extent] : llvm::zip(coordinates, result))
    position = position * extent + coordinate;
  return splitPosition(position, source);
}

/// Maps coordinates of an expanded tensor to those of the collapsed one.
static AffineMap collapseMap(ArrayRef<ReassociationIndices> groups,
                             ArrayRef<int64_t> expanded, MLIRContext *context) {
  SmallVector<AffineExpr> results;
  for (const ReassociationIndices &group : groups) {
    AffineExpr position = getAffineConstantExpr(0, context);
    for (int64_t d : group)
      position = position * expanded[d] + getAffineDimExpr(d, context);
    results.push_back(position);
  }
  return AffineMap::get(expanded.size(), 0, results, context);
}

/// Maps coordinates of a collapsed tensor to those of the expanded one.
static AffineMap expandMap(ArrayRef<ReassociationIndices> groups,
                           ArrayRef<int64_t> expanded, MLIRContext *context) {
  // Of a scalar no coordinates are left, and the dimensions are of size one.
  SmallVector<AffineExpr> results(expanded.size(),
                                  getAffineConstantExpr(0, context));
  for (auto [i, group] : llvm::enumerate(groups)) {
    SmallVector<int64_t> extents;
    for (int64_t d : group)
      extents.push_back(expanded[d]);
    int64_t total = llvm::product_of(extents);
    SmallVector<AffineExpr> split = reshapeCoordinates(
        getAffineDimExpr(i, context), total, extents, context);
    for (auto [d, expr] : llvm::zip(group, split))
      results[d] = expr;
  }
  return AffineMap::get(groups.size(), 0, results, context);
}

/// Maps coordinates of a slice to those of its source.
static AffineMap sliceMap(tensor::ExtractSliceOp op) {
  MLIRContext *context = op.getContext();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<AffineExpr> results;
  unsigned next = 0;
  for (int64_t d = 0, e = op.getSourceType().getRank(); d < e; ++d) {
    AffineExpr offset =
        getAffineConstantExpr(op.getStaticOffsets()[d], context);
    results.push_back(dropped.test(d) ? offset
                                      : getAffineDimExpr(next++, context) *
                                                op.getStaticStrides()[d] +
                                            offset);
  }
  return AffineMap::get(next, 0, results, context);
}

static bool isStatic(tensor::ExtractSliceOp op) {
  return !ShapedType::isDynamicShape(op.getStaticOffsets()) &&
         !ShapedType::isDynamicShape(op.getStaticStrides());
}

std::optional<ReadThrough> schedule::readThrough(Operation *op) {
  MLIRContext *context = op->getContext();
  if (auto cast = dyn_cast<tensor::CastOp>(op))
    return ReadThrough{
        cast.getSource(),
        AffineMap::getMultiDimIdentityMap(
            llvm::cast<RankedTensorType>(cast.getType()).getRank(), context)};
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
    return ReadThrough{expand.getSrc(),
                       collapseMap(expand.getReassociationIndices(),
                                   expand.getResultType().getShape(), context)};
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return ReadThrough{collapse.getSrc(),
                       expandMap(collapse.getReassociationIndices(),
                                 collapse.getSrcType().getShape(), context)};
  auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
  if (slice && isStatic(slice))
    return ReadThrough{slice.getSource(), sliceMap(slice)};
  return std::nullopt;
}

Value TileBuilder::computeInsert(const Demand &demand,
                                 tensor::InsertSliceOp op) {
  if (ShapedType::isDynamicShape(op.getStaticOffsets()) ||
      ShapedType::isDynamicShape(op.getStaticStrides())) {
    op.emitError("no rule makes tiles of an insertion at a place that is not "
                 "constant");
    return {};
  }
  // Element i of the slice lies at offset + i * stride: between them, and
  // outside of the slice, the destination shows.
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<AffineExpr> inner, checked;
  SmallVector<int64_t> bounds;
  for (auto [d, result] : llvm::enumerate(demand.map.getResults())) {
    int64_t stride = op.getStaticStrides()[d];
    AffineExpr from = result - op.getStaticOffsets()[d];
    AffineExpr index = from.floorDiv(stride);
    checked.push_back(index);
    bounds.push_back(op.getStaticSizes()[d]);
    if (stride != 1) {
      checked.push_back(from % stride);
      bounds.push_back(1);
    }
    if (!dropped.test(d))
      inner.push_back(index);
  }
  AffineMap map = AffineMap::get(demand.map.getNumDims(),
                                 demand.map.getNumSymbols(), inner, context);
  Value tile = compute({op.getSource(), map, demand.symbols, demand.shape});
  Value rest =
      compute({op.getDest(), demand.map, demand.symbols, demand.shape});
  if (!tile || !rest)
    return {};
  Iteration space = {{}, demand.symbols, demand.shape};
  Value mask = maskTile(checked, bounds, space, op.getLoc());
  return arith::SelectOp::create(at(), op.getLoc(), mask, tile, rest);
}

Value TileBuilder::computePad(const Demand &demand, tensor::PadOp op) {
  Value padding = op.getConstantPaddingValue();
  TypedAttr value;
  if (!padding || !matchPattern(padding, m_Constant(&value)) ||
      ShapedType::isDynamicShape(op.getStaticLow())) {
    op.emitError("no rule makes tiles of a pad whose padding is not constant");
    return {};
  }
  SmallVector<AffineExpr> inner;
  for (auto [result, low] :
       llvm::zip(demand.map.getResults(), op.getStaticLow()))
    inner.push_back(result - low);
  AffineMap map = AffineMap::get(demand.map.getNumDims(),
                                 demand.map.getNumSymbols(), inner, context);
  // A load pads by itself.
  Value memref = arguments.lookup(op.getSource());
  if (memref &&
      cast<MemRefType>(memref.getType()).getElementType() == value.getType())
    return computeLoad({op.getSource(), map, demand.symbols, demand.shape},
                       memref, value);
  Value tile = compute({op.getSource(), map, demand.symbols, demand.shape});
  if (!tile)
    return {};
  SmallVector<AffineExpr> checked;
  SmallVector<int64_t> bounds;
  for (auto [d, expr] : llvm::enumerate(inner))
    if (op.getStaticLow()[d] != 0 || op.getStaticHigh()[d] != 0) {
      checked.push_back(expr);
      bounds.push_back(op.getSourceType().getDimSize(d));
    }
  if (checked.empty())
    return tile;
  Iteration space = {{}, demand.symbols, demand.shape};
  Value mask = maskTile(checked, bounds, space, op.getLoc());
  Value fill = splat(value, demand.shape, op.getLoc());
  return arith::SelectOp::create(at(), op.getLoc(), mask, tile, fill);
}
