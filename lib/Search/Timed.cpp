//===- Timed.cpp - A search by times on a device ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Searcher.h"
#include "kernel-opt/Verify/Certificate.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

/// What a program must have passed before a device runs it.
static constexpr StringLiteral quickPolicy = "algebra-only";

bool Searcher::openDevice() {
  if (options.deviceCommand.empty())
    return true;
  auto fail = [&](llvm::Error error) {
    result.failed = true;
    result.reason = llvm::toString(std::move(error));
    return false;
  };
  auto policy = verify::Policy::find(options.session.policy);
  if (!policy)
    return fail(policy.takeError());
  needsAccuracy = policy->demands(verify::obligation::accuracy) ||
                  policy->demands(verify::obligation::specialValues);
  auto chip = nvptx::findChip(options.session.compile.target);
  if (!chip)
    return fail(chip.takeError());
  timer = std::make_unique<DeviceTimer>(options.deviceCommand,
                                        2 * options.limits.wallTime);
  auto device = timer->open(chip->sm);
  if (!device)
    return fail(device.takeError());
  result.device = *device;
  return true;
}

/// A program is checked quickly before a device runs it. One of which that
/// shows nothing is run only if there is nothing better to compare with.
void Searcher::prepareTiming(const KernelInfo &kernel, TriedChoice &tried,
                             bool isFirst, WorkerClient &worker) {
  const std::string &hash = tried.evaluation.finalHash;
  auto check = store.check(kernel.hash, hash, /*complete=*/false);
  bool isKnown = check.has_value();
  if (!isKnown)
    check = worker.check(kernel, tried.choice, nonceFor(options.seed, hash),
                         quickPolicy);
  if (isOver() && check->verdict == "lost")
    return;
  if (!isKnown)
    keep(store.addCheck(kernel.hash, tried.choice, *check));
  {
    std::lock_guard<std::mutex> lock(mutex);
    ++(isKnown ? result.counts.recalledChecks : result.counts.checks);
  }
  if (check->verdict != "verified")
    tried.check = *check;
  if (check->verdict != "verified" &&
      !(isFirst && check->verdict == "unproven"))
    return;
  tried.measured =
      store.measuredSeconds(kernel.hash, tried.choice, result.device);
  if (tried.measured || !tried.evaluation.plan.empty())
    return;
  tried.evaluation.plan =
      worker.evaluate(kernel, tried.choice, {}, /*withPlan=*/true).plan;
}

void Searcher::submit(const TunedKernel &kernel, TriedChoice &tried) {
  if (tried.measured)
    ++result.counts.recalledTimes;
  if (!timer || tried.measured || tried.evaluation.plan.empty())
    return;
  timer->submit({kernel.info.hash, tried.choice,
                 std::exchange(tried.evaluation.plan, "")});
}

void Searcher::takeTime(DeviceResult &done) {
  TunedKernel &kernel = kernels.at(done.job.kernel);
  auto tried = llvm::find_if(kernel.tried, [&](const TriedChoice &each) {
    return each.choice == done.job.choice;
  });
  if (tried == kernel.tried.end())
    return;
  if (done.measurement) {
    ++result.counts.measured;
    tried->measured = done.measurement->seconds;
    keep(store.addMeasurement(done.job.kernel, done.job.choice,
                              *done.measurement));
    return;
  }
  // What the device did not survive is not tried on it again.
  tried->evaluation.state = "lost";
  tried->evaluation.reason = "on the device: " + done.error;
  --result.counts.states["applied"];
  ++result.counts.states["lost"];
  result.losses.push_back("kernel '" + kernel.info.name + "' by " +
                          tried->choice.str() + ": " +
                          tried->evaluation.reason);
  keep(store.add(done.job.kernel, done.job.choice, tried->evaluation, {}));
}

bool Searcher::collectTimes(size_t outstanding) {
  if (!timer)
    return true;
  while (true) {
    // What ends in between is taken at the next turn.
    size_t left = timer->pending();
    for (DeviceResult &done : timer->take())
      takeTime(done);
    if (left <= outstanding)
      return true;
    if (isOver())
      return false;
    report();
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}
