//===- Pointwise.cpp - Lowerings of pointwise operations --------*- C++ -*-===//
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

LogicalResult PointwiseTable::lower(Operation *op, Lowering &l, Body body) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Type element = l.resultElement(), compute = element;
  if (element.isInteger(1)) {
    ShapeRule rule(op->getContext(), op->getOperandTypes(), nullptr);
    compute = rule.promote(rule.getOperands());
  }
  return l.replace(
      l.pointwise(*sizes, element, computeTypeOf(compute), l.in, body));
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

static Value sign(Scalars &s, Value x) {
  Type type = x.getType();
  if (type.isInteger(1))
    return x;
  Value zero = s.integer(type, 0), one = s.integer(type, 1);
  return s.select(s.gt(x, zero), one,
                  s.select(s.lt(x, zero), s.integer(type, -1), zero));
}

/// The remainder with the sign of the divisor.
static Value remainder(Scalars &s, Value x, Value y) {
  Value zero = s.integer(x.getType(), 0);
  Value r = s.rem(x, y);
  Value wrong = s.both(s.ne(r, zero), s.ne(s.lt(r, zero), s.lt(y, zero)));
  return s.select(wrong, s.add(r, y), r);
}

/// floor(x / y) without the rounding of the quotient, as ATen computes it.
static Value floorDivide(Scalars &s, Value x, Value y) {
  Type type = x.getType();
  if (!isa<FloatType>(type))
    return arith::FloorDivSIOp::create(s.b, s.loc, x, y);
  Value zero = s.constant(type, 0), one = s.constant(type, 1);
  Value quotient = s.div(x, y), mod = s.rem(x, y);
  Value whole = s.div(s.sub(x, mod), y);
  Value down = s.both(s.ne(mod, zero), s.ne(s.lt(mod, zero), s.lt(y, zero)));
  whole = s.select(down, s.sub(whole, one), whole);
  Value floored = s.call<math::FloorOp>(whole);
  Value off = s.gt(s.sub(whole, floored), s.constant(type, 0.5));
  floored = s.select(off, s.add(floored, one), floored);
  Value signedZero = math::CopySignOp::create(s.b, s.loc, zero, quotient);
  Value result = s.select(s.ne(whole, zero), floored, signedZero);
  return s.select(s.eq(y, zero), quotient, result);
}

static Value divide(DivOp op, Scalars &s, Value x, Value y) {
  bool isFloat = isa<FloatType>(x.getType());
  switch (op.getRoundingMode()) {
  case Rounding::None:
    return s.div(x, y);
  case Rounding::Floor:
    return floorDivide(s, x, y);
  case Rounding::Trunc:
    return isFloat ? s.call<math::TruncOp>(s.div(x, y)) : s.div(x, y);
  }
  llvm_unreachable("unknown rounding mode");
}

/// Exponents that ATen computes by multiplication; null for any other.
static Value easyPower(Scalars &s, Value x, Value exponent) {
  auto constant = exponent.getDefiningOp<arith::ConstantOp>();
  auto value =
      constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
  if (!value)
    return {};
  double power = value.getValueAsDouble();
  Value one = s.constant(x.getType(), 1);
  if (power == 2)
    return s.mul(x, x);
  if (power == 3)
    return s.mul(s.mul(x, x), x);
  if (power == 0.5)
    return s.sqrt(x);
  if (power == -0.5)
    return s.call<math::RsqrtOp>(x);
  if (power == -1)
    return s.div(one, x);
  if (power == -2)
    return s.div(one, s.mul(x, x));
  return {};
}

static Value power(Scalars &s, Value x, Value y) {
  if (!isa<FloatType>(x.getType()))
    return math::IPowIOp::create(s.b, s.loc, x, y);
  if (Value easy = easyPower(s, x, y))
    return easy;
  return math::PowFOp::create(s.b, s.loc, x, y);
}

/// A function of the math dialect for floats; integers are whole already.
template <typename OpTy>
static Value rounded(Scalars &s, Value x) {
  return isa<FloatType>(x.getType()) ? s.call<OpTy>(x) : x;
}

static Value scaled(Scalars &s, Value x, const APFloat &factor) {
  double value = factor.convertToDouble();
  return value == 1 ? x : s.mul(x, s.constant(x.getType(), value));
}

static Value interpolate(Scalars &s, Value a, Value b, Value w) {
  Type type = a.getType();
  Value difference = s.sub(b, a);
  Value near = s.lt(s.abs(w), s.constant(type, 0.5));
  Value back = s.sub(b, s.mul(difference, s.sub(s.constant(type, 1), w)));
  return s.select(near, s.add(a, s.mul(w, difference)), back);
}

//===----------------------------------------------------------------------===//
// Ops whose operands have several types
//===----------------------------------------------------------------------===//

/// A choice by operand `condition` between two operands of the result's type.
static LogicalResult choose(Lowering &l, unsigned condition, unsigned yes,
                            unsigned no) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  SmallVector<Access> inputs;
  for (unsigned index : {condition, yes, no})
    inputs.push_back({l.in[index], l.broadcastMap(l.in[index], sizes->size())});
  Type element = l.resultElement();
  return l.replace(
      l.parallel(*sizes, element, inputs, [&](Scalars &s, ValueRange v) {
        return s.select(v[0], s.cast(v[1], element), s.cast(v[2], element));
      }));
}

static LogicalResult lowerWhere(WhereOp, Lowering &l) {
  return choose(l, 0, 1, 2);
}
static LogicalResult lowerMaskedFill(MaskedFillOp, Lowering &l) {
  return choose(l, 1, 2, 0);
}

static LogicalResult lowerTo(ToOp op, Lowering &l) {
  return l.replace(l.convert(l.in[0], op.getDtype()));
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

#define BODY(Op, ...)                                                          \
  table.add<Op>([](Op op, Scalars &s, ValueRange v) -> Value { __VA_ARGS__; })

static void addFunctions(PointwiseTable &table) {
  BODY(ExpOp, return s.exp(v[0]));
  BODY(Exp2Op, return s.call<math::Exp2Op>(v[0]));
  BODY(Expm1Op, return s.call<math::ExpM1Op>(v[0]));
  BODY(LogOp, return s.log(v[0]));
  BODY(Log2Op, return s.call<math::Log2Op>(v[0]));
  BODY(Log10Op, return s.call<math::Log10Op>(v[0]));
  BODY(Log1pOp, return s.call<math::Log1pOp>(v[0]));
  BODY(SqrtOp, return s.sqrt(v[0]));
  BODY(RsqrtOp, return s.call<math::RsqrtOp>(v[0]));
  BODY(ReciprocalOp, return s.div(s.constant(v[0].getType(), 1), v[0]));
  BODY(SinOp, return s.call<math::SinOp>(v[0]));
  BODY(CosOp, return s.call<math::CosOp>(v[0]));
  BODY(TanOp, return s.call<math::TanOp>(v[0]));
  BODY(AtanOp, return s.call<math::AtanOp>(v[0]));
  BODY(SinhOp, return s.call<math::SinhOp>(v[0]));
  BODY(CoshOp, return s.call<math::CoshOp>(v[0]));
  BODY(ErfOp, return s.call<math::ErfOp>(v[0]));
  BODY(ErfcOp, return s.call<math::ErfcOp>(v[0]));
  BODY(AbsOp, return s.abs(v[0]));
  BODY(NegOp, return s.neg(v[0]));
  BODY(SignOp, return sign(s, v[0]));
  BODY(SquareOp, return s.mul(v[0], v[0]));
  BODY(FloorOp, return rounded<math::FloorOp>(s, v[0]));
  BODY(CeilOp, return rounded<math::CeilOp>(s, v[0]));
  BODY(RoundOp, return rounded<math::RoundEvenOp>(s, v[0]));
  BODY(TruncOp, return rounded<math::TruncOp>(s, v[0]));
  BODY(BitwiseNotOp, return arith::XOrIOp::create(
                         s.b, s.loc, v[0], s.integer(v[0].getType(), -1)));
  BODY(LogicalNotOp, return s.negate(s.nonzero(v[0])));
  BODY(IsNanOp, return s.isNan(v[0]));
  BODY(IsInfOp, Type type = v[0].getType();
       return isa<FloatType>(type) ? s.eq(s.abs(v[0]), s.highest(type))
                                   : s.boolean(false));
}

static void addArithmetic(PointwiseTable &table) {
  BODY(AddOp, return s.add(v[0], scaled(s, v[1], op.getAlpha())));
  BODY(SubOp, return s.sub(v[0], scaled(s, v[1], op.getAlpha())));
  BODY(MulOp, return s.mul(v[0], v[1]));
  BODY(DivOp, return divide(op, s, v[0], v[1]));
  BODY(PowOp, return power(s, v[0], v[1]));
  BODY(RemainderOp, return remainder(s, v[0], v[1]));
  BODY(FmodOp, return s.rem(v[0], v[1]));
  BODY(MaximumOp, return s.max(v[0], v[1]));
  BODY(MinimumOp, return s.min(v[0], v[1]));
  BODY(Atan2Op, return math::Atan2Op::create(s.b, s.loc, v[0], v[1]));
  BODY(LerpOp, return interpolate(s, v[0], v[1], v[2]));
  BODY(BitwiseAndOp, return s.both(v[0], v[1]));
  BODY(BitwiseOrOp, return s.either(v[0], v[1]));
  BODY(BitwiseXorOp, return arith::XOrIOp::create(s.b, s.loc, v[0], v[1]));
  BODY(ClampOp, Value x = v[0]; Type type = x.getType();
       if (op.getMin()) x =
           s.max(x, s.constant(type, op.getMin()->convertToDouble()));
       if (op.getMax()) x =
           s.min(x, s.constant(type, op.getMax()->convertToDouble()));
       return x);
}

static void addComparisons(PointwiseTable &table) {
  BODY(EqOp, return s.eq(v[0], v[1]));
  BODY(NeOp, return s.ne(v[0], v[1]));
  BODY(LtOp, return s.lt(v[0], v[1]));
  BODY(LeOp, return s.le(v[0], v[1]));
  BODY(GtOp, return s.gt(v[0], v[1]));
  BODY(GeOp, return s.ge(v[0], v[1]));
  BODY(LogicalAndOp, return s.both(s.nonzero(v[0]), s.nonzero(v[1])));
  BODY(LogicalOrOp, return s.either(s.nonzero(v[0]), s.nonzero(v[1])));
  BODY(LogicalXorOp, return s.ne(s.nonzero(v[0]), s.nonzero(v[1])));
}

#undef BODY

void kernel_opt::addPointwiseLowerings(LoweringTable &lowerings) {
  PointwiseTable table(lowerings);
  addFunctions(table);
  addArithmetic(table);
  addComparisons(table);
  lowerings.add<WhereOp, lowerWhere>();
  lowerings.add<MaskedFillOp, lowerMaskedFill>();
  lowerings.add<ToOp, lowerTo>();
}
