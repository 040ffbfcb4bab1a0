//===- Warp.cpp - Shuffles, reductions and matrix products of warps --*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

namespace {

//===----------------------------------------------------------------------===//
// Shuffles
//===----------------------------------------------------------------------===//

/// One shfl.sync of 32 bits with all lanes taking part. `clamp` is the
/// instruction's c operand. With `inRange`, gives a struct of value and i1.
Value shuffle32(OpBuilder &b, Location loc, StringRef mode, Value value,
                Value lane, Value clamp, bool inRange) {
  Type i32 = b.getI32Type();
  Type result = i32;
  std::string name = "llvm.nvvm.shfl.sync." + mode.str() + ".i32";
  if (inRange) {
    name += "p";
    result =
        LLVM::LLVMStructType::getLiteral(b.getContext(), {i32, b.getI1Type()});
  }
  return LLVM::CallIntrinsicOp::create(
             b, loc, result, b.getStringAttr(name),
             ValueRange{constant32(b, loc, -1), value, lane, clamp})
      .getResult(0);
}

/// A value of up to 64 bits cut into i32 words.
SmallVector<Value> toWords(OpBuilder &b, Location loc, Value value) {
  unsigned bits = value.getType().getIntOrFloatBitWidth();
  Type intType = b.getIntegerType(bits);
  if (value.getType() != intType)
    value = LLVM::BitcastOp::create(b, loc, intType, value);
  if (bits == 32)
    return {value};
  if (bits < 32)
    return {LLVM::ZExtOp::create(b, loc, b.getI32Type(), value)};
  return elementsOf(b, loc,
                    LLVM::BitcastOp::create(
                        b, loc, VectorType::get({2}, b.getI32Type()), value));
}

Value fromWords(OpBuilder &b, Location loc, ValueRange words, Type type) {
  unsigned bits = type.getIntOrFloatBitWidth();
  Value value = words[0];
  if (words.size() == 2)
    value = vectorOf(b, loc, words, VectorType::get({2}, b.getI32Type()));
  else if (bits < 32)
    value = LLVM::TruncOp::create(b, loc, b.getIntegerType(bits), value);
  if (value.getType() == type)
    return value;
  return LLVM::BitcastOp::create(b, loc, type, value);
}

struct ShufflePattern : mlir::ConvertOpToLLVMPattern<gpu::ShuffleOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;

  StringRef modeName(gpu::ShuffleMode mode) const {
    switch (mode) {
    case gpu::ShuffleMode::XOR:
      return "bfly";
    case gpu::ShuffleMode::UP:
      return "up";
    case gpu::ShuffleMode::DOWN:
      return "down";
    case gpu::ShuffleMode::IDX:
      return "idx";
    }
    llvm_unreachable("all modes are listed");
  }

  LogicalResult matchAndRewrite(gpu::ShuffleOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    if (!adaptor.getValue().getType().isIntOrFloat())
      return b.notifyMatchFailure(op, "expected a scalar");
    // c = (32 - width) << 8 | last lane of the segment; 0 for `up`.
    Value segment = LLVM::ShlOp::create(
        b, loc,
        LLVM::SubOp::create(b, loc, constant32(b, loc, 32), adaptor.getWidth()),
        constant32(b, loc, 8));
    Value clamp = segment;
    if (op.getMode() != gpu::ShuffleMode::UP)
      clamp = LLVM::OrOp::create(b, loc, segment, constant32(b, loc, 31));
    Value valid;
    SmallVector<Value> words;
    for (Value word : toWords(b, loc, adaptor.getValue())) {
      Value pair = shuffle32(b, loc, modeName(op.getMode()), word,
                             adaptor.getOffset(), clamp, /*inRange=*/true);
      SmallVector<Value> fields = fieldsOf(b, loc, pair);
      words.push_back(fields[0]);
      valid = fields[1];
    }
    b.replaceOp(
        op, {fromWords(b, loc, words, adaptor.getValue().getType()), valid});
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Reductions
//===----------------------------------------------------------------------===//

Value combineFloat(OpBuilder &b, Location loc, CombineKind kind, Value x,
                   Value y) {
  switch (kind) {
  case CombineKind::Add:
    return LLVM::FAddOp::create(b, loc, x, y);
  case CombineKind::Mul:
    return LLVM::FMulOp::create(b, loc, x, y);
  case CombineKind::Max:
    return LLVM::MaximumOp::create(b, loc, x, y);
  case CombineKind::Min:
    return LLVM::MinimumOp::create(b, loc, x, y);
  case CombineKind::MaxNum:
    return LLVM::MaxNumOp::create(b, loc, x, y);
  case CombineKind::MinNum:
    return LLVM::MinNumOp::create(b, loc, x, y);
  default:
    llvm_unreachable("the verifier keeps integer kinds away from floats");
  }
}

Value combineInteger(OpBuilder &b, Location loc, CombineKind kind, Value x,
                     Value y) {
  switch (kind) {
  case CombineKind::Add:
    return LLVM::AddOp::create(b, loc, x, y);
  case CombineKind::Mul:
    return LLVM::MulOp::create(b, loc, x, y);
  case CombineKind::Max:
    return LLVM::SMaxOp::create(b, loc, x, y);
  case CombineKind::Min:
    return LLVM::SMinOp::create(b, loc, x, y);
  case CombineKind::MaxU:
    return LLVM::UMaxOp::create(b, loc, x, y);
  case CombineKind::MinU:
    return LLVM::UMinOp::create(b, loc, x, y);
  case CombineKind::And:
    return LLVM::AndOp::create(b, loc, x, y);
  case CombineKind::Or:
    return LLVM::OrOp::create(b, loc, x, y);
  case CombineKind::Xor:
    return LLVM::XOrOp::create(b, loc, x, y);
  default:
    llvm_unreachable("the verifier keeps float kinds away from integers");
  }
}

Value reduceScalar(OpBuilder &b, Location loc, WarpReduceOp op, Value value) {
  Type type = value.getType();
  for (int64_t bit : op.getLaneBits()) {
    SmallVector<Value> words;
    for (Value word : toWords(b, loc, value))
      words.push_back(shuffle32(b, loc, "bfly", word,
                                constant32(b, loc, int64_t(1) << bit),
                                constant32(b, loc, 31), /*inRange=*/false));
    Value other = fromWords(b, loc, words, type);
    value = isa<FloatType>(type)
                ? combineFloat(b, loc, op.getKind(), value, other)
                : combineInteger(b, loc, op.getKind(), value, other);
  }
  return value;
}

struct WarpReducePattern : mlir::ConvertOpToLLVMPattern<WarpReduceOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(WarpReduceOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value value = adaptor.getValue();
    auto vector = dyn_cast<VectorType>(value.getType());
    if (!vector) {
      b.replaceOp(op, reduceScalar(b, loc, op, value));
      return success();
    }
    SmallVector<Value> elements;
    for (Value element : elementsOf(b, loc, value))
      elements.push_back(reduceScalar(b, loc, op, element));
    b.replaceOp(op, vectorOf(b, loc, elements, vector));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// mma.sync, ldmatrix, stmatrix
//===----------------------------------------------------------------------===//

struct MmaPattern : mlir::ConvertOpToLLVMPattern<MmaOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(MmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Type element = cast<VectorType>(op.getA().getType()).getElementType();
    std::string name = element.isF16()    ? "f16"
                       : element.isBF16() ? "bf16"
                                          : "tf32";
    SmallVector<Value> a = toRegisters32(b, loc, adaptor.getA());
    SmallVector<Value> bb = toRegisters32(b, loc, adaptor.getB());
    SmallVector<Value> operands(a);
    llvm::append_range(operands, bb);
    llvm::append_range(operands, elementsOf(b, loc, adaptor.getAcc()));
    unsigned na = a.size(), nb = bb.size();
    std::string text = "mma.sync.aligned.m16n8k" +
                       std::to_string(op.getShape()[2]) + ".row.col.f32." +
                       name + "." + name + ".f32 " + registerList(0, 4) + ", " +
                       registerList(4, na) + ", " + registerList(4 + na, nb) +
                       ", " + registerList(4 + na + nb, 4) + ";";
    Type f32 = b.getF32Type();
    Type result =
        LLVM::LLVMStructType::getLiteral(b.getContext(), {f32, f32, f32, f32});
    Value d = emitAsm(b, loc, result, text,
                      repeated("=f", 4) + "," + repeated("r", na + nb) + "," +
                          repeated("f", 4),
                      operands, /*hasSideEffects=*/false);
    b.replaceOp(op, vectorOf(b, loc, fieldsOf(b, loc, d),
                             cast<VectorType>(op.getResult().getType())));
    return success();
  }
};

/// "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16" and the like.
std::string matrixOpcode(StringRef name, unsigned matrices, bool transpose) {
  return name.str() + ".sync.aligned.m8n8.x" + std::to_string(matrices) +
         (transpose ? ".trans" : "") + ".shared.b16 ";
}

struct LoadMatrixPattern : KernelPattern<LoadMatrixOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(LoadMatrixOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    auto type = cast<VectorType>(op.getResult().getType());
    unsigned n = type.getNumElements() / 2;
    Value address =
        sharedAddress(b, loc, cast<MemRefType>(op.getMemref().getType()),
                      adaptor.getMemref(), adaptor.getIndices());
    Type result = b.getI32Type();
    if (n > 1)
      result = LLVM::LLVMStructType::getLiteral(
          b.getContext(), SmallVector<Type>(n, b.getI32Type()));
    Value loaded =
        emitAsm(b, loc, result,
                matrixOpcode("ldmatrix", n, op.getTranspose()) +
                    registerList(0, n) + ", [$" + std::to_string(n) + "];",
                repeated("=r", n) + ",r", {address});
    SmallVector<Value> registers{loaded};
    if (n > 1)
      registers = fieldsOf(b, loc, loaded);
    b.replaceOp(op, fromRegisters32(b, loc, registers, type));
    return success();
  }
};

struct StoreMatrixPattern : KernelPattern<StoreMatrixOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(StoreMatrixOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    SmallVector<Value> registers = toRegisters32(b, loc, adaptor.getValue());
    unsigned n = registers.size();
    Value address =
        sharedAddress(b, loc, cast<MemRefType>(op.getMemref().getType()),
                      adaptor.getMemref(), adaptor.getIndices());
    SmallVector<Value> operands{address};
    llvm::append_range(operands, registers);
    emitAsm(b, loc, {},
            matrixOpcode("stmatrix", n, op.getTranspose()) + "[$0], " +
                registerList(1, n) + ";",
            "r," + repeated("r", n), operands);
    b.eraseOp(op);
    return success();
  }
};

} // namespace

void kernel_opt::populateWarpPatterns(const mlir::LLVMTypeConverter &converter,
                                      const KernelFacts &facts,
                                      RewritePatternSet &patterns) {
  patterns.add<ShufflePattern, WarpReducePattern, MmaPattern>(converter);
  patterns.add<LoadMatrixPattern, StoreMatrixPattern>(converter, facts);
}
