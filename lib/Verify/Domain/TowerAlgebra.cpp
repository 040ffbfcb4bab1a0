//===- TowerAlgebra.cpp - Arithmetic and decisions of the tower --- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TowerAlgebra.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static Prime makePrime(uint64_t p) {
  Prime f;
  f.p = p;
  // Newton's iteration doubles the correct low bits: 3, 6, ..., 96.
  uint64_t inverse = p;
  for (int i = 0; i < 5; ++i)
    inverse *= 2 - p * inverse;
  f.negInverse = 0 - inverse;
  f.one = uint64_t((static_cast<unsigned __int128>(1) << 64) % p);
  f.square = uint64_t(static_cast<unsigned __int128>(f.one) * f.one % p);
  return f;
}

TowerAlgebra::TowerAlgebra(const TowerOptions &options) : key(options.key) {
  field.levels = std::clamp(options.levels, 1u, maxTowerLevels);
  field.complex = options.complex;
  field.words = field.levels * (options.complex ? 2 : 1);
  unsigned first = maxTowerLevels - field.levels;
  for (unsigned l = 0; l < field.levels; ++l) {
    field.primes[l] = makePrime(towerPrimes[first + l]);
    twists[l] = random(l, mixHash(key, 4), 0);
  }
  sums.emplace_back();
  for (unsigned l = 0; l + 1 < field.levels; ++l) {
    const Prime &f = field.primes[l + 1];
    uint64_t base = toResidue(f, towerGenerators[first + l]);
    auto &table = expTables.emplace_back();
    for (auto &digits : table) {
      digits[0] = f.one;
      for (int i = 1; i < 256; ++i)
        digits[i] = mulMod(f, digits[i - 1], base);
      base = mulMod(f, digits[255], base);
    }
  }
}

uint64_t TowerAlgebra::power(const Prime &f, uint64_t base, uint64_t exponent) {
  uint64_t result = f.one;
  for (; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = mulMod(f, result, base);
    base = mulMod(f, base, base);
  }
  return result;
}

uint64_t TowerAlgebra::toResidue(const Prime &f, double value) const {
  int exponent;
  auto mantissa = int64_t(std::ldexp(std::frexp(value, &exponent), 53));
  exponent -= 53;
  uint64_t magnitude = toResidue(f, uint64_t(std::abs(mantissa)));
  uint64_t base = toResidue(f, exponent < 0 ? (f.p + 1) / 2 : uint64_t(2));
  magnitude = mulMod(f, magnitude, power(f, base, std::abs(exponent)));
  return mantissa < 0 ? subMod(f, 0, magnitude) : magnitude;
}

uint64_t TowerAlgebra::random(unsigned level, uint64_t tag, uint64_t x) const {
  uint64_t word = mixHash(mixHash(tag, level + 1), x);
  return uint64_t(
      (static_cast<unsigned __int128>(word) * field.primes[level].p) >> 64);
}

TowerValue TowerAlgebra::token(double value) const {
  TowerValue v;
  std::memset(&v, 0, sizeof v);
  v.high = value;
  return v;
}

TowerValue TowerAlgebra::derivedToken(double value, const TowerValue &a,
                                      const TowerValue &b) const {
  auto isFixed = [](const TowerValue &v) {
    return isFinite(v.high) || (v.flags & Fixed);
  };
  TowerValue v = token(value);
  if (isFixed(a) && isFixed(b))
    v.flags = Fixed;
  return v;
}

TowerValue TowerAlgebra::fromReal(DD value) const {
  TowerValue v = token(value.high);
  if (!isFinite(value))
    return v;
  v.low = value.low;
  for (unsigned l = 0; l < field.levels; ++l) {
    const Prime &f = field.primes[l];
    v.residues[l] = toResidue(f, value.high);
    if (value.low != 0)
      v.residues[l] = addMod(f, v.residues[l], toResidue(f, value.low));
  }
  return v;
}

TowerValue TowerAlgebra::fromInt(bool isSigned, int64_t value) const {
  return fromReal(intToDD(isSigned, value));
}

TowerValue TowerAlgebra::fromDraw(uint64_t drawKey, double value) const {
  TowerValue v = token(value);
  if (!isFinite(value) || value == 0)
    return v;
  uint64_t bits = llvm::bit_cast<uint64_t>(std::fabs(value));
  for (unsigned l = 0; l < field.levels; ++l) {
    uint64_t r = random(l, drawKey, bits);
    v.residues[l] = value < 0 ? subMod(field.primes[l], 0, r) : r;
  }
  v.numerator = 1;
  return v;
}

TowerValue TowerAlgebra::symbol(Symbol symbol) {
  auto drawn = [&](uint64_t tag, DD real) {
    TowerValue v = fromDraw(mixHash(key, tag), real.high);
    v.low = real.low;
    v.error = std::fabs(real.high) * ddEpsilon;
    return v;
  };
  switch (symbol) {
  case Symbol::Pi:
    return drawn(1, ddPi);
  case Symbol::Ln2:
    return drawn(2, ddLn2);
  case Symbol::Ln10:
    return drawn(3, ddLn10);
  case Symbol::E:
    return unary(UnaryFn::Exp, fromReal({1, 0}));
  case Symbol::Log2E:
    return divide(fromReal({1, 0}), this->symbol(Symbol::Ln2));
  case Symbol::Log10E:
    return divide(fromReal({1, 0}), this->symbol(Symbol::Ln10));
  }
  llvm_unreachable("symbol outside its enum");
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

bool TowerAlgebra::isZero(const TowerValue &v) const {
  if (v.flags & Either)
    return false;
  uint8_t valid = validLevels(v);
  for (unsigned l = 0; l < field.levels; ++l)
    if ((valid >> l & 1) && !isZeroAt(v, l))
      return false;
  return valid && v.log == 0;
}

bool TowerAlgebra::settle(TowerValue &v) const {
  if (std::fabs(v.high) > 2 * v.error || (v.error == 0 && v.log == 0))
    return true;
  if (!isZero(v))
    return false;
  v.high = v.low = v.error = 0;
  return true;
}

bool TowerAlgebra::sharesResidues(const TowerValue &a,
                                  const TowerValue &b) const {
  if ((a.flags | b.flags) & Either)
    return false;
  uint8_t valid = validLevels(a) & validLevels(b);
  for (unsigned l = 0; l < field.levels; ++l)
    if ((valid >> l & 1) && !isSame(a, b, l))
      return false;
  return valid && combine(a.log, b.log, /*subtract=*/true).empty();
}

Order TowerAlgebra::order(const TowerValue &a, const TowerValue &b) {
  if (a.high != a.high || b.high != b.high)
    return Order::Unordered;
  DD x = {a.high, a.low}, y = {b.high, b.low};
  if (isFinite(x) && isFinite(y)) {
    double difference = std::fabs((x - y).high), error = a.error + b.error;
    if (difference <= 2 * error || (difference == 0 && error == 0)) {
      if (sharesResidues(a, b))
        return Order::Equal;
      ++stats.undecided;
    }
  }
  return x < y ? Order::Less : y < x ? Order::Greater : Order::Equal;
}

DD TowerAlgebra::wholeNumber(UnaryFn fn, const TowerValue &v) {
  DD x = {v.high, v.low};
  DD whole = applyDD(fn, x);
  if (v.error == 0 || !isFinite(x))
    return whole;
  // A break may lie at every half.
  DD nearest = applyDD(UnaryFn::Round, x * 2.0) * 0.5;
  if (std::fabs((x - nearest).high) > 2 * v.error)
    return whole;
  if (!sharesResidues(v, fromReal(nearest)))
    ++stats.undecided;
  return applyDD(fn, nearest);
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

void TowerAlgebra::inherit(const TowerValue &a, const TowerValue &b,
                           TowerValue &out) const {
  out.lost = a.lost | b.lost;
  out.tainted = a.tainted | b.tainted;
  out.flags = a.flags | b.flags;
  out.depth = std::max(a.depth, b.depth);
}

TowerValue TowerAlgebra::negate(const TowerValue &v) {
  TowerValue out = v;
  out.high = -v.high;
  out.low = -v.low;
  for (unsigned w = 0; w < field.words; ++w)
    out.residues[w] = subMod(field.primes[w % field.levels], 0, v.residues[w]);
  if (v.log)
    out.log = addSum(combine(0, v.log, /*subtract=*/true));
  return out;
}

TowerValue TowerAlgebra::add(const TowerValue &a, const TowerValue &b) {
  bool exact = true;
  DD s = verify::add(DD{a.high, a.low}, DD{b.high, b.low}, exact);
  TowerValue out = token(s.high);
  if (!isFinite(s))
    return isFinite(a.high) && isFinite(b.high) ? overflow(s.high)
                                                : derivedToken(s.high, a, b);
  out.low = s.low;
  out.error = a.error + b.error + (exact ? 0 : std::fabs(s.high) * ddEpsilon);
  inherit(a, b, out);
  for (unsigned w = 0; w < field.words; ++w)
    out.residues[w] =
        addMod(field.primes[w % field.levels], a.residues[w], b.residues[w]);
  out.denominator = a.denominator + b.denominator;
  out.numerator =
      std::max(a.numerator + b.denominator, b.numerator + a.denominator);
  if (a.log || b.log)
    out.log = addSum(combine(a.log, b.log, /*subtract=*/false));
  return out;
}

TowerValue TowerAlgebra::multiply(const TowerValue &x, const TowerValue &y) {
  TowerValue a = x, b = y;
  // A product of two logarithms is no sum of logarithms.
  if (a.log && b.log)
    a = materialize(a), b = materialize(b);
  if (b.log)
    std::swap(a, b);
  // Coefficients of logarithms are real.
  if (a.log && isComplex(b))
    a = materialize(a);
  bool exact = true;
  DD p = mul(DD{a.high, a.low}, DD{b.high, b.low}, exact);
  TowerValue out = token(p.high);
  if (!isFinite(p))
    return isFinite(a.high) && isFinite(b.high) ? overflow(p.high)
                                                : derivedToken(p.high, a, b);
  out.low = p.low;
  out.error = std::fabs(a.high) * b.error + std::fabs(b.high) * a.error +
              a.error * b.error +
              (exact ? 0 : std::fabs(p.high) * ddEpsilon + 0x1p-1000);
  inherit(a, b, out);
  mulResidues(field, a.residues, b.residues, out.residues);
  out.numerator = a.numerator + b.numerator;
  out.denominator = a.denominator + b.denominator;
  if (a.log) {
    LogSum sum = sums[a.log];
    for (LogTerm &term : sum)
      for (unsigned l = 0; l < field.levels; ++l)
        term.coefficient[l] =
            mulMod(field.primes[l], term.coefficient[l], b.residues[l]);
    out.log = addSum(std::move(sum));
  }
  return out;
}

TowerValue TowerAlgebra::divide(const TowerValue &a, TowerValue b,
                                const uint64_t *inverses) {
  if (b.log) {
    b = materialize(b);
    inverses = nullptr;
  }
  // Zero, Inf and NaN as divisors have no inverse in the fields.
  if (isFinite(b.high) && !settle(b))
    return undecidedNaN();
  if (b.high == 0 || !isFinite(b.high) || !isFinite(a.high)) {
    double q = a.high / b.high;
    return isFinite(q) ? fromReal({q, 0}) : derivedToken(q, a, b);
  }
  bool exact = true;
  DD y = {b.high, b.low};
  TowerValue reciprocal = b;
  DD r = div(DD{1, 0}, y, exact);
  uint8_t valid = validLevels(b);
  for (unsigned l = 0; l < field.levels; ++l) {
    if ((valid >> l & 1) && isZeroAt(b, l))
      return undecidedNaN();
    invert(reciprocal, l, inverses ? &inverses[l] : nullptr);
  }
  reciprocal.high = r.high;
  reciprocal.low = r.low;
  double size = std::fabs(b.high) - b.error;
  reciprocal.error = b.error / (size * size) + std::fabs(r.high) * ddEpsilon;
  std::swap(reciprocal.numerator, reciprocal.denominator);
  TowerValue out = multiply(a, reciprocal);
  if (!isFinite(out.high))
    return out;
  // An exact quotient, such as that of small integers, stays exact.
  bool exactQuotient = true;
  DD q = div(DD{a.high, a.low}, y, exactQuotient);
  out.high = q.high;
  out.low = q.low;
  if (exactQuotient && a.error == 0 && b.error == 0)
    out.error = 0;
  return out;
}

TowerValue TowerAlgebra::remainder(const TowerValue &a, const TowerValue &b) {
  TowerValue quotient = divide(a, b);
  if (!isFinite(quotient.high) || !isFinite(b.high)) {
    double r = std::fmod(a.high, b.high);
    // a rem Inf = a.
    return isFinite(r) ? a : token(r);
  }
  TowerValue whole = fromReal(wholeNumber(UnaryFn::Trunc, quotient));
  return add(a, negate(multiply(whole, b)));
}

TowerValue TowerAlgebra::choose(BinaryFn fn, const TowerValue &a,
                                const TowerValue &b) {
  bool nanA = a.high != a.high, nanB = b.high != b.high;
  bool propagates = fn == BinaryFn::Maximum || fn == BinaryFn::Minimum;
  if (nanA || nanB)
    return nanA == propagates ? a : b;
  bool wantsMax = fn == BinaryFn::Maximum || fn == BinaryFn::MaxNum;
  uint64_t before = stats.undecided;
  bool takesB = order(a, b) == (wantsMax ? Order::Less : Order::Greater);
  if (stats.undecided == before)
    return takesB ? b : a;
  // Which of the two it is matters only if it is chosen in the end: small ones
  // lie close to each other under a large maximum. The error covers both.
  stats.undecided = before;
  const TowerValue &other = takesB ? a : b;
  TowerValue out = takesB ? b : a;
  DD gap = DD{a.high, a.low} - DD{b.high, b.low};
  out.error = std::max(out.error, other.error + std::fabs(gap.high));
  out.flags |= other.flags | Either;
  return out;
}

TowerValue TowerAlgebra::binary(BinaryFn fn, const TowerValue &a,
                                const TowerValue &b) {
  switch (fn) {
  case BinaryFn::Add:
    return add(a, b);
  case BinaryFn::Sub:
    return add(a, negate(b));
  case BinaryFn::Mul:
    return multiply(a, b);
  case BinaryFn::Div:
    return divide(a, b);
  case BinaryFn::Rem:
    return remainder(a, b);
  case BinaryFn::Pow:
    return pow(a, b);
  case BinaryFn::Atan2:
    return opaqueFunction(fn, a, b);
  case BinaryFn::CopySign: {
    TowerValue zero = fromReal({0, 0}), sign = b;
    bool negative = isFinite(sign.high) && settle(sign) && sign.high == 0
                        ? std::signbit(b.high)
                        : order(b, zero) == Order::Less;
    bool isNegative = order(a, zero) == Order::Less;
    return isNegative == negative ? a : negate(a);
  }
  case BinaryFn::Maximum:
  case BinaryFn::Minimum:
  case BinaryFn::MaxNum:
  case BinaryFn::MinNum:
    return choose(fn, a, b);
  }
  llvm_unreachable("function outside its enum");
}
