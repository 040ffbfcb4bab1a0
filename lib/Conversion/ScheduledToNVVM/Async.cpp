//===- Async.cpp - cp.async and the tensor memory accelerator ---*- C++ -*-===//
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
// cp.async
//===----------------------------------------------------------------------===//

struct AsyncCopyPattern : KernelPattern<AsyncCopyOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(AsyncCopyOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    auto srcType = cast<MemRefType>(op.getSrc().getType());
    auto dstType = cast<MemRefType>(op.getDst().getType());
    int64_t bytes = op.getCount() * srcType.getElementTypeBitWidth() / 8;
    Value src = elementPointer(b, loc, srcType, adaptor.getSrc(),
                               adaptor.getSrcIndices());
    Value dst = sharedAddress(b, loc, dstType, adaptor.getDst(),
                              adaptor.getDstIndices());
    // Only 16 bytes may bypass L1.
    std::string text = std::string("cp.async.") + (bytes == 16 ? "cg" : "ca") +
                       ".shared.global [$0], [$1], " + std::to_string(bytes);
    SmallVector<Value> operands{dst, src};
    std::string constraints = "r,l";
    if (Value predicate = adaptor.getPredicate()) {
      // Nothing is read then, but the address should be one all the same.
      operands[1] =
          LLVM::SelectOp::create(b, loc, predicate, src, adaptor.getSrc());
      operands.push_back(LLVM::SelectOp::create(
          b, loc, predicate, constant32(b, loc, bytes), constant32(b, loc, 0)));
      text += ", $2";
      constraints += ",r";
    }
    emitAsm(b, loc, {}, text + ";", constraints, operands);
    b.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// TMA
//===----------------------------------------------------------------------===//

/// Coordinates as the instruction takes them: innermost first, 32 bits.
SmallVector<Value> tmaCoordinates(OpBuilder &b, Location loc,
                                  ValueRange coordinates) {
  SmallVector<Value> result;
  for (Value coordinate : llvm::reverse(coordinates))
    result.push_back(low32(b, loc, coordinate));
  return result;
}

/// Puts a predicate, operand `number`, before an instruction.
std::string predicated(const std::string &instruction, unsigned number) {
  return "{\n.reg .pred p;\nsetp.ne.b32 p, $" + std::to_string(number) +
         ", 0;\n@p " + instruction + "\n}";
}

/// Emits `instruction`, under `predicate` if there is one.
void emitPredicated(OpBuilder &b, Location loc, std::string instruction,
                    std::string constraints, SmallVector<Value> operands,
                    Value predicate) {
  if (predicate) {
    instruction = predicated(instruction, operands.size());
    operands.push_back(predicate32(b, loc, predicate));
    constraints += ",r";
  }
  emitAsm(b, loc, {}, instruction, constraints, operands);
}

struct TmaLoadPattern : KernelPattern<TmaLoadOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(TmaLoadOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    // The hardware swizzles by address, so the box goes to its plain place.
    Value dst = sharedAddress(b, loc, cast<MemRefType>(op.getDst().getType()),
                              adaptor.getDst(), adaptor.getDstIndices(),
                              /*swizzle=*/false);
    Value barrier =
        barrierAddress(b, loc, adaptor.getBarriers(), adaptor.getBarrier());
    unsigned rank = op.getCoordinates().size();
    SmallVector<Value> operands{dst, adaptor.getMap(), barrier};
    llvm::append_range(operands,
                       tmaCoordinates(b, loc, adaptor.getCoordinates()));
    std::string constraints = "r,l,r," + repeated("r", rank);
    std::string text = "cp.async.bulk.tensor." + std::to_string(rank) +
                       "d.shared::cluster.global.mbarrier::complete_tx::bytes";
    std::string tail = " [$0], [$1, " + registerList(3, rank) + "], [$2]";
    if (op.getMulticast()) {
      text += ".multicast::cluster";
      tail += ", $" + std::to_string(operands.size());
      constraints += ",h";
      operands.push_back(adaptor.getMulticast());
    }
    emitPredicated(b, loc, text + tail + ";", constraints, operands,
                   adaptor.getPredicate());
    b.eraseOp(op);
    return success();
  }
};

struct TmaStorePattern : KernelPattern<TmaStoreOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(TmaStoreOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value src = sharedAddress(b, loc, cast<MemRefType>(op.getSrc().getType()),
                              adaptor.getSrc(), adaptor.getSrcIndices(),
                              /*swizzle=*/false);
    unsigned rank = op.getCoordinates().size();
    SmallVector<Value> operands{src, adaptor.getMap()};
    llvm::append_range(operands,
                       tmaCoordinates(b, loc, adaptor.getCoordinates()));
    std::string text = "cp.async.bulk.tensor." + std::to_string(rank) +
                       "d.global.shared::cta.bulk_group [$1, " +
                       registerList(2, rank) + "], [$0];";
    emitPredicated(b, loc, text, "r,l," + repeated("r", rank), operands,
                   adaptor.getPredicate());
    b.eraseOp(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

struct MBarrierInitPattern : KernelPattern<MBarrierInitOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(MBarrierInitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    emitAsm(b, loc, {}, "mbarrier.init.shared::cta.b64 [$0], $1;", "r,r",
            {barrierAddress(b, loc, adaptor.getBarriers(), adaptor.getIndex()),
             constant32(b, loc, op.getArrivals())});
    b.eraseOp(op);
    return success();
  }
};

struct MBarrierArrivePattern : KernelPattern<MBarrierArriveOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(MBarrierArriveOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Value address =
        barrierAddress(b, loc, adaptor.getBarriers(), adaptor.getIndex());
    std::string space = "shared::cta";
    std::string text = "mbarrier.arrive";
    if (op.getBytes())
      text += ".expect_tx";
    if (op.getRank()) {
      address = emitAsm(b, loc, b.getI32Type(),
                        "mapa.shared::cluster.u32 $0, $1, $2;", "=r,r,r",
                        {address, low32(b, loc, adaptor.getRank())},
                        /*hasSideEffects=*/false);
      text += ".release.cluster";
      space = "shared::cluster";
    }
    text += "." + space + ".b64 _, [$0]";
    SmallVector<Value> operands{address};
    std::string constraints = "r";
    if (op.getBytes()) {
      operands.push_back(low32(b, loc, adaptor.getBytes()));
      text += ", $1";
      constraints += ",r";
    }
    emitPredicated(b, loc, text + ";", constraints, operands,
                   adaptor.getPredicate());
    b.eraseOp(op);
    return success();
  }
};

struct MBarrierWaitPattern : KernelPattern<MBarrierWaitOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(MBarrierWaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    // What arrived may come from any block of the cluster.
    StringRef scope = facts.hasClusters ? ".acquire.cluster" : "";
    // Labels inside braces are local, so the text may be duplicated.
    std::string text = "{\n.reg .pred p;\nretry:\n"
                       "mbarrier.try_wait.parity" +
                       scope.str() +
                       ".shared::cta.b64 p, [$0], $1;\n"
                       "@p bra.uni done;\nbra.uni retry;\ndone:\n}";
    Value parity =
        LLVM::ZExtOp::create(b, loc, b.getI32Type(), adaptor.getParity());
    emitAsm(b, loc, {}, text, "r,r",
            {barrierAddress(b, loc, adaptor.getBarriers(), adaptor.getIndex()),
             parity});
    b.eraseOp(op);
    return success();
  }
};

} // namespace

void kernel_opt::populateAsyncPatterns(const mlir::LLVMTypeConverter &converter,
                                       const KernelFacts &facts,
                                       RewritePatternSet &patterns) {
  patterns.add<AsyncCopyPattern, TmaLoadPattern, TmaStorePattern,
               MBarrierInitPattern, MBarrierArrivePattern, MBarrierWaitPattern>(
      converter, facts);
}
