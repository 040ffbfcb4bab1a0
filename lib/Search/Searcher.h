//===- Searcher.h - The state of a search -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Search.cpp: the loop. Trial.cpp: what becomes of a proposal. Leader.cpp: the
// best so far and its checks. Outside.cpp: proposals from elsewhere.
// Timed.cpp: times on a device.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_SEARCHER_H
#define KERNEL_OPT_LIB_SEARCH_SEARCHER_H

#include "DeviceTimer.h"
#include "Inquiry.h"
#include "Pool.h"
#include "kernel-opt/Search/Builtin.h"
#include "kernel-opt/Search/Search.h"
#include <mutex>

namespace kernel_opt::search {

/// One choice for a kernel.
struct TriedChoice {
  KernelChoice choice;
  Evaluation evaluation;
  std::optional<WorkerClient::Checked> check;
  /// On the device, in seconds.
  std::optional<double> measured;

  /// May still turn out to be right, or has.
  bool isCandidate() const {
    return evaluation.isApplied() && (!check || check->verdict == "verified");
  }
  bool isVerified() const { return check && check->verdict == "verified"; }
};

struct TunedKernel {
  KernelInfo info;
  std::vector<TriedChoice> tried;
  std::set<std::string> keys;   ///< of choices that were proposed
  std::set<std::string> hashes; ///< of programs that were made
  /// The first choice that fits: what would be used without a search.
  std::optional<size_t> first;
  /// Times are measured: what was not measured yet is no candidate.
  bool onDevice = false;

  /// The candidate with the least time. If there is none, the first choice,
  /// which is used although it is unproven.
  std::optional<size_t> best() const;
  double secondsOf(const TriedChoice &each) const {
    if (!onDevice)
      return each.evaluation.time.seconds;
    return each.measured.value_or(std::numeric_limits<double>::infinity());
  }
  double seconds() const { return secondsOf(tried[*best()]); }
};

/// What one candidate asks for, and what came of it.
struct Trial {
  // A kernel's choice, or a variant.
  std::string kernel;
  KernelChoice choice;
  std::vector<KernelChoice> parents;
  std::optional<GraphChoice> graph;

  std::optional<TriedChoice> tried;
  std::optional<Variant> variant;
  /// First choices of kernels that the variant brings: tried in order.
  std::map<std::string, std::vector<TriedChoice>> firsts;
  bool recalled = false;
};

class Searcher {
public:
  Searcher(SearchOptions &options, Store &store)
      : options(options), store(store), pool(options) {}
  llvm::Expected<SearchResult> run();

private:
  // Setup.
  bool openProgram();
  bool evaluateProgram();
  void searchOn();
  // A generation.
  std::vector<Trial> propose(unsigned first, unsigned count);
  bool proposeKernel(RandomStream &random, Trial &trial);
  bool proposeVariant(RandomStream &random, Trial &trial);
  /// Tries the trials and takes what came of them; false if the search must
  /// end.
  bool perform(std::vector<Trial> trials);
  bool carryOut(std::vector<Trial> &trials);
  void evaluate(Trial &trial, WorkerClient &worker);
  void makeVariant(Trial &trial, WorkerClient &worker);
  Evaluation evaluateChoice(const KernelInfo &kernel,
                            const KernelChoice &choice,
                            ArrayRef<KernelChoice> parents,
                            WorkerClient &worker, bool &recalled);
  TriedChoice tryChoice(const KernelInfo &kernel, const KernelChoice &choice,
                        ArrayRef<KernelChoice> parents, bool isFirst,
                        WorkerClient &worker, bool &recalled);
  void take(Trial &trial);
  void takeVariant(Trial &trial);
  void takeKernel(const KernelInfo &info, Trial &trial);
  // Times on a device.
  bool openDevice();
  void prepareTiming(const KernelInfo &kernel, TriedChoice &tried, bool isFirst,
                     WorkerClient &worker);
  /// Puts what is waiting for its time into the queue of the device.
  void submit(const TunedKernel &kernel, TriedChoice &tried);
  /// Takes times until no more than so many are outstanding; false if the
  /// search must end.
  bool collectTimes(size_t outstanding);
  void takeTime(DeviceResult &done);
  // Proposals from elsewhere.
  bool takeGivenSets();
  /// Asks the proposer, unless it is at it or nobody wants its answer.
  void ask();
  /// Takes its answer if it is there, or waits for it; false if the search must
  /// end.
  bool takeAnswer(bool wait);
  bool takeProposal(StringRef who, StringRef text, proposal::Attempt &attempt);
  bool adopt(const Judgement &judgement, std::vector<Trial> &trials);
  void refreshStrategies();
  void noteFailure(std::string text);
  std::vector<proposal::Attempt> history() const;
  std::string describeTried() const;
  // The best.
  double cost(const Variant &variant) const;
  std::vector<ScoredVariant> ranking() const;
  bool improve();
  bool checkKernels(const Variant &variant);
  void recordBest(const Variant &variant);

  void keep(llvm::Error error);
  void report();
  bool isOver() const;
  void finish();

  SearchOptions &options;
  Store &store;
  Pool pool;
  SearchResult result;
  std::map<std::string, TunedKernel> kernels;
  std::vector<std::unique_ptr<Variant>> variants;
  std::set<std::string> graphKeys, variantHashes;
  const Variant *best = nullptr;
  /// Whether the policy asks for more than quick checks find out.
  bool needsAccuracy = false;

  std::unique_ptr<DeviceTimer> timer;
  std::optional<Inquiry> inquiry;
  std::vector<proposal::Attempt> attempts;
  std::set<std::string> seenProposals; ///< hashes of their texts
  unsigned failuresInRow = 0;

  /// Of counts and the first error of the store.
  std::mutex mutex;
  std::string storeError;
  std::chrono::steady_clock::time_point reported;
};

/// A choice by its contents.
inline std::string keyOf(const KernelChoice &choice) {
  return hashJSON(choice.toJSON());
}

/// The choice that leaves everything as the strategy's file has it.
KernelChoice defaultChoice(const StrategyInfo &strategy);

/// A number that depends on what is checked.
uint64_t nonceFor(uint64_t seed, StringRef hash);

/// Least time first; equal ones keep their order.
template <typename Scored>
std::vector<Scored> sorted(const std::vector<Scored> &items) {
  std::vector<std::pair<double, size_t>> order;
  for (const Scored &item : items)
    order.push_back({item.seconds, order.size()});
  llvm::sort(order);
  std::vector<Scored> result;
  for (auto [seconds, index] : order)
    result.push_back(items[index]);
  return result;
}

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_SEARCHER_H
