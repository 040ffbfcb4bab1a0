//===- Screener.cpp - A quick look at many plans -------------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Screener.h"
#include "kernel-opt/Measure/Samplers.h"
#include "kernel-opt/Support/Nesting.h"
#include <cmath>
#include <csignal>

using namespace kernel_opt;
using namespace kernel_opt::measure;
namespace json = llvm::json;

/// Enough to rank: a winner is timed again, and longer, before anybody is told.
static ExperimentOptions screening() {
  ExperimentOptions options;
  options.leastBlocks = 3;
  options.mostBlocks = 8;
  options.halfWidth = 0.01;
  options.warmBlocks = 2;
  options.mostWarmBlocks = 6;
  options.warmSpread = 0.03;
  return options;
}
static constexpr unsigned samplesAlone = 20;
/// Elements of each input that are drawn, the others repeat them: drawing all
/// would take longer than timing.
static constexpr int64_t mostDrawn = int64_t(1) << 16;

//===----------------------------------------------------------------------===//
// The process
//===----------------------------------------------------------------------===//

llvm::Error Screener::start() {
  SubprocessOptions options;
  options.command = command;
  options.outputBytes = size_t(1) << 30;
  worker.reset();
  auto spawned = JSONLinesWorker::spawn(options);
  if (!spawned)
    return spawned.takeError();
  worker.emplace(std::move(*spawned));
  process = worker->process().pid();
  // Whatever was loaded is gone.
  for (auto &[group, yardstick] : yardsticks)
    yardstick.handle = -1;
  return llvm::Error::success();
}

llvm::Expected<json::Object> Screener::request(json::Object object) {
  if (!worker || !worker->isAlive())
    if (llvm::Error error = start())
      return std::move(error);
  return worker->request(std::move(object), patience);
}

llvm::Expected<json::Object> Screener::info() {
  return request(json::Object{{"command", "info"}});
}

void Screener::kill() {
  if (int leader = process.exchange(0); leader > 0)
    ::kill(-leader, SIGKILL);
}

//===----------------------------------------------------------------------===//
// One plan
//===----------------------------------------------------------------------===//

llvm::Expected<int64_t> Screener::load(StringRef plan) {
  auto value = parseJSON(plan);
  if (!value)
    return value.takeError();
  auto answer = request(json::Object{{"command", "load"},
                                     {"plan", std::move(*value)},
                                     {"guard", "none"},
                                     {"most_drawn", mostDrawn}});
  if (!answer)
    return answer.takeError();
  auto handle = answer->getInteger("handle");
  if (!handle)
    return llvm::createStringError("the answer to 'load' has no handle");
  return *handle;
}

void Screener::unload(int64_t handle) {
  auto answer =
      request(json::Object{{"command", "unload"}, {"handle", handle}});
  if (!answer)
    llvm::consumeError(answer.takeError());
}

/// What differs from run to run, or depends on what memory held, has no time.
llvm::Error Screener::validate(int64_t handle) {
  auto answer = request(json::Object{{"command", "run"},
                                     {"handle", handle},
                                     {"repeats", 1},
                                     {"on_device", true}});
  if (!answer)
    return answer.takeError();
  if (answer->getBoolean("passed").value_or(false))
    return llvm::Error::success();
  std::string text = "it does not run as it should";
  if (const json::Array *problems = answer->getArray("problems"))
    for (const json::Value &problem : *problems)
      text += ": " + problem.getAsString().value_or("").str();
  return llvm::createStringError(text);
}

static std::vector<double> secondsOf(ArrayRef<Sample> samples) {
  std::vector<double> seconds;
  for (const Sample &sample : samples)
    seconds.push_back(sample.seconds);
  return seconds;
}

llvm::Expected<Screening> Screener::timeAlone(int64_t handle) {
  WorkerSampler sampler(*worker, handle, patience);
  auto summary = summarize(sampler, samplesAlone, screening());
  if (!summary)
    return summary.takeError();
  return Screening{summary->seconds, secondsOf(summary->samples),
                   json::Object{{"paired", false},
                                {"clock_hz", summary->clockHz},
                                {"warm", summary->warm}}};
}

llvm::Expected<Screening> Screener::timeAgainst(const Yardstick &yardstick,
                                                int64_t handle) {
  WorkerSampler base(*worker, yardstick.handle, patience);
  WorkerSampler candidate(*worker, handle, patience);
  auto comparison = compare(base, candidate, screening());
  if (!comparison)
    return comparison.takeError();
  Screening result;
  // Drift of the device hits both of a pair alike.
  result.seconds = yardstick.seconds * std::exp(-comparison->logRatio.mean);
  for (const TimedBlock &block : comparison->blocks)
    llvm::append_range(result.samples, secondsOf(block.candidate));
  result.conditions = comparison->toJSON();
  result.conditions["paired"] = true;
  result.conditions["yardstick_seconds"] = yardstick.seconds;
  return result;
}

llvm::Expected<Screening> Screener::screen(StringRef group,
                                           const std::string &plan) {
  auto handle = load(plan);
  Yardstick &yardstick = yardsticks[group.str()];
  if (!handle && worker && worker->isAlive() && yardstick.handle >= 0) {
    // There may be room for one of them.
    llvm::consumeError(handle.takeError());
    unload(std::exchange(yardstick.handle, -1));
    yardstick.plan.clear();
    handle = load(plan);
  }
  if (!handle)
    return handle.takeError();
  auto measured = [&]() -> llvm::Expected<Screening> {
    if (llvm::Error error = validate(*handle))
      return std::move(error);
    if (yardstick.handle < 0 && !yardstick.plan.empty()) {
      auto again = load(yardstick.plan);
      if (again)
        yardstick.handle = *again;
      else
        llvm::consumeError(again.takeError());
    }
    return yardstick.handle < 0 ? timeAlone(*handle)
                                : timeAgainst(yardstick, *handle);
  }();
  if (!measured) {
    if (worker && worker->isAlive())
      unload(*handle);
    return measured;
  }
  if (yardstick.seconds == 0 || measured->seconds < yardstick.seconds) {
    if (yardstick.handle >= 0)
      unload(yardstick.handle);
    yardstick = {plan, *handle, measured->seconds};
  } else {
    unload(*handle);
  }
  return measured;
}
