//===- View.cpp - Lowerings of views of the same elements -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::aten;

template <typename OpTy>
static LogicalResult lowerReshape(OpTy, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  FailureOr<Value> result = l.reshape(l.in[0], *sizes);
  return failed(result) ? failure() : l.replace(*result);
}

/// Dimension i of the result is dimension `order[i]` of the operand.
static LogicalResult permuteTo(Lowering &l, ArrayRef<int64_t> order) {
  Sizes own = l.sizesOf(l.in[0]), sizes;
  SmallVector<AffineExpr> exprs(order.size());
  for (auto [to, from] : llvm::enumerate(order)) {
    sizes.push_back(own[from]);
    exprs[from] = l.dim(to);
  }
  return l.replace(l.parallel(sizes, l.resultElement(),
                              {{l.in[0], l.map(order.size(), exprs)}},
                              [](Scalars &, ValueRange v) { return v[0]; }));
}

static LogicalResult lowerTranspose(TransposeOp op, Lowering &l) {
  SmallVector<int64_t> order = range(0, rankOf(l.in[0]));
  if (!order.empty())
    std::swap(order[l.wrap(op.getDim0(), l.in[0])],
              order[l.wrap(op.getDim1(), l.in[0])]);
  return permuteTo(l, order);
}

static LogicalResult lowerPermute(PermuteOp op, Lowering &l) {
  return permuteTo(l, l.wrap(op.getDims(), l.in[0]));
}

template <typename OpTy>
static LogicalResult lowerExpand(OpTy, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  AffineMap map = l.broadcastMap(l.in[0], sizes->size());
  return l.replace(l.parallel(*sizes, l.resultElement(), {{l.in[0], map}},
                              [](Scalars &, ValueRange v) { return v[0]; }));
}

/// Each dimension becomes a pair (copy, element), which is then joined.
static LogicalResult lowerRepeat(RepeatOp op, Lowering &l) {
  ArrayRef<int64_t> repeats = op.getRepeats();
  Sizes own = l.sizesOf(l.in[0]), sizes;
  size_t added = repeats.size() - own.size();
  SmallVector<SmallVector<int64_t, 2>> groups;
  SmallVector<AffineExpr> exprs;
  for (auto [index, times] : llvm::enumerate(repeats)) {
    int64_t place = sizes.size();
    sizes.push_back(l.attr(times));
    if (index < added) {
      groups.push_back({place});
      continue;
    }
    sizes.push_back(own[index - added]);
    groups.push_back({place, place + 1});
    exprs.push_back(l.dim(place + 1));
  }
  Value copies = l.parallel(sizes, l.resultElement(),
                            {{l.in[0], l.map(sizes.size(), exprs)}},
                            [](Scalars &, ValueRange v) { return v[0]; });
  bool joins = groups.size() != sizes.size();
  return l.replace(joins ? l.collapse(copies, groups) : copies);
}

static LogicalResult lowerUnfold(UnfoldOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  unsigned loops = sizes->size();
  int64_t axis = l.wrap(op.getDimension(), l.in[0]);
  SmallVector<AffineExpr> exprs;
  for (unsigned dim = 0; dim + 1 < loops; ++dim)
    exprs.push_back(l.dim(dim));
  exprs[axis] =
      exprs[axis] * static_cast<int64_t>(op.getStep()) + l.dim(loops - 1);
  return l.replace(l.parallel(*sizes, l.resultElement(),
                              {{l.in[0], l.map(loops, exprs)}},
                              [](Scalars &, ValueRange v) { return v[0]; }));
}

static LogicalResult lowerDiagonal(DiagonalOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  unsigned loops = sizes->size(), next = 0;
  int64_t rows = l.wrap(op.getDim1(), l.in[0]);
  int64_t columns = l.wrap(op.getDim2(), l.in[0]);
  int64_t offset = op.getOffset();
  // The square that the diagonal crosses, then the diagonal of that.
  Sizes part = l.sizesOf(l.in[0]);
  Sizes offsets(part.size(), l.attr(0)), strides(part.size(), l.attr(1));
  part[rows] = part[columns] = sizes->back();
  offsets[rows] = l.attr(std::max<int64_t>(-offset, 0));
  offsets[columns] = l.attr(std::max<int64_t>(offset, 0));
  Value square = l.slice(l.in[0], offsets, part, strides);
  SmallVector<AffineExpr> exprs;
  for (int64_t dim : range(0, rankOf(l.in[0])))
    exprs.push_back(l.dim(dim == rows || dim == columns ? loops - 1 : next++));
  return l.replace(l.parallel(*sizes, l.resultElement(),
                              {{square, l.map(loops, exprs)}},
                              [](Scalars &, ValueRange v) { return v[0]; }));
}

//===----------------------------------------------------------------------===//
// Tensors from attributes
//===----------------------------------------------------------------------===//

template <typename OpTy>
static LogicalResult lowerFull(OpTy op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  mlir::TypedAttr value = aten::elementOf(op.getValue(), op.getDtype());
  // What else is known of the value stays with it.
  DictionaryAttr known = op->getDiscardableAttrDictionary();
  if (sizes->empty()) {
    auto type = RankedTensorType::get({}, op.getDtype());
    auto constant = arith::ConstantOp::create(
        l.b, l.loc, mlir::DenseElementsAttr::get(type, Attribute(value)));
    constant->setDiscardableAttrs(known);
    return l.replace(constant.getResult());
  }
  auto scalar = arith::ConstantOp::create(l.b, l.loc, value);
  scalar->setDiscardableAttrs(known);
  return l.replace(l.filled(*sizes, scalar));
}

static LogicalResult lowerArange(ArangeOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Type element = l.resultElement(), compute = computeTypeOf(element);
  // The steps of integers may be fractions, if the results are whole.
  double start = op.getStart().convertToDouble();
  double step = op.getStep().convertToDouble();
  if (!isa<FloatType>(element) &&
      (start != std::floor(start) || step != std::floor(step)))
    return l.unsupported("integers in steps that are not whole");
  return l.replace(l.parallel(*sizes, element, {}, [&](Scalars &s, ValueRange) {
    Value index = linalg::IndexOp::create(s.b, s.loc, 0);
    Value x = s.mul(s.cast(index, compute), s.constant(compute, step));
    return s.cast(s.add(s.constant(compute, start), x), element);
  }));
}

static LogicalResult lowerEye(EyeOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Type element = l.resultElement();
  return l.replace(l.parallel(*sizes, element, {}, [&](Scalars &s, ValueRange) {
    Value row = linalg::IndexOp::create(s.b, s.loc, 0);
    Value column = linalg::IndexOp::create(s.b, s.loc, 1);
    return s.cast(s.eq(row, column), element);
  }));
}

void kernel_opt::addViewLowerings(LoweringTable &table) {
  table.add<ReshapeOp, lowerReshape<ReshapeOp>>();
  table.add<FlattenOp, lowerReshape<FlattenOp>>();
  table.add<UnflattenOp, lowerReshape<UnflattenOp>>();
  table.add<SqueezeOp, lowerReshape<SqueezeOp>>();
  table.add<UnsqueezeOp, lowerReshape<UnsqueezeOp>>();
  table.add<TransposeOp, lowerTranspose>();
  table.add<PermuteOp, lowerPermute>();
  table.add<ExpandOp, lowerExpand<ExpandOp>>();
  table.add<ExpandAsOp, lowerExpand<ExpandAsOp>>();
  table.add<RepeatOp, lowerRepeat>();
  table.add<UnfoldOp, lowerUnfold>();
  table.add<DiagonalOp, lowerDiagonal>();
  table.add<FullOp, lowerFull<FullOp>>();
  table.add<FullLikeOp, lowerFull<FullLikeOp>>();
  table.add<ArangeOp, lowerArange>();
  table.add<EyeOp, lowerEye>();
}
