//===- TowerColumns.h - Inner loops of the tower -----------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Layout of a value of the tower, arithmetic modulo its primes, and the loops
// over columns, which are compiled for some instruction sets like those of the
// float domain.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERCOLUMNS_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERCOLUMNS_H

// Only C headers: see FloatColumns.h.
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

namespace kernel_opt::verify {

/// One prime, with what Montgomery multiplication by 2^64 needs.
struct Prime {
  uint64_t p;
  uint64_t negInverse; ///< -1/p modulo 2^64
  uint64_t one;        ///< 2^64 modulo p
  uint64_t square;     ///< 2^128 modulo p
};

struct TowerField {
  unsigned levels;
  /// Residues have two parts, x + i y with i^2 = -1: then each number of the
  /// prime field has a square root (all primes are 3 modulo 4).
  bool complex;
  unsigned words; ///< residues of a value, imaginary parts counted
  Prime primes[4];
};

/// Bits of TowerValue::flags.
enum TowerFlag : uint8_t {
  Opaque = 1, ///< a pseudo-random function took part
  Rooted = 2, ///< a square root took part: right up to sign
  Either = 4, ///< one of two that lie closer than their errors took part
  Fixed = 8,  ///< a token out of a literal, or of what is zero in
              ///< every field: it hangs on no draw
};

/// Only the first `levels` residues are stored, in Montgomery form, and their
/// imaginary parts behind them if there are any.
struct TowerValue {
  double high, low; ///< the shadow; Inf and NaN are tokens without residues
  double error;     ///< |shadow - real| is at most this
  float numerator, denominator; ///< bounds of degrees
  uint32_t log;                 ///< formal sum of logarithms, 0 if none
  uint8_t lost;                 ///< levels that exps used up
  uint8_t tainted; ///< levels at which a root of a non-square took part
  uint8_t flags;
  uint8_t depth; ///< nesting of exps
  uint64_t residues[8];
};
constexpr size_t towerHeaderBytes = offsetof(TowerValue, residues);

/// Does an operation on values that are not plain (tokens, logarithms).
using SlowTowerOp = void (*)(void *context, const TowerValue *a,
                             const TowerValue *b, TowerValue *out);

/// What all values of a row (or column) of a matrix have in common.
struct TowerLines {
  uint32_t *marks; ///< lost, tainted, flags
  float *numerator, *denominator;
};

/// A matrix taken apart: one array per component. Its order is that of the
/// loops that made it.
struct TowerPanel {
  size_t k;
  bool plain;  ///< no tokens, no logarithms; else nothing below holds
  bool zero;   ///< all values are zero at the point of this draw
  bool exact;  ///< shadows are doubles without errors
  bool isReal; ///< all imaginary parts are zero
  uint8_t depth;
  double *high, *low, *error;
  uint64_t *residues[8][2]; ///< in one part or in two
  TowerLines lines;
};

/// Some terms of a contraction.
struct TowerStep {
  const void *a; ///< m rows of k values
  const TowerPanel *b;
};

struct TowerColumns {
  /// Columns are arrays of values of towerHeaderBytes + 8 * words bytes. Where
  /// an operand or the result is not plain, `slow` does it.
  void (*add)(const TowerField &field, const void *a, const void *b, void *out,
              size_t n, SlowTowerOp slow, void *context);
  void (*sub)(const TowerField &field, const void *a, const void *b, void *out,
              size_t n, SlowTowerOp slow, void *context);
  void (*mul)(const TowerField &field, const void *a, const void *b, void *out,
              size_t n, SlowTowerOp slow, void *context);
  /// Bytes of a right factor of k rows and n columns that is taken apart.
  size_t (*panelBytes)(const TowerField &field, size_t k, size_t n);
  /// Takes apart k rows of n values into `memory`, of panelBytes and aligned to
  /// 64 bytes.
  void (*prepare)(const TowerField &field, size_t k, size_t n, const void *b,
                  void *memory, TowerPanel &panel);
  /// acc[m][n] += sum over all steps of a[m][k] * b[k][n]. Returns false, with
  /// acc untouched, if anything is not plain.
  bool (*contract)(const TowerField &field, size_t m, size_t n,
                   const TowerStep *steps, size_t count, void *acc);
};

const TowerColumns *getBaselineTowerColumns();
const TowerColumns *getAVX2TowerColumns();
const TowerColumns *getAVX512TowerColumns();

// Internal linkage, as in DoubleDouble.h.
namespace {

/// Memory for loops, aligned to 64 bytes, that grows as it must and forgets
/// what it held. Kept from call to call: fresh pages cost more than products.
class LoopMemory {
public:
  LoopMemory() = default;
  LoopMemory(const LoopMemory &) = delete;
  LoopMemory &operator=(const LoopMemory &) = delete;
  ~LoopMemory() { free(memory); }
  char *take(size_t bytes) {
    if (bytes > size) {
      free(memory);
      size = (bytes + 63) / 64 * 64;
      memory = static_cast<char *>(aligned_alloc(64, size));
    }
    return memory;
  }

private:
  char *memory = nullptr;
  size_t size = 0;
};

/// x / 2^64 modulo p, for x < 2^64 p; less than p.
inline uint64_t reduceMontgomery(const Prime &f, unsigned __int128 x) {
  uint64_t q = uint64_t(x) * f.negInverse;
  auto r = uint64_t((x + (unsigned __int128)q * f.p) >> 64);
  return r >= f.p ? r - f.p : r;
}
inline uint64_t mulMod(const Prime &f, uint64_t a, uint64_t b) {
  return reduceMontgomery(f, (unsigned __int128)a * b);
}
inline uint64_t addMod(const Prime &f, uint64_t a, uint64_t b) {
  uint64_t r = a + b;
  return r >= f.p ? r - f.p : r;
}
inline uint64_t subMod(const Prime &f, uint64_t a, uint64_t b) {
  return a >= b ? a - b : a + f.p - b;
}

/// out = a * b at each level; out may be one of them.
inline void mulResidues(const TowerField &field, const uint64_t *a,
                        const uint64_t *b, uint64_t *out) {
  unsigned levels = field.levels;
  for (unsigned l = 0; l < levels; ++l) {
    const Prime &f = field.primes[l];
    if (!field.complex) {
      out[l] = mulMod(f, a[l], b[l]);
      continue;
    }
    uint64_t ar = a[l], ai = a[levels + l], br = b[l], bi = b[levels + l];
    out[l] = subMod(f, mulMod(f, ar, br), mulMod(f, ai, bi));
    out[levels + l] = addMod(f, mulMod(f, ar, bi), mulMod(f, ai, br));
  }
}

inline bool isFiniteToken(double x) { return x - x == 0; }
inline bool isPlain(const TowerValue &v) {
  return v.log == 0 && isFiniteToken(v.high);
}

} // namespace
} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_TOWERCOLUMNS_H
