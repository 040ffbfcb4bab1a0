//===- TowerTest.cpp - The exact algebra ------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TowerTesting.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
uint64_t mulModulo(uint64_t a, uint64_t b, uint64_t p) {
  return uint64_t((unsigned __int128)a * b % p);
}
uint64_t powModulo(uint64_t a, uint64_t n, uint64_t p) {
  uint64_t r = 1;
  for (; n; n >>= 1, a = mulModulo(a, a, p))
    r = n & 1 ? mulModulo(r, a, p) : r;
  return r;
}
/// Miller-Rabin; these bases decide all of 64 bits (J. Sorenson, J. Webster,
/// 2015).
bool isPrime(uint64_t p) {
  uint64_t odd = p - 1;
  int twos = 0;
  while (!(odd & 1))
    odd >>= 1, ++twos;
  for (uint64_t base : {2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37}) {
    uint64_t x = powModulo(base, odd, p);
    bool passes = x == 1;
    for (int i = 0; i < twos; ++i, x = mulModulo(x, x, p))
      passes |= x == p - 1;
    if (!passes)
      return false;
  }
  return true;
}
} // namespace

TEST(TowerPrimes, FormATower) {
  for (unsigned i = 0; i < maxTowerLevels; ++i) {
    EXPECT_TRUE(isPrime(towerPrimes[i]));
    EXPECT_EQ(towerPrimes[i] % 4, 3u);
    EXPECT_LT(towerPrimes[i], 1ull << 61);
    if (i + 1 == maxTowerLevels)
      break;
    // The order of the generator divides the prime below, and is not one.
    EXPECT_EQ((towerPrimes[i + 1] - 1) % towerPrimes[i], 0u);
    EXPECT_EQ(powModulo(towerGenerators[i], towerPrimes[i], towerPrimes[i + 1]),
              1u);
    EXPECT_NE(towerGenerators[i] % towerPrimes[i + 1], 1u);
  }
  EXPECT_FALSE(isPrime(towerPrimes[0] + 2 * 3));
}

TEST_F(Tower, RingAndFieldLaws) {
  Bytes a = input(0), b = input(1), c = input(2);
  expectEqual(add(a, a), mul(number(2), a));
  expectEqual(mul(a, add(b, c)), add(mul(a, b), mul(a, c)));
  expectDifferent(mul(a, add(b, c)), add(mul(a, b), c));
  expectEqual(div(a, number(4)), mul(a, number(0.25)));
  expectEqual(mul(div(a, b), b), a);
  expectEqual(sub(a, a), number(0));
  expectEqual(div(add(a, b), c), add(div(a, c), div(b, c)));
  expectEqual(apply(UnaryFn::Neg, a), sub(number(0), a));
  expectDifferent(a, b);
  // Literals are the rationals of their bits, not of their decimals.
  expectDifferent(mul(number(double(0.1f)), number(10)), number(1));
  expectEqual(mul(number(0.1, "0.1"), number(10)), number(1));
}

TEST_F(Tower, MaximumLaws) {
  for (int i = 0; i < 40; i += 3) {
    Bytes a = input(i), b = input(i + 1), c = input(i + 2);
    expectEqual(add(max(a, b), c), max(add(a, c), add(b, c)));
    expectEqual(max(max(a, b), c), max(a, max(b, c)));
    expectEqual(mul(number(3), max(a, b)),
                max(mul(number(3), a), mul(number(3), b)));
    expectEqual(max(a, b), apply(UnaryFn::Neg, apply(BinaryFn::Minimum,
                                                     apply(UnaryFn::Neg, a),
                                                     apply(UnaryFn::Neg, b))));
    expectEqual(apply(UnaryFn::Abs, a), max(a, apply(UnaryFn::Neg, a)));
  }
  // With one sign only, a relu that was dropped shows for the other.
  Bytes positive = input(0, 10), negative = input(0, -10);
  expectEqual(max(positive, number(0)), positive);
  expectDifferent(max(negative, number(0)), negative);
}

TEST_F(Tower, ExponentialLaws) {
  Bytes a = input(0), b = input(1), c = input(2);
  expectEqual(mul(exp(a), exp(b)), exp(add(a, b)));
  expectEqual(exp(sub(a, b)), div(exp(a), exp(b)));
  expectEqual(exp(number(0)), number(1));
  expectDifferent(exp(a), exp(b));
  expectDifferent(exp(mul(a, b)), mul(exp(a), exp(b)));
  // Nested twice, and the rational functions of them.
  Bytes nested = exp(exp(a));
  expectEqual(mul(nested, nested), exp(mul(number(2), exp(a))));
  expectEqual(exp(c), apply(UnaryFn::Exp2, mul(c, number(1.442695, "log2e"))));
  expectEqual(mul(number(0.7, "1/ln2"), number(0.7, "ln2")), number(1));
  // The same literal without its meaning is another number.
  expectDifferent(exp(c), apply(UnaryFn::Exp2, mul(c, number(1.442695f))));
}

TEST_F(Tower, SigmoidAndTanhForms) {
  Bytes x = input(3), one = number(1), two = number(2);
  Bytes sigmoid = div(one, add(one, exp(apply(UnaryFn::Neg, x))));
  expectEqual(sigmoid, div(exp(x), add(one, exp(x))));
  expectEqual(apply(UnaryFn::Tanh, x),
              sub(mul(two, div(one, add(one, exp(mul(number(-2), x))))), one));
  Bytes half = mul(x, number(0.5));
  expectEqual(sigmoid, mul(number(0.5), add(one, apply(UnaryFn::Tanh, half))));
  expectEqual(apply(UnaryFn::Sinh, x),
              mul(number(0.5), sub(exp(x), exp(apply(UnaryFn::Neg, x)))));
  expectDifferent(apply(UnaryFn::Tanh, x), x);
}

TEST_F(Tower, LogarithmsUndoAndAdd) {
  Bytes a = input(0, 8), b = input(1, 8), c = input(2);
  expectEqual(exp(log(a)), a);
  expectEqual(log(exp(c)), c);
  expectEqual(log(mul(a, b)), add(log(a), log(b)));
  expectEqual(log(div(a, b)), sub(log(a), log(b)));
  expectDifferent(log(add(a, b)), add(log(a), log(b)));
  expectEqual(exp(mul(number(2), log(a))), mul(a, a));
  // Scaled log-sum-exp of both forms.
  Bytes m = max(a, b);
  Bytes stable = add(m, log(add(exp(sub(a, m)), exp(sub(b, m)))));
  Bytes plain = log(add(exp(a), exp(b)));
  expectEqual(stable, plain);
  Bytes factor = number(double(0.1f));
  expectEqual(mul(factor, stable), mul(factor, plain));
  expectDifferent(stable, add(m, log(add(exp(sub(a, m)), exp(b)))));
  expectEqual(apply(UnaryFn::Log2, a), mul(log(a), number(1.442695, "log2e")));
}

TEST_F(Tower, SplitSoftmaxMerges) {
  // softmax over {a, b, c, d} from two halves with their own maxima and sums.
  Bytes x[4] = {input(0), input(1), input(2), input(3)};
  auto half = [&](int i, Bytes &m, Bytes &l) {
    m = max(x[i], x[i + 1]);
    l = add(exp(sub(x[i], m)), exp(sub(x[i + 1], m)));
  };
  Bytes m0, l0, m1, l1;
  half(0, m0, l0), half(2, m1, l1);
  Bytes m = max(m0, m1);
  Bytes l = add(mul(l0, exp(sub(m0, m))), mul(l1, exp(sub(m1, m))));
  Bytes all = add(add(exp(x[0]), exp(x[1])), add(exp(x[2]), exp(x[3])));
  expectEqual(div(exp(sub(x[0], m)), l), div(exp(x[0]), all));
  // Without the rescaling of the sums.
  expectDifferent(div(exp(sub(x[0], m)), add(l0, l1)), div(exp(x[0]), all));
}

TEST_F(Tower, RootsUpToTaint) {
  int squares = 0;
  for (int i = 0; i < 24; ++i) {
    Bytes x = input(i, 8), y = input(i + 100, 8);
    Bytes root = apply(UnaryFn::Sqrt, x), back = mul(root, root);
    EXPECT_NE(compare(back, x), Comparison::Different);
    squares += compare(back, x) == Comparison::Equal;
    // Multiplicative whether square or not.
    EXPECT_EQ(compare(apply(UnaryFn::Sqrt, mul(x, y)),
                      mul(root, apply(UnaryFn::Sqrt, y))) ==
                  Comparison::Different,
              false);
    EXPECT_NE(compare(apply(UnaryFn::Rsqrt, x), div(number(1), root)),
              Comparison::Different);
    EXPECT_NE(compare(apply(UnaryFn::Sqrt, mul(x, x)), x),
              Comparison::Different);
    expectDifferent(apply(UnaryFn::Sqrt, add(x, y)),
                    add(root, apply(UnaryFn::Sqrt, y)));
  }
  // With four levels all are tainted in one case of sixteen.
  EXPECT_GT(squares, 15);
}

TEST_F(Tower, RootsOfLiteralsTakeNoLevels) {
  // 2 is a square modulo the largest prime, 11 is none.
  for (auto [literal, counted] : {std::pair<int, uint64_t>{2, 0}, {11, 1}}) {
    reset(0, 1);
    std::string provenance = "sqrt(" + std::to_string(literal) + ")";
    Bytes root = number(std::sqrt(double(literal)), provenance);
    EXPECT_EQ(domain->statistics().roots, counted) << literal;
    Comparison compared = compare(mul(root, root), number(literal));
    EXPECT_EQ(compared, counted ? Comparison::Undecided : Comparison::Equal);
  }
  reset(0, 1);
  apply(UnaryFn::Sqrt, input(0, 8));
  EXPECT_EQ(domain->statistics().roots, 1u);
}

TEST_F(Tower, ContractionsWithZeros) {
  constexpr size_t m = 2, n = 9, k = 16;
  size_t bytes = domain->valueBytes();
  auto fill = [&](size_t count, int64_t first, bool zeros) {
    Bytes all;
    for (size_t i = 0; i < count; ++i) {
      Bytes x = input(first + int64_t(i));
      x = zeros ? sub(x, x) : x;
      all.insert(all.end(), x.begin(), x.end());
    }
    return all;
  };
  auto sum = [&](bool left, bool right, const Bytes &token) {
    Bytes a = fill(m * k, 0, left), b = fill(k * n, 1000, right);
    if (!token.empty())
      std::copy(token.begin(), token.end(), (right ? a : b).begin());
    Bytes acc = fill(m * n, 5000, false);
    domain->contract(F32, true, m, n, k, a.data(), b.data(), acc.data());
    return acc;
  };
  Bytes acc = fill(m * n, 5000, false);
  for (bool left : {false, true}) {
    Bytes same = sum(left, !left, {});
    for (size_t i = 0; i < m * n * bytes; i += bytes)
      EXPECT_EQ(domain->compareOutputs(F32, &same[i], &acc[i]),
                Comparison::Equal);
    // Degrees are those of the products all the same.
    EXPECT_LT(domain->evidence(same.data(), same.data()),
              domain->evidence(acc.data(), acc.data()));
    // 0 * Inf
    EXPECT_TRUE(std::isnan(real(sum(left, !left, number(INFINITY)))));
  }
}

TEST_F(Tower, RootsNeverRefuteByTheirSign) {
  // One level: half of all comparisons are undecided, the others equal.
  int counts[3] = {};
  for (uint64_t key = 0; key < 60; ++key) {
    reset(key, 1);
    Bytes x = input(0, 8);
    Bytes root = apply(UnaryFn::Sqrt, x);
    ++counts[int(compare(mul(root, root), x))];
  }
  EXPECT_EQ(counts[int(Comparison::Different)], 0);
  EXPECT_GT(counts[int(Comparison::Equal)], 15);
  EXPECT_GT(counts[int(Comparison::Undecided)], 15);
}

TEST_F(Tower, SpecialTokens) {
  Bytes inf = number(INFINITY), minusInf = number(-INFINITY), x = input(0);
  expectEqual(exp(minusInf), number(0));
  expectEqual(add(exp(x), exp(minusInf)), exp(x));
  expectEqual(max(minusInf, x), x);
  expectEqual(div(x, inf), number(0));
  expectEqual(apply(UnaryFn::Tanh, inf), number(1));
  EXPECT_TRUE(std::isnan(real(sub(inf, inf))));
  EXPECT_TRUE(std::isnan(real(mul(inf, number(0)))));
  EXPECT_EQ(real(div(number(1), number(0))), INFINITY);
  expectEqual(sub(inf, inf), div(number(0), number(0)));
  expectDifferent(inf, minusInf);
  expectDifferent(inf, x);
  // A mask written as a large negative number counts as minus infinity.
  expectEqual(exp(add(x, number(-1e9))), number(0));
  EXPECT_GT(domain->statistics().maskedExps, 0u);
}

TEST_F(Tower, DecisionsOfTheShadow) {
  Bytes a = input(0), b = input(1);
  uint8_t less;
  domain->compare(CompareFn::OLT, F32, a.data(), b.data(), &less, 1);
  EXPECT_EQ(bool(less), real(a) < real(b));
  // Equal by algebra, apart by the error of the shadow: decided as equal.
  Bytes mean = div(add(add(a, a), a), number(3));
  domain->compare(CompareFn::OEQ, F32, mean.data(), a.data(), &less, 1);
  EXPECT_TRUE(less);
  expectEqual(apply(UnaryFn::Sqrt, sub(mean, a)), number(0));
  EXPECT_EQ(domain->undecided(), 0u);
  // Different by algebra, indistinguishable by the shadow: undecided.
  Bytes close = add(a, number(0x1p-300));
  domain->compare(CompareFn::OLT, F32, mul(mean, number(1)).data(),
                  close.data(), &less, 1);
  EXPECT_EQ(domain->undecided(), 1u);
  domain->resetUndecided();
  EXPECT_EQ(domain->undecided(), 0u);
}

TEST_F(Tower, MaximaOfWhatLiesClose) {
  // Which of two close values is the larger does not matter below a third.
  Bytes a = input(0);
  Bytes mean = div(add(add(a, a), a), number(3));
  Bytes close = add(a, number(0x1p-300));
  Bytes either = max(mean, close);
  EXPECT_EQ(domain->undecided(), 0u);
  Bytes large = add(a, number(1));
  expectEqual(max(either, large), large);
  expectEqual(add(max(large, either), number(1)), add(large, number(1)));
  // If it is the maximum, or a part of something, nothing is known; what is
  // far from both is neither.
  EXPECT_EQ(compare(either, mean), Comparison::Undecided);
  EXPECT_EQ(compare(add(either, a), add(mean, a)), Comparison::Undecided);
  EXPECT_EQ(compare(either, large), Comparison::Different);
  EXPECT_EQ(domain->undecided(), 0u);
  // Decisions by it are open.
  uint8_t equal;
  domain->compare(CompareFn::OEQ, F32, either.data(), mean.data(), &equal, 1);
  EXPECT_EQ(domain->undecided(), 1u);
}

TEST_F(Tower, IntegersAndRounding) {
  Bytes x = number(2.75);
  expectEqual(apply(UnaryFn::Floor, x), number(2));
  expectEqual(apply(UnaryFn::Round, number(-2.5)), number(-3));
  expectEqual(apply(UnaryFn::RoundEven, number(-2.5)), number(-2));
  int64_t n = -41, back;
  Bytes v = make();
  domain->fromInt(true, F32, &n, v.data(), 1);
  expectEqual(v, number(-41));
  domain->toInt(true, F32, apply(UnaryFn::Neg, x).data(), &back, 1);
  EXPECT_EQ(back, -2);
  expectEqual(apply(BinaryFn::Rem, number(-7.5), number(2)), number(-1.5));
  Bytes third = div(number(9), number(3));
  expectEqual(apply(UnaryFn::Floor, third), number(3));
  expectEqual(apply(BinaryFn::Pow, input(0), number(3)),
              mul(input(0), mul(input(0), input(0))));
  expectEqual(apply(UnaryFn::Exp2, number(5)), number(32));
}

TEST_F(Tower, OpaqueFunctionsKnowParityOnly) {
  Bytes x = input(0), minus = apply(UnaryFn::Neg, x);
  for (UnaryFn fn : {UnaryFn::Erf, UnaryFn::Atan, UnaryFn::Sin, UnaryFn::Tan}) {
    expectEqual(apply(fn, minus), apply(UnaryFn::Neg, apply(fn, x)));
    expectDifferent(apply(fn, x), x);
  }
  expectEqual(apply(UnaryFn::Cos, minus), apply(UnaryFn::Cos, x));
  Bytes s = apply(UnaryFn::Sin, x), c = apply(UnaryFn::Cos, x);
  expectEqual(add(mul(s, s), mul(c, c)), number(1));
  expectEqual(div(s, c), apply(UnaryFn::Tan, x));
  // A true identity that is not known is undecided, never refuted.
  EXPECT_EQ(compare(apply(UnaryFn::Sin, add(x, x)), mul(number(2), mul(s, c))),
            Comparison::Undecided);
  expectDifferent(apply(UnaryFn::Sin, add(x, x)), mul(s, c));
}

TEST_F(Tower, ContractIsTheSumOfProducts) {
  constexpr size_t m = 3, n = 11, k = 130;
  size_t bytes = domain->valueBytes();
  auto fill = [&](size_t count, int64_t first) {
    Bytes all(count * bytes);
    std::vector<int64_t> indices(count);
    for (size_t i = 0; i < count; ++i)
      indices[i] = first + int64_t(i);
    domain->input({2, 0, InputFamily::Normal, {}}, F32, indices.data(),
                  all.data(), count);
    return all;
  };
  Bytes a = fill(m * k, 0), b = fill(k * n, 10000), acc = fill(m * n, 20000);
  // Also where logarithms and infinities force the slow way.
  for (int special = 0; special < 2; ++special) {
    if (special) {
      Bytes logarithm = log(input(0, 8));
      std::copy(logarithm.begin(), logarithm.end(), a.begin());
    }
    Bytes fast = acc, slow = acc;
    domain->contract(F32, false, m, n, k, a.data(), b.data(), fast.data());
    domain->Domain::contract(F32, false, m, n, k, a.data(), b.data(),
                             slow.data());
    for (size_t i = 0; i < m * n; ++i)
      EXPECT_EQ(domain->compareOutputs(F32, &fast[i * bytes], &slow[i * bytes]),
                Comparison::Equal)
          << domain->str(F32, &fast[i * bytes]) << "\n"
          << domain->str(F32, &slow[i * bytes]);
    fast[0] = slow[0];
    a[40] ^= 1; // one residue of one operand
    Bytes wrong = acc;
    domain->contract(F32, false, m, n, k, a.data(), b.data(), wrong.data());
    EXPECT_EQ(domain->compareOutputs(F32, wrong.data(), slow.data()),
              Comparison::Different);
    a[40] ^= 1;
  }
}

TEST_F(Tower, DepthRunsOutHonestly) {
  reset(7, 2);
  Bytes x = exp(exp(input(0, -3)));
  EXPECT_GT(domain->statistics().depthExceeded, 0u);
  EXPECT_EQ(compare(x, x), Comparison::Undecided);
}

TEST_F(Tower, DegreeBoundsTheChance) {
  Bytes x = input(0), power = x;
  for (int i = 0; i < 9; ++i)
    power = mul(power, x);
  EXPECT_EQ(compare(power, power), Comparison::Equal);
  EXPECT_EQ(domain->statistics().degree, 10);
  double bits = domain->evidence(power.data(), power.data());
  EXPECT_NEAR(bits, std::log2(double(towerPrimes[3])) - std::log2(10.0), 1e-6);
}

TEST_F(Tower, TokensThatHangOnNoDraw) {
  auto bits = [&](const Bytes &a) {
    return domain->evidence(a.data(), a.data());
  };
  Bytes x = input(0), zero = sub(x, x), inf = div(x, zero);
  EXPECT_GT(bits(inf), 40);
  EXPECT_GT(bits(div(zero, zero)), 40);
  EXPECT_GT(bits(add(x, inf)), 40);
  EXPECT_GT(bits(number(-INFINITY)), 40);
  EXPECT_GT(bits(log(zero)), 40);
  EXPECT_GT(bits(exp(inf)), 40);
  EXPECT_EQ(compare(inf, inf), Comparison::Equal);
  expectDifferent(inf, div(zero, zero));
  // Another draw might have given a number.
  Bytes ofDraw = log(sub(number(0), mul(x, x)));
  EXPECT_EQ(bits(ofDraw), 0);
  EXPECT_EQ(bits(add(ofDraw, inf)), 0);
}

TEST(Provenance, Grammar) {
  auto value = [](StringRef text) {
    FailureOr<double> x = evaluateConstant(text);
    return succeeded(x) ? *x : NAN;
  };
  EXPECT_DOUBLE_EQ(value("0.125*log2e"), 0.125 * 1.4426950408889634);
  EXPECT_DOUBLE_EQ(value(" 1 / ln2 "), 1.4426950408889634);
  EXPECT_DOUBLE_EQ(value("-(2 + 3) * 4 - 1"), -21);
  EXPECT_DOUBLE_EQ(value("1/sqrt(64)"), 0.125);
  EXPECT_DOUBLE_EQ(value("2^10"), 1024);
  EXPECT_DOUBLE_EQ(value("0x1.8p-1"), 0.75);
  EXPECT_DOUBLE_EQ(value("1e-5"), 1e-5);
  EXPECT_DOUBLE_EQ(value("sqrt(2/pi)"), 0.7978845608028654);
  for (const char *bad : {"", "scale*log2e", "1+", "sqrt 2", "(1", "1 2",
                          "1e999", "0x", "*", "123456789012345678901"})
    EXPECT_TRUE(failed(evaluateConstant(bad))) << bad;
  EXPECT_TRUE(failed(evaluateConstant(std::string(100000, '('))));
}
