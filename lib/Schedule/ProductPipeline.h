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
#include "WarpgroupPipeline.h"

namespace kernel_opt::schedule {

/// The loop over K of one product, or of several that are summed.
class ProductPipeline : WarpgroupPipeline {
public:
  ProductPipeline(gpu::GPUFuncOp func, ProductLoop loop,
                  const PipelineOptions &options)
      : WarpgroupPipeline(func, options, loop.anchor->getLoc()),
        loop(std::move(loop)) {}
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

  LogicalResult checkSizes();
  LogicalResult checkSplit();
  LogicalResult planOperand(ProductOperand &operand);
  void planProducts();
  void allocate();
  void initialize(OpBuilder &b);
  void eraseOld();

  Value rounds(OpBuilder &b);
  Value coordinate(OpBuilder &b, const Staged &s, unsigned dim, Value step,
                   int64_t panel);
  void fill(OpBuilder &b, Value stage, Value step);

  void indicesOf(OpBuilder &b, const Staged &s, Value stage, int64_t rowBlock,
                 int64_t k, SmallVectorImpl<Value> &indices);
  /// Adds the products of a step for 64 rows of the warpgroup.
  Value multiply(OpBuilder &b, Value stage, int64_t rowBlock, Value sum,
                 ArrayRef<Product> products);
  SmallVector<Value> multiplyAll(OpBuilder &b, Value stage, ValueRange sums);
  void refill(OpBuilder &b, Value done);
  void releaseStep(OpBuilder &b, Value step);
  SmallVector<Value> sumInside(OpBuilder &b);
  SmallVector<Value> sumPromoted(OpBuilder &b);

  /// By threads: the operands' tiles of a step, and their way to a stage.
  SmallVector<Value> bring(OpBuilder &b, Value step);
  void put(OpBuilder &b, ValueRange tiles, Value stage);
  SmallVector<Value> sumByThreads(OpBuilder &b);

  void produce(OpBuilder &b);
  void startWithoutProducer(OpBuilder &b);

  ProductLoop loop;
  SmallVector<Staged> staged; ///< parts of one operand follow each other
  SmallVector<ProductGroup> productGroups; ///< of `staged`
  int64_t stageBytes = 0;
  Value full, empty; ///< mbarriers, one a stage
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_PRODUCTPIPELINE_H
