//===- Indexing.cpp - Lowerings of computed places --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// Elements of `tensor` for each point of `sizes`, at the places that `placeOf`
/// gives for the values of the index tensors there.
static Value extractAt(
    Lowering &l, Value tensor, ArrayRef<OpFoldResult> sizes,
    ArrayRef<Access> indices,
    llvm::function_ref<SmallVector<Value>(Scalars &, ArrayRef<Value> point,
                                          ArrayRef<Value> indices)>
        placeOf) {
  return l.parallel(
      sizes, elementOf(tensor), indices, [&](Scalars &s, ValueRange values) {
        SmallVector<Value> point, places;
        for (unsigned loop = 0; loop < sizes.size(); ++loop)
          point.push_back(linalg::IndexOp::create(s.b, s.loc, loop));
        for (Value value : values)
          places.push_back(s.cast(value, s.b.getIndexType()));
        return tensor::ExtractOp::create(s.b, s.loc, tensor,
                                         placeOf(s, point, places))
            .getResult();
      });
}

static LogicalResult lowerEmbedding(EmbeddingOp, Lowering &l) {
  Sizes sizes = l.sizesOf(l.in[1]);
  SmallVector<AffineExpr> exprs;
  for (unsigned dim = 0; dim < sizes.size(); ++dim)
    exprs.push_back(l.dim(dim));
  sizes.push_back(l.size(l.in[0], 1));
  return l.replace(
      extractAt(l, l.in[0], sizes, {{l.in[1], l.map(sizes.size(), exprs)}},
                [](Scalars &, ArrayRef<Value> point, ArrayRef<Value> indices) {
                  return SmallVector<Value>{indices[0], point.back()};
                }));
}

static LogicalResult lowerIndexSelect(IndexSelectOp op, Lowering &l) {
  int64_t axis = l.wrap(op.getDim(), l.in[0]);
  Sizes sizes = l.sizesOf(l.in[0]);
  sizes[axis] = l.size(l.in[1], 0);
  return l.replace(extractAt(
      l, l.in[0], sizes, {{l.in[1], l.map(sizes.size(), l.dim(axis))}},
      [&](Scalars &, ArrayRef<Value> point, ArrayRef<Value> indices) {
        SmallVector<Value> place(point);
        place[axis] = indices[0];
        return place;
      }));
}

static LogicalResult lowerGather(GatherOp op, Lowering &l) {
  int64_t axis = l.wrap(op.getDim(), l.in[0]);
  Sizes sizes = l.sizesOf(l.in[1]);
  AffineMap identity = l.b.getMultiDimIdentityMap(sizes.size());
  return l.replace(
      extractAt(l, l.in[0], sizes, {{l.in[1], identity}},
                [&](Scalars &, ArrayRef<Value> point, ArrayRef<Value> indices) {
                  SmallVector<Value> place(point);
                  place[axis] = indices[0];
                  return place;
                }));
}

static LogicalResult lowerIndex(aten::IndexOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  SmallVector<int64_t> axes = l.wrap(op.getDims(), l.in[0]);
  int64_t rank = rankOf(l.in[0]), kept = rank - axes.size();
  int64_t placesRank = sizes->size() - kept;
  bool adjacent =
      axes.back() - axes.front() + 1 == static_cast<int64_t>(axes.size());
  int64_t first = adjacent ? axes.front() : 0;
  SmallVector<Access> indices;
  for (Value tensor : ArrayRef<Value>(l.in).drop_front()) {
    // Aligned at the end of the dimensions that the indices make.
    auto shape = cast<RankedTensorType>(tensor.getType()).getShape();
    SmallVector<AffineExpr> exprs;
    for (auto [dim, size] : llvm::enumerate(shape))
      exprs.push_back(size == 1
                          ? l.cst(0)
                          : l.dim(first + placesRank - shape.size() + dim));
    indices.push_back({tensor, l.map(sizes->size(), exprs)});
  }
  SmallVector<Value> extents;
  for (OpFoldResult size : l.sizesOf(l.in[0]))
    extents.push_back(mlir::getValueOrCreateConstantIndexOp(l.b, l.loc, size));
  return l.replace(extractAt(
      l, l.in[0], *sizes, indices,
      [&](Scalars &s, ArrayRef<Value> point, ArrayRef<Value> values) {
        SmallVector<Value> place;
        int64_t next = 0, used = 0;
        for (int64_t dim = 0; dim < rank; ++dim) {
          if (llvm::is_contained(axes, dim)) {
            Value index = values[used++];
            Value negative = s.lt(index, s.index(0));
            place.push_back(
                s.select(negative, s.add(index, extents[dim]), index));
            continue;
          }
          // Kept dimensions lie around those that the indices make.
          place.push_back(point[next < first ? next : next + placesRank]);
          ++next;
        }
        return place;
      }));
}

void kernel_opt::addIndexingLowerings(LoweringTable &table) {
  table.add<EmbeddingOp, lowerEmbedding>();
  table.add<IndexSelectOp, lowerIndexSelect>();
  table.add<GatherOp, lowerGather>();
  table.add<aten::IndexOp, lowerIndex>();
}
