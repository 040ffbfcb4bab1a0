//===- CompileKGPU.cpp - Bytecode of synchronization and matrices ---------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

//===----------------------------------------------------------------------===//
// mbarriers and bulk copies
//===----------------------------------------------------------------------===//

LogicalResult Compiler::compileMBarrier(Operation *op) {
  if (auto alloc = dyn_cast<kgpu::MBarrierAllocOp>(op)) {
    MBarrierInfo info;
    info.first = program.mbarriers;
    info.count =
        cast<kgpu::MBarriersType>(alloc.getBarriers().getType()).getCount();
    program.mbarriers += uint32_t(info.count);
    program.sharedBytes = (program.sharedBytes + 7) / 8 * 8 + 8 * info.count;
    mbarriers[alloc.getBarriers()] = info;
    return success();
  }
  auto found = mbarriers.find(op->getOperand(0));
  if (found == mbarriers.end())
    return unsupported(op, "mbarriers that control flow chooses");
  MBarrierUse use;
  use.barriers = found->second;
  Handler run;
  int64_t arrivals = 0;
  if (auto init = dyn_cast<kgpu::MBarrierInitOp>(op)) {
    use.index = reg(init.getIndex());
    arrivals = int64_t(init.getArrivals());
    run = mbarrierInit;
  } else if (auto arrive = dyn_cast<kgpu::MBarrierArriveOp>(op)) {
    use.index = reg(arrive.getIndex());
    if (arrive.getBytes())
      use.bytes = reg(arrive.getBytes());
    if (arrive.getRank())
      use.rank = reg(arrive.getRank());
    if (arrive.getPredicate()) {
      use.predicate = reg(arrive.getPredicate());
      noteControl(arrive.getPredicate());
    }
    run = mbarrierArrive;
  } else {
    auto wait = cast<kgpu::MBarrierWaitOp>(op);
    use.index = reg(wait.getIndex());
    use.parity = reg(wait.getParity());
    noteControl(wait.getParity());
    run = mbarrierWait;
  }
  program.mbarrierUses.push_back(use);
  Inst &i = emit(run, op);
  i.aux = uint32_t(program.mbarrierUses.size() - 1);
  i.imm = arrivals;
  return success();
}

LogicalResult Compiler::compileBulk(Operation *op, Value map,
                                    ValueRange coordinates, Value shared,
                                    ValueRange sharedIndices, Value predicate,
                                    BulkInfo &bulk) {
  auto found = tensorMaps.find(map);
  if (found == tensorMaps.end())
    return unsupported(op, "a tensor map that control flow chooses");
  bulk.map = found->second;
  const BufferInfo &info = program.buffers[bulk.map.buffer];
  if (coordinates.size() != info.shape.size() ||
      bulk.map.box.size() != info.shape.size())
    return unsupported(op, "a box whose rank is not that of the tensor");
  for (Value coordinate : coordinates) {
    bulk.coordinates.push_back(reg(coordinate));
    noteAddress(coordinate);
  }
  if (!makeAccess(op, shared, sharedIndices, 1, bulk.shared))
    return failure();
  bulk.shared.alignment =
      program.buffers[bulk.shared.buffer].swizzle ? 1024 : 128;
  if (predicate) {
    bulk.predicate = reg(predicate);
    noteControl(predicate);
  }
  program.usesAsyncProxy = true;
  return success();
}

LogicalResult Compiler::compileBulkOps(Operation *op) {
  if (auto map = dyn_cast<kgpu::TensorMapOp>(op)) {
    const View *source = findView(op, map.getMemref());
    if (!source)
      return failure();
    TensorMapInfo info;
    info.buffer = source->buffer;
    auto type = cast<kgpu::TensorMapType>(map.getMap().getType());
    info.box.assign(type.getBox().begin(), type.getBox().end());
    tensorMaps[map.getMap()] = info;
    return success();
  }
  BulkInfo bulk;
  Handler run;
  if (auto load = dyn_cast<kgpu::TmaLoadOp>(op)) {
    if (failed(compileBulk(op, load.getMap(), load.getCoordinates(),
                           load.getDst(), load.getDstIndices(),
                           load.getPredicate(), bulk)))
      return failure();
    auto barriers = mbarriers.find(load.getBarriers());
    if (barriers == mbarriers.end())
      return unsupported(op, "mbarriers that control flow chooses");
    bulk.barrierFirst = barriers->second.first;
    bulk.barrierCount = barriers->second.count;
    bulk.barrier = reg(load.getBarrier());
    if (load.getMulticast())
      bulk.multicast = reg(load.getMulticast());
    run = bulkLoad;
  } else {
    auto store = cast<kgpu::TmaStoreOp>(op);
    if (failed(compileBulk(op, store.getMap(), store.getCoordinates(),
                           store.getSrc(), store.getSrcIndices(),
                           store.getPredicate(), bulk)))
      return failure();
    run = bulkStore;
  }
  program.bulks.push_back(std::move(bulk));
  emit(run, op).aux = uint32_t(program.bulks.size() - 1);
  return success();
}

//===----------------------------------------------------------------------===//
// Other synchronization
//===----------------------------------------------------------------------===//

LogicalResult Compiler::compileFlag(Operation *op, Value memref,
                                    ValueRange indices, Value predicate,
                                    Value operand, Value result,
                                    kgpu::Scope scope) {
  AccessInfo access;
  if (!makeAccess(op, memref, indices, 1, access))
    return failure();
  access.isStore = !result;
  if (predicate) {
    access.predicate = reg(predicate);
    noteControl(predicate);
  }
  Reg a = reg(operand);
  Reg d = result ? define(result).reg : noReg;
  uint32_t number = addAccess(std::move(access));
  Inst &i = emit(result ? exec::wait : exec::signal, op);
  i.aux = number;
  i.a = a;
  i.d = d;
  i.fn = uint8_t(scope);
  return success();
}

LogicalResult Compiler::compileKGPUSync(Operation *op) {
  if (isa<kgpu::MBarrierAllocOp, kgpu::MBarrierInitOp, kgpu::MBarrierArriveOp,
          kgpu::MBarrierWaitOp>(op))
    return compileMBarrier(op);
  if (isa<kgpu::TensorMapOp, kgpu::TmaLoadOp, kgpu::TmaStoreOp>(op))
    return compileBulkOps(op);
  if (isa<kgpu::AsyncCommitOp>(op)) {
    emit(asyncCommit, op);
    return success();
  }
  if (auto wait = dyn_cast<kgpu::AsyncWaitOp>(op)) {
    emit(asyncWait, op).imm = int64_t(wait.getPending());
    return success();
  }
  if (isa<kgpu::BulkCommitOp>(op)) {
    emit(bulkCommit, op);
    return success();
  }
  if (auto wait = dyn_cast<kgpu::BulkWaitOp>(op)) {
    Inst &i = emit(bulkWait, op);
    i.imm = int64_t(wait.getPending());
    i.flag = wait.getRead();
    return success();
  }
  if (auto barrier = dyn_cast<kgpu::NamedBarrierOp>(op)) {
    Inst &i = emit(namedBarrier, op);
    i.aux = uint32_t(barrier.getId());
    i.imm = int64_t(barrier.getThreads());
    i.flag = barrier.getArrive();
    return success();
  }
  if (auto fenceOp = dyn_cast<kgpu::FenceOp>(op)) {
    emit(fence, op).imm = int64_t(fenceOp.getKind());
    return success();
  }
  if (auto barrier = dyn_cast<kgpu::ClusterBarrierOp>(op)) {
    bool arrive = barrier.getArrive(), wait = barrier.getWait();
    bool both = arrive == wait;
    emit(clusterBarrier, op).fn =
        uint8_t(arrive || both) | uint8_t(wait || both) << 1;
    return success();
  }
  if (auto barrier = dyn_cast<kgpu::GridBarrierOp>(op)) {
    program.communicates = true;
    AccessInfo access;
    if (!makeAccess(op, barrier.getCounter(), barrier.getIndices(), 1, access))
      return failure();
    access.isStore = true;
    uint32_t number = addAccess(std::move(access));
    emit(gridBarrier, op).aux = number;
    return success();
  }
  if (auto signalOp = dyn_cast<kgpu::SignalOp>(op)) {
    program.communicates |= signalOp.getScope() == kgpu::Scope::Device;
    return compileFlag(op, signalOp.getMemref(), signalOp.getIndices(),
                       signalOp.getPredicate(), signalOp.getValue(), {},
                       signalOp.getScope());
  }
  if (auto waitOp = dyn_cast<kgpu::WaitOp>(op)) {
    program.communicates |= waitOp.getScope() == kgpu::Scope::Device;
    return compileFlag(op, waitOp.getMemref(), waitOp.getIndices(), {},
                       waitOp.getLeast(), waitOp.getValue(), waitOp.getScope());
  }
  if (auto registers = dyn_cast<kgpu::SetMaxRegistersOp>(op)) {
    Inst &i = emit(setMaxRegisters, op);
    i.imm = int64_t(registers.getCount());
    i.flag = registers.getDecrease();
    return success();
  }
  return unsupported(op);
}

//===----------------------------------------------------------------------===//
// Matrices
//===----------------------------------------------------------------------===//

/// Operands of f32 go through the tensor core as TF32.
static std::optional<FloatKind> operandKind(Type type) {
  std::optional<FloatKind> kind =
      getFloatKind(mlir::getElementTypeOrSelf(type));
  if (auto memref = dyn_cast<MemRefType>(type))
    kind = getFloatKind(memref.getElementType());
  return kind == FloatKind::F32 ? FloatKind::TF32 : kind;
}

LogicalResult Compiler::compileMma(Operation *op) {
  auto mmaOp = cast<kgpu::MmaOp>(op);
  MatrixInfo info;
  info.m = mmaOp.getShape()[0];
  info.n = mmaOp.getShape()[1];
  info.k = mmaOp.getShape()[2];
  info.kind = *operandKind(mmaOp.getA().getType());
  info.aReg = reg(mmaOp.getA());
  info.bReg = reg(mmaOp.getB());
  info.acc = reg(mmaOp.getAcc());
  Slot result = define(mmaOp.getResult());
  info.result = result.reg;
  program.matrices.push_back(std::move(info));
  Inst &i = emit(mma, op);
  i.aux = uint32_t(program.matrices.size() - 1);
  // 2 * 16 * 8 * k operations over 32 lanes.
  i.length = uint32_t(4 * mmaOp.getShape()[2]);
  return success();
}

/// The wgmma that alone takes the result of another one, if it always runs
/// after it and is of the same shape.
static kgpu::WgmmaOp nextOfChain(kgpu::WgmmaOp first) {
  if (!first.getResult().hasOneUse())
    return nullptr;
  auto next = dyn_cast<kgpu::WgmmaOp>(*first.getResult().user_begin());
  return next && next.getAcc() == first.getResult() &&
                 next->getBlock() == first->getBlock() &&
                 next.getShape() == first.getShape() &&
                 next.getB().getType() == first.getB().getType()
             ? next
             : nullptr;
}

LogicalResult Compiler::compileWgmma(Operation *op) {
  auto wgmmaOp = cast<kgpu::WgmmaOp>(op);
  program.usesAsyncProxy = true;
  MatrixInfo info;
  info.m = wgmmaOp.getShape()[0];
  info.n = wgmmaOp.getShape()[1];
  info.k = wgmmaOp.getShape()[2];
  info.kind = *operandKind(wgmmaOp.getB().getType());
  info.bInRegisters = false;
  info.aInRegisters = isa<VectorType>(wgmmaOp.getA().getType());
  info.aMN = wgmmaOp.getAMajor() == kgpu::Major::MN;
  info.bMN = wgmmaOp.getBMajor() == kgpu::Major::MN;
  if (info.aInRegisters)
    info.aReg = reg(wgmmaOp.getA());
  else if (!makeAccess(op, wgmmaOp.getA(), wgmmaOp.getAIndices(), 1, info.a))
    return failure();
  if (!makeAccess(op, wgmmaOp.getB(), wgmmaOp.getBIndices(), 1, info.b))
    return failure();
  if (Value acc = wgmmaOp.getAcc()) {
    info.acc = reg(acc);
    info.accPending = isa<kgpu::PendingType>(acc.getType());
    auto before = acc.getDefiningOp<kgpu::WgmmaOp>();
    info.continues = before && nextOfChain(before) == wgmmaOp;
  }
  info.defers = nextOfChain(wgmmaOp) != nullptr;
  Slot result = define(wgmmaOp.getResult());
  info.result = result.reg;
  info.resultTag = result.tag;
  uint32_t length = uint32_t(info.n * info.k); // 2 * 16 * n * k over 32 lanes
  program.matrices.push_back(std::move(info));
  Inst &i = emit(wgmma, op);
  i.aux = uint32_t(program.matrices.size() - 1);
  i.length = length;
  return success();
}

LogicalResult Compiler::compileKGPUMatrix(Operation *op) {
  if (isa<kgpu::MmaOp>(op))
    return compileMma(op);
  if (isa<kgpu::WgmmaOp>(op))
    return compileWgmma(op);
  if (isa<kgpu::WgmmaFenceOp>(op)) {
    emit(wgmmaFence, op);
    return success();
  }
  if (isa<kgpu::WgmmaCommitOp>(op)) {
    emit(wgmmaCommit, op);
    return success();
  }
  auto wait = cast<kgpu::WgmmaWaitOp>(op);
  MatrixWait info;
  for (auto [pending, value] :
       llvm::zip(wait.getInFlight(), wait.getValues())) {
    Slot source = slot(pending);
    Slot target = define(value);
    info.items.push_back({source.reg, source.tag, target.reg, target.length});
  }
  program.matrixWaits.push_back(std::move(info));
  Inst &i = emit(wgmmaWait, op);
  i.aux = uint32_t(program.matrixWaits.size() - 1);
  i.imm = int64_t(wait.getPending());
  return success();
}
