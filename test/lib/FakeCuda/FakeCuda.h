//===- FakeCuda.h - A CUDA driver on host memory ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libfakecuda.so stands in for libcuda.so.1 (KERNELOPT_CUDA_DRIVER names it).
// Device memory is host memory, guard pages are real ones, kernels are host
// functions found by the name of their entry, and time is real: a launch keeps
// its stream busy for as long as the kernel pretends to take.
//
// KERNELOPT_FAKE_CUDA scripts it, options with commas between them:
//   devices=N       how many (1); 0 makes cuInit answer "no device"
//   sm=N            compute capability times ten (90)
//   driver=N        version of the driver (13000)
//   memory=BYTES    of each device (256 MiB); more is "out of memory"
//   broken-init     cuInit fails
//   no-vmm          no virtual memory management
//   fail=ENTRY      that kernel dies ("launch failed")
//   hang=ENTRY      that kernel never ends; ENTRY/THREADS: with such blocks
//   vary            how long a kernel takes follows from its module's text
//   drift=RATE      the clock falls by this share each second
//
// A module says how long its kernels take and what they need in comments:
//   // fake: scale_f32 us=25 registers=64 shared=1024 threads=512
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_FAKECUDA_H
#define KERNEL_OPT_TEST_FAKECUDA_H

#include "kernel-opt/Runtime/DriverAPI.h"
#include <functional>
#include <map>
#include <string>

namespace fake {

namespace api = kernel_opt::runtime::api;

struct Settings {
  int devices = 1;
  int architecture = 90;
  int driverVersion = 13000;
  size_t memoryBytes = size_t(256) << 20;
  bool brokenInit = false;
  bool virtualMemory = true;
  bool vary = false;
  std::string failing, hanging;
  double drift = 0;
};
const Settings &settings();

struct KernelInfo {
  std::string entry;
  double microseconds = 5;
  int registers = 32;
  int staticShared = 0;
  int maxThreads = 1024;
  int dynamicShared = 0; ///< What was allowed.
};

/// Whether [address, address + bytes) may be accessed.
bool isMapped(uint64_t address, uint64_t bytes);
/// Nanoseconds since the start, and cycles of the drifting clock by then.
uint64_t nowNanoseconds();
double cyclesAt(uint64_t nanoseconds);
constexpr int multiprocessors = 4;

/// Runs a kernel by the name of its entry. `time` is when it begins.
api::Result runKernel(const std::string &entry, const api::LaunchConfig &config,
                      void **arguments, uint64_t time);
/// Sizes of the parameters of a kernel, for copying them at capture. Empty if
/// there is no such kernel.
std::string parametersOf(const std::string &entry);

} // namespace fake

#endif // KERNEL_OPT_TEST_FAKECUDA_H
