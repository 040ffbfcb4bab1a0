//===- CostModel.cpp - How long a kernel should take ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/CostModel.h"
#include "kernel-opt/Support/JSONReader.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

// Rates that were reached, not those of data sheets, where there are
// measurements. H200: a copy of device memory (4.28 TB/s), cuBLAS products of n
// = 4096 (51 and 700 TFLOP/s), products of fp32 values as six of bf16 parts
// (125 TFLOP/s), CUDA 13.0, a clock of 1.7 GHz under load. The others: "NVIDIA
// A100 Tensor Core GPU Architecture" and "NVIDIA Blackwell Architecture
// Technical Brief", taken down by what the H200 reaches of its own sheet (0.89
// of memory, 0.76 of products in fp32, 0.72 in tensor cores). Special
// functions: 16 a clock and multiprocessor (CUDA C++ Programming Guide,
// "Throughput of Native Arithmetic Instructions"). L2: 64 bytes a clock and
// multiprocessor ask for more than it gives; 32 is what remains.
static constexpr DeviceModel models[] = {
    {"A100", 80, 108, 1.35e9, 1.75e12, 108 * 32 * 1.35e9, 40e6, 14.8e12, 37e12,
     225e12, 108 * 16 * 1.35e9},
    {"H200", 90, 132, 1.7e9, 4.28e12, 132 * 32 * 1.7e9, 60e6, 51e12, 125e12,
     690e12, 132 * 16 * 1.7e9},
    {"B200", 100, 148, 1.75e9, 7.1e12, 148 * 32 * 1.75e9, 126e6, 60e12, 266e12,
     1600e12, 148 * 16 * 1.75e9},
};

const DeviceModel &search::findDeviceModel(unsigned sm) {
  const DeviceModel *found = &models[0];
  for (const DeviceModel &model : models)
    if (model.sm <= sm)
      found = &model;
  return *found;
}

//===----------------------------------------------------------------------===//
// The model
//===----------------------------------------------------------------------===//

/// Schedulers of a multiprocessor: warp instructions it issues a clock.
static constexpr double schedulers = 4;
/// Clocks between dependent instructions of a warp, on average over the kinds,
/// and until data comes from device memory.
static constexpr double dependentClocks = 6, memoryClocks = 700;
/// Resident warps of a multiprocessor with which loads keep the memory busy:
/// bandwidth times latency over the processors is 23 KB on an H200, a warp has
/// about 1 KB under way.
static constexpr double warpsForMemory = 24;
/// What is not hidden behind the greatest part.
static constexpr double exposed = 0.1;

/// Most of the traffic that the cache answers never reaches memory. What
/// exceeds the compulsory bytes does so as far as those exceed the cache.
static double memoryTraffic(const CostFacts &facts, const DeviceModel &device) {
  double least = facts.bytesRead + facts.bytesWritten;
  double asked = facts.sectors * 32 * facts.blocks;
  double missing =
      least > 0 ? std::max(0.0, 1 - device.cacheSize / least) : 0.0;
  // A row of tiles shares what it reads even when nothing else fits.
  constexpr double rowsShared = 0.25;
  return least + std::max(0.0, asked - least) * missing * rowsShared;
}

static double productRate(const CostFacts &facts, const DeviceModel &device) {
  if (!facts.tensorCores)
    return device.flops32;
  return facts.productBits <= 16 ? device.tensorFlops16 : device.tensorFlops32;
}

static double arithmeticSeconds(const CostFacts &facts,
                                const DeviceModel &device) {
  return facts.productFlops / productRate(facts, device) +
         std::max(0.0, facts.flops - facts.productFlops) / device.flops32;
}

ModelledTime search::modelTime(const CostFacts &facts,
                               const DeviceModel &device) {
  double processors = device.processors;
  double blocks = std::max(1.0, facts.blocks);
  double resident = std::max(1u, facts.residentBlocks);
  double warps = std::ceil(facts.threads / 32.0);
  // Processors that have nothing to do while the last blocks run.
  double perProcessor = std::ceil(blocks / processors);
  double imbalance = perProcessor * processors / blocks;
  double waves = std::ceil(blocks / (processors * resident));
  double atATime = std::min(resident, perProcessor);

  ModelledTime time;
  double spilled = facts.spillBytes * facts.threads * blocks;
  double busy = std::min(1.0, atATime * warps / warpsForMemory *
                                  std::min(1.0, blocks / processors));
  time.memory = memoryTraffic(facts, device) / (device.memoryBytes * busy);
  time.cache =
      (facts.sectors * 32 * blocks + spilled) / device.cacheBytes * imbalance;
  time.issue = facts.instructions * blocks /
               (processors * schedulers * device.clock) * imbalance;
  time.arithmetic = arithmeticSeconds(facts, device) * imbalance;
  time.special = facts.transcendentals / device.transcendental * imbalance;
  time.shared =
      facts.sharedPasses * blocks / (processors * device.clock) * imbalance;
  // Elements of a vector do not wait for each other.
  double ofWarp = 1 / std::max(1.0, warps);
  double chain = facts.steps * ofWarp * dependentClocks +
                 std::max(0.0, facts.instructions - facts.steps) * ofWarp;
  time.latency = waves * (chain + memoryClocks) / device.clock;

  std::pair<double, StringRef> parts[] = {
      {time.memory, "memory"},   {time.cache, "cache"},
      {time.issue, "issue"},     {time.arithmetic, "arithmetic"},
      {time.special, "special"}, {time.shared, "shared"},
      {time.latency, "latency"}};
  double sum = 0, greatest = 0;
  for (auto [seconds, name] : parts) {
    sum += seconds;
    if (seconds > greatest || time.bound.empty()) {
      greatest = seconds;
      time.bound = name;
    }
  }
  time.seconds = greatest + exposed * (sum - greatest);
  return time;
}

double search::rooflineSeconds(const CostFacts &facts,
                               const DeviceModel &device) {
  double memory = (facts.bytesRead + facts.bytesWritten) / device.memoryBytes;
  // Whatever unit might do the products does at most this.
  double rate =
      facts.productBits <= 16 ? device.tensorFlops16 : device.tensorFlops32;
  double arithmetic =
      facts.productFlops / rate +
      std::max(0.0, facts.flops - facts.productFlops) / device.flops32;
  return std::max(
      {memory, arithmetic, facts.transcendentals / device.transcendental});
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

json::Object ModelledTime::toJSON() const {
  return json::Object{{"model", costModelVersion},
                      {"memory", memory},
                      {"cache", cache},
                      {"issue", issue},
                      {"arithmetic", arithmetic},
                      {"special", special},
                      {"shared", shared},
                      {"latency", latency},
                      {"seconds", seconds},
                      {"bound", bound}};
}

json::Object CostFacts::toJSON() const {
  return json::Object{{"flops", flops},
                      {"product_flops", productFlops},
                      {"transcendentals", transcendentals},
                      {"bytes_read", bytesRead},
                      {"bytes_written", bytesWritten},
                      {"product_bits", int64_t(productBits)},
                      {"blocks", blocks},
                      {"threads", int64_t(threads)},
                      {"tensor_cores", tensorCores},
                      {"instructions", instructions},
                      {"steps", steps},
                      {"sectors", sectors},
                      {"shared_passes", sharedPasses},
                      {"registers", int64_t(registers)},
                      {"spill_bytes", spillBytes},
                      {"resident_blocks", int64_t(residentBlocks)}};
}

llvm::Expected<CostFacts> CostFacts::fromJSON(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  auto small = [&](StringRef key) {
    return unsigned(reader.integer(key, 0, INT32_MAX));
  };
  CostFacts facts;
  facts.flops = reader.number("flops");
  facts.productFlops = reader.number("product_flops");
  facts.transcendentals = reader.number("transcendentals");
  facts.bytesRead = reader.number("bytes_read");
  facts.bytesWritten = reader.number("bytes_written");
  facts.productBits = small("product_bits");
  facts.blocks = reader.number("blocks");
  facts.threads = small("threads");
  facts.tensorCores = reader.boolean("tensor_cores", false);
  facts.instructions = reader.number("instructions");
  facts.steps = reader.number("steps");
  facts.sectors = reader.number("sectors");
  facts.sharedPasses = reader.number("shared_passes");
  facts.registers = small("registers");
  facts.spillBytes = reader.number("spill_bytes");
  facts.residentBlocks = small("resident_blocks");
  reader.finish();
  if (llvm::Error error = errors.take("facts of a candidate"))
    return std::move(error);
  return facts;
}
