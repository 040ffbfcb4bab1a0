//===- AtenToLinalg.cpp - From aten to linalg -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Conversion/AtenToLinalg/AtenToLinalg.h"
#include "Lowering.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace kernel_opt {
#define GEN_PASS_DEF_CONVERTATENTOLINALG
#include "kernel-opt/Conversion/AtenToLinalg/Passes.h.inc"
} // namespace kernel_opt

using namespace kernel_opt;

static const LoweringTable &getTable() {
  static const LoweringTable table = [] {
    LoweringTable result;
    addPointwiseLowerings(result);
    addActivationLowerings(result);
    addReductionLowerings(result);
    addNormalizationLowerings(result);
    addContractionLowerings(result);
    addAttentionLowerings(result);
    addConvolutionLowerings(result);
    addPoolingLowerings(result);
    addViewLowerings(result);
    addPlacementLowerings(result);
    addIndexingLowerings(result);
    addLossLowerings(result);
    addRecurrenceLowerings(result);
    addScanLowerings(result);
    return result;
  }();
  return table;
}

LogicalResult kernel_opt::lowerAtenOp(RewriterBase &rewriter, Operation *op) {
  LoweringTable::Function lower = getTable().lookup(op);
  if (!lower)
    return op->emitOpError("has no lowering to linalg");
  OpBuilder::InsertionGuard guard(rewriter);
  rewriter.setInsertionPoint(op);
  Lowering lowering(rewriter, op);
  return lower(op, lowering);
}

LogicalResult kernel_opt::lowerAtenOps(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk<mlir::WalkOrder::PreOrder>([&](Operation *op) {
    // The programs of a rule are patterns, not something to compile.
    if (isa<kopt::RuleOp>(op))
      return mlir::WalkResult::skip();
    if (isa_and_present<aten::AtenDialect>(op->getDialect()))
      ops.push_back(op);
    return mlir::WalkResult::advance();
  });
  IRRewriter rewriter(root->getContext());
  bool failedAny = false;
  for (Operation *op : ops)
    failedAny |= failed(lowerAtenOp(rewriter, op));
  return failure(failedAny);
}

namespace {
struct ConvertAtenToLinalg
    : impl::ConvertAtenToLinalgBase<ConvertAtenToLinalg> {
  using ConvertAtenToLinalgBase::ConvertAtenToLinalgBase;

  void runOnOperation() override {
    if (failed(lowerAtenOps(getOperation())))
      signalPassFailure();
  }
};
} // namespace
