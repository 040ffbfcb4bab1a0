//===- DeviceTimer.h - Times of candidates on a device ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One process owns the device and one thread talks to it, while workers go on
// compiling. A candidate is timed in pairs with the fastest one of its kernel
// so far. A candidate that hangs or takes the device down costs that process,
// which is replaced, and itself.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H
#define KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H

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
      : command(std::move(command)), patience(patience) {}
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
  struct Yardstick {
    std::string plan;
    int64_t handle = -1; ///< -1: not loaded
    double seconds = 0;
  };

  void work();
  DeviceResult measure(DeviceJob job);
  llvm::Expected<Measurement> timeAlone(int64_t handle);
  llvm::Expected<Measurement> timeAgainst(Yardstick &yardstick, int64_t handle);
  llvm::Expected<llvm::json::Object> request(llvm::json::Object object);
  llvm::Expected<int64_t> load(StringRef plan);
  llvm::Error validate(int64_t handle);
  void unload(int64_t handle);
  llvm::Error start();

  std::vector<std::string> command;
  std::chrono::milliseconds patience;
  std::optional<JSONLinesWorker> worker;
  std::string device;
  std::map<std::string, Yardstick> yardsticks; ///< by kernel

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<DeviceJob> waiting;
  std::vector<DeviceResult> done;
  size_t busy = 0;
  std::atomic<bool> stopping{false};
  std::atomic<int> group{0}; ///< of the process
  std::thread thread;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_DEVICETIMER_H
