//===- ForwardingDomain.h - A domain like another one -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ACCURACY_FORWARDINGDOMAIN_H
#define KERNEL_OPT_LIB_VERIFY_ACCURACY_FORWARDINGDOMAIN_H

#include "kernel-opt/Verify/Domain.h"

namespace kernel_opt::verify {

/// Hands everything on to a domain of doubles.
class ForwardingDomain : public Domain {
public:
  ForwardingDomain(std::unique_ptr<Domain> inner, bool wide)
      : inner(std::move(inner)), wide(wide) {}

  size_t valueBytes() const override { return inner->valueBytes(); }
  void constant(const llvm::APFloat &value, FloatKind kind,
                StringRef provenance, void *out, size_t n) override {
    inner->constant(value, map(kind), provenance, out, n);
  }
  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override {
    inner->unary(fn, map(kind), a, out, n);
  }
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override {
    inner->binary(fn, map(kind), a, b, out, n);
  }
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override {
    inner->fma(map(kind), a, b, c, out, n);
  }
  void compare(CompareFn fn, FloatKind kind, const void *a, const void *b,
               uint8_t *out, size_t n) override {
    inner->compare(fn, map(kind), a, b, out, n);
  }
  void reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
              void *acc) override {
    inner->reduce(fn, map(kind), a, rows, n, acc);
  }
  void contract(FloatKind kind, bool fused, size_t m, size_t n, size_t k,
                const void *a, const void *b, void *acc) override {
    inner->contract(map(kind), fused, m, n, k, a, b, acc);
  }
  void tensorCore(FloatKind operands, FloatKind accKind, size_t m, size_t n,
                  size_t k, const void *a, const void *b, void *acc) override {
    inner->tensorCore(operands, map(accKind), m, n, k, a, b, acc);
  }
  void convert(FloatKind from, FloatKind to, const void *a, void *out,
               size_t n) override {
    inner->convert(map(from), map(to), a, out, n);
  }
  void fromInt(bool isSigned, FloatKind to, const int64_t *a, void *out,
               size_t n) override {
    inner->fromInt(isSigned, map(to), a, out, n);
  }
  void toInt(bool isSigned, FloatKind from, const void *a, int64_t *out,
             size_t n) override {
    inner->toInt(isSigned, map(from), a, out, n);
  }
  bool toBits(FloatKind kind, const void *a, uint64_t *out, size_t n) override {
    return inner->toBits(kind, a, out, n);
  }
  bool fromBits(FloatKind kind, const uint64_t *a, void *out,
                size_t n) override {
    return inner->fromBits(kind, a, out, n);
  }
  void input(const InputKey &key, FloatKind kind, const int64_t *indices,
             void *out, size_t n) override {
    inner->input(key, kind, indices, out, n);
  }
  void poison(unsigned pattern, FloatKind kind, void *out, size_t n) override {
    inner->poison(pattern, kind, out, n);
  }
  Comparison compareOutputs(FloatKind kind, const void *expected,
                            const void *actual) override {
    return inner->compareOutputs(kind, expected, actual);
  }
  std::string str(FloatKind kind, const void *value) const override {
    return inner->str(kind, value);
  }
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    inner->toReal(a, high, low, n);
  }

protected:
  FloatKind map(FloatKind kind) const {
    return wide && (kind == FloatKind::BF16 || kind == FloatKind::F16)
               ? FloatKind::F32
               : kind;
  }
  static const double *in(const void *a) {
    return static_cast<const double *>(a);
  }
  static double *to(void *a) { return static_cast<double *>(a); }

  std::unique_ptr<Domain> inner;
  bool wide;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ACCURACY_FORWARDINGDOMAIN_H
