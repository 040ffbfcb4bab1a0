//===- BlockShare.h - Which part of the results a block computes *- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_BLOCKSHARE_H
#define KERNEL_OPT_LIB_SCHEDULE_BLOCKSHARE_H

#include "kernel-opt/Schedule/KernelStructure.h"
#include "kernel-opt/Schedule/TileProgram.h"

namespace kernel_opt::schedule {

/// One dimension of the results, or several that are cut as one: who computes
/// which part of it.
struct ResultDim {
  SmallVector<unsigned, 2> members; ///< dimensions of the first result
  SmallVector<int64_t, 2> extents;  ///< theirs
  int64_t extent;                   ///< all of theirs together
  int64_t block;                    ///< elements of one block
  int64_t tile;                     ///< elements of one tile
  int64_t blocks() const { return llvm::divideCeil(extent, block); }
  int64_t steps() const { return llvm::divideCeil(block, tile); }
};

/// How the first result is cut, as the options say and otherwise as the
/// structure asks for. Fails, after reporting why, if it cannot be cut so.
FailureOr<SmallVector<ResultDim>> resultDims(ValueRange results,
                                             const KernelStructure &structure,
                                             const TileOptions &options,
                                             Location loc);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_BLOCKSHARE_H
