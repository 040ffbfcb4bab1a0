//===- AccuracyDomainsTest.cpp - Floats as accuracy sees them ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/AccuracyDomains.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Orders of sums and products
//===----------------------------------------------------------------------===//

namespace {
class AnyOrderTest : public testing::Test {
protected:
  using Value = std::vector<char>;

  Value literal(double x) {
    Value value(domain->valueBytes());
    domain->constant(APFloat(x), FloatKind::F32, "", value.data(), 1);
    return value;
  }
  Value apply(BinaryFn fn, const Value &a, const Value &b) {
    Value value(domain->valueBytes());
    domain->binary(fn, FloatKind::F32, a.data(), b.data(), value.data(), 1);
    return value;
  }
  Value chain(BinaryFn fn, ArrayRef<double> values) {
    Value value = literal(values.front());
    for (double x : values.drop_front())
      value = apply(fn, value, literal(x));
    return value;
  }
  double real(const Value &value) {
    double high;
    domain->toReal(value.data(), &high, nullptr, 1);
    return high;
  }

  std::unique_ptr<Domain> domain = createAnyOrderDomain(NAN);
};
} // namespace

TEST_F(AnyOrderTest, SumsThatOverflowInAnotherOrder) {
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Add, {3e38, -3e38, 3e38}))));
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Sub, {3e38, 3e38, -3e38}))));
  // A sum of sums is one sum.
  Value halves = apply(BinaryFn::Add, chain(BinaryFn::Add, {3e38, -2e38}),
                       chain(BinaryFn::Add, {1e38, -2e38}));
  EXPECT_TRUE(std::isnan(real(halves)));
}

TEST_F(AnyOrderTest, RoundingMayAddToSums) {
  // The largest number of f32 is below 3.40282347e38 + half of its last place.
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Add, {1.7e38, 1.7028234e38}))));
  EXPECT_FALSE(std::isnan(real(chain(BinaryFn::Add, {1.7e38, 1.7028e38}))));
}

TEST_F(AnyOrderTest, SumsThatDoNotOverflowInAnyOrder) {
  EXPECT_EQ(real(chain(BinaryFn::Add, {3e38, -3e38, 1})), 1);
  EXPECT_EQ(real(chain(BinaryFn::Sub, {1, 3, -5})), 3);
  // What is scaled is no longer a sum of what it was computed from.
  Value scaled =
      apply(BinaryFn::Mul, chain(BinaryFn::Add, {3e38, -3e38}), literal(0.5));
  EXPECT_EQ(real(apply(BinaryFn::Add, scaled, literal(3e38f))), double(3e38f));
}

TEST_F(AnyOrderTest, ProductsThatOverflowInAnotherOrder) {
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Mul, {1e30, 1e-30, 1e30}))));
  EXPECT_EQ(real(chain(BinaryFn::Mul, {4, 0.25, 8})), 8);
}

TEST_F(AnyOrderTest, WhatIsComputedFromSuchASumIsMarkedAsWell) {
  Value sum = chain(BinaryFn::Add, {3e38, -3e38, 3e38}), value = sum;
  domain->unary(UnaryFn::Tanh, FloatKind::F32, sum.data(), value.data(), 1);
  EXPECT_TRUE(std::isnan(real(value)));
  EXPECT_TRUE(std::isnan(real(apply(BinaryFn::MaxNum, literal(1), sum))));
}

TEST_F(AnyOrderTest, ComparisonsSeeWhatIsAskedFor) {
  for (double overflowed : {double(INFINITY), double(-INFINITY)}) {
    domain = createAnyOrderDomain(overflowed);
    Value sum = chain(BinaryFn::Add, {3e38, -3e38, 3e38}), zero = literal(0);
    uint8_t isLess;
    domain->compare(CompareFn::OLT, FloatKind::F32, sum.data(), zero.data(),
                    &isLess, 1);
    EXPECT_EQ(isLess, overflowed < 0);
    EXPECT_TRUE(std::isnan(real(sum)));
  }
}

//===----------------------------------------------------------------------===//
// Noise
//===----------------------------------------------------------------------===//

namespace {
/// Noise of sums whose terms cancel: exact in every order, and still off by one
/// roundoff of the sum of magnitudes, up or down.
class NoiseTest : public testing::Test {
protected:
  static constexpr unsigned columns = 64;
  static constexpr double u = 0x1p-24; // of f32

  /// Sums of 3, -3 and 0.5 in each column, less what is exact.
  std::vector<double> reduced(uint64_t run) {
    std::unique_ptr<Domain> domain = createNoiseDomain(run, false);
    std::vector<double> sums(columns);
    domain->reduce(BinaryFn::Add, FloatKind::F32, terms().data(), 3, columns,
                   sums.data());
    for (double &sum : sums)
      sum -= 0.5;
    return sums;
  }
  static std::vector<double> terms() {
    std::vector<double> result;
    for (double term : {3.0, -3.0, 0.5})
      result.insert(result.end(), columns, term);
    return result;
  }
};
} // namespace

TEST_F(NoiseTest, OfASumIsASignTimesTheMagnitudesOfItsTerms) {
  unsigned up = 0;
  constexpr unsigned runs = 16;
  for (unsigned run = 0; run < runs; ++run)
    for (double noise : reduced(run)) {
      EXPECT_NEAR(std::fabs(noise) / (u * 6.5), 1, 1e-6);
      up += noise > 0;
    }
  // Both signs, about equally often: five deviations are 80.
  EXPECT_NEAR(up, runs * columns / 2, 80);
}

TEST_F(NoiseTest, OfASumHasOneSignInAllItsParts) {
  // A sum that is continued is one sum: its parts do not cancel.
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> sums(columns);
  for (size_t r = 0; r < 3; ++r)
    domain->reduce(BinaryFn::Add, FloatKind::F32, &terms()[r * columns], 1,
                   columns, sums.data());
  std::vector<double> whole = reduced(5);
  for (unsigned i = 0; i < columns; ++i)
    EXPECT_NEAR((sums[i] - 0.5) / whole[i], 1, 1e-6) << i;
}

TEST_F(NoiseTest, OfAProductOfMatricesIsThatOfASum) {
  // One row of ones: the columns' sums again.
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> ones(3, 1), sums(columns);
  domain->contract(FloatKind::F32, true, 1, columns, 3, ones.data(),
                   terms().data(), sums.data());
  std::vector<double> whole = reduced(5);
  for (unsigned i = 0; i < columns; ++i)
    EXPECT_NEAR((sums[i] - 0.5) / whole[i], 1, 1e-6) << i;
}

TEST_F(NoiseTest, MaximaRoundNothing) {
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> largest(columns);
  domain->reduce(BinaryFn::Maximum, FloatKind::F32, terms().data(), 3, columns,
                 largest.data());
  EXPECT_EQ(largest, std::vector<double>(columns, 3));
}

TEST_F(NoiseTest, RunningSumsAreSumsOfAllBeforeThem) {
  // 1 - 1 + 2^-10: exact step by step, and still a sum of terms of magnitude 1.
  double terms[] = {1, -1, 0x1p-10}, squares[3] = {};
  constexpr unsigned runs = 400;
  for (unsigned run = 0; run < runs; ++run) {
    std::unique_ptr<Domain> domain = createNoiseDomain(run, false);
    double sum = 0, running[3];
    domain->scan(BinaryFn::Add, FloatKind::F32, terms, 3, 1, &sum, running);
    double exact = 0;
    for (unsigned i = 0; i < 3; ++i) {
      exact += terms[i];
      squares[i] += (running[i] - exact) * (running[i] - exact) / runs;
    }
    EXPECT_EQ(sum, running[2]);
  }
  double magnitudes = 0;
  for (unsigned i = 0; i < 3; ++i) {
    magnitudes += std::fabs(terms[i]);
    EXPECT_NEAR(std::sqrt(squares[i]) / (u * magnitudes), 1, 0.2) << i;
  }
}

//===----------------------------------------------------------------------===//
// What is masked
//===----------------------------------------------------------------------===//

namespace {
/// sum(exp(logit) * value) over two keys, the second of which is `logit` and
/// `value`; by products and sums, or fused.
class MaskedTest : public testing::Test {
protected:
  double weighted(double logit, double value, bool fused) {
    double weights[] = {0, logit}, values[] = {3, value};
    domain->unary(UnaryFn::Exp, FloatKind::F32, weights, weights, 2);
    return contracted(weights, values, fused);
  }
  double contracted(const double *weights, const double *values, bool fused) {
    double sum = 0, high;
    domain->contract(FloatKind::F32, fused, 1, 1, 2, weights, values, &sum);
    domain->toReal(&sum, &high, nullptr, 1);
    return high;
  }

  std::unique_ptr<Domain> domain = createMaskedDomain();
};
} // namespace

TEST_F(MaskedTest, WhatIsMaskedTakesNoPart) {
  for (bool fused : {false, true}) {
    EXPECT_EQ(weighted(-INFINITY, INFINITY, fused), 3);
    EXPECT_EQ(weighted(-INFINITY, NAN, fused), 3);
    EXPECT_EQ(weighted(0, 4, fused), 7);
  }
}

TEST_F(MaskedTest, WhatIsNotMaskedDoes) {
  for (bool fused : {false, true}) {
    EXPECT_TRUE(std::isnan(weighted(0, NAN, fused)));
    EXPECT_EQ(weighted(0, -INFINITY, fused), -INFINITY);
    EXPECT_TRUE(std::isnan(weighted(NAN, 1, fused)));
    // A weight too small for f32 is a rounded zero; one that is a literal masks
    // nothing either.
    EXPECT_TRUE(std::isnan(weighted(-1000, INFINITY, fused)));
    double weights[] = {1, 0}, values[] = {3, INFINITY};
    EXPECT_TRUE(std::isnan(contracted(weights, values, fused)));
  }
}

TEST_F(MaskedTest, WeightsAreNormalizedAndConverted) {
  double weights[] = {0, -INFINITY}, total[] = {4, 4}, zeros[] = {0, 0};
  domain->unary(UnaryFn::Exp2, FloatKind::F32, weights, weights, 2);
  domain->binary(BinaryFn::Div, FloatKind::F32, weights, total, weights, 2);
  domain->convert(FloatKind::F32, FloatKind::F16, weights, weights, 2);
  double values[] = {8, NAN};
  EXPECT_EQ(contracted(weights, values, true), 2);
  // Added to something it is a zero as any other, and so it is in a comparison.
  uint8_t isEqual[2];
  domain->compare(CompareFn::OEQ, FloatKind::F32, weights, zeros, isEqual, 2);
  EXPECT_TRUE(isEqual[1]);
  domain->binary(BinaryFn::Add, FloatKind::F32, weights, zeros, weights, 2);
  EXPECT_TRUE(std::isnan(contracted(weights, values, true)));
}
