//===- Screener.h - A quick look at many plans ---------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A search asks of hundreds of plans which is the fastest, and some of them
// hang or take the device down. A process of its own touches the device; a plan
// that loses it costs that process, which is replaced, and itself. The others
// are timed in pairs with the fastest one of their group so far.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_MEASURE_SCREENER_H
#define KERNEL_OPT_MEASURE_SCREENER_H

#include "kernel-opt/Measure/Experiment.h"
#include "kernel-opt/Support/JSONLines.h"
#include <atomic>
#include <map>

namespace kernel_opt::measure {

/// What a quick look at a plan found.
struct Screening {
  /// Of one run; next to the same yardstick for all plans of a group.
  double seconds = 0;
  std::vector<double> samples;
  /// Whether it was timed in pairs, samples of the yardstick, clocks, the
  /// interval.
  llvm::json::Object conditions;
};

class Screener {
public:
  /// `command` starts a worker (docs/WorkerProtocol.md); `patience` is for one
  /// answer of it.
  Screener(std::vector<std::string> command, std::chrono::milliseconds patience)
      : command(std::move(command)), patience(patience) {}

  /// Starts the process and asks it what the device is.
  llvm::Expected<llvm::json::Object> info();

  /// Loads `plan` (JSON), lets it run under both kinds of poison, and times it.
  /// What differs from run to run, or depends on what memory held, is an error;
  /// so is what hangs or faults. The next call works after any error.
  llvm::Expected<Screening> screen(StringRef group, const std::string &plan);

  /// Ends the process, from another thread, too.
  void kill();

private:
  struct Yardstick {
    std::string plan;
    int64_t handle = -1; ///< -1: not loaded
    double seconds = 0;
  };

  llvm::Error start();
  llvm::Expected<llvm::json::Object> request(llvm::json::Object object);
  llvm::Expected<int64_t> load(StringRef plan);
  llvm::Error validate(int64_t handle);
  void unload(int64_t handle);
  llvm::Expected<Screening> timeAlone(int64_t handle);
  llvm::Expected<Screening> timeAgainst(const Yardstick &yardstick,
                                        int64_t handle);

  std::vector<std::string> command;
  std::chrono::milliseconds patience;
  std::optional<JSONLinesWorker> worker;
  std::map<std::string, Yardstick> yardsticks; ///< by group
  std::atomic<int> process{0};                 ///< group of the worker
};

} // namespace kernel_opt::measure

#endif // KERNEL_OPT_MEASURE_SCREENER_H
