//===- ProductLoop.h - The loop over K of a tile program --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_PRODUCTLOOP_H
#define KERNEL_OPT_LIB_SCHEDULE_PRODUCTLOOP_H

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace kernel_opt::schedule {
using namespace mlir;

/// How two tile dimensions of a load lie in memory: each runs along one
/// dimension of the memref, one of them along the last.
struct BoxAccess {
  SmallVector<int64_t> along; ///< memref dimension of each tile dimension
  unsigned contiguous;        ///< tile dimension that runs along the last one
};

/// Finds out whether a tile of rank 2 is a box of `memref`, as the tensor
/// memory accelerator moves them. Otherwise says why not.
std::optional<BoxAccess> boxAccess(MemRefType memref, AffineMap map,
                                   std::string &reason);

/// An operand of products: the same tile may serve several of them.
struct ProductOperand {
  Value tile;
  bool isLeft;        ///< M x K, otherwise K x N
  ktile::LoadOp load; ///< null if the tile is computed
  std::optional<BoxAccess> box;
  std::string reason;  ///< why there is no box
  unsigned contiguous; ///< tile dimension that runs along memory
  bool kContiguous() const { return contiguous == (isLeft ? 1u : 0u); }
};

/// Products of a step that are summed without a stop.
struct ProductGroup {
  SmallVector<std::pair<unsigned, unsigned>> products; ///< of operands
  /// What the sum of this group and those before it is multiplied by, before
  /// the next group is added: null if this is the last one.
  FloatAttr scale;
};

/// sum = sum + (a0 b0 + a1 b1 + ...), for each step of K.
struct ProductLoop {
  scf::ForOp loop;                  ///< null if there is one step only
  SmallVector<ProductGroup> groups; ///< in order
  SmallVector<ProductOperand> operands;
  Value result;                ///< what the program uses of it
  Operation *anchor = nullptr; ///< the loop, or the last product
  int64_t m = 0, n = 0, k = 0, trips = 1;
  /// Whether the block sums at all; null if each does.
  Value alive;
};

/// Makes the value of `tile`, which the body of `loop` computes, for another
/// value of the loop's variable.
Value cloneForStep(OpBuilder &builder, Value tile, scf::ForOp loop, Value step);

/// The one such loop of a program, or a diagnostic that says what is different.
FailureOr<ProductLoop> findProductLoop(gpu::GPUFuncOp func);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_PRODUCTLOOP_H
