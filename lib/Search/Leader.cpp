//===- Leader.cpp - The best candidate so far -------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Searcher.h"
#include "kernel-opt/Support/Hash.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// A gain that a model with errors of tens of percent should not be asked for.
static constexpr double leastGain = 1e-3;

std::optional<size_t> TunedKernel::best() const {
  std::optional<size_t> found;
  for (auto [number, each] : llvm::enumerate(tried))
    if (each.isCandidate() &&
        (!found || secondsOf(each) < secondsOf(tried[*found])))
      found = number;
  if (!found && first &&
      (!tried[*first].check || tried[*first].check->verdict != "refuted"))
    found = first;
  return found;
}

//===----------------------------------------------------------------------===//
// The best
//===----------------------------------------------------------------------===//

/// Least time of a variant, as far as is known.
double Searcher::cost(const Variant &variant) const {
  double sum = 0;
  for (const KernelInfo &info : variant.kernels) {
    const TunedKernel &kernel = kernels.at(info.hash);
    if (!kernel.best())
      return std::numeric_limits<double>::infinity();
    // Measured times hold the launch.
    sum += double(info.uses) *
           (kernel.seconds() + (kernel.onDevice ? 0 : launchSeconds));
  }
  return sum;
}

std::vector<ScoredVariant> Searcher::ranking() const {
  std::vector<ScoredVariant> ranked;
  for (const auto &variant : variants)
    ranked.push_back({variant.get(), cost(*variant)});
  return sorted(ranked);
}

uint64_t search::nonceFor(uint64_t seed, StringRef finalHash) {
  uint64_t digits = 0;
  finalHash.consume_front("sha256:");
  (void)finalHash.take_front(16).getAsInteger(16, digits);
  return RandomStream(seed, digits).next();
}

/// Checks the choices that the variant's cost rests on, until one fails. True
/// if all are verified now, or are first choices that nobody can prove.
bool Searcher::checkKernels(const Variant &variant) {
  for (const KernelInfo &info : variant.kernels) {
    TunedKernel &kernel = kernels.at(info.hash);
    std::optional<size_t> at = kernel.best();
    if (!at)
      return false;
    TriedChoice &tried = kernel.tried[*at];
    if (tried.check)
      continue;
    if (auto known =
            store.check(info.hash, tried.evaluation.finalHash, needsAccuracy)) {
      tried.check = *known;
      ++result.counts.recalledChecks;
    } else {
      // Drawn after the program is fixed, and the same when it is asked again.
      uint64_t nonce = nonceFor(options.seed, tried.evaluation.finalHash);
      WorkerClient::Checked check;
      if (!pool.run({[&](WorkerClient &worker) {
            check = worker.check(info, tried.choice, nonce);
          }}))
        return false;
      ++result.counts.checks;
      keep(store.addCheck(info.hash, tried.choice, check));
      tried.check = check;
    }
    report();
    const WorkerClient::Checked &check = *tried.check;
    if (check.verdict == "refuted")
      result.refutations.push_back("kernel '" + info.name + "' by " +
                                   tried.choice.str() + ": " + check.detail);
    if (check.verdict != "verified") {
      ++result.counts.states[check.verdict];
      return false;
    }
  }
  return true;
}

/// Looks for a variant that beats the best, and checks it. False if the search
/// must end.
bool Searcher::improve() {
  while (!isOver()) {
    std::vector<ScoredVariant> ranked = ranking();
    if (ranked.empty())
      return true;
    const ScoredVariant &leader = ranked.front();
    if (std::isinf(leader.seconds) ||
        (best && leader.seconds >= result.bestSeconds * (1 - leastGain)))
      return true;
    // A failed check changes the ranking; so does nothing else.
    bool sound = checkKernels(*leader.variant);
    if (isOver())
      return false;
    bool settled =
        llvm::all_of(leader.variant->kernels, [&](const KernelInfo &info) {
          const TunedKernel &kernel = kernels.at(info.hash);
          return kernel.best() && kernel.tried[*kernel.best()].check;
        });
    if (!sound && !settled)
      continue;
    recordBest(*leader.variant);
  }
  return false;
}

/// The sets that a candidate takes a rule or a strategy from.
static std::vector<SetText> usedSets(const Candidate &candidate,
                                     ArrayRef<SetText> sets) {
  std::vector<std::string> names;
  for (const RuleUse &use : candidate.graph.rules)
    names.push_back(use.rule);
  for (const auto &[kernel, choice] : candidate.kernels)
    names.push_back(choice.strategy);
  std::vector<SetText> used;
  for (const SetText &set : sets)
    if (llvm::any_of(names, [&](const std::string &name) {
          return StringRef(set.text).contains("@" + name + "(");
        }))
      used.push_back(set);
  return used;
}

void Searcher::recordBest(const Variant &variant) {
  double seconds = cost(variant);
  if (std::isinf(seconds) ||
      (best && seconds >= result.bestSeconds * (1 - leastGain)))
    return;
  best = &variant;
  result.bestSeconds = seconds;
  result.candidate = Candidate();
  result.candidate.graph = variant.choice;
  result.variant = variant;
  result.kernels.clear();
  result.verified = true;
  json::Array evidence;
  std::string chain;
  for (const KernelInfo &info : variant.kernels) {
    const TunedKernel &kernel = kernels.at(info.hash);
    const TriedChoice &tried = kernel.tried[*kernel.best()];
    result.candidate.kernels[info.hash] = tried.choice;
    result.verified &= tried.isVerified();
    result.kernels.push_back({info, tried.choice, tried.evaluation,
                              *tried.check,
                              kernel.secondsOf(kernel.tried[*kernel.first]),
                              kernel.secondsOf(tried)});
    chain += info.hash + " " + tried.evaluation.finalHash + "\n";
    evidence.push_back(json::Object{{"kernel", info.hash},
                                    {"name", info.name},
                                    {"choice", tried.choice.toJSON()},
                                    {"scheduled", tried.evaluation.finalHash},
                                    {"ptx", tried.evaluation.ptxHash},
                                    {"verdict", tried.check->verdict},
                                    {"seconds", kernel.secondsOf(tried)},
                                    {"uses", info.uses},
                                    {"check", tried.check->record}});
  }
  result.rewriteSets = usedSets(result.candidate, options.session.rewriteSets);
  if (result.verified)
    keep(store.addWinner(result.candidate, hashText(chain), seconds,
                         result.device, std::move(evidence),
                         json::Array(variant.windows), result.rewriteSets));
}
