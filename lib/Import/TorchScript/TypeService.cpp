//===- TypeService.cpp - Result types from the aten dialect -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TypeService.h"
#include "Torch.h"
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kernel_opt::import;

// Requests and answers are fields separated by tabs, which no type or attribute
// contains: "op TAB attributes TAB type TAB type ..." is answered with
// "ok TAB type ..." or "error TAB message".

TypeService::TypeService(const std::string &kernelOpt) {
  int toChild[2], fromChild[2];
  if (pipe2(toChild, O_CLOEXEC) != 0 || pipe2(fromChild, O_CLOEXEC) != 0)
    throw ImportError(std::string("cannot make a pipe: ") + strerror(errno));
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, toChild[0], 0);
  posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1);
  std::string tool = "--tool=kernel-opt-infer", name = kernelOpt;
  char *arguments[] = {name.data(), tool.data(), nullptr};
  pid_t child;
  int failed =
      posix_spawnp(&child, name.c_str(), &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  close(toChild[0]);
  close(fromChild[1]);
  input = toChild[1];
  output = fromChild[0];
  if (failed)
    throw ImportError("cannot start '" + kernelOpt +
                      "', which knows the types "
                      "of results: " +
                      strerror(failed) + "; name it with --kernel-opt=FILE");
  pid = child;
  // A child that dies is told by its answer, not by a signal.
  std::signal(SIGPIPE, SIG_IGN);
}

TypeService::~TypeService() {
  close(input);
  close(output);
  if (pid > 0)
    waitpid(pid, nullptr, 0);
}

std::string TypeService::exchange(const std::string &request) {
  auto lost = [] {
    return ImportError("the kernel-opt process that knows the types of results "
                       "ended; it must be of the same version as the importer");
  };
  for (size_t sent = 0; sent < request.size();) {
    ssize_t count = write(input, request.data() + sent, request.size() - sent);
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      throw lost();
    sent += count;
  }
  for (;;) {
    size_t end = pending.find('\n');
    if (end != std::string::npos) {
      std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    ssize_t count = read(output, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      throw lost();
    pending.append(buffer, count);
  }
}

const std::vector<std::string> &
TypeService::infer(const std::string &op, const std::string &attributes,
                   const std::vector<std::string> &operands) {
  std::string request = op + "\t" + attributes;
  for (const std::string &operand : operands)
    request += "\t" + operand;
  auto found = known.find(request);
  if (found != known.end())
    return found->second;
  std::string answer = exchange(request + "\n");
  std::vector<std::string> fields(1);
  for (char c : answer) {
    if (c == '\t')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  if (fields[0] != "ok")
    throw Unsupported(fields.size() > 1 ? fields[1] : answer);
  fields.erase(fields.begin());
  return known[request] = fields;
}
