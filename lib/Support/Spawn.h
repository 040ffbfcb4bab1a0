//===- Spawn.h - The start of a child process -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SUPPORT_SPAWN_H
#define KERNEL_OPT_LIB_SUPPORT_SPAWN_H

#include "kernel-opt/Support/Subprocess.h"
#include <sys/types.h>
#include <unistd.h>
#include <utility>

namespace kernel_opt {

/// A file descriptor that closes itself.
class Descriptor {
public:
  Descriptor() = default;
  explicit Descriptor(int number) : number(number) {}
  Descriptor(Descriptor &&other) noexcept
      : number(std::exchange(other.number, -1)) {}
  Descriptor &operator=(Descriptor &&other) noexcept {
    std::swap(number, other.number);
    return *this;
  }
  ~Descriptor() { reset(); }
  void reset() {
    if (number >= 0)
      ::close(number);
    number = -1;
  }
  int get() const { return number; }
  bool isOpen() const { return number >= 0; }

private:
  int number = -1;
};

struct Pipe {
  Descriptor readEnd, writeEnd;
};

llvm::Expected<Pipe> makePipe();

/// Starts the child, leader of a group of its own, with the ends of the pipes
/// that are its.
llvm::Expected<pid_t> startProcess(const SubprocessOptions &options,
                                   const Pipe &in, const Pipe &out,
                                   const Pipe &err);

/// Not before the start: a limit of ours would be one on this process.
llvm::Error setLimits(pid_t pid, const SubprocessOptions &options);

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_SUPPORT_SPAWN_H
