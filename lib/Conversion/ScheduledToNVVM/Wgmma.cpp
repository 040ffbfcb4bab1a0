//===- Wgmma.cpp - Matrix products of warpgroups ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Accumulators in flight are structs of f32, which inline assembly takes and
// gives as one register per field. They are tied to themselves from one wgmma
// to the next and through the wait, so that nothing that reads them can move
// before it.
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

namespace {

/// "0,1,2,...": inputs tied to the outputs of the same number.
std::string tiedTo(unsigned first, unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i)
    text += (i ? "," : "") + std::to_string(first + i);
  return text;
}

/// The 64-bit descriptor of a matrix in shared memory (PTX ISA, "Matrix
/// descriptor format"). All fields count units of 16 bytes.
Value descriptorOf(OpBuilder &b, Location loc, MemRefType type, Value base,
                   ValueRange indices, Major major) {
  int64_t bytes = type.getElementTypeBitWidth() / 8;
  int64_t span = getSharedSpace(type).getSwizzle();
  ArrayRef<int64_t> shape = type.getShape();
  // Eight rows of a panel make one atom. Along the rows (M or N if K is
  // contiguous, otherwise K) one atom follows the other.
  int64_t stride = 8 * span;
  // Across panels; nothing is read across panels when K is contiguous.
  int64_t leading = 16;
  if (major == Major::MN)
    leading = shape[shape.size() - 2] * shape.back() * bytes;
  int64_t mode = span == 128 ? 1 : span == 64 ? 2 : 3;
  uint64_t fixed = (static_cast<uint64_t>(leading / 16) & 0x3fff) << 16 |
                   (static_cast<uint64_t>(stride / 16) & 0x3fff) << 32 |
                   static_cast<uint64_t>(mode) << 62;
  Value address = sharedAddress(b, loc, type, base, indices, /*swizzle=*/false);
  Value units = LLVM::AndOp::create(
      b, loc, LLVM::LShrOp::create(b, loc, address, constant32(b, loc, 4)),
      constant32(b, loc, 0x3fff));
  Value wide = LLVM::ZExtOp::create(b, loc, b.getI64Type(), units);
  return LLVM::OrOp::create(
      b, loc, wide,
      constantOf(b, loc, b.getI64Type(), static_cast<int64_t>(fixed)));
}

/// Passes registers through `text` unchanged; they are not read before it nor
/// written after it.
SmallVector<Value> passThrough(OpBuilder &b, Location loc, StringRef text,
                               ValueRange registers) {
  if (registers.empty()) {
    emitAsm(b, loc, {}, text, "", {});
    return {};
  }
  std::string outputs;
  for (Value value : registers)
    outputs += std::string(outputs.empty() ? "" : ",") +
               (value.getType().isF32() ? "=f" : "=r");
  unsigned count = registers.size();
  Type result = registers[0].getType();
  if (count > 1)
    result = LLVM::LLVMStructType::getLiteral(
        b.getContext(), SmallVector<Type>(registers.getTypes()));
  Value passed = emitAsm(b, loc, result, text, outputs + "," + tiedTo(0, count),
                         registers);
  return count == 1 ? SmallVector<Value>{passed} : fieldsOf(b, loc, passed);
}

StringRef elementName(Type type) {
  return type.isF16() ? "f16" : type.isBF16() ? "bf16" : "tf32";
}

/// On a wgmma whose registers went through a fence already.
constexpr StringLiteral fencedAttrName = "fenced";

struct WgmmaPattern : KernelPattern<WgmmaOp> {
  using KernelPattern::KernelPattern;

  LogicalResult matchAndRewrite(WgmmaOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    unsigned count = op.getResult().getType().getCount();
    SmallVector<Value> acc, a;
    if (op.getAcc())
      acc = isa<VectorType>(op.getAcc().getType())
                ? elementsOf(b, loc, adaptor.getAcc())
                : fieldsOf(b, loc, adaptor.getAcc());
    bool registersA = isa<VectorType>(op.getA().getType());
    if (registersA)
      a = toRegisters32(b, loc, adaptor.getA());
    fenceRegisters(b, op, acc, a);

    auto bType = cast<MemRefType>(op.getB().getType());
    SmallVector<Value> inputs;
    if (registersA)
      inputs = a;
    else
      inputs.push_back(
          descriptorOf(b, loc, cast<MemRefType>(op.getA().getType()),
                       adaptor.getA(), adaptor.getAIndices(), op.getAMajor()));
    inputs.push_back(descriptorOf(b, loc, bType, adaptor.getB(),
                                  adaptor.getBIndices(), op.getBMajor()));
    SmallVector<Value> operands(inputs);
    llvm::append_range(operands, acc);
    std::string constraints =
        repeated("=f", count) + "," +
        (registersA ? repeated("r", a.size()) + ",l" : "l,l");
    if (!acc.empty())
      constraints += "," + tiedTo(0, count);
    Type result = getTypeConverter()->convertType(op.getResult().getType());
    b.replaceOp(op,
                emitAsm(b, loc, result, text(op, count, a.size(), !acc.empty()),
                        constraints, operands));
    return success();
  }

  /// Registers that ordinary instructions wrote need a fence before wgmma reads
  /// them; tying them to it keeps those instructions in front.
  void fenceRegisters(OpBuilder &b, WgmmaOp op, SmallVector<Value> &acc,
                      SmallVector<Value> &a) const {
    if (op->hasAttr(fencedAttrName))
      return;
    bool accIsVector = op.getAcc() && isa<VectorType>(op.getAcc().getType());
    SmallVector<Value> written;
    if (accIsVector)
      llvm::append_range(written, acc);
    llvm::append_range(written, a);
    if (written.empty())
      return;
    SmallVector<Value> fenced =
        passThrough(b, op.getLoc(), "wgmma.fence.sync.aligned;", written);
    if (accIsVector)
      acc.assign(fenced.begin(), fenced.begin() + acc.size());
    a.assign(fenced.end() - a.size(), fenced.end());
  }

  std::string text(WgmmaOp op, unsigned count, unsigned registersOfA,
                   bool accumulate) const {
    Type element = cast<MemRefType>(op.getB().getType()).getElementType();
    StringRef name = elementName(element);
    ArrayRef<int64_t> shape = op.getShape();
    std::string a = registersOfA ? registerList(count, registersOfA)
                                 : "$" + std::to_string(count);
    std::string bb = "$" + std::to_string(count + std::max(registersOfA, 1u));
    std::string text = "{\n.reg .pred p;\nsetp.ne.b32 p, " +
                       std::string(accumulate ? "1" : "0") +
                       ", 0;\nwgmma.mma_async.sync.aligned.m64n" +
                       std::to_string(shape[1]) + "k" +
                       std::to_string(shape[2]) + ".f32." + name.str() + "." +
                       name.str() + " " + registerList(0, count) + ", " + a +
                       ", " + bb + ", p, 1, 1";
    // Only 16-bit types can be transposed, and only in shared memory.
    if (!element.isF32()) {
      if (!registersOfA)
        text += op.getAMajor() == Major::MN ? ", 1" : ", 0";
      text += op.getBMajor() == Major::MN ? ", 1" : ", 0";
    }
    return text + ";\n}";
  }
};

struct WgmmaWaitPattern : KernelPattern<WgmmaWaitOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(WgmmaWaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    std::string text = "wgmma.wait_group.sync.aligned " +
                       std::to_string(op.getPending()) + ";";
    SmallVector<Value> registers;
    for (Value pending : adaptor.getInFlight())
      llvm::append_range(registers, fieldsOf(b, loc, pending));
    SmallVector<Value> done = passThrough(b, loc, text, registers);
    SmallVector<Value> vectors;
    size_t next = 0;
    for (Type type : op.getValues().getTypes()) {
      auto vector = cast<VectorType>(type);
      size_t count = vector.getNumElements();
      vectors.push_back(
          vectorOf(b, loc, ValueRange(done).slice(next, count), vector));
      next += count;
    }
    b.replaceOp(op, vectors);
    return success();
  }
};

} // namespace

/// The wgmma that follow a fence, up to the end of their group.
static SmallVector<WgmmaOp> groupBehind(WgmmaFenceOp fence) {
  SmallVector<WgmmaOp> group;
  for (Operation *op = fence->getNextNode();
       op && !isa<WgmmaCommitOp, WgmmaFenceOp, WgmmaWaitOp>(op);
       op = op->getNextNode())
    if (auto wgmma = dyn_cast<WgmmaOp>(op))
      group.push_back(wgmma);
  return group;
}

/// Makes `value` stand before `place`; false if that takes more than to move
/// the cut of a vector.
static bool bringBefore(Value value, Operation *place) {
  Operation *op = value.getDefiningOp();
  auto isKnown = [&](Operation *definition) {
    return !definition || definition->getBlock() != place->getBlock() ||
           definition->isBeforeInBlock(place);
  };
  if (isKnown(op))
    return true;
  if (!isa<vector::ShuffleOp>(op) ||
      !llvm::all_of(op->getOperands(),
                    [&](Value v) { return isKnown(v.getDefiningOp()); }))
    return false;
  op->moveBefore(place);
  return true;
}

void kernel_opt::joinWgmmaFences(gpu::GPUFuncOp kernel) {
  SmallVector<WgmmaFenceOp> fences;
  kernel.walk([&](WgmmaFenceOp fence) { fences.push_back(fence); });
  for (WgmmaFenceOp fence : fences) {
    SmallVector<WgmmaOp> group = groupBehind(fence);
    SmallVector<OpOperand *> vectors;
    bool fits = true;
    for (WgmmaOp wgmma : group)
      for (OpOperand &operand : wgmma->getOpOperands())
        if (isa<VectorType>(operand.get().getType())) {
          fits &= bringBefore(operand.get(), group.front());
          vectors.push_back(&operand);
        }
    if (!fits || vectors.empty())
      continue;
    OpBuilder b(group.front());
    Location loc = fence.getLoc();
    SmallVector<Value> registers;
    for (OpOperand *operand : vectors)
      llvm::append_range(
          registers,
          mlir::getElementTypeOrSelf(operand->get().getType()).isF32()
              ? elementsOf(b, loc, operand->get())
              : toRegisters32(b, loc, operand->get()));
    SmallVector<Value> fenced =
        passThrough(b, loc, "wgmma.fence.sync.aligned;", registers);
    ArrayRef<Value> left(fenced);
    for (OpOperand *operand : vectors) {
      auto type = cast<VectorType>(operand->get().getType());
      bool whole = type.getElementType().isF32();
      size_t count = whole ? type.getNumElements() : type.getNumElements() / 2;
      operand->set(whole
                       ? vectorOf(b, loc, left.take_front(count), type)
                       : fromRegisters32(b, loc, left.take_front(count), type));
      left = left.drop_front(count);
    }
    for (WgmmaOp wgmma : group)
      wgmma->setAttr(fencedAttrName, b.getUnitAttr());
    fence.erase();
  }
}

void kernel_opt::populateWgmmaPatterns(const mlir::LLVMTypeConverter &converter,
                                       const KernelFacts &facts,
                                       RewritePatternSet &patterns) {
  patterns.add<WgmmaPattern, WgmmaWaitPattern>(converter, facts);
}
