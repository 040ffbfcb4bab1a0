//===- LaunchBufferization.cpp - How kopt.launch bufferizes -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;
using bufferization::AnalysisState;
using bufferization::BufferizationOptions;
using bufferization::BufferizationState;

namespace {
struct LaunchModel
    : bufferization::DstBufferizableOpInterfaceExternalModel<LaunchModel,
                                                             LaunchOp> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    // A kernel defines all of its outputs; what was there does not matter.
    return !cast<LaunchOp>(op).isDpsInit(&operand);
  }

  bool bufferizesToMemoryWrite(Operation *op, OpOperand &operand,
                               const AnalysisState &) const {
    auto launch = cast<LaunchOp>(op);
    if (launch.isDpsInit(&operand))
      return true;
    // No result is tied to a workspace, but whoever reads the operand later
    // must not see what the kernel left there.
    mlir::OperandRange workspaces = launch.getWorkspaces();
    unsigned number = operand.getOperandNumber();
    return !workspaces.empty() && number >= workspaces.getBeginOperandIndex();
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    mlir::OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPoint(op);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (isa<TensorType>(operand.getType())) {
        FailureOr<Value> buffer =
            bufferization::getBuffer(rewriter, operand, options, state);
        if (failed(buffer))
          return failure();
        operand = *buffer;
      }
      operands.push_back(operand);
    }
    // Sizes of the operand groups, and all else, are attributes.
    Operation *buffered = mlir::clone(rewriter, op, TypeRange(), operands);
    bufferization::replaceOpWithBufferizedValues(
        rewriter, op, cast<LaunchOp>(buffered).getOutputs());
    return success();
  }
};
} // namespace

void kopt::registerBufferizableOpInterfaceModels(DialectRegistry &registry) {
  registry.addExtension(+[](mlir::MLIRContext *context, KoptDialect *) {
    LaunchOp::attachInterface<LaunchModel>(*context);
  });
}
