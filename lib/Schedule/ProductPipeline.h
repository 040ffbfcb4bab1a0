//===- ProductPipeline.h - State of a pipeline of products ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_PRODUCTPIPELINE_H
#define KERNEL_OPT_LIB_SCHEDULE_PRODUCTPIPELINE_H

#include "ProductLoop.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/TensorCores.h"

namespace kernel_opt::schedule {

class ProductPipeline {
public:
  ProductPipeline(gpu::GPUFuncOp func, ProductLoop loop,
                  const PipelineOptions &options)
      : func(func), loop(std::move(loop)), options(options),
        loc(this->loop.anchor->getLoc()) {}
  LogicalResult run();

private:
  /// An operand's place in shared memory: (stage, panel, row, column). Columns
  /// run along what is contiguous in memory.
  struct Staged {
    ProductOperand *operand;
    int64_t width, panels, rows;
    Value map, buffer; ///< no map where threads bring it
  };

  /// Numbers of two buffers whose contents are multiplied.
  using Product = std::pair<unsigned, unsigned>;

  LogicalResult checkTarget();
  LogicalResult checkSizes();
  LogicalResult checkSplit();
  LogicalResult planOperand(ProductOperand &operand);
  void planProducts();
  void allocate();
  void initialize(OpBuilder &b);
  void eraseOld();

  Value constant(OpBuilder &b, int64_t value);
  Value rounds(OpBuilder &b);
  Value coordinate(OpBuilder &b, const Staged &s, unsigned dim, Value step,
                   int64_t panel);
  Value stageOf(OpBuilder &b, Value step);
  Value parityOf(OpBuilder &b, Value step, bool even);
  void fill(OpBuilder &b, Value stage, Value step);

  void indicesOf(OpBuilder &b, const Staged &s, Value stage, int64_t rowBlock,
                 int64_t k, SmallVectorImpl<Value> &indices);
  /// Adds the products of a step for 64 rows of the warpgroup.
  Value multiply(OpBuilder &b, Value stage, int64_t rowBlock, Value sum,
                 ArrayRef<Product> products);
  SmallVector<Value> multiplyAll(OpBuilder &b, Value stage, ValueRange sums);
  void release(OpBuilder &b, Value stage);
  void refill(OpBuilder &b, Value done);
  void releaseStep(OpBuilder &b, Value step);
  SmallVector<Value> sumInside(OpBuilder &b);
  SmallVector<Value> sumPromoted(OpBuilder &b);

  /// By threads: the operands' tiles of a step, and their way to a stage.
  SmallVector<Value> bring(OpBuilder &b, Value step);
  void put(OpBuilder &b, ValueRange tiles, Value stage);
  SmallVector<Value> sumByThreads(OpBuilder &b);

  void produce(OpBuilder &b);
  OpBuilder splitRoles(OpBuilder &b);
  void startWithoutProducer(OpBuilder &b);

  gpu::GPUFuncOp func;
  ProductLoop loop;
  PipelineOptions options;
  Location loc;
  Type elementType;
  SmallVector<Staged> staged; ///< parts of one operand follow each other
  SmallVector<ProductGroup> productGroups; ///< of `staged`
  int64_t groups = 0;                      ///< warpgroups that multiply
  int64_t rows = 0;                        ///< of the tile, for each of them
  int64_t depth = 0, stageBytes = 0;
  Value full, empty;   ///< mbarriers, one a stage
  Value thread, group; ///< numbers; group is null if there is one
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_PRODUCTPIPELINE_H
