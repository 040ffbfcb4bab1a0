//===- DriverAPI.h - The part of the CUDA driver ABI in use -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The driver is a shared library with a stable C ABI. What we call of it is
// declared here under our own names, so that building needs no CUDA headers and
// every program starts without a driver. Numbers are those of the ABI.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_DRIVERAPI_H
#define KERNEL_OPT_RUNTIME_DRIVERAPI_H

#include <cstddef>
#include <cstdint>

namespace kernel_opt::runtime::api {

// Opaque objects of the driver, and addresses in device memory.
using ContextHandle = struct OpaqueContext *;
using ModuleHandle = struct OpaqueModule *;
using FunctionHandle = struct OpaqueFunction *;
using StreamHandle = struct OpaqueStream *;
using EventHandle = struct OpaqueEvent *;
using GraphHandle = struct OpaqueGraph *;
using GraphExecHandle = struct OpaqueGraphExec *;
using DeviceHandle = int;
using DevicePointer = uint64_t;
using MemoryHandle = unsigned long long;

/// CUresult. Only those that we treat in a way of their own have names.
enum Result : int {
  success = 0,
  invalidValue = 1,
  outOfMemory = 2,
  stubLibrary = 34,
  deviceUnavailable = 46,
  noDevice = 100,
  invalidDevice = 101,
  invalidImage = 200,
  noBinaryForGpu = 209,
  eccUncorrectable = 214,
  invalidPtx = 218,
  nvlinkUncorrectable = 220,
  jitCompilerNotFound = 221,
  unsupportedPtxVersion = 222,
  jitCompilationDisabled = 223,
  contained = 226,
  invalidSource = 300,
  notFound = 500,
  notReady = 600,
  illegalAddress = 700,
  launchOutOfResources = 701,
  launchTimeout = 702,
  contextIsDestroyed = 709,
  deviceAssert = 710,
  hardwareStackError = 714,
  illegalInstruction = 715,
  misalignedAddress = 716,
  invalidAddressSpace = 717,
  invalidPc = 718,
  launchFailed = 719,
  cooperativeLaunchTooLarge = 720,
  tensorMemoryLeak = 721,
  notSupported = 801,
  systemDriverMismatch = 803,
  compatNotSupportedOnDevice = 804,
  timeout = 909,
  externalDevice = 911,
  invalidClusterSize = 912,
  unknown = 999,
};

/// CUdevice_attribute.
enum DeviceAttribute : int {
  maxThreadsPerBlock = 1,
  maxBlockDimX = 2,
  maxBlockDimY = 3,
  maxBlockDimZ = 4,
  maxGridDimX = 5,
  maxGridDimY = 6,
  maxGridDimZ = 7,
  maxSharedPerBlock = 8,
  warpSize = 10,
  maxRegistersPerBlock = 12,
  clockRate = 13,
  multiprocessorCount = 16,
  kernelExecTimeout = 17,
  memoryClockRate = 36,
  memoryBusWidth = 37,
  l2CacheSize = 38,
  maxThreadsPerMultiprocessor = 39,
  computeCapabilityMajor = 75,
  computeCapabilityMinor = 76,
  maxSharedPerMultiprocessor = 81,
  maxRegistersPerMultiprocessor = 82,
  cooperativeLaunch = 95,
  maxSharedPerBlockOptin = 97,
  virtualMemoryManagement = 102,
  maxBlocksPerMultiprocessor = 106,
  reservedSharedPerBlock = 111,
  clusterLaunch = 120,
  tensorMapAccess = 127,
};

/// CUfunction_attribute.
enum FunctionAttribute : int {
  funcMaxThreadsPerBlock = 0,
  funcSharedBytes = 1,
  funcConstBytes = 2,
  funcLocalBytes = 3,
  funcRegisters = 4,
  funcMaxDynamicSharedBytes = 8,
  funcNonPortableClusterSize = 14,
};

/// CUjit_option.
enum JitOption : int {
  jitErrorLogBuffer = 5,
  jitErrorLogBufferBytes = 6,
};

/// CUlaunchAttribute and CUlaunchConfig.
enum LaunchAttributeId : int {
  attributeCooperative = 2,
  attributeClusterDimension = 4,
};
struct LaunchAttribute {
  LaunchAttributeId id;
  char padding[4];
  union {
    char bytes[64];
    int cooperative;
    struct {
      unsigned x, y, z;
    } clusterDimension;
  } value;
};
static_assert(sizeof(LaunchAttribute) == 72, "as the driver expects it");

struct LaunchConfig {
  unsigned gridX, gridY, gridZ;
  unsigned blockX, blockY, blockZ;
  unsigned sharedBytes;
  StreamHandle stream;
  LaunchAttribute *attributes;
  unsigned attributeCount;
};
static_assert(sizeof(LaunchConfig) == 56, "as the driver expects it");

/// CUmemLocation, CUmemAllocationProp, CUmemAccessDesc.
struct MemoryLocation {
  int type; ///< 1 is a device.
  int id;
};
struct AllocationProperties {
  int type; ///< 1 is pinned memory.
  int requestedHandleTypes;
  MemoryLocation location;
  void *win32Metadata;
  unsigned char compressionType;
  unsigned char rdmaCapable;
  unsigned short usage;
  unsigned char reserved[4];
};
static_assert(sizeof(AllocationProperties) == 32, "as the driver expects it");
struct AccessDescription {
  MemoryLocation location;
  int flags; ///< 3 is read and write.
};

struct alignas(128) TensorMapBytes {
  uint64_t opaque[16];
};

// Every function in use: member name, symbol that has the ABI declared here,
// base name for cuGetProcAddress, parameters. Those of the second list may be
// missing in older drivers.
#define KERNEL_OPT_DRIVER_FUNCTIONS(X)                                         \
  X(init, cuInit, cuInit, (unsigned flags))                                    \
  X(driverGetVersion, cuDriverGetVersion, cuDriverGetVersion, (int *version))  \
  X(getErrorName, cuGetErrorName, cuGetErrorName,                              \
    (Result result, const char **name))                                        \
  X(getErrorString, cuGetErrorString, cuGetErrorString,                        \
    (Result result, const char **text))                                        \
  X(deviceGetCount, cuDeviceGetCount, cuDeviceGetCount, (int *count))          \
  X(deviceGet, cuDeviceGet, cuDeviceGet, (DeviceHandle * device, int index))   \
  X(deviceGetName, cuDeviceGetName, cuDeviceGetName,                           \
    (char *name, int bytes, DeviceHandle device))                              \
  X(deviceGetUuid, cuDeviceGetUuid, cuDeviceGetUuid,                           \
    (unsigned char *uuid, DeviceHandle device))                                \
  X(deviceGetPciBusId, cuDeviceGetPCIBusId, cuDeviceGetPCIBusId,               \
    (char *id, int bytes, DeviceHandle device))                                \
  X(deviceGetAttribute, cuDeviceGetAttribute, cuDeviceGetAttribute,            \
    (int *value, DeviceAttribute attribute, DeviceHandle device))              \
  X(deviceTotalMem, cuDeviceTotalMem_v2, cuDeviceTotalMem,                     \
    (size_t *bytes, DeviceHandle device))                                      \
  X(primaryCtxRetain, cuDevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain,      \
    (ContextHandle * context, DeviceHandle device))                            \
  X(primaryCtxRelease, cuDevicePrimaryCtxRelease_v2,                           \
    cuDevicePrimaryCtxRelease, (DeviceHandle device))                          \
  X(ctxSetCurrent, cuCtxSetCurrent, cuCtxSetCurrent, (ContextHandle context))  \
  X(ctxSynchronize, cuCtxSynchronize, cuCtxSynchronize, ())                    \
  X(ctxResetPersistingL2, cuCtxResetPersistingL2Cache,                         \
    cuCtxResetPersistingL2Cache, ())                                           \
  X(moduleLoadDataEx, cuModuleLoadDataEx, cuModuleLoadDataEx,                  \
    (ModuleHandle * module, const void *image, unsigned optionCount,           \
     JitOption *options, void **values))                                       \
  X(moduleUnload, cuModuleUnload, cuModuleUnload, (ModuleHandle module))       \
  X(moduleGetFunction, cuModuleGetFunction, cuModuleGetFunction,               \
    (FunctionHandle * function, ModuleHandle module, const char *name))        \
  X(funcGetAttribute, cuFuncGetAttribute, cuFuncGetAttribute,                  \
    (int *value, FunctionAttribute attribute, FunctionHandle function))        \
  X(funcSetAttribute, cuFuncSetAttribute, cuFuncSetAttribute,                  \
    (FunctionHandle function, FunctionAttribute attribute, int value))         \
  X(occupancyBlocks, cuOccupancyMaxActiveBlocksPerMultiprocessor,              \
    cuOccupancyMaxActiveBlocksPerMultiprocessor,                               \
    (int *blocks, FunctionHandle function, int blockSize, size_t sharedBytes)) \
  X(launchKernelEx, cuLaunchKernelEx, cuLaunchKernelEx,                        \
    (const LaunchConfig *config, FunctionHandle function, void **arguments,    \
     void **extra))                                                            \
  X(streamCreate, cuStreamCreate, cuStreamCreate,                              \
    (StreamHandle * stream, unsigned flags))                                   \
  X(streamDestroy, cuStreamDestroy_v2, cuStreamDestroy, (StreamHandle stream)) \
  X(streamSynchronize, cuStreamSynchronize, cuStreamSynchronize,               \
    (StreamHandle stream))                                                     \
  X(streamQuery, cuStreamQuery, cuStreamQuery, (StreamHandle stream))          \
  X(streamBeginCapture, cuStreamBeginCapture_v2, cuStreamBeginCapture,         \
    (StreamHandle stream, int mode))                                           \
  X(streamEndCapture, cuStreamEndCapture, cuStreamEndCapture,                  \
    (StreamHandle stream, GraphHandle * graph))                                \
  X(graphInstantiate, cuGraphInstantiateWithFlags,                             \
    cuGraphInstantiateWithFlags,                                               \
    (GraphExecHandle * exec, GraphHandle graph, unsigned long long flags))     \
  X(graphLaunch, cuGraphLaunch, cuGraphLaunch,                                 \
    (GraphExecHandle exec, StreamHandle stream))                               \
  X(graphUpload, cuGraphUpload, cuGraphUpload,                                 \
    (GraphExecHandle exec, StreamHandle stream))                               \
  X(graphExecDestroy, cuGraphExecDestroy, cuGraphExecDestroy,                  \
    (GraphExecHandle exec))                                                    \
  X(graphDestroy, cuGraphDestroy, cuGraphDestroy, (GraphHandle graph))         \
  X(eventCreate, cuEventCreate, cuEventCreate,                                 \
    (EventHandle * event, unsigned flags))                                     \
  X(eventDestroy, cuEventDestroy_v2, cuEventDestroy, (EventHandle event))      \
  X(eventRecord, cuEventRecord, cuEventRecord,                                 \
    (EventHandle event, StreamHandle stream))                                  \
  X(eventElapsedTime, cuEventElapsedTime, cuEventElapsedTime,                  \
    (float *milliseconds, EventHandle start, EventHandle end))                 \
  X(memGetInfo, cuMemGetInfo_v2, cuMemGetInfo, (size_t *free, size_t *total))  \
  X(memAlloc, cuMemAlloc_v2, cuMemAlloc,                                       \
    (DevicePointer * address, size_t bytes))                                   \
  X(memFree, cuMemFree_v2, cuMemFree, (DevicePointer address))                 \
  X(memcpyHtoDAsync, cuMemcpyHtoDAsync_v2, cuMemcpyHtoDAsync,                  \
    (DevicePointer to, const void *from, size_t bytes, StreamHandle stream))   \
  X(memcpyDtoHAsync, cuMemcpyDtoHAsync_v2, cuMemcpyDtoHAsync,                  \
    (void *to, DevicePointer from, size_t bytes, StreamHandle stream))         \
  X(memcpyDtoDAsync, cuMemcpyDtoDAsync_v2, cuMemcpyDtoDAsync,                  \
    (DevicePointer to, DevicePointer from, size_t bytes, StreamHandle stream)) \
  X(memsetD8Async, cuMemsetD8Async, cuMemsetD8Async,                           \
    (DevicePointer to, unsigned char value, size_t count,                      \
     StreamHandle stream))                                                     \
  X(memsetD32Async, cuMemsetD32Async, cuMemsetD32Async,                        \
    (DevicePointer to, unsigned value, size_t count, StreamHandle stream))     \
  X(memGranularity, cuMemGetAllocationGranularity,                             \
    cuMemGetAllocationGranularity,                                             \
    (size_t *bytes, const AllocationProperties *properties, int recommended))  \
  X(memAddressReserve, cuMemAddressReserve, cuMemAddressReserve,               \
    (DevicePointer * address, size_t bytes, size_t alignment,                  \
     DevicePointer hint, unsigned long long flags))                            \
  X(memAddressFree, cuMemAddressFree, cuMemAddressFree,                        \
    (DevicePointer address, size_t bytes))                                     \
  X(memCreate, cuMemCreate, cuMemCreate,                                       \
    (MemoryHandle * memory, size_t bytes,                                      \
     const AllocationProperties *properties, unsigned long long flags))        \
  X(memRelease, cuMemRelease, cuMemRelease, (MemoryHandle memory))             \
  X(memMap, cuMemMap, cuMemMap,                                                \
    (DevicePointer address, size_t bytes, size_t offset, MemoryHandle memory,  \
     unsigned long long flags))                                                \
  X(memUnmap, cuMemUnmap, cuMemUnmap, (DevicePointer address, size_t bytes))   \
  X(memSetAccess, cuMemSetAccess, cuMemSetAccess,                              \
    (DevicePointer address, size_t bytes, const AccessDescription *access,     \
     size_t count))

#define KERNEL_OPT_DRIVER_FUNCTIONS_OPTIONAL(X)                                \
  X(occupancyClusters, cuOccupancyMaxActiveClusters,                           \
    cuOccupancyMaxActiveClusters,                                              \
    (int *clusters, FunctionHandle function, const LaunchConfig *config))      \
  X(tensorMapEncodeTiled, cuTensorMapEncodeTiled, cuTensorMapEncodeTiled,      \
    (TensorMapBytes * map, int type, uint32_t rank, void *address,             \
     const uint64_t *dims, const uint64_t *strides, const uint32_t *box,       \
     const uint32_t *elementStrides, int interleave, int swizzle,              \
     int l2Promotion, int fill))

/// Addresses of the functions in a loaded driver.
struct Functions {
#define X(MEMBER, SYMBOL, NAME, PARAMETERS)                                    \
  Result(*MEMBER) PARAMETERS = nullptr;
  KERNEL_OPT_DRIVER_FUNCTIONS(X)
  KERNEL_OPT_DRIVER_FUNCTIONS_OPTIONAL(X)
#undef X
};

} // namespace kernel_opt::runtime::api

#endif // KERNEL_OPT_RUNTIME_DRIVERAPI_H
