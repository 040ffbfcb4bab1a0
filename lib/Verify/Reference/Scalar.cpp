//===- Scalar.cpp - Operations on scalars, by columns --------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;

unsigned verify::getIntegerWidth(Type type) {
  return isa<IndexType>(type) ? 64 : type.getIntOrFloatBitWidth();
}

int64_t verify::normalizeInteger(int64_t value, unsigned width) {
  if (width == 1)
    return value & 1;
  return width >= 64 ? value
                     : int64_t(uint64_t(value) << (64 - width)) >> (64 - width);
}

Column verify::makeColumn(const Domain &domain, Type elementType, size_t n) {
  Column column;
  column.kind = getFloatKind(elementType);
  if (column.kind)
    column.floats.resize(n * domain.valueBytes());
  else
    column.ints.resize(n);
  return column;
}

Column verify::splatAttribute(Domain &domain, Attribute value,
                              StringRef provenance, size_t n) {
  if (auto number = dyn_cast<mlir::FloatAttr>(value)) {
    Column column = makeColumn(domain, number.getType(), n);
    domain.constant(number.getValue(), *column.kind, provenance,
                    column.floats.data(), n);
    return column;
  }
  auto integer = cast<IntegerAttr>(value);
  Column column;
  unsigned width = getIntegerWidth(integer.getType());
  column.ints.assign(n, width == 1 ? int64_t(integer.getValue().getBoolValue())
                                   : integer.getValue().getSExtValue());
  return column;
}

Column verify::repeat(const Domain &domain, const Column &one, size_t n) {
  Column column;
  column.kind = one.kind;
  if (!one.kind) {
    column.ints.assign(n, one.ints.front());
    return column;
  }
  size_t bytes = domain.valueBytes();
  column.floats.resize(n * bytes);
  for (size_t i = 0; i < n; ++i)
    std::memcpy(&column.floats[i * bytes], one.floats.data(), bytes);
  return column;
}

static std::optional<UnaryFn> getUnaryFn(Operation *op) {
  return TypeSwitch<Operation *, std::optional<UnaryFn>>(op)
#define KERNELOPT_CASE(OP, FN) .Case<OP>([](auto) { return UnaryFn::FN; })
      KERNELOPT_CASE(arith::NegFOp, Neg) KERNELOPT_CASE(
             math::AbsFOp, Abs) KERNELOPT_CASE(math::ExpOp, Exp)
          KERNELOPT_CASE(math::Exp2Op, Exp2) KERNELOPT_CASE(
              math::ExpM1Op,
              Expm1) KERNELOPT_CASE(math::LogOp,
                                    Log) KERNELOPT_CASE(math::Log2Op, Log2)
              KERNELOPT_CASE(math::Log1pOp, Log1p) KERNELOPT_CASE(
                  math::Log10Op, Log10) KERNELOPT_CASE(math::SqrtOp, Sqrt)
                  KERNELOPT_CASE(math::RsqrtOp, Rsqrt) KERNELOPT_CASE(
                      math::CbrtOp,
                      Cbrt) KERNELOPT_CASE(math::SinOp,
                                           Sin) KERNELOPT_CASE(math::CosOp, Cos)
                      KERNELOPT_CASE(math::TanOp, Tan) KERNELOPT_CASE(
                          math::TanhOp, Tanh) KERNELOPT_CASE(math::SinhOp, Sinh)
                          KERNELOPT_CASE(math::CoshOp, Cosh) KERNELOPT_CASE(
                              math::AsinOp, Asin) KERNELOPT_CASE(math::AcosOp,
                                                                 Acos)
                              KERNELOPT_CASE(math::AtanOp, Atan) KERNELOPT_CASE(
                                  math::ErfOp, Erf) KERNELOPT_CASE(math::ErfcOp,
                                                                   Erfc)
                                  KERNELOPT_CASE(math::FloorOp, Floor)
                                      KERNELOPT_CASE(math::CeilOp, Ceil)
                                          KERNELOPT_CASE(math::RoundOp, Round)
                                              KERNELOPT_CASE(math::RoundEvenOp,
                                                             RoundEven)
                                                  KERNELOPT_CASE(math::TruncOp,
                                                                 Trunc)
                                                      .Default([](auto) {
                                                        return std::nullopt;
                                                      });
}

std::optional<BinaryFn> verify::getBinaryFn(Operation *op) {
  return TypeSwitch<Operation *, std::optional<BinaryFn>>(op)
#define KERNELOPT_BINARY(OP, FN) .Case<OP>([](auto) { return BinaryFn::FN; })
      KERNELOPT_BINARY(arith::AddFOp, Add) KERNELOPT_BINARY(arith::SubFOp, Sub)
          KERNELOPT_BINARY(arith::MulFOp, Mul) KERNELOPT_BINARY(
              arith::DivFOp, Div) KERNELOPT_BINARY(arith::RemFOp, Rem)
              KERNELOPT_BINARY(math::PowFOp, Pow)
                  KERNELOPT_BINARY(math::Atan2Op, Atan2)
                      KERNELOPT_BINARY(math::CopySignOp, CopySign)
                          KERNELOPT_BINARY(arith::MaximumFOp, Maximum)
                              KERNELOPT_BINARY(arith::MinimumFOp, Minimum)
                                  KERNELOPT_BINARY(arith::MaxNumFOp, MaxNum)
                                      KERNELOPT_BINARY(arith::MinNumFOp, MinNum)
#undef KERNELOPT_CASE
#undef KERNELOPT_BINARY
                                          .Default([](auto) {
                                            return std::nullopt;
                                          });
}

namespace {
enum class IntegerFn : uint8_t {
  Add,
  Sub,
  Mul,
  DivS,
  DivU,
  CeilDivS,
  CeilDivU,
  FloorDivS,
  RemS,
  RemU,
  And,
  Or,
  XOr,
  ShL,
  ShRS,
  ShRU,
  MaxS,
  MinS,
  MaxU,
  MinU
};
} // namespace

static std::optional<IntegerFn> getIntegerFn(Operation *op) {
  return TypeSwitch<Operation *, std::optional<IntegerFn>>(op)
      .Case([](arith::AddIOp) { return IntegerFn::Add; })
      .Case([](arith::SubIOp) { return IntegerFn::Sub; })
      .Case([](arith::MulIOp) { return IntegerFn::Mul; })
      .Case([](arith::DivSIOp) { return IntegerFn::DivS; })
      .Case([](arith::DivUIOp) { return IntegerFn::DivU; })
      .Case([](arith::CeilDivSIOp) { return IntegerFn::CeilDivS; })
      .Case([](arith::CeilDivUIOp) { return IntegerFn::CeilDivU; })
      .Case([](arith::FloorDivSIOp) { return IntegerFn::FloorDivS; })
      .Case([](arith::RemSIOp) { return IntegerFn::RemS; })
      .Case([](arith::RemUIOp) { return IntegerFn::RemU; })
      .Case([](arith::AndIOp) { return IntegerFn::And; })
      .Case([](arith::OrIOp) { return IntegerFn::Or; })
      .Case([](arith::XOrIOp) { return IntegerFn::XOr; })
      .Case([](arith::ShLIOp) { return IntegerFn::ShL; })
      .Case([](arith::ShRSIOp) { return IntegerFn::ShRS; })
      .Case([](arith::ShRUIOp) { return IntegerFn::ShRU; })
      .Case([](arith::MaxSIOp) { return IntegerFn::MaxS; })
      .Case([](arith::MinSIOp) { return IntegerFn::MinS; })
      .Case([](arith::MaxUIOp) { return IntegerFn::MaxU; })
      .Case([](arith::MinUIOp) { return IntegerFn::MinU; })
      .Default([](Operation *) { return std::nullopt; });
}

static bool isConversion(Operation *op) {
  return isa<arith::ExtFOp, arith::TruncFOp, arith::SIToFPOp, arith::UIToFPOp,
             arith::FPToSIOp, arith::FPToUIOp, arith::ExtSIOp, arith::ExtUIOp,
             arith::TruncIOp, arith::IndexCastOp, arith::IndexCastUIOp,
             arith::BitcastOp>(op);
}

bool verify::isScalarOp(Operation *op) {
  if (!getIntegerFn(op) && !isConversion(op) && !getUnaryFn(op) &&
      !getBinaryFn(op) &&
      !isa<arith::CmpFOp, arith::CmpIOp, arith::SelectOp, math::FmaOp,
           math::FPowIOp, math::AbsIOp, math::IsNaNOp, math::IsInfOp,
           math::IsFiniteOp>(op))
    return false;
  // All types on the way must be ones that we hold.
  auto known = [](Type type) {
    type = mlir::getElementTypeOrSelf(type);
    return getFloatKind(type) || isa<IndexType>(type) ||
           (isa<IntegerType>(type) && type.getIntOrFloatBitWidth() <= 64);
  };
  return llvm::all_of(op->getOperandTypes(), known) &&
         llvm::all_of(op->getResultTypes(), known);
}

/// Without the sign extension that all narrow integers are stored with.
static uint64_t toUnsigned(int64_t x, unsigned width) {
  return width >= 64 ? uint64_t(x) : uint64_t(x) & ((1ull << width) - 1);
}
/// i1 is stored as 0 and 1, but true is -1 as a signed number.
static int64_t toSigned(int64_t x, unsigned width) {
  return width == 1 ? -x : x;
}

/// None if it has no defined result.
static std::optional<int64_t> divideIntegers(IntegerFn fn, unsigned width,
                                             int64_t a, int64_t b) {
  uint64_t ua = toUnsigned(a, width), ub = toUnsigned(b, width);
  int64_t sa = toSigned(a, width), sb = toSigned(b, width);
  if (b == 0)
    return std::nullopt;
  if (fn == IntegerFn::DivU)
    return int64_t(ua / ub);
  if (fn == IntegerFn::RemU)
    return int64_t(ua % ub);
  if (fn == IntegerFn::CeilDivU)
    return int64_t(ua / ub + (ua % ub != 0));
  // Dividing the least number by -1 traps in the hardware.
  if (sb == -1)
    return fn == IntegerFn::RemS ? 0 : int64_t(0 - uint64_t(sa));
  bool inexact = sa % sb != 0, sameSign = (sa < 0) == (sb < 0);
  if (fn == IntegerFn::RemS)
    return sa % sb;
  if (fn == IntegerFn::CeilDivS)
    return sa / sb + (inexact && sameSign);
  if (fn == IntegerFn::FloorDivS)
    return sa / sb - (inexact && !sameSign);
  return sa / sb;
}

/// None if it has no defined result.
static std::optional<int64_t> evalInteger(IntegerFn fn, unsigned width,
                                          int64_t a, int64_t b) {
  uint64_t ua = toUnsigned(a, width), ub = toUnsigned(b, width);
  int64_t sa = toSigned(a, width), sb = toSigned(b, width);
  switch (fn) {
  case IntegerFn::Add:
    return int64_t(ua + ub);
  case IntegerFn::Sub:
    return int64_t(ua - ub);
  case IntegerFn::Mul:
    return int64_t(ua * ub);
  case IntegerFn::DivS:
  case IntegerFn::DivU:
  case IntegerFn::CeilDivS:
  case IntegerFn::CeilDivU:
  case IntegerFn::FloorDivS:
  case IntegerFn::RemS:
  case IntegerFn::RemU:
    return divideIntegers(fn, width, a, b);
  case IntegerFn::And:
    return a & b;
  case IntegerFn::Or:
    return a | b;
  case IntegerFn::XOr:
    return a ^ b;
  case IntegerFn::ShL:
  case IntegerFn::ShRS:
  case IntegerFn::ShRU:
    if (ub >= width)
      return std::nullopt;
    return fn == IntegerFn::ShL    ? int64_t(ua << ub)
           : fn == IntegerFn::ShRS ? sa >> ub
                                   : int64_t(ua >> ub);
  case IntegerFn::MaxS:
    return sa > sb ? a : b;
  case IntegerFn::MinS:
    return sa < sb ? a : b;
  case IntegerFn::MaxU:
    return ua > ub ? a : b;
  case IntegerFn::MinU:
    return ua < ub ? a : b;
  }
  llvm_unreachable("operation outside its enum");
}

static bool compareIntegers(arith::CmpIPredicate predicate, unsigned width,
                            int64_t a, int64_t b) {
  uint64_t ua = toUnsigned(a, width), ub = toUnsigned(b, width);
  int64_t sa = toSigned(a, width), sb = toSigned(b, width);
  switch (predicate) {
  case arith::CmpIPredicate::eq:
    return a == b;
  case arith::CmpIPredicate::ne:
    return a != b;
  case arith::CmpIPredicate::slt:
    return sa < sb;
  case arith::CmpIPredicate::sle:
    return sa <= sb;
  case arith::CmpIPredicate::sgt:
    return sa > sb;
  case arith::CmpIPredicate::sge:
    return sa >= sb;
  case arith::CmpIPredicate::ult:
    return ua < ub;
  case arith::CmpIPredicate::ule:
    return ua <= ub;
  case arith::CmpIPredicate::ugt:
    return ua > ub;
  case arith::CmpIPredicate::uge:
    return ua >= ub;
  }
  llvm_unreachable("predicate outside its enum");
}

/// A comparison of floats as a column of booleans.
static void compareFloats(Domain &domain, CompareFn fn, const Column &a,
                          const Column &b, size_t n, Column &result) {
  std::vector<uint8_t> holds(n);
  domain.compare(fn, *a.kind, a.floats.data(), b.floats.data(), holds.data(),
                 n);
  result.ints.assign(holds.begin(), holds.end());
}

static LogicalResult evalConversion(Operation *op, Domain &domain,
                                    const Column &a, size_t n, Column &result) {
  Type from = mlir::getElementTypeOrSelf(op->getOperand(0).getType());
  Type to = mlir::getElementTypeOrSelf(op->getResult(0).getType());
  auto kind = getFloatKind(to);
  if (isa<arith::ExtFOp, arith::TruncFOp>(op)) {
    domain.convert(*a.kind, *kind, a.floats.data(), result.floats.data(), n);
    return success();
  }
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op)) {
    bool isSigned = isa<arith::SIToFPOp>(op);
    unsigned width = getIntegerWidth(from);
    std::vector<int64_t> ints(n);
    for (size_t i = 0; i < n; ++i)
      ints[i] = isSigned ? toSigned(a.ints[i], width)
                         : int64_t(toUnsigned(a.ints[i], width));
    domain.fromInt(isSigned, *kind, ints.data(), result.floats.data(), n);
    return success();
  }
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op)) {
    domain.toInt(isa<arith::FPToSIOp>(op), *a.kind, a.floats.data(),
                 result.ints.data(), n);
    for (int64_t &x : result.ints)
      x = normalizeInteger(x, getIntegerWidth(to));
    return success();
  }
  if (isa<arith::BitcastOp>(op) && (a.kind || kind)) {
    std::vector<uint64_t> bits(n);
    bool done = true;
    if (a.kind)
      done = domain.toBits(*a.kind, a.floats.data(), bits.data(), n);
    else
      for (size_t i = 0; i < n; ++i)
        bits[i] = toUnsigned(a.ints[i], getIntegerWidth(from));
    if (done && kind)
      done = domain.fromBits(*kind, bits.data(), result.floats.data(), n);
    else
      for (size_t i = 0; i < n; ++i)
        result.ints[i] =
            normalizeInteger(int64_t(bits[i]), getIntegerWidth(to));
    if (!done)
      return op->emitError("bits of a float have no meaning in the domain '")
             << domain.name() << "'";
    return success();
  }
  unsigned width = getIntegerWidth(from);
  bool isUnsigned = isa<arith::ExtUIOp, arith::IndexCastUIOp>(op);
  for (size_t i = 0; i < n; ++i)
    result.ints[i] =
        normalizeInteger(isUnsigned ? int64_t(toUnsigned(a.ints[i], width))
                                    : toSigned(a.ints[i], width),
                         getIntegerWidth(to));
  return success();
}

static void select(const Domain &domain, const Column &condition,
                   const Column &a, const Column &b, size_t n, Column &result) {
  size_t bytes = domain.valueBytes();
  bool isUniform = condition.ints.size() == 1;
  for (size_t i = 0; i < n; ++i) {
    const Column &chosen = condition.ints[isUniform ? 0 : i] ? a : b;
    if (result.kind)
      std::memcpy(&result.floats[i * bytes], &chosen.floats[i * bytes], bytes);
    else
      result.ints[i] = chosen.ints[i];
  }
}

/// x^n by the domain's pow, each exponent as a float.
static void powInteger(Domain &domain, const Column &a, const Column &b,
                       size_t n, Column &result) {
  std::vector<char> exponents(n * domain.valueBytes());
  domain.fromInt(true, *a.kind, b.ints.data(), exponents.data(), n);
  domain.binary(BinaryFn::Pow, *a.kind, a.floats.data(), exponents.data(),
                result.floats.data(), n);
}

static void classify(Operation *op, Domain &domain, const Column &a, size_t n,
                     Column &result) {
  if (isa<math::IsNaNOp>(op))
    return compareFloats(domain, CompareFn::UNO, a, a, n, result);
  Column size = a, infinity = a;
  domain.unary(UnaryFn::Abs, *a.kind, a.floats.data(), size.floats.data(), n);
  domain.constant(llvm::APFloat::getInf(llvm::APFloat::IEEEdouble()), *a.kind,
                  "", infinity.floats.data(), n);
  compareFloats(domain,
                isa<math::IsInfOp>(op) ? CompareFn::OEQ : CompareFn::OLT, size,
                infinity, n, result);
}

LogicalResult verify::evalScalar(Operation *op, Domain &domain,
                                 ArrayRef<const Column *> operands, size_t n,
                                 Column &result) {
  Type type = mlir::getElementTypeOrSelf(op->getResult(0).getType());
  result = makeColumn(domain, type, n);
  const Column &a = *operands[0];
  if (auto fn = getUnaryFn(op)) {
    domain.unary(*fn, *a.kind, a.floats.data(), result.floats.data(), n);
    return success();
  }
  if (auto fn = getBinaryFn(op)) {
    domain.binary(*fn, *a.kind, a.floats.data(), operands[1]->floats.data(),
                  result.floats.data(), n);
    return success();
  }
  if (isConversion(op))
    return evalConversion(op, domain, a, n, result);
  if (auto fn = getIntegerFn(op)) {
    unsigned width = getIntegerWidth(type);
    for (size_t i = 0; i < n; ++i) {
      auto value = evalInteger(*fn, width, a.ints[i], operands[1]->ints[i]);
      if (!value)
        return op->emitError("has no defined result for operands ")
               << a.ints[i] << " and " << operands[1]->ints[i];
      result.ints[i] = normalizeInteger(*value, width);
    }
    return success();
  }
  TypeSwitch<Operation *>(op)
      .Case<arith::CmpFOp>([&](arith::CmpFOp compare) {
        compareFloats(domain, CompareFn(uint64_t(compare.getPredicate())), a,
                      *operands[1], n, result);
      })
      .Case<arith::CmpIOp>([&](arith::CmpIOp compare) {
        unsigned width = getIntegerWidth(
            mlir::getElementTypeOrSelf(compare.getLhs().getType()));
        for (size_t i = 0; i < n; ++i)
          result.ints[i] = compareIntegers(compare.getPredicate(), width,
                                           a.ints[i], operands[1]->ints[i]);
      })
      .Case<arith::SelectOp>([&](auto) {
        select(domain, a, *operands[1], *operands[2], n, result);
      })
      .Case<math::FmaOp>([&](auto) {
        domain.fma(*a.kind, a.floats.data(), operands[1]->floats.data(),
                   operands[2]->floats.data(), result.floats.data(), n);
      })
      .Case<math::FPowIOp>(
          [&](auto) { powInteger(domain, a, *operands[1], n, result); })
      .Case<math::AbsIOp>([&](auto) {
        for (size_t i = 0; i < n; ++i)
          result.ints[i] = a.ints[i] < 0 ? -a.ints[i] : a.ints[i];
      })
      .Default([&](auto) { classify(op, domain, a, n, result); });
  return success();
}
