//===- Experiment.h - Timing as a paired experiment ----------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two implementations are timed in blocks of pairs, each pair in a random
// order, so that drift of the clock, heat and neighbours hit both alike. A
// block gives one number, log(median baseline / median candidate); the mean of
// the blocks has a t-interval. Timing one after the other instead calls equal
// kernels different more often than not.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_MEASURE_EXPERIMENT_H
#define KERNEL_OPT_MEASURE_EXPERIMENT_H

#include "kernel-opt/Measure/Statistics.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace kernel_opt::measure {

/// One timed run.
struct Sample {
  double seconds = 0;
  double clockHz = 0; ///< Zero if not known.
};

/// Something that can be timed once, with caches as they should be.
class Sampler {
public:
  virtual ~Sampler();
  virtual llvm::Expected<Sample> sample() = 0;
};

struct ExperimentOptions {
  unsigned pairsPerBlock = 5;
  unsigned leastBlocks = 10;
  unsigned mostBlocks = 60;
  double confidence = 0.95;
  /// Blocks are added until the half width of the interval is this small.
  double halfWidth = 0.005;
  /// What more blocks do not average out, added to both sides of an interval:
  /// where in memory the buffers of each side lie (a share of the time), and
  /// the steps of the device's timestamps (seconds).
  double placement = 0.001;
  double timestampStep = 32e-9;
  /// Warm when so many block medians of each side agree within `warmSpread`.
  unsigned warmBlocks = 3;
  unsigned mostWarmBlocks = 30;
  double warmSpread = 0.01;
  /// Blocks whose two clocks differ more are set aside.
  double clockSpread = 0.02;
  uint64_t seed = 0; ///< Of the order of the pairs.
};

struct TimedBlock {
  std::vector<Sample> baseline, candidate;
  double logRatio = 0;       ///< log(median time / median time)
  double logCycleRatio = 0;  ///< The same in cycles, if clocks are known.
  bool clocksDiffer = false; ///< Set aside.
};

enum class Verdict {
  Faster, ///< The whole interval says so, in time and in cycles.
  Slower,
  Same,      ///< Zero lies in an interval as narrow as asked for.
  Ambiguous, ///< Zero lies in a wider one, or time and cycles disagree.
};
StringRef stringOf(Verdict verdict);

struct Comparison {
  Verdict verdict = Verdict::Ambiguous;
  Interval logRatio; ///< Positive: the candidate is faster.
  std::optional<Interval> logCycleRatio;
  double baselineSeconds = 0, candidateSeconds = 0; ///< Medians of all samples.
  bool warm = true; ///< False: medians never settled before the blocks.
  unsigned blocksUsed = 0, blocksSetAside = 0;
  std::vector<TimedBlock> blocks;

  /// All samples included, times in seconds.
  llvm::json::Object toJSON() const;
};

llvm::Expected<Comparison> compare(Sampler &baseline, Sampler &candidate,
                                   const ExperimentOptions &options);

/// The median of one sampler alone, after warming up, with the spread of the
/// middle half of its samples.
struct Summary {
  double seconds = 0;
  double lowerQuartile = 0, upperQuartile = 0;
  double clockHz = 0;
  bool warm = true;
  std::vector<Sample> samples;
  llvm::json::Object toJSON() const;
};
llvm::Expected<Summary> summarize(Sampler &sampler, unsigned samples,
                                  const ExperimentOptions &options);

/// The least time that physics allows, and whether a time is believable.
struct SpeedOfLight {
  double bytes = 0, bytesPerSecond = 0;
  double flops = 0, flopsPerSecond = 0;
  double seconds() const;
  /// A time below 97 % of the least is a mistake of the measurement, or the
  /// work was not done.
  bool allows(double measured) const { return measured >= 0.97 * seconds(); }
};

} // namespace kernel_opt::measure

#endif // KERNEL_OPT_MEASURE_EXPERIMENT_H
