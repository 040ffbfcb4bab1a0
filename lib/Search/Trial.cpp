//===- Trial.cpp - Trying what was proposed ---------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Searcher.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

//===----------------------------------------------------------------------===//
// What is tried
//===----------------------------------------------------------------------===//

/// Asks the store, then the worker. What the worker found is kept at once.
Evaluation Searcher::evaluateChoice(const KernelInfo &kernel,
                                    const KernelChoice &choice,
                                    ArrayRef<KernelChoice> parents,
                                    WorkerClient &worker, bool &recalled) {
  static const std::set<std::string> none;
  auto tuned = kernels.find(kernel.hash);
  const std::set<std::string> &hashes =
      tuned == kernels.end() ? none : tuned->second.hashes;
  keep(store.prepare(kernel));
  if (auto known = store.evaluation(kernel.hash, choice)) {
    std::lock_guard<std::mutex> lock(mutex);
    ++result.counts.recalled;
    recalled = true;
    return *known;
  }
  Evaluation evaluation =
      worker.evaluate(kernel, choice, hashes, /*withPlan=*/timer != nullptr);
  // What was given up says nothing about the candidate.
  if (isOver() && evaluation.state == "lost")
    return evaluation;
  {
    std::lock_guard<std::mutex> lock(mutex);
    ++result.counts.evaluated;
  }
  keep(store.add(kernel.hash, choice, evaluation, parents));
  return evaluation;
}

TriedChoice Searcher::tryChoice(const KernelInfo &kernel,
                                const KernelChoice &choice,
                                ArrayRef<KernelChoice> parents, bool isFirst,
                                WorkerClient &worker, bool &recalled) {
  TriedChoice tried;
  tried.choice = choice;
  tried.evaluation = evaluateChoice(kernel, choice, parents, worker, recalled);
  if (timer && tried.evaluation.isApplied() && !isOver())
    prepareTiming(kernel, tried, isFirst, worker);
  return tried;
}

KernelChoice search::defaultChoice(const StrategyInfo &strategy) {
  KernelChoice choice{strategy.name, {}};
  for (const StrategyInfo::Knob &knob : strategy.knobs)
    choice.knobs[knob.name] = knob.value;
  return choice;
}

void Searcher::makeVariant(Trial &trial, WorkerClient &worker) {
  auto known = store.variant(*trial.graph);
  trial.recalled = known.has_value();
  if (known && known->state != "applied") {
    trial.variant.emplace();
    trial.variant->choice = *trial.graph;
    trial.variant->state = known->state;
    trial.variant->reason = known->reason;
    return;
  }
  // Windows that were verified are not compared again.
  bool check = !known && !trial.graph->rules.empty();
  trial.variant = worker.makeVariant(*trial.graph, check);
  Variant &variant = *trial.variant;
  if (isOver() && variant.state == "lost")
    return;
  if (!known) {
    std::lock_guard<std::mutex> lock(mutex);
    if (check)
      result.counts.windows += unsigned(variant.windows.size());
  }
  if (!known)
    keep(store.addVariant(variant));
  for (const KernelInfo &kernel : variant.kernels) {
    if (kernels.count(kernel.hash))
      continue;
    std::vector<TriedChoice> &tried = trial.firsts[kernel.hash];
    for (const StrategyInfo &strategy : kernel.strategies) {
      KernelChoice choice = defaultChoice(strategy);
      bool recalled = false;
      tried.push_back(
          tryChoice(kernel, choice, {}, /*isFirst=*/true, worker, recalled));
      if (tried.back().evaluation.isApplied() || isOver())
        break;
    }
  }
}

void Searcher::evaluate(Trial &trial, WorkerClient &worker) {
  if (trial.graph)
    return makeVariant(trial, worker);
  trial.tried =
      tryChoice(kernels.at(trial.kernel).info, trial.choice, trial.parents,
                /*isFirst=*/false, worker, trial.recalled);
}

bool Searcher::carryOut(std::vector<Trial> &trials) {
  std::vector<Pool::Task> tasks;
  for (Trial &trial : trials)
    tasks.push_back([&](WorkerClient &worker) { evaluate(trial, worker); });
  return pool.run(std::move(tasks)) && storeError.empty();
}

//===----------------------------------------------------------------------===//
// What came of it
//===----------------------------------------------------------------------===//

/// Takes a kernel that a variant has; one that is new comes with its first
/// choices.
void Searcher::takeKernel(const KernelInfo &info, Trial &trial) {
  auto [kernel, isNew] = kernels.try_emplace(info.hash);
  TunedKernel &tuned = kernel->second;
  if (!isNew)
    return;
  tuned.info = info;
  tuned.onDevice = timer != nullptr;
  for (TriedChoice &tried : trial.firsts[info.hash]) {
    tuned.keys.insert(keyOf(tried.choice));
    if (tried.evaluation.isApplied()) {
      tuned.first = tuned.tried.size();
      tuned.hashes.insert(tried.evaluation.finalHash);
    }
    tuned.tried.push_back(std::move(tried));
    submit(tuned, tuned.tried.back());
  }
}

void Searcher::takeVariant(Trial &trial) {
  Variant &variant = *trial.variant;
  std::string state = variant.state;
  if (state == "lost")
    result.losses.push_back("a variant: " + variant.reason);
  if (state == "refuted")
    result.refutations.push_back(variant.reason);
  if (variant.isApplied() && !variantHashes.insert(variant.hash).second)
    state = "duplicate";
  for (const KernelInfo &info : variant.kernels) {
    takeKernel(info, trial);
    const TunedKernel &tuned = kernels.at(info.hash);
    if (!tuned.first && state == "applied") {
      state = "illegal";
      variant.reason =
          "no strategy fits kernel '" + info.name + "': " +
          (tuned.tried.empty() ? std::string("none matches")
                               : tuned.tried.back().evaluation.reason);
    }
  }
  ++result.counts.states[state];
  if (state == "applied")
    variants.push_back(std::make_unique<Variant>(variant));
}

void Searcher::take(Trial &trial) {
  ++result.counts.candidates;
  if (trial.graph)
    return takeVariant(trial);
  TunedKernel &kernel = kernels.at(trial.kernel);
  const Evaluation &evaluation = trial.tried->evaluation;
  if (evaluation.isApplied() &&
      !kernel.hashes.insert(evaluation.finalHash).second) {
    ++result.counts.states["duplicate"];
    return;
  }
  ++result.counts.states[evaluation.state];
  if (evaluation.state == "lost" || evaluation.state == "invalid")
    result.losses.push_back("kernel '" + kernel.info.name + "' by " +
                            trial.choice.str() + ": " + evaluation.reason);
  kernel.tried.push_back(std::move(*trial.tried));
  submit(kernel, kernel.tried.back());
}
