//===- AnyOrderDomain.cpp - Would another order overflow? -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A sum may be taken in any order, and its terms may be such that some orders
// overflow and others do not: 3e38 + 3e38 - 3e38. The worst orders take all
// terms of one sign first. So a value carries, beside what it is, the sums of
// the positive and of the negative terms that it is a sum of, those of sums
// that it is a sum of among them. Everything but additions begins a new sum.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/AccuracyDomains.h"
#include <cmath>
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct Ordered {
  double value;
  /// Sums of the terms of each sign, as magnitudes; NaN once an order
  /// overflows.
  double positive, negative;
  /// Product of the factors larger than one, as magnitudes.
  double grown;

  bool mayOverflow() const { return std::isnan(positive); }
  void setMayOverflow(double overflowed) {
    value = overflowed;
    positive = negative = std::numeric_limits<double>::quiet_NaN();
  }
};

class AnyOrderDomain : public Domain {
public:
  explicit AnyOrderDomain(double overflowed) : overflowed(overflowed) {}

  StringRef name() const override { return "any-order"; }
  size_t valueBytes() const override { return sizeof(Ordered); }

  void constant(const llvm::APFloat &value, FloatKind kind,
                StringRef provenance, void *out, size_t n) override {
    apply(out, n, {},
          [&](double *x) { inner->constant(value, kind, provenance, x, n); });
  }
  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override {
    apply(out, n, {a}, [&](double *x) { inner->unary(fn, kind, x, x, n); });
  }
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override {
    std::vector<double> y = valuesOf(b, n);
    auto compute = [&](double *x) {
      inner->binary(fn, kind, x, y.data(), x, n);
    };
    if (fn == BinaryFn::Mul) {
      std::vector<double> grown(n);
      for (size_t i = 0; i < n; ++i)
        grown[i] = in(a)[i].grown * in(b)[i].grown;
      apply(out, n, {a, b}, compute);
      return multiply(kind, grown, out);
    }
    if (fn != BinaryFn::Add && fn != BinaryFn::Sub)
      return apply(out, n, {a, b}, compute);
    std::vector<Ordered> left(in(a), in(a) + n), right(in(b), in(b) + n);
    if (fn == BinaryFn::Sub)
      for (Ordered &sum : right)
        std::swap(sum.positive, sum.negative);
    apply(out, n, {a, b}, compute);
    add(kind, left, right, out);
  }
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override {
    std::vector<double> y = valuesOf(b, n), z = valuesOf(c, n);
    std::vector<Ordered> left(in(c), in(c) + n), right(n);
    for (size_t i = 0; i < n; ++i) {
      right[i] = begin(in(a)[i].value * y[i]);
      if (in(a)[i].mayOverflow() || in(b)[i].mayOverflow())
        right[i].setMayOverflow(overflowed);
    }
    apply(out, n, {a, b, c},
          [&](double *x) { inner->fma(kind, x, y.data(), z.data(), x, n); });
    add(kind, left, right, out);
  }
  void compare(CompareFn fn, FloatKind kind, const void *a, const void *b,
               uint8_t *out, size_t n) override {
    std::vector<double> x = valuesOf(a, n), y = valuesOf(b, n);
    inner->compare(fn, kind, x.data(), y.data(), out, n);
  }
  void convert(FloatKind from, FloatKind to, const void *a, void *out,
               size_t n) override {
    apply(out, n, {a}, [&](double *x) { inner->convert(from, to, x, x, n); });
  }
  void fromInt(bool isSigned, FloatKind to, const int64_t *a, void *out,
               size_t n) override {
    apply(out, n, {},
          [&](double *x) { inner->fromInt(isSigned, to, a, x, n); });
  }
  void toInt(bool isSigned, FloatKind from, const void *a, int64_t *out,
             size_t n) override {
    std::vector<double> x = valuesOf(a, n);
    inner->toInt(isSigned, from, x.data(), out, n);
  }
  bool toBits(FloatKind kind, const void *a, uint64_t *out, size_t n) override {
    std::vector<double> x = valuesOf(a, n);
    return inner->toBits(kind, x.data(), out, n);
  }
  bool fromBits(FloatKind kind, const uint64_t *a, void *out,
                size_t n) override {
    apply(out, n, {}, [&](double *x) { inner->fromBits(kind, a, x, n); });
    return true;
  }
  void input(const InputKey &key, FloatKind kind, const int64_t *indices,
             void *out, size_t n) override {
    apply(out, n, {},
          [&](double *x) { inner->input(key, kind, indices, x, n); });
  }
  void poison(unsigned pattern, FloatKind kind, void *out, size_t n) override {
    apply(out, n, {}, [&](double *x) { inner->poison(pattern, kind, x, n); });
  }
  Comparison compareOutputs(FloatKind kind, const void *expected,
                            const void *actual) override {
    return inner->compareOutputs(kind, &in(expected)->value,
                                 &in(actual)->value);
  }
  std::string str(FloatKind kind, const void *value) const override {
    return inner->str(kind, &in(value)->value);
  }
  /// NaN where some order overflows.
  void toReal(const void *a, double *high, double *low,
              size_t n) const override {
    for (size_t i = 0; i < n; ++i) {
      high[i] = in(a)[i].mayOverflow() ? in(a)[i].positive : in(a)[i].value;
      if (low)
        low[i] = 0;
    }
  }

private:
  static const Ordered *in(const void *a) {
    return static_cast<const Ordered *>(a);
  }
  static Ordered begin(double x) {
    return {x, x > 0 ? x : 0, x < 0 ? -x : 0, std::fmax(std::fabs(x), 1)};
  }
  static std::vector<double> valuesOf(const void *a, size_t n) {
    std::vector<double> values(n);
    for (size_t i = 0; i < n; ++i)
      values[i] = in(a)[i].value;
    return values;
  }
  /// Runs `compute` on the values of the first operand, in place.
  template <typename Compute>
  void apply(void *out, size_t n, ArrayRef<const void *> operands,
             Compute compute) {
    std::vector<double> values(n);
    std::vector<uint8_t> tainted(n);
    for (const void *operand : operands)
      for (size_t i = 0; i < n; ++i)
        tainted[i] |= in(operand)[i].mayOverflow();
    if (!operands.empty())
      values = valuesOf(operands.front(), n);
    compute(values.data());
    for (size_t i = 0; i < n; ++i) {
      Ordered &sum = static_cast<Ordered *>(out)[i];
      sum = begin(values[i]);
      if (tainted[i])
        sum.setMayOverflow(overflowed);
    }
  }
  /// Notes on sums that were computed of which terms they are.
  void add(FloatKind kind, ArrayRef<Ordered> left, ArrayRef<Ordered> right,
           void *out) {
    double largest = getLargest(kind), up = 1 + unitRoundoff(kind);
    for (size_t i = 0; i < left.size(); ++i) {
      Ordered &sum = static_cast<Ordered *>(out)[i];
      sum.positive = (left[i].positive + right[i].positive) * up;
      sum.negative = (left[i].negative + right[i].negative) * up;
      if (!(sum.positive <= largest && sum.negative <= largest))
        sum.setMayOverflow(overflowed);
    }
  }

  /// The same for products.
  void multiply(FloatKind kind, ArrayRef<double> grown, void *out) const {
    for (size_t i = 0; i < grown.size(); ++i) {
      Ordered &product = static_cast<Ordered *>(out)[i];
      product.grown = grown[i] * (1 + unitRoundoff(kind));
      if (!(product.grown <= getLargest(kind)))
        product.setMayOverflow(overflowed);
    }
  }

  std::unique_ptr<Domain> inner = createDeviceDomain(false);
  double overflowed; ///< what comparisons see
};
} // namespace

std::unique_ptr<Domain> verify::createAnyOrderDomain(double overflowed) {
  return std::make_unique<AnyOrderDomain>(overflowed);
}
