//===- AccuracyDomains.cpp - Floats with noise, and as a device has them *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/AccuracyDomains.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/ADT/bit.h"
#include <cmath>
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::verify;

double verify::unitRoundoff(FloatKind kind) {
  switch (kind) {
  case FloatKind::F64:
    return 0x1p-53;
  case FloatKind::F32:
    return 0x1p-24;
  case FloatKind::TF32:
  case FloatKind::F16:
    return 0x1p-11;
  case FloatKind::BF16:
    return 0x1p-8;
  case FloatKind::F8E4M3FN:
    return 0x1p-4;
  case FloatKind::F8E5M2:
    return 0x1p-3;
  }
  llvm_unreachable("kind outside its enum");
}

double verify::leastPositive(FloatKind kind) {
  switch (kind) {
  case FloatKind::F64:
    return 0x1p-1074;
  case FloatKind::F32:
    return 0x1p-149;
  case FloatKind::TF32:
    return 0x1p-136;
  case FloatKind::F16:
    return 0x1p-24;
  case FloatKind::BF16:
    return 0x1p-133;
  case FloatKind::F8E4M3FN:
    return 0x1p-9;
  case FloatKind::F8E5M2:
    return 0x1p-16;
  }
  llvm_unreachable("kind outside its enum");
}

namespace {
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

//===----------------------------------------------------------------------===//
// As a device has them
//===----------------------------------------------------------------------===//

/// Largest error of the f32 function on the device, in units in the last place
/// (CUDA C++ Programming Guide, "Mathematical Functions").
unsigned deviceUlps(UnaryFn fn) {
  switch (fn) {
  case UnaryFn::Exp:
  case UnaryFn::Expm1:
  case UnaryFn::Log:
  case UnaryFn::Log2:
  case UnaryFn::Log1p:
  case UnaryFn::Cbrt:
    return 1;
  case UnaryFn::Exp2:
  case UnaryFn::Log10:
  case UnaryFn::Rsqrt:
  case UnaryFn::Sin:
  case UnaryFn::Cos:
  case UnaryFn::Tanh:
  case UnaryFn::Cosh:
  case UnaryFn::Asin:
  case UnaryFn::Acos:
  case UnaryFn::Atan:
  case UnaryFn::Erf:
    return 2;
  case UnaryFn::Sinh:
    return 3;
  case UnaryFn::Tan:
  case UnaryFn::Erfc:
    return 4;
  default:
    return 0;
  }
}

/// `value` moved by -ulps .. ulps units in the last place of f32, as the hash
/// of the argument says. Special values and exact ones (0, 1) stay.
double moveByUlps(double value, double argument, unsigned ulps, uint64_t tag) {
  if (!std::isfinite(value) || value == 0 || std::fabs(value) == 1)
    return value;
  auto bits = llvm::bit_cast<uint32_t>(float(value));
  uint64_t hash = mixHash(tag, llvm::bit_cast<uint64_t>(argument));
  int64_t offset = int64_t(hash % (2 * ulps + 1)) - int64_t(ulps);
  auto moved = llvm::bit_cast<float>(uint32_t(int64_t(bits) + offset));
  // Neither across zero nor to infinity.
  return std::isfinite(moved) && moved != 0 && (moved < 0) == (value < 0)
             ? double(moved)
             : value;
}

class DeviceDomain : public ForwardingDomain {
public:
  explicit DeviceDomain(bool wide)
      : ForwardingDomain(createFloatDomain(), wide) {}
  StringRef name() const override { return "device"; }

  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override {
    unsigned ulps = map(kind) == FloatKind::F32 ? deviceUlps(fn) : 0;
    std::vector<double> arguments;
    if (ulps)
      arguments.assign(in(a), in(a) + n);
    ForwardingDomain::unary(fn, kind, a, out, n);
    for (size_t i = 0; i < arguments.size(); ++i)
      to(out)[i] = moveByUlps(to(out)[i], arguments[i], ulps, unsigned(fn));
  }
};

//===----------------------------------------------------------------------===//
// With noise
//===----------------------------------------------------------------------===//

class NoiseDomain : public ForwardingDomain {
public:
  NoiseDomain(uint64_t run, bool wide)
      : ForwardingDomain(createF64Domain(), wide), state(mixHash(run, 1)),
        sums(mixHash(run, 2)) {}
  StringRef name() const override { return "noise"; }

  void unary(UnaryFn fn, FloatKind kind, const void *a, void *out,
             size_t n) override {
    inner->unary(fn, FloatKind::F64, a, out, n);
    if (fn != UnaryFn::Neg && fn != UnaryFn::Abs)
      perturb(kind, out, n);
  }
  void binary(BinaryFn fn, FloatKind kind, const void *a, const void *b,
              void *out, size_t n) override {
    inner->binary(fn, FloatKind::F64, a, b, out, n);
    if (fn < BinaryFn::CopySign)
      perturb(kind, out, n);
  }
  void fma(FloatKind kind, const void *a, const void *b, const void *c,
           void *out, size_t n) override {
    inner->fma(FloatKind::F64, a, b, c, out, n);
    perturb(kind, out, n);
  }
  void convert(FloatKind from, FloatKind to, const void *a, void *out,
               size_t n) override {
    inner->convert(FloatKind::F64, FloatKind::F64, a, out, n);
    if (unitRoundoff(map(to)) > unitRoundoff(map(from)))
      perturb(to, out, n);
  }
  void reduce(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
              void *acc) override {
    if (fn != BinaryFn::Add) {
      // A maximum rounds nothing; a product does, at each step.
      if (fn == BinaryFn::Mul)
        return Domain::reduce(fn, kind, a, rows, n, acc);
      return inner->reduce(fn, FloatKind::F64, a, rows, n, acc);
    }
    double u = unitRoundoff(map(kind));
    for (size_t j = 0; j < n; ++j) {
      double sum = 0, magnitudes = 0;
      for (size_t r = 0; r < rows; ++r) {
        double x = in(a)[r * n + j];
        sum += x;
        magnitudes += std::fabs(x);
      }
      to(acc)[j] += sum + u * magnitudes * noiseOfSum(j);
    }
  }
  void scan(BinaryFn fn, FloatKind kind, const void *a, size_t rows, size_t n,
            void *acc, void *running) override {
    if (fn != BinaryFn::Add)
      return Domain::scan(fn, kind, a, rows, n, acc, running);
    // Each running sum is a sum as any other.
    double u = unitRoundoff(map(kind));
    for (size_t i = 0; i < rows * n; ++i) {
      double x = in(a)[i];
      double &sum = to(acc)[i % n];
      sum += x + u * std::fabs(x) * noiseOfSum(i % n);
      to(running)[i] = sum;
    }
  }
  void contract(FloatKind kind, bool, size_t m, size_t n, size_t k,
                const void *a, const void *b, void *acc) override {
    double u = unitRoundoff(map(kind));
    std::vector<double> sum(n), magnitudes(n);
    for (size_t i = 0; i < m; ++i) {
      std::fill(sum.begin(), sum.end(), 0);
      std::fill(magnitudes.begin(), magnitudes.end(), 0);
      for (size_t l = 0; l < k; ++l) {
        double x = in(a)[i * k + l];
        const double *y = in(b) + l * n;
        for (size_t j = 0; j < n; ++j) {
          double term = x * y[j];
          sum[j] += term;
          magnitudes[j] += std::fabs(term);
        }
      }
      for (size_t j = 0; j < n; ++j)
        to(acc)[i * n + j] +=
            sum[j] + u * magnitudes[j] * noiseOfSum(i * n + j);
    }
  }
  void tensorCore(FloatKind, FloatKind accKind, size_t m, size_t n, size_t k,
                  const void *a, const void *b, void *acc) override {
    contract(accKind, true, m, n, k, a, b, acc);
  }

private:
  /// Mean 0, deviation 1, evenly between -sqrt 3 and sqrt 3.
  static double evenly(uint64_t bits) {
    return (double(bits >> 11) * 0x1p-52 - 1) * 0x1.bb67ae8584caap0;
  }
  /// One number for all parts of one sum, wherever it is cut: so the noise of
  /// the sum is that of the sum of all magnitudes. A sign, so that few runs
  /// give that scale: of numbers near zero, some elements would draw nothing
  /// else, and their errors would seem large.
  double noiseOfSum(size_t position) const {
    return mixHash(sums, position) & 1 ? 1 : -1;
  }
  void perturb(FloatKind kind, void *out, size_t n) {
    kind = map(kind);
    double u = unitRoundoff(kind);
    for (size_t i = 0; i < n; ++i) {
      double &x = to(out)[i];
      // What the kind can hold was not rounded.
      bool exact = kind == FloatKind::F32 ? double(float(x)) == x
                                          : roundToKind(kind, x) == x;
      if (exact || !std::isfinite(x))
        continue;
      x += x * u * evenly(state = mixHash(state + 0x9e3779b97f4a7c15ull));
    }
  }

  uint64_t state, sums;
};

//===----------------------------------------------------------------------===//
// Without what is masked
//===----------------------------------------------------------------------===//

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

std::unique_ptr<Domain> verify::createDeviceDomain(bool wide) {
  return std::make_unique<DeviceDomain>(wide);
}

std::unique_ptr<Domain> verify::createNoiseDomain(uint64_t run, bool wide) {
  return std::make_unique<NoiseDomain>(run, wide);
}
