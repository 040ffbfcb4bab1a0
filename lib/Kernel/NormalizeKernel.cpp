//===- NormalizeKernel.cpp - The form that schedules expect -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FormKernels.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

/// Whether `op` is a transpose, broadcast or copy of its input.
static bool isPlainMovement(Operation *op) {
  return isa_and_nonnull<linalg::LinalgOp>(op) &&
         classify(op) == OpClass::Movement;
}

namespace {
/// linalg.exp, linalg.map, linalg.transpose and the like as linalg.generic;
/// contractions too where a transpose can become one of their indexing maps.
struct Generalize : mlir::OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (isa<linalg::GenericOp>(op))
      return failure();
    OpClass opClass = classify(op);
    bool isWanted =
        opClass == OpClass::Elementwise || opClass == OpClass::Movement ||
        (opClass == OpClass::Contraction &&
         llvm::any_of(op.getDpsInputOperands(), [](OpOperand *input) {
           return isPlainMovement(input->get().getDefiningOp());
         }));
    if (!isWanted)
      return failure();
    return linalg::generalizeNamedOp(rewriter, op);
  }
};
} // namespace

/// Which producers are fused into their readers.
static bool isFused(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  Operation *consumer = operand->getOwner();
  if (!producer)
    return false;
  if (isPlainMovement(producer))
    return true;
  OpClass reader = classify(consumer);
  return classify(producer) == OpClass::Elementwise &&
         (reader == OpClass::Elementwise || reader == OpClass::Movement) &&
         producer->hasOneUse();
}

LogicalResult kernel::normalizeKernel(kopt::KernelOp kernel) {
  mlir::MLIRContext *context = kernel->getContext();
  mlir::GreedyRewriteConfig config;
  // Folding would merge literals that stand for different values.
  config.enableFolding(false).enableConstantCSE(false);
  auto run = [&](RewritePatternSet &&patterns) {
    return mlir::applyPatternsGreedily(kernel.getBody(), std::move(patterns),
                                       config);
  };
  RewritePatternSet first(context);
  linalg::populateElementwiseToLinalgConversionPatterns(first);
  first.add<Generalize>(context);
  if (failed(run(std::move(first))))
    return kernel.emitOpError("cannot be brought into the form of schedules");
  RewritePatternSet second(context);
  linalg::populateElementwiseOpsFusionPatterns(second, isFused);
  if (failed(run(std::move(second))))
    return kernel.emitOpError("cannot be brought into the form of schedules");
  return success();
}
