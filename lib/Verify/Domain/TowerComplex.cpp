//===- TowerComplex.cpp - Residues with two parts ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TowerAlgebra.h"
#include "kernel-opt/Verify/Hash.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

bool TowerAlgebra::isComplex(const TowerValue &v) const {
  uint8_t valid = validLevels(v);
  for (unsigned l = 0; l < field.levels; ++l)
    if ((valid >> l & 1) && imaginary(v, l) != 0)
      return true;
  return false;
}

uint64_t TowerAlgebra::keyOf(const TowerValue &v, unsigned level) const {
  uint64_t y = imaginary(v, level);
  return y ? mixHash(v.residues[level], y) : v.residues[level];
}

uint64_t TowerAlgebra::normOf(const TowerValue &v, unsigned level) const {
  const Prime &f = field.primes[level];
  uint64_t x = v.residues[level], y = imaginary(v, level);
  return field.complex ? addMod(f, mulMod(f, x, x), mulMod(f, y, y)) : x;
}

void TowerAlgebra::invert(TowerValue &v, unsigned level,
                          const uint64_t *given) const {
  uint64_t inverted = given ? *given : inverse(level, normOf(v, level));
  if (!field.complex) {
    v.residues[level] = inverted;
    return;
  }
  const Prime &f = field.primes[level];
  uint64_t &y = v.residues[field.levels + level];
  v.residues[level] = mulMod(f, v.residues[level], inverted);
  y = mulMod(f, subMod(f, 0, y), inverted);
}

std::optional<uint64_t> TowerAlgebra::realRoot(const Prime &f,
                                               uint64_t x) const {
  uint64_t root = power(f, x, (f.p + 1) / 4);
  if (mulMod(f, root, root) != x)
    return std::nullopt;
  return root;
}

bool TowerAlgebra::takeRoot(TowerValue &v, unsigned level) const {
  const Prime &f = field.primes[level];
  uint64_t &x = v.residues[level];
  if (!field.complex) {
    std::optional<uint64_t> root = realRoot(f, x);
    // Half of all numbers are squares; of the others this is the root of -x.
    x = root ? *root : power(f, x, (f.p + 1) / 4);
    return root.has_value();
  }
  uint64_t &y = v.residues[field.levels + level];
  if (y == 0) {
    if (std::optional<uint64_t> root = realRoot(f, x)) {
      x = *root;
      return true;
    }
    y = power(f, x, (f.p + 1) / 4);
    x = 0;
    return true;
  }
  // x + i y is a square if and only if its norm is one in the prime field. With
  // s^2 = x^2 + y^2, its root is u + i y / 2u with u^2 = (x + s) / 2 or
  // (x - s) / 2.
  std::optional<uint64_t> s = realRoot(f, normOf(v, level));
  if (!s)
    return false;
  uint64_t half = inverse(level, addMod(f, f.one, f.one));
  std::optional<uint64_t> u = realRoot(f, mulMod(f, addMod(f, x, *s), half));
  if (!u)
    u = realRoot(f, mulMod(f, subMod(f, x, *s), half));
  if (!u || *u == 0)
    return false;
  y = mulMod(f, mulMod(f, y, half), inverse(level, *u));
  x = *u;
  return true;
}
