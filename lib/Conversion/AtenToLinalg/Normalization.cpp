//===- Normalization.cpp - Lowerings of normalizations ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Reductions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/APFloat.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

Value kernel_opt::expOfDifference(Lowering &l, Value input, Value offset,
                                  ArrayRef<int64_t> dims, Type compute) {
  unsigned loops = rankOf(input);
  return l.parallel(l.sizesOf(input), compute,
                    {{input, l.b.getMultiDimIdentityMap(loops)},
                     {offset, mapWithout(l, dims, loops)}},
                    [&](Scalars &s, ValueRange v) {
                      Value x = s.cast(v[0], compute);
                      return s.exp(s.sub(x, s.cast(v[1], compute)));
                    });
}

Value kernel_opt::softmaxOver(Lowering &l, Value input, ArrayRef<int64_t> dims,
                              Type compute, Type element, bool safe) {
  unsigned loops = rankOf(input);
  Value greatest = l.maximum(input, dims);
  if (safe)
    greatest = l.pointwise(l.sizesOf(greatest), elementOf(greatest), compute,
                           greatest, [&](Scalars &s, ValueRange v) {
                             return s.select(s.eq(v[0], s.lowest(compute)),
                                             s.constant(compute, 0), v[0]);
                           });
  Value exps = expOfDifference(l, input, greatest, dims, compute);
  Value total = l.sum(exps, dims, compute);
  return l.parallel(l.sizesOf(exps), element,
                    {{exps, l.b.getMultiDimIdentityMap(loops)},
                     {total, mapWithout(l, dims, loops)}},
                    [&](Scalars &s, ValueRange v) {
                      Value quotient = s.div(v[0], v[1]);
                      if (safe) {
                        Value zero = s.constant(compute, 0);
                        quotient = s.select(s.eq(v[1], zero), zero, quotient);
                      }
                      return s.cast(quotient, element);
                    });
}

Value kernel_opt::logSoftmaxOver(Lowering &l, Value input,
                                 ArrayRef<int64_t> dims, Type compute,
                                 Type element) {
  unsigned loops = rankOf(input);
  Value greatest = l.maximum(input, dims);
  Value exps = expOfDifference(l, input, greatest, dims, compute);
  Value total = l.sum(exps, dims, compute);
  AffineMap kept = mapWithout(l, dims, loops);
  return l.parallel(l.sizesOf(input), element,
                    {{input, l.b.getMultiDimIdentityMap(loops)},
                     {greatest, kept},
                     {total, kept}},
                    [&](Scalars &s, ValueRange v) {
                      Value x = s.cast(v[0], compute);
                      Value shifted = s.sub(x, s.cast(v[1], compute));
                      return s.cast(s.sub(shifted, s.log(v[2])), element);
                    });
}

static LogicalResult lowerSoftmax(SoftmaxOp op, Lowering &l) {
  if (rankOf(l.in[0]) == 0)
    return l.unsupported("a softmax of rank 0");
  Type element = l.resultElement();
  SmallVector<int64_t> dims = {l.wrap(op.getDim(), l.in[0])};
  return l.replace(
      softmaxOver(l, l.in[0], dims, computeTypeOf(element), element));
}

static LogicalResult lowerLogSoftmax(LogSoftmaxOp op, Lowering &l) {
  if (rankOf(l.in[0]) == 0)
    return l.unsupported("a softmax of rank 0");
  Type element = l.resultElement();
  SmallVector<int64_t> dims = {l.wrap(op.getDim(), l.in[0])};
  return l.replace(
      logSoftmaxOver(l, l.in[0], dims, computeTypeOf(element), element));
}

//===----------------------------------------------------------------------===//
// Normalizations
//===----------------------------------------------------------------------===//

/// `factor = 1 / sqrt(squares / count + eps)`, for each element of `squares`.
static Value inverseDeviation(Lowering &l, Value squares, Value count,
                              const APFloat &eps, Type compute) {
  return l.pointwise(l.sizesOf(squares), compute, compute, squares,
                     [&](Scalars &s, ValueRange v) {
                       Value variance = count ? s.div(v[0], count) : v[0];
                       Value shift = s.constant(compute, eps.convertToDouble());
                       return s.call<math::RsqrtOp>(s.add(variance, shift));
                     });
}

/// (x - mean) * factor * weight + bias; `mean` may be null.
static Value normalize(Lowering &l, Value x, Access mean, Access factor,
                       ArrayRef<Access> affine, Type compute, Type element) {
  unsigned loops = rankOf(x);
  SmallVector<Access> inputs = {{x, l.b.getMultiDimIdentityMap(loops)}, factor};
  llvm::append_range(inputs, affine);
  if (mean.tensor)
    inputs.push_back(mean);
  return l.parallel(l.sizesOf(x), element, inputs,
                    [&](Scalars &s, ValueRange v) {
                      Value y = s.cast(v[0], compute);
                      if (mean.tensor)
                        y = s.sub(y, s.cast(v.back(), compute));
                      y = s.mul(y, v[1]);
                      if (!affine.empty())
                        y = s.mul(y, s.cast(v[2], compute));
                      if (affine.size() > 1)
                        y = s.add(y, s.cast(v[3], compute));
                      return s.cast(y, element);
                    });
}

static LogicalResult lowerLayerNorm(LayerNormOp op, Lowering &l) {
  Value x = l.in[0];
  Type element = l.resultElement(), compute = computeTypeOf(element);
  unsigned rank = rankOf(x), count = op.getNormalizedShape().size();
  SmallVector<int64_t> dims = range(rank - count, rank);
  Value mean = meanOver(l, x, dims, compute);
  Value squares = squaresAround(l, x, mean, dims, compute);
  Value factor = inverseDeviation(l, squares, sizeOver(l, x, dims, compute),
                                  op.getEps(), compute);
  AffineMap outer = mapWithout(l, dims, rank);
  AffineMap inner = mapWithout(l, range(0, rank - count), rank);
  SmallVector<Access> affine;
  for (Value parameter : ArrayRef<Value>(l.in).drop_front())
    affine.push_back({parameter, inner});
  return l.replace(normalize(l, x, {mean, outer}, {factor, outer}, affine,
                             compute, element));
}

static LogicalResult lowerRmsNorm(RmsNormOp op, Lowering &l) {
  Value x = l.in[0];
  Type element = l.resultElement(), compute = computeTypeOf(element);
  unsigned rank = rankOf(x), count = op.getNormalizedShape().size();
  SmallVector<int64_t> dims = range(rank - count, rank);
  Value squares = l.reduce(x, dims, l.scalars.constant(compute, 0),
                           [&](Scalars &s, ValueRange v) {
                             Value y = s.cast(v[0], compute);
                             return s.add(v[1], s.mul(y, y));
                           });
  const llvm::fltSemantics &semantics =
      cast<FloatType>(compute).getFloatSemantics();
  // One unit in the last place of 1.
  APFloat eps =
      op.getEps()
          ? *op.getEps()
          : scalbn(APFloat::getOne(semantics),
                   1 - static_cast<int>(APFloat::semanticsPrecision(semantics)),
                   APFloat::rmNearestTiesToEven);
  Value factor =
      inverseDeviation(l, squares, sizeOver(l, x, dims, compute), eps, compute);
  SmallVector<Access> affine;
  if (l.in.size() > 1)
    affine.push_back({l.in[1], mapWithout(l, range(0, rank - count), rank)});
  return l.replace(normalize(l, x, {}, {factor, mapWithout(l, dims, rank)},
                             affine, compute, element));
}

/// Normalization of groups of channels; `groups` is null for one channel each.
static LogicalResult lowerGroups(Lowering &l, std::optional<int64_t> groups,
                                 const APFloat &eps) {
  Value x = l.in[0];
  Type element = l.resultElement(), compute = computeTypeOf(element);
  Sizes original = l.sizesOf(x);
  unsigned rank = original.size();
  // N x G x C/G x spatial; with one channel per group, x as it is.
  SmallVector<SmallVector<int64_t, 2>> parts = {{0}, {1, 2}};
  for (unsigned dim = 2; dim < rank; ++dim)
    parts.push_back({dim + 1});
  OpFoldResult perGroup;
  if (groups) {
    perGroup = l.compute(l.sym(0).floorDiv(*groups), original[1]);
    Sizes split = {original[0], l.attr(*groups), perGroup};
    split.append(original.begin() + 2, original.end());
    x = l.expand(x, split, parts);
  }
  unsigned loops = rankOf(x);
  SmallVector<int64_t> dims = range(2, loops);
  Value mean = meanOver(l, x, dims, compute);
  Value squares = squaresAround(l, x, mean, dims, compute);
  Value factor =
      inverseDeviation(l, squares, sizeOver(l, x, dims, compute), eps, compute);
  AffineMap outer = mapWithout(l, dims, loops);
  SmallVector<Access> affine;
  for (Value parameter : ArrayRef<Value>(l.in).drop_front()) {
    if (groups) {
      parameter = l.expand(parameter, {l.attr(*groups), perGroup}, {{0, 1}});
      affine.push_back({parameter, l.map(loops, {l.dim(1), l.dim(2)})});
    } else {
      affine.push_back({parameter, l.map(loops, l.dim(1))});
    }
  }
  Value y =
      normalize(l, x, {mean, outer}, {factor, outer}, affine, compute, element);
  return l.replace(groups ? l.collapse(y, parts) : y);
}

static LogicalResult lowerGroupNorm(GroupNormOp op, Lowering &l) {
  return lowerGroups(l, op.getNumGroups(), op.getEps());
}

static LogicalResult lowerInstanceNorm(InstanceNormOp op, Lowering &l) {
  return lowerGroups(l, std::nullopt, op.getEps());
}

static LogicalResult lowerBatchNorm(BatchNormOp op, Lowering &l) {
  Type element = l.resultElement(), compute = computeTypeOf(element);
  Value factor = inverseDeviation(l, l.in[2], Value(), op.getEps(), compute);
  unsigned rank = rankOf(l.in[0]);
  AffineMap channel = l.map(rank, l.dim(1));
  SmallVector<Access> affine;
  for (Value parameter : ArrayRef<Value>(l.in).drop_front(3))
    affine.push_back({parameter, channel});
  return l.replace(normalize(l, l.in[0], {l.in[1], channel}, {factor, channel},
                             affine, compute, element));
}

void kernel_opt::addNormalizationLowerings(LoweringTable &table) {
  table.add<SoftmaxOp, lowerSoftmax>();
  table.add<LogSoftmaxOp, lowerLogSoftmax>();
  table.add<LayerNormOp, lowerLayerNorm>();
  table.add<RmsNormOp, lowerRmsNorm>();
  table.add<GroupNormOp, lowerGroupNorm>();
  table.add<InstanceNormOp, lowerInstanceNorm>();
  table.add<BatchNormOp, lowerBatchNorm>();
}
