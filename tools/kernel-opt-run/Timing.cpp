//===- Timing.cpp - Timing a plan, alone or against a baseline ------ -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Timing.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/StringSaver.h"

using namespace kernel_opt;
using namespace kernel_opt::measure;
using namespace kernel_opt::run;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

/// What is wrong with the timed runs of a sampler in this process.
static llvm::Error findProblems(StringRef who, PlanSampler &sampler,
                                json::Array &problems) {
  auto changed = sampler.changedOutputs();
  if (!changed)
    return changed.takeError();
  if (!changed->empty())
    problems.push_back(
        llvm::formatv("{0}: timed runs computed something else than the "
                      "checked one, on {1} of {2} sets of inputs",
                      who, changed->size(), sampler.sets())
            .str());
  auto clocks = sampler.checkClocks();
  if (!clocks)
    return clocks.takeError();
  if (!clocks->agrees())
    problems.push_back(
        llvm::formatv("{0}: the device's clock says {1:F3} ms, the host's "
                      "{2:F3} ms (and {3:F3} ms of work were left over)",
                      who, clocks->eventSeconds * 1e3,
                      clocks->wallSeconds * 1e3, clocks->pendingSeconds * 1e3)
            .str());
  return llvm::Error::success();
}

/// Compares with the least time for the plan's compulsory work.
static llvm::Error checkSpeedOfLight(Engine &engine, const LaunchPlan &plan,
                                     double peakFlops, double seconds,
                                     json::Object &result,
                                     json::Array &problems) {
  SpeedOfLight light;
  light.bytes = double(plan.compulsoryBytes);
  light.flops = plan.flops;
  light.flopsPerSecond = peakFlops;
  if (plan.compulsoryBytes || plan.flops > 0) {
    auto rates = engine.rates();
    if (!rates)
      return rates.takeError();
    // The best of the mixes: a lower bound on the time, whatever is read and
    // written.
    light.bytesPerSecond = rates->bandwidth();
    if (!light.flopsPerSecond)
      light.flopsPerSecond = rates->peakFor(plan);
  }
  if (light.seconds() > 0)
    result["speed_of_light_seconds"] = light.seconds();
  if (!light.allows(seconds))
    problems.push_back(
        llvm::formatv("{0:F2} us is faster than the speed of light, {1:F2} us",
                      seconds * 1e6, light.seconds() * 1e6)
            .str());
  return llvm::Error::success();
}

llvm::Expected<json::Object> run::timeAlone(Engine &engine, unsigned handle,
                                            const TimingRequest &request) {
  auto sampler = engine.sampler(handle);
  if (!sampler)
    return sampler.takeError();
  auto summary = summarize(**sampler, request.samples, request.experiment);
  if (!summary)
    return summary.takeError();
  json::Object result = summary->toJSON();
  json::Array problems;
  if (llvm::Error e = findProblems("the plan", **sampler, problems))
    return std::move(e);
  if (llvm::Error e =
          checkSpeedOfLight(engine, (*sampler)->plan(), request.peakFlops,
                            summary->seconds, result, problems))
    return std::move(e);
  result["passed"] = problems.empty();
  result["problems"] = std::move(problems);
  return result;
}

//===----------------------------------------------------------------------===//
// Baselines
//===----------------------------------------------------------------------===//

namespace {
/// The baseline, wherever it runs.
struct Baseline {
  std::string name;
  std::optional<JSONLinesWorker> worker;
  std::optional<WorkerSampler> remote;
  PlanSampler *local = nullptr;
  json::Array variants; ///< Of a worker, with their times.

  Sampler &sampler() {
    return local ? static_cast<Sampler &>(*local) : *remote;
  }
};
} // namespace

static llvm::Error loadLocal(Engine &engine, const LoadRequest &candidate,
                             const TimingRequest &request, Baseline &baseline) {
  LoadRequest load = candidate;
  baseline.name = "the same plan";
  if (!request.againstItself) {
    auto plan = LaunchPlan::fromFile(request.baselinePlan);
    if (!plan)
      return plan.takeError();
    baseline.name = plan->name;
    load.plan = std::move(*plan);
  }
  auto handle = engine.load(std::move(load));
  if (!handle)
    return handle.takeError();
  auto sampler = engine.sampler(*handle);
  if (!sampler)
    return sampler.takeError();
  baseline.local = *sampler;
  return llvm::Error::success();
}

/// Starts the worker, lets it load, and takes the fastest of its variants: a
/// baseline is as good as its best.
static llvm::Error loadRemote(const TimingRequest &request,
                              Baseline &baseline) {
  auto load = parseJSON(
      request.baselineLoad.empty() ? "{}" : StringRef(request.baselineLoad));
  if (!load)
    return load.takeError();
  if (!load->getAsObject())
    return llvm::createStringError("the baseline's load request is no object");
  llvm::BumpPtrAllocator allocator;
  llvm::StringSaver saver(allocator);
  SmallVector<const char *> words;
  llvm::cl::TokenizeGNUCommandLine(request.baselineCommand, saver, words);
  SubprocessOptions options;
  options.command.assign(words.begin(), words.end());
  auto worker = JSONLinesWorker::spawn(options);
  if (!worker)
    return worker.takeError();
  baseline.worker = std::move(*worker);
  json::Object message = std::move(*load->getAsObject());
  message["command"] = "load";
  auto answer =
      baseline.worker->request(std::move(message), request.workerLimit);
  if (!answer)
    return answer.takeError();
  struct Variant {
    std::string name;
    int64_t handle;
  };
  std::vector<Variant> variants;
  if (const json::Array *list = answer->getArray("variants"))
    for (const json::Value &value : *list)
      if (const json::Object *o = value.getAsObject())
        if (auto handle = o->getInteger("handle"))
          variants.push_back(
              {o->getString("name").value_or("").str(), *handle});
  if (auto handle = answer->getInteger("handle"); handle && variants.empty())
    variants.push_back(
        {answer->getString("name").value_or("baseline").str(), *handle});
  if (variants.empty())
    return llvm::createStringError(
        "the baseline's worker loaded nothing that can be timed");
  double best = 0;
  for (const Variant &variant : variants) {
    WorkerSampler sampler(*baseline.worker, variant.handle,
                          request.workerLimit);
    auto summary = summarize(sampler, 20, request.experiment);
    if (!summary)
      return summary.takeError();
    baseline.variants.push_back(
        json::Object{{"name", variant.name}, {"seconds", summary->seconds}});
    if (baseline.remote && summary->seconds >= best)
      continue;
    best = summary->seconds;
    baseline.name = variant.name;
    baseline.remote.reset();
    baseline.remote.emplace(sampler);
  }
  return llvm::Error::success();
}

llvm::Expected<json::Object>
run::compareLoaded(Engine &engine, unsigned baseline, unsigned candidate,
                   const ExperimentOptions &options) {
  auto ours = engine.sampler(candidate), other = engine.sampler(baseline);
  if (!ours || !other)
    return llvm::joinErrors(ours.takeError(), other.takeError());
  auto comparison = compare(**other, **ours, options);
  if (!comparison)
    return comparison.takeError();
  json::Object result = comparison->toJSON();
  json::Array problems;
  if (llvm::Error e = findProblems("the candidate", **ours, problems))
    return std::move(e);
  if (llvm::Error e = findProblems("the baseline", **other, problems))
    return std::move(e);
  result["passed"] = problems.empty();
  result["problems"] = std::move(problems);
  return result;
}

llvm::Expected<json::Object> run::timeAgainst(Engine &engine, unsigned handle,
                                              const LoadRequest &load,
                                              const TimingRequest &request) {
  Baseline baseline;
  if (llvm::Error e = request.baselineCommand.empty()
                          ? loadLocal(engine, load, request, baseline)
                          : loadRemote(request, baseline))
    return std::move(e);
  auto candidate = engine.sampler(handle);
  if (!candidate)
    return candidate.takeError();
  auto comparison =
      compare(baseline.sampler(), **candidate, request.experiment);
  if (!comparison)
    return comparison.takeError();
  json::Object result = comparison->toJSON();
  json::Array problems;
  if (llvm::Error e = findProblems("the candidate", **candidate, problems))
    return std::move(e);
  if (baseline.local)
    if (llvm::Error e = findProblems("the baseline", *baseline.local, problems))
      return std::move(e);
  if (llvm::Error e =
          checkSpeedOfLight(engine, load.plan, request.peakFlops,
                            comparison->candidateSeconds, result, problems))
    return std::move(e);
  if (baseline.worker)
    baseline.worker->quit(std::chrono::seconds(10));
  result["baseline"] = baseline.name;
  result["candidate"] = load.plan.name;
  if (!baseline.variants.empty())
    result["baseline_variants"] = std::move(baseline.variants);
  result["passed"] = problems.empty();
  result["problems"] = std::move(problems);
  return result;
}
