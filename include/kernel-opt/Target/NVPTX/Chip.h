//===- Chip.h - Chips, their limits, and occupancy --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_CHIP_H
#define KERNEL_OPT_TARGET_NVPTX_CHIP_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace kernel_opt::nvptx {

/// What one multiprocessor of a chip holds. (CUDA C++ Programming Guide,
/// "Technical Specifications per Compute Capability".)
struct ChipLimits {
  unsigned registers;      ///< 32-bit registers of a multiprocessor
  unsigned threads;        ///< resident threads of a multiprocessor
  unsigned blocks;         ///< resident blocks of a multiprocessor
  unsigned sharedBytes;    ///< shared memory of a multiprocessor
  unsigned sharedPerBlock; ///< most that a block can ask for
  unsigned sharedReserved; ///< taken by the system for each block
  unsigned threadsPerBlock = 1024;
  unsigned registersPerThread = 255;
};

/// A chip that code can be made for.
struct Chip {
  StringRef name;      ///< "sm_90a"
  unsigned sm;         ///< ten times the compute capability: 90
  unsigned ptxVersion; ///< ten times the version of PTX that we write: 83
  ChipLimits limits;

  /// "+ptx83", the features that LLVM's code generator takes.
  std::string features() const;
};

/// The chip of that name, or an error that lists the known ones. LLVM itself
/// takes any name and then writes PTX 3.2, or ends the process.
llvm::Expected<Chip> findChip(StringRef name);
/// Names of all chips.
ArrayRef<Chip> knownChips();

/// How many blocks of a kernel run on one multiprocessor at a time.
struct Occupancy {
  unsigned blocks = 0;
  unsigned warps = 0;
  double fraction = 0; ///< resident warps over the most possible
  /// What allows no more blocks: "registers", "shared memory", "threads" or
  /// "blocks".
  StringRef limit;
};

/// `threads` per block, `registers` per thread, `sharedBytes` per block (static
/// and dynamic).
Occupancy computeOccupancy(const ChipLimits &chip, unsigned threads,
                           unsigned registers, uint64_t sharedBytes);

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_TARGET_NVPTX_CHIP_H
