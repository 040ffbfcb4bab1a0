//===- DeviceTimer.h - Times of candidates on a device ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One process owns the device and one thread talks to it (measure::Screener),
// while workers go on compiling.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H
#define KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H

#include "kernel-opt/Measure/Screener.h"
#include "kernel-opt/Search/Search.h"
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace kernel_opt::search {

/// A candidate on its way through the device.
struct DeviceJob {
  std::string kernel; ///< hash
  KernelChoice choice;
  std::string plan; ///< launch plan, as JSON
};

struct DeviceResult {
  DeviceJob job;
  std::optional<Measurement> measurement;
  std::string error; ///< if there is no measurement
};

class DeviceTimer {
public:
  DeviceTimer(std::vector<std::string> command,
              std::chrono::milliseconds patience)
      : screener(std::move(command), patience) {}
  ~DeviceTimer();

  /// Starts the process and asks what the device is. Fails where there is none,
  /// or none that code for `sm` runs on; the error says what helps.
  llvm::Expected<std::string> open(unsigned sm);

  void submit(DeviceJob job);
  /// What is done by now.
  std::vector<DeviceResult> take();
  /// Jobs that are waiting or being timed.
  size_t pending();
  /// Nothing more is timed.
  void stop();

private:
  void work();
  DeviceResult measure(DeviceJob job);

  measure::Screener screener;
  std::string device;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<DeviceJob> waiting;
  std::vector<DeviceResult> done;
  size_t busy = 0;
  std::atomic<bool> stopping{false};
  std::thread thread;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H
