//===- Store.h - What a search knows already --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Findings about kernels and programs, in memory and, where there is one, in
// the archive: what was found out once, by this very build, is not computed
// again. Each finding is in the archive before the search goes on from it.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_STORE_H
#define KERNEL_OPT_SEARCH_STORE_H

#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Search/Variant.h"
#include "kernel-opt/Search/Worker.h"
#include <memory>

namespace kernel_opt::search {

/// What findings depend on beside the kernel.
struct Environment {
  std::string target;    ///< For example "sm_90a".
  std::string toolchain; ///< Versions of this project, LLVM and ptxas.
  std::string build;     ///< Identifies this very build, and given schedules.
  std::string device;    ///< That times are modelled for.
};

/// Asks ptxas for its version. Fails on an unknown target, without ptxas, or if
/// a file of schedules cannot be read: what stands in these decides what the
/// names of strategies mean.
llvm::Expected<Environment> findEnvironment(const nvptx::PtxOptions &compile,
                                            ArrayRef<std::string> schedules);

/// Names the build of this code: the build id that the linker wrote, or a hash
/// of the executable.
std::string buildIdentity();

struct KnownCheck {
  llvm::json::Value record = nullptr;
  std::string ptxHash; ///< of what the program was compiled to
};

/// A graph choice that was tried before.
struct KnownVariant {
  std::string state, reason;
};

/// A verified winner, in the words of the archive.
struct KnownWinner {
  Candidate candidate;
  std::vector<SetText> rewriteSets; ///< that are not shipped
  std::optional<double> seconds;
  bool measured = false;
  /// Comparisons of its functions by this build.
  std::vector<optimizer::FunctionCheck> functions;
};

/// May be used by several threads.
class Store {
public:
  /// `path` empty: in memory alone. A read-only store fails to add.
  static llvm::Expected<std::unique_ptr<Store>>
  open(StringRef path, const Environment &environment, bool writable);
  ~Store();

  /// Starts a run, which timings refer to.
  llvm::Error beginRun(uint64_t seed, llvm::json::Value options);

  /// An exchange with a proposer.
  llvm::Error addExchange(const proposal::WireRecord &record);
  /// What the proposer answered to the prompt of that hash before.
  std::optional<std::string> answer(const proposal::Proposer &proposer,
                                    StringRef promptHash, uint64_t seed);

  /// Loads what is known of a kernel; must come before anything about it.
  llvm::Error prepare(const KernelInfo &kernel);
  /// Of a duplicate, what is known of the program that it is equal to.
  std::optional<Evaluation> evaluation(StringRef kernel,
                                       const KernelChoice &choice);
  /// `complete`: with accuracy, which quick checks leave out.
  std::optional<CheckedProgram> check(StringRef kernel, StringRef finalHash,
                                      bool complete);
  /// A check of exactly this program of a kernel, by this build, that verified
  /// it.
  std::optional<KnownCheck> verifiedProgram(StringRef kernel,
                                            StringRef finalHash);
  llvm::Error add(StringRef kernel, const KernelChoice &choice,
                  const Evaluation &evaluation, ArrayRef<KernelChoice> parents);
  /// Times of a choice that was added, on the device of that name.
  llvm::Error addMeasurement(StringRef kernel, const KernelChoice &choice,
                             const Measurement &measurement);
  std::optional<double> measuredSeconds(StringRef kernel,
                                        const KernelChoice &choice,
                                        StringRef device);
  llvm::Error addCheck(StringRef kernel, const KernelChoice &choice,
                       const WorkerClient::Checked &check);

  /// The same of the program as a whole.
  llvm::Error prepareProgram(StringRef hash);
  std::optional<KnownVariant> variant(const GraphChoice &choice);
  llvm::Error addVariant(const Variant &variant);
  /// `evidence`: for each kernel its name, hashes and record of its check.
  llvm::Error addWinner(const Candidate &candidate, StringRef finalHash,
                        double seconds, StringRef device,
                        llvm::json::Value evidence, llvm::json::Value windows,
                        ArrayRef<SetText> sets);
  /// What was found about the functions of the winner that was added last.
  llvm::Error addFunctionChecks(const llvm::json::Value &checks);
  llvm::Expected<std::optional<KnownWinner>> winner();

  /// The best verified choice for a kernel, whatever program it was found in.
  llvm::Expected<std::optional<KernelChoice>> bestChoice(StringRef kernel);

private:
  struct State;
  static std::string measuredOn(const State &state);
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_STORE_H
