//===- Search.cpp - The search over choices of transformations --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Searcher.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Candidates that are proposed before any of them is looked at.
static constexpr unsigned generationSize = 8;

void Searcher::keep(llvm::Error error) {
  if (!error)
    return;
  std::lock_guard<std::mutex> lock(mutex);
  std::string text = llvm::toString(std::move(error));
  if (storeError.empty())
    storeError = std::move(text);
}

bool Searcher::isOver() const { return pool.mustStop() || !storeError.empty(); }

void Searcher::report() {
  auto now = std::chrono::steady_clock::now();
  if (!options.progress || now - reported < std::chrono::milliseconds(150))
    return;
  reported = now;
  Progress progress;
  {
    std::lock_guard<std::mutex> lock(mutex);
    progress.counts = result.counts;
  }
  progress.firstSeconds = result.firstSeconds;
  progress.bestSeconds = result.bestSeconds;
  progress.measured = !result.device.empty();
  options.progress(progress);
}

//===----------------------------------------------------------------------===//
// Proposals
//===----------------------------------------------------------------------===//

/// How much a kernel's time matters; as modelled until it was measured.
static double weightOf(const TunedKernel &kernel) {
  std::optional<size_t> best = kernel.best();
  if (!best)
    return 0;
  double seconds = kernel.seconds();
  return std::isfinite(seconds) ? seconds
                                : kernel.tried[*best].evaluation.time.seconds;
}

bool Searcher::proposeKernel(RandomStream &random, Trial &trial) {
  // A kernel of one of the best variants, the more likely the longer it takes.
  std::vector<ScoredVariant> ranked = ranking();
  size_t variant =
      std::min(random.below(ranked.size()), random.below(ranked.size()));
  variant = std::min(variant, random.below(ranked.size()));
  const Variant &chosen = *ranked[variant].variant;
  double sum = 0;
  for (const KernelInfo &info : chosen.kernels)
    sum += double(info.uses) * weightOf(kernels.at(info.hash));
  double point = double(random.next() >> 11) * 0x1p-53 * sum;
  const KernelInfo *picked = &chosen.kernels.back();
  for (const KernelInfo &info : chosen.kernels) {
    point -= double(info.uses) * weightOf(kernels.at(info.hash));
    if (point <= 0) {
      picked = &info;
      break;
    }
  }
  TunedKernel &kernel = kernels.at(picked->hash);
  std::vector<ScoredChoice> known;
  for (const TriedChoice &tried : kernel.tried)
    if (tried.isCandidate() && std::isfinite(kernel.secondsOf(tried)))
      known.push_back({tried.choice, kernel.secondsOf(tried)});
  known = sorted(known);
  auto isNew = [&](const KernelChoice &choice) {
    return !kernel.keys.count(keyOf(choice));
  };
  auto choice = proposeChoice(kernel.info, known, isNew, random, trial.parents);
  if (!choice)
    return false;
  kernel.keys.insert(keyOf(*choice));
  trial.kernel = picked->hash;
  trial.choice = *choice;
  return true;
}

bool Searcher::proposeVariant(RandomStream &random, Trial &trial) {
  std::vector<ScoredVariant> ranked = ranking();
  auto choice = proposeGraph(
      ranked,
      [&](const GraphChoice &each) {
        return !graphKeys.count(hashJSON(each.toJSON()));
      },
      random);
  if (!choice)
    return false;
  graphKeys.insert(hashJSON(choice->toJSON()));
  trial.graph = std::move(*choice);
  return true;
}

std::vector<Trial> Searcher::propose(unsigned first, unsigned count) {
  std::vector<Trial> trials;
  for (unsigned i = 0; i < count; ++i) {
    RandomStream random(options.seed, first + i);
    Trial trial;
    bool graph = random.chance(0.25);
    bool good =
        graph ? proposeVariant(random, trial) : proposeKernel(random, trial);
    if (!good)
      good =
          graph ? proposeKernel(random, trial) : proposeVariant(random, trial);
    if (good)
      trials.push_back(std::move(trial));
  }
  return trials;
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

bool Searcher::openProgram() {
  std::string error;
  std::string hash;
  pool.run({[&](WorkerClient &worker) {
    auto opened = worker.open();
    if (opened)
      hash = *opened;
    else
      error = llvm::toString(opened.takeError());
  }});
  if (error.empty() && !hash.empty()) {
    keep(store.prepareProgram(hash));
    return storeError.empty();
  }
  result.failed = true;
  result.reason = error;
  return false;
}

/// The program as it is: the first candidate.
bool Searcher::evaluateProgram() {
  std::vector<Trial> trials(1);
  trials.front().graph.emplace();
  graphKeys.insert(hashJSON(trials.front().graph->toJSON()));
  if (!carryOut(trials))
    return false;
  Variant variant = *trials.front().variant;
  take(trials.front());
  if (variants.empty()) {
    result.failed = true;
    result.reason = trials.front().variant->reason;
    if (result.reason.empty())
      result.reason = variant.reason;
    return false;
  }
  if (!collectTimes(0))
    return false;
  // Its cost before any choice was refuted or tuned.
  result.firstSeconds = cost(*variants.front());
  return improve();
}

void Searcher::finish() {
  // Nobody waits for an answer any more.
  if (options.proposer)
    options.proposer->stop();
  inquiry.reset();
  if (timer)
    timer->stop();
  result.interrupted = options.stop && *options.stop;
  result.counts.workers = pool.starts();
  // Workers that were stopped say nothing about the program.
  if (result.interrupted && !best)
    result.failed = false;
  else if (!best && !result.failed) {
    result.failed = true;
    result.reason = "its programs are wrong";
    for (const std::string &refutation : result.refutations)
      result.reason += "; " + refutation;
  }
}

bool Searcher::perform(std::vector<Trial> trials) {
  bool complete = carryOut(trials);
  for (Trial &trial : trials)
    if (complete)
      take(trial);
  // The device has enough to do while the next ones are made.
  complete = complete && collectTimes(2 * generationSize) && improve();
  report();
  return complete;
}

/// Generation after generation, until there is nothing left to try.
void Searcher::searchOn() {
  unsigned wanted =
      options.candidates.value_or(std::numeric_limits<unsigned>::max());
  unsigned next = 1, fruitless = 0;
  while (true) {
    bool more = next < wanted && fruitless < 4;
    if (more)
      ask();
    else if (!inquiry) {
      if (collectTimes(0))
        improve();
      return;
    }
    if (more) {
      unsigned count = std::min(generationSize, wanted - next);
      std::vector<Trial> trials = propose(next, count);
      next += count;
      fruitless = trials.empty() ? fruitless + 1 : 0;
      if (!perform(std::move(trials)) || isOver())
        return;
    }
    // How long an answer takes must not change what is found, unless time does
    // so anyway.
    if (inquiry && !takeAnswer(/*wait=*/!options.time || !more))
      return;
  }
}

llvm::Expected<SearchResult> Searcher::run() {
  pool.whileWaiting = [this] { report(); };
  json::Object runOptions{{"target", options.session.compile.target}};
  if (options.candidates)
    runOptions["candidates"] = int64_t(*options.candidates);
  if (options.proposer)
    runOptions["proposer"] = options.proposer->getName();
  keep(store.beginRun(options.seed, std::move(runOptions)));
  if (storeError.empty() && openDevice() && openProgram() &&
      evaluateProgram()) {
    if (takeGivenSets()) {
      pool.allowTimeout();
      searchOn();
    }
  }
  finish();
  if (!storeError.empty())
    return llvm::createStringError(storeError);
  return std::move(result);
}

llvm::Expected<SearchResult> search::runSearch(SearchOptions options,
                                               Store &store) {
  return Searcher(options, store).run();
}
