//===- Search.h - The search over choices of transformations ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two levels. Each distinct kernel is tuned over strategies and knobs, once,
// whatever program it occurs in. A variant of the program (rules at sites, a
// fusion plan) costs the best of its kernels and a launch each. Candidates are
// proposed in generations of fixed size from what all earlier generations
// found, so that neither the number of workers nor their speed changes what is
// found. docs/Search.md says more.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_SEARCH_H
#define KERNEL_OPT_SEARCH_SEARCH_H

#include "kernel-opt/Search/Store.h"
#include "kernel-opt/Search/Worker.h"
#include <atomic>
#include <functional>

namespace kernel_opt::search {

/// How much was done so far.
struct Counts {
  unsigned candidates = 0; ///< proposed, the program as it is included
  std::map<std::string, unsigned> states; ///< of what they came to
  unsigned evaluated = 0; ///< kernels' choices that a worker evaluated
  unsigned recalled = 0;  ///< those that the archive knew
  unsigned checks = 0;    ///< that the interpreter made
  unsigned recalledChecks = 0;
  unsigned windows = 0; ///< rewritten parts that were compared
  unsigned measured = 0, recalledTimes = 0; ///< on a device
  unsigned workers = 0;                     ///< processes started
  unsigned asked = 0;                       ///< questions to the proposer
  unsigned answers = 0;                     ///< proposals that came of them
  unsigned recalledAnswers = 0;
};

struct Progress {
  Counts counts;
  double firstSeconds = 0; ///< modelled, as the program is; 0: not known yet
  double bestSeconds = 0;
  bool measured = false; ///< otherwise these times are modelled
};

struct SearchOptions {
  /// Command of a worker: `search::serveCandidates` behind it.
  std::vector<std::string> workerCommand;
  Session session;
  WorkerLimits limits;
  unsigned workers = 2;
  uint64_t seed = 0;
  /// Candidates to propose, and time after which none is begun; whichever is
  /// there and comes first.
  std::optional<unsigned> candidates;
  std::optional<std::chrono::milliseconds> time;
  /// Command of a process that times launch plans (`kernel-opt-run --worker`):
  /// then candidates are ranked by their times on a device. Empty: modelled.
  std::vector<std::string> deviceCommand;
  /// Rewrite sets to judge and use first. Their names are for the account.
  std::vector<SetText> given;
  /// Who is asked for more; null: nobody.
  proposal::Proposer *proposer = nullptr;
  /// Set from outside, by a signal say: end with what there is.
  const std::atomic<bool> *stop = nullptr;
  std::function<void(const Progress &)> progress;
};

/// A kernel of the winner.
struct WinningKernel {
  KernelInfo kernel;
  KernelChoice choice;
  Evaluation evaluation;
  WorkerClient::Checked check;
  double firstSeconds = 0; ///< of the default choice
  double seconds = 0;
};

struct SearchResult {
  /// Nothing came of the program itself: `reason` says why.
  bool failed = false;
  std::string reason;
  bool interrupted = false;

  Candidate candidate;
  Variant variant;
  std::vector<WinningKernel> kernels;
  /// All kernels verified; otherwise the defaults of some are unproven.
  bool verified = false;
  double firstSeconds = 0, bestSeconds = 0;
  /// That measured; empty: these times are modelled.
  std::string device;
  Counts counts;
  /// What became of the items of proposals, and whose they are.
  struct JudgedItem {
    std::string proposal;
    Judgement::Item item;
  };
  std::vector<JudgedItem> judged;
  /// Why a proposer gave nothing.
  std::vector<std::string> proposerFailures;
  /// What rules and strategies of the winner are read from, beside what is
  /// shipped.
  std::vector<SetText> rewriteSets;
  /// What cost a worker, or breaks a rule of the machine, with the reason.
  std::vector<std::string> losses;
  /// What was refuted, with its witness.
  std::vector<std::string> refutations;

  /// Several lines, for a person.
  void print(raw_ostream &os) const;

private:
  void printProposals(raw_ostream &os) const;
};

/// Searches. Fails only where the store does; what goes wrong with the program
/// is in the result.
llvm::Expected<SearchResult> runSearch(SearchOptions options, Store &store);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_SEARCH_H
