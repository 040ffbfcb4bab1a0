//===- AlikeBlocks.h - Which blocks stand for which -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A block acts as its places tell it: the indices, bounds of loops and
// comparisons that hang on its number, each of which is a number of the block
// plus a number of the thread and the round. Where all comparisons fall out as
// in blocks that were run and are right, and the places are an affine
// combination of theirs, the block is right: what the kernel asks of a place
// of the output is affine in it, too, as are all indexing maps. A block that is
// no such combination must be run itself.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_ALIKEBLOCKS_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_ALIKEBLOCKS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::verify {

struct AlikeBlocks {
  /// Those that must be run, too, for all others to be like some that run.
  std::vector<int64_t> more;
  /// Why that cannot be said of all blocks; empty if it can.
  std::string obstacle;
  /// Different numbers that hang on the block.
  unsigned places = 0;
};

/// Which blocks must be run besides those chosen; `most` at most. What is no
/// affine combination is taken for one with a probability of 2^-61, as long as
/// nobody knew the seed when the program was written.
AlikeBlocks findUnlikeBlocks(mlir::gpu::GPUFuncOp program,
                             llvm::ArrayRef<int64_t> chosen, unsigned most,
                             uint64_t seed);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_ALIKEBLOCKS_H
