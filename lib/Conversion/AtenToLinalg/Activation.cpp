//===- Activation.cpp - Lowerings of activation functions -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PointwiseTable.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;
#include <cmath>

namespace {
/// Constants of one type beside the arithmetic.
struct Activation {
  Scalars &s;
  Value x;
  Type type = x.getType();

  Value c(double value) { return s.constant(type, value); }
  Value c(const APFloat &value) { return c(value.convertToDouble()); }
  Value zero() { return c(0.0); }
  Value one() { return c(1.0); }
  Value positive() { return s.gt(x, zero()); }
  Value clamp(Value y, Value low, Value high) {
    return s.min(s.max(y, low), high);
  }

  Value gelu(GeluApproximation approximation) {
    Value inner;
    if (approximation == GeluApproximation::Tanh) {
      Value cube = s.mul(s.mul(x, x), x);
      inner = s.add(x, s.mul(c(0.044715), cube));
      inner = s.mul(s.rounded(type, std::sqrt(2 / M_PI), "sqrt(2/pi)"), inner);
      inner = s.call<math::TanhOp>(inner);
    } else {
      inner = s.call<math::ErfOp>(
          s.mul(x, s.rounded(type, std::sqrt(0.5), "sqrt(1/2)")));
    }
    return s.mul(s.mul(c(0.5), x), s.add(one(), inner));
  }

  Value elu(double alpha, double scale, double inputScale) {
    Value scaled = inputScale == 1 ? x : s.mul(x, c(inputScale));
    Value below = s.mul(s.call<math::ExpM1Op>(scaled), c(alpha * scale));
    Value above = scale == 1 ? x : s.mul(x, c(scale));
    return s.select(positive(), above, below);
  }

  Value softplus(const APFloat &beta, const APFloat &threshold) {
    Value scaled = s.mul(x, c(beta));
    Value smooth = s.div(s.call<math::Log1pOp>(s.exp(scaled)), c(beta));
    return s.select(s.gt(scaled, c(threshold)), x, smooth);
  }

  Value softshrink(const APFloat &lambd) {
    Value l = c(lambd);
    Value below = s.select(s.lt(x, s.neg(l)), s.add(x, l), s.mul(x, zero()));
    return s.select(s.gt(x, l), s.sub(x, l), below);
  }

  Value hardshrink(const APFloat &lambd) {
    Value l = c(lambd);
    Value inside = s.both(s.ge(x, s.neg(l)), s.le(x, l));
    return s.select(inside, zero(), x);
  }

  Value hardSix() { return clamp(s.add(x, c(3.0)), zero(), c(6.0)); }

  Value logSigmoid() {
    Value tail = s.call<math::Log1pOp>(s.exp(s.neg(s.abs(x))));
    return s.sub(s.min(x, zero()), tail);
  }
};
} // namespace

static LogicalResult lowerPrelu(PreluOp, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Type element = l.resultElement(), compute = computeTypeOf(element);
  unsigned rank = sizes->size();
  bool single = cast<RankedTensorType>(l.in[1].getType()).getDimSize(0) == 1;
  AffineMap weight = l.map(rank, single ? l.cst(0) : l.dim(1));
  AffineMap identity = l.b.getMultiDimIdentityMap(rank);
  return l.replace(l.parallel(
      *sizes, element, {{l.in[0], identity}, {l.in[1], weight}},
      [&](Scalars &s, ValueRange v) {
        Value x = s.cast(v[0], compute), slope = s.cast(v[1], compute);
        Value positive = s.gt(x, s.constant(compute, 0));
        return s.cast(s.select(positive, x, s.mul(slope, x)), element);
      }));
}

static LogicalResult lowerGlu(GluOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  unsigned rank = sizes->size();
  int64_t axis = l.wrap(op.getDim(), l.in[0]);
  Sizes offsets(rank, l.attr(0)), strides(rank, l.attr(1));
  Value first = l.slice(l.in[0], offsets, *sizes, strides);
  offsets[axis] = (*sizes)[axis];
  Value second = l.slice(l.in[0], offsets, *sizes, strides);
  Type element = l.resultElement();
  return l.replace(l.pointwise(
      *sizes, element, computeTypeOf(element), {first, second},
      [](Scalars &s, ValueRange v) { return s.mul(v[0], s.sigmoid(v[1])); }));
}

#define BODY(Op, ...)                                                          \
  table.add<Op>([](Op op, Scalars &s, ValueRange v) -> Value {                 \
    [[maybe_unused]] Activation a{s, v[0]};                                    \
    [[maybe_unused]] Value x = v[0];                                           \
    __VA_ARGS__;                                                               \
  })

void kernel_opt::addActivationLowerings(LoweringTable &lowerings) {
  PointwiseTable table(lowerings);
  BODY(ReluOp, return s.max(x, s.integer(x.getType(), 0)));
  BODY(TanhOp, return s.call<math::TanhOp>(x));
  BODY(SigmoidOp, return s.sigmoid(x));
  BODY(SiluOp, return s.div(x, s.add(a.one(), s.exp(s.neg(x)))));
  BODY(MishOp,
       return s.mul(x, s.call<math::TanhOp>(s.call<math::Log1pOp>(s.exp(x)))));
  BODY(SoftsignOp, return s.div(x, s.add(a.one(), s.abs(x))));
  BODY(LogSigmoidOp, return a.logSigmoid());
  BODY(HardsigmoidOp, return s.div(a.hardSix(), a.c(6.0)));
  BODY(HardswishOp, return s.div(s.mul(x, a.hardSix()), a.c(6.0)));
  BODY(SeluOp, return a.elu(1.6732632423543772, 1.0507009873554805, 1));
  BODY(GeluOp, return a.gelu(op.getApproximate()));
  BODY(LeakyReluOp,
       return s.select(a.positive(), x, s.mul(x, a.c(op.getNegativeSlope()))));
  BODY(EluOp, return a.elu(op.getAlpha().convertToDouble(),
                           op.getScale().convertToDouble(),
                           op.getInputScale().convertToDouble()));
  BODY(CeluOp, double alpha = op.getAlpha().convertToDouble();
       return a.elu(alpha, 1, 1 / alpha));
  BODY(HardtanhOp, return a.clamp(x, a.c(op.getMinVal()), a.c(op.getMaxVal())));
  BODY(HardshrinkOp, return a.hardshrink(op.getLambd()));
  BODY(SoftshrinkOp, return a.softshrink(op.getLambd()));
  BODY(SoftplusOp, return a.softplus(op.getBeta(), op.getThreshold()));
  BODY(ThresholdOp,
       return s.select(s.le(x, a.c(op.getThreshold())), a.c(op.getValue()), x));
  lowerings.add<PreluOp, lowerPrelu>();
  lowerings.add<GluOp, lowerGlu>();
}

#undef BODY
