//===- InputTest.cpp - Input families ---------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Domain.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static const int64_t shape[] = {12, 64};

static InputKey key(InputFamily family, uint64_t seed = 1) {
  return {seed, 0, family, shape};
}
static double draw(InputFamily family, int64_t index,
                   FloatKind kind = FloatKind::F32) {
  return drawInput(key(family), kind, index);
}

TEST(Input, NamesRoundTrip) {
  for (unsigned i = 0; i < numInputFamilies; ++i)
    EXPECT_EQ(getInputFamily(getName(InputFamily(i))), InputFamily(i));
  EXPECT_FALSE(getInputFamily("gaussian"));
}

TEST(Input, EveryDrawIsRepresentable) {
  for (unsigned family = 0; family < numInputFamilies; ++family)
    for (int kind = 0; kind < 7; ++kind)
      for (int64_t i = 0; i < 768; ++i) {
        double x = draw(InputFamily(family), i, FloatKind(kind));
        if (!std::isnan(x)) {
          EXPECT_EQ(x, roundToKind(FloatKind(kind), x));
        }
        if (!drawsSpecialValues(InputFamily(family))) {
          EXPECT_TRUE(std::isfinite(x))
              << getName(InputFamily(family)).str() << " "
              << getName(FloatKind(kind)).str();
        }
      }
}

TEST(Input, SpecialValuesAreFew) {
  for (unsigned f = 0; f < numInputFamilies; ++f) {
    auto family = InputFamily(f);
    int special = 0;
    for (int64_t i = 0; i < 768; ++i)
      special += !std::isfinite(draw(family, i));
    if (!drawsSpecialValues(family)) {
      EXPECT_EQ(special, 0) << getName(family).str();
      continue;
    }
    // Some, and never so many that nothing else is left: 12 rows of 64.
    EXPECT_GT(special, 0) << getName(family).str();
    EXPECT_LE(special, 384) << getName(family).str();
  }
  EXPECT_TRUE(std::isinf(draw(InputFamily::MinusInfRows, 64)));
  EXPECT_FALSE(std::isinf(draw(InputFamily::MinusInfRows, 63)));
}

TEST(Input, NormalHasItsMoments) {
  double sum = 0, squares = 0;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    double x = draw(InputFamily::Normal, i);
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 0.015);
  EXPECT_NEAR(squares / n, 1, 0.02);
}

TEST(Input, SeedsAndArgumentsDiffer) {
  EXPECT_NE(drawInput(key(InputFamily::Normal, 1), FloatKind::F32, 0),
            drawInput(key(InputFamily::Normal, 2), FloatKind::F32, 0));
  InputKey other = key(InputFamily::Normal);
  other.argument = 1;
  EXPECT_NE(drawInput(other, FloatKind::F32, 0), draw(InputFamily::Normal, 0));
}

TEST(Input, FamiliesAreWhatTheySay) {
  for (int64_t c = 1; c < 64; ++c) {
    EXPECT_GT(draw(InputFamily::Ascending, c),
              draw(InputFamily::Ascending, c - 1));
    EXPECT_LT(draw(InputFamily::Descending, c),
              draw(InputFamily::Descending, c - 1));
    EXPECT_LT(draw(InputFamily::Alternating, c) *
                  draw(InputFamily::Alternating, c - 1),
              0);
    EXPECT_EQ(draw(InputFamily::Constant, c), draw(InputFamily::Constant, 0));
  }
  int ones = 0, masked = 0;
  for (int64_t c = 0; c < 64; ++c) {
    ones += draw(InputFamily::OneHot, c) == 1;
    masked += std::isinf(draw(InputFamily::MinusInfMasked, c));
    double tiny = std::fabs(draw(InputFamily::Subnormal, c));
    EXPECT_LE(tiny, 0x1p-126);
    EXPECT_EQ(draw(InputFamily::Graded, 6 * 64 + c), 0);
  }
  EXPECT_EQ(ones, 1);
  EXPECT_EQ(masked, 16);
  // Rank one: 2x2 minors vanish up to the rounding of the entries.
  double minor = draw(InputFamily::RankOne, 0, FloatKind::F64) *
                     draw(InputFamily::RankOne, 65, FloatKind::F64) -
                 draw(InputFamily::RankOne, 1, FloatKind::F64) *
                     draw(InputFamily::RankOne, 64, FloatKind::F64);
  EXPECT_NEAR(minor, 0, 1e-13);
}

TEST(Input, AllDomainsDrawTheSame) {
  std::unique_ptr<Domain> domains[] = {createFloatDomain(), createF64Domain()};
  for (auto &domain : domains) {
    int64_t indices[] = {5, 700};
    std::vector<char> values(2 * domain->valueBytes());
    domain->input(key(InputFamily::LogNormal), FloatKind::BF16, indices,
                  values.data(), 2);
    double reals[2];
    domain->toReal(values.data(), reals, nullptr, 2);
    for (int i = 0; i < 2; ++i)
      EXPECT_EQ(reals[i],
                draw(InputFamily::LogNormal, indices[i], FloatKind::BF16));
  }
}

TEST(Input, ADrawerKnowsNoOrder) {
  // What a drawer gives for an element hangs on nothing that it gave before,
  // and on the argument's shape only by the length of a row.
  const int64_t longer[] = {48, 64}, flat[] = {768};
  for (unsigned f = 0; f < numInputFamilies; ++f) {
    auto family = InputFamily(f);
    for (FloatKind kind : {FloatKind::F32, FloatKind::F16}) {
      InputDrawer forward(key(family), kind), back(key(family), kind);
      InputDrawer more({1, 0, family, longer}, kind);
      InputDrawer inOneRow({1, 0, family, flat}, kind);
      std::vector<double> values, reversed;
      bool hangsOnRows = false;
      for (int64_t i = 0; i < 768; ++i) {
        values.push_back(forward(i));
        reversed.insert(reversed.begin(), back(767 - i));
      }
      for (int64_t i = 0; i < 768; ++i) {
        auto same = [](double a, double b) {
          return a == b || (std::isnan(a) && std::isnan(b));
        };
        size_t at = size_t(i);
        EXPECT_TRUE(same(values[at], reversed[at])) << getName(family).str();
        EXPECT_TRUE(same(values[at], more(i))) << getName(family).str();
        hangsOnRows |= !same(values[at], inOneRow(i));
      }
      if (family == InputFamily::Normal || family == InputFamily::SmallInts) {
        EXPECT_FALSE(hangsOnRows) << getName(family).str();
      }
      if (family == InputFamily::Ascending || family == InputFamily::BigFirst ||
          family == InputFamily::OneHot) {
        EXPECT_TRUE(hangsOnRows) << getName(family).str();
      }
    }
  }
}

TEST(Input, OneElementOfEachRowIsSpiked) {
  for (int64_t row = 0; row < 12; ++row) {
    int spikes = 0;
    for (int64_t c = 0; c < 64; ++c)
      spikes += draw(InputFamily::Spiked, row * 64 + c) > 900;
    EXPECT_EQ(spikes, 1) << row;
  }
}

/// Where one draw of a spiked family has its spikes.
static std::vector<int64_t> spikesOf(ArrayRef<int64_t> ofShape, uint32_t draw,
                                     InputFamily family = InputFamily::Spiked) {
  InputKey k = {/*seed=*/5, /*argument=*/0, family, ofShape, draw};
  InputDrawer drawer(k, FloatKind::F32);
  int64_t total = 1;
  for (int64_t extent : ofShape)
    total *= extent;
  std::vector<int64_t> found;
  for (int64_t i = 0; i < total; ++i)
    if (std::fabs(drawer(i)) > 900)
      found.push_back(i);
  return found;
}

TEST(Input, SpikesOfManyDrawsReachEveryPart) {
  for (int64_t columns : {1024, 4100, 16400}) {
    const int64_t rows = 2, draws = 64;
    std::vector<int> ofStretch(32), ofLane(32);
    for (uint32_t draw = 0; draw < draws; ++draw) {
      auto spikes = spikesOf({rows, columns}, draw);
      ASSERT_EQ(int64_t(spikes.size()), rows);
      for (int64_t index : spikes) {
        ++ofStretch[size_t(index % columns * 32 / columns)];
        ++ofLane[size_t(index % columns % 32)];
      }
    }
    for (size_t part = 0; part < 32; ++part) {
      EXPECT_GE(ofStretch[part], 2) << columns << " " << part;
      EXPECT_GE(ofLane[part], 1) << columns << " " << part;
    }
  }
}

TEST(Input, SpikesOfShortRowsAreRareInEveryOtherDraw) {
  EXPECT_EQ(spikesOf({600, 4}, 0).size(), 600u);
  EXPECT_EQ(spikesOf({600, 4}, 1).size(), 2u);
  EXPECT_EQ(spikesOf({600, 4}, 2).size(), 600u);
  // Otherwise all elements would be alike.
  EXPECT_EQ(spikesOf({2048, 1}, 0).size(), 2u);
  EXPECT_EQ(spikesOf({}, 0).size(), 1u);
}

TEST(Input, SpikesAreAboveOrBelow) {
  const int64_t row[] = {1, 64};
  for (auto [family, sign] : {std::pair(InputFamily::Spiked, 1.0),
                              std::pair(InputFamily::SpikedBelow, -1.0)}) {
    auto spikes = spikesOf(row, 3, family);
    ASSERT_EQ(spikes.size(), 1u);
    InputKey k = {/*seed=*/5, /*argument=*/0, family, row, /*draw=*/3};
    EXPECT_GT(sign * drawInput(k, FloatKind::F32, spikes.front()), 900);
  }
}

TEST(Input, ArgumentsAreOpposed) {
  for (unsigned argument = 0; argument < 4; ++argument) {
    InputKey k = key(InputFamily::Opposed);
    k.argument = argument;
    double sum = 0;
    for (int64_t i = 0; i < 768; ++i)
      sum += drawInput(k, FloatKind::F32, i);
    EXPECT_NEAR(sum / 768, argument & 1 ? -64 : 64, 0.25);
  }
}

TEST(Input, OneOfTheFirstTwoArgumentsIsLargest) {
  // The largest finite value of bf16 is less than that of f32.
  double beyond = getLargest(FloatKind::BF16);
  for (InputFamily family :
       {InputFamily::LargestFirst, InputFamily::LargestSecond}) {
    unsigned largest = family == InputFamily::LargestSecond;
    for (unsigned argument = 0; argument < 3; ++argument) {
      InputKey k = key(family);
      k.argument = argument;
      double least = HUGE_VAL, most = 0;
      for (int64_t i = 0; i < 768; ++i) {
        double x = std::fabs(drawInput(k, FloatKind::F32, i));
        least = std::min(least, x);
        most = std::max(most, x);
      }
      if (argument == largest) {
        EXPECT_GT(least, 0.99 * beyond);
        EXPECT_GT(most, beyond);
        EXPECT_TRUE(std::isfinite(most));
      } else if (argument < 2) {
        EXPECT_LT(most, 0x1p-110);
      } else {
        EXPECT_GT(most, 1);
        EXPECT_LT(most, 10);
      }
    }
  }
}

TEST(Input, SpecialValuesOfFewRows) {
  // Of up to seven rows every other one has exactly one, and those without are
  // there whatever the seed; one row has a few, never all of it.
  const int64_t few[] = {6, 64}, single[] = {64};
  for (InputFamily family : {InputFamily::WithNaN, InputFamily::WithInf})
    for (uint64_t seed = 0; seed < 16; ++seed) {
      auto count = [&](ArrayRef<int64_t> shape, int64_t row) {
        int special = 0;
        for (int64_t c = 0; c < 64; ++c)
          special += !std::isfinite(drawInput({seed, 0, family, shape},
                                              FloatKind::F32, row * 64 + c));
        return special;
      };
      int first = count(few, 0);
      for (int64_t row = 0; row < 6; ++row)
        EXPECT_EQ(count(few, row), row & 1 ? 1 - first : first);
      EXPECT_GE(count(single, 0), 1);
      EXPECT_LE(count(single, 0), 4);
    }
}
