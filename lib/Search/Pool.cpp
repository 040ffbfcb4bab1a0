//===- Pool.cpp - Workers side by side --------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Pool.h"
#include <condition_variable>
#include <thread>

using namespace kernel_opt;
using namespace kernel_opt::search;
using Clock = std::chrono::steady_clock;

Pool::Pool(const SearchOptions &options) : options(options) {
  deadline =
      options.time ? Clock::now() + *options.time : Clock::time_point::max();
  for (unsigned i = 0; i < std::max(1u, options.workers); ++i)
    clients.emplace_back(options.workerCommand, options.session,
                         options.limits);
}

bool Pool::mustStop() const {
  return (options.stop && *options.stop) ||
         (timeoutCounts && Clock::now() >= deadline);
}

unsigned Pool::starts() const {
  unsigned sum = 0;
  for (const WorkerClient &client : clients)
    sum += client.starts();
  return sum;
}

bool Pool::run(std::vector<Task> tasks) {
  std::atomic<size_t> next{0};
  std::atomic<bool> stopping{false};
  size_t running = std::min(clients.size(), tasks.size());
  std::mutex mutex;
  std::condition_variable changed;
  size_t finished = 0;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < running; ++i)
    threads.emplace_back([&, i] {
      for (size_t task = next++; task < tasks.size() && !stopping;
           task = next++)
        tasks[task](clients[i]);
      std::lock_guard<std::mutex> lock(mutex);
      ++finished;
      changed.notify_all();
    });
  {
    std::unique_lock<std::mutex> lock(mutex);
    while (!changed.wait_for(lock, std::chrono::milliseconds(50),
                             [&] { return finished == running; })) {
      if (whileWaiting)
        whileWaiting();
      if (!mustStop())
        continue;
      stopping = true;
      // Whatever they are at is given up.
      for (WorkerClient &client : clients)
        client.abandon();
    }
  }
  for (std::thread &thread : threads)
    thread.join();
  return !stopping;
}
