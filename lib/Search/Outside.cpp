//===- Outside.cpp - Proposals from elsewhere -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A proposer is asked beside the search. Its answer is judged in a worker, and
// what is good becomes candidates at once and material for the builtin proposer
// from then on. Whatever a proposer does costs its time limit and one line in
// the account.
//
//===----------------------------------------------------------------------===//

#include "Searcher.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;

/// Answers in a row that brought nothing, after which nobody asks again.
static constexpr unsigned mostFailures = 3;
/// Questions of one search.
static constexpr unsigned mostAsked = 16;
/// Choices and failures of each kernel that a proposer is told.
static constexpr unsigned mostTold = 4;
/// Candidates that one proposal makes.
static constexpr size_t mostTrials = 32;

//===----------------------------------------------------------------------===//
// What a proposer is told
//===----------------------------------------------------------------------===//

static void describeKernel(raw_ostream &os, const TunedKernel &kernel) {
  std::vector<std::pair<double, size_t>> good;
  std::vector<const TriedChoice *> bad;
  for (auto [number, tried] : llvm::enumerate(kernel.tried)) {
    if (tried.isCandidate())
      good.push_back({kernel.secondsOf(tried), number});
    else if (tried.evaluation.state != "duplicate" && bad.size() < mostTold)
      bad.push_back(&tried);
  }
  llvm::sort(good);
  good.resize(std::min<size_t>(good.size(), mostTold));
  os << "kernel " << kernel.info.name << "\n";
  for (auto [seconds, number] : good)
    os << llvm::formatv("  {0}: {1} {2:F2} us, bound by {3}\n",
                        kernel.tried[number].choice.str(),
                        kernel.onDevice ? "measured" : "modelled",
                        seconds * 1e6,
                        kernel.tried[number].evaluation.time.bound);
  for (const TriedChoice *tried : bad) {
    bool failed = tried->check && tried->evaluation.isApplied();
    std::string why = failed ? tried->check->detail : tried->evaluation.reason;
    os << "  " << tried->choice.str() << ": "
       << (failed ? tried->check->verdict : tried->evaluation.state) << ": "
       << StringRef(why).take_front(400) << "\n";
  }
}

/// Schedules with times and reasons, rules that were wrong with witnesses.
std::string Searcher::describeTried() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  std::vector<ScoredVariant> order = ranking();
  for (const ScoredVariant &ranked : ArrayRef(order).take_front(mostTold)) {
    os << llvm::formatv("modelled {0:F2} us: ", ranked.seconds * 1e6);
    const GraphChoice &choice = ranked.variant->choice;
    if (choice.isDefault())
      os << "the program as it is";
    for (const RuleUse &use : choice.rules)
      os << use.rule << " at " << use.site << "; ";
    os << (choice.fusionPlan.empty() ? "" : "with a fusion plan") << "\n";
  }
  if (best)
    for (const KernelInfo &info : best->kernels)
      describeKernel(os, kernels.at(info.hash));
  for (const std::string &refutation :
       ArrayRef(result.refutations).take_back(mostTold))
    os << "refuted: " << StringRef(refutation).take_front(400) << "\n";
  return text;
}

std::vector<proposal::Attempt> Searcher::history() const {
  std::vector<proposal::Attempt> all{
      {"// what the search tried by itself", describeTried()}};
  llvm::append_range(all, attempts);
  return all;
}

//===----------------------------------------------------------------------===//
// Asking
//===----------------------------------------------------------------------===//

void Searcher::noteFailure(std::string text) {
  result.proposerFailures.push_back(std::move(text));
  ++failuresInRow;
}

void Searcher::ask() {
  if (!options.proposer || inquiry || failuresInRow >= mostFailures ||
      result.counts.asked >= mostAsked)
    return;
  std::string prompt, error;
  std::vector<proposal::Attempt> told = history();
  if (!pool.run({[&](WorkerClient &worker) {
        auto made = worker.makePrompt(told);
        if (made)
          prompt = std::move(*made);
        else
          error = llvm::toString(made.takeError());
      }}))
    return;
  if (!error.empty())
    return noteFailure("there is no prompt: " + error);
  uint64_t seed = RandomStream(options.seed, result.counts.asked).next();
  ++result.counts.asked;
  // What it answered before, it answers again.
  if (auto known = store.answer(*options.proposer, hashText(prompt), seed)) {
    ++result.counts.recalledAnswers;
    inquiry.emplace(Inquiry::read(*known));
    return;
  }
  inquiry.emplace(*options.proposer, std::move(prompt), seed);
}

bool Searcher::takeAnswer(bool wait) {
  using std::chrono::milliseconds;
  while (!inquiry->isReady(milliseconds(wait ? 50 : 0))) {
    if (!wait)
      return true;
    report();
    if (isOver())
      return false;
  }
  Answer answer = inquiry->take();
  inquiry.reset();
  if (!answer.error.empty()) {
    noteFailure(std::move(answer.error));
    return true;
  }
  if (!seenProposals.insert(hashText(answer.mlir)).second) {
    noteFailure("the proposer proposed the same again");
    return true;
  }
  ++result.counts.answers;
  attempts.push_back({answer.mlir, ""});
  return takeProposal("proposal " + std::to_string(result.counts.answers),
                      answer.mlir, attempts.back());
}

bool Searcher::takeGivenSets() {
  for (const SetText &given : options.given) {
    proposal::Attempt attempt{given.text, ""};
    seenProposals.insert(hashText(given.text));
    if (!takeProposal(given.name, given.text, attempt))
      return false;
    attempts.push_back(std::move(attempt));
  }
  failuresInRow = 0;
  return true;
}

//===----------------------------------------------------------------------===//
// Using
//===----------------------------------------------------------------------===//

bool Searcher::takeProposal(StringRef who, StringRef text,
                            proposal::Attempt &attempt) {
  std::optional<Judgement> judgement;
  uint64_t nonce = nonceFor(options.seed, hashText(text));
  std::string error;
  if (!pool.run({[&](WorkerClient &worker) {
        auto judged = worker.judge(who, text, nonce);
        if (judged)
          judgement = std::move(*judged);
        else
          error = llvm::toString(judged.takeError());
      }}))
    return false;
  if (!judgement) {
    attempt.outcome = "it could not be judged: " + error;
    noteFailure(who.str() + " could not be judged: " + error);
    return true;
  }
  attempt.outcome = judgement->report;
  for (Judgement::Item &item : judgement->items)
    result.judged.push_back({who.str(), std::move(item)});
  double before = result.bestSeconds;
  std::vector<Trial> trials;
  bool isNew = adopt(*judgement, trials);
  failuresInRow = isNew ? 0 : failuresInRow + 1;
  if (!perform(std::move(trials)))
    return false;
  if (isNew)
    attempt.outcome += llvm::formatv(
        "\nthe best is now modelled as {0:F2} us, it was {1:F2} us\n",
        result.bestSeconds * 1e6, before * 1e6);
  return true;
}

/// Gives the workers what is good, and makes candidates of it. False if nothing
/// is new.
bool Searcher::adopt(const Judgement &judgement, std::vector<Trial> &trials) {
  std::vector<SetText> &sets = options.session.rewriteSets;
  bool isNew = false;
  if (!judgement.set.text.empty() &&
      llvm::none_of(sets, [&](const SetText &set) {
        return set.name == judgement.set.name;
      })) {
    isNew = true;
    sets.push_back(judgement.set);
    pool.reopen();
  }
  GraphChoice withoutPlan = judgement.choice;
  withoutPlan.fusionPlan.clear();
  for (const GraphChoice &choice : {judgement.choice, withoutPlan})
    if (!choice.isDefault() &&
        graphKeys.insert(hashJSON(choice.toJSON())).second) {
      trials.emplace_back().graph = choice;
      isNew = true;
    }
  if (judgement.strategies.empty() || !best)
    return isNew;
  refreshStrategies();
  for (auto &[hash, kernel] : kernels)
    for (const StrategyInfo &strategy : kernel.info.strategies) {
      if (!llvm::is_contained(judgement.strategies, strategy.name) ||
          trials.size() >= mostTrials)
        continue;
      KernelChoice choice = defaultChoice(strategy);
      if (!kernel.keys.insert(keyOf(choice)).second)
        continue;
      Trial &trial = trials.emplace_back();
      trial.kernel = hash;
      trial.choice = choice;
    }
  return isNew;
}

/// Asks which strategies there are for the kernels of the best variant now.
void Searcher::refreshStrategies() {
  GraphChoice choice = best->choice;
  pool.run({[&](WorkerClient &worker) {
    Variant variant = worker.makeVariant(choice, /*check=*/false);
    for (const KernelInfo &info : variant.kernels) {
      auto known = kernels.find(info.hash);
      if (known != kernels.end())
        known->second.info.strategies = info.strategies;
    }
  }});
}
