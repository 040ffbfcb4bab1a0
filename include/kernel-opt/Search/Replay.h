//===- Replay.h - What was decided before, decided again --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pipeline's decisions, taken from the archive or from a search that has
// just ended: the program is derived anew, and an old check of a kernel counts
// only if the hashes of kernel and scheduled program and the build of the
// verifier are those of the check.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_REPLAY_H
#define KERNEL_OPT_SEARCH_REPLAY_H

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Search/Candidate.h"
#include "kernel-opt/Search/Search.h"
#include "kernel-opt/Search/Shipped.h"
#include <memory>

namespace kernel_opt::search {

/// What a finished search hands to the process that makes its output.
llvm::json::Object handOver(const SearchResult &result,
                            const Environment &environment);

class Replay {
public:
  /// From what `handOver` wrote.
  static llvm::Expected<std::unique_ptr<Replay>>
  fromHandOver(const llvm::json::Value &value, const nvptx::PtxOptions &compile,
               ArrayRef<std::string> schedules);
  /// From an archive, which need not exist; what it does not know is taken from
  /// the winners that are shipped, unless other schedules come first.
  static llvm::Expected<std::unique_ptr<Replay>>
  fromArchive(StringRef path, const nvptx::PtxOptions &compile,
              ArrayRef<std::string> schedules);

  /// Puts the decisions into the options, which must not outlive this.
  void decide(optimizer::Options &options);

  /// Compares the PTX of kernels whose checks were recalled with what it was
  /// then. An error names the kernel.
  llvm::Error confirm(const optimizer::Outcome &outcome) const;

  /// One line about what was taken from where, for the account; empty if
  /// nothing was.
  std::string describe() const;

private:
  Replay() = default;
  LogicalResult rewrite(ModuleOp module);
  void prepare(kopt::KernelOp kernel);
  std::optional<optimizer::ScheduleChoice> scheduleOf(kopt::KernelOp kernel);
  std::optional<optimizer::ProgramChecks> recall(kopt::KernelOp kernel,
                                                 gpu::GPUFuncOp program);

  std::optional<optimizer::FunctionCheck> recallFunction(StringRef source,
                                                         StringRef target);

  Environment environment;
  std::vector<optimizer::FunctionCheck> functions;
  std::vector<SetText> rewriteSets; ///< of the candidate
  std::unique_ptr<Store> store;
  ShippedWinners shipped;
  std::optional<Candidate> candidate;
  std::optional<double> seconds;
  bool isMeasured = false; ///< otherwise they are modelled
  /// Checks by hash of the kernel and of the program.
  std::map<std::pair<std::string, std::string>, KnownCheck> checks;
  /// By name of a kernel whose check was recalled: the hash of its PTX then.
  std::map<std::string, std::string> expectedPtx;
  unsigned chosen = 0, recalled = 0;
  bool fromProgram = false, fromShipped = false;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_REPLAY_H
