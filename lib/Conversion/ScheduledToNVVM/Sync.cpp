//===- Sync.cpp - Barriers, fences, groups and signals ----------*- C++ -*-===//
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
// Operations that are one fixed text
//===----------------------------------------------------------------------===//

std::string textOf(AsyncCommitOp) { return "cp.async.commit_group;"; }
std::string textOf(AsyncWaitOp op) {
  return "cp.async.wait_group " + std::to_string(op.getPending()) + ";";
}
std::string textOf(BulkCommitOp) { return "cp.async.bulk.commit_group;"; }
std::string textOf(BulkWaitOp op) {
  return std::string("cp.async.bulk.wait_group") +
         (op.getRead() ? ".read " : " ") + std::to_string(op.getPending()) +
         ";";
}
std::string textOf(NamedBarrierOp op) {
  return std::string(op.getArrive() ? "bar.arrive " : "bar.sync ") +
         std::to_string(op.getId()) + ", " + std::to_string(op.getThreads()) +
         ";";
}
std::string textOf(FenceOp op) {
  switch (op.getKind()) {
  case FenceKind::AsyncShared:
    return "fence.proxy.async.shared::cta;";
  case FenceKind::AsyncGlobal:
    return "fence.proxy.async.global;";
  case FenceKind::Block:
    return "fence.acq_rel.cta;";
  case FenceKind::Device:
    return "fence.acq_rel.gpu;";
  case FenceKind::MBarrierInit:
    return "fence.mbarrier_init.release.cluster;";
  }
  llvm_unreachable("all kinds are listed");
}
std::string textOf(ClusterBarrierOp op) {
  StringRef arrive = "barrier.cluster.arrive.release.aligned;";
  StringRef wait = "barrier.cluster.wait.acquire.aligned;";
  if (op.getArrive())
    return arrive.str();
  if (op.getWait())
    return wait.str();
  return arrive.str() + "\n" + wait.str();
}
std::string textOf(SetMaxRegistersOp op) {
  return std::string("setmaxnreg.") + (op.getDecrease() ? "dec" : "inc") +
         ".sync.aligned.u32 " + std::to_string(op.getCount()) + ";";
}
std::string textOf(WgmmaFenceOp) { return "wgmma.fence.sync.aligned;"; }
std::string textOf(WgmmaCommitOp) { return "wgmma.commit_group.sync.aligned;"; }

template <typename Op>
struct TextPattern : mlir::ConvertOpToLLVMPattern<Op> {
  using mlir::ConvertOpToLLVMPattern<Op>::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(Op op, typename Op::Adaptor,
                                ConversionPatternRewriter &b) const override {
    emitAsm(b, op.getLoc(), {}, textOf(op), "", {});
    b.eraseOp(op);
    return success();
  }
};

struct BarrierPattern : mlir::ConvertOpToLLVMPattern<gpu::BarrierOp> {
  using ConvertOpToLLVMPattern::ConvertOpToLLVMPattern;
  LogicalResult matchAndRewrite(gpu::BarrierOp op, OpAdaptor,
                                ConversionPatternRewriter &b) const override {
    b.replaceOpWithNewOp<NVVM::Barrier0Op>(op);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Signals
//===----------------------------------------------------------------------===//

StringRef scopeName(Scope scope) {
  switch (scope) {
  case Scope::Block:
    return "cta";
  case Scope::Cluster:
    return "cluster";
  case Scope::Device:
    return "gpu";
  }
  llvm_unreachable("all scopes are listed");
}

/// Address of a flag and what the instruction calls its memory.
struct Flag {
  Value address;
  StringRef constraint, space;
};

Flag flagOf(OpBuilder &b, Location loc, MemRefType type, Value base,
            ValueRange indices, bool remote) {
  if (!getSharedSpace(type))
    return {elementPointer(b, loc, type, base, indices), "l", ".global"};
  return {sharedAddress(b, loc, type, base, indices), "r",
          remote ? ".shared::cluster" : ".shared::cta"};
}

struct SignalPattern : KernelPattern<SignalOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(SignalOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Flag flag = flagOf(b, loc, cast<MemRefType>(op.getMemref().getType()),
                       adaptor.getMemref(), adaptor.getIndices(),
                       facts.remoteAccesses.contains(op));
    bool wide = op.getValue().getType().isInteger(64);
    std::string text = "{\n.reg .pred p;\nsetp.ne.b32 p, $2, 0;\n@p "
                       "st.release." +
                       scopeName(op.getScope()).str() + flag.space.str() +
                       (wide ? ".b64" : ".b32") + " [$0], $1;\n}";
    emitAsm(b, loc, {}, text, flag.constraint + (wide ? ",l,r" : ",r,r"),
            {flag.address, adaptor.getValue(),
             predicate32(b, loc, adaptor.getPredicate())});
    b.eraseOp(op);
    return success();
  }
};

/// Polls a flag until it is at least operand 2; `wrapping` compares the
/// difference, for counters that may pass the largest number.
std::string pollText(StringRef scope, StringRef space, bool wide,
                     bool wrapping) {
  std::string bits = wide ? "64" : "32";
  std::string compare = wrapping ? "sub.s32 d, $0, $2;\nsetp.ge.s32 p, d, 0;\n"
                                 : "setp.ge.s" + bits + " p, $0, $2;\n";
  return "{\n.reg .pred p;\n" + std::string(wrapping ? ".reg .s32 d;\n" : "") +
         "retry:\nld.acquire." + scope.str() + space.str() + ".b" + bits +
         " $0, [$1];\n" + compare + "@!p bra retry;\n}";
}

struct WaitPattern : KernelPattern<WaitOp> {
  using KernelPattern::KernelPattern;
  LogicalResult matchAndRewrite(WaitOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    Flag flag = flagOf(b, loc, cast<MemRefType>(op.getMemref().getType()),
                       adaptor.getMemref(), adaptor.getIndices(),
                       facts.remoteAccesses.contains(op));
    Type type = op.getValue().getType();
    bool wide = type.isInteger(64);
    std::string kind = wide ? "l" : "r";
    // The result is written before the other operands were last read.
    b.replaceOp(op, emitAsm(b, loc, type,
                            pollText(scopeName(op.getScope()), flag.space, wide,
                                     /*wrapping=*/false),
                            "=&" + kind + "," + flag.constraint + "," + kind,
                            {flag.address, adaptor.getLeast()}));
    return success();
  }
};

/// One thread of each block adds 1 to a counter that starts at 0 and waits for
/// the next multiple of the number of blocks. The counter is never reset while
/// the kernel runs, so the barrier needs no sense. It holds 2^32 arrivals,
/// which is hours of barriers; each launch begins with zeroed workspace.
struct GridBarrierPattern : KernelPattern<GridBarrierOp> {
  using KernelPattern::KernelPattern;

  Value blocks(OpBuilder &b, Location loc) const {
    if (facts.gridSize) {
      int64_t count = 1;
      for (int32_t size : *facts.gridSize)
        count *= size;
      return constant32(b, loc, count);
    }
    Type i32 = b.getI32Type();
    Value x = NVVM::GridDimXOp::create(b, loc, i32);
    Value y = NVVM::GridDimYOp::create(b, loc, i32);
    Value z = NVVM::GridDimZOp::create(b, loc, i32);
    return LLVM::MulOp::create(b, loc, LLVM::MulOp::create(b, loc, x, y), z);
  }

  Value isFirstThread(OpBuilder &b, Location loc) const {
    Type i32 = b.getI32Type();
    Value x = NVVM::ThreadIdXOp::create(b, loc, i32);
    Value y = NVVM::ThreadIdYOp::create(b, loc, i32);
    Value z = NVVM::ThreadIdZOp::create(b, loc, i32);
    Value any = LLVM::OrOp::create(b, loc, LLVM::OrOp::create(b, loc, x, y), z);
    return LLVM::ICmpOp::create(b, loc, LLVM::ICmpPredicate::eq, any,
                                constant32(b, loc, 0));
  }

  LogicalResult matchAndRewrite(GridBarrierOp op, OpAdaptor adaptor,
                                ConversionPatternRewriter &b) const override {
    Location loc = op.getLoc();
    auto type = cast<MemRefType>(op.getCounter().getType());
    Value address = elementPointer(b, loc, type, adaptor.getCounter(),
                                   adaptor.getIndices());
    Value count = blocks(b, loc);
    NVVM::Barrier0Op::create(b, loc);
    Value first = isFirstThread(b, loc);
    // Splits the block: before -> one thread -> after.
    Block *before = b.getInsertionBlock();
    Block *after = b.splitBlock(before, op->getIterator());
    Block *alone = b.createBlock(after);
    b.setInsertionPointToEnd(before);
    LLVM::CondBrOp::create(b, loc, first, alone, after);
    b.setInsertionPointToEnd(alone);
    Value old = emitAsm(b, loc, b.getI32Type(),
                        "atom.add.acq_rel.gpu.global.u32 $0, [$1], 1;", "=r,l",
                        {address});
    Value round = LLVM::UDivOp::create(b, loc, old, count);
    Value target = LLVM::MulOp::create(
        b, loc, LLVM::AddOp::create(b, loc, round, constant32(b, loc, 1)),
        count);
    emitAsm(b, loc, b.getI32Type(),
            pollText("gpu", ".global", /*wide=*/false, /*wrapping=*/true),
            "=&r,l,r", {address, target});
    LLVM::BrOp::create(b, loc, ValueRange(), after);
    b.setInsertionPointToStart(after);
    NVVM::Barrier0Op::create(b, loc);
    b.eraseOp(op);
    return success();
  }
};

} // namespace

void kernel_opt::populateSyncPatterns(const mlir::LLVMTypeConverter &converter,
                                      const KernelFacts &facts,
                                      RewritePatternSet &patterns) {
  patterns.add<TextPattern<AsyncCommitOp>, TextPattern<AsyncWaitOp>,
               TextPattern<BulkCommitOp>, TextPattern<BulkWaitOp>,
               TextPattern<NamedBarrierOp>, TextPattern<FenceOp>,
               TextPattern<ClusterBarrierOp>, TextPattern<SetMaxRegistersOp>,
               TextPattern<WgmmaFenceOp>, TextPattern<WgmmaCommitOp>,
               BarrierPattern>(converter);
  patterns.add<SignalPattern, WaitPattern, GridBarrierPattern>(converter,
                                                               facts);
}
