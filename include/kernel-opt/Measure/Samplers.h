//===- Samplers.h - What can be timed ------------------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_MEASURE_SAMPLERS_H
#define KERNEL_OPT_MEASURE_SAMPLERS_H

#include "kernel-opt/Measure/Experiment.h"
#include "kernel-opt/Runtime/PlanRunner.h"
#include "kernel-opt/Support/JSONLines.h"

namespace kernel_opt::measure {

/// A plan in this process. A sample is one replay of the graph of all its
/// launches, with poisoned outputs, an emptied L2 and the next of several sets
/// of inputs.
class PlanSampler : public Sampler {
public:
  /// Makes ceil(2 L2 / bytes) + 2 sets (at least three, at most 64) of drawn
  /// inputs (`mostDrawn` as PlanRunner::addSet takes it), and notes what each
  /// of them computes.
  static llvm::Expected<std::unique_ptr<PlanSampler>>
  create(runtime::Session &session, runtime::PlanRunner &runner,
         verify::InputFamily family, uint64_t seed,
         int64_t mostDrawn = runtime::PlanRunner::drawnForTiming);

  llvm::Expected<Sample> sample() override;

  /// Whether the outputs that the timed runs left are those noted before, bit
  /// by bit. The numbers of the sets where they are not.
  llvm::Expected<std::vector<unsigned>> changedOutputs();

  /// Runs replays back to back and compares the device's clock with the
  /// host's, to notice work that the events do not see. Repeated a few times
  /// while they disagree.
  struct ClockCheck {
    double eventSeconds = 0, wallSeconds = 0;
    /// What the context still had to do after the stream was done.
    double pendingSeconds = 0;
    /// They agree within 3 % and half a millisecond.
    bool agrees() const;
  };
  llvm::Expected<ClockCheck> checkClocks();

  unsigned sets() const { return unsigned(expected.size()); }
  const runtime::LaunchPlan &plan() const { return runner.plan(); }

private:
  PlanSampler(runtime::Session &session, runtime::PlanRunner &runner)
      : session(session), runner(runner) {}
  llvm::Expected<ClockCheck> checkClocksOnce();
  runtime::Session &session;
  runtime::PlanRunner &runner;
  runtime::Event begin, end;
  std::vector<std::vector<uint64_t>> expected; ///< Output checksums, by set.
  std::vector<bool> timed;
  uint64_t count = 0;
};

/// A worker process that answers {"command": "time", "handle": h} with samples:
/// another kernel-opt-run, or the Torch baselines.
class WorkerSampler : public Sampler {
public:
  WorkerSampler(JSONLinesWorker &worker, int64_t handle,
                std::chrono::milliseconds timeout)
      : worker(worker), handle(handle), timeout(timeout) {}
  llvm::Expected<Sample> sample() override;

private:
  JSONLinesWorker &worker;
  int64_t handle;
  std::chrono::milliseconds timeout;
};

} // namespace kernel_opt::measure

#endif // KERNEL_OPT_MEASURE_SAMPLERS_H
