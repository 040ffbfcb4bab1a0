//===- FloatColumns.h - Inner loops of the float domain ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Values of every kind are held as doubles that are representable in the kind.
// The loops are compiled for the baseline, AVX2 with FMA and AVX-512, from
// one source (FloatColumns.inc); all give the same bits.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATCOLUMNS_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATCOLUMNS_H

// Only C headers here: an inline function of the standard library compiled for
// AVX2 could be the one that the linker keeps for everybody.
#include <stddef.h>
#include <stdint.h>

namespace kernel_opt::verify {

enum class ColumnFn : uint8_t {
  Add,
  Sub,
  Mul,
  Div,
  Maximum,
  Minimum,
  MaxNum,
  MinNum,
};

/// The loops for one kind.
struct FloatColumns {
  void (*binary)(ColumnFn fn, const double *a, const double *b, double *out,
                 size_t n);
  void (*fma)(const double *a, const double *b, const double *c, double *out,
              size_t n);
  /// Rounds doubles to the kind.
  void (*round)(const double *a, double *out, size_t n);
  void (*reduce)(ColumnFn fn, const double *a, size_t rows, size_t n,
                 double *acc);
  void (*contract)(bool fused, size_t m, size_t n, size_t k, const double *a,
                   const double *b, double *acc);
  /// One step of a tensor core, as measured on an H200: the products and the
  /// accumulator are aligned to the largest exponent among them, each truncated
  /// at 2^-25 of it, added without further loss, and the sum is rounded toward
  /// zero to 24 bits. The exponent of a product is the sum of its factors'. The
  /// kind is that of nothing here: operands are of 16 bits or less, or TF32.
  void (*tensorCore)(bool isTF32, size_t m, size_t n, size_t k, const double *a,
                     const double *b, double *acc);
};

/// All return a table indexed by FloatKind.
const FloatColumns *getBaselineFloatColumns();
const FloatColumns *getAVX2FloatColumns();
const FloatColumns *getAVX512FloatColumns();

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATCOLUMNS_H
