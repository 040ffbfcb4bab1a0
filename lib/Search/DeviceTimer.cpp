//===- DeviceTimer.cpp - Times of candidates on a device --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceTimer.h"
#include "kernel-opt/Measure/Samplers.h"
#include "kernel-opt/Runtime/PlanRunner.h"
#include "kernel-opt/Support/Nesting.h"
#include <cmath>
#include <csignal>

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

/// Enough to rank: a winner is timed again, and longer, before anybody is told.
static measure::ExperimentOptions screening() {
  measure::ExperimentOptions options;
  options.leastBlocks = 3;
  options.mostBlocks = 8;
  options.halfWidth = 0.01;
  options.warmBlocks = 2;
  options.mostWarmBlocks = 6;
  options.warmSpread = 0.03;
  return options;
}
static constexpr unsigned samplesAlone = 20;

DeviceTimer::~DeviceTimer() { stop(); }

//===----------------------------------------------------------------------===//
// The process
//===----------------------------------------------------------------------===//

llvm::Error DeviceTimer::start() {
  SubprocessOptions options;
  options.command = command;
  options.outputBytes = size_t(1) << 30;
  worker.reset();
  auto spawned = JSONLinesWorker::spawn(options);
  if (!spawned)
    return spawned.takeError();
  worker.emplace(std::move(*spawned));
  group = worker->process().pid();
  // Whatever was loaded is gone.
  for (auto &[kernel, yardstick] : yardsticks)
    yardstick.handle = -1;
  return llvm::Error::success();
}

llvm::Expected<json::Object> DeviceTimer::request(json::Object object) {
  if (!worker || !worker->isAlive())
    if (llvm::Error error = start())
      return std::move(error);
  return worker->request(std::move(object), patience);
}

llvm::Expected<std::string> DeviceTimer::open(unsigned sm) {
  auto info = request(json::Object{{"command", "info"}});
  if (!info)
    return llvm::createStringError(
        "--measure needs a GPU: " + llvm::toString(info.takeError()) +
        "; without --measure, candidates are ranked by the model");
  const json::Object *found = info->getObject("device");
  device = found ? found->getString("name").value_or("").str() : "";
  StringRef capability =
      found ? found->getString("compute_capability").value_or("") : "";
  int64_t here = 0;
  auto [major, minor] = capability.split('.');
  int64_t majorNumber, minorNumber;
  if (!major.getAsInteger(10, majorNumber) &&
      !minor.getAsInteger(10, minorNumber))
    here = 10 * majorNumber + minorNumber;
  if (here / 10 != int64_t(sm) / 10 || here < int64_t(sm))
    return llvm::createStringError(
        "--measure: code for sm_" + Twine(sm) + " does not run on '" + device +
        "', which is sm_" + Twine(here) + "; expected another --target");
  thread = std::thread([this] { work(); });
  return device;
}

void DeviceTimer::stop() {
  {
    std::lock_guard<std::mutex> lock(mutex);
    stopping = true;
    waiting.clear();
  }
  changed.notify_all();
  if (int leader = group.exchange(0); leader > 0)
    ::kill(-leader, SIGKILL);
  if (thread.joinable())
    thread.join();
}

//===----------------------------------------------------------------------===//
// The queue
//===----------------------------------------------------------------------===//

void DeviceTimer::submit(DeviceJob job) {
  std::lock_guard<std::mutex> lock(mutex);
  waiting.push_back(std::move(job));
  changed.notify_all();
}

std::vector<DeviceResult> DeviceTimer::take() {
  std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(done, {});
}

size_t DeviceTimer::pending() {
  std::lock_guard<std::mutex> lock(mutex);
  return waiting.size() + busy;
}

void DeviceTimer::work() {
  while (true) {
    std::optional<DeviceJob> job;
    {
      std::unique_lock<std::mutex> lock(mutex);
      changed.wait(lock, [&] { return stopping || !waiting.empty(); });
      if (stopping)
        return;
      job = std::move(waiting.front());
      waiting.pop_front();
      busy = 1;
    }
    DeviceResult result = measure(std::move(*job));
    std::lock_guard<std::mutex> lock(mutex);
    busy = 0;
    if (!stopping)
      done.push_back(std::move(result));
  }
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

llvm::Expected<int64_t> DeviceTimer::load(StringRef plan) {
  auto value = parseJSON(plan);
  if (!value)
    return value.takeError();
  auto answer = request(
      json::Object{{"command", "load"},
                   {"plan", std::move(*value)},
                   {"guard", "none"},
                   {"most_drawn", runtime::PlanRunner::drawnForTiming}});
  if (!answer)
    return answer.takeError();
  auto handle = answer->getInteger("handle");
  if (!handle)
    return llvm::createStringError("the answer to 'load' has no handle");
  return *handle;
}

void DeviceTimer::unload(int64_t handle) {
  auto answer =
      request(json::Object{{"command", "unload"}, {"handle", handle}});
  if (!answer)
    llvm::consumeError(answer.takeError());
}

/// What differs from run to run, or depends on what memory held, has no time.
llvm::Error DeviceTimer::validate(int64_t handle) {
  auto answer = request(
      json::Object{{"command", "run"}, {"handle", handle}, {"repeats", 1}});
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

static std::vector<double> secondsOf(ArrayRef<measure::Sample> samples) {
  std::vector<double> seconds;
  for (const measure::Sample &sample : samples)
    seconds.push_back(sample.seconds);
  return seconds;
}

llvm::Expected<Measurement> DeviceTimer::timeAlone(int64_t handle) {
  measure::WorkerSampler sampler(*worker, handle, patience);
  auto summary = measure::summarize(sampler, samplesAlone, screening());
  if (!summary)
    return summary.takeError();
  Measurement result;
  result.device = device;
  result.seconds = summary->seconds;
  result.samples = secondsOf(summary->samples);
  result.conditions = json::Object{{"paired", false},
                                   {"clock_hz", summary->clockHz},
                                   {"warm", summary->warm}};
  return result;
}

llvm::Expected<Measurement> DeviceTimer::timeAgainst(Yardstick &yardstick,
                                                     int64_t handle) {
  measure::WorkerSampler base(*worker, yardstick.handle, patience);
  measure::WorkerSampler candidate(*worker, handle, patience);
  auto comparison = measure::compare(base, candidate, screening());
  if (!comparison)
    return comparison.takeError();
  Measurement result;
  result.device = device;
  // Drift of the device hits both of a pair alike.
  result.seconds = yardstick.seconds * std::exp(-comparison->logRatio.mean);
  for (const measure::TimedBlock &block : comparison->blocks)
    llvm::append_range(result.samples, secondsOf(block.candidate));
  json::Object conditions = comparison->toJSON();
  conditions["paired"] = true;
  conditions["yardstick_seconds"] = yardstick.seconds;
  result.conditions = std::move(conditions);
  return result;
}

DeviceResult DeviceTimer::measure(DeviceJob job) {
  DeviceResult result;
  auto fail = [&](llvm::Error error) {
    result.error = llvm::toString(std::move(error));
    result.job = std::move(job);
    return std::move(result);
  };
  auto handle = load(job.plan);
  Yardstick &yardstick = yardsticks[job.kernel];
  if (!handle && worker && worker->isAlive() && yardstick.handle >= 0) {
    // There may be room for one of them.
    llvm::consumeError(handle.takeError());
    unload(std::exchange(yardstick.handle, -1));
    yardstick.plan.clear();
    handle = load(job.plan);
  }
  if (!handle)
    return fail(handle.takeError());
  if (llvm::Error error = validate(*handle))
    return fail(std::move(error));
  if (yardstick.handle < 0 && !yardstick.plan.empty()) {
    auto again = load(yardstick.plan);
    if (again)
      yardstick.handle = *again;
    else
      llvm::consumeError(again.takeError());
  }
  auto measured = yardstick.handle < 0 ? timeAlone(*handle)
                                       : timeAgainst(yardstick, *handle);
  if (!measured) {
    if (worker && worker->isAlive())
      unload(*handle);
    return fail(measured.takeError());
  }
  if (yardstick.seconds == 0 || measured->seconds < yardstick.seconds) {
    if (yardstick.handle >= 0)
      unload(yardstick.handle);
    yardstick = {job.plan, *handle, measured->seconds};
  } else {
    unload(*handle);
  }
  result.measurement = std::move(*measured);
  result.job = std::move(job);
  return result;
}
