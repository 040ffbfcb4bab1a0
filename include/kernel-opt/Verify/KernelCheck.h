//===- KernelCheck.h - A scheduled program against its kernel ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Runs the scheduled program of a kernel in the interpreter, in the exact
// algebra, and compares what it writes with what the reference evaluator makes
// of the structured form. Both know nothing of each other, nor of schedules.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_KERNELCHECK_H
#define KERNEL_OPT_VERIFY_KERNELCHECK_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt::verify {

struct KernelCheckOptions {
  /// Drawn at random, after both sides are fixed, if absent.
  std::optional<uint64_t> nonce;
  /// Least draws per block; more are made until the evidence suffices.
  unsigned seeds = 2;
  unsigned mostSeeds = 64;
  /// Bits of evidence that each output element must have gathered.
  double leastEvidence = 60;
  /// Blocks that are run where all blocks behave alike: first, last, those at
  /// the corners of the grid, and this many random ones. Smaller grids run
  /// whole.
  unsigned randomBlocks = 2;
  /// As many more where loops go round more often in some blocks than in
  /// others.
  unsigned blocksOfRounds = 3;
  unsigned wholeGrid = 16;
  /// Blocks up to which small grids run whole where blocks are not alike.
  unsigned wholeGridUnlike = 1024;
  /// Blocks that are run because they are like none that were chosen.
  unsigned mostUnlike = 256;
  /// Elements of outputs up to which all blocks are asked what they write.
  int64_t mostElements = int64_t(1) << 32;
  /// Instructions that all warps of a block, or of the blocks that run
  /// together, may execute in one run: about a minute.
  uint64_t mostSteps = uint64_t(1) << 30;
  /// Families of further draws, each on one block.
  SmallVector<InputFamily> families = {
      InputFamily::Ascending, InputFamily::Descending, InputFamily::Ties,
      InputFamily::SmallInts};
};

struct KernelCheckResult {
  Verdict verdict = Verdict::Unproven;
  std::string reason;  ///< if unproven
  std::string witness; ///< if refuted: what is wrong, where
  uint64_t nonce = 0;
  unsigned levels = 1;   ///< primes
  unsigned runs = 0;     ///< of a block or of communicating blocks
  uint64_t compared = 0; ///< pairs of values
  double evidence = 0;   ///< least bits that an element gathered
  uint64_t blocks = 0, blocksRun = 0;
  /// Shown that all blocks together write each element once; else why not. The
  /// verdict is about the blocks that were run, and does not depend on it.
  bool covered = false;
  std::string uncovered;
  /// Why blocks that were not run may be unlike those that were; empty if they
  /// are shown to be alike.
  std::string unlike;
  /// Numbers that hang on the block and decide where and how often.
  unsigned places = 0;
  bool uniform = false; ///< shown that blocks differ by their place alone
  double instructionCoverage = 0, branchCoverage = 0;
  uint64_t laneOps = 0;
  /// 32-byte sectors per warp access to global memory, summed over all runs,
  /// and those that the elements touched in each run would fill, each once.
  uint64_t sectorsRead = 0, sectorsWritten = 0;
  uint64_t leastSectorsRead = 0, leastSectorsWritten = 0;
  double seconds = 0;

  /// How many times the least number of sectors is moved; 1 at best.
  double trafficFactor() const {
    uint64_t least = leastSectorsRead + leastSectorsWritten;
    return least ? double(sectorsRead + sectorsWritten) / double(least) : 0;
  }
  llvm::json::Object toJSON() const;
};

/// Checks that `program`, whose arguments are the inputs of `source` and then
/// its results, computes what `source` does. Fails, after reporting why, if one
/// of them cannot be evaluated.
FailureOr<KernelCheckResult>
checkKernel(Block &source, gpu::GPUFuncOp program,
            const KernelCheckOptions &options = {});

/// Whether the number of the block goes nowhere but into addresses, comparisons
/// that guard accesses, and bounds of loops: what a block does then depends on
/// its place only through which guards hold and how often loops go round.
bool isUniformInBlock(gpu::GPUFuncOp program);

/// Whether loops have bounds that are not constant: more blocks are run then,
/// since bounds can be wrong for some of them only.
bool roundsDependOnBlock(gpu::GPUFuncOp program);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_KERNELCHECK_H
