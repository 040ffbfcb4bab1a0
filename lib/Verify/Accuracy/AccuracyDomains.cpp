//===- AccuracyDomains.cpp - Floats with noise, and as a device has them *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/AccuracyDomains.h"
#include "ForwardingDomain.h"
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
    settle(kind, to(acc), n);
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
      settle(kind, &sum, 1);
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
    settle(kind, to(acc), m * n);
  }
  void tensorCore(FloatKind, FloatKind accKind, size_t m, size_t n, size_t k,
                  const void *a, const void *b, void *acc) override {
    contract(accKind, true, m, n, k, a, b, acc);
  }

protected:
  /// Mean 0, deviation 1, evenly between -sqrt 3 and sqrt 3.
  static double evenly(uint64_t bits) {
    return (double(bits >> 11) * 0x1p-52 - 1) * 0x1.bb67ae8584caap0;
  }
  /// One number for all parts of one sum, wherever it is cut: so the noise of
  /// the sum is that of the sum of all magnitudes. A sign, so that few runs
  /// give that scale: of numbers near zero, some elements would draw nothing
  /// else, and their errors would seem large.
  virtual double noiseOfSum(size_t position) const {
    return mixHash(sums, position) & 1 ? 1 : -1;
  }
  /// What becomes of values once they have their noise.
  virtual void settle(FloatKind, double *, size_t) const {}

  double reach = 1; ///< of the noise of a rounding, in unit roundoffs
  uint64_t state, sums;

private:
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
      x += x * u * reach *
           evenly(state = mixHash(state + 0x9e3779b97f4a7c15ull));
    }
    settle(kind, to(out), n);
  }
};

/// Values are rounded to their type after all, so that they are whole, or
/// equal, as often as values of that type are.
class RandomRoundingDomain : public NoiseDomain {
public:
  RandomRoundingDomain(uint64_t run, double ulps) : NoiseDomain(run, false) {
    reach = ulps;
  }
  StringRef name() const override { return "random-rounding"; }

private:
  double noiseOfSum(size_t position) const override {
    return reach * evenly(mixHash(sums, position));
  }
  void settle(FloatKind kind, double *values, size_t n) const override {
    for (size_t i = 0; i < n; ++i)
      values[i] = roundToKind(kind, values[i]);
  }
};
} // namespace

std::unique_ptr<Domain> verify::createDeviceDomain(bool wide) {
  return std::make_unique<DeviceDomain>(wide);
}

std::unique_ptr<Domain> verify::createNoiseDomain(uint64_t run, bool wide) {
  return std::make_unique<NoiseDomain>(run, wide);
}

std::unique_ptr<Domain> verify::createRandomRoundingDomain(uint64_t run,
                                                           double ulps) {
  return std::make_unique<RandomRoundingDomain>(run, ulps);
}
