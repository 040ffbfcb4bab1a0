//===- Spawn.cpp - The start of a child process -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Spawn.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>

using namespace kernel_opt;

static llvm::Error systemError(const Twine &what, int number) {
  return llvm::createStringError(
      std::error_code(number, std::generic_category()),
      what + ": " + std::strerror(number));
}

llvm::Expected<Pipe> kernel_opt::makePipe() {
  int ends[2];
  // Close-on-exec, so that a child started meanwhile by another thread does not
  // keep our pipes open.
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return systemError("cannot make a pipe", errno);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

static llvm::Error setLimit(pid_t pid, int resource, uint64_t soft,
                            uint64_t hard) {
  rlimit limit{soft, hard};
  if (::prlimit(pid, static_cast<__rlimit_resource>(resource), &limit,
                nullptr) != 0 &&
      errno != ESRCH)
    return systemError("cannot limit a child process", errno);
  return llvm::Error::success();
}

llvm::Error kernel_opt::setLimits(pid_t pid, const SubprocessOptions &options) {
  if (options.cpuSeconds)
    // SIGXCPU first; a child that ignores it is killed three seconds later.
    if (auto e = setLimit(pid, RLIMIT_CPU, options.cpuSeconds,
                          uint64_t(options.cpuSeconds) + 3))
      return e;
  if (options.addressSpace)
    if (auto e = setLimit(pid, RLIMIT_AS, options.addressSpace,
                          options.addressSpace))
      return e;
  return setLimit(pid, RLIMIT_CORE, 0, 0);
}

/// Environment of this process with `extra` on top.
static std::vector<std::string> mergeEnvironment(ArrayRef<std::string> extra) {
  std::vector<std::string> merged;
  auto nameOf = [](StringRef entry) { return entry.split('=').first; };
  for (char **entry = environ; entry && *entry; ++entry)
    if (llvm::none_of(extra, [&](const std::string &e) {
          return nameOf(e) == nameOf(*entry);
        }))
      merged.emplace_back(*entry);
  merged.insert(merged.end(), extra.begin(), extra.end());
  return merged;
}

static std::vector<char *> pointersTo(std::vector<std::string> &strings) {
  std::vector<char *> pointers;
  for (std::string &s : strings)
    pointers.push_back(s.data());
  pointers.push_back(nullptr);
  return pointers;
}

llvm::Expected<pid_t> kernel_opt::startProcess(const SubprocessOptions &options,
                                               const Pipe &in, const Pipe &out,
                                               const Pipe &err) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawnattr_init(&attributes);
  llvm::scope_exit cleanup([&] {
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
  });
  ::posix_spawn_file_actions_adddup2(&actions, in.readEnd.get(), 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.writeEnd.get(), 1);
  if (!options.inheritError)
    ::posix_spawn_file_actions_adddup2(&actions, err.writeEnd.get(), 2);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  // Signals as a fresh program expects them, whatever our host has done.
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setpgroup(&attributes, 0);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP |
                                              POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> command = options.command;
  std::vector<std::string> environment = mergeEnvironment(options.environment);
  pid_t pid = -1;
  int status = ::posix_spawnp(&pid, command[0].c_str(), &actions, &attributes,
                              pointersTo(command).data(),
                              pointersTo(environment).data());
  if (status != 0)
    return systemError("cannot start '" + command[0] + "'", status);
  return pid;
}
