//===- StepPipeline.h - Pipelines of steps that carry a state ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_STEPPIPELINE_H
#define KERNEL_OPT_LIB_SCHEDULE_STEPPIPELINE_H

#include "ProductLoop.h"
#include "WarpgroupPipeline.h"
#include "mlir/IR/IRMapping.h"

namespace kernel_opt::schedule {

/// An operand in shared memory: each step its own, or, if `resident`, one for
/// all of them. Panels are as wide as the swizzle, columns run along what is
/// contiguous in memory.
struct StepOperand {
  ktile::LoadOp load;
  BoxAccess box;
  bool isLeft, resident;
  int64_t width = 0, panels = 0, rows = 0;
  Value map, buffer;

  bool kContiguous() const { return box.contiguous == (isLeft ? 1u : 0u); }
  int64_t bytes() const { return 2 * width * panels * rows; }
};

/// One product of a step: sum + left * right.
struct StepProduct {
  ktile::DotOp dot;
  Operation *result; ///< the addition of its sum, or `dot`
  Value sum;         ///< null: nothing
  Value left;        ///< a tile in registers, or null:
  unsigned leftOperand = 0, rightOperand = 0;
  RankedTensorType type; ///< of the sum
  int64_t n = 0, k = 0;
  SmallVector<unsigned> brought; ///< operands that come for it in each step
  Value full, empty;             ///< mbarriers, one a stage; null if none come
};

/// A loop whose steps multiply, in several products, and carry more than sums.
class StepPipeline : WarpgroupPipeline {
public:
  StepPipeline(gpu::GPUFuncOp func, const PipelineOptions &options)
      : WarpgroupPipeline(func, options, func.getLoc()) {}
  LogicalResult run();

private:
  // What there is (StepLoop.cpp).
  LogicalResult find();
  LogicalResult findProduct(ktile::DotOp dot);
  LogicalResult findSizes(StepProduct &product);
  FailureOr<unsigned> findOperand(ktile::DotOp dot, Value tile, bool isLeft);
  LogicalResult checkSizes();
  LogicalResult findLate();

  // Shared memory.
  void allocate();
  void initialize(OpBuilder &b);
  void fill(OpBuilder &b, const StepOperand &operand, Value at, Value stage,
            Value barriers);
  void produce(OpBuilder &b);
  /// The first operation on tiles; numbers between it and the loop, which both
  /// roles need, move before it.
  Operation *firstOnTiles();

  // Steps.
  Value numberOf(OpBuilder &b, Value at);
  void indicesOf(OpBuilder &b, const StepOperand &operand, Value stage,
                 int64_t rowBlock, int64_t k, SmallVectorImpl<Value> &indices);
  /// Waits for what is brought for a product.
  void await(OpBuilder &b, const StepProduct &product, Value number);
  /// Begins a product of what is there; the registers of its row blocks are
  /// pending.
  SmallVector<Value> issue(OpBuilder &b, const StepProduct &product,
                           Value number, Value left, Value sum);
  /// Waits until `others` groups at most are unfinished; gives the sums.
  Value finish(OpBuilder &b, const StepProduct &product, ValueRange pending,
               int64_t others, Value number, Value sum);
  Value leftRegisters(OpBuilder &b, const StepProduct &product, Value left);
  ktile::LayoutAttr layoutOf(int64_t n);

  bool isTakenOver(Operation *op) const;
  /// One product after the other.
  SmallVector<Value> sumInOrder(OpBuilder &b);
  /// The last product of a step runs beside the first ones of the next step
  /// and what is computed from these.
  SmallVector<Value> sumOverlapped(OpBuilder &b);
  /// Clones what does (or does not) depend on the late product's sums.
  void cloneFront(OpBuilder &b, IRMapping &mapping, bool dependent);
  void issueEarly(OpBuilder &b, IRMapping &mapping, Value number,
                  SmallVectorImpl<SmallVector<Value>> &pending);
  void finishEarly(OpBuilder &b, IRMapping &mapping, Value number,
                   ArrayRef<SmallVector<Value>> pending, int64_t after);

  scf::ForOp loop;
  int64_t by = 0; ///< of the loop
  SmallVector<StepOperand> operands;
  SmallVector<StepProduct> products;
  unsigned late = 0, carried = 0; ///< the last product, its result's number
  DenseSet<Operation *> afterLate;
  int64_t m = 0;
  Value resident; ///< mbarrier of resident operands
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_STEPPIPELINE_H
