//===- TowerCompare.cpp - Comparison of results -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TowerAlgebra.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static unsigned topLevel(uint8_t levels) {
  return 31 - llvm::countl_zero(uint32_t(levels));
}

uint8_t TowerAlgebra::agreement(const TowerValue &expected,
                                const TowerValue &actual, uint8_t &levels) {
  if (expected.log || actual.log)
    return agreementOfLogs(expected, actual, levels);
  levels = validLevels(expected) & validLevels(actual);
  uint8_t equal = 0;
  for (unsigned l = 0; l < field.levels; ++l)
    if ((levels >> l & 1) && isSame(expected, actual, l))
      equal |= 1 << l;
  return equal;
}

/// e - a = d + c0 log(u0) + c1 log(u1) + ... is zero if and only if
/// exp((e - a) / c0) = exp(d / c0) u0 u1^(c1 / c0) ... is one.
uint8_t TowerAlgebra::agreementOfLogs(const TowerValue &expected,
                                      const TowerValue &actual,
                                      uint8_t &levels) {
  TowerValue difference = add(expected, negate(actual));
  TowerValue zero = fromReal({0, 0});
  if (!difference.log)
    return agreement(difference, zero, levels);
  TowerValue scale = zero;
  scale.lost = difference.lost;
  for (unsigned l = 0; l < field.levels; ++l)
    scale.residues[l] = inverse(l, sums[difference.log].front().coefficient[l]);
  scale.high = 1;
  difference = multiply(difference, scale);
  bool whole = true;
  for (const LogTerm &term : sums[difference.log])
    whole &= smallInteger(term, validLevels(difference), false) ||
             smallInteger(term, validLevels(difference), true);
  if (!whole)
    return agreement(materialize(difference), zero, levels);
  TowerValue product = zero;
  expResidues(difference, product);
  levels = validLevels(product);
  uint8_t equal = 0;
  for (unsigned l = 0; l < field.levels; ++l)
    if ((levels >> l & 1) && product.residues[l] == field.primes[l].one &&
        imaginary(product, l) == 0)
      equal |= 1 << l;
  return equal;
}

Comparison TowerAlgebra::compare(const TowerValue &expected,
                                 const TowerValue &actual) {
  if (!isFinite(expected.high) || !isFinite(actual.high)) {
    bool bothNaN = expected.high != expected.high && actual.high != actual.high;
    return bothNaN || expected.high == actual.high ? Comparison::Equal
                                                   : Comparison::Different;
  }
  stats.degree = std::max<double>(
      stats.degree, std::max(expected.numerator + actual.denominator,
                             actual.numerator + expected.denominator));
  stats.expDepth =
      std::max<unsigned>({stats.expDepth, expected.depth, actual.depth});
  DD gap = DD{expected.high, expected.low} - DD{actual.high, actual.low};
  double allowed = 16 * (expected.error + actual.error) +
                   std::fabs(expected.high) * ddEpsilon;
  if (!(std::fabs(gap.high) <= allowed))
    return Comparison::Different;
  if ((expected.flags | actual.flags) & Either)
    return Comparison::Undecided;

  uint8_t levels;
  uint8_t equal = agreement(expected, actual, levels);
  uint8_t clean = levels & ~(expected.tainted | actual.tainted);
  if (levels == 0)
    ++stats.depthExceeded;
  // A root may have the wrong sign and a pseudo-random function may hide an
  // identity: then the fields alone do not refute.
  bool doubtful = (expected.flags | actual.flags) != 0;
  if (equal & clean)
    return (equal & clean) == clean || doubtful ? Comparison::Equal
                                                : Comparison::Different;
  if (clean && !doubtful)
    return Comparison::Different;
  return Comparison::Undecided;
}

double TowerAlgebra::evidence(const TowerValue &expected,
                              const TowerValue &actual) const {
  // As much as a value says that is zero in every field.
  if (expected.flags & actual.flags & Fixed)
    return std::log2(double(field.primes[topLevel(allLevels())].p));
  uint8_t clean = validLevels(expected) & validLevels(actual) &
                  ~(expected.tainted | actual.tainted);
  if (!clean || !isFinite(expected.high))
    return 0;
  // Where roots took part, the levels that agree may be the smaller ones.
  if ((expected.flags | actual.flags) & Rooted)
    clean &= -clean;
  double degree = std::max({expected.numerator + actual.denominator,
                            actual.numerator + expected.denominator, 1.0f});
  return std::max(0.0, std::log2(double(field.primes[topLevel(clean)].p)) -
                           std::log2(degree));
}
