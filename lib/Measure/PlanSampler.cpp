//===- PlanSampler.cpp - Times a plan in this process --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Samplers.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::measure;
using namespace kernel_opt::runtime;

/// Enough sets that one is out of the L2 when its turn comes again.
static unsigned setsFor(const LaunchPlan &plan, const DeviceInfo &device) {
  uint64_t bytes = std::max<uint64_t>(plan.totalBytes(), 1);
  uint64_t sets = llvm::divideCeil(2 * device.l2Bytes, bytes) + 2;
  return unsigned(std::clamp<uint64_t>(sets, 3, 64));
}

llvm::Expected<std::unique_ptr<PlanSampler>>
PlanSampler::create(Session &session, PlanRunner &runner,
                    verify::InputFamily family, uint64_t seed,
                    int64_t mostDrawn) {
  std::unique_ptr<PlanSampler> sampler(new PlanSampler(session, runner));
  for (Event *event : {&sampler->begin, &sampler->end}) {
    auto created = session.context().createEvent();
    if (!created)
      return created.takeError();
    *event = std::move(*created);
  }
  // Left by others; a plan cannot ask for such lines.
  if (llvm::Error e = session.context().resetPersistingL2())
    return std::move(e);
  unsigned sets = setsFor(runner.plan(), session.context().device());
  while (runner.setCount() < sets)
    if (llvm::Error e =
            runner.addSet(family, seed + runner.setCount(), mostDrawn))
      return std::move(e);
  for (unsigned set = 0; set < runner.setCount(); ++set) {
    if (llvm::Error e = runner.poison(set, Poison::Large, set))
      return std::move(e);
    if (llvm::Error e = runner.run(set))
      return std::move(e);
    auto sums = runner.outputChecksums(set);
    if (!sums)
      return sums.takeError();
    sampler->expected.push_back(std::move(*sums));
  }
  sampler->timed.resize(sampler->expected.size());
  return std::move(sampler);
}

llvm::Expected<Sample> PlanSampler::sample() {
  unsigned set = unsigned(count++ % expected.size());
  timed[set] = true;
  const Stream &stream = session.stream();
  Builtins &builtins = session.builtins();
  // The clocks are read around the flush too: the device's timer is coarse, a
  // short kernel alone would be only a few of its ticks.
  llvm::Error queued = [&]() -> llvm::Error {
    if (llvm::Error e = runner.poison(set, Poison::Random, count))
      return e;
    if (llvm::Error e = builtins.readClocks(0))
      return e;
    if (llvm::Error e = builtins.flushL2())
      return e;
    if (llvm::Error e = stream.record(begin))
      return e;
    if (llvm::Error e = runner.replay(set))
      return e;
    if (llvm::Error e = stream.record(end))
      return e;
    if (llvm::Error e = builtins.readClocks(1))
      return e;
    return runner.wait();
  }();
  if (queued)
    return std::move(queued);
  llvm::Expected<double> seconds = session.context().elapsed(begin, end);
  if (!seconds)
    return seconds.takeError();
  llvm::Expected<double> clock = builtins.clockHz();
  if (!clock)
    return clock.takeError();
  return Sample{*seconds, *clock};
}

llvm::Expected<std::vector<unsigned>> PlanSampler::changedOutputs() {
  std::vector<unsigned> changed;
  for (unsigned set = 0; set < expected.size(); ++set) {
    if (!timed[set])
      continue;
    auto sums = runner.outputChecksums(set);
    if (!sums)
      return sums.takeError();
    if (*sums != expected[set])
      changed.push_back(set);
  }
  return changed;
}

bool PlanSampler::ClockCheck::agrees() const {
  constexpr double slack = 5e-4;
  return wallSeconds <= 1.03 * eventSeconds + slack &&
         eventSeconds <= 1.03 * wallSeconds + slack && pendingSeconds <= slack;
}

llvm::Expected<PlanSampler::ClockCheck> PlanSampler::checkClocks() {
  // A busy host is late now and then; work that hides is hidden every time.
  llvm::Expected<ClockCheck> check = checkClocksOnce();
  for (int i = 0; i < 6 && check && !check->agrees(); ++i)
    check = checkClocksOnce();
  return check;
}

llvm::Expected<PlanSampler::ClockCheck> PlanSampler::checkClocksOnce() {
  using Clock = std::chrono::steady_clock;
  auto since = [](Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  auto one = sample();
  if (!one)
    return one.takeError();
  // About 50 ms, so that the cost of the calls around it does not count.
  unsigned replays =
      unsigned(std::clamp(0.05 / std::max(one->seconds, 1e-6), 3.0, 5000.0));
  const Stream &stream = session.stream();
  ClockCheck check;
  Clock::time_point start = Clock::now();
  if (llvm::Error e = stream.record(begin))
    return std::move(e);
  for (unsigned i = 0; i < replays; ++i)
    if (llvm::Error e = runner.replay(unsigned(i % expected.size())))
      return std::move(e);
  if (llvm::Error e = stream.record(end))
    return std::move(e);
  if (llvm::Error e = runner.wait())
    return std::move(e);
  check.wallSeconds = since(start);
  start = Clock::now();
  if (llvm::Error e = session.context().synchronize())
    return std::move(e);
  check.pendingSeconds = since(start);
  auto seconds = session.context().elapsed(begin, end);
  if (!seconds)
    return seconds.takeError();
  check.eventSeconds = *seconds;
  return check;
}
