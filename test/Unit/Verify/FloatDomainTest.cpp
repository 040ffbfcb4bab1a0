//===- FloatDomainTest.cpp - Bit-exact floats -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The oracle is APFloat, which computes in the kind itself.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Hash.h"
#include "gtest/gtest.h"
#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using llvm::APFloat;
using llvm::APInt;

namespace {
struct KindCase {
  FloatKind kind;
  const llvm::fltSemantics &semantics;
  unsigned bits;
};

class FloatDomainTest : public testing::TestWithParam<int> {
protected:
  static KindCase getCase(int i) {
    switch (i) {
    case 0:
      return {FloatKind::F64, APFloat::IEEEdouble(), 64};
    case 1:
      return {FloatKind::F32, APFloat::IEEEsingle(), 32};
    case 2:
      return {FloatKind::TF32, APFloat::FloatTF32(), 19};
    case 3:
      return {FloatKind::F16, APFloat::IEEEhalf(), 16};
    case 4:
      return {FloatKind::BF16, APFloat::BFloat(), 16};
    case 5:
      return {FloatKind::F8E4M3FN, APFloat::Float8E4M3FN(), 8};
    default:
      return {FloatKind::F8E5M2, APFloat::Float8E5M2(), 8};
    }
  }

  KindCase test = getCase(GetParam());
  std::unique_ptr<Domain> domain = createFloatDomain();

  /// TF32 lies in the upper bits of an f32.
  unsigned shift() const { return test.kind == FloatKind::TF32 ? 13 : 0; }

  APFloat draw(uint64_t counter, uint64_t center = ~0ull) const {
    uint64_t bits = mixHash(77, counter);
    // Half of the time near another value, so that sums cancel and carry.
    if (center != ~0ull && (bits >> 63))
      bits = center + (bits % 9 - 4) * (1ull << (bits >> 40) % test.bits) +
             ((bits >> 20 & 1) << (test.bits - 1));
    return APFloat(test.semantics,
                   APInt(test.bits, bits, false, /*implicitTrunc=*/true));
  }
  double toValue(const APFloat &x) const {
    uint64_t bits = x.bitcastToAPInt().getZExtValue() << shift();
    double value;
    EXPECT_TRUE(domain->fromBits(test.kind, &bits, &value, 1));
    return value;
  }
  void expectEqual(const APFloat &expected, double actual, const char *what) {
    uint64_t bits;
    EXPECT_TRUE(domain->toBits(test.kind, &actual, &bits, 1));
    if (expected.isNaN()) {
      EXPECT_TRUE(std::isnan(actual)) << what;
      return;
    }
    EXPECT_EQ(expected.bitcastToAPInt().getZExtValue() << shift(), bits)
        << what << " gave " << actual;
  }
};

constexpr auto nearest = APFloat::rmNearestTiesToEven;
} // namespace

TEST_P(FloatDomainTest, ArithmeticRoundsLikeAPFloat) {
  for (uint64_t i = 0; i < 40000; ++i) {
    APFloat a = draw(3 * i);
    APFloat b = draw(3 * i + 1, a.bitcastToAPInt().getZExtValue());
    double x = toValue(a), y = toValue(b), r;
    auto run = [&](BinaryFn fn) {
      domain->binary(fn, test.kind, &x, &y, &r, 1);
      return r;
    };
    APFloat sum = a, difference = a, product = a, quotient = a, remainder = a;
    sum.add(b, nearest);
    difference.subtract(b, nearest);
    product.multiply(b, nearest);
    quotient.divide(b, nearest);
    expectEqual(sum, run(BinaryFn::Add), "add");
    expectEqual(difference, run(BinaryFn::Sub), "sub");
    expectEqual(product, run(BinaryFn::Mul), "mul");
    expectEqual(quotient, run(BinaryFn::Div), "div");
    expectEqual(llvm::maximum(a, b), run(BinaryFn::Maximum), "maximum");
    expectEqual(llvm::minimum(a, b), run(BinaryFn::Minimum), "minimum");
    expectEqual(llvm::maximumnum(a, b), run(BinaryFn::MaxNum), "maxnum");
    expectEqual(llvm::minimumnum(a, b), run(BinaryFn::MinNum), "minnum");
  }
}

TEST_P(FloatDomainTest, FmaRoundsOnce) {
  for (uint64_t i = 0; i < 40000; ++i) {
    APFloat a = draw(3 * i), b = draw(3 * i + 1);
    APFloat product = a;
    product.multiply(b, nearest);
    product.changeSign();
    APFloat c = draw(3 * i + 2, product.bitcastToAPInt().getZExtValue());
    double x = toValue(a), y = toValue(b), z = toValue(c), r;
    a.fusedMultiplyAdd(b, c, nearest);
    domain->fma(test.kind, &x, &y, &z, &r, 1);
    expectEqual(a, r, "fma");
  }
}

TEST_P(FloatDomainTest, BitsRoundTrip) {
  uint64_t count = test.bits > 16 ? 50000 : 1ull << test.bits;
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t bits = test.bits > 16 ? mixHash(i) >> (64 - test.bits) : i;
    APFloat a(test.semantics, APInt(test.bits, bits));
    double x = toValue(a);
    expectEqual(a, x, "bits");
    if (a.isNaN())
      continue;
    bool losesInfo;
    a.convert(APFloat::IEEEdouble(), nearest, &losesInfo);
    EXPECT_EQ(a.convertToDouble(), x);
  }
}

TEST_P(FloatDomainTest, ConvertsFromF64AndIntegers) {
  for (uint64_t i = 0; i < 20000; ++i) {
    double x = std::ldexp(double(int64_t(mixHash(i))), int(i % 301) - 200), r;
    domain->convert(FloatKind::F64, test.kind, &x, &r, 1);
    APFloat a(x);
    bool losesInfo;
    a.convert(test.semantics, nearest, &losesInfo);
    expectEqual(a, r, "convert");

    for (bool isSigned : {false, true}) {
      auto n = int64_t(mixHash(i) >> (i % 64));
      n = i & 1 ? n : int64_t(0 - uint64_t(n));
      domain->fromInt(isSigned, test.kind, &n, &r, 1);
      APFloat b(test.semantics, 0);
      b.convertFromAPInt(APInt(64, uint64_t(n)), isSigned, nearest);
      expectEqual(b, r, "fromInt");
    }
  }
}

TEST_P(FloatDomainTest, ContractStepsLikeScalarOps) {
  constexpr size_t m = 3, n = 5, k = 40;
  std::vector<double> a(m * k), b(k * n), acc(m * n), expected;
  auto fill = [&](std::vector<double> &v, uint64_t seed) {
    for (size_t i = 0; i < v.size(); ++i)
      v[i] = drawInput({seed, 0, InputFamily::Normal, {}}, test.kind, i);
  };
  for (bool fused : {false, true}) {
    fill(a, 1), fill(b, 2), fill(acc, 3);
    expected = acc;
    for (size_t i = 0; i < m; ++i)
      for (size_t j = 0; j < n; ++j)
        for (size_t l = 0; l < k; ++l) {
          double &sum = expected[i * n + j], product;
          if (fused) {
            domain->fma(test.kind, &a[i * k + l], &b[l * n + j], &sum, &sum, 1);
            continue;
          }
          domain->binary(BinaryFn::Mul, test.kind, &a[i * k + l], &b[l * n + j],
                         &product, 1);
          domain->binary(BinaryFn::Add, test.kind, &sum, &product, &sum, 1);
        }
    domain->contract(test.kind, fused, m, n, k, a.data(), b.data(), acc.data());
    EXPECT_EQ(acc, expected);
    // The base class does it with columns.
    fill(acc, 3);
    domain->Domain::contract(test.kind, fused, m, n, k, a.data(), b.data(),
                             acc.data());
    EXPECT_EQ(acc, expected);
  }
}

TEST_P(FloatDomainTest, ReduceGoesInOrder) {
  constexpr size_t rows = 50;
  for (size_t n : {1, 3, 16}) {
    std::vector<double> a(rows * n), acc(n, 0.25);
    for (size_t i = 0; i < a.size(); ++i)
      a[i] = drawInput({5, 0, InputFamily::Normal, {}}, test.kind, i);
    for (BinaryFn fn : {BinaryFn::Add, BinaryFn::Mul, BinaryFn::Maximum}) {
      std::vector<double> expected(n, 0.25), actual(n, 0.25);
      for (size_t r = 0; r < rows; ++r)
        for (size_t i = 0; i < n; ++i)
          domain->binary(fn, test.kind, &expected[i], &a[r * n + i],
                         &expected[i], 1);
      domain->reduce(fn, test.kind, a.data(), rows, n, actual.data());
      EXPECT_EQ(actual, expected);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FloatDomainTest, testing::Range(0, 7));

TEST(FloatDomain, ComparePredicates) {
  auto domain = createFloatDomain();
  double nan = NAN, one = 1, two = 2;
  auto holds = [&](CompareFn fn, double a, double b) {
    uint8_t r;
    domain->compare(fn, FloatKind::F32, &a, &b, &r, 1);
    return bool(r);
  };
  EXPECT_TRUE(holds(CompareFn::OLT, one, two));
  EXPECT_FALSE(holds(CompareFn::OLT, two, one));
  EXPECT_FALSE(holds(CompareFn::OLT, one, nan));
  EXPECT_TRUE(holds(CompareFn::ULT, one, nan));
  EXPECT_TRUE(holds(CompareFn::OLE, one, one));
  EXPECT_TRUE(holds(CompareFn::OGE, two, one));
  EXPECT_FALSE(holds(CompareFn::ONE, nan, one));
  EXPECT_TRUE(holds(CompareFn::UNE, nan, one));
  EXPECT_TRUE(holds(CompareFn::UNE, two, one));
  EXPECT_FALSE(holds(CompareFn::UNE, two, two));
  EXPECT_TRUE(holds(CompareFn::UNO, nan, nan));
  EXPECT_TRUE(holds(CompareFn::ORD, one, two));
  EXPECT_TRUE(holds(CompareFn::UEQ, nan, two));
  EXPECT_FALSE(holds(CompareFn::OEQ, nan, nan));
}

TEST(FloatDomain, TensorCoreTruncates) {
  auto domain = createFloatDomain();
  auto step = [&](std::vector<double> a, std::vector<double> b, double acc) {
    domain->tensorCore(FloatKind::BF16, FloatKind::F32, 1, 1, a.size(),
                       a.data(), b.data(), &acc);
    return acc;
  };
  EXPECT_EQ(step({1, 2}, {3, 4}, 5), 16);
  // 2^-25 of the largest exponent is still seen, half of it is not; the sum is
  // rounded toward zero to 24 bits.
  EXPECT_EQ(step({0x1p-25, 0x1p-25}, {1, 1}, 1), 1);
  EXPECT_EQ(step({0x1p-24, 0x1p-24}, {1, 1}, 1), 1 + 0x1p-23);
  EXPECT_EQ(step({0x1p-26, 1}, {1, -1}, 1), 0);
  EXPECT_EQ(step({0x1p-25, 1}, {1, -1}, 1), 0x1p-25);
  EXPECT_EQ(step({-0x1p-24, 0}, {1, 1}, 1), 1 - 0x1p-24);
  EXPECT_EQ(step({INFINITY, 1}, {1, 1}, 1), INFINITY);
  EXPECT_TRUE(std::isnan(step({INFINITY, 1}, {0, 1}, 1)));
}

/// The model of one step, term by term.
static double stepOfTensorCore(const double *a, const double *b, size_t bStep,
                               size_t k, double acc) {
  double plain = acc;
  int top = acc == 0 ? std::numeric_limits<int>::min() : std::ilogb(acc);
  for (size_t l = 0; l < k; ++l) {
    double x = a[l], y = b[l * bStep];
    plain += x * y;
    if (x != 0 && y != 0 && std::isfinite(x) && std::isfinite(y))
      top = std::max(top, std::ilogb(x) + std::ilogb(y));
  }
  if (!std::isfinite(plain) || top == std::numeric_limits<int>::min())
    return plain;
  double sum = std::trunc(std::ldexp(acc, 25 - top));
  for (size_t l = 0; l < k; ++l)
    sum += std::trunc(std::ldexp(a[l] * b[l * bStep], 25 - top));
  if (sum == 0)
    return 0;
  int drop = std::max(std::ilogb(sum) - 23, 0);
  sum = std::ldexp(std::trunc(std::ldexp(sum, -drop)), drop);
  return std::ldexp(sum, top - 25);
}

TEST(FloatDomain, TensorCoreIsTheModelTermByTerm) {
  auto domain = createFloatDomain();
  const InputFamily families[] = {
      InputFamily::Normal,       InputFamily::WideExponents,
      InputFamily::Sparse,       InputFamily::Subnormal,
      InputFamily::NearOverflow, InputFamily::WithNaN,
      InputFamily::WithInf,      InputFamily::CancellingPairs,
      InputFamily::Zeros};
  for (InputFamily family : families)
    for (FloatKind kind : {FloatKind::BF16, FloatKind::F16}) {
      const size_t m = 3, n = 70, k = 16;
      std::vector<double> a(m * k), b(k * n), acc(m * n), expected(m * n);
      auto draw = [&](unsigned argument, FloatKind of,
                      std::vector<double> &values) {
        const int64_t shape[] = {1, int64_t(values.size())};
        InputKey key = {7, argument, family, shape};
        for (size_t i = 0; i < values.size(); ++i)
          values[i] = drawInput(key, of, int64_t(i));
      };
      draw(0, kind, a);
      draw(1, kind, b);
      draw(2, FloatKind::F32, acc);
      for (size_t i = 0; i < m; ++i)
        for (size_t j = 0; j < n; ++j)
          expected[i * n + j] =
              roundToKind(FloatKind::F32, stepOfTensorCore(&a[i * k], &b[j], n,
                                                           k, acc[i * n + j]));
      domain->tensorCore(kind, FloatKind::F32, m, n, k, a.data(), b.data(),
                         acc.data());
      for (size_t i = 0; i < m * n; ++i)
        EXPECT_TRUE(acc[i] == expected[i] ||
                    (std::isnan(acc[i]) && std::isnan(expected[i])))
            << getName(family).str() << " at " << i << ": " << acc[i]
            << " instead of " << expected[i];
    }
}
