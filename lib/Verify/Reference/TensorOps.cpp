//===- TensorOps.cpp - Operations that move data ------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// The part of `box` that lies in [low, low + size) per dimension.
static Box intersect(const Box &box, ArrayRef<int64_t> low,
                     ArrayRef<int64_t> sizes) {
  Box result = box;
  for (size_t d = 0; d < box.rank(); ++d) {
    int64_t begin = std::max(box.offsets[d], low[d]);
    int64_t end = std::min(box.offsets[d] + box.sizes[d], low[d] + sizes[d]);
    result.offsets[d] = begin;
    result.sizes[d] = std::max<int64_t>(end - begin, 0);
  }
  return result;
}

/// Writes the values of `part` (row-major over the box `at`) into a tile.
static void paste(const Domain &domain, const Column &part, const Box &at,
                  Tile &tile) {
  SmallVector<int64_t> strides = getStrides(tile.box.sizes);
  size_t from = 0;
  (void)forEachPoint(at, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (size_t d = 0; d < index.size(); ++d)
      position += (index[d] - tile.box.offsets[d]) * strides[d];
    copyValues(domain, part, from++, tile.values, position, 1);
    return success();
  });
}

FailureOr<Tile> Evaluator::computeExtractSlice(tensor::ExtractSliceOp op,
                                               const Box &box) {
  auto offsets = resolve(op.getMixedOffsets());
  auto strides = resolve(op.getMixedStrides());
  if (failed(offsets) || failed(strides))
    return failure();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  Box needed;
  SmallVector<AffineExpr> exprs;
  unsigned d = 0;
  for (size_t i = 0; i < offsets->size(); ++i) {
    int64_t offset = (*offsets)[i], stride = (*strides)[i];
    AffineExpr expr = mlir::getAffineConstantExpr(offset, op.getContext());
    if (!dropped.test(i))
      expr = expr + mlir::getAffineDimExpr(d++, op.getContext()) * stride;
    exprs.push_back(expr);
  }
  auto map = AffineMap::get(d, 0, exprs, op.getContext());
  FailureOr<TilePtr> source = request(op.getSource(), imageOf(map, box));
  if (failed(source))
    return failure();
  Tile tile = {box, {}};
  auto order = llvm::to_vector(llvm::seq(d));
  gather(domain, **source, map, box, order, tile.values);
  return tile;
}

FailureOr<Tile> Evaluator::computeInsertSlice(tensor::InsertSliceOp op,
                                              const Box &box) {
  auto offsets = resolve(op.getMixedOffsets());
  auto strides = resolve(op.getMixedStrides());
  auto sizes = resolve(op.getMixedSizes());
  FailureOr<Column> dest = requestColumn(op.getDest(), box);
  if (failed(offsets) || failed(strides) || failed(sizes) || failed(dest))
    return failure();
  Tile tile = {box, std::move(*dest)};
  // The points of the source whose place lies in the box.
  llvm::SmallBitVector dropped = op.getDroppedDims();
  Box needed;
  for (size_t i = 0; i < offsets->size(); ++i) {
    int64_t offset = (*offsets)[i], stride = (*strides)[i];
    int64_t first = std::max<int64_t>(
        llvm::divideCeilSigned(box.offsets[i] - offset, stride), 0);
    int64_t last =
        std::min(llvm::divideFloorSigned(
                     box.offsets[i] + box.sizes[i] - 1 - offset, stride),
                 (*sizes)[i] - 1);
    if (last < first)
      return tile;
    if (dropped.test(i))
      continue;
    needed.offsets.push_back(first);
    needed.sizes.push_back(last - first + 1);
  }
  FailureOr<Column> source = requestColumn(op.getSource(), needed);
  if (failed(source))
    return failure();
  SmallVector<int64_t> tileStrides = getStrides(box.sizes);
  size_t from = 0;
  (void)forEachPoint(needed, [&](ArrayRef<int64_t> index) {
    int64_t position = 0, d = 0;
    for (size_t i = 0; i < offsets->size(); ++i) {
      int64_t place =
          (*offsets)[i] + (dropped.test(i) ? 0 : index[d++] * (*strides)[i]);
      position += (place - box.offsets[i]) * tileStrides[i];
    }
    copyValues(domain, *source, from++, tile.values, position, 1);
    return success();
  });
  return tile;
}

FailureOr<Column> Evaluator::evalIndexRegion(Region &region, const Box &box) {
  Payload payload;
  payload.points = size_t(box.volume());
  for (BlockArgument argument : region.front().getArguments()) {
    Column column;
    (void)forEachPoint(box, [&](ArrayRef<int64_t> index) {
      column.ints.push_back(index[argument.getArgNumber()]);
      return success();
    });
    payload.known[argument] = std::move(column);
  }
  return evalPayload(payload, region.front().getTerminator()->getOperand(0));
}

FailureOr<Tile> Evaluator::computePad(tensor::PadOp op, const Box &box) {
  auto low = resolve(op.getMixedLowPad());
  auto shape = getShape(op.getSource());
  if (failed(low) || failed(shape))
    return failure();
  Tile tile = {box, {}};
  Box inner = intersect(box, *low, *shape);
  if (inner == box) {
    tile.values =
        makeColumn(domain, op.getType().getElementType(), size_t(box.volume()));
  } else {
    FailureOr<Column> padding = evalIndexRegion(op.getRegion(), box);
    if (failed(padding))
      return failure();
    tile.values = std::move(*padding);
  }
  if (inner.volume() == 0)
    return tile;
  Box source = inner;
  for (size_t d = 0; d < source.rank(); ++d)
    source.offsets[d] -= (*low)[d];
  FailureOr<Column> values = requestColumn(op.getSource(), source);
  if (failed(values))
    return failure();
  paste(domain, *values, inner, tile);
  return tile;
}

/// The box of `shape` that holds the linear positions [first, last].
static Box boxOfRange(ArrayRef<int64_t> shape, int64_t first, int64_t last) {
  Box box;
  SmallVector<int64_t> strides = getStrides(shape);
  bool isWhole = false;
  for (size_t d = 0; d < shape.size(); ++d) {
    int64_t begin = first / strides[d] % shape[d];
    int64_t end = last / strides[d] % shape[d];
    // Below a dimension in which the ends differ, everything may be needed.
    box.offsets.push_back(isWhole ? 0 : begin);
    box.sizes.push_back(isWhole ? shape[d] : end - begin + 1);
    isWhole |= begin != end;
  }
  return box;
}

/// The dimension of an expansion's box to go along one by one, where its parts
/// lie far from each other in what is expanded; none where they do not.
static std::optional<unsigned>
scatteredDim(ArrayRef<mlir::ReassociationIndices> groups,
             ArrayRef<int64_t> shape, const Box &box) {
  constexpr int64_t mostParts = 64, mostWaste = 4;
  for (const mlir::ReassociationIndices &group : groups) {
    SmallVector<int64_t> strides =
        getStrides(shape.slice(group.front(), group.size()));
    int64_t range = 1, elements = 1;
    std::optional<unsigned> outermost;
    for (auto [i, d] : llvm::enumerate(group)) {
      range += (box.sizes[d] - 1) * strides[i];
      elements *= box.sizes[d];
      if (!outermost && box.sizes[d] > 1)
        outermost = d;
    }
    if (outermost && range / elements >= mostWaste &&
        box.sizes[*outermost] <= mostParts)
      return outermost;
  }
  return std::nullopt;
}

/// The box of what is expanded or collapsed that holds a box of the result.
static Box neededOfReshape(Operation *op, ArrayRef<int64_t> from,
                           ArrayRef<int64_t> to, const Box &box) {
  bool expands = isa<tensor::ExpandShapeOp>(op);
  SmallVector<mlir::ReassociationIndices> groups =
      expands ? cast<tensor::ExpandShapeOp>(op).getReassociationIndices()
              : cast<tensor::CollapseShapeOp>(op).getReassociationIndices();
  // Collapsing to rank 0 has no groups; all sizes are one.
  Box needed = Box::all(from);
  ArrayRef<int64_t> wide = expands ? to : from;
  for (auto [g, group] : llvm::enumerate(groups)) {
    ArrayRef<int64_t> sizes = wide.slice(group.front(), group.size());
    SmallVector<int64_t> strides = getStrides(sizes);
    if (expands) {
      int64_t first = 0, last = 0;
      for (auto [i, d] : llvm::enumerate(group)) {
        first += box.offsets[d] * strides[i];
        last += (box.offsets[d] + box.sizes[d] - 1) * strides[i];
      }
      needed.offsets[g] = first;
      needed.sizes[g] = last - first + 1;
      continue;
    }
    Box part =
        boxOfRange(sizes, box.offsets[g], box.offsets[g] + box.sizes[g] - 1);
    for (auto [i, d] : llvm::enumerate(group)) {
      needed.offsets[d] = part.offsets[i];
      needed.sizes[d] = part.sizes[i];
    }
  }
  return needed;
}

/// Expansion and collapse are the same list of values with other sizes; groups
/// of dimensions that correspond keep the box small.
FailureOr<Tile> Evaluator::computeReshape(Value source, const Box &box,
                                          Value result) {
  auto from = getShape(source), to = getShape(result);
  if (failed(from) || failed(to))
    return failure();
  Operation *op = result.getDefiningOp();
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    SmallVector<mlir::ReassociationIndices> groups =
        expand.getReassociationIndices();
    if (std::optional<unsigned> dim = scatteredDim(groups, *to, box)) {
      Tile parts = {box, makeColumn(domain, mlir::getElementTypeOrSelf(source),
                                    size_t(box.volume()))};
      for (int64_t i = 0; i < box.sizes[*dim]; ++i) {
        Box part = box;
        part.offsets[*dim] += i;
        part.sizes[*dim] = 1;
        FailureOr<Tile> tile = computeReshape(source, part, result);
        if (failed(tile))
          return failure();
        paste(domain, tile->values, part, parts);
      }
      return parts;
    }
  }
  FailureOr<TilePtr> tile =
      request(source, neededOfReshape(op, *from, *to, box));
  if (failed(tile))
    return failure();
  Tile out = {box, makeColumn(domain, mlir::getElementTypeOrSelf(source),
                              size_t(box.volume()))};
  SmallVector<int64_t> fromStrides = getStrides(*from);
  SmallVector<int64_t> toStrides = getStrides(*to);
  SmallVector<int64_t> tileStrides = getStrides((*tile)->box.sizes);
  size_t at = 0;
  (void)forEachPoint(box, [&](ArrayRef<int64_t> index) {
    int64_t linear = 0, position = 0;
    for (size_t d = 0; d < index.size(); ++d)
      linear += index[d] * toStrides[d];
    for (size_t d = 0; d < from->size(); ++d)
      position +=
          (linear / fromStrides[d] % (*from)[d] - (*tile)->box.offsets[d]) *
          tileStrides[d];
    copyValues(domain, (*tile)->values, position, out.values, at++, 1);
    return success();
  });
  return out;
}

FailureOr<Tile> Evaluator::computeConcat(tensor::ConcatOp op, const Box &box) {
  Tile tile = {box, makeColumn(domain, op.getResultType().getElementType(),
                               size_t(box.volume()))};
  int64_t dim = op.getDim(), start = 0;
  for (Value input : op.getInputs()) {
    auto shape = getShape(input);
    if (failed(shape))
      return failure();
    SmallVector<int64_t> low(shape->size(), 0);
    low[dim] = start;
    start += (*shape)[dim];
    Box part = intersect(box, low, *shape);
    if (part.volume() == 0)
      continue;
    Box source = part;
    source.offsets[dim] -= low[dim];
    FailureOr<Column> values = requestColumn(input, source);
    if (failed(values))
      return failure();
    paste(domain, *values, part, tile);
  }
  return tile;
}

FailureOr<Tile> Evaluator::computeGenerate(tensor::GenerateOp op,
                                           const Box &box) {
  FailureOr<Column> values = evalIndexRegion(op.getBody(), box);
  if (failed(values))
    return failure();
  return Tile{box, std::move(*values)};
}

FailureOr<Tile> Evaluator::computeFromElements(tensor::FromElementsOp op,
                                               const Box &box) {
  auto shape = op.getType().getShape();
  SmallVector<int64_t> strides = getStrides(shape);
  Tile tile = {box, makeColumn(domain, op.getType().getElementType(),
                               size_t(box.volume()))};
  size_t at = 0;
  LogicalResult result = forEachPoint(box, [&](ArrayRef<int64_t> index) {
    int64_t linear = 0;
    for (size_t d = 0; d < index.size(); ++d)
      linear += index[d] * strides[d];
    FailureOr<Column> value = requestColumn(op.getElements()[linear], Box());
    if (failed(value))
      return failure();
    copyValues(domain, *value, 0, tile.values, at++, 1);
    return success();
  });
  if (failed(result))
    return failure();
  return tile;
}

FailureOr<Tile> Evaluator::computeSplat(tensor::SplatOp op, const Box &box) {
  FailureOr<Column> value = requestColumn(op.getInput(), Box());
  if (failed(value))
    return failure();
  return Tile{box, repeat(domain, *value, size_t(box.volume()))};
}

FailureOr<Column> Evaluator::gatherElements(Location loc, Value tensor,
                                            ArrayRef<const Column *> indices,
                                            size_t n) {
  auto shape = getShape(tensor);
  if (failed(shape))
    return failure();
  // The hull of all points asked for.
  Box box = {SmallVector<int64_t>(shape->size(), INT64_MAX),
             SmallVector<int64_t>(shape->size(), INT64_MIN)};
  for (size_t d = 0; d < shape->size(); ++d) {
    for (size_t i = 0; i < n; ++i) {
      int64_t index = indices[d]->ints[i];
      if (index < 0 || index >= (*shape)[d])
        return mlir::emitError(loc, "index ")
                   << index << " of dimension " << d
                   << " is out of bounds, the size is " << (*shape)[d],
               failure();
      box.offsets[d] = std::min(box.offsets[d], index);
      box.sizes[d] = std::max(box.sizes[d], index);
    }
    box.sizes[d] -= box.offsets[d] - 1;
  }
  FailureOr<TilePtr> tile = request(tensor, box);
  if (failed(tile))
    return failure();
  Column out = makeColumn(domain, mlir::getElementTypeOrSelf(tensor), n);
  SmallVector<int64_t> strides = getStrides((*tile)->box.sizes);
  for (size_t i = 0; i < n; ++i) {
    int64_t position = 0;
    for (size_t d = 0; d < shape->size(); ++d)
      position += (indices[d]->ints[i] - (*tile)->box.offsets[d]) * strides[d];
    copyValues(domain, (*tile)->values, position, out, i, 1);
  }
  return out;
}

FailureOr<Tile> Evaluator::computeExtract(tensor::ExtractOp op) {
  SmallVector<Column> columns;
  SmallVector<const Column *> indices;
  for (Value index : op.getIndices()) {
    FailureOr<int64_t> value = getInteger(index);
    if (failed(value))
      return failure();
    columns.push_back(Column{std::nullopt, {}, {*value}});
  }
  for (const Column &column : columns)
    indices.push_back(&column);
  FailureOr<Column> value =
      gatherElements(op.getLoc(), op.getTensor(), indices, 1);
  if (failed(value))
    return failure();
  return Tile{Box(), std::move(*value)};
}

FailureOr<Tile> Evaluator::computeTensorOp(Operation *op, const Box &box) {
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
    return computeExtractSlice(slice, box);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return computeInsertSlice(insert, box);
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    return computePad(pad, box);
  if (isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op))
    return computeReshape(op->getOperand(0), box, op->getResult(0));
  if (auto concat = dyn_cast<tensor::ConcatOp>(op))
    return computeConcat(concat, box);
  if (auto generate = dyn_cast<tensor::GenerateOp>(op))
    return computeGenerate(generate, box);
  if (auto elements = dyn_cast<tensor::FromElementsOp>(op))
    return computeFromElements(elements, box);
  if (auto splat = dyn_cast<tensor::SplatOp>(op))
    return computeSplat(splat, box);
  if (auto extract = dyn_cast<tensor::ExtractOp>(op))
    return computeExtract(extract);
  if (isa<tensor::CastOp>(op)) {
    FailureOr<Column> values = requestColumn(op->getOperand(0), box);
    if (failed(values))
      return failure();
    return Tile{box, std::move(*values)};
  }
  if (auto dim = dyn_cast<tensor::DimOp>(op)) {
    auto shape = getShape(dim.getSource());
    FailureOr<int64_t> index = getInteger(dim.getIndex());
    if (failed(shape) || failed(index))
      return failure();
    if (*index < 0 || *index >= int64_t(shape->size()))
      return op->emitError("dimension ") << *index << " does not exist",
             failure();
    return Tile{Box(), Column{std::nullopt, {}, {(*shape)[*index]}}};
  }
  if (isa<tensor::EmptyOp>(op)) {
    // Nobody wrote it: whoever reads it gets noise.
    Tile tile = {box, makeColumn(domain,
                                 mlir::getElementTypeOrSelf(op->getResult(0)),
                                 size_t(box.volume()))};
    if (tile.values.kind)
      domain.poison(0, *tile.values.kind, tile.values.floats.data(),
                    size_t(box.volume()));
    else
      for (auto [i, x] : llvm::enumerate(tile.values.ints))
        x = int64_t(0x5555 + i);
    return tile;
  }
  if (isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(
          op)) {
    Payload payload;
    payload.points = 1;
    FailureOr<Column> value = evalPayloadOp(payload, op, op->getResult(0));
    if (failed(value))
      return failure();
    return Tile{Box(), std::move(*value)};
  }
  return op->emitError("operation is not supported by the reference evaluator"),
         failure();
}
