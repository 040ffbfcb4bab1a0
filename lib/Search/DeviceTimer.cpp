//===- DeviceTimer.cpp - Times of candidates on a device --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceTimer.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

DeviceTimer::~DeviceTimer() { stop(); }

llvm::Expected<std::string> DeviceTimer::open(unsigned sm) {
  auto info = screener.info();
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
  screener.kill();
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

DeviceResult DeviceTimer::measure(DeviceJob job) {
  DeviceResult result;
  auto screened = screener.screen(job.kernel, job.plan);
  if (screened)
    result.measurement =
        Measurement{device, screened->seconds, std::move(screened->samples),
                    std::move(screened->conditions)};
  else
    result.error = llvm::toString(screened.takeError());
  result.job = std::move(job);
  return result;
}
