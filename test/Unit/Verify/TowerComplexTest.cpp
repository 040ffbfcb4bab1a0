//===- TowerComplexTest.cpp - Residues with two parts -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TowerTesting.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// One level: what half of all numbers lack would show at once.
class Complex : public Tower {
protected:
  void SetUp() override { reset(99, 1, /*complex=*/true); }

  Bytes sqrt(const Bytes &x) { return apply(UnaryFn::Sqrt, x); }
  Bytes rsqrt(const Bytes &x) { return apply(UnaryFn::Rsqrt, x); }
  double evidence(const Bytes &a) {
    return domain->evidence(a.data(), a.data());
  }
};
} // namespace

TEST_F(Complex, EveryDrawHasARoot) {
  for (int i = 0; i < 40; ++i) {
    Bytes x = input(i, 8), root = sqrt(x);
    EXPECT_FALSE(domain->isTainted(root.data()));
    expectEqual(mul(root, root), x);
    expectEqual(mul(rsqrt(x), root), number(1));
    expectEqual(mul(rsqrt(x), x), root);
    EXPECT_EQ(compare(mul(root, root), add(x, number(0x1p-40))),
              Comparison::Different);
  }
}

TEST_F(Complex, SumsOfManyRoots) {
  // Without imaginary parts, once in 2^20 draws.
  Bytes sum = number(0), back = number(0);
  for (int i = 0; i < 20; ++i)
    sum = add(sum, sqrt(input(i, 8)));
  for (int i = 20; i-- > 0;)
    back = add(back, sqrt(input(i, 8)));
  expectEqual(sum, back);
  EXPECT_GT(evidence(sum), 45);
  Bytes other = add(sub(back, sqrt(input(3, 8))), sqrt(input(30, 8)));
  EXPECT_EQ(compare(sum, other), Comparison::Different);
  expectEqual(mul(sum, sum), mul(back, sum));
  expectEqual(div(mul(sum, input(50)), sum), input(50));
}

TEST_F(Complex, RootsInTheFieldOfOthers) {
  int tainted = 0;
  for (int i = 0; i < 40; ++i) {
    // (a + sqrt(b)) (a - sqrt(b)) = a^2 - b, and half of them have roots.
    Bytes a = input(i, 40), b = input(i + 100, 8), root = sqrt(b);
    Bytes sum = add(a, root), nested = sqrt(sum);
    expectEqual(mul(sum, sub(a, root)), sub(mul(a, a), b));
    tainted += domain->isTainted(nested.data());
    EXPECT_NE(compare(mul(nested, nested), sum), Comparison::Different);
    if (!domain->isTainted(nested.data())) {
      expectEqual(mul(nested, nested), sum);
    }
  }
  EXPECT_GT(tainted, 8);
  EXPECT_LT(tainted, 32);
}

TEST_F(Complex, RootsOfLiterals) {
  // 1 / sqrt(13) scales the products of attention; 13 may have no root.
  for (double n : {2., 3., 5., 7., 11., 13., 17., 19.}) {
    Bytes root = sqrt(number(n));
    EXPECT_FALSE(domain->isTainted(root.data())) << n;
    expectEqual(mul(root, root), number(n));
  }
  expectEqual(sqrt(number(4)), number(2));
}

TEST_F(Complex, ExponentialsAndLogarithms) {
  reset(5, 3, /*complex=*/true);
  for (int i = 0; i < 10; ++i) {
    Bytes a = sqrt(input(i, 8)), b = add(input(i + 50), sqrt(input(i + 90, 8)));
    expectEqual(mul(exp(a), exp(b)), exp(add(a, b)));
    expectEqual(exp(sub(a, b)), div(exp(a), exp(b)));
    EXPECT_NE(compare(exp(log(b)), b), Comparison::Different);
    EXPECT_EQ(compare(exp(a), exp(b)), Comparison::Different);
    expectEqual(mul(log(input(i, 8)), a), mul(a, log(input(i, 8))));
    // Odd functions, of what is not real.
    expectEqual(apply(UnaryFn::Erf, sub(number(0), b)),
                sub(number(0), apply(UnaryFn::Erf, b)));
  }
}

TEST_F(Complex, ContractIsTheSumOfProducts) {
  reset(5, 2, /*complex=*/true);
  constexpr size_t m = 3, n = 5, k = 70;
  size_t bytes = domain->valueBytes();
  auto fill = [&](size_t count, int64_t first, bool roots) {
    Bytes all;
    for (size_t i = 0; i < count; ++i) {
      Bytes x = input(first + int64_t(i), roots ? 8 : 0);
      x = roots ? sqrt(x) : x;
      all.insert(all.end(), x.begin(), x.end());
    }
    return all;
  };
  for (bool left : {false, true})
    for (bool right : {false, true}) {
      Bytes a = fill(m * k, 0, left), b = fill(k * n, 1000, right);
      Bytes fast = fill(m * n, 5000, false), slow = fast;
      domain->contract(F32, false, m, n, k, a.data(), b.data(), fast.data());
      domain->Domain::contract(F32, false, m, n, k, a.data(), b.data(),
                               slow.data());
      for (size_t i = 0; i < m * n; ++i)
        EXPECT_EQ(
            domain->compareOutputs(F32, &fast[i * bytes], &slow[i * bytes]),
            Comparison::Equal)
            << domain->str(F32, &fast[i * bytes]) << "\n"
            << domain->str(F32, &slow[i * bytes]);
    }
}

TEST_F(Tower, RootsOfExponentials) {
  // exp loses the lowest level, which is no zero to divide by.
  Bytes x = input(0), root = apply(UnaryFn::Rsqrt, exp(x));
  EXPECT_EQ(domain->undecided(), 0u);
  expectEqual(mul(mul(root, root), exp(x)), number(1));
  expectEqual(mul(root, root), exp(sub(number(0), x)));
}

TEST_F(Tower, SpreadDraws) {
  auto draw = [&](unsigned argument) {
    Bytes v = make();
    int64_t index = 7;
    domain->input({1, argument, InputFamily::Normal, {}}, F32, &index, v.data(),
                  1);
    return real(v);
  };
  std::vector<double> plain, factors;
  for (unsigned argument = 0; argument < 40; ++argument)
    plain.push_back(draw(argument));
  domain = createTowerDomain({4, 12345, false, 1, 6});
  for (unsigned argument = 0; argument < 40; ++argument)
    factors.push_back(draw(argument) / plain[argument]);
  // All of an argument alike, powers of two of either sign.
  bool negative = false, positive = false;
  for (double &factor : factors) {
    negative |= factor < 0;
    positive |= factor > 0;
    factor = std::fabs(factor);
    EXPECT_GE(factor, 0x1p-6);
    EXPECT_LE(factor, 0x1p6);
    EXPECT_EQ(std::log2(factor), std::round(std::log2(factor)));
  }
  EXPECT_TRUE(negative && positive);
  EXPECT_GT(*std::max_element(factors.begin(), factors.end()), 4);
  EXPECT_LT(*std::min_element(factors.begin(), factors.end()), 0.25);
}

TEST_F(Tower, ScaledDraws) {
  Bytes large = input(7);
  domain = createTowerDomain({4, 12345, false, 0x1p-12});
  Bytes small = input(7);
  EXPECT_EQ(real(small), real(large) * 0x1p-12);
  // Another number, not a scaled one: draws are variables of their own.
  expectDifferent(mul(small, number(0x1p12)), large);
}
