//===- Placement.cpp - Lowerings that move elements -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Placement.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

Value kernel_opt::gathered(Lowering &l, Value tensor,
                           ArrayRef<OpFoldResult> sizes, PlaceOf placeOf) {
  return l.parallel(sizes, elementOf(tensor), {}, [&](Scalars &s, ValueRange) {
    SmallVector<Value> point;
    for (unsigned loop = 0; loop < sizes.size(); ++loop)
      point.push_back(linalg::IndexOp::create(s.b, s.loc, loop));
    SmallVector<Value> place = placeOf(s, point);
    return tensor::ExtractOp::create(s.b, s.loc, tensor, place).getResult();
  });
}

/// The sizes of `tensor` as values.
static SmallVector<Value> extentsOf(Lowering &l, Value tensor) {
  SmallVector<Value> extents;
  for (OpFoldResult size : l.sizesOf(tensor))
    extents.push_back(mlir::getValueOrCreateConstantIndexOp(l.b, l.loc, size));
  return extents;
}

Value kernel_opt::flipped(Lowering &l, Value tensor, ArrayRef<int64_t> dims) {
  SmallVector<Value> extents = extentsOf(l, tensor);
  return gathered(
      l, tensor, l.sizesOf(tensor), [&](Scalars &s, ArrayRef<Value> point) {
        SmallVector<Value> place(point);
        for (int64_t dim : dims)
          place[dim] = s.sub(s.sub(extents[dim], s.index(1)), point[dim]);
        return place;
      });
}

static LogicalResult lowerFlip(FlipOp op, Lowering &l) {
  if (op.getDims().empty())
    return l.replace(l.in[0]);
  return l.replace(flipped(l, l.in[0], l.wrap(op.getDims(), l.in[0])));
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// `place` counted from the front of a dimension of size `size`.
static OpFoldResult fromFront(Lowering &l, int64_t place, OpFoldResult size) {
  if (place >= 0)
    return l.attr(place);
  return l.compute(l.sym(0) + place, size);
}

static LogicalResult lowerSlice(SliceOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  int64_t axis = l.wrap(op.getDim(), l.in[0]), start = op.getStart();
  OpFoldResult size = l.size(l.in[0], axis);
  if (std::optional<int64_t> known = mlir::getConstantIntValue(size))
    start = std::min(std::max(start < 0 ? start + *known : start, int64_t(0)),
                     *known);
  Sizes offsets(sizes->size(), l.attr(0)), strides(sizes->size(), l.attr(1));
  offsets[axis] = fromFront(l, start, size);
  strides[axis] = l.attr(op.getStep());
  return l.replace(l.slice(l.in[0], offsets, *sizes, strides));
}

static LogicalResult lowerSelect(SelectOp op, Lowering &l) {
  int64_t axis = l.wrap(op.getDim(), l.in[0]);
  Sizes sizes = l.sizesOf(l.in[0]);
  Sizes offsets(sizes.size(), l.attr(0)), strides(sizes.size(), l.attr(1));
  offsets[axis] = fromFront(l, op.getIndex(), sizes[axis]);
  sizes[axis] = l.attr(1);
  auto type = cast<RankedTensorType>(l.in[0].getType());
  SmallVector<int64_t> shape(type.getShape());
  shape.erase(shape.begin() + axis);
  return l.replace(tensor::ExtractSliceOp::create(
                       l.b, l.loc,
                       RankedTensorType::get(shape, type.getElementType()),
                       l.in[0], offsets, sizes, strides)
                       .getResult());
}

//===----------------------------------------------------------------------===//
// Joining
//===----------------------------------------------------------------------===//

/// Writes `parts` one after the other along `axis` of a tensor of sizes
/// `sizes`. A part may lack that dimension: then it is one long.
static Value join(Lowering &l, ArrayRef<Value> parts,
                  ArrayRef<OpFoldResult> sizes, int64_t axis) {
  Value result = l.empty(sizes, elementOf(parts[0]));
  Sizes offsets(sizes.size(), l.attr(0)), strides(sizes.size(), l.attr(1));
  for (Value part : parts) {
    Sizes own = l.sizesOf(part);
    if (own.size() < sizes.size())
      own.insert(own.begin() + axis, l.attr(1));
    result = tensor::InsertSliceOp::create(l.b, l.loc, part, result, offsets,
                                           own, strides);
    offsets[axis] = l.compute(l.sym(0) + l.sym(1), {offsets[axis], own[axis]});
  }
  return result;
}

template <typename OpTy>
static LogicalResult lowerJoin(OpTy op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  int64_t axis = op.getDim();
  axis = axis < 0 ? axis + sizes->size() : axis;
  SmallVector<Value> parts;
  for (Value part : l.in)
    parts.push_back(l.convert(part, l.resultElement()));
  return l.replace(join(l, parts, *sizes, axis));
}

/// The end of each dimension moves to its front.
static LogicalResult lowerRoll(RollOp op, Lowering &l) {
  Value x = l.in[0];
  Sizes sizes = l.sizesOf(x);
  for (auto [shift, dim] : llvm::zip(op.getShifts(), op.getDims())) {
    int64_t axis = l.wrap(dim, x);
    if (mlir::getConstantIntValue(sizes[axis]) == 0)
      continue;
    // mod of an affine expression is not negative.
    OpFoldResult moved = l.compute(l.cst(shift) % l.sym(0), sizes[axis]);
    if (mlir::getConstantIntValue(moved) == 0)
      continue;
    Sizes offsets(sizes.size(), l.attr(0)), strides(sizes.size(), l.attr(1));
    Sizes head = sizes, tail = sizes;
    head[axis] = l.compute(l.sym(0) - l.sym(1), {sizes[axis], moved});
    tail[axis] = moved;
    Value first = l.slice(x, offsets, head, strides);
    offsets[axis] = head[axis];
    Value last = l.slice(x, offsets, tail, strides);
    x = join(l, {last, first}, sizes, axis);
  }
  return l.replace(x);
}

//===----------------------------------------------------------------------===//
// Padding
//===----------------------------------------------------------------------===//

/// (before, after) for each dimension of `tensor`.
static SmallVector<std::pair<int64_t, int64_t>> amounts(PadOp op,
                                                        Value tensor) {
  SmallVector<std::pair<int64_t, int64_t>> result(rankOf(tensor));
  ArrayRef<int64_t> pad = op.getPad();
  for (size_t i = 0; i < pad.size() / 2; ++i)
    result[result.size() - 1 - i] = {pad[2 * i], pad[2 * i + 1]};
  return result;
}

static Value padConstant(PadOp op, Lowering &l) {
  Value x = l.in[0];
  Sizes offsets, sizes, low, high;
  for (auto [amount, size] : llvm::zip(amounts(op, x), l.sizesOf(x))) {
    auto [before, after] = amount;
    int64_t cutBefore = std::max<int64_t>(-before, 0);
    int64_t cutAfter = std::max<int64_t>(-after, 0);
    offsets.push_back(l.attr(cutBefore));
    sizes.push_back(l.compute(l.sym(0) - cutBefore - cutAfter, size));
    low.push_back(l.attr(std::max<int64_t>(before, 0)));
    high.push_back(l.attr(std::max<int64_t>(after, 0)));
  }
  x = l.slice(x, offsets, sizes, Sizes(sizes.size(), l.attr(1)));
  return l.pad(
      x, low, high,
      l.scalars.constant(elementOf(x), op.getValue().convertToDouble()));
}

/// The index into a dimension of size `size` for one that may lie outside.
static Value comeBack(Scalars &s, PadMode mode, Value index, Value size) {
  Value zero = s.index(0), last = s.sub(size, s.index(1));
  if (mode == PadMode::Replicate)
    return s.min(s.max(index, zero), last);
  Value below =
      mode == PadMode::Reflect ? s.sub(zero, index) : s.add(index, size);
  Value above = mode == PadMode::Reflect ? s.sub(s.add(last, last), index)
                                         : s.sub(index, size);
  Value inside = s.select(s.gt(index, last), above, index);
  return s.select(s.lt(index, zero), below, inside);
}

static LogicalResult lowerPad(PadOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  if (op.getMode() == PadMode::Constant)
    return l.replace(padConstant(op, l));
  auto pads = amounts(op, l.in[0]);
  SmallVector<Value> extents = extentsOf(l, l.in[0]);
  return l.replace(
      gathered(l, l.in[0], *sizes, [&](Scalars &s, ArrayRef<Value> point) {
        SmallVector<Value> place(point);
        for (auto [dim, amount] : llvm::enumerate(pads))
          if (amount != std::pair<int64_t, int64_t>(0, 0))
            place[dim] = comeBack(s, op.getMode(),
                                  s.sub(point[dim], s.index(amount.first)),
                                  extents[dim]);
        return place;
      }));
}

//===----------------------------------------------------------------------===//
// Triangles
//===----------------------------------------------------------------------===//

template <typename OpTy>
static LogicalResult lowerTriangle(OpTy op, Lowering &l) {
  Sizes sizes = l.sizesOf(l.in[0]);
  unsigned rank = sizes.size();
  Type element = l.resultElement();
  return l.replace(l.parallel(
      sizes, element, {{l.in[0], l.b.getMultiDimIdentityMap(rank)}},
      [&](Scalars &s, ValueRange v) {
        Value row = linalg::IndexOp::create(s.b, s.loc, rank - 2);
        Value column = linalg::IndexOp::create(s.b, s.loc, rank - 1);
        Value edge = s.add(row, s.index(op.getDiagonal()));
        Value kept = std::is_same_v<OpTy, TrilOp> ? s.le(column, edge)
                                                  : s.ge(column, edge);
        return s.select(kept, v[0], s.integer(element, 0));
      }));
}

void kernel_opt::addPlacementLowerings(LoweringTable &table) {
  table.add<FlipOp, lowerFlip>();
  table.add<SliceOp, lowerSlice>();
  table.add<SelectOp, lowerSelect>();
  table.add<CatOp, lowerJoin<CatOp>>();
  table.add<StackOp, lowerJoin<StackOp>>();
  table.add<RollOp, lowerRoll>();
  table.add<PadOp, lowerPad>();
  table.add<TrilOp, lowerTriangle<TrilOp>>();
  table.add<TriuOp, lowerTriangle<TriuOp>>();
}
