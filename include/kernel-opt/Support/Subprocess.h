//===- Subprocess.h - Child processes under limits --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that may crash, hang or eat memory runs in a child process:
// candidates, ptxas, proposers, whatever touches a device. A child is started
// with posix_spawn (never a fork of a threaded process), leads its own process
// group, so that its children die with it, and is bounded in wall time, CPU
// time, address space and output.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_SUBPROCESS_H
#define KERNEL_OPT_SUPPORT_SUBPROCESS_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace kernel_opt {

/// What to run and how much it may use. Zero means no limit.
struct SubprocessOptions {
  /// The program and its arguments. A program without a slash is looked for in
  /// PATH.
  std::vector<std::string> command;
  /// "NAME=value", on top of the environment of this process.
  std::vector<std::string> environment;
  /// Of the whole life of the child, kept by `finish` and `runProcess`.
  std::chrono::milliseconds wallTime{0};
  /// Seconds of processor time, of each process of the group by itself.
  unsigned cpuSeconds = 0;
  /// Bytes of address space (RLIMIT_AS). A process that opens a CUDA device
  /// needs hundreds of GiB of it: leave that one unlimited. The limit is set
  /// just after the start; memory taken before that instant is not refused.
  uint64_t addressSpace = 0;
  /// The child's standard error is this process's; `standardError` is then
  /// empty.
  bool inheritError = false;
  /// Once it is true, `runProcess` and `communicate` end the child.
  const std::atomic<bool> *stop = nullptr;
  /// Longest line of output, and most output that `runProcess` keeps.
  size_t outputBytes = 64u << 20;
};

/// How a child ended.
struct ProcessResult {
  enum class End {
    Exited,      ///< `code` is the exit status.
    Signaled,    ///< `code` is the signal.
    TimedOut,    ///< Killed: it ran longer than it may.
    CpuLimit,    ///< Killed: it used more processor time than it may.
    OutputLimit, ///< Killed: it wrote more than it may.
    Killed,      ///< Killed by us on request.
  };
  End end = End::Exited;
  int code = 0;
  double wallSeconds = 0;
  double cpuSeconds = 0;
  uint64_t peakResidentBytes = 0;

  bool succeeded() const { return end == End::Exited && code == 0; }
  /// For example "was stopped after 2.0 s, the limit on its time".
  std::string describe() const;
};

/// All that a finished child left.
struct ProcessOutput {
  ProcessResult result;
  std::string standardOutput;
  std::string standardError; ///< The last 16 KiB.
};

/// A running child with pipes to its standard input, output and error. The
/// destructor kills the process group. Not for use by two threads at once.
class Subprocess {
public:
  static llvm::Expected<Subprocess> spawn(const SubprocessOptions &options);

  Subprocess(Subprocess &&) noexcept;
  Subprocess &operator=(Subprocess &&) noexcept;
  ~Subprocess();

  /// Writes all of `data` to the child's standard input. Fails when the child
  /// closed it or does not read within `timeout`. Output that the child writes
  /// meanwhile is taken in, so neither side can block the other for ever.
  llvm::Error write(StringRef data, std::chrono::milliseconds timeout);
  void closeInput();

  enum class ReadStatus { Line, End, TimedOut, TooLong };
  /// Reads the next line of standard output, without its line feed. A last
  /// line that lacks one counts as a line.
  ReadStatus readLine(std::string &line, std::chrono::milliseconds timeout);

  /// The last 16 KiB that the child wrote to standard error.
  StringRef standardError() const;

  /// Writes `input`, closes the child's input and keeps all output until the
  /// child ends. Kills it when its time is over or it writes too much.
  ProcessOutput communicate(StringRef input);

  /// Closes the input and waits for the child until its wall time is over,
  /// dropping its output. Kills it then.
  ProcessResult finish();
  /// As above, but waits no longer than `grace`.
  ProcessResult finish(std::chrono::milliseconds grace);
  /// Kills the process group now.
  ProcessResult kill(ProcessResult::End why = ProcessResult::End::Killed);

  int pid() const;

private:
  struct State;
  explicit Subprocess(std::unique_ptr<State> state);
  std::unique_ptr<State> state;
};

/// Runs a child to its end with `input` on its standard input. Fails only when
/// it cannot be started; how it ended is in the result.
llvm::Expected<ProcessOutput> runProcess(const SubprocessOptions &options,
                                         StringRef input = {});

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_SUBPROCESS_H
