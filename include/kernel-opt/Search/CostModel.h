//===- CostModel.h - How long a kernel should take --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The time of a launch without a device: a roofline over what one block does
// (counted by the interpreter), what the kernel must do (KernelFacts), and what
// ptxas made of it. It ranks candidates; it is no measurement, and whatever
// comes from it is called "modelled". docs/Search.md has the formula.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_COSTMODEL_H
#define KERNEL_OPT_SEARCH_COSTMODEL_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <string>

namespace kernel_opt::search {

/// Rates of a device, per second.
struct DeviceModel {
  StringRef name;        ///< of the device that the figures are of
  unsigned sm;           ///< ten times the compute capability
  double processors;     ///< multiprocessors
  double clock;          ///< Hz that it holds under load
  double memoryBytes;    ///< to and from device memory
  double cacheBytes;     ///< to and from the L2 cache
  double cacheSize;      ///< bytes of the L2 cache
  double flops32;        ///< IEEE fp32, outside of tensor cores
  double tensorFlops32;  ///< products of fp32 values, as six of bf16
  double tensorFlops16;  ///< products of fp16 or bf16 values
  double transcendental; ///< results of special functions
};

/// The device model for a chip such as "sm_90a": of its own architecture, or of
/// the nearest older one that there are figures for.
const DeviceModel &findDeviceModel(unsigned sm);

/// What the model reads. Counts of a block are of one inner block.
struct CostFacts {
  // The kernel.
  double flops = 0, productFlops = 0, transcendentals = 0;
  double bytesRead = 0, bytesWritten = 0; ///< compulsory
  unsigned productBits = 32;              ///< width of the products' operands
  // The program.
  double blocks = 0;
  unsigned threads = 0; ///< of a block
  bool tensorCores = false;
  // One block, as it was run.
  double instructions = 0; ///< of warps, a vector element each
  double steps = 0;        ///< the same, a whole vector each
  double sectors = 0;      ///< of 32 bytes of global memory
  double sharedPasses = 0; ///< of 128 bytes of shared memory
  // ptxas.
  unsigned registers = 0;
  double spillBytes = 0; ///< of a thread, stored and loaded
  unsigned residentBlocks = 0;

  llvm::json::Object toJSON() const;
  static llvm::Expected<CostFacts> fromJSON(const llvm::json::Value &value);
};

/// Seconds by cause. The greatest one bounds the kernel.
struct ModelledTime {
  double memory = 0, cache = 0, issue = 0, arithmetic = 0, special = 0,
         shared = 0, latency = 0;
  double seconds = 0; ///< of the kernel, without its launch
  StringRef bound;    ///< name of the greatest

  llvm::json::Object toJSON() const;
};

ModelledTime modelTime(const CostFacts &facts, const DeviceModel &device);

/// The least that any program of the kernel takes on the device: compulsory
/// bytes and arithmetic at full rate.
double rooflineSeconds(const CostFacts &facts, const DeviceModel &device);

/// What a launch costs beside the time of its kernel: the gap between kernels
/// of a CUDA graph.
inline constexpr double launchSeconds = 2e-6;

/// Stands in the archive beside each modelled time: figures of different
/// versions are not compared.
inline constexpr StringLiteral costModelVersion = "roofline-3";

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_COSTMODEL_H
