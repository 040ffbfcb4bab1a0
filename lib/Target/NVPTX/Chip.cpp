//===- Chip.cpp - Chips, their limits, and occupancy ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Target/NVPTX/Chip.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

// Registers, threads, blocks, shared memory of a multiprocessor, of a block,
// reserved per block.
static constexpr ChipLimits kTuring{65536, 1024, 16, 65536, 65536, 0};
static constexpr ChipLimits kAmpere{65536, 2048, 32, 167936, 166912, 1024};
static constexpr ChipLimits kOrin{65536, 1536, 16, 167936, 166912, 1024};
static constexpr ChipLimits kAmpereConsumer{65536,  1536,   16,
                                            102400, 101376, 1024};
static constexpr ChipLimits kAda{65536, 1536, 24, 102400, 101376, 1024};
static constexpr ChipLimits kHopper{65536, 2048, 32, 233472, 232448, 1024};
static constexpr ChipLimits kThor{65536, 1536, 24, 233472, 232448, 1024};
static constexpr ChipLimits kBlackwellConsumer{65536,  1536,   24,
                                               102400, 101376, 1024};

// PTX 8.3 is what CUDA 12.3 and later take; newer chips need newer versions.
static constexpr Chip kChips[] = {
    {"sm_75", 75, 83, kTuring},
    {"sm_80", 80, 83, kAmpere},
    {"sm_86", 86, 83, kAmpereConsumer},
    {"sm_87", 87, 83, kOrin},
    {"sm_89", 89, 83, kAda},
    {"sm_90", 90, 83, kHopper},
    {"sm_90a", 90, 83, kHopper},
    {"sm_100", 100, 86, kHopper},
    {"sm_100a", 100, 86, kHopper},
    {"sm_103", 103, 88, kHopper},
    {"sm_103a", 103, 88, kHopper},
    {"sm_110", 110, 90, kThor},
    {"sm_110a", 110, 90, kThor},
    {"sm_120", 120, 87, kBlackwellConsumer},
    {"sm_120a", 120, 87, kBlackwellConsumer},
    {"sm_121", 121, 88, kBlackwellConsumer},
    {"sm_121a", 121, 88, kBlackwellConsumer},
};

std::string Chip::features() const {
  return "+ptx" + std::to_string(ptxVersion);
}

ArrayRef<Chip> nvptx::knownChips() { return kChips; }

llvm::Expected<Chip> nvptx::findChip(StringRef name) {
  for (const Chip &chip : kChips)
    if (chip.name == name)
      return chip;
  SmallVector<StringRef> names =
      llvm::map_to_vector(kChips, [](const Chip &chip) { return chip.name; });
  return llvm::createStringError("unknown target '" + name +
                                 "'; expected one of " +
                                 llvm::join(names, ", "));
}

Occupancy nvptx::computeOccupancy(const ChipLimits &chip, unsigned threads,
                                  unsigned registers, uint64_t sharedBytes) {
  // Registers go to warps in units of 256, out of four equal banks.
  constexpr unsigned kRegisterUnit = 256, kBanks = 4, kSharedUnit = 128;
  Occupancy result;
  unsigned warps = llvm::divideCeil(threads, 32u);
  if (warps == 0 || threads > chip.threadsPerBlock ||
      registers > chip.registersPerThread || sharedBytes > chip.sharedPerBlock)
    return result;
  unsigned perWarp = llvm::alignTo(std::max(registers, 1u) * 32, kRegisterUnit);
  unsigned warpsByRegisters = chip.registers / kBanks / perWarp * kBanks;
  uint64_t shared =
      llvm::alignTo(sharedBytes + chip.sharedReserved, kSharedUnit);
  struct Bound {
    StringRef name;
    uint64_t blocks;
  };
  Bound bounds[] = {
      {"blocks", chip.blocks},
      {"threads", chip.threads / 32 / warps},
      {"registers", warpsByRegisters / warps},
      {"shared memory", shared == 0 ? chip.blocks : chip.sharedBytes / shared},
  };
  result.blocks = chip.blocks;
  result.limit = "blocks";
  for (const Bound &bound : bounds)
    if (bound.blocks < result.blocks) {
      result.blocks = bound.blocks;
      result.limit = bound.name;
    }
  result.warps = result.blocks * warps;
  result.fraction = result.warps / (chip.threads / 32.0);
  return result;
}
