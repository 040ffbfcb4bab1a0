//===- TowerAlgebra.h - Operations on values of the tower --*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERALGEBRA_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERALGEBRA_H

#include "DDFunctions.h"
#include "Provenance.h"
#include "TowerColumns.h"
#include "kernel-opt/Verify/Tower.h"
#include <array>
#include <unordered_map>
#include <vector>

namespace kernel_opt::verify {

/// How two values lie to each other.
enum class Order : uint8_t { Less, Equal, Greater, Unordered };

/// Field, symbols, formal logarithms, and every operation on single values. All
/// values here have room for four residues.
class TowerAlgebra {
public:
  explicit TowerAlgebra(const TowerOptions &options);

  const TowerField &getField() const { return field; }
  /// All levels, as a set.
  uint8_t allLevels() const { return uint8_t((1u << field.levels) - 1); }
  uint8_t validLevels(const TowerValue &v) const {
    return allLevels() & ~v.lost;
  }

  /// An exact real; Inf and NaN become tokens.
  TowerValue fromReal(DD value) const;
  TowerValue fromInt(bool isSigned, int64_t value) const;
  TowerValue symbol(Symbol symbol);
  /// A real number of its own: residues are random, keyed by `key` and its
  /// magnitude, so that equal draws are equal and -x is minus x.
  TowerValue fromDraw(uint64_t key, double value) const;

  TowerValue unary(UnaryFn fn, const TowerValue &v);
  TowerValue binary(BinaryFn fn, const TowerValue &a, const TowerValue &b);
  TowerValue add(const TowerValue &a, const TowerValue &b);
  TowerValue multiply(const TowerValue &a, const TowerValue &b);
  /// a / b, given the inverses of normOf(b) (null: computed here).
  TowerValue divide(const TowerValue &a, TowerValue b,
                    const uint64_t *inverses = nullptr);
  /// x^2 + y^2 of a residue x + i y, zero for zero alone; x if all are real.
  uint64_t normOf(const TowerValue &v, unsigned level) const;
  Order order(const TowerValue &a, const TowerValue &b);
  /// The integer that `fn` (Floor, Ceil, Round, RoundEven, Trunc) makes of v.
  DD wholeNumber(UnaryFn fn, const TowerValue &v);

  Comparison compare(const TowerValue &expected, const TowerValue &actual);
  double evidence(const TowerValue &expected, const TowerValue &actual) const;

  uint64_t inverse(unsigned level, uint64_t residue) const {
    const Prime &f = field.primes[level];
    return power(f, residue, f.p - 2);
  }

  TowerStatistics stats;

private:
  /// c * log(u): u is the number of a unit.
  struct LogTerm {
    std::array<uint64_t, 4> coefficient;
    uint32_t unit;
  };
  using LogSum = SmallVector<LogTerm, 1>;

  /// Imaginary part at a level.
  uint64_t imaginary(const TowerValue &v, unsigned level) const {
    return field.complex ? v.residues[field.levels + level] : 0;
  }
  /// Whether some level that counts has an imaginary part.
  bool isComplex(const TowerValue &v) const;
  bool isSame(const TowerValue &a, const TowerValue &b, unsigned level) const {
    return a.residues[level] == b.residues[level] &&
           imaginary(a, level) == imaginary(b, level);
  }
  bool isZeroAt(const TowerValue &v, unsigned level) const {
    return v.residues[level] == 0 && imaginary(v, level) == 0;
  }
  /// One number for both parts, which is the residue of what is real.
  uint64_t keyOf(const TowerValue &v, unsigned level) const;
  /// Replaces a residue by its inverse. `given` is that of the residue itself,
  /// or of its norm if residues are complex.
  void invert(TowerValue &v, unsigned level, const uint64_t *given) const;
  /// Replaces a residue by a root of it; false if it has none.
  bool takeRoot(TowerValue &v, unsigned level) const;
  std::optional<uint64_t> realRoot(const Prime &f, uint64_t x) const;
  static uint64_t power(const Prime &f, uint64_t base, uint64_t exponent);
  uint64_t toResidue(const Prime &f, uint64_t value) const {
    return mulMod(f, value % f.p, f.square);
  }
  uint64_t toResidue(const Prime &f, double value) const;
  uint64_t random(unsigned level, uint64_t key, uint64_t x) const;
  TowerValue token(double value) const;
  /// A token out of tokens or zeros; fixed if all of the tokens are.
  TowerValue derivedToken(double value, const TowerValue &a,
                          const TowerValue &b) const;
  /// A token out of finite operands: the real number is one, the shadow cannot
  /// hold it.
  TowerValue overflow(double value) {
    ++stats.overflows;
    return token(value);
  }
  TowerValue negate(const TowerValue &v);
  TowerValue undecidedNaN() {
    ++stats.undecided;
    return token(__builtin_nan(""));
  }
  bool isZero(const TowerValue &v) const;
  bool isIntegerConstant(const TowerValue &v, int limit, int &n) const;
  bool isOneConstant(const TowerValue &v) const;
  /// Makes the shadow of what is zero in every field exactly zero. False if it
  /// is too close to zero to tell.
  bool settle(TowerValue &v) const;
  bool sharesResidues(const TowerValue &a, const TowerValue &b) const;
  void inherit(const TowerValue &a, const TowerValue &b, TowerValue &out) const;
  void setShadow(UnaryFn fn, const TowerValue &v, TowerValue &out) const;

  TowerValue exp(UnaryFn fn, const TowerValue &v);
  /// The residues, marks and degree of e^v; the shadow is left alone.
  void expResidues(TowerValue v, TowerValue &out);
  void expOfLogs(const LogSum &sum, TowerValue &v, TowerValue &factor);
  TowerValue log(UnaryFn fn, TowerValue v);
  TowerValue root(UnaryFn fn, TowerValue v);
  TowerValue hyperbolic(UnaryFn fn, const TowerValue &v);
  TowerValue circular(UnaryFn fn, const TowerValue &v);
  TowerValue opaqueFunction(UnaryFn fn, const TowerValue &v);
  TowerValue pow(const TowerValue &a, const TowerValue &b);
  TowerValue opaqueFunction(BinaryFn fn, const TowerValue &a,
                            const TowerValue &b);
  TowerValue remainder(const TowerValue &a, const TowerValue &b);
  TowerValue choose(BinaryFn fn, const TowerValue &a, const TowerValue &b);

  uint32_t addSum(LogSum sum);
  LogSum combine(uint32_t a, uint32_t b, bool subtract) const;
  uint32_t makeUnit(const TowerValue &v);
  std::optional<int> smallInteger(const LogTerm &term, uint8_t levels,
                                  bool doubled) const;
  /// Replaces formal logarithms by pseudo-random symbols.
  TowerValue materialize(TowerValue v);
  /// Levels at which the two agree, of those in `levels`.
  uint8_t agreement(const TowerValue &expected, const TowerValue &actual,
                    uint8_t &levels);
  uint8_t agreementOfLogs(const TowerValue &expected, const TowerValue &actual,
                          uint8_t &levels);

  TowerField field;
  uint64_t key;
  /// What exp multiplies imaginary parts by.
  uint64_t twists[maxTowerLevels];
  /// expTables[l][8-bit digit position][digit]: powers of the generator of
  /// level l + 1.
  std::vector<std::array<std::array<uint64_t, 256>, 8>> expTables;
  std::vector<LogSum> sums;
  std::vector<TowerValue> units;
  std::unordered_map<uint64_t, uint32_t> unitNumbers;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERALGEBRA_H
