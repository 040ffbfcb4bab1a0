//===- Reduction.cpp - Lowerings of reductions ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Reductions.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::aten;

//===----------------------------------------------------------------------===//
// Shared with normalizations and losses
//===----------------------------------------------------------------------===//

AffineMap kernel_opt::mapWithout(Lowering &l, ArrayRef<int64_t> dims,
                                 unsigned loops) {
  SmallVector<AffineExpr> exprs;
  for (int64_t dim : range(0, loops))
    if (!llvm::is_contained(dims, dim))
      exprs.push_back(l.dim(dim));
  return l.map(loops, exprs);
}

Value kernel_opt::sizeOver(Lowering &l, Value tensor, ArrayRef<int64_t> dims,
                           Type type) {
  Sizes own = l.sizesOf(tensor), reduced;
  for (int64_t dim : dims)
    reduced.push_back(own[dim]);
  return l.count(reduced, type);
}

Value kernel_opt::meanOver(Lowering &l, Value input, ArrayRef<int64_t> dims,
                           Type compute) {
  Value total = l.sum(input, dims, compute);
  Value count = sizeOver(l, input, dims, compute);
  return l.pointwise(
      l.sizesOf(total), compute, compute, total,
      [&](Scalars &s, ValueRange v) { return s.div(v[0], count); });
}

Value kernel_opt::squaresAround(Lowering &l, Value input, Value mean,
                                ArrayRef<int64_t> dims, Type compute) {
  unsigned loops = rankOf(input);
  AffineMap kept = mapWithout(l, dims, loops);
  Value init = l.zeros(l.sizesOf(mean), compute);
  return l.generic({{input, l.b.getMultiDimIdentityMap(loops)}, {mean, kept}},
                   {{init, kept}}, loops, dims, [&](Scalars &s, ValueRange v) {
                     Value d = s.sub(s.cast(v[0], compute), v[1]);
                     return SmallVector<Value>{s.add(v[2], s.mul(d, d))};
                   })[0];
}

Value kernel_opt::restoreDims(Lowering &l, Value reduced,
                              ArrayRef<int64_t> dims, bool keepdim) {
  SmallVector<int64_t> sorted(dims);
  llvm::sort(sorted);
  return keepdim ? l.insertOnes(reduced, sorted) : reduced;
}

//===----------------------------------------------------------------------===//
// Reductions over a list of dimensions
//===----------------------------------------------------------------------===//

namespace {
/// One reduction and what becomes of its result.
struct Reduction {
  Lowering &l;
  SmallVector<int64_t> dims;
  bool keepdim;
  Type element = l.resultElement();
  Type compute = computeTypeOf(element);

  template <typename OpTy>
  Reduction(OpTy op, Lowering &l)
      : l(l), dims(l.wrap(op.getDim(), l.in[0])), keepdim(op.getKeepdim()) {}

  Value input() { return l.in[0]; }

  LogicalResult finish(Value reduced) {
    return l.replace(
        restoreDims(l, l.convert(reduced, element), dims, keepdim));
  }
  LogicalResult finish(Value reduced, Body body) {
    Value result =
        l.pointwise(l.sizesOf(reduced), element, compute, reduced, body);
    return l.replace(restoreDims(l, result, dims, keepdim));
  }
  Value fold(double init, Body body) {
    return l.reduce(input(), dims, l.scalars.constant(compute, init),
                    [&](Scalars &s, ValueRange v) {
                      return body(s, {v[1], s.cast(v[0], compute)});
                    });
  }
};
} // namespace

static LogicalResult lowerSum(SumOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(l.sum(l.in[0], r.dims, r.compute));
}

static LogicalResult lowerMean(MeanOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(meanOver(l, l.in[0], r.dims, r.compute));
}

static LogicalResult lowerAmax(AmaxOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(l.maximum(l.in[0], r.dims));
}

static LogicalResult lowerAmin(AminOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(
      l.reduce(l.in[0], r.dims, l.scalars.highest(elementOf(l.in[0])),
               [](Scalars &s, ValueRange v) { return s.min(v[1], v[0]); }));
}

static LogicalResult lowerAny(AnyOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(l.reduce(l.in[0], r.dims, l.scalars.boolean(false),
                           [](Scalars &s, ValueRange v) {
                             return s.either(v[1], s.nonzero(v[0]));
                           }));
}

static LogicalResult lowerAll(AllOp op, Lowering &l) {
  Reduction r(op, l);
  return r.finish(l.reduce(
      l.in[0], r.dims, l.scalars.boolean(true),
      [](Scalars &s, ValueRange v) { return s.both(v[1], s.nonzero(v[0])); }));
}

template <typename OpTy>
static LogicalResult lowerVariance(OpTy op, Lowering &l) {
  Reduction r(op, l);
  Value mean = meanOver(l, l.in[0], r.dims, r.compute);
  Value squares = squaresAround(l, l.in[0], mean, r.dims, r.compute);
  Value count = sizeOver(l, l.in[0], r.dims, r.compute);
  Value zero = l.scalars.constant(r.compute, 0);
  Value correction =
      l.scalars.constant(r.compute, op.getCorrection().convertToDouble());
  Value divisor = l.scalars.max(l.scalars.sub(count, correction), zero);
  return r.finish(squares, [&](Scalars &s, ValueRange v) {
    Value variance = s.div(v[0], divisor);
    return std::is_same_v<OpTy, StdOp> ? s.sqrt(variance) : variance;
  });
}

static LogicalResult lowerLogSumExp(LogSumExpOp op, Lowering &l) {
  Reduction r(op, l);
  Value input = l.convert(l.in[0], r.compute);
  Value greatest = l.maximum(input, r.dims);
  // An infinite maximum would make NaN of the infinities themselves.
  Value offset =
      l.pointwise(l.sizesOf(greatest), r.compute, r.compute, greatest,
                  [&](Scalars &s, ValueRange v) {
                    Value infinite = s.eq(s.abs(v[0]), s.highest(r.compute));
                    return s.select(infinite, s.constant(r.compute, 0), v[0]);
                  });
  Value exps = expOfDifference(l, input, offset, r.dims, r.compute);
  Value total = l.sum(exps, r.dims, r.compute);
  Value result = l.pointwise(
      l.sizesOf(total), r.element, r.compute, {total, offset},
      [](Scalars &s, ValueRange v) { return s.add(s.log(v[0]), v[1]); });
  return l.replace(restoreDims(l, result, r.dims, r.keepdim));
}

static LogicalResult lowerVectorNorm(VectorNormOp op, Lowering &l) {
  Reduction r(op, l);
  double ord = op.getOrd().convertToDouble();
  if (std::isinf(ord)) {
    bool most = ord > 0;
    return r.finish(r.fold(most ? 0 : INFINITY, [&](Scalars &s, ValueRange v) {
      Value magnitude = s.abs(v[1]);
      return most ? s.max(v[0], magnitude) : s.min(v[0], magnitude);
    }));
  }
  if (ord == 0)
    return r.finish(r.fold(0, [&](Scalars &s, ValueRange v) {
      return s.add(v[0], s.cast(s.nonzero(v[1]), r.compute));
    }));
  auto raise = [&](Scalars &s, Value x) -> Value {
    if (ord == 1)
      return s.abs(x);
    if (ord == 2)
      return s.mul(x, x);
    return math::PowFOp::create(s.b, s.loc, s.abs(x),
                                s.constant(r.compute, ord));
  };
  Value total = r.fold(
      0, [&](Scalars &s, ValueRange v) { return s.add(v[0], raise(s, v[1])); });
  return r.finish(total, [&](Scalars &s, ValueRange v) -> Value {
    if (ord == 1)
      return v[0];
    if (ord == 2)
      return s.sqrt(v[0]);
    return math::PowFOp::create(s.b, s.loc, v[0],
                                s.constant(r.compute, 1 / ord));
  });
}

//===----------------------------------------------------------------------===//
// Reductions over one dimension or all
//===----------------------------------------------------------------------===//

/// The dimensions of an op with an optional `dim`.
template <typename OpTy>
static SmallVector<int64_t> dimsOf(OpTy op, Lowering &l) {
  if (!op.getDim())
    return range(0, rankOf(l.in[0]));
  int64_t dim = *op.getDim();
  return l.wrap(ArrayRef<int64_t>(dim), l.in[0]);
}

static LogicalResult lowerProd(ProdOp op, Lowering &l) {
  SmallVector<int64_t> dims = dimsOf(op, l);
  Type element = l.resultElement(), compute = computeTypeOf(element);
  Value result = l.reduce(l.in[0], dims, l.scalars.integer(compute, 1),
                          [&](Scalars &s, ValueRange v) {
                            return s.mul(v[1], s.cast(v[0], compute));
                          });
  return l.replace(
      restoreDims(l, l.convert(result, element), dims, op.getKeepdim()));
}

SmallVector<Value> kernel_opt::combineExtreme(Scalars &s, bool greatest,
                                              Value x, Value index, Value best,
                                              Value bestIndex) {
  // NaN beats all, then the value decides, then the lesser index: the order
  // in which elements come does not matter.
  Value better = greatest ? s.gt(x, best) : s.lt(x, best);
  Value nan = s.isNan(x), bestNan = s.isNan(best);
  better = s.either(better, s.both(nan, s.negate(bestNan)));
  Value same = s.either(s.eq(x, best), s.both(nan, bestNan));
  better = s.either(better, s.both(same, s.lt(index, bestIndex)));
  return {s.select(better, x, best), s.select(better, index, bestIndex)};
}

/// Extreme values and their indices, row-major over the reduced dimensions.
static SmallVector<Value> extremes(Lowering &l, ArrayRef<int64_t> dims,
                                   bool greatest) {
  Value input = l.in[0];
  unsigned loops = rankOf(input);
  Type element = elementOf(input), place = l.b.getI64Type();
  Sizes own = l.sizesOf(input), kept;
  for (int64_t dim : range(0, loops))
    if (!llvm::is_contained(dims, dim))
      kept.push_back(own[dim]);
  AffineMap map = mapWithout(l, dims, loops);
  Value worst =
      greatest ? l.scalars.lowest(element) : l.scalars.highest(element);
  Value last = l.scalars.highest(place);
  SmallVector<Value> extents;
  for (int64_t dim : dims)
    extents.push_back(
        mlir::getValueOrCreateConstantIndexOp(l.b, l.loc, own[dim]));
  return l.generic({{input, l.b.getMultiDimIdentityMap(loops)}},
                   {{l.filled(kept, worst), map}, {l.filled(kept, last), map}},
                   loops, dims, [&](Scalars &s, ValueRange v) {
                     Value index = s.index(0);
                     for (auto [dim, extent] : llvm::zip(dims, extents)) {
                       Value own = linalg::IndexOp::create(s.b, s.loc, dim);
                       index = dims.size() == 1
                                   ? own
                                   : s.add(s.mul(index, extent), own);
                     }
                     return combineExtreme(s, greatest, v[0],
                                           s.cast(index, place), v[1], v[2]);
                   });
}

template <typename OpTy>
static LogicalResult lowerArg(OpTy op, Lowering &l) {
  SmallVector<int64_t> dims = dimsOf(op, l);
  Value indices = extremes(l, dims, std::is_same_v<OpTy, ArgmaxOp>)[1];
  return l.replace(restoreDims(l, indices, dims, op.getKeepdim()));
}

template <typename OpTy>
static LogicalResult lowerWithIndices(OpTy op, Lowering &l) {
  int64_t dim = op.getDim();
  SmallVector<int64_t> dims = l.wrap(ArrayRef<int64_t>(dim), l.in[0]);
  SmallVector<Value> both = extremes(l, dims, std::is_same_v<OpTy, MaxDimOp>);
  for (Value &value : both)
    value = restoreDims(l, value, dims, op.getKeepdim());
  return l.replace(both);
}

void kernel_opt::addReductionLowerings(LoweringTable &table) {
  table.add<SumOp, lowerSum>();
  table.add<MeanOp, lowerMean>();
  table.add<AmaxOp, lowerAmax>();
  table.add<AminOp, lowerAmin>();
  table.add<AnyOp, lowerAny>();
  table.add<AllOp, lowerAll>();
  table.add<VarOp, lowerVariance<VarOp>>();
  table.add<StdOp, lowerVariance<StdOp>>();
  table.add<LogSumExpOp, lowerLogSumExp>();
  table.add<VectorNormOp, lowerVectorNorm>();
  table.add<ProdOp, lowerProd>();
  table.add<ArgmaxOp, lowerArg<ArgmaxOp>>();
  table.add<ArgminOp, lowerArg<ArgminOp>>();
  table.add<MaxDimOp, lowerWithIndices<MaxDimOp>>();
  table.add<MinDimOp, lowerWithIndices<MinDimOp>>();
}
