//===- Timing.h - Timing a plan, alone or against a baseline -------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNELOPTRUN_TIMING_H
#define KERNEL_OPT_TOOLS_KERNELOPTRUN_TIMING_H

#include "Engine.h"

namespace kernel_opt::run {

struct TimingRequest {
  measure::ExperimentOptions experiment;
  unsigned samples = 100;
  /// At most one of these three.
  std::string baselinePlan;
  std::string baselineCommand; ///< Of a worker, split like a shell does.
  bool againstItself = false;  ///< A/A: must read 1.00.
  /// The request that loads the baseline's worker, as JSON text.
  std::string baselineLoad;
  std::chrono::milliseconds workerLimit{600000};
  double peakFlops = 0; ///< A second, for the speed of light; zero: not known.

  bool hasBaseline() const {
    return againstItself || !baselinePlan.empty() || !baselineCommand.empty();
  }
};

/// Median and spread of a loaded plan. "problems" lists what makes the figure
/// invalid.
llvm::Expected<llvm::json::Object> timeAlone(Engine &engine, unsigned handle,
                                             const TimingRequest &request);
/// A paired experiment of two plans that are loaded in this process.
llvm::Expected<llvm::json::Object>
compareLoaded(Engine &engine, unsigned baseline, unsigned candidate,
              const measure::ExperimentOptions &options);
/// A paired experiment of a loaded plan against the baseline.
llvm::Expected<llvm::json::Object> timeAgainst(Engine &engine, unsigned handle,
                                               const LoadRequest &load,
                                               const TimingRequest &request);

} // namespace kernel_opt::run

#endif // KERNEL_OPT_TOOLS_KERNELOPTRUN_TIMING_H
