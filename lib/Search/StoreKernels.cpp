//===- StoreKernels.cpp - What is known of kernels --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoreState.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

[[maybe_unused]] static constexpr StringLiteral evaluationKind = "evaluation";

static std::string keyOf(const KernelChoice &choice) {
  return hashJSON(choice.toJSON());
}

//===----------------------------------------------------------------------===//
// Reading the archive
//===----------------------------------------------------------------------===//

#ifdef KERNELOPT_HAVE_SQLITE
/// What an earlier run of this very build found; nothing otherwise.
static std::optional<KnownChoice> readFinding(const archive::Finding &finding,
                                              StringRef build,
                                              const DeviceModel &device) {
  const archive::Candidate &candidate = finding.candidate;
  KnownChoice known;
  known.id = candidate.id;
  auto choice = KernelChoice::fromJSON(json::Object{
      {"strategy", candidate.schedule}, {"knobs", candidate.knobs}});
  if (!choice) {
    llvm::consumeError(choice.takeError());
    return std::nullopt;
  }
  known.choice = std::move(*choice);
  for (const archive::Artifact &artifact : finding.artifacts) {
    if (artifact.kind != evaluationKind)
      continue;
    auto value = parseJSON(artifact.content);
    if (!value) {
      llvm::consumeError(value.takeError());
      continue;
    }
    json::Object *object = value->getAsObject();
    if (!object || object->getString("build") != build)
      continue;
    object->erase("build");
    auto evaluation = Evaluation::fromJSON(*value, device);
    if (!evaluation) {
      llvm::consumeError(evaluation.takeError());
      continue;
    }
    known.evaluation = std::move(*evaluation);
    for (const archive::Timing &timing : finding.timings) {
      const json::Object *conditions = timing.conditions.getAsObject();
      if (timing.origin == "measured" && conditions &&
          conditions->getString("build") == build)
        known.measured[timing.device] =
            conditions->getNumber("seconds").value_or(0);
    }
    for (const archive::Verdict &verdict : finding.verdicts) {
      const json::Object *record = verdict.record.getAsObject();
      if (verdict.layer != "L4" || !record ||
          record->getString("build") != build)
        continue;
      CheckedProgram check;
      check.verdict = record->getString("outcome").value_or("").str();
      check.detail = record->getString("detail").value_or("").str();
      check.finalHash = record->getString("scheduled").value_or("").str();
      if (const json::Value *inner = record->get("check"))
        check.record = *inner;
      known.check = std::move(check);
    }
    return known;
  }
  return std::nullopt;
}

llvm::Error Store::State::load(KnownKernel &kernel) {
  auto history = archive->history(kernel.id);
  if (!history)
    return history.takeError();
  for (const archive::Finding &finding : *history)
    if (auto known = readFinding(finding, environment.build, *device))
      kernel.choices[keyOf(known->choice)] = std::move(*known);
  return llvm::Error::success();
}
#endif

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

llvm::Error Store::prepare(const KernelInfo &info) {
  std::lock_guard<std::mutex> lock(state->mutex);
  auto [known, isNew] = state->kernels.try_emplace(info.hash);
  if (!isNew)
    return llvm::Error::success();
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    auto id = state->keep(state->key(info.hash, info.shapes, info.contract));
    if (!id)
      return id.takeError();
    known->second.id = *id;
    return state->load(known->second);
  }
#endif
  return llvm::Error::success();
}

std::optional<Evaluation> Store::evaluation(StringRef kernel,
                                            const KernelChoice &choice) {
  std::lock_guard<std::mutex> lock(state->mutex);
  KnownKernel &known = state->kernels[kernel.str()];
  auto found = known.choices.find(keyOf(choice));
  if (found == known.choices.end())
    return std::nullopt;
  const Evaluation &evaluation = found->second.evaluation;
  if (evaluation.state == "duplicate")
    for (const auto &[key, other] : known.choices)
      if (other.evaluation.finalHash == evaluation.finalHash &&
          other.evaluation.state != "duplicate")
        return other.evaluation;
  return evaluation;
}

static bool hasAccuracy(const CheckedProgram &check) {
  const json::Object *record = check.record.getAsObject();
  return record && record->get("accuracy");
}

std::optional<CheckedProgram> Store::check(StringRef kernel,
                                           StringRef finalHash, bool complete) {
  std::lock_guard<std::mutex> lock(state->mutex);
  for (const auto &[key, known] : state->kernels[kernel.str()].choices)
    if (known.check && known.evaluation.finalHash == finalHash &&
        (!complete || known.check->verdict != "verified" ||
         hasAccuracy(*known.check)))
      return known.check;
  return std::nullopt;
}

std::optional<KnownCheck> Store::verifiedProgram(StringRef kernel,
                                                 StringRef finalHash) {
  std::lock_guard<std::mutex> lock(state->mutex);
  for (const auto &[key, known] : state->kernels[kernel.str()].choices)
    if (known.check && known.check->verdict == "verified" &&
        known.check->finalHash == finalHash)
      return KnownCheck{known.check->record, known.evaluation.ptxHash};
  return std::nullopt;
}

llvm::Error Store::add(StringRef kernel, const KernelChoice &choice,
                       const Evaluation &evaluation,
                       ArrayRef<KernelChoice> parents) {
  std::lock_guard<std::mutex> lock(state->mutex);
  KnownKernel &known = state->kernels[kernel.str()];
  KnownChoice entry{choice, evaluation, std::nullopt, ""};
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    archive::Finding finding;
    archive::Candidate &candidate = finding.candidate;
    candidate.kernel = known.id;
    for (const KernelChoice &parent : parents) {
      auto found = known.choices.find(keyOf(parent));
      if (found != known.choices.end() && !found->second.id.empty())
        candidate.parents.push_back(found->second.id);
    }
    candidate.proposer = "builtin";
    candidate.schedule = choice.strategy;
    candidate.knobs = *choice.toJSON().get("knobs");
    candidate.finalHash = evaluation.finalHash;
    candidate.state = evaluation.state;
    candidate.reason = evaluation.reason;
    json::Object content = evaluation.toJSON();
    content["build"] = state->environment.build;
    archive::Artifact artifact;
    artifact.kind = evaluationKind.str();
    artifact.content =
        llvm::formatv("{0}", json::Value(std::move(content))).str();
    finding.artifacts.push_back(std::move(artifact));
    if (evaluation.isApplied()) {
      archive::Timing timing;
      timing.run = state->runId;
      timing.purpose = "select";
      timing.origin = "modelled";
      timing.device = state->environment.device;
      timing.unit = "s";
      timing.samples = {evaluation.time.seconds};
      timing.conditions = withoutInfinities(evaluation.time.toJSON());
      finding.timings.push_back(std::move(timing));
    }
    auto id = state->archive->append(std::move(finding));
    if (!id)
      return id.takeError();
    entry.id = *id;
  }
#endif
  known.choices[keyOf(choice)] = std::move(entry);
  return llvm::Error::success();
}

llvm::Error Store::addMeasurement(StringRef kernel, const KernelChoice &choice,
                                  const Measurement &measurement) {
  std::lock_guard<std::mutex> lock(state->mutex);
  KnownChoice &entry = state->kernels[kernel.str()].choices[keyOf(choice)];
  entry.measured[measurement.device] = measurement.seconds;
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive && !entry.id.empty()) {
    archive::Timing timing;
    timing.candidate = entry.id;
    timing.run = state->runId;
    timing.purpose = "select";
    timing.origin = "measured";
    timing.device = measurement.device;
    timing.unit = "s";
    timing.samples = measurement.samples;
    timing.conditions =
        withoutInfinities(json::Object{{"build", state->environment.build},
                            {"seconds", measurement.seconds},
                            {"experiment", measurement.conditions}});
    auto id = state->archive->append(std::move(timing));
    if (!id)
      return id.takeError();
  }
#endif
  return llvm::Error::success();
}

std::optional<double> Store::measuredSeconds(StringRef kernel,
                                             const KernelChoice &choice,
                                             StringRef device) {
  std::lock_guard<std::mutex> lock(state->mutex);
  const KnownKernel &known = state->kernels[kernel.str()];
  auto found = known.choices.find(keyOf(choice));
  if (found == known.choices.end())
    return std::nullopt;
  auto time = found->second.measured.find(device.str());
  return time == found->second.measured.end() ? std::nullopt
                                              : std::optional(time->second);
}

llvm::Error Store::addCheck(StringRef kernel, const KernelChoice &choice,
                            const CheckedProgram &check) {
  std::lock_guard<std::mutex> lock(state->mutex);
  KnownKernel &known = state->kernels[kernel.str()];
  KnownChoice &entry = known.choices[keyOf(choice)];
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive && !entry.id.empty()) {
    archive::Verdict verdict;
    verdict.candidate = entry.id;
    verdict.layer = "L4";
    // A check that could not be finished shows nothing.
    verdict.verdict = check.verdict == "lost" ? "unproven" : check.verdict;
    if (check.verdict == "refuted")
      verdict.witness = check.detail;
    verdict.record = json::Object{{"outcome", check.verdict},
                                  {"detail", check.detail},
                                  {"source", kernel},
                                  {"scheduled", check.finalHash},
                                  {"build", state->environment.build},
                                  {"check", check.record}};
    auto id = state->archive->append(std::move(verdict));
    if (!id)
      return id.takeError();
  }
#endif
  entry.check = check;
  return llvm::Error::success();
}

llvm::Expected<std::optional<KernelChoice>>
Store::bestChoice(StringRef kernel) {
  std::lock_guard<std::mutex> lock(state->mutex);
  const KnownKernel &known = state->kernels[kernel.str()];
  const KnownChoice *best = nullptr;
  for (const auto &[key, each] : known.choices)
    // A strategy of a proposal is known to the program that it was made for.
    if (each.evaluation.isApplied() && each.check &&
        each.check->verdict == "verified" &&
        !StringRef(each.choice.strategy).contains('.') &&
        (!best || each.evaluation.time.seconds < best->evaluation.time.seconds))
      best = &each;
  if (!best)
    return std::optional<KernelChoice>();
  return std::optional(best->choice);
}
