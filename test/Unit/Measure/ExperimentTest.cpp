//===- ExperimentTest.cpp - Experiments on simulated devices -------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Experiment.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::measure;

namespace {
/// A device whose clock wanders, falls while it heats up and swings, with
/// noise on every run and rare interruptions.
struct Device {
  explicit Device(uint64_t seed) : random(seed) {}
  double noise = 0.01;
  double wander = 0.0015;  ///< Of the random walk, per run.
  double fall = 0;         ///< Relative, per run.
  double swing = 0.01;     ///< Of a slow wave.
  double interruption = 0; ///< Share of runs that take three times as long.
  bool knowsClock = true;
  double walk = 0;
  uint64_t runs = 0;
  std::mt19937_64 random;

  Sample run(double cycles) {
    std::normal_distribution<double> normal;
    ++runs;
    walk += wander * normal(random);
    walk = std::clamp(walk, -0.15, 0.15);
    double clock = 1.8e9 * (1 + walk - fall * double(runs) +
                            swing * std::sin(double(runs) / 40));
    double seconds = cycles / clock * std::exp(noise * normal(random));
    if (std::uniform_real_distribution<double>()(random) < interruption)
      seconds *= 3;
    return {seconds, knowsClock ? clock : 0};
  }
};

class Simulated : public Sampler {
public:
  Simulated(Device &device, double cycles) : device(device), cycles(cycles) {}
  llvm::Expected<Sample> sample() override { return device.run(cycles); }

private:
  Device &device;
  double cycles;
};
} // namespace

static Comparison compareOn(Device &device, double baselineCycles,
                            double candidateCycles,
                            const ExperimentOptions &options = {}) {
  Simulated baseline(device, baselineCycles);
  Simulated candidate(device, candidateCycles);
  return llvm::cantFail(compare(baseline, candidate, options));
}

/// All A, then all B, as naive timers do: whether their t-interval on the log
/// ratio leaves out zero.
static bool naiveCallsDifferent(Device &device, double cycles) {
  std::vector<double> logs[2];
  for (auto &list : logs)
    for (int i = 0; i < 100; ++i)
      list.push_back(std::log(device.run(cycles).seconds));
  double error = std::sqrt(
      (std::pow(deviation(logs[0]), 2) + std::pow(deviation(logs[1]), 2)) /
      100);
  return std::fabs(mean(logs[0]) - mean(logs[1])) > 1.97 * error;
}

TEST(Experiment, WhatBlocksDoNotAverageOutWidensIntervals) {
  // 18000 cycles are 10 us: 32 ns are 0.32 %.
  auto widthOf = [](ExperimentOptions options) {
    Device device(3);
    return compareOn(device, 18000, 18000, options).logRatio.halfWidth;
  };
  ExperimentOptions options, bare;
  bare.placement = bare.timestampStep = 0;
  // The samples are the same, and so is when they are enough.
  EXPECT_NEAR(widthOf(options) - widthOf(bare), 0.001 + 0.0032, 0.0006);
}

TEST(Experiment, EqualKernelsAreRarelyCalledDifferent) {
  int different = 0, naive = 0;
  constexpr int trials = 500;
  for (int i = 0; i < trials; ++i) {
    Device device(uint64_t(i) + 1);
    device.fall = 2e-5;
    device.interruption = 0.01;
    ExperimentOptions options;
    options.seed = uint64_t(i);
    Comparison result = compareOn(device, 1e5, 1e5, options);
    different += result.logRatio.low() > 0 || result.logRatio.high() < 0;
    Device other(uint64_t(i) + 1);
    other.fall = 2e-5;
    naive += naiveCallsDifferent(other, 1e5);
  }
  // 5 % is what the interval says; one after the other is far from that.
  EXPECT_LE(different, int(trials * 0.08));
  EXPECT_GE(naive, int(trials * 0.4));
  RecordProperty("interleaved", different);
  RecordProperty("naive", naive);
}

TEST(Experiment, VerdictOfEqualKernelsIsSame) {
  int same = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    Device device(i);
    ExperimentOptions options;
    options.seed = i;
    same += compareOn(device, 1e5, 1e5, options).verdict == Verdict::Same;
  }
  EXPECT_GE(same, 90);
}

TEST(Experiment, SmallDifferencesAreFound) {
  int found = 0;
  double sum = 0;
  for (uint64_t i = 0; i < 100; ++i) {
    Device device(i);
    device.fall = 2e-5;
    ExperimentOptions options;
    options.seed = i;
    Comparison result = compareOn(device, 1.02e5, 1e5, options);
    found += result.verdict == Verdict::Faster;
    sum += result.logRatio.mean;
  }
  EXPECT_GE(found, 95);
  EXPECT_NEAR(sum / 100, std::log(1.02), 0.001);
}

TEST(Experiment, SlowerIsSlower) {
  Device device(3);
  Comparison result = compareOn(device, 1e5, 1.1e5);
  EXPECT_EQ(result.verdict, Verdict::Slower);
  EXPECT_NEAR(result.logRatio.mean, -std::log(1.1), 0.01);
  EXPECT_NEAR(result.candidateSeconds / result.baselineSeconds, 1.1, 0.05);
}

TEST(Experiment, InterruptionsDoNotBendTheRatio) {
  Device device(5);
  device.interruption = 0.05;
  Comparison result = compareOn(device, 1.1e5, 1e5);
  EXPECT_NEAR(result.logRatio.mean, std::log(1.1), 0.02);
}

TEST(Experiment, UnknownClocksAreLeftOut) {
  Device device(7);
  device.knowsClock = false;
  Comparison result = compareOn(device, 1.1e5, 1e5);
  EXPECT_FALSE(result.logCycleRatio.has_value());
  EXPECT_EQ(result.verdict, Verdict::Faster);
}

namespace {
/// Always at one time and clock.
class Fixed : public Sampler {
public:
  Fixed(double seconds, double clock) : value{seconds, clock} {}
  llvm::Expected<Sample> sample() override {
    ++calls;
    return value;
  }
  Sample value;
  unsigned calls = 0;
};
class Failing : public Sampler {
public:
  llvm::Expected<Sample> sample() override {
    return llvm::createStringError("it broke");
  }
};
} // namespace

TEST(Experiment, BlocksWithUnequalClocksAreSetAside) {
  // Faster by the clock alone: the same number of cycles.
  Fixed slow(1.1e-4, 1.8e9 / 1.1), fast(1e-4, 1.8e9);
  ExperimentOptions options;
  options.mostBlocks = 12;
  Comparison result = llvm::cantFail(compare(slow, fast, options));
  EXPECT_EQ(result.blocksUsed, 0u);
  EXPECT_EQ(result.blocksSetAside, 12u);
  EXPECT_EQ(result.verdict, Verdict::Ambiguous);
}

TEST(Experiment, TimeAndCyclesMustAgree) {
  // One percent faster, all of it by the clock, which is within the spread.
  Fixed slow(1.01e-4, 1.8e9 / 1.01), fast(1e-4, 1.8e9);
  Comparison result = llvm::cantFail(compare(slow, fast, {}));
  EXPECT_GT(result.logRatio.low(), 0);
  EXPECT_NEAR(result.logCycleRatio->mean, 0, 1e-12);
  EXPECT_EQ(result.verdict, Verdict::Ambiguous);
}

TEST(Experiment, StopsWhenTheIntervalIsNarrow) {
  Fixed a(1e-4, 0), b(2e-4, 0);
  Comparison result = llvm::cantFail(compare(a, b, {}));
  EXPECT_EQ(result.blocks.size(), 10u);
  EXPECT_TRUE(result.warm);
  // Three blocks to see that it is warm, then ten, of five pairs each.
  EXPECT_EQ(a.calls, 13u * 5);
  EXPECT_EQ(b.calls, 13u * 5);
}

TEST(Experiment, NeverWarmIsSaid) {
  Device device(9);
  device.fall = 2e-3;
  device.noise = 0;
  ExperimentOptions options;
  options.mostWarmBlocks = 5;
  options.mostBlocks = 10;
  EXPECT_FALSE(compareOn(device, 1e5, 1e5, options).warm);
}

TEST(Experiment, ErrorsPassThrough) {
  Fixed good(1e-4, 0);
  Failing bad;
  auto result = compare(good, bad, {});
  ASSERT_FALSE(bool(result));
  EXPECT_EQ(llvm::toString(result.takeError()), "it broke");
  Fixed zero(0, 0);
  auto none = compare(good, zero, {});
  ASSERT_FALSE(bool(none));
  EXPECT_NE(llvm::toString(none.takeError()).find("took no time"),
            std::string::npos);
}

TEST(Experiment, JSONHoldsEverySample) {
  Fixed a(1e-4, 1e9), b(2e-4, 1e9);
  ExperimentOptions options;
  Comparison result = llvm::cantFail(compare(a, b, options));
  llvm::json::Object object = result.toJSON();
  EXPECT_EQ(object.getString("verdict"), "slower");
  ASSERT_EQ(object.getArray("blocks")->size(), 10u);
  const auto *first = (*object.getArray("blocks"))[0].getAsObject();
  EXPECT_EQ(first->getObject("baseline")->getArray("seconds")->size(), 5u);
}

TEST(Summary, MedianOfOne) {
  Device device(1);
  Simulated sampler(device, 1.8e5);
  ExperimentOptions options;
  Summary summary = llvm::cantFail(summarize(sampler, 101, options));
  EXPECT_EQ(summary.samples.size(), 101u);
  EXPECT_NEAR(summary.seconds, 1e-4, 2e-5);
  EXPECT_LE(summary.lowerQuartile, summary.seconds);
  EXPECT_GE(summary.upperQuartile, summary.seconds);
}

TEST(SpeedOfLight, Gate) {
  SpeedOfLight light{4e9, 4e12, 1e9, 1e12};
  EXPECT_DOUBLE_EQ(light.seconds(), 1e-3);
  EXPECT_TRUE(light.allows(0.98e-3));
  EXPECT_FALSE(light.allows(0.96e-3));
  EXPECT_DOUBLE_EQ(SpeedOfLight().seconds(), 0);
}
