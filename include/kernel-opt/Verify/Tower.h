//===- Tower.h - The exact algebra ------------------------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A value is an image of a real number in a tower of finite fields, and a
// shadow: the real number itself in double-double with a bound of its error.
//
// * The primes p0 | p1 - 1, p1 | p2 - 1, ... let exp be a homomorphism from the
//   additive group of one field into the multiplicative group of the next:
//   r[i+1] = g[i]^r[i], with g[i] of order p[i] modulo p[i+1]. Each nested exp
//   loses the lowest level that is left.
// * Sums, products and quotients act on every level. Literals are the exact
//   rationals that their bits say, or the symbol that a rewrite declared.
// * Comparisons, maxima, rounding to integers and the like are decided by the
//   shadow; the operand chosen brings its residues. A decision within the error
//   bound is counted as undecided, and another seed must draw again.
// * Infinities and NaN are tokens that follow IEEE on the shadow.
// * log(u) is kept as a formal sum, so that exp and logs of products undo it.
// * sqrt(x) = x^((p+1)/4), right up to sign; where x is not a square the level
//   is tainted. With complex residues, the root of what is no square is i times
//   that of -x, and half of the numbers that are not real have one, too; exp
//   takes x + i y to exp(x + t y), with a random t.
// * sin, cos, erf and others without such laws are keyed pseudo-random
//   functions of the residues, odd or even as the function is: equal arguments
//   give equal results, and nothing else is known ("opaque").
//
// Two programs that are the same function give equal residues. Two that are not
// agree at one level with probability at most degree / p (Schwartz, Zippel);
// for exp this is conditional on the conjecture of Li and Wu (ITCS 2026).
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_TOWER_H
#define KERNEL_OPT_VERIFY_TOWER_H

#include "kernel-opt/Verify/Domain.h"

namespace kernel_opt::verify {

constexpr unsigned maxTowerLevels = 4;

/// The tower, ascending; all are 3 modulo 4.
constexpr uint64_t towerPrimes[maxTowerLevels] = {
    140737488356083ull, 3096224743833827ull, 55732045389008887ull,
    1894889543226302159ull};
/// towerGenerators[i] has order towerPrimes[i] modulo towerPrimes[i + 1].
constexpr uint64_t towerGenerators[maxTowerLevels - 1] = {4194304ull, 262144ull,
                                                          17179869184ull};

struct TowerOptions {
  /// Number of primes, the largest ones: one more than exps are nested, and one
  /// more yet if results hold logarithms.
  unsigned levels = 2;
  /// Key of the pseudo-random functions and of the symbols; the same for both
  /// programs that are compared, drawn after they are fixed.
  uint64_t key = 0;
  /// Residues are x + i y with i^2 = -1. Then every number that no root took
  /// part in has a square root; without, every other one. Takes more time.
  bool complex = false;
  /// Draws are multiplied by this: exps of small numbers stay in the range of
  /// the shadow. Rational families are not.
  double scale = 1;
  /// Those of an argument are multiplied by a power of two of its own,
  /// 2^-spread to 2^spread, and of a sign of its own, as well. It hangs on the
  /// key and the seed.
  int spread = 0;
};

/// What happened since the domain was made.
struct TowerStatistics {
  uint64_t undecided = 0;     ///< decisions within the error bound
  uint64_t maskedExps = 0;    ///< exp(x) taken as 0 for x < maskedExpBound
  uint64_t depthExceeded = 0; ///< exps with no level left above
  uint64_t opaque = 0;        ///< functions known by congruence alone
  /// Square roots, but those of literals that are known at all levels.
  uint64_t roots = 0;
  uint64_t logarithms = 0;
  uint64_t overflows = 0;     ///< Inf or NaN out of finite operands
  uint64_t badProvenance = 0; ///< provenance that does not parse
  double degree = 0;          ///< largest degree of a compared value
  unsigned expDepth = 0;      ///< of compared values
};

/// exp of what lies below is 0, in every format: masks are written as -1e4 and
/// less as well as -Inf. Recorded as an assumption.
constexpr double maskedExpBound = -5000;

class TowerDomain : public Domain {
public:
  virtual const TowerStatistics &statistics() const = 0;
  /// Whether the value's residues count at all (a level is left), not taking
  /// part in tainted levels.
  virtual bool isTainted(const void *value) const = 0;
  /// Whether a pseudo-random function took part in the value.
  virtual bool isOpaque(const void *value) const = 0;
  /// Whether the value does not depend on any draw: literals and what was made
  /// of them, among them what a maximum has chosen.
  virtual bool isConstant(const void *value) const = 0;
  /// Bits of evidence of one equal comparison of these values: log2 of p /
  /// degree of the largest level compared.
  virtual double evidence(const void *expected, const void *actual) const = 0;
};

std::unique_ptr<TowerDomain> createTowerDomain(const TowerOptions &options);

/// The value of a provenance expression such as "0.125*log2e" in double.
/// Numbers are decimal and exact, or hexadecimal floats; names are pi, e, ln2,
/// ln10, log2e, log10e; functions sqrt, rsqrt, exp, exp2, log, log2; operators
/// + - * / and parentheses. Fails if it does not parse.
FailureOr<double> evaluateConstant(StringRef provenance);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_TOWER_H
