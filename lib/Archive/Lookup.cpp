//===- Lookup.cpp - Questions to the archive --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Database.h"
#include "kernel-opt/Archive/Archive.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <algorithm>

using namespace kernel_opt;
using namespace kernel_opt::archive;

using Layers = ArrayRef<std::unique_ptr<Database>>;

/// The records of all files whose `column` is `value`, each once, oldest first.
template <typename Record>
static llvm::Expected<std::vector<Record>>
collect(Layers layers, StringRef column = "", StringRef value = "") {
  std::vector<Record> records;
  llvm::StringSet<> seen;
  for (const std::unique_ptr<Database> &layer : layers) {
    llvm::Error e = layer->select<Record>(column, value, [&](Record record) {
      if (seen.insert(record.id).second)
        records.push_back(std::move(record));
      return llvm::Error::success();
    });
    if (e)
      return std::move(e);
  }
  // Records of one millisecond stay in the order of the files.
  std::vector<std::pair<int64_t, size_t>> order;
  for (const Record &record : records)
    order.push_back({record.recorded, order.size()});
  llvm::sort(order);
  std::vector<Record> sorted;
  sorted.reserve(records.size());
  for (auto [time, index] : order)
    sorted.push_back(std::move(records[index]));
  return sorted;
}

llvm::Expected<std::vector<Finding>>
Archive::complete(std::vector<Candidate> candidates) const {
  std::vector<Finding> findings;
  for (Candidate &candidate : candidates) {
    std::string id = candidate.id;
    auto verdicts = collect<Verdict>(layers, "candidate", id);
    if (!verdicts)
      return verdicts.takeError();
    auto timings = collect<Timing>(layers, "candidate", id);
    if (!timings)
      return timings.takeError();
    auto artifacts = collect<Artifact>(layers, "candidate", id);
    if (!artifacts)
      return artifacts.takeError();
    findings.push_back({std::move(candidate), std::move(*verdicts),
                        std::move(*timings), std::move(*artifacts)});
  }
  return findings;
}

llvm::Expected<std::vector<Finding>> Archive::history(StringRef kernel) const {
  auto candidates = collect<Candidate>(layers, "kernel", kernel);
  if (!candidates)
    return candidates.takeError();
  return complete(std::move(*candidates));
}

llvm::Expected<std::optional<Finding>> Archive::candidate(StringRef id) const {
  auto candidates = collect<Candidate>(layers, "id", id);
  if (!candidates)
    return candidates.takeError();
  auto findings = complete(std::move(*candidates));
  if (!findings)
    return findings.takeError();
  std::optional<Finding> found;
  if (!findings->empty())
    found = std::move(findings->front());
  return found;
}

llvm::Expected<std::vector<Candidate>>
Archive::withFinalHash(StringRef kernel, StringRef hash) const {
  auto candidates = collect<Candidate>(layers, "kernel", kernel);
  if (candidates)
    llvm::erase_if(*candidates,
                   [&](const Candidate &c) { return c.finalHash != hash; });
  return candidates;
}

llvm::Expected<std::vector<Kernel>> Archive::kernels() const {
  return collect<Kernel>(layers);
}
llvm::Expected<std::vector<Run>> Archive::runs() const {
  return collect<Run>(layers);
}
llvm::Expected<std::vector<Wire>> Archive::wires(StringRef run) const {
  return collect<Wire>(layers, "run", run);
}
llvm::Expected<std::vector<Wire>> Archive::answers(StringRef promptHash) const {
  return collect<Wire>(layers, "prompt_hash", promptHash);
}

//===----------------------------------------------------------------------===//
// The best
//===----------------------------------------------------------------------===//

static bool isVerified(const Finding &finding, const BestQuery &query) {
  llvm::StringMap<StringRef> last;
  for (const Verdict &verdict : finding.verdicts) {
    // A witness does not lose its force because a later check missed it.
    if (verdict.verdict == "refuted")
      return false;
    last[verdict.layer] = verdict.verdict;
  }
  auto holds = [&](const std::string &layer) {
    auto found = last.find(layer);
    return found != last.end() && found->second == "verified";
  };
  return !last.empty() && llvm::all_of(query.layers, holds) &&
         llvm::all_of(last,
                      [](const auto &e) { return e.second == "verified"; });
}

static double median(std::vector<double> samples) {
  size_t half = samples.size() / 2;
  llvm::sort(samples);
  return samples.size() % 2 ? samples[half]
                            : samples[half - 1] / 2 + samples[half] / 2;
}

/// The kinds of samples, those worth more first.
static int rankOf(const Timing &timing) {
  return (timing.origin == "measured" ? 0 : 2) +
         (timing.purpose == "report" ? 0 : 1);
}
static constexpr int worstRank = 4;

static std::pair<int, Best> evaluate(const Finding &finding,
                                     const BestQuery &query) {
  int rank = worstRank;
  std::vector<double> samples;
  for (const Timing &timing : finding.timings) {
    if (timing.device != query.device || timing.unit != query.unit ||
        rankOf(timing) > rank)
      continue;
    if (rankOf(timing) < rank)
      samples.clear();
    rank = rankOf(timing);
    samples.insert(samples.end(), timing.samples.begin(), timing.samples.end());
  }
  Best best{finding.candidate, std::nullopt, rank < 2};
  if (!samples.empty())
    best.time = median(std::move(samples));
  // Reports and selections compare; models and measurements do not.
  return {rank / 2, std::move(best)};
}

llvm::Expected<std::optional<Best>>
Archive::best(const BestQuery &query) const {
  for (const std::unique_ptr<Database> &layer : layers) {
    auto candidates =
        collect<Candidate>(ArrayRef(layer), "kernel", query.kernel);
    if (!candidates)
      return candidates.takeError();
    // What other files know about these candidates counts as well.
    auto findings = complete(std::move(*candidates));
    if (!findings)
      return findings.takeError();
    std::optional<std::pair<int, Best>> winner;
    for (const Finding &finding : *findings) {
      if (!isVerified(finding, query))
        continue;
      std::pair<int, Best> next = evaluate(finding, query);
      auto key = [](const std::pair<int, Best> &entry) {
        return std::tuple(entry.first, entry.second.time.value_or(0));
      };
      // Of equal ones the oldest stays.
      if (!winner || key(next) < key(*winner))
        winner = std::move(next);
    }
    if (winner)
      return std::move(winner->second);
  }
  return std::nullopt;
}
