//===- StorePrograms.cpp - What is known of programs ------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoreState.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

#ifdef KERNELOPT_HAVE_SQLITE
llvm::Error Store::State::loadProgram() {
  auto history = archive->history(programId);
  if (!history)
    return history.takeError();
  for (const archive::Finding &finding : *history) {
    const archive::Candidate &candidate = finding.candidate;
    // Only this build's verdicts count; the proposal says whose it is.
    if (candidate.schedule == wholeProgram ||
        candidate.program != environment.build)
      continue;
    auto whole =
        Candidate::fromJSON(json::Object{{"rules", candidate.rules},
                                         {"fusion_plan", candidate.fusionPlan},
                                         {"kernels", json::Object()}});
    if (!whole) {
      llvm::consumeError(whole.takeError());
      continue;
    }
    variants[hashJSON(whole->graph.toJSON())] = {candidate.state,
                                                 candidate.reason};
  }
  return llvm::Error::success();
}
#endif

llvm::Error Store::prepareProgram(StringRef hash) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    auto id = state->keep(state->key(hash, "program", ""));
    if (!id)
      return id.takeError();
    state->programId = *id;
    return state->loadProgram();
  }
#endif
  return llvm::Error::success();
}

std::optional<KnownVariant> Store::variant(const GraphChoice &choice) {
  std::lock_guard<std::mutex> lock(state->mutex);
  auto found = state->variants.find(hashJSON(choice.toJSON()));
  if (found == state->variants.end())
    return std::nullopt;
  return found->second;
}

llvm::Error Store::addVariant(const Variant &variant) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    archive::Finding finding;
    archive::Candidate &candidate = finding.candidate;
    candidate.kernel = state->programId;
    candidate.proposer = "builtin";
    candidate.program = state->environment.build;
    candidate.rules = *variant.choice.toJSON().get("rules");
    candidate.fusionPlan = variant.choice.fusionPlan;
    candidate.finalHash = variant.hash;
    candidate.state = variant.state;
    candidate.reason = variant.reason;
    if (!variant.choice.rules.empty()) {
      archive::Verdict verdict;
      verdict.layer = "L2";
      verdict.verdict = variant.isApplied()          ? "verified"
                        : variant.state == "refuted" ? "refuted"
                                                     : "unproven";
      if (variant.state == "refuted")
        verdict.witness = variant.reason;
      verdict.record = json::Array(variant.windows);
      finding.verdicts.push_back(std::move(verdict));
    }
    auto id = state->archive->append(std::move(finding));
    if (!id)
      return id.takeError();
  }
#endif
  state->variants[hashJSON(variant.choice.toJSON())] = {variant.state,
                                                        variant.reason};
  return llvm::Error::success();
}

llvm::Error Store::addWinner(const Candidate &candidate, StringRef finalHash,
                             double seconds, StringRef device,
                             json::Value evidence, json::Value windows,
                             ArrayRef<SetText> sets) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive)
    return llvm::Error::success();
  archive::Finding finding;
  archive::Candidate &record = finding.candidate;
  json::Object parts = candidate.toJSON();
  record.kernel = state->programId;
  record.proposer = "builtin";
  record.program = state->environment.build;
  record.rules = *parts.get("rules");
  record.fusionPlan = candidate.graph.fusionPlan;
  record.schedule = wholeProgram.str();
  if (!sets.empty()) {
    json::Array texts;
    for (const SetText &set : sets)
      texts.push_back(json::Object{{"name", set.name}, {"text", set.text}});
    record.proposal = llvm::formatv("{0}", json::Value(std::move(texts))).str();
    record.proposalHash = hashText(record.proposal);
  }
  record.knobs = *parts.get("kernels");
  record.finalHash = finalHash.str();
  record.state = "applied";
  archive::Verdict verdict;
  verdict.layer = "L4";
  verdict.verdict = "verified";
  verdict.record = json::Object{{"build", state->environment.build},
                                {"kernels", std::move(evidence)}};
  finding.verdicts.push_back(verdict);
  if (!candidate.graph.rules.empty()) {
    verdict.layer = "L2";
    verdict.record = json::Object{{"build", state->environment.build},
                                  {"windows", std::move(windows)}};
    finding.verdicts.push_back(verdict);
  }
  archive::Timing timing;
  timing.run = state->runId;
  timing.purpose = "select";
  timing.origin = device.empty() ? "modelled" : "measured";
  timing.device = device.empty() ? state->environment.device : device.str();
  timing.unit = "s";
  timing.samples = {seconds};
  timing.conditions = device.empty()
                          ? json::Object{{"model", costModelVersion}}
                          : json::Object{{"sum_of", "kernels, each by itself"}};
  finding.timings.push_back(std::move(timing));
  auto id = state->archive->append(std::move(finding));
  if (!id)
    return id.takeError();
  state->winnerId = *id;
#endif
  return llvm::Error::success();
}

llvm::Error Store::addFunctionChecks(const json::Value &checks) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive || state->winnerId.empty())
    return llvm::Error::success();
  archive::Artifact artifact;
  artifact.candidate = state->winnerId;
  artifact.kind = functionsKind.str();
  json::Object content{{"build", state->environment.build}, {"checks", checks}};
  artifact.content = llvm::formatv("{0}", json::Value(std::move(content)));
  auto id = state->archive->append(std::move(artifact));
  if (!id)
    return id.takeError();
#endif
  return llvm::Error::success();
}

#ifdef KERNELOPT_HAVE_SQLITE
/// What this build found about the functions of a candidate.
static std::vector<optimizer::FunctionCheck>
readFunctionChecks(const archive::Finding &finding, StringRef build) {
  std::vector<optimizer::FunctionCheck> checks;
  for (const archive::Artifact &artifact : finding.artifacts) {
    auto value = artifact.kind == functionsKind
                     ? parseJSON(artifact.content)
                     : llvm::Expected<json::Value>(nullptr);
    if (!value) {
      llvm::consumeError(value.takeError());
      continue;
    }
    const json::Object *object = value->getAsObject();
    const json::Array *list = object ? object->getArray("checks") : nullptr;
    if (!list || object->getString("build") != build)
      continue;
    for (const json::Value &each : *list) {
      auto check = optimizer::FunctionCheck::fromJSON(each);
      if (check)
        checks.push_back(std::move(*check));
      else
        llvm::consumeError(check.takeError());
    }
  }
  return checks;
}

static llvm::Expected<std::optional<KnownWinner>>
readWinner(Candidate candidate, const archive::Best &best) {
  KnownWinner winner{std::move(candidate), {}, best.time, best.measured, {}};
  if (best.candidate.proposal.empty())
    return std::optional(std::move(winner));
  auto sets = parseJSON(best.candidate.proposal);
  if (!sets)
    return sets.takeError();
  if (const json::Array *array = sets->getAsArray())
    for (const json::Value &value : *array)
      if (const json::Object *set = value.getAsObject())
        winner.rewriteSets.push_back(
            {set->getString("name").value_or("").str(),
             set->getString("text").value_or("").str()});
  return std::optional(std::move(winner));
}
#endif

#ifdef KERNELOPT_HAVE_SQLITE
/// The device that a winner of the program was measured on last; what was
/// measured comes before what was modelled.
std::string Store::measuredOn(const State &state) {
  auto history = state.archive->history(state.programId);
  if (!history) {
    llvm::consumeError(history.takeError());
    return "";
  }
  std::string device;
  for (const archive::Finding &finding : *history)
    for (const archive::Timing &timing : finding.timings)
      if (finding.candidate.schedule == wholeProgram &&
          timing.origin == "measured")
        device = timing.device;
  return device;
}
#endif

llvm::Expected<std::optional<KnownWinner>> Store::winner() {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    archive::BestQuery query;
    query.kernel = state->programId;
    query.device = state->environment.device;
    if (std::string measured = measuredOn(*state); !measured.empty())
      query.device = measured;
    query.layers = {"L4"};
    auto best = state->archive->best(query);
    if (!best)
      return best.takeError();
    if (!*best)
      return std::optional<KnownWinner>();
    const archive::Candidate &record = (*best)->candidate;
    auto candidate =
        Candidate::fromJSON(json::Object{{"rules", record.rules},
                                         {"fusion_plan", record.fusionPlan},
                                         {"kernels", record.knobs}});
    if (!candidate)
      return candidate.takeError();
    auto winner = readWinner(std::move(*candidate), **best);
    auto finding = state->archive->candidate(record.id);
    if (!finding)
      return finding.takeError();
    if (winner && *winner && *finding)
      (*winner)->functions =
          readFunctionChecks(**finding, state->environment.build);
    return winner;
  }
#endif
  return std::optional<KnownWinner>();
}
