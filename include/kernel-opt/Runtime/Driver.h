//===- Driver.h - The CUDA driver, loaded at run time -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_DRIVER_H
#define KERNEL_OPT_RUNTIME_DRIVER_H

#include "kernel-opt/Runtime/DriverAPI.h"
#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <string>

namespace kernel_opt::runtime {

/// What a device error means to a caller.
enum class ErrorKind {
  NoDriver,          ///< No CUDA driver, or one that does not answer.
  NoDevice,          ///< No such device.
  WrongArchitecture, ///< The code is for another device.
  InvalidCode,       ///< PTX or cubin that the driver rejects.
  OutOfMemory,
  InvalidLaunch,  ///< Grid, block, shared memory or cluster do not fit.
  LaunchFailed,   ///< A kernel died.
  IllegalAddress, ///< A kernel left its memory.
  Timeout,        ///< A kernel did not end in time.
  NotSupported,   ///< The device or the driver lacks a feature.
  Other,
};
/// "no-driver", "out-of-memory", ...: as workers answer.
StringRef stringOf(ErrorKind kind);

/// Every failure of the driver. After a fatal one the context is lost, and with
/// it the process as far as devices go.
class DeviceError : public llvm::ErrorInfo<DeviceError> {
public:
  static char ID;
  DeviceError(ErrorKind kind, std::string message, bool fatal = false)
      : kind(kind), message(std::move(message)), fatal(fatal) {}
  void log(raw_ostream &os) const override { os << message; }
  std::error_code convertToErrorCode() const override {
    return llvm::inconvertibleErrorCode();
  }

  const ErrorKind kind;
  const std::string message;
  const bool fatal;
};

llvm::Error deviceError(ErrorKind kind, const Twine &message);

/// Facts about a device, all asked from it. Sizes in bytes, clocks in kHz; zero
/// where the driver does not tell.
struct DeviceInfo {
  int index = 0;
  std::string name;
  std::string uuid;
  std::string pciBusId;
  int driverVersion = 0; ///< 13000 is CUDA 13.0.
  int computeMajor = 0, computeMinor = 0;
  int multiprocessors = 0;
  int clockKHz = 0, memoryClockKHz = 0, memoryBusBits = 0;
  uint64_t memoryBytes = 0;
  uint64_t l2Bytes = 0;
  int warpSize = 32;
  int maxThreadsPerBlock = 0, maxThreadsPerMultiprocessor = 0;
  int maxBlocksPerMultiprocessor = 0;
  std::array<int, 3> maxBlock{}, maxGrid{};
  int sharedPerBlock = 0, sharedPerBlockOptin = 0;
  int sharedPerMultiprocessor = 0, reservedSharedPerBlock = 0;
  int registersPerBlock = 0, registersPerMultiprocessor = 0;
  bool cooperativeLaunch = false, clusterLaunch = false;
  bool tensorMaps = false, virtualMemory = false;
  bool kernelTimeLimit = false; ///< The system stops long kernels.

  /// 90 for compute capability 9.0.
  int architecture() const { return computeMajor * 10 + computeMinor; }
  llvm::json::Object toJSON() const;
};

/// The loaded driver. One per library, kept for the life of the process.
class Driver {
public:
  /// Loads `path`; if that is empty, the library named by the environment
  /// variable KERNELOPT_CUDA_DRIVER; if there is none, libcuda.so.1.
  static llvm::Expected<const Driver *> load(StringRef path = {});

  /// 13000 is CUDA 13.0.
  int version() const { return driverVersion; }
  llvm::Expected<int> deviceCount() const;
  llvm::Expected<DeviceInfo> deviceInfo(int index) const;

  /// Success, or the error that `result` stands for: "cannot <what>: ...".
  llvm::Error check(api::Result result, const Twine &what) const;

  const api::Functions &functions() const { return table; }

private:
  llvm::Error loadFunctions(void *library);

  api::Functions table;
  std::string path;
  int driverVersion = 0;
};

/// Whether the driver results in an unusable context.
bool isFatal(api::Result result);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_DRIVER_H
