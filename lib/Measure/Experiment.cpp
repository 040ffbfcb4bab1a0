//===- Experiment.cpp - Timing as a paired experiment --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Experiment.h"
#include <algorithm>
#include <cmath>
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::measure;

Sampler::~Sampler() = default;

StringRef measure::stringOf(Verdict verdict) {
  switch (verdict) {
  case Verdict::Faster:
    return "faster";
  case Verdict::Slower:
    return "slower";
  case Verdict::Same:
    return "same";
  case Verdict::Ambiguous:
    return "ambiguous";
  }
  llvm_unreachable("all verdicts are handled");
}

static std::vector<double> secondsOf(ArrayRef<Sample> samples) {
  std::vector<double> result;
  for (const Sample &s : samples)
    result.push_back(s.seconds);
  return result;
}

/// Of the clocks that are known; zero if none is.
static double medianClock(ArrayRef<Sample> samples) {
  std::vector<double> clocks;
  for (const Sample &s : samples)
    if (s.clockHz > 0)
      clocks.push_back(s.clockHz);
  return clocks.empty() ? 0 : median(clocks);
}

namespace {
class Experiment {
public:
  Experiment(Sampler &baseline, Sampler &candidate,
             const ExperimentOptions &options)
      : baseline(baseline), candidate(candidate), options(options),
        random(options.seed) {}

  llvm::Expected<TimedBlock> runBlock();
  llvm::Expected<bool> warmUp();
  llvm::Expected<Comparison> run();

private:
  void evaluate(Comparison &result) const;

  Sampler &baseline, &candidate;
  const ExperimentOptions &options;
  std::mt19937_64 random;
};
} // namespace

llvm::Expected<TimedBlock> Experiment::runBlock() {
  TimedBlock block;
  for (unsigned pair = 0; pair < options.pairsPerBlock; ++pair) {
    bool candidateFirst = random() >> 63;
    for (bool second : {false, true}) {
      bool isCandidate = candidateFirst != second;
      llvm::Expected<Sample> sample =
          (isCandidate ? candidate : baseline).sample();
      if (!sample)
        return sample.takeError();
      if (!(sample->seconds > 0))
        return llvm::createStringError(
            "a timed run took no time; the clock of the device is unusable");
      (isCandidate ? block.candidate : block.baseline).push_back(*sample);
    }
  }
  block.logRatio = std::log(median(secondsOf(block.baseline)) /
                            median(secondsOf(block.candidate)));
  double baselineClock = medianClock(block.baseline);
  double candidateClock = medianClock(block.candidate);
  if (baselineClock > 0 && candidateClock > 0) {
    double ratio = baselineClock / candidateClock;
    block.logCycleRatio = block.logRatio + std::log(ratio);
    block.clocksDiffer = std::fabs(ratio - 1) > options.clockSpread;
  }
  return block;
}

/// Whether the last `count` values agree.
static bool settled(ArrayRef<double> medians, unsigned count, double spread) {
  if (medians.size() < count)
    return false;
  auto [least, most] =
      std::minmax_element(medians.end() - count, medians.end());
  return *most <= *least * (1 + spread);
}

llvm::Expected<bool> Experiment::warmUp() {
  std::vector<double> baselines, candidates;
  for (unsigned i = 0; i < options.mostWarmBlocks; ++i) {
    llvm::Expected<TimedBlock> block = runBlock();
    if (!block)
      return block.takeError();
    baselines.push_back(median(secondsOf(block->baseline)));
    candidates.push_back(median(secondsOf(block->candidate)));
    if (settled(baselines, options.warmBlocks, options.warmSpread) &&
        settled(candidates, options.warmBlocks, options.warmSpread))
      return true;
  }
  return false;
}

/// The intervals over the blocks so far.
void Experiment::evaluate(Comparison &result) const {
  std::vector<double> ratios, cycleRatios;
  for (const TimedBlock &block : result.blocks) {
    if (block.clocksDiffer)
      continue;
    ratios.push_back(block.logRatio);
    if (medianClock(block.baseline) > 0 && medianClock(block.candidate) > 0)
      cycleRatios.push_back(block.logCycleRatio);
  }
  result.blocksUsed = unsigned(ratios.size());
  result.blocksSetAside = unsigned(result.blocks.size() - ratios.size());
  result.logRatio = meanInterval(ratios, options.confidence);
  result.logCycleRatio.reset();
  if (cycleRatios.size() == ratios.size() && !ratios.empty())
    result.logCycleRatio = meanInterval(cycleRatios, options.confidence);
}

/// `agrees`: blocks agree as well as asked for.
static Verdict verdictOf(const Comparison &result, bool agrees) {
  auto agree = [&](auto says) {
    return says(result.logRatio) &&
           (!result.logCycleRatio || says(*result.logCycleRatio));
  };
  if (agree([](const Interval &i) { return i.low() > 0; }))
    return Verdict::Faster;
  if (agree([](const Interval &i) { return i.high() < 0; }))
    return Verdict::Slower;
  const Interval &ratio = result.logRatio;
  bool holdsZero = ratio.low() <= 0 && ratio.high() >= 0;
  return holdsZero && agrees ? Verdict::Same : Verdict::Ambiguous;
}

llvm::Expected<Comparison> Experiment::run() {
  Comparison result;
  llvm::Expected<bool> warm = warmUp();
  if (!warm)
    return warm.takeError();
  result.warm = *warm;
  while (result.blocks.size() < options.mostBlocks) {
    llvm::Expected<TimedBlock> block = runBlock();
    if (!block)
      return block.takeError();
    result.blocks.push_back(std::move(*block));
    evaluate(result);
    if (result.blocksUsed >= options.leastBlocks &&
        result.logRatio.halfWidth <= options.halfWidth)
      break;
  }
  std::vector<double> baselines, candidates;
  for (const TimedBlock &block : result.blocks) {
    llvm::append_range(baselines, secondsOf(block.baseline));
    llvm::append_range(candidates, secondsOf(block.candidate));
  }
  result.baselineSeconds = median(baselines);
  result.candidateSeconds = median(candidates);
  bool agrees = result.logRatio.halfWidth <= options.halfWidth;
  double systematic = options.placement +
                      options.timestampStep / std::min(result.baselineSeconds,
                                                       result.candidateSeconds);
  result.logRatio.halfWidth += systematic;
  if (result.logCycleRatio)
    result.logCycleRatio->halfWidth += systematic;
  result.verdict = verdictOf(result, agrees);
  return result;
}

llvm::Expected<Comparison> measure::compare(Sampler &baseline,
                                            Sampler &candidate,
                                            const ExperimentOptions &options) {
  return Experiment(baseline, candidate, options).run();
}

llvm::Expected<Summary> measure::summarize(Sampler &sampler, unsigned samples,
                                           const ExperimentOptions &options) {
  Summary summary;
  auto take = [&](unsigned count) -> llvm::Expected<std::vector<Sample>> {
    std::vector<Sample> taken;
    for (unsigned i = 0; i < count; ++i) {
      llvm::Expected<Sample> sample = sampler.sample();
      if (!sample)
        return sample.takeError();
      taken.push_back(*sample);
    }
    return taken;
  };
  std::vector<double> medians;
  summary.warm = false;
  for (unsigned i = 0; i < options.mostWarmBlocks && !summary.warm; ++i) {
    auto taken = take(options.pairsPerBlock);
    if (!taken)
      return taken.takeError();
    medians.push_back(median(secondsOf(*taken)));
    summary.warm = settled(medians, options.warmBlocks, options.warmSpread);
  }
  auto taken = take(samples);
  if (!taken)
    return taken.takeError();
  summary.samples = std::move(*taken);
  std::vector<double> seconds = secondsOf(summary.samples);
  llvm::sort(seconds);
  summary.seconds = median(seconds);
  if (!seconds.empty()) {
    summary.lowerQuartile = seconds[seconds.size() / 4];
    summary.upperQuartile = seconds[seconds.size() - 1 - seconds.size() / 4];
  }
  summary.clockHz = medianClock(summary.samples);
  return summary;
}

double SpeedOfLight::seconds() const {
  double memory = bytesPerSecond > 0 ? bytes / bytesPerSecond : 0;
  double arithmetic = flopsPerSecond > 0 ? flops / flopsPerSecond : 0;
  return std::max(memory, arithmetic);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

/// Infinite widths, of experiments cut short, have no form in JSON.
static llvm::json::Value numberOrNull(double value) {
  return std::isfinite(value) ? llvm::json::Value(value)
                              : llvm::json::Value(nullptr);
}

static llvm::json::Object toJSON(const Interval &interval) {
  return llvm::json::Object{{"mean", numberOrNull(interval.mean)},
                            {"low", numberOrNull(interval.low())},
                            {"high", numberOrNull(interval.high())}};
}

static llvm::json::Object toJSON(ArrayRef<Sample> samples) {
  llvm::json::Array seconds, clocks;
  for (const Sample &s : samples) {
    seconds.push_back(s.seconds);
    clocks.push_back(s.clockHz);
  }
  return llvm::json::Object{{"seconds", std::move(seconds)},
                            {"clock_hz", std::move(clocks)}};
}

llvm::json::Object Comparison::toJSON() const {
  llvm::json::Array blockArray;
  for (const TimedBlock &block : blocks)
    blockArray.push_back(
        llvm::json::Object{{"baseline", ::toJSON(block.baseline)},
                           {"candidate", ::toJSON(block.candidate)},
                           {"log_ratio", block.logRatio},
                           {"set_aside", block.clocksDiffer}});
  llvm::json::Object object{{"verdict", stringOf(verdict)},
                            {"log_ratio", ::toJSON(logRatio)},
                            {"baseline_seconds", baselineSeconds},
                            {"candidate_seconds", candidateSeconds},
                            {"warm", warm},
                            {"blocks_used", int64_t(blocksUsed)},
                            {"blocks_set_aside", int64_t(blocksSetAside)},
                            {"blocks", std::move(blockArray)}};
  if (logCycleRatio)
    object["log_cycle_ratio"] = ::toJSON(*logCycleRatio);
  return object;
}

llvm::json::Object Summary::toJSON() const {
  return llvm::json::Object{{"seconds", seconds},
                            {"lower_quartile", lowerQuartile},
                            {"upper_quartile", upperQuartile},
                            {"clock_hz", clockHz},
                            {"warm", warm},
                            {"samples", ::toJSON(samples)}};
}
