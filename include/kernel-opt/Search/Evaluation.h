//===- Evaluation.h - What is found out about one kernel's schedule -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_EVALUATION_H
#define KERNEL_OPT_SEARCH_EVALUATION_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Search/Candidate.h"
#include "kernel-opt/Search/CostModel.h"
#include "kernel-opt/Search/Variant.h"
#include <optional>

namespace kernel_opt::search {

/// What one kernel came to under one choice.
struct Evaluation {
  /// "applied"; "duplicate": the program is one of those known; "illegal": the
  /// choice does not fit the kernel; "invalid": the program breaks a rule of
  /// the machine (a race, an access out of bounds); "uncompilable"; "slow":
  /// ptxas says that it does not run as it was meant; "lost": the worker died
  /// of it.
  std::string state = "applied";
  std::string reason;
  std::string finalHash, ptxHash;
  /// Present if it was applied.
  std::optional<CostFacts> facts;
  ModelledTime time;
  /// What runs it on a device (JSON), if that was asked for; not recorded.
  std::string plan;

  bool isApplied() const { return state == "applied"; }
  llvm::json::Object toJSON() const;
  static llvm::Expected<Evaluation> fromJSON(const llvm::json::Value &value,
                                             const DeviceModel &device);
};

/// Fills in the members that the archive's key has beside the hash.
void describeTypes(kopt::KernelOp kernel, KernelInfo &info);

/// A module with one kernel, called "kernel", in a function around it: what is
/// sent to a worker. Equal kernels of different programs have equal texts.
std::string isolateKernel(kopt::KernelOp kernel);

/// Schedules the only kernel of `module` by `choice` (of a file of `options`,
/// or shipped), runs one of its blocks, compiles it, and models its time. A
/// program whose hash is among `known` is a duplicate and goes no further.
Evaluation evaluateKernel(ModuleOp module, const KernelChoice &choice,
                          optimizer::Options options,
                          ArrayRef<std::string> known = {},
                          bool withPlan = false);

/// How long a program took on a device.
struct Measurement {
  std::string device;
  /// Next to the same yardstick for all candidates of a kernel.
  double seconds = 0;
  std::vector<double> samples;
  /// Samples of the yardstick, clocks, the interval.
  llvm::json::Value conditions = nullptr;
};

/// What all checks of one program found.
struct CheckedProgram {
  /// "verified", "refuted" or "unproven", all checks together.
  std::string verdict = "unproven";
  std::string detail; ///< the witness, or what is missing
  std::string finalHash;
  /// {"check", "accuracy"}; null if it came to no check.
  llvm::json::Value record = nullptr;
};

/// Schedules it and checks the program as the optimizer does, with `nonce` for
/// the kernel.
CheckedProgram checkKernelChoice(ModuleOp module, const KernelChoice &choice,
                                 optimizer::Options options, uint64_t nonce);

/// Reads the record of a checked program.
llvm::Expected<optimizer::ProgramChecks>
readCheckRecord(const llvm::json::Value &value);

/// Hash of a scheduled program that does not depend on the kernel's name.
std::string programHash(gpu::GPUFuncOp program);
/// The same of the PTX of a kernel of that name.
std::string ptxHash(StringRef ptx, StringRef kernelName);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_EVALUATION_H
