//===- FakeCuda.cpp - A CUDA driver on host memory --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FakeCuda.h"
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <sstream>
#include <sys/mman.h>
#include <thread>
#include <vector>

using namespace fake;
using namespace fake::api;

#define FAKE extern "C" __attribute__((visibility("default"))) Result

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

static Settings readSettings() {
  Settings s;
  const char *text = std::getenv("KERNELOPT_FAKE_CUDA");
  std::istringstream stream(text ? text : "");
  for (std::string item; std::getline(stream, item, ',');) {
    size_t equal = item.find('=');
    std::string key = item.substr(0, equal);
    std::string value =
        equal == std::string::npos ? "" : item.substr(equal + 1);
    if (key == "devices")
      s.devices = std::atoi(value.c_str());
    else if (key == "sm")
      s.architecture = std::atoi(value.c_str());
    else if (key == "driver")
      s.driverVersion = std::atoi(value.c_str());
    else if (key == "memory")
      s.memoryBytes = std::strtoull(value.c_str(), nullptr, 10);
    else if (key == "broken-init")
      s.brokenInit = true;
    else if (key == "no-vmm")
      s.virtualMemory = false;
    else if (key == "fail")
      s.failing = value;
    else if (key == "hang")
      s.hanging = value;
    else if (key == "vary")
      s.vary = true;
    else if (key == "drift")
      s.drift = std::atof(value.c_str());
    else
      std::fprintf(stderr, "fake CUDA driver: unknown option '%s'\n",
                   item.c_str());
  }
  return s;
}

const Settings &fake::settings() {
  static Settings s = readSettings();
  return s;
}

namespace {
using Operation = std::function<Result(uint64_t time)>;
struct Step {
  double microseconds;
  Operation run;
};
struct FakeStream {
  uint64_t busyUntil = 0;
  bool capturing = false;
  std::vector<Step> captured;
};
struct FakeModule {
  std::map<std::string, std::unique_ptr<KernelInfo>> kernels;
};
struct Reservation {
  uint64_t bytes;
};

/// Everything but settings. One context; tests use one device at a time.
struct State {
  Result sticky = success;
  bool hung = false;
  std::map<uint64_t, uint64_t> mapped;   // address to bytes that may be used
  std::map<uint64_t, size_t> plain;      // address to bytes asked for
  std::map<uint64_t, size_t> reserved;   // address to bytes
  std::map<MemoryHandle, size_t> memory; // physical
  MemoryHandle nextMemory = 1;
  size_t used = 0;
};
} // namespace

static State state;
static constexpr size_t page = 64 << 10;

static std::chrono::steady_clock::time_point startTime() {
  static auto start = std::chrono::steady_clock::now();
  return start;
}

uint64_t fake::nowNanoseconds() {
  return uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(
                      std::chrono::steady_clock::now() - startTime())
                      .count());
}

/// 1.8 GHz, falling by `drift` a second down to a half.
static double speedAt(uint64_t ns) {
  return std::max(0.5, 1 - settings().drift * double(ns) * 1e-9);
}

double fake::cyclesAt(uint64_t ns) {
  // Integral of the falling speed; the floor is not reached in tests.
  double t = double(ns) * 1e-9;
  return 1.8e9 * (t - settings().drift * t * t / 2);
}

bool fake::isMapped(uint64_t address, uint64_t bytes) {
  auto next = state.mapped.upper_bound(address);
  if (next == state.mapped.begin())
    return bytes == 0;
  auto [start, size] = *std::prev(next);
  return address - start <= size && bytes <= size - (address - start);
}

template <typename T, typename H>
static T *as(H handle) {
  return reinterpret_cast<T *>(handle);
}

static void hangForever() {
  while (true)
    std::this_thread::sleep_for(std::chrono::seconds(1));
}

/// Runs `step` now or, while the stream captures, later.
static Result enqueue(StreamHandle handle, Step step) {
  if (state.sticky)
    return state.sticky;
  FakeStream *stream = as<FakeStream>(handle);
  if (stream->capturing) {
    stream->captured.push_back(std::move(step));
    return success;
  }
  uint64_t begin = std::max(stream->busyUntil, nowNanoseconds());
  stream->busyUntil =
      begin + uint64_t(step.microseconds * 1e3 / speedAt(begin));
  Result result = step.run(begin);
  // Kernels fail asynchronously: the next call sees it.
  if (result != success && result != notFound)
    state.sticky = result;
  return success;
}

static Result waitFor(FakeStream *stream) {
  if (state.hung)
    hangForever();
  while (nowNanoseconds() < stream->busyUntil) {
    uint64_t left = stream->busyUntil - nowNanoseconds();
    if (left > 200000)
      std::this_thread::sleep_for(std::chrono::nanoseconds(left - 150000));
  }
  return state.sticky;
}

//===----------------------------------------------------------------------===//
// Driver, devices, contexts
//===----------------------------------------------------------------------===//

FAKE cuInit(unsigned) {
  startTime();
  if (settings().brokenInit)
    return systemDriverMismatch;
  return settings().devices ? success : noDevice;
}
FAKE cuDriverGetVersion(int *version) {
  *version = settings().driverVersion;
  return success;
}

static const std::map<int, std::pair<const char *, const char *>> &errors() {
  static const std::map<int, std::pair<const char *, const char *>> table = {
      {invalidValue, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
      {outOfMemory, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
      {noDevice, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device"}},
      {invalidPtx, {"CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"}},
      {notFound, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
      {illegalAddress,
       {"CUDA_ERROR_ILLEGAL_ADDRESS",
        "an illegal memory access was encountered"}},
      {launchFailed,
       {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
      {systemDriverMismatch,
       {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH",
        "system has unsupported display driver"}},
  };
  return table;
}
FAKE cuGetErrorName(Result result, const char **name) {
  auto found = errors().find(result);
  *name = found == errors().end() ? nullptr : found->second.first;
  return found == errors().end() ? invalidValue : success;
}
FAKE cuGetErrorString(Result result, const char **text) {
  auto found = errors().find(result);
  *text = found == errors().end() ? nullptr : found->second.second;
  return found == errors().end() ? invalidValue : success;
}

FAKE cuDeviceGetCount(int *count) {
  *count = settings().devices;
  return success;
}
FAKE cuDeviceGet(DeviceHandle *device, int index) {
  *device = index;
  return index < settings().devices ? success : invalidDevice;
}
FAKE cuDeviceGetName(char *name, int bytes, DeviceHandle) {
  std::snprintf(name, size_t(bytes), "Fake GPU");
  return success;
}
FAKE cuDeviceGetUuid(unsigned char *uuid, DeviceHandle device) {
  std::memset(uuid, 0x11 * (device + 1), 16);
  return success;
}
FAKE cuDeviceGetPCIBusId(char *id, int bytes, DeviceHandle device) {
  std::snprintf(id, size_t(bytes), "0000:%02d:00.0", device + 1);
  return success;
}
FAKE cuDeviceTotalMem_v2(size_t *bytes, DeviceHandle) {
  *bytes = settings().memoryBytes;
  return success;
}
FAKE cuDeviceGetAttribute(int *value, DeviceAttribute attribute, DeviceHandle) {
  int sm = settings().architecture;
  static const std::map<int, int> fixed = {
      {maxThreadsPerBlock, 1024},
      {maxBlockDimX, 1024},
      {maxBlockDimY, 1024},
      {maxBlockDimZ, 64},
      {maxGridDimX, 2147483647},
      {maxGridDimY, 65535},
      {maxGridDimZ, 65535},
      {maxSharedPerBlock, 49152},
      {warpSize, 32},
      {maxRegistersPerBlock, 65536},
      {clockRate, 1800000},
      {multiprocessorCount, multiprocessors},
      {memoryClockRate, 1000000},
      {memoryBusWidth, 256},
      {l2CacheSize, 64 << 10},
      {maxThreadsPerMultiprocessor, 2048},
      {maxSharedPerMultiprocessor, 233472},
      {maxRegistersPerMultiprocessor, 65536},
      {cooperativeLaunch, 1},
      {maxSharedPerBlockOptin, 232448},
      {maxBlocksPerMultiprocessor, 32},
      {reservedSharedPerBlock, 1024}};
  switch (int(attribute)) {
  case computeCapabilityMajor:
    *value = sm / 10;
    return success;
  case computeCapabilityMinor:
    *value = sm % 10;
    return success;
  case virtualMemoryManagement:
    *value = settings().virtualMemory;
    return success;
  case clusterLaunch:
  case tensorMapAccess:
    *value = sm >= 90;
    return success;
  }
  auto found = fixed.find(attribute);
  *value = found == fixed.end() ? 0 : found->second;
  return success;
}
FAKE cuDevicePrimaryCtxRetain(ContextHandle *context, DeviceHandle) {
  *context = reinterpret_cast<ContextHandle>(&state);
  return success;
}
FAKE cuDevicePrimaryCtxRelease_v2(DeviceHandle) { return success; }
FAKE cuCtxSetCurrent(ContextHandle) { return state.sticky; }
FAKE cuCtxSynchronize() {
  if (state.hung)
    hangForever();
  return state.sticky;
}
FAKE cuCtxResetPersistingL2Cache() { return state.sticky; }

//===----------------------------------------------------------------------===//
// Modules and kernels
//===----------------------------------------------------------------------===//

static void readHints(const std::string &text, KernelInfo &info) {
  if (settings().vary && info.entry.rfind("kernel_opt_", 0) != 0) {
    uint64_t hash = 0;
    for (unsigned char c : text)
      hash = hash * 0x100000001B3 + c;
    info.microseconds = 200 + double((hash >> 24) % 16) * 50;
  }
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string prefix = "// fake: " + info.entry + " ";
    if (line.rfind(prefix, 0) != 0)
      continue;
    std::istringstream words(line.substr(prefix.size()));
    for (std::string word; words >> word;) {
      double value = std::atof(word.substr(word.find('=') + 1).c_str());
      std::string key = word.substr(0, word.find('='));
      if (key == "us")
        info.microseconds = value;
      else if (key == "registers")
        info.registers = int(value);
      else if (key == "shared")
        info.staticShared = int(value);
      else if (key == "threads")
        info.maxThreads = int(value);
    }
  }
}

FAKE cuModuleLoadDataEx(ModuleHandle *out, const void *image, unsigned count,
                        JitOption *options, void **values) {
  if (state.sticky)
    return state.sticky;
  std::string text = static_cast<const char *>(image);
  size_t wrong = text.find("not_an_instruction");
  if (wrong != std::string::npos) {
    auto line = 1 + std::count(text.begin(), text.begin() + long(wrong), '\n');
    for (unsigned i = 0; i < count; ++i)
      if (options[i] == jitErrorLogBuffer)
        std::sprintf(static_cast<char *>(values[i]),
                     "ptxas application ptx input, line %ld; error: Not a name "
                     "of any known instruction: 'not_an_instruction'\n",
                     long(line));
    return invalidPtx;
  }
  auto module = std::make_unique<FakeModule>();
  for (size_t at = text.find(".entry "); at != std::string::npos;
       at = text.find(".entry ", at + 1)) {
    size_t begin = at + 7, end = text.find_first_of(" (\n", begin);
    auto info = std::make_unique<KernelInfo>();
    info->entry = text.substr(begin, end - begin);
    readHints(text, *info);
    module->kernels[info->entry] = std::move(info);
  }
  *out = reinterpret_cast<ModuleHandle>(module.release());
  return success;
}
FAKE cuModuleUnload(ModuleHandle module) {
  delete as<FakeModule>(module);
  return success;
}
FAKE cuModuleGetFunction(FunctionHandle *function, ModuleHandle module,
                         const char *name) {
  auto &kernels = as<FakeModule>(module)->kernels;
  auto found = kernels.find(name);
  if (found == kernels.end())
    return notFound;
  *function = reinterpret_cast<FunctionHandle>(found->second.get());
  return success;
}
FAKE cuFuncGetAttribute(int *value, FunctionAttribute attribute,
                        FunctionHandle function) {
  KernelInfo *info = as<KernelInfo>(function);
  switch (attribute) {
  case funcMaxThreadsPerBlock:
    *value = info->maxThreads;
    break;
  case funcSharedBytes:
    *value = info->staticShared;
    break;
  case funcRegisters:
    *value = info->registers;
    break;
  case funcMaxDynamicSharedBytes:
    *value = std::max(49152 - info->staticShared, info->dynamicShared);
    break;
  default:
    *value = 0;
  }
  return success;
}
FAKE cuFuncSetAttribute(FunctionHandle function, FunctionAttribute attribute,
                        int value) {
  if (attribute == funcMaxDynamicSharedBytes)
    as<KernelInfo>(function)->dynamicShared = value;
  return state.sticky;
}
FAKE cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks,
                                                 FunctionHandle function,
                                                 int blockSize,
                                                 size_t sharedBytes) {
  KernelInfo *info = as<KernelInfo>(function);
  size_t shared = sharedBytes + size_t(info->staticShared) + 1024;
  *blocks =
      std::min({32, 2048 / blockSize, 65536 / (info->registers * blockSize),
                int(233472 / shared)});
  return success;
}
FAKE cuOccupancyMaxActiveClusters(int *clusters, FunctionHandle,
                                  const LaunchConfig *config) {
  *clusters = 0;
  for (unsigned i = 0; i < config->attributeCount; ++i)
    if (config->attributes[i].id == attributeClusterDimension) {
      auto d = config->attributes[i].value.clusterDimension;
      *clusters = 16 / int(d.x * d.y * d.z);
    }
  return success;
}
FAKE cuLaunchKernelEx(const LaunchConfig *config, FunctionHandle function,
                      void **arguments, void **) {
  KernelInfo *info = as<KernelInfo>(function);
  // More than 48 KiB of shared memory must have been asked for.
  if (config->sharedBytes > 49152 &&
      config->sharedBytes > unsigned(info->dynamicShared))
    return invalidValue;
  if (config->blockX * config->blockY * config->blockZ >
      unsigned(info->maxThreads))
    return invalidValue;
  std::vector<std::vector<char>> values;
  for (char bytes : parametersOf(info->entry)) {
    const char *from = static_cast<const char *>(arguments[values.size()]);
    values.emplace_back(from, from + uint8_t(bytes));
  }
  LaunchConfig copy = *config;
  std::string entry = info->entry;
  std::string sized = entry + "/" + std::to_string(config->blockX);
  auto isMeant = [=](const std::string &name) {
    return name == entry || name == sized;
  };
  Operation run = [=](uint64_t time) mutable -> Result {
    if (isMeant(settings().failing))
      return launchFailed;
    if (isMeant(settings().hanging)) {
      state.hung = true;
      return success;
    }
    std::vector<void *> pointers;
    for (auto &value : values)
      pointers.push_back(value.data());
    return runKernel(entry, copy, pointers.data(), time);
  };
  return enqueue(config->stream, {info->microseconds, std::move(run)});
}

//===----------------------------------------------------------------------===//
// Streams, graphs, events
//===----------------------------------------------------------------------===//

FAKE cuStreamCreate(StreamHandle *stream, unsigned) {
  *stream = reinterpret_cast<StreamHandle>(new FakeStream);
  return state.sticky;
}
FAKE cuStreamDestroy_v2(StreamHandle stream) {
  delete as<FakeStream>(stream);
  return success;
}
FAKE cuStreamSynchronize(StreamHandle stream) {
  return waitFor(as<FakeStream>(stream));
}
FAKE cuStreamQuery(StreamHandle stream) {
  if (state.sticky)
    return state.sticky;
  if (state.hung || nowNanoseconds() < as<FakeStream>(stream)->busyUntil)
    return notReady;
  return success;
}
FAKE cuStreamBeginCapture_v2(StreamHandle stream, int) {
  as<FakeStream>(stream)->capturing = true;
  as<FakeStream>(stream)->captured.clear();
  return state.sticky;
}
FAKE cuStreamEndCapture(StreamHandle stream, GraphHandle *graph) {
  FakeStream *s = as<FakeStream>(stream);
  s->capturing = false;
  *graph = reinterpret_cast<GraphHandle>(
      new std::vector<Step>(std::move(s->captured)));
  return state.sticky;
}
FAKE cuGraphInstantiateWithFlags(GraphExecHandle *exec, GraphHandle graph,
                                 unsigned long long) {
  *exec = reinterpret_cast<GraphExecHandle>(
      new std::vector<Step>(*as<std::vector<Step>>(graph)));
  return state.sticky;
}
FAKE cuGraphUpload(GraphExecHandle, StreamHandle) { return state.sticky; }
FAKE cuGraphLaunch(GraphExecHandle exec, StreamHandle stream) {
  for (const Step &step : *as<std::vector<Step>>(exec))
    if (Result result = enqueue(stream, step))
      return result;
  return success;
}
FAKE cuGraphExecDestroy(GraphExecHandle exec) {
  delete as<std::vector<Step>>(exec);
  return success;
}
FAKE cuGraphDestroy(GraphHandle graph) {
  delete as<std::vector<Step>>(graph);
  return success;
}
FAKE cuEventCreate(EventHandle *event, unsigned) {
  *event = reinterpret_cast<EventHandle>(new uint64_t(0));
  return state.sticky;
}
FAKE cuEventDestroy_v2(EventHandle event) {
  delete as<uint64_t>(event);
  return success;
}
FAKE cuEventRecord(EventHandle event, StreamHandle stream) {
  return enqueue(stream, {0, [event](uint64_t time) {
                            *as<uint64_t>(event) = time;
                            return success;
                          }});
}
FAKE cuEventElapsedTime(float *milliseconds, EventHandle start,
                        EventHandle end) {
  *milliseconds =
      float(double(*as<uint64_t>(end) - *as<uint64_t>(start)) * 1e-6);
  return state.sticky;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static bool take(size_t bytes) {
  if (bytes > settings().memoryBytes - state.used)
    return false;
  state.used += bytes;
  return true;
}

FAKE cuMemGetInfo_v2(size_t *free, size_t *total) {
  *total = settings().memoryBytes;
  *free = *total - state.used;
  return state.sticky;
}
FAKE cuMemAlloc_v2(DevicePointer *address, size_t bytes) {
  if (state.sticky)
    return state.sticky;
  size_t rounded = (bytes + 511) / 512 * 512;
  if (!take(rounded))
    return outOfMemory;
  void *memory = std::aligned_alloc(512, rounded);
  std::memset(memory, 0xAB, rounded);
  *address = reinterpret_cast<uint64_t>(memory);
  state.mapped[*address] = rounded;
  state.plain[*address] = rounded;
  return success;
}
FAKE cuMemFree_v2(DevicePointer address) {
  auto found = state.plain.find(address);
  if (found == state.plain.end())
    return invalidValue;
  state.used -= found->second;
  state.mapped.erase(address);
  state.plain.erase(found);
  std::free(reinterpret_cast<void *>(address));
  return success;
}
FAKE cuMemGetAllocationGranularity(size_t *bytes, const AllocationProperties *p,
                                   int) {
  *bytes = page;
  return p->type == 1 && p->location.type == 1 ? success : invalidValue;
}
FAKE cuMemAddressReserve(DevicePointer *address, size_t bytes, size_t, uint64_t,
                         unsigned long long) {
  void *memory = ::mmap(nullptr, bytes + page, PROT_NONE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return outOfMemory;
  uint64_t start = reinterpret_cast<uint64_t>(memory);
  *address = (start + page - 1) / page * page;
  state.reserved[*address] = bytes;
  return success;
}
FAKE cuMemAddressFree(DevicePointer address, size_t bytes) {
  if (state.reserved.count(address) == 0 || state.reserved[address] != bytes)
    return invalidValue;
  state.reserved.erase(address);
  ::munmap(reinterpret_cast<void *>(address), bytes);
  return success;
}
FAKE cuMemCreate(MemoryHandle *memory, size_t bytes,
                 const AllocationProperties *, unsigned long long) {
  if (bytes % page)
    return invalidValue;
  if (!take(bytes))
    return outOfMemory;
  *memory = state.nextMemory++;
  state.memory[*memory] = bytes;
  return success;
}
FAKE cuMemRelease(MemoryHandle memory) {
  auto found = state.memory.find(memory);
  if (found == state.memory.end())
    return invalidValue;
  state.used -= found->second;
  state.memory.erase(found);
  return success;
}
FAKE cuMemMap(DevicePointer address, size_t bytes, size_t, MemoryHandle memory,
              unsigned long long) {
  return state.memory.count(memory) && state.memory[memory] == bytes &&
                 address % page == 0
             ? success
             : invalidValue;
}
FAKE cuMemUnmap(DevicePointer address, size_t bytes) {
  if (state.mapped.count(address) == 0)
    return invalidValue;
  state.mapped.erase(address);
  ::mprotect(reinterpret_cast<void *>(address), bytes, PROT_NONE);
  return success;
}
FAKE cuMemSetAccess(DevicePointer address, size_t bytes,
                    const AccessDescription *access, size_t) {
  if (access->flags != 3 || ::mprotect(reinterpret_cast<void *>(address), bytes,
                                       PROT_READ | PROT_WRITE))
    return invalidValue;
  state.mapped[address] = bytes;
  return success;
}

FAKE cuMemcpyHtoDAsync_v2(DevicePointer to, const void *from, size_t bytes,
                          StreamHandle stream) {
  if (!isMapped(to, bytes))
    return invalidValue;
  std::memcpy(reinterpret_cast<void *>(to), from, bytes);
  return enqueue(stream, {1, [](uint64_t) { return success; }});
}
FAKE cuMemcpyDtoHAsync_v2(void *to, DevicePointer from, size_t bytes,
                          StreamHandle stream) {
  if (!isMapped(from, bytes))
    return invalidValue;
  // Pageable memory: the driver waits.
  if (Result result = waitFor(as<FakeStream>(stream)))
    return result;
  std::memcpy(to, reinterpret_cast<void *>(from), bytes);
  return success;
}
FAKE cuMemcpyDtoDAsync_v2(DevicePointer to, DevicePointer from, size_t bytes,
                          StreamHandle stream) {
  return enqueue(stream, {1, [=](uint64_t) {
                            if (!isMapped(to, bytes) || !isMapped(from, bytes))
                              return illegalAddress;
                            std::memmove(reinterpret_cast<void *>(to),
                                         reinterpret_cast<void *>(from), bytes);
                            return success;
                          }});
}
FAKE cuMemsetD8Async(DevicePointer to, unsigned char value, size_t count,
                     StreamHandle stream) {
  return enqueue(stream, {1, [=](uint64_t) {
                            if (!isMapped(to, count))
                              return illegalAddress;
                            std::memset(reinterpret_cast<void *>(to), value,
                                        count);
                            return success;
                          }});
}
FAKE cuMemsetD32Async(DevicePointer to, unsigned value, size_t count,
                      StreamHandle stream) {
  return enqueue(stream, {1, [=](uint64_t) {
                            if (!isMapped(to, count * 4))
                              return illegalAddress;
                            for (size_t i = 0; i < count; ++i)
                              reinterpret_cast<unsigned *>(to)[i] = value;
                            return success;
                          }});
}

FAKE cuTensorMapEncodeTiled(TensorMapBytes *map, int type, uint32_t rank,
                            void *address, const uint64_t *dims,
                            const uint64_t *, const uint32_t *box,
                            const uint32_t *, int, int swizzle, int l2,
                            int fill) {
  map->opaque[0] = reinterpret_cast<uint64_t>(address);
  map->opaque[1] = uint64_t(type) | uint64_t(rank) << 8 |
                   uint64_t(swizzle) << 16 | uint64_t(l2) << 24 |
                   uint64_t(fill) << 32;
  map->opaque[2] = dims[0];
  map->opaque[3] = box[0];
  return success;
}

/// As the real one, it knows base names only and refuses newer interfaces.
FAKE cuGetProcAddress_v2(const char *name, void **address, int version,
                         uint64_t, int *status) {
  *address = nullptr;
  *status = 1;
  if (version > settings().driverVersion)
    return notFound;
#define X(MEMBER, SYMBOL, NAME, PARAMETERS)                                    \
  if (std::strcmp(name, #NAME) == 0)                                           \
    *address = reinterpret_cast<void *>(&SYMBOL);
  KERNEL_OPT_DRIVER_FUNCTIONS(X)
  KERNEL_OPT_DRIVER_FUNCTIONS_OPTIONAL(X)
#undef X
  *status = *address ? 0 : 1;
  return *address ? success : notFound;
}
