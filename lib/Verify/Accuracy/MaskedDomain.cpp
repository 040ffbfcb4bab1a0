//===- MaskedDomain.cpp - Floats without what is masked ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ForwardingDomain.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include "llvm/ADT/bit.h"
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// Absent values are marked by a NaN of their own; before anything is computed
/// from them they become zeros.
class MaskedDomain : public ForwardingDomain {
public:
  MaskedDomain() : ForwardingDomain(createDeviceDomain(false), false) {}
  StringRef name() const override { return "masked"; }

  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override {
    Column x(a, n);
    bool isExp = fn == UnaryFn::Exp || fn == UnaryFn::Exp2;
    inner->unary(fn, kind, x.values.data(), out, n);
    for (size_t i = 0; i < n; ++i)
      if ((isExp && x.values[i] == -infinity) ||
          (fn == UnaryFn::Neg && x.absent[i]))
        to(out)[i] = absent();
  }
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override {
    Column x(a, n), y(b, n);
    inner->binary(fn, kind, x.values.data(), y.values.data(), out, n);
    for (size_t i = 0; i < n; ++i)
      if ((x.absent[i] && y.absent[i]) ||
          (fn == BinaryFn::Mul && (x.absent[i] || y.absent[i])) ||
          (fn == BinaryFn::Div && x.absent[i]))
        to(out)[i] = absent();
  }
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override {
    Column x(a, n), y(b, n), z(c, n);
    for (size_t i = 0; i < n; ++i)
      if (x.absent[i] || y.absent[i])
        x.values[i] = y.values[i] = 0;
    inner->fma(kind, x.values.data(), y.values.data(), z.values.data(), out, n);
  }
  void compare(CompareFn fn, FloatKind kind, const void *a, const void *b,
               uint8_t *out, size_t n) override {
    Column x(a, n), y(b, n);
    inner->compare(fn, kind, x.values.data(), y.values.data(), out, n);
  }
  void reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
              void *acc) override {
    Domain::reduce(fn, kind, a, rows, n, acc);
  }
  void scan(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
            void *acc, void *running) override {
    Domain::scan(fn, kind, a, rows, n, acc, running);
  }
  void contract(FloatKind kind, bool fused, size_t m, size_t n, size_t k,
                const void *a, const void *b, void *acc) override {
    Domain::contract(kind, fused, m, n, k, a, b, acc);
  }
  void tensorCore(FloatKind operands, FloatKind accKind, size_t m, size_t n,
                  size_t k, const void *a, const void *b, void *acc) override {
    Domain::tensorCore(operands, accKind, m, n, k, a, b, acc);
  }
  void convert(FloatKind from, FloatKind to, const void *a, void *out,
               size_t n) override {
    Column x(a, n);
    inner->convert(from, to, x.values.data(), out, n);
    for (size_t i = 0; i < n; ++i)
      if (x.absent[i])
        ForwardingDomain::to(out)[i] = absent();
  }
  void toInt(bool isSigned, FloatKind from, const void *a, int64_t *out,
             size_t n) override {
    inner->toInt(isSigned, from, Column(a, n).values.data(), out, n);
  }
  bool toBits(FloatKind kind, const void *a, uint64_t *out, size_t n) override {
    return inner->toBits(kind, Column(a, n).values.data(), out, n);
  }
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    inner->toReal(Column(a, n).values.data(), high, low, n);
  }

private:
  static constexpr double infinity = std::numeric_limits<double>::infinity();
  static constexpr uint64_t absentBits = 0x7ff8'6d61'736b'6564;
  static double absent() { return llvm::bit_cast<double>(absentBits); }

  struct Column {
    Column(const void *a, size_t n) : values(in(a), in(a) + n), absent(n) {
      for (size_t i = 0; i < n; ++i)
        if ((absent[i] = llvm::bit_cast<uint64_t>(values[i]) == absentBits))
          values[i] = 0;
    }
    std::vector<double> values;
    std::vector<uint8_t> absent;
  };
};
} // namespace

std::unique_ptr<Domain> verify::createMaskedDomain() {
  return std::make_unique<MaskedDomain>();
}
