//===- Pool.h - Workers side by side ----------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_POOL_H
#define KERNEL_OPT_LIB_SEARCH_POOL_H

#include "kernel-opt/Search/Search.h"
#include <mutex>

namespace kernel_opt::search {

/// Runs tasks in workers, some at a time, and ends them early when the search
/// is to end.
class Pool {
public:
  explicit Pool(const SearchOptions &options);

  using Task = std::function<void(WorkerClient &)>;
  /// Runs all tasks; false if it was cut short: then some did not run, and
  /// others saw their workers die.
  bool run(std::vector<Task> tasks);
  /// Called while waiting, a few times a second.
  std::function<void()> whileWaiting;

  /// The session has changed.
  void reopen() {
    for (WorkerClient &client : clients)
      client.reopen();
  }

  bool mustStop() const;
  /// From now on time counts: before, something must be found first.
  void allowTimeout() { timeoutCounts = true; }
  unsigned starts() const;

private:
  const SearchOptions &options;
  std::chrono::steady_clock::time_point deadline;
  bool timeoutCounts = false;
  std::vector<WorkerClient> clients;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_POOL_H
