//===- Scalars.cpp - Arithmetic on elements ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalars.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"

using namespace kernel_opt;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

Type kernel_opt::computeTypeOf(Type type) {
  return type.isF16() || type.isBF16()
             ? mlir::Float32Type::get(type.getContext())
             : type;
}

static bool isFloat(Value x) { return isa<FloatType>(x.getType()); }
static bool isBool(Value x) { return x.getType().isInteger(1); }

Value Scalars::constant(Type type, double value) {
  if (!isa<FloatType>(type))
    return integer(type, static_cast<int64_t>(value));
  return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
}

Value Scalars::rounded(Type type, double value, const Twine &meaning) {
  auto constant =
      arith::ConstantOp::create(b, loc, b.getFloatAttr(type, value));
  constant->setDiscardableAttr(
      kopt::kConstAttrName,
      kopt::ConstAttr::get(b.getContext(), meaning.str()));
  return constant;
}

Value Scalars::integer(Type type, int64_t value) {
  if (isa<FloatType>(type))
    return constant(type, static_cast<double>(value));
  return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, value));
}

Value Scalars::add(Value x, Value y) {
  if (isFloat(x))
    return arith::AddFOp::create(b, loc, x, y);
  return isBool(x) ? either(x, y) : arith::AddIOp::create(b, loc, x, y);
}

Value Scalars::sub(Value x, Value y) {
  if (isFloat(x))
    return arith::SubFOp::create(b, loc, x, y);
  return arith::SubIOp::create(b, loc, x, y);
}

Value Scalars::mul(Value x, Value y) {
  if (isFloat(x))
    return arith::MulFOp::create(b, loc, x, y);
  return isBool(x) ? both(x, y) : arith::MulIOp::create(b, loc, x, y);
}

Value Scalars::div(Value x, Value y) {
  if (isFloat(x))
    return arith::DivFOp::create(b, loc, x, y);
  return arith::DivSIOp::create(b, loc, x, y);
}

Value Scalars::rem(Value x, Value y) {
  if (isFloat(x))
    return arith::RemFOp::create(b, loc, x, y);
  return arith::RemSIOp::create(b, loc, x, y);
}

Value Scalars::neg(Value x) {
  if (isFloat(x))
    return arith::NegFOp::create(b, loc, x);
  return sub(integer(x.getType(), 0), x);
}

Value Scalars::abs(Value x) {
  if (isFloat(x))
    return math::AbsFOp::create(b, loc, x);
  return isBool(x) ? x : math::AbsIOp::create(b, loc, x);
}

Value Scalars::max(Value x, Value y) {
  if (isFloat(x))
    return arith::MaximumFOp::create(b, loc, x, y);
  return isBool(x) ? either(x, y) : arith::MaxSIOp::create(b, loc, x, y);
}

Value Scalars::min(Value x, Value y) {
  if (isFloat(x))
    return arith::MinimumFOp::create(b, loc, x, y);
  return isBool(x) ? both(x, y) : arith::MinSIOp::create(b, loc, x, y);
}

Value Scalars::select(Value condition, Value x, Value y) {
  return arith::SelectOp::create(b, loc, condition, x, y);
}
Value Scalars::both(Value x, Value y) {
  return arith::AndIOp::create(b, loc, x, y);
}
Value Scalars::either(Value x, Value y) {
  return arith::OrIOp::create(b, loc, x, y);
}
Value Scalars::negate(Value truth) {
  return arith::XOrIOp::create(b, loc, truth, boolean(true));
}

static Value compare(Scalars &s, CmpFPredicate ofFloats,
                     CmpIPredicate ofIntegers, CmpIPredicate ofBooleans,
                     Value x, Value y) {
  if (isFloat(x))
    return arith::CmpFOp::create(s.b, s.loc, ofFloats, x, y);
  return arith::CmpIOp::create(s.b, s.loc, isBool(x) ? ofBooleans : ofIntegers,
                               x, y);
}

Value Scalars::lt(Value x, Value y) {
  return compare(*this, CmpFPredicate::OLT, CmpIPredicate::slt,
                 CmpIPredicate::ult, x, y);
}
Value Scalars::le(Value x, Value y) {
  return compare(*this, CmpFPredicate::OLE, CmpIPredicate::sle,
                 CmpIPredicate::ule, x, y);
}
Value Scalars::eq(Value x, Value y) {
  return compare(*this, CmpFPredicate::OEQ, CmpIPredicate::eq,
                 CmpIPredicate::eq, x, y);
}
Value Scalars::ne(Value x, Value y) {
  return compare(*this, CmpFPredicate::UNE, CmpIPredicate::ne,
                 CmpIPredicate::ne, x, y);
}
Value Scalars::isNan(Value x) {
  if (!isFloat(x))
    return boolean(false);
  return arith::CmpFOp::create(b, loc, CmpFPredicate::UNO, x, x);
}
Value Scalars::nonzero(Value x) {
  return isBool(x) ? x : ne(x, integer(x.getType(), 0));
}

Value Scalars::exp(Value x) { return call<math::ExpOp>(x); }
Value Scalars::log(Value x) { return call<math::LogOp>(x); }
Value Scalars::sqrt(Value x) { return call<math::SqrtOp>(x); }
Value Scalars::sigmoid(Value x) {
  Value one = constant(x.getType(), 1);
  return div(one, add(one, exp(neg(x))));
}

/// The constant `attr` in `type`, rounded once.
static mlir::TypedAttr convertConstant(mlir::TypedAttr attr, Type type) {
  if (auto number = dyn_cast<FloatAttr>(attr)) {
    APFloat value = number.getValue();
    if (auto target = dyn_cast<FloatType>(type)) {
      bool inexact;
      value.convert(target.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &inexact);
      return FloatAttr::get(type, value);
    }
    return {};
  }
  auto number = dyn_cast<IntegerAttr>(attr);
  if (!number || number.getType().isInteger(1) || !isa<FloatType>(type))
    return {};
  APFloat value(cast<FloatType>(type).getFloatSemantics());
  value.convertFromAPInt(number.getValue(), /*IsSigned=*/true,
                         APFloat::rmNearestTiesToEven);
  return FloatAttr::get(type, value);
}

Value Scalars::cast(Value x, Type type) {
  Type from = x.getType();
  if (from == type)
    return x;
  if (auto constant = x.getDefiningOp<arith::ConstantOp>())
    if (mlir::TypedAttr attr = convertConstant(constant.getValue(), type)) {
      auto folded = arith::ConstantOp::create(b, loc, attr);
      folded->setDiscardableAttrs(constant->getDiscardableAttrDictionary());
      return folded;
    }
  if (type.isInteger(1))
    return nonzero(x);
  bool fromFloat = isa<FloatType>(from), toFloat = isa<FloatType>(type);
  if (from.isIndex() || type.isIndex())
    return toFloat ? cast(cast(x, b.getI64Type()), type)
                   : arith::IndexCastOp::create(b, loc, type, x).getResult();
  unsigned before = from.getIntOrFloatBitWidth(),
           after = type.getIntOrFloatBitWidth();
  if (fromFloat && toFloat) {
    if (before == after) // f16 and bf16
      return cast(cast(x, b.getF32Type()), type);
    if (before < after)
      return arith::ExtFOp::create(b, loc, type, x);
    return arith::TruncFOp::create(b, loc, type, x);
  }
  if (fromFloat)
    return arith::FPToSIOp::create(b, loc, type, x);
  if (toFloat)
    return isBool(x) ? arith::UIToFPOp::create(b, loc, type, x).getResult()
                     : arith::SIToFPOp::create(b, loc, type, x).getResult();
  if (before > after)
    return arith::TruncIOp::create(b, loc, type, x);
  return isBool(x) ? arith::ExtUIOp::create(b, loc, type, x).getResult()
                   : arith::ExtSIOp::create(b, loc, type, x).getResult();
}

Value Scalars::lowest(Type type) {
  if (auto floats = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(
        b, loc,
        FloatAttr::get(type, APFloat::getInf(floats.getFloatSemantics(),
                                             /*Negative=*/true)));
  unsigned width = type.getIntOrFloatBitWidth();
  return arith::ConstantOp::create(
      b, loc,
      IntegerAttr::get(type, width == 1 ? APInt(1, 0)
                                        : APInt::getSignedMinValue(width)));
}

Value Scalars::highest(Type type) {
  if (auto floats = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(
        b, loc,
        FloatAttr::get(type, APFloat::getInf(floats.getFloatSemantics())));
  unsigned width = type.getIntOrFloatBitWidth();
  return arith::ConstantOp::create(
      b, loc,
      IntegerAttr::get(type, width == 1 ? APInt(1, 1)
                                        : APInt::getSignedMaxValue(width)));
}
