//===- Math.cpp - Math functions with the accuracy that they promise --*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Math/IR/Math.h"
#include "Lowering.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;

//===----------------------------------------------------------------------===//
// Vectors and small types
//===----------------------------------------------------------------------===//

/// LLVM has these for vectors and for 16-bit types.
static bool isNative(Operation *op) {
  return isa<math::FmaOp, math::AbsFOp, math::AbsIOp, math::CopySignOp>(op);
}

/// The scalar op with the same name and attributes, in f32 where the type is
/// narrower: libdevice has f32 and f64 only, and rounds f32 well enough that
/// the second rounding does no harm.
static Value scalarCall(OpBuilder &b, Operation *op, ValueRange operands,
                        Type type) {
  Location loc = op->getLoc();
  auto isSmall = [](Type type) { return type.isF16() || type.isBF16(); };
  SmallVector<Value> arguments;
  for (Value operand : operands)
    arguments.push_back(
        isSmall(operand.getType())
            ? arith::ExtFOp::create(b, loc, b.getF32Type(), operand).getResult()
            : operand);
  Type callType = isSmall(type) ? b.getF32Type() : type;
  mlir::OperationState state(loc, op->getName(), arguments, {callType},
                             op->getAttrs());
  Value result = b.create(state)->getResult(0);
  if (callType != type)
    result = arith::TruncFOp::create(b, loc, type, result);
  return result;
}

void kernel_opt::expandMath(gpu::GPUFuncOp kernel) {
  SmallVector<Operation *> calls;
  kernel.walk([&](Operation *op) {
    if (!isa_and_nonnull<math::MathDialect>(op->getDialect()) ||
        op->getNumResults() != 1 || isNative(op))
      return;
    Type type = op->getResult(0).getType();
    Type element = mlir::getElementTypeOrSelf(type);
    if (isa<VectorType>(type) || element.isF16() || element.isBF16())
      calls.push_back(op);
  });
  for (Operation *op : calls) {
    OpBuilder b(op);
    Type type = op->getResult(0).getType();
    auto vector = dyn_cast<VectorType>(type);
    Value result;
    if (!vector) {
      result = scalarCall(b, op, op->getOperands(), type);
    } else {
      SmallVector<Value> elements;
      for (int64_t i = 0, e = vector.getNumElements(); i < e; ++i) {
        SmallVector<Value> operands;
        for (Value operand : op->getOperands())
          operands.push_back(
              isa<VectorType>(operand.getType())
                  ? vector::ExtractOp::create(b, op->getLoc(), operand, i)
                        .getResult()
                  : operand);
        elements.push_back(
            scalarCall(b, op, operands, vector.getElementType()));
      }
      result =
          vector::FromElementsOp::create(b, op->getLoc(), vector, elements);
    }
    op->getResult(0).replaceAllUsesWith(result);
    op->erase();
  }
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {

/// An f32 function that is one instruction: `exact` if flags allow nothing (or
/// null: left to libdevice), `approximate` with afn.
template <typename Op>
struct IntrinsicPattern : mlir::ConvertOpToLLVMPattern<Op> {
  IntrinsicPattern(const mlir::LLVMTypeConverter &converter,
                   const char *approximate, const char *exact32,
                   const char *exact64)
      : mlir::ConvertOpToLLVMPattern<Op>(converter, /*benefit=*/10),
        approximate(approximate), exact32(exact32), exact64(exact64) {}

  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Type type = op.getType();
    bool afn = bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::afn);
    const char *name = nullptr;
    if (type.isF32())
      name = afn ? approximate : exact32;
    else if (type.isF64())
      name = exact64;
    if (!name)
      return failure();
    b.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, type, b.getStringAttr(name), ValueRange{adaptor.getOperand()});
    return success();
  }

  const char *approximate, *exact32, *exact64;
};

/// exp2 whose subnormal results do not count is one instruction and no more.
struct FlushedExp2Pattern : mlir::ConvertOpToLLVMPattern<math::Exp2Op> {
  explicit FlushedExp2Pattern(const mlir::LLVMTypeConverter &converter)
      : ConvertOpToLLVMPattern(converter, /*benefit=*/20) {}
  LogicalResult matchAndRewrite(math::Exp2Op op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    if (!op.getType().isF32() || !op->hasAttr(kgpu::kFlushAttrName))
      return failure();
    b.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, op.getType(), b.getStringAttr("llvm.nvvm.ex2.approx.ftz"),
        ValueRange{adaptor.getOperand()});
    return success();
  }
};

/// tanh with afn is one instruction, for which LLVM has no intrinsic.
struct ApproximateTanhPattern : mlir::ConvertOpToLLVMPattern<math::TanhOp> {
  explicit ApproximateTanhPattern(const mlir::LLVMTypeConverter &converter)
      : ConvertOpToLLVMPattern(converter, /*benefit=*/10) {}
  LogicalResult matchAndRewrite(math::TanhOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    if (!op.getType().isF32() ||
        !bitEnumContainsAll(op.getFastmath(), arith::FastMathFlags::afn))
      return failure();
    b.replaceOp(op, emitAsm(b, op.getLoc(), b.getF32Type(),
                            "tanh.approx.f32 $0, $1;", "=f,f",
                            {adaptor.getOperand()}, /*hasSideEffects=*/false));
    return success();
  }
};

} // namespace

void kernel_opt::populateMathPatterns(const mlir::LLVMTypeConverter &converter,
                                      RewritePatternSet &patterns) {
  mlir::populateMathToLLVMConversionPatterns(converter, patterns,
                                             /*approximateLog1p=*/false);
  // llvm.exp and the like cannot be selected, so libdevice comes first.
  mlir::populateLibDeviceConversionPatterns(converter, patterns,
                                            /*benefit=*/5);
  // llvm.sqrt and llvm.exp2 may become approximations without being asked to.
  patterns.add<IntrinsicPattern<math::SqrtOp>>(
      converter, "llvm.nvvm.sqrt.approx.f", "llvm.nvvm.sqrt.rn.f",
      "llvm.nvvm.sqrt.rn.d");
  patterns.add<IntrinsicPattern<math::Exp2Op>>(
      converter, "llvm.nvvm.ex2.approx", nullptr, nullptr);
  patterns.add<ApproximateTanhPattern, FlushedExp2Pattern>(converter);
}
