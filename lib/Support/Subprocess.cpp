//===- Subprocess.cpp - Child processes under limits ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Subprocess.h"
#include "Spawn.h"
#include "llvm/Support/FormatVariadic.h"
#include <algorithm>
#include <cassert>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kernel_opt;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

static constexpr size_t keptErrorBytes = 16 << 10;
/// Limits on time are kept to this grain.
static constexpr milliseconds tick{5};

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string ProcessResult::describe() const {
  switch (end) {
  case End::Exited:
    return llvm::formatv("exited with status {0}", code);
  case End::Signaled:
    return llvm::formatv("was ended by signal {0} ({1})", code,
                         strsignal(code));
  case End::TimedOut:
    return llvm::formatv("was stopped after {0:F1} s, the limit on its time",
                         wallSeconds);
  case End::CpuLimit:
    return llvm::formatv(
        "was stopped after {0:F1} s of processor time, the limit on it",
        cpuSeconds);
  case End::OutputLimit:
    return "was stopped because it wrote more than it may";
  case End::Killed:
    return "was stopped";
  }
  llvm_unreachable("all ends are handled");
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

struct Subprocess::State {
  pid_t pid = -1;
  Descriptor input, output, error;
  std::string pending;   // of standard output, not yet given out
  size_t scanned = 0;    // bytes of `pending` known to hold no line feed
  std::string errorTail; // of standard error
  size_t lineBytes = 0;
  SubprocessOptions options;
  Clock::time_point start;
  std::optional<ProcessResult> result;

  bool pump(milliseconds timeout, bool wantInput, bool *inputReady);
  void take(Descriptor &from, std::string &to);
  bool hasEnded() const;
  ProcessResult reap(std::optional<ProcessResult::End> why);
  ProcessResult waitUntil(Clock::time_point deadline);
};

/// Moves what is there from a non-blocking descriptor to `to`; closes the
/// descriptor at its end.
void Subprocess::State::take(Descriptor &from, std::string &to) {
  char buffer[1 << 16];
  ssize_t count = ::read(from.get(), buffer, sizeof(buffer));
  if (count > 0)
    to.append(buffer, size_t(count));
  else if (count == 0 || (errno != EAGAIN && errno != EINTR))
    from.reset();
}

/// Waits for output (and for room in the input, if wanted) and takes it in.
/// Returns false when there is nothing left to wait for.
bool Subprocess::State::pump(milliseconds timeout, bool wantInput,
                             bool *inputReady) {
  pollfd fds[3];
  nfds_t count = 0;
  int outputAt = -1, errorAt = -1, inputAt = -1;
  auto add = [&](const Descriptor &fd, short events, int &at) {
    if (!fd.isOpen())
      return;
    at = int(count);
    fds[count++] = pollfd{fd.get(), events, 0};
  };
  // A reader that does not keep up leaves the child waiting, not us growing.
  if (pending.size() <= lineBytes)
    add(output, POLLIN, outputAt);
  add(error, POLLIN, errorAt);
  if (wantInput)
    add(input, POLLOUT, inputAt);
  if (count == 0)
    return false;
  int wait = int(std::clamp<int64_t>(timeout.count(), 0, 1 << 30));
  if (::poll(fds, count, wait) <= 0)
    return true;
  if (outputAt >= 0 && fds[outputAt].revents)
    take(output, pending);
  if (errorAt >= 0 && fds[errorAt].revents) {
    take(error, errorTail);
    if (errorTail.size() > keptErrorBytes)
      errorTail.erase(0, errorTail.size() - keptErrorBytes);
  }
  if (inputAt >= 0 && inputReady)
    *inputReady = fds[inputAt].revents != 0;
  return true;
}

/// Whether the child has ended, without reaping it.
bool Subprocess::State::hasEnded() const {
  siginfo_t info{};
  int status = ::waitid(P_PID, id_t(pid), &info, WEXITED | WNOHANG | WNOWAIT);
  return status != 0 || info.si_pid == pid;
}

/// Kills the group if `why` is given, and collects what the child used.
ProcessResult Subprocess::State::reap(std::optional<ProcessResult::End> why) {
  if (result)
    return *result;
  // A child that ended by itself in the last moment keeps its own verdict.
  if (why && hasEnded())
    why.reset();
  // While the leader is not reaped its number cannot belong to anyone else, so
  // this reaches our group only. It also ends what the child left behind.
  ::kill(-pid, SIGKILL);
  int status = 0;
  rusage usage{};
  while (::wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
    ;
  ProcessResult r;
  auto seconds = [](const timeval &t) { return t.tv_sec + t.tv_usec * 1e-6; };
  r.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  r.peakResidentBytes = uint64_t(usage.ru_maxrss) * 1024;
  r.wallSeconds = secondsSince(start);
  if (why) {
    r.end = *why;
    r.code = SIGKILL;
  } else if (WIFSIGNALED(status)) {
    r.code = WTERMSIG(status);
    bool cpu =
        r.code == SIGXCPU || (r.code == SIGKILL && options.cpuSeconds &&
                              r.cpuSeconds >= double(options.cpuSeconds));
    r.end = cpu ? ProcessResult::End::CpuLimit : ProcessResult::End::Signaled;
  } else {
    r.code = WEXITSTATUS(status);
  }
  input.reset();
  result = r;
  return r;
}

/// Waits for the end of the child, dropping output beyond what is pending.
ProcessResult Subprocess::State::waitUntil(Clock::time_point deadline) {
  while (!hasEnded()) {
    if (Clock::now() >= deadline)
      return reap(ProcessResult::End::TimedOut);
    pending.clear();
    scanned = 0;
    if (!pump(tick, /*wantInput=*/false, nullptr))
      ::usleep(useconds_t(tick.count() * 1000));
  }
  // The pipes may still hold what was written last.
  for (int i = 0; i < 64 && (output.isOpen() || error.isOpen()); ++i) {
    pending.clear();
    scanned = 0;
    pump(milliseconds(0), /*wantInput=*/false, nullptr);
  }
  return reap(std::nullopt);
}

//===----------------------------------------------------------------------===//
// Spawning
//===----------------------------------------------------------------------===//

llvm::Expected<Subprocess> Subprocess::spawn(const SubprocessOptions &options) {
  if (options.command.empty() || options.command[0].empty())
    return llvm::createStringError("cannot start a program without a name");
  llvm::Expected<Pipe> in = makePipe();
  if (!in)
    return in.takeError();
  llvm::Expected<Pipe> out = makePipe();
  if (!out)
    return out.takeError();
  llvm::Expected<Pipe> err = makePipe();
  if (!err)
    return err.takeError();
  auto state = std::make_unique<State>();
  state->options = options;
  state->lineBytes = options.outputBytes ? options.outputBytes : SIZE_MAX / 2;
  state->start = Clock::now();
  llvm::Expected<pid_t> pid = startProcess(options, *in, *out, *err);
  if (!pid)
    return pid.takeError();
  state->pid = *pid;
  state->input = std::move(in->writeEnd);
  state->output = std::move(out->readEnd);
  state->error = std::move(err->readEnd);
  for (Descriptor *fd : {&state->input, &state->output, &state->error})
    ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
  Subprocess process(std::move(state));
  if (llvm::Error e = setLimits(*pid, options))
    return std::move(e);
  return std::move(process);
}

Subprocess::Subprocess(std::unique_ptr<State> state)
    : state(std::move(state)) {}
Subprocess::Subprocess(Subprocess &&) noexcept = default;
Subprocess &Subprocess::operator=(Subprocess &&other) noexcept {
  std::swap(state, other.state);
  return *this;
}
Subprocess::~Subprocess() {
  if (state)
    state->reap(ProcessResult::End::Killed);
}

//===----------------------------------------------------------------------===//
// Talking
//===----------------------------------------------------------------------===//

/// write(2) that does not raise SIGPIPE in this thread, whatever the process
/// does with that signal.
static ssize_t writeQuietly(int fd, StringRef data) {
  sigset_t pipeSignal, before, waiting;
  sigemptyset(&pipeSignal);
  sigaddset(&pipeSignal, SIGPIPE);
  sigpending(&waiting);
  bool wasPending = sigismember(&waiting, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipeSignal, &before);
  ssize_t count = ::write(fd, data.data(), data.size());
  int number = errno;
  if (count < 0 && number == EPIPE && !wasPending) {
    timespec zero{};
    ::sigtimedwait(&pipeSignal, nullptr, &zero);
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = number;
  return count;
}

llvm::Error Subprocess::write(StringRef data, milliseconds timeout) {
  Clock::time_point deadline = Clock::now() + timeout;
  while (!data.empty()) {
    if (!state->input.isOpen())
      return llvm::createStringError("the child process closed its input");
    auto left =
        std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0)
      return llvm::createStringError(
          std::make_error_code(std::errc::timed_out),
          "the child process does not read its input");
    bool ready = false;
    state->pump(left, /*wantInput=*/true, &ready);
    if (!ready)
      continue;
    ssize_t count = writeQuietly(state->input.get(), data);
    if (count >= 0)
      data = data.drop_front(size_t(count));
    else if (errno != EAGAIN && errno != EINTR)
      state->input.reset();
  }
  return llvm::Error::success();
}

void Subprocess::closeInput() { state->input.reset(); }

Subprocess::ReadStatus Subprocess::readLine(std::string &line,
                                            milliseconds timeout) {
  Clock::time_point deadline = Clock::now() + timeout;
  std::string &pending = state->pending;
  while (true) {
    size_t end = pending.find('\n', state->scanned);
    size_t length = end == std::string::npos ? pending.size() : end;
    if (length > state->lineBytes)
      return ReadStatus::TooLong;
    bool last = end == std::string::npos && !state->output.isOpen();
    if (last && pending.empty())
      return ReadStatus::End;
    if (end != std::string::npos || last) {
      line.assign(pending, 0, length);
      pending.erase(0, last ? length : end + 1);
      state->scanned = 0;
      return ReadStatus::Line;
    }
    state->scanned = pending.size();
    auto left =
        std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
    if (left.count() <= 0)
      return ReadStatus::TimedOut;
    // A grandchild may hold the pipe open when the child is gone.
    if (state->hasEnded()) {
      size_t before = pending.size();
      state->pump(milliseconds(0), /*wantInput=*/false, nullptr);
      if (pending.size() == before)
        state->output.reset();
      continue;
    }
    state->pump(std::min(left, tick * 4), /*wantInput=*/false, nullptr);
  }
}

StringRef Subprocess::standardError() const { return state->errorTail; }
int Subprocess::pid() const { return state->pid; }

ProcessResult Subprocess::finish() {
  if (state->result)
    return *state->result;
  closeInput();
  milliseconds limit = state->options.wallTime;
  return state->waitUntil(limit.count() ? state->start + limit
                                        : Clock::time_point::max());
}

ProcessResult Subprocess::finish(milliseconds grace) {
  if (state->result)
    return *state->result;
  closeInput();
  return state->waitUntil(Clock::now() + grace);
}

ProcessResult Subprocess::kill(ProcessResult::End why) {
  return state->reap(why);
}

ProcessOutput Subprocess::communicate(StringRef input) {
  ProcessOutput all;
  State &s = *state;
  Clock::time_point deadline = s.options.wallTime.count()
                                   ? s.start + s.options.wallTime
                                   : Clock::time_point::max();
  auto keep = [&] {
    all.standardOutput += s.pending;
    s.pending.clear();
    return all.standardOutput.size() <= s.lineBytes;
  };
  std::optional<ProcessResult::End> why;
  while (!why && !s.hasEnded()) {
    if (input.empty())
      s.input.reset();
    bool ready = false;
    if (!s.pump(tick, /*wantInput=*/!input.empty(), &ready))
      ::usleep(useconds_t(tick.count() * 1000));
    if (ready) {
      ssize_t count = writeQuietly(s.input.get(), input);
      if (count >= 0)
        input = input.drop_front(size_t(count));
      else if (errno != EAGAIN && errno != EINTR)
        input = {}; // It does not want more: not an error of a filter.
    }
    if (!keep())
      why = ProcessResult::End::OutputLimit;
    else if (Clock::now() >= deadline)
      why = ProcessResult::End::TimedOut;
    else if (s.options.stop && *s.options.stop)
      why = ProcessResult::End::Killed;
  }
  // What was written last is still in the pipes, at most their capacity.
  for (size_t before = SIZE_MAX;
       !why && s.output.isOpen() && before != all.standardOutput.size();) {
    before = all.standardOutput.size();
    s.pump(milliseconds(0), /*wantInput=*/false, nullptr);
    if (!keep())
      why = ProcessResult::End::OutputLimit;
  }
  s.pump(milliseconds(0), /*wantInput=*/false, nullptr);
  // `reap` trusts an exit over a reason to kill; too much output stays one.
  all.result = s.reap(why);
  if (why == ProcessResult::End::OutputLimit) {
    all.result.end = *why;
    all.standardOutput.resize(std::min(all.standardOutput.size(), s.lineBytes));
  }
  all.standardError = s.errorTail;
  return all;
}

llvm::Expected<ProcessOutput>
kernel_opt::runProcess(const SubprocessOptions &options, StringRef input) {
  llvm::Expected<Subprocess> process = Subprocess::spawn(options);
  if (!process)
    return process.takeError();
  return process->communicate(input);
}
