//===- Kernel.cpp - Kernels and their launches ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/Device.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::runtime;

/// Clusters up to this size need no permission.
static constexpr unsigned portableClusterBlocks = 8;

llvm::Expected<Kernel> Module::kernel(StringRef entry) const {
  const api::Functions &f = context->functions();
  Kernel kernel;
  kernel.context = context;
  kernel.entry = entry.str();
  api::Result result =
      f.moduleGetFunction(&kernel.function, handle.get(), kernel.entry.c_str());
  if (result == api::notFound)
    return deviceError(ErrorKind::InvalidCode,
                       "'" + name + "' has no kernel '" + entry + "'");
  if (llvm::Error e = context->check(result, "find the kernel '" + entry + "'"))
    return std::move(e);
  auto ask = [&](api::FunctionAttribute attribute) {
    int value = 0;
    f.funcGetAttribute(&value, attribute, kernel.function);
    return value;
  };
  kernel.kernelFacts = {ask(api::funcRegisters), ask(api::funcLocalBytes),
                        ask(api::funcSharedBytes), ask(api::funcConstBytes),
                        ask(api::funcMaxThreadsPerBlock)};
  return std::move(kernel);
}

static llvm::Error wrongLaunch(StringRef kernel, const Twine &what) {
  return deviceError(ErrorKind::InvalidLaunch,
                     "kernel '" + kernel + "': " + what);
}

/// The driver answers all of these with "invalid argument".
llvm::Error Kernel::checkAgainstDevice(const LaunchShape &shape) const {
  const DeviceInfo &device = context->device();
  for (unsigned i = 0; i < 3; ++i) {
    char axis = char('x' + i);
    if (shape.grid[i] < 1 || shape.grid[i] > unsigned(device.maxGrid[i]))
      return wrongLaunch(entry,
                         llvm::formatv("{0} blocks in {1}; this device "
                                       "takes 1 to {2}",
                                       shape.grid[i], axis, device.maxGrid[i])
                             .str());
    if (shape.block[i] < 1 || shape.block[i] > unsigned(device.maxBlock[i]))
      return wrongLaunch(entry,
                         llvm::formatv("{0} threads of a block in {1}; "
                                       "this device takes 1 to {2}",
                                       shape.block[i], axis, device.maxBlock[i])
                             .str());
  }
  int most = kernelFacts.maxThreadsPerBlock;
  if (shape.threads() > unsigned(most))
    return wrongLaunch(
        entry,
        llvm::formatv("{0} threads a block, but with its {1} registers a "
                      "thread (or its bounds) it runs with at most {2}",
                      shape.threads(), kernelFacts.registers, most)
            .str());
  uint64_t shared =
      uint64_t(shape.sharedBytes) + uint64_t(kernelFacts.staticSharedBytes);
  if (shared > uint64_t(device.sharedPerBlockOptin))
    return wrongLaunch(
        entry,
        llvm::formatv("{0} bytes of shared memory a block ({1} of them static),"
                      " but this device gives at most {2}",
                      shared, kernelFacts.staticSharedBytes,
                      device.sharedPerBlockOptin)
            .str());
  return llvm::Error::success();
}

static void addAttributes(const LaunchShape &shape, api::LaunchConfig &config,
                          api::LaunchAttribute (&attributes)[2]) {
  auto add = [&](api::LaunchAttributeId id) -> api::LaunchAttribute & {
    api::LaunchAttribute &attribute = attributes[config.attributeCount++];
    attribute = {};
    attribute.id = id;
    return attribute;
  };
  if (shape.cooperative)
    add(api::attributeCooperative).value.cooperative = 1;
  if (shape.hasCluster())
    add(api::attributeClusterDimension).value.clusterDimension = {
        shape.cluster[0], shape.cluster[1], shape.cluster[2]};
  config.attributes = config.attributeCount ? attributes : nullptr;
}

static api::LaunchConfig configOf(const LaunchShape &shape,
                                  api::StreamHandle stream) {
  return api::LaunchConfig{shape.grid[0],     shape.grid[1],
                           shape.grid[2],     shape.block[0],
                           shape.block[1],    shape.block[2],
                           shape.sharedBytes, stream,
                           nullptr,           0};
}

llvm::Error Kernel::checkClusters(const LaunchShape &shape) const {
  const api::Functions &f = context->functions();
  if (!context->device().clusterLaunch)
    return deviceError(ErrorKind::NotSupported,
                       "kernel '" + entry + "': device " +
                           Twine(context->device().index) +
                           " has no clusters; they need sm_90 or newer");
  for (unsigned i = 0; i < 3; ++i)
    if (shape.cluster[i] < 1 || shape.grid[i] % shape.cluster[i])
      return wrongLaunch(entry, "the grid of " + Twine(shape.grid[i]) +
                                    " blocks in " + Twine(char('x' + i)) +
                                    " is no multiple of the cluster's " +
                                    Twine(shape.cluster[i]));
  if (shape.clusterBlocks() > portableClusterBlocks)
    if (llvm::Error e = context->check(
            f.funcSetAttribute(function, api::funcNonPortableClusterSize, 1),
            "allow large clusters for kernel '" + entry + "'"))
      return e;
  if (!f.occupancyClusters)
    return llvm::Error::success();
  api::LaunchAttribute attributes[2];
  api::LaunchConfig config = configOf(shape, nullptr);
  addAttributes(shape, config, attributes);
  int clusters = 0;
  if (llvm::Error e =
          context->check(f.occupancyClusters(&clusters, function, &config),
                         "ask how many clusters of kernel '" + entry + "' fit"))
    return e;
  if (clusters < 1)
    return wrongLaunch(entry, "no cluster of " + Twine(shape.clusterBlocks()) +
                                  " such blocks fits this device");
  return llvm::Error::success();
}

llvm::Error Kernel::prepare(const LaunchShape &shape) {
  if (llvm::Error e = checkAgainstDevice(shape))
    return e;
  // The default leaves room for 48 KiB; more has to be asked for. The limit is
  // the function's, which other launches may use with more.
  const api::Functions &f = context->functions();
  int allowed = 0;
  f.funcGetAttribute(&allowed, api::funcMaxDynamicSharedBytes, function);
  if (int(shape.sharedBytes) > allowed)
    if (llvm::Error e = context->check(
            f.funcSetAttribute(function, api::funcMaxDynamicSharedBytes,
                               int(shape.sharedBytes)),
            "give kernel '" + entry + "' " + Twine(shape.sharedBytes) +
                " bytes of shared memory"))
      return e;
  if (shape.hasCluster())
    if (llvm::Error e = checkClusters(shape))
      return e;
  llvm::Expected<int> perMultiprocessor = occupancy(shape);
  if (!perMultiprocessor)
    return perMultiprocessor.takeError();
  uint64_t atOnce =
      uint64_t(*perMultiprocessor) * context->device().multiprocessors;
  if (*perMultiprocessor < 1)
    return wrongLaunch(entry, "no such block fits a multiprocessor (" +
                                  Twine(kernelFacts.registers) +
                                  " registers a thread, " +
                                  Twine(shape.threads()) + " threads)");
  if (shape.cooperative && shape.blocks() > atOnce)
    return wrongLaunch(entry, "a cooperative launch of " +
                                  Twine(shape.blocks()) +
                                  " blocks, but this device runs only " +
                                  Twine(atOnce) + " at once");
  return llvm::Error::success();
}

llvm::Expected<int> Kernel::occupancy(const LaunchShape &shape) const {
  int blocks = 0;
  if (llvm::Error e = context->check(
          context->functions().occupancyBlocks(
              &blocks, function, int(shape.threads()), shape.sharedBytes),
          "ask for the occupancy of kernel '" + entry + "'"))
    return std::move(e);
  return blocks;
}

llvm::Error Kernel::launch(const Stream &stream, const LaunchShape &shape,
                           ArrayRef<void *> arguments) const {
  api::LaunchAttribute attributes[2];
  api::LaunchConfig config = configOf(shape, stream.get());
  addAttributes(shape, config, attributes);
  SmallVector<void *> pointers(arguments);
  return context->check(context->functions().launchKernelEx(
                            &config, function,
                            pointers.empty() ? nullptr : pointers.data(),
                            nullptr),
                        "launch kernel '" + entry + "'");
}
