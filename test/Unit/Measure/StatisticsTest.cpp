//===- StatisticsTest.cpp - Medians, intervals, quantiles ----------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Statistics.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace kernel_opt::measure;

TEST(Statistics, Medians) {
  EXPECT_EQ(median({3, 1, 2}), 2);
  EXPECT_EQ(median({4, 1, 2, 3}), 2.5);
  EXPECT_TRUE(std::isnan(median({})));
  EXPECT_EQ(mean({1, 2, 6}), 3);
  EXPECT_NEAR(deviation({2, 4, 4, 4, 5, 5, 7, 9}), 2.13809, 1e-5);
  EXPECT_TRUE(std::isnan(deviation({1})));
}

// From printed tables of the distribution.
TEST(Statistics, StudentQuantiles) {
  EXPECT_NEAR(studentQuantile(0.975, 1), 12.7062, 1e-4);
  EXPECT_NEAR(studentQuantile(0.975, 2), 4.30265, 1e-5);
  EXPECT_NEAR(studentQuantile(0.975, 9), 2.26216, 1e-5);
  EXPECT_NEAR(studentQuantile(0.975, 59), 2.00100, 1e-5);
  EXPECT_NEAR(studentQuantile(0.995, 10), 3.16927, 1e-5);
  EXPECT_NEAR(studentQuantile(0.975, 1e6), 1.95997, 1e-5);
  EXPECT_NEAR(studentQuantile(0.025, 9), -2.26216, 1e-5);
  EXPECT_NEAR(studentQuantile(0.5, 9), 0, 1e-12);
  EXPECT_NEAR(studentCDF(2.26216, 9), 0.975, 1e-6);
  // With one degree of freedom the distribution is Cauchy's.
  EXPECT_NEAR(studentCDF(1, 1), 0.75, 1e-12);
}

TEST(Statistics, IntervalsCoverAsOftenAsTheySay) {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(5, 2);
  int covered = 0;
  constexpr int trials = 4000;
  for (int i = 0; i < trials; ++i) {
    std::vector<double> values(10);
    for (double &v : values)
      v = normal(random);
    Interval interval = meanInterval(values, 0.95);
    covered += interval.low() <= 5 && 5 <= interval.high();
  }
  EXPECT_NEAR(covered / double(trials), 0.95, 0.012);
  EXPECT_TRUE(std::isinf(meanInterval({1}, 0.95).halfWidth));
}
