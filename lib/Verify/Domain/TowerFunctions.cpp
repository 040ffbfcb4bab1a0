//===- TowerFunctions.cpp - exp, log, roots and others of the tower ===//
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

/// Shadow and error of fn(v); `out` keeps its residues.
void TowerAlgebra::setShadow(UnaryFn fn, const TowerValue &v,
                             TowerValue &out) const {
  DD y = applyDD(fn, {v.high, v.low});
  out.high = y.high;
  out.low = y.low;
  double epsilon = fn == UnaryFn::Sqrt || fn == UnaryFn::Rsqrt
                       ? std::fabs(y.high) * ddEpsilon
                       : (std::fabs(y.high) + 1) * ddFunctionEpsilon;
  if (fn == UnaryFn::Exp || fn == UnaryFn::Exp2)
    epsilon = std::fabs(y.high) * ddFunctionEpsilon * (1 + std::fabs(v.high));
  if (fn == UnaryFn::Erfc && v.high >= 2)
    epsilon = y.high * 0x1p-60;
  // Twice the slope covers its change over the error bound, which is tiny.
  out.error = v.error == 0 ? epsilon
                           : epsilon + 2 * v.error * slope(fn, v.high, y.high);
  // The least denormals bound what underflow loses.
  out.error += 0x1p-1040;
}

TowerValue TowerAlgebra::unary(UnaryFn fn, const TowerValue &v) {
  if (!isFinite(v.high)) {
    double y = applyDD(fn, DD{v.high, 0}).high;
    return isFinite(y) ? fromReal({y, 0}) : derivedToken(y, v, v);
  }
  switch (fn) {
  case UnaryFn::Neg:
    return negate(v);
  case UnaryFn::Abs:
    return order(v, fromReal({0, 0})) == Order::Less ? negate(v) : v;
  case UnaryFn::Floor:
  case UnaryFn::Ceil:
  case UnaryFn::Round:
  case UnaryFn::RoundEven:
  case UnaryFn::Trunc:
    return fromReal(wholeNumber(fn, v));
  case UnaryFn::Exp:
  case UnaryFn::Exp2:
    return exp(fn, v);
  case UnaryFn::Expm1:
    return add(exp(UnaryFn::Exp, v), fromReal({-1, 0}));
  case UnaryFn::Log:
  case UnaryFn::Log2:
  case UnaryFn::Log10:
    return log(fn, v);
  case UnaryFn::Log1p:
    return log(UnaryFn::Log, add(v, fromReal({1, 0})));
  case UnaryFn::Sqrt:
  case UnaryFn::Rsqrt:
    return root(fn, v);
  case UnaryFn::Tanh:
  case UnaryFn::Sinh:
  case UnaryFn::Cosh:
    return hyperbolic(fn, v);
  case UnaryFn::Sin:
  case UnaryFn::Cos:
  case UnaryFn::Tan:
    return circular(fn, v);
  case UnaryFn::Erfc:
    return add(fromReal({1, 0}), negate(opaqueFunction(UnaryFn::Erf, v)));
  case UnaryFn::Cbrt:
  case UnaryFn::Asin:
  case UnaryFn::Acos:
  case UnaryFn::Atan:
  case UnaryFn::Erf:
    return opaqueFunction(fn, v);
  }
  llvm_unreachable("function outside its enum");
}

//===----------------------------------------------------------------------===//
// exp
//===----------------------------------------------------------------------===//

void TowerAlgebra::expResidues(TowerValue v, TowerValue &out) {
  TowerValue factor = fromReal({1, 0});
  if (v.log) {
    LogSum sum = sums[v.log];
    v.log = 0;
    expOfLogs(sum, v, factor);
  }
  out.lost = uint8_t(v.lost << 1 | 1);
  out.tainted = uint8_t(v.tainted << 1);
  out.flags = v.flags;
  out.depth = uint8_t(std::min(v.depth + 1, 255));
  // By the conjecture, exp of a value is a variable of its own.
  out.numerator = std::max(v.numerator + v.denominator, 1.0f);
  out.denominator = 0;
  out.log = 0;
  std::fill(out.residues, out.residues + field.words, 0);
  for (unsigned l = 0; l + 1 < field.levels; ++l) {
    const Prime &below = field.primes[l], &f = field.primes[l + 1];
    uint64_t exponent = reduceMontgomery(
        below, addMod(below, v.residues[l],
                      mulMod(below, twists[l], imaginary(v, l))));
    uint64_t result = f.one;
    for (unsigned digit = 0; digit < 8; ++digit, exponent >>= 8)
      result = mulMod(f, result, expTables[l][digit][exponent & 255]);
    out.residues[l + 1] = result;
  }
  mulResidues(field, out.residues, factor.residues, out.residues);
  out.numerator += factor.numerator;
  out.denominator += factor.denominator;
  out.lost |= factor.lost;
  out.tainted |= factor.tainted;
  out.flags |= factor.flags;
  out.depth = std::max(out.depth, factor.depth);
  if ((out.lost & allLevels()) == allLevels())
    ++stats.depthExceeded;
}

/// e^(c log u) is a factor u^c if c or 2c is a small integer; otherwise log u
/// becomes a symbol in the exponent.
void TowerAlgebra::expOfLogs(const LogSum &sum, TowerValue &v,
                             TowerValue &factor) {
  auto multiplyPower = [&](TowerValue base, int n) {
    if (n < 0)
      for (unsigned l = 0; l < field.levels; ++l)
        invert(base, l, nullptr);
    if (n < 0)
      std::swap(base.numerator, base.denominator);
    base.high = 1;
    base.low = base.error = 0;
    for (int i = 0; i < std::abs(n); ++i)
      factor = multiply(factor, base);
  };
  LogSum others;
  for (const LogTerm &term : sum) {
    const TowerValue &unit = units[term.unit];
    if (auto n = smallInteger(term, validLevels(v), /*doubled=*/false))
      multiplyPower(unit, *n);
    else if (auto n = smallInteger(term, validLevels(v), /*doubled=*/true))
      multiplyPower(root(UnaryFn::Sqrt, unit), *n);
    else
      others.push_back(term);
  }
  factor.high = 1;
  factor.low = factor.error = 0;
  if (others.empty())
    return;
  v.log = addSum(std::move(others));
  v = materialize(v);
}

TowerValue TowerAlgebra::exp(UnaryFn fn, const TowerValue &v) {
  int n;
  if (fn == UnaryFn::Exp2 && isIntegerConstant(v, 1000, n)) {
    TowerValue out = fromReal({std::ldexp(1.0, n), 0});
    out.lost = v.lost;
    return out;
  }
  if (v.high < maskedExpBound) {
    ++stats.maskedExps;
    return fromReal({0, 0});
  }
  if (isZero(v) && v.high == 0)
    return fromReal({1, 0});
  TowerValue out = token(0);
  expResidues(fn == UnaryFn::Exp2 ? multiply(v, symbol(Symbol::Ln2)) : v, out);
  setShadow(fn, v, out);
  return isFinite(out.high) ? out : overflow(out.high);
}

//===----------------------------------------------------------------------===//
// log
//===----------------------------------------------------------------------===//

uint32_t TowerAlgebra::addSum(LogSum sum) {
  if (sum.empty())
    return 0;
  sums.push_back(std::move(sum));
  return uint32_t(sums.size() - 1);
}

TowerAlgebra::LogSum TowerAlgebra::combine(uint32_t a, uint32_t b,
                                           bool subtract) const {
  LogSum sum = sums[a];
  for (const LogTerm &term : sums[b]) {
    auto *same = llvm::find_if(
        sum, [&](const LogTerm &other) { return other.unit == term.unit; });
    if (same == sum.end()) {
      sum.push_back({{}, term.unit});
      same = &sum.back();
    }
    for (unsigned l = 0; l < field.levels; ++l) {
      const Prime &f = field.primes[l];
      uint64_t &c = same->coefficient[l];
      c = subtract ? subMod(f, c, term.coefficient[l])
                   : addMod(f, c, term.coefficient[l]);
    }
  }
  llvm::erase_if(sum, [&](const LogTerm &term) {
    return llvm::all_of(term.coefficient, [](uint64_t c) { return c == 0; });
  });
  return sum;
}

uint32_t TowerAlgebra::makeUnit(const TowerValue &v) {
  uint64_t hash = v.lost;
  uint8_t valid = validLevels(v);
  for (unsigned l = 0; l < field.levels; ++l)
    if (valid >> l & 1)
      hash = mixHash(hash, keyOf(v, l));
  auto [it, isNew] = unitNumbers.try_emplace(hash, units.size());
  if (isNew)
    units.push_back(v);
  return it->second;
}

std::optional<int> TowerAlgebra::smallInteger(const LogTerm &term,
                                              uint8_t levels,
                                              bool doubled) const {
  constexpr uint64_t limit = 64;
  std::optional<int> result;
  for (unsigned l = 0; l < field.levels; ++l) {
    if (!(levels >> l & 1))
      continue;
    const Prime &f = field.primes[l];
    uint64_t c = reduceMontgomery(f, term.coefficient[l]);
    if (doubled)
      c = addMod(f, c, c);
    int n;
    if (c <= limit)
      n = int(c);
    else if (f.p - c <= limit)
      n = -int(f.p - c);
    else
      return std::nullopt;
    if (result && *result != n)
      return std::nullopt;
    result = n;
  }
  return result;
}

TowerValue TowerAlgebra::materialize(TowerValue v) {
  uint64_t tag = mixHash(key, 100 + uint64_t(UnaryFn::Log));
  for (const LogTerm &term : sums[v.log]) {
    const TowerValue &unit = units[term.unit];
    for (unsigned l = 0; l < field.levels; ++l) {
      const Prime &f = field.primes[l];
      uint64_t symbol = random(l, tag, keyOf(unit, l));
      v.residues[l] =
          addMod(f, v.residues[l], mulMod(f, term.coefficient[l], symbol));
    }
    inherit(v, unit, v);
    v.flags |= Opaque;
    v.numerator += 1;
  }
  v.log = 0;
  return v;
}

TowerValue TowerAlgebra::log(UnaryFn fn, TowerValue v) {
  if (v.log)
    v = materialize(v);
  if (!settle(v))
    return undecidedNaN();
  if (v.high == 0)
    return derivedToken(-HUGE_VAL, v, v);
  if (v.high < 0)
    return token(__builtin_nan(""));
  ++stats.logarithms;
  TowerValue out = fromReal({0, 0});
  if (isOneConstant(v))
    return out;
  LogTerm term = {{}, makeUnit(v)};
  for (unsigned l = 0; l < field.levels; ++l)
    term.coefficient[l] = field.primes[l].one;
  out.log = addSum({term});
  out.flags = v.flags;
  out.tainted = 0;
  out.depth = v.depth;
  out.numerator = v.numerator;
  out.denominator = v.denominator;
  if (fn != UnaryFn::Log)
    out = multiply(
        out, divide(fromReal({1, 0}),
                    symbol(fn == UnaryFn::Log2 ? Symbol::Ln2 : Symbol::Ln10)));
  setShadow(fn, v, out);
  return out;
}

//===----------------------------------------------------------------------===//
// Roots and powers
//===----------------------------------------------------------------------===//

bool TowerAlgebra::isIntegerConstant(const TowerValue &v, int limit,
                                     int &n) const {
  // The shadow may have an error where another order of the same sum has none:
  // what decides is the residues.
  double nearest = std::nearbyint(v.high);
  if (v.log || v.error > 0.25 || !(std::fabs(nearest) <= limit) ||
      std::fabs((DD{v.high, v.low} - DD{nearest, 0}).high) > 2 * v.error)
    return false;
  n = int(nearest);
  return sharesResidues(v, fromReal({nearest, 0}));
}

bool TowerAlgebra::isOneConstant(const TowerValue &v) const {
  int n;
  return isIntegerConstant(v, 1, n) && n == 1;
}

TowerValue TowerAlgebra::root(UnaryFn fn, TowerValue v) {
  if (v.log)
    v = materialize(v);
  if (!settle(v))
    return undecidedNaN();
  if (v.high <= 0) {
    double y = applyDD(fn, DD{v.high, 0}).high;
    if (isFinite(y))
      return fromReal({y, 0});
    return v.high == 0 ? derivedToken(y, v, v) : token(y);
  }
  TowerValue out = v;
  uint8_t valid = validLevels(v);
  for (unsigned l = 0; l < field.levels; ++l) {
    if (!(valid >> l & 1))
      continue;
    if (!takeRoot(out, l))
      out.tainted |= 1 << l;
    if (fn == UnaryFn::Rsqrt && isZeroAt(out, l))
      return undecidedNaN();
    if (fn == UnaryFn::Rsqrt)
      invert(out, l, nullptr);
  }
  // That of a literal is the same in every draw: where it is known at all
  // levels (exp needs the lower ones), more of them tell nothing more.
  bool isLiteral = v.numerator == 0 && v.denominator == 0;
  if (!isLiteral || (valid & out.tainted))
    ++stats.roots;
  // Roots of literals such as 4 are literals.
  out.flags |= Rooted;
  if (fn == UnaryFn::Rsqrt)
    std::swap(out.numerator, out.denominator);
  setShadow(fn, v, out);
  return out;
}

TowerValue TowerAlgebra::pow(const TowerValue &a, const TowerValue &b) {
  int n;
  if (isFinite(a.high) && isIntegerConstant(b, 1024, n)) {
    TowerValue result = fromReal({1, 0}), factor = a;
    for (int rest = std::abs(n); rest; rest >>= 1) {
      if (rest & 1)
        result = multiply(result, factor);
      factor = multiply(factor, factor);
    }
    return n < 0 ? divide(fromReal({1, 0}), result) : result;
  }
  if (b.error == 0 && std::fabs(b.high) == 0.5 &&
      sharesResidues(b, fromReal({b.high, 0})))
    return unary(b.high > 0 ? UnaryFn::Sqrt : UnaryFn::Rsqrt, a);
  return opaqueFunction(BinaryFn::Pow, a, b);
}

//===----------------------------------------------------------------------===//
// Functions by their exp, and pseudo-random functions
//===----------------------------------------------------------------------===//

TowerValue TowerAlgebra::hyperbolic(UnaryFn fn, const TowerValue &v) {
  TowerValue one = fromReal({1, 0}), e = token(1), out;
  // The shadow of e^2x may overflow where tanh does not: it is set to one, and
  // the right one is put in at the end.
  if (fn == UnaryFn::Tanh) {
    expResidues(add(v, v), e);
    TowerValue above = add(e, one), below = add(e, negate(one));
    above.high = 1;
    out = divide(below, above);
  } else {
    expResidues(v, e);
    TowerValue other = divide(one, e);
    out = add(e, fn == UnaryFn::Cosh ? other : negate(other));
    out = multiply(out, fromReal({0.5, 0}));
  }
  if (out.high != out.high)
    return out;
  setShadow(fn, v, out);
  return isFinite(out.high) ? out : overflow(out.high);
}

/// The rotation by t = tan(x / 2), an odd pseudo-random function of x: parity
/// and sin^2 + cos^2 = 1 hold, sums of angles do not. (A rotation whose order
/// is the prime below would need it to divide p + 1 too.)
TowerValue TowerAlgebra::circular(UnaryFn fn, const TowerValue &v) {
  TowerValue one = fromReal({1, 0});
  if (v.high == 0 && isZero(v))
    return fn == UnaryFn::Cos ? one : v;
  TowerValue t = opaqueFunction(UnaryFn::Tan, v);
  t.high = 0.5, t.low = t.error = 0;
  TowerValue square = multiply(t, t);
  TowerValue sine = add(t, t), cosine = add(one, negate(square));
  TowerValue out = fn == UnaryFn::Sin   ? divide(sine, add(one, square))
                   : fn == UnaryFn::Cos ? divide(cosine, add(one, square))
                                        : divide(sine, cosine);
  if (out.high == out.high)
    setShadow(fn, v, out);
  return out;
}

TowerValue TowerAlgebra::opaqueFunction(UnaryFn fn, const TowerValue &x) {
  TowerValue v = x.log ? materialize(x) : x;
  bool odd = fn != UnaryFn::Acos;
  if (odd && v.high == 0 && isZero(v))
    return v;
  ++stats.opaque;
  uint64_t tag = mixHash(key, 100 + uint64_t(fn));
  TowerValue out = v, mirror = negate(v);
  for (unsigned l = 0; l < field.levels; ++l) {
    const Prime &f = field.primes[l];
    uint64_t r = v.residues[l], i = imaginary(v, l);
    uint64_t mirrored = subMod(f, 0, r);
    bool flips = odd && (mirrored < r || (r == 0 && subMod(f, 0, i) < i));
    uint64_t y = random(l, tag, keyOf(flips ? mirror : v, l));
    out.residues[l] = flips ? subMod(f, 0, y) : y;
    if (field.complex)
      out.residues[field.levels + l] = 0;
  }
  out.flags |= Opaque;
  out.numerator = v.numerator + v.denominator + 1;
  out.denominator = 0;
  setShadow(fn, v, out);
  return isFinite(out.high) ? out : token(out.high);
}

TowerValue TowerAlgebra::opaqueFunction(BinaryFn fn, const TowerValue &x,
                                        const TowerValue &y) {
  TowerValue a = x.log ? materialize(x) : x, b = y.log ? materialize(y) : y;
  DD value = applyDD(fn, {a.high, a.low}, {b.high, b.low});
  if (!isFinite(value))
    return token(value.high);
  if (!isFinite(a.high) || !isFinite(b.high))
    return fromReal(value);
  ++stats.opaque;
  TowerValue out = token(value.high);
  inherit(a, b, out);
  uint64_t tag = mixHash(key, 200 + uint64_t(fn));
  for (unsigned l = 0; l < field.levels; ++l)
    out.residues[l] = random(l, mixHash(tag, keyOf(a, l)), keyOf(b, l));
  out.flags |= Opaque;
  out.low = value.low;
  out.numerator = a.numerator + a.denominator + b.numerator + b.denominator + 1;
  // pow: |d(a^b)| <= a^b (|b| da / a + |log a| db); atan2 has slopes 1 / r.
  double ax = std::fabs(a.high), bx = std::fabs(b.high);
  double carried =
      fn == BinaryFn::Pow
          ? std::fabs(value.high) *
                (ax > 0 ? bx * a.error / ax + std::fabs(std::log(ax)) * b.error
                        : 0)
          : (a.error + b.error) / std::max(std::hypot(ax, bx), 0x1p-1000);
  out.error =
      2 * carried + (std::fabs(value.high) + 1) * (bx + 1) * ddFunctionEpsilon;
  return out;
}
