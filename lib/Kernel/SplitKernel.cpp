//===- SplitKernel.cpp - Several kernels out of one -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/FusionGraph.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "mlir/IR/IRMapping.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

/// The operations whose results become results of kernels, in program order.
static SmallVector<Operation *> storedOps(kopt::KernelOp kernel,
                                          SplitBy splitBy) {
  DenseSet<Operation *> yielded;
  for (Value value : kernel.getYield().getValues())
    if (Operation *op = value.getDefiningOp())
      yielded.insert(op);
  SmallVector<Operation *> stored;
  for (Operation &op : kernel.getBlock()->without_terminator()) {
    bool computes = !isFree(classify(&op)) && classify(&op) != OpClass::Scalar;
    if (yielded.contains(&op) ||
        (splitBy == SplitBy::Operations && computes && !op.use_empty()))
      stored.push_back(&op);
  }
  return stored;
}

namespace {
/// One kernel: an operation whose results are stored, and what it needs of the
/// others up to stored values.
struct Part {
  explicit Part(Operation *stored, const DenseMap<Value, Value> &outside) {
    collect(stored, outside);
  }
  void collect(Operation *op, const DenseMap<Value, Value> &outside) {
    if (ops.contains(op))
      return;
    for (Value value : usedValues(op)) {
      Operation *producer = value.getDefiningOp();
      if (outside.contains(value))
        inputs.insert(value);
      else if (producer && producer->getBlock() == op->getBlock())
        collect(producer, outside);
    }
    ops.insert(op);
  }

  SetVector<Operation *> ops; ///< in an order in which they can stand
  SetVector<Value> inputs;
};
} // namespace

/// The results of `op` that the kernel around it yields or other parts read.
static SmallVector<Value> neededResults(Operation *op) {
  SmallVector<Value> needed;
  for (Value result : op->getResults())
    if (!result.use_empty())
      needed.push_back(result);
  return needed;
}

SmallVector<kopt::KernelOp>
kernel::splitKernel(kopt::KernelOp kernel, StringRef prefix, SplitBy splitBy) {
  SmallVector<kopt::KernelOp> parts;
  // Values of the kernel that have one outside of it by now.
  DenseMap<Value, Value> outside;
  for (auto [argument, operand] :
       llvm::zip_equal(kernel.getBlock()->getArguments(), kernel.getInputs()))
    outside[argument] = operand;
  OpBuilder builder(kernel);
  for (Operation *stored : storedOps(kernel, splitBy)) {
    Part part(stored, outside);
    SmallVector<Value> results = neededResults(stored), operands;
    for (Value input : part.inputs)
      operands.push_back(outside.lookup(input));
    auto made = kopt::KernelOp::create(
        builder, stored->getLoc(), mlir::ValueRange(results).getTypes(),
        (prefix + mlir::Twine(parts.size())).str(), operands);
    made.setContractAttr(kernel.getContractAttr());
    IRMapping mapping;
    mapping.map(part.inputs.getArrayRef(), made.getBlock()->getArguments());
    OpBuilder inside = OpBuilder::atBlockEnd(made.getBlock());
    for (Operation *op : part.ops)
      inside.clone(*op, mapping);
    kopt::YieldOp::create(inside, stored->getLoc(),
                          llvm::map_to_vector(results, [&](Value value) {
                            return mapping.lookup(value);
                          }));
    for (auto [result, outer] : llvm::zip_equal(results, made.getResults()))
      outside[result] = outer;
    parts.push_back(made);
  }
  for (auto [result, yielded] :
       llvm::zip_equal(kernel.getResults(), kernel.getYield().getValues()))
    result.replaceAllUsesWith(outside.lookup(yielded));
  kernel.erase();
  return parts;
}
