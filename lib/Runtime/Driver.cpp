//===- Driver.cpp - The CUDA driver, loaded at run time ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/Driver.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include <dlfcn.h>
#include <memory>
#include <mutex>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

char DeviceError::ID = 0;

/// The newest driver interface that the declarations here follow. CUDA 12.0
/// brought clusters and tensor maps.
static constexpr int neededVersion = 12000;
static constexpr StringLiteral variable = "KERNELOPT_CUDA_DRIVER";

StringRef runtime::stringOf(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::NoDriver:
    return "no-driver";
  case ErrorKind::NoDevice:
    return "no-device";
  case ErrorKind::WrongArchitecture:
    return "wrong-architecture";
  case ErrorKind::InvalidCode:
    return "invalid-code";
  case ErrorKind::OutOfMemory:
    return "out-of-memory";
  case ErrorKind::InvalidLaunch:
    return "invalid-launch";
  case ErrorKind::LaunchFailed:
    return "launch-failed";
  case ErrorKind::IllegalAddress:
    return "illegal-address";
  case ErrorKind::Timeout:
    return "timeout";
  case ErrorKind::NotSupported:
    return "not-supported";
  case ErrorKind::Other:
    return "device";
  }
  llvm_unreachable("all kinds are handled");
}

llvm::Error runtime::deviceError(ErrorKind kind, const Twine &message) {
  return llvm::make_error<DeviceError>(kind, message.str());
}

bool runtime::isFatal(api::Result result) {
  switch (result) {
  case api::eccUncorrectable:
  case api::nvlinkUncorrectable:
  case api::contained:
  case api::illegalAddress:
  case api::launchTimeout:
  case api::contextIsDestroyed:
  case api::deviceAssert:
  case api::hardwareStackError:
  case api::illegalInstruction:
  case api::misalignedAddress:
  case api::invalidAddressSpace:
  case api::invalidPc:
  case api::launchFailed:
  case api::tensorMemoryLeak:
  case api::externalDevice:
  case api::unknown:
    return true;
  default:
    return false;
  }
}

static ErrorKind kindOf(api::Result result) {
  switch (result) {
  case api::stubLibrary:
  case api::systemDriverMismatch:
  case api::compatNotSupportedOnDevice:
    return ErrorKind::NoDriver;
  case api::noDevice:
  case api::invalidDevice:
  case api::deviceUnavailable:
    return ErrorKind::NoDevice;
  case api::noBinaryForGpu:
    return ErrorKind::WrongArchitecture;
  case api::invalidImage:
  case api::invalidPtx:
  case api::invalidSource:
  case api::unsupportedPtxVersion:
  case api::jitCompilerNotFound:
  case api::jitCompilationDisabled:
    return ErrorKind::InvalidCode;
  case api::outOfMemory:
    return ErrorKind::OutOfMemory;
  case api::launchOutOfResources:
  case api::cooperativeLaunchTooLarge:
  case api::invalidClusterSize:
    return ErrorKind::InvalidLaunch;
  case api::illegalAddress:
  case api::misalignedAddress:
  case api::invalidAddressSpace:
    return ErrorKind::IllegalAddress;
  case api::launchTimeout:
  case api::timeout:
    return ErrorKind::Timeout;
  case api::notSupported:
    return ErrorKind::NotSupported;
  default:
    return isFatal(result) ? ErrorKind::LaunchFailed : ErrorKind::Other;
  }
}

llvm::Error Driver::check(api::Result result, const Twine &what) const {
  if (result == api::success)
    return llvm::Error::success();
  const char *name = nullptr, *text = nullptr;
  if (table.getErrorName)
    table.getErrorName(result, &name);
  if (table.getErrorString)
    table.getErrorString(result, &text);
  std::string message = llvm::formatv(
      "cannot {0}: {1} ({2})", what.str(), text ? text : "unknown error",
      name ? std::string(name) : std::to_string(result));
  return llvm::make_error<DeviceError>(kindOf(result), std::move(message),
                                       isFatal(result));
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

llvm::Error Driver::loadFunctions(void *library) {
  using GetProcAddress =
      api::Result (*)(const char *, void **, int, uint64_t, int *);
  auto getProcAddress =
      reinterpret_cast<GetProcAddress>(::dlsym(library, "cuGetProcAddress_v2"));
  // Asked by version first: a driver may keep a function whose exported name
  // has since moved to another interface.
  auto find = [&](const char *symbol, const char *name) -> void * {
    void *address = nullptr;
    int status = 0;
    if (getProcAddress &&
        getProcAddress(name, &address, neededVersion, 0, &status) ==
            api::success &&
        address)
      return address;
    return ::dlsym(library, symbol);
  };
  SmallVector<StringRef> missing;
#define X(MEMBER, SYMBOL, NAME, PARAMETERS)                                    \
  table.MEMBER =                                                               \
      reinterpret_cast<decltype(table.MEMBER)>(find(#SYMBOL, #NAME));          \
  if (!table.MEMBER)                                                           \
    missing.push_back(#NAME);
  KERNEL_OPT_DRIVER_FUNCTIONS(X)
#undef X
#define X(MEMBER, SYMBOL, NAME, PARAMETERS)                                    \
  table.MEMBER = reinterpret_cast<decltype(table.MEMBER)>(find(#SYMBOL, #NAME));
  KERNEL_OPT_DRIVER_FUNCTIONS_OPTIONAL(X)
#undef X
  if (missing.empty())
    return llvm::Error::success();
  size_t more = missing.size() > 3 ? missing.size() - 3 : 0;
  missing.truncate(missing.size() - more);
  std::string rest = more ? " and " + std::to_string(more) + " more" : "";
  return deviceError(ErrorKind::NoDriver, "the CUDA driver '" + path +
                                              "' lacks " +
                                              llvm::join(missing, ", ") + rest +
                                              "; CUDA 12.0 or newer is needed");
}

llvm::Expected<const Driver *> Driver::load(StringRef path) {
  static std::mutex mutex;
  static llvm::StringMap<std::unique_ptr<Driver>> loaded;
  std::string library = path.str();
  if (library.empty())
    library = llvm::sys::Process::GetEnv(variable).value_or("libcuda.so.1");
  std::lock_guard<std::mutex> lock(mutex);
  std::unique_ptr<Driver> &slot = loaded[library];
  if (slot)
    return slot.get();
  void *handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *why = ::dlerror();
    return deviceError(
        ErrorKind::NoDriver,
        Twine("no CUDA driver: ") + (why ? why : library.c_str()) +
            "; install NVIDIA's driver, or name its library in " + variable);
  }
  auto driver = std::make_unique<Driver>();
  driver->path = library;
  if (llvm::Error e = driver->loadFunctions(handle))
    return std::move(e);
  const api::Functions &f = driver->table;
  api::Result result = f.init(0);
  // A driver without a device is one: `deviceCount` then answers zero.
  if (result != api::noDevice)
    if (llvm::Error e = driver->check(result, "start the CUDA driver"))
      return std::move(e);
  if (llvm::Error e = driver->check(f.driverGetVersion(&driver->driverVersion),
                                    "ask the CUDA driver for its version"))
    return std::move(e);
  if (driver->driverVersion < neededVersion)
    return deviceError(ErrorKind::NoDriver,
                       llvm::formatv("the CUDA driver is for CUDA {0}.{1}; "
                                     "12.0 or newer is needed",
                                     driver->driverVersion / 1000,
                                     driver->driverVersion % 1000 / 10)
                           .str());
  slot = std::move(driver);
  return slot.get();
}

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

llvm::Expected<int> Driver::deviceCount() const {
  int count = 0;
  api::Result result = table.deviceGetCount(&count);
  if (result == api::noDevice || result == api::Result(3)) // not initialized
    return 0;
  if (llvm::Error e = check(result, "count the devices"))
    return std::move(e);
  return count;
}

static std::string formatUuid(const unsigned char (&bytes)[16]) {
  std::string hex = llvm::toHex(ArrayRef<uint8_t>(bytes, 16), /*lower=*/true);
  for (size_t at : {20, 16, 12, 8})
    hex.insert(at, "-");
  return "GPU-" + hex;
}

llvm::Expected<DeviceInfo> Driver::deviceInfo(int index) const {
  llvm::Expected<int> count = deviceCount();
  if (!count)
    return count.takeError();
  if (*count == 0)
    return deviceError(ErrorKind::NoDevice,
                       "the CUDA driver finds no device; check that nvidia-smi "
                       "lists one and that CUDA_VISIBLE_DEVICES does not hide "
                       "it");
  if (index < 0 || index >= *count)
    return deviceError(ErrorKind::NoDevice,
                       "there is no device " + Twine(index) +
                           "; devices are numbered from 0 to " +
                           Twine(*count - 1));
  DeviceInfo info;
  info.index = index;
  info.driverVersion = driverVersion;
  api::DeviceHandle device = 0;
  if (llvm::Error e = check(table.deviceGet(&device, index), "open the device"))
    return std::move(e);
  char text[256] = "";
  if (llvm::Error e = check(table.deviceGetName(text, sizeof(text), device),
                            "ask the device for its name"))
    return std::move(e);
  info.name = text;
  char bus[64] = "";
  if (table.deviceGetPciBusId(bus, sizeof(bus), device) == api::success)
    info.pciBusId = bus;
  unsigned char uuid[16] = {};
  if (table.deviceGetUuid(uuid, device) == api::success)
    info.uuid = formatUuid(uuid);
  size_t bytes = 0;
  if (llvm::Error e = check(table.deviceTotalMem(&bytes, device),
                            "ask the device for its memory"))
    return std::move(e);
  info.memoryBytes = bytes;
  // An attribute that a driver does not know stays zero.
  auto ask = [&](api::DeviceAttribute attribute) {
    int value = 0;
    return table.deviceGetAttribute(&value, attribute, device) == api::success
               ? value
               : 0;
  };
  info.computeMajor = ask(api::computeCapabilityMajor);
  info.computeMinor = ask(api::computeCapabilityMinor);
  info.multiprocessors = ask(api::multiprocessorCount);
  info.clockKHz = ask(api::clockRate);
  info.memoryClockKHz = ask(api::memoryClockRate);
  info.memoryBusBits = ask(api::memoryBusWidth);
  info.l2Bytes = uint64_t(ask(api::l2CacheSize));
  info.warpSize = ask(api::warpSize);
  info.maxThreadsPerBlock = ask(api::maxThreadsPerBlock);
  info.maxThreadsPerMultiprocessor = ask(api::maxThreadsPerMultiprocessor);
  info.maxBlocksPerMultiprocessor = ask(api::maxBlocksPerMultiprocessor);
  info.maxBlock = {ask(api::maxBlockDimX), ask(api::maxBlockDimY),
                   ask(api::maxBlockDimZ)};
  info.maxGrid = {ask(api::maxGridDimX), ask(api::maxGridDimY),
                  ask(api::maxGridDimZ)};
  info.sharedPerBlock = ask(api::maxSharedPerBlock);
  info.sharedPerBlockOptin = ask(api::maxSharedPerBlockOptin);
  info.sharedPerMultiprocessor = ask(api::maxSharedPerMultiprocessor);
  info.reservedSharedPerBlock = ask(api::reservedSharedPerBlock);
  info.registersPerBlock = ask(api::maxRegistersPerBlock);
  info.registersPerMultiprocessor = ask(api::maxRegistersPerMultiprocessor);
  info.cooperativeLaunch = ask(api::cooperativeLaunch);
  info.clusterLaunch = ask(api::clusterLaunch);
  info.tensorMaps = ask(api::tensorMapAccess);
  info.virtualMemory = ask(api::virtualMemoryManagement);
  info.kernelTimeLimit = ask(api::kernelExecTimeout);
  return info;
}

llvm::json::Object DeviceInfo::toJSON() const {
  auto triple = [](const std::array<int, 3> &a) {
    return llvm::json::Array{a[0], a[1], a[2]};
  };
  return llvm::json::Object{
      {"index", index},
      {"name", name},
      {"uuid", uuid},
      {"pci_bus_id", pciBusId},
      {"driver_version", driverVersion},
      {"compute_capability",
       llvm::formatv("{0}.{1}", computeMajor, computeMinor).str()},
      {"multiprocessors", multiprocessors},
      {"clock_khz", clockKHz},
      {"memory_clock_khz", memoryClockKHz},
      {"memory_bus_bits", memoryBusBits},
      {"memory_bytes", int64_t(memoryBytes)},
      {"l2_bytes", int64_t(l2Bytes)},
      {"warp_size", warpSize},
      {"max_threads_per_block", maxThreadsPerBlock},
      {"max_threads_per_multiprocessor", maxThreadsPerMultiprocessor},
      {"max_blocks_per_multiprocessor", maxBlocksPerMultiprocessor},
      {"max_block", triple(maxBlock)},
      {"max_grid", triple(maxGrid)},
      {"shared_bytes_per_block", sharedPerBlock},
      {"shared_bytes_per_block_optin", sharedPerBlockOptin},
      {"shared_bytes_per_multiprocessor", sharedPerMultiprocessor},
      {"reserved_shared_bytes_per_block", reservedSharedPerBlock},
      {"registers_per_block", registersPerBlock},
      {"registers_per_multiprocessor", registersPerMultiprocessor},
      {"cooperative_launch", cooperativeLaunch},
      {"cluster_launch", clusterLaunch},
      {"tensor_maps", tensorMaps},
      {"virtual_memory", virtualMemory},
      {"kernel_time_limit", kernelTimeLimit}};
}
