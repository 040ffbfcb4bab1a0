//===- Store.cpp - What a search knows already ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Store.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "llvm/Support/FormatVariadic.h"
#include <mutex>
#ifdef KERNELOPT_HAVE_SQLITE
#include "kernel-opt/Archive/Archive.h"
#endif

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Names the candidates that choose for all kernels of a program.
[[maybe_unused]] static constexpr StringLiteral wholeProgram = "whole program";
[[maybe_unused]] static constexpr StringLiteral evaluationKind = "evaluation";

namespace {
struct KnownChoice {
  KernelChoice choice;
  Evaluation evaluation;
  std::optional<CheckedProgram> check;
  std::string id; ///< in the archive
};
struct KnownKernel {
  std::map<std::string, KnownChoice> choices; ///< by hash of the choice
  std::string id;
};
} // namespace

struct Store::State {
  std::mutex mutex;
  Environment environment;
  bool writable = true;
  std::map<std::string, KnownKernel> kernels;
  std::map<std::string, KnownVariant> variants;
  std::string programId, runId;
  const DeviceModel *device = nullptr;
#ifdef KERNELOPT_HAVE_SQLITE
  std::optional<archive::Archive> archive;

  archive::Kernel key(StringRef hash, StringRef shapes,
                      StringRef contract) const {
    archive::Kernel kernel;
    kernel.structure = hash.str();
    kernel.shapes = shapes.str();
    kernel.contract = contract.str();
    kernel.target = environment.target;
    kernel.toolchain = environment.toolchain;
    return kernel;
  }
  llvm::Expected<std::string> keep(archive::Kernel kernel) {
    return writable ? archive->append(std::move(kernel))
                    : llvm::Expected<std::string>(archive::idOf(kernel));
  }
  llvm::Error load(KnownKernel &kernel);
  llvm::Error loadProgram();
#endif
};

static std::string keyOf(const KernelChoice &choice) {
  return hashJSON(choice.toJSON());
}

Store::Store(std::unique_ptr<State> state) : state(std::move(state)) {}
Store::~Store() = default;

llvm::Expected<std::unique_ptr<Store>>
Store::open(StringRef path, const Environment &environment, bool writable) {
  auto state = std::make_unique<State>();
  state->environment = environment;
  state->writable = writable;
  auto chip = nvptx::findChip(environment.target);
  if (!chip)
    return chip.takeError();
  state->device = &findDeviceModel(chip->sm);
  if (!path.empty()) {
#ifdef KERNELOPT_HAVE_SQLITE
    archive::ArchiveOptions options;
    options.path = path.str();
    options.writable = writable;
    auto archive = archive::Archive::open(options);
    if (!archive)
      return archive.takeError();
    state->archive.emplace(std::move(*archive));
#else
    return llvm::createStringError("this build has no archive, since it was "
                                   "built without SQLite; expected "
                                   "--database=none");
#endif
  }
  return std::unique_ptr<Store>(new Store(std::move(state)));
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
    auto value = json::parse(artifact.content);
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

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

llvm::Error Store::beginRun(uint64_t seed, json::Value options) {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (!state->archive)
    return llvm::Error::success();
  archive::Run run;
  run.seed = seed;
  run.version = KERNELOPT_VERSION;
  run.options = std::move(options);
  run.started = std::chrono::duration_cast<std::chrono::milliseconds>(
                    std::chrono::system_clock::now().time_since_epoch())
                    .count();
  auto id = state->archive->append(std::move(run));
  if (!id)
    return id.takeError();
  state->runId = *id;
#endif
  return llvm::Error::success();
}

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

std::optional<CheckedProgram> Store::check(StringRef kernel,
                                           StringRef finalHash) {
  std::lock_guard<std::mutex> lock(state->mutex);
  for (const auto &[key, known] : state->kernels[kernel.str()].choices)
    if (known.check && known.evaluation.finalHash == finalHash)
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
      timing.conditions = evaluation.time.toJSON();
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
    if (each.evaluation.isApplied() && each.check &&
        each.check->verdict == "verified" &&
        (!best || each.evaluation.time.seconds < best->evaluation.time.seconds))
      best = &each;
  if (!best)
    return std::optional<KernelChoice>();
  return std::optional(best->choice);
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

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
                             double seconds, json::Value evidence,
                             json::Value windows, ArrayRef<RuleText> ruleSets) {
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
  if (!candidate.graph.rules.empty() && !ruleSets.empty()) {
    json::Array sets;
    for (const RuleText &set : ruleSets)
      sets.push_back(json::Object{{"name", set.name}, {"text", set.text}});
    record.proposal = llvm::formatv("{0}", json::Value(std::move(sets))).str();
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
  timing.origin = "modelled";
  timing.device = state->environment.device;
  timing.unit = "s";
  timing.samples = {seconds};
  timing.conditions = json::Object{{"model", costModelVersion}};
  finding.timings.push_back(std::move(timing));
  auto id = state->archive->append(std::move(finding));
  if (!id)
    return id.takeError();
#endif
  return llvm::Error::success();
}

#ifdef KERNELOPT_HAVE_SQLITE
static llvm::Expected<std::optional<KnownWinner>>
readWinner(Candidate candidate, const archive::Best &best) {
  KnownWinner winner{std::move(candidate), {}, best.time, best.measured};
  if (best.candidate.proposal.empty())
    return std::optional(std::move(winner));
  auto sets = json::parse(best.candidate.proposal);
  if (!sets)
    return sets.takeError();
  if (const json::Array *array = sets->getAsArray())
    for (const json::Value &value : *array)
      if (const json::Object *set = value.getAsObject())
        winner.ruleSets.push_back({set->getString("name").value_or("").str(),
                                   set->getString("text").value_or("").str()});
  return std::optional(std::move(winner));
}
#endif

llvm::Expected<std::optional<KnownWinner>> Store::winner() {
  std::lock_guard<std::mutex> lock(state->mutex);
#ifdef KERNELOPT_HAVE_SQLITE
  if (state->archive) {
    archive::BestQuery query;
    query.kernel = state->programId;
    query.device = state->environment.device;
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
    return readWinner(std::move(*candidate), **best);
  }
#endif
  return std::optional<KnownWinner>();
}
