//===- Loss.cpp - Lowerings of losses ---------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Reductions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// The mean or sum of `losses`, or themselves; `count` divides the mean, the
/// number of losses if it is null.
static LogicalResult finish(Lowering &l, Value losses, LossReduction reduction,
                            Value count = {}) {
  Type element = l.resultElement(), compute = computeTypeOf(element);
  SmallVector<int64_t> dims = range(0, rankOf(losses));
  if (reduction == LossReduction::None)
    return l.replace(l.convert(losses, element));
  Value total = l.sum(losses, dims, compute);
  if (reduction == LossReduction::Sum)
    return l.replace(l.convert(total, element));
  if (!count) {
    Value number = sizeOver(l, losses, dims, compute);
    return l.replace(
        l.pointwise({}, element, compute, total, [&](Scalars &s, ValueRange v) {
          return s.div(v[0], number);
        }));
  }
  return l.replace(
      l.pointwise({}, element, compute, {total, count},
                  [](Scalars &s, ValueRange v) { return s.div(v[0], v[1]); }));
}

/// A loss of each pair of elements.
template <typename OpTy>
static LogicalResult lowerPairs(OpTy op, Lowering &l,
                                Value (*body)(OpTy, Scalars &, Value x,
                                              Value t)) {
  // The sizes of both together: the result may be their mean.
  Type compute = computeTypeOf(l.resultElement());
  Value wider = rankOf(l.in[0]) < rankOf(l.in[1]) ? l.in[1] : l.in[0];
  Sizes sizes = l.sizesOf(wider);
  for (Value tensor : l.in) {
    Sizes own = l.sizesOf(tensor);
    for (size_t i = 0; i < own.size(); ++i)
      if (mlir::getConstantIntValue(own[i]) != 1)
        sizes[sizes.size() - own.size() + i] = own[i];
  }
  Value losses =
      l.pointwise(sizes, compute, compute, l.in, [&](Scalars &s, ValueRange v) {
        return body(op, s, v[0], v[1]);
      });
  return finish(l, losses, op.getReduction());
}

static Value squaredError(MseLossOp, Scalars &s, Value x, Value t) {
  Value d = s.sub(x, t);
  return s.mul(d, d);
}

static Value absoluteError(L1LossOp, Scalars &s, Value x, Value t) {
  return s.abs(s.sub(x, t));
}

static Value smoothError(SmoothL1LossOp op, Scalars &s, Value x, Value t) {
  double beta = op.getBeta().convertToDouble();
  Value d = s.abs(s.sub(x, t));
  if (beta == 0)
    return d;
  Type type = d.getType();
  Value half = s.mul(s.constant(type, 0.5), d);
  Value near = s.div(s.mul(half, d), s.constant(type, beta));
  Value far = s.sub(d, s.constant(type, 0.5 * beta));
  return s.select(s.lt(d, s.constant(type, beta)), near, far);
}

static Value huberError(HuberLossOp op, Scalars &s, Value x, Value t) {
  Value d = s.abs(s.sub(x, t));
  Type type = d.getType();
  double delta = op.getDelta().convertToDouble();
  Value near = s.mul(s.mul(s.constant(type, 0.5), d), d);
  Value far =
      s.mul(s.constant(type, delta), s.sub(d, s.constant(type, 0.5 * delta)));
  return s.select(s.le(d, s.constant(type, delta)), near, far);
}

static Value divergence(KlDivOp op, Scalars &s, Value x, Value t) {
  if (op.getLogTarget())
    return s.mul(s.exp(t), s.sub(t, x));
  // xlogy: 0 for a target of 0, whatever the logarithm; NaN stays.
  Value zero = s.constant(t.getType(), 0);
  Value entropy = s.select(s.eq(t, zero), zero, s.mul(t, s.log(t)));
  return s.sub(entropy, s.mul(t, x));
}

static LogicalResult lowerMse(MseLossOp op, Lowering &l) {
  return lowerPairs<MseLossOp>(op, l, squaredError);
}
static LogicalResult lowerL1(L1LossOp op, Lowering &l) {
  return lowerPairs<L1LossOp>(op, l, absoluteError);
}
static LogicalResult lowerSmoothL1(SmoothL1LossOp op, Lowering &l) {
  return lowerPairs<SmoothL1LossOp>(op, l, smoothError);
}
static LogicalResult lowerHuber(HuberLossOp op, Lowering &l) {
  return lowerPairs<HuberLossOp>(op, l, huberError);
}
static LogicalResult lowerKlDiv(KlDivOp op, Lowering &l) {
  return lowerPairs<KlDivOp>(op, l, divergence);
}

//===----------------------------------------------------------------------===//
// Cross entropy
//===----------------------------------------------------------------------===//

static LogicalResult lowerCrossEntropy(CrossEntropyLossOp op, Lowering &l) {
  Type element = l.resultElement(), compute = computeTypeOf(element);
  int64_t classes = rankOf(l.in[0]) == 1 ? 0 : 1;
  SmallVector<int64_t> dims = {classes};
  Value logs = logSoftmaxOver(l, l.in[0], dims, compute, compute);
  Value target = l.in[1];
  unsigned rank = rankOf(target);
  double share = op.getLabelSmoothing().convertToDouble();
  Type place = elementOf(target);
  AffineMap identity = l.b.getMultiDimIdentityMap(rank);
  SmallVector<Access> inputs = {{target, identity}};
  if (share != 0)
    inputs.push_back({l.sum(logs, dims, compute), identity});
  Value number = sizeOver(l, logs, dims, compute);
  Value losses = l.parallel(
      l.sizesOf(target), compute, inputs, [&](Scalars &s, ValueRange v) {
        Value ignored = s.eq(v[0], s.integer(place, op.getIgnoreIndex()));
        Value own = s.select(ignored, s.integer(place, 0), v[0]);
        SmallVector<Value> at;
        for (unsigned loop = 0; loop < rank; ++loop)
          at.push_back(linalg::IndexOp::create(s.b, s.loc, loop));
        at.insert(at.begin() + classes, s.cast(own, s.b.getIndexType()));
        Value loss = s.neg(tensor::ExtractOp::create(s.b, s.loc, logs, at));
        if (share != 0) {
          Value smooth = s.div(s.neg(v[1]), number);
          loss = s.add(s.mul(s.constant(compute, 1 - share), loss),
                       s.mul(s.constant(compute, share), smooth));
        }
        return s.select(ignored, s.constant(compute, 0), loss);
      });
  Value counted;
  if (op.getReduction() == LossReduction::Mean)
    counted = l.reduce(target, range(0, rank), l.scalars.constant(compute, 0),
                       [&](Scalars &s, ValueRange v) {
                         Value counts =
                             s.ne(v[0], s.integer(place, op.getIgnoreIndex()));
                         return s.add(v[1], s.cast(counts, compute));
                       });
  return finish(l, losses, op.getReduction(), counted);
}

//===----------------------------------------------------------------------===//
// Triplet loss
//===----------------------------------------------------------------------===//

namespace {
struct Triplet {
  TripletMarginLossOp op;
  Lowering &l;
  Sizes sizes; // of the three together
  Type compute = computeTypeOf(l.resultElement());
  double p = op.getP().convertToDouble();

  /// The p-norm of a - b + eps over the last dimension.
  Value distance(Value a, Value b) {
    Value difference = l.pointwise(
        sizes, compute, compute, {a, b}, [&](Scalars &s, ValueRange v) {
          Value eps = s.constant(compute, op.getEps().convertToDouble());
          return s.add(s.sub(v[0], v[1]), eps);
        });
    int64_t last = sizes.size() - 1;
    Value total = l.reduce(difference, last, l.scalars.constant(compute, 0),
                           [&](Scalars &s, ValueRange v) -> Value {
                             if (p == 2)
                               return s.add(v[1], s.mul(v[0], v[0]));
                             Value power =
                                 math::PowFOp::create(s.b, s.loc, s.abs(v[0]),
                                                      s.constant(compute, p));
                             return s.add(v[1], p == 1 ? s.abs(v[0]) : power);
                           });
    return l.pointwise(l.sizesOf(total), compute, compute, total,
                       [&](Scalars &s, ValueRange v) -> Value {
                         if (p == 1)
                           return v[0];
                         if (p == 2)
                           return s.sqrt(v[0]);
                         return math::PowFOp::create(
                             s.b, s.loc, v[0], s.constant(compute, 1 / p));
                       });
  }
};
} // namespace

static LogicalResult lowerTriplet(TripletMarginLossOp op, Lowering &l) {
  Sizes sizes;
  for (Value tensor : l.in) {
    Sizes own = l.sizesOf(tensor);
    if (own.size() > sizes.size())
      sizes.insert(sizes.begin(), own.size() - sizes.size(), l.attr(1));
    for (size_t i = 0; i < own.size(); ++i)
      if (mlir::getConstantIntValue(own[i]) != 1)
        sizes[sizes.size() - own.size() + i] = own[i];
  }
  Triplet t{op, l, sizes};
  SmallVector<Value> distances = {t.distance(l.in[0], l.in[1]),
                                  t.distance(l.in[0], l.in[2])};
  if (op.getSwap())
    distances.push_back(t.distance(l.in[1], l.in[2]));
  Value losses = l.pointwise(
      l.sizesOf(distances[0]), t.compute, t.compute, distances,
      [&](Scalars &s, ValueRange v) {
        Value far = v.size() == 3 ? s.min(v[1], v[2]) : v[1];
        Value margin = s.constant(t.compute, op.getMargin().convertToDouble());
        return s.max(s.add(margin, s.sub(v[0], far)), s.constant(t.compute, 0));
      });
  return finish(l, losses, op.getReduction());
}

void kernel_opt::addLossLowerings(LoweringTable &table) {
  table.add<MseLossOp, lowerMse>();
  table.add<L1LossOp, lowerL1>();
  table.add<SmoothL1LossOp, lowerSmoothL1>();
  table.add<HuberLossOp, lowerHuber>();
  table.add<KlDivOp, lowerKlDiv>();
  table.add<CrossEntropyLossOp, lowerCrossEntropy>();
  table.add<TripletMarginLossOp, lowerTriplet>();
}
