//===- WarpgroupPipeline.cpp - Who multiplies and who loads -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "WarpgroupPipeline.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

int64_t schedule::tileThreads(gpu::GPUFuncOp func) {
  if (auto threads = func->getAttrOfType<IntegerAttr>(kTileThreadsAttrName))
    return threads.getInt();
  auto size = func.getKnownBlockSize();
  return size ? int64_t((*size)[0]) : 0;
}

static LogicalResult checkTarget(gpu::GPUFuncOp func) {
  auto module = func->getParentOfType<ModuleOp>();
  auto target =
      module ? module->getAttrOfType<StringAttr>("kopt.target") : StringAttr();
  if (target && target.getValue() != "sm_90a")
    return func.emitError("wgmma exists on sm_90a alone, the target is ")
           << target.getValue();
  return success();
}

LogicalResult WarpgroupPipeline::findWarpgroups(int64_t m) {
  if (failed(checkTarget(func)))
    return failure();
  if (auto grid = func.getKnownGridSize();
      grid && (*grid)[0] < options.leastBlocks)
    return func.emitError("expected ")
           << options.leastBlocks << " blocks at least, found " << (*grid)[0];
  int64_t threads = tileThreads(func);
  groups = threads / warpgroup;
  if (!groups || threads % warpgroup || !llvm::isPowerOf2_64(groups))
    return func.emitError("wgmma needs a power of two of warpgroups of four "
                          "warps, found ")
           << threads / 32 << " warps";
  rows = m / groups;
  if (rows < 64 || rows % 64)
    return func.emitError("each warpgroup multiplies 64 rows at least, but ")
           << groups << " share " << m;
  return success();
}

Value WarpgroupPipeline::constant(OpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value WarpgroupPipeline::stageOf(OpBuilder &b, Value step) {
  return arith::RemUIOp::create(b, loc, step, constant(b, depth));
}

Value WarpgroupPipeline::parityOf(OpBuilder &b, Value step, bool even) {
  Value round = arith::DivUIOp::create(b, loc, step, constant(b, depth));
  Value odd = arith::AndIOp::create(b, loc, round, constant(b, 1));
  return arith::CmpIOp::create(
      b, loc, even ? arith::CmpIPredicate::eq : arith::CmpIPredicate::ne, odd,
      constant(b, 0));
}

void WarpgroupPipeline::release(OpBuilder &b, Value empty, Value stage) {
  Value lane = gpu::LaneIdOp::create(b, loc, IntegerAttr());
  Value first = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, lane,
                                      constant(b, 0));
  kgpu::MBarrierArriveOp::create(b, loc, empty, stage, Value(), Value(), first);
}

OpBuilder WarpgroupPipeline::onThread(OpBuilder &b, int64_t number) {
  Value alone = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, thread,
                                      constant(b, number));
  return scf::IfOp::create(b, loc, alone, /*withElse=*/false)
      .getThenBodyBuilder();
}

/// Whether an operation gives the same wherever it is: nothing writes to what
/// it reads.
static bool isTheSameLater(Operation &op) {
  if (auto load = dyn_cast<ktile::LoadOp>(op))
    return kgpu::declaredAccess(load.getSource()) == "read";
  return isMemoryEffectFree(&op);
}

/// Moves tiles that only those who multiply use to where they use them: a tile
/// is spread over these threads, others would read beside it, and the registers
/// are free again while products are summed.
static void sinkTiles(Block &block, scf::IfOp roles) {
  Block &consumers = roles.getElseRegion().front();
  SmallVector<Operation *> before;
  for (auto at = block.begin(); at != Block::iterator(roles); ++at)
    before.push_back(&*at);
  for (Operation *op : llvm::reverse(before)) {
    bool isTile =
        llvm::any_of(op->getResultTypes(), llvm::IsaPred<RankedTensorType>);
    if (!isTile || !isTheSameLater(*op))
      continue;
    Operation *first = nullptr;
    for (Operation *user : op->getUsers()) {
      Operation *here = consumers.findAncestorOpInBlock(*user);
      if (!here || !first || here->isBeforeInBlock(first))
        first = here;
      if (!here)
        break;
    }
    if (first)
      op->moveBefore(first);
  }
}

void WarpgroupPipeline::splitRoles(OpBuilder &b, Registers registers,
                                   function_ref<void(OpBuilder &)> produce) {
  int64_t threads = groups * warpgroup;
  func->setAttr(kTileThreadsAttrName, b.getI64IntegerAttr(threads));
  func.setKnownBlockSize(ArrayRef<int32_t>{int32_t(threads + warpgroup), 1, 1});
  Value isProducer = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::uge,
                                           thread, constant(b, threads));
  auto branch = scf::IfOp::create(b, loc, isProducer, /*withElse=*/true);
  branch->setAttr(kRolesAttrName, b.getI64IntegerAttr(threads));
  OpBuilder producer = branch.getThenBodyBuilder();
  OpBuilder consumer = branch.getElseBodyBuilder();
  // Of 65536 registers, what loading does not need goes to those who multiply.
  if (groups == 2) {
    kgpu::SetMaxRegistersOp::create(producer, loc, registers.loading, true);
    kgpu::SetMaxRegistersOp::create(consumer, loc, registers.multiplying,
                                    false);
  }
  produce(producer);
  Block &elseBlock = branch.getElseRegion().front();
  Block *block = branch->getBlock();
  elseBlock.getOperations().splice(Block::iterator(elseBlock.getTerminator()),
                                   block->getOperations(),
                                   std::next(Block::iterator(branch)),
                                   Block::iterator(block->getTerminator()));
  sinkTiles(*block, branch);
}

void WarpgroupPipeline::numberWarpgroups(OpBuilder &b) {
  if (groups > 1)
    group = arith::DivUIOp::create(b, loc, thread, constant(b, warpgroup));
}

Value WarpgroupPipeline::joined(OpBuilder &b, ValueRange parts) {
  Value all = parts.front();
  for (Value part : parts.drop_front()) {
    int64_t length = cast<VectorType>(all.getType()).getNumElements() +
                     cast<VectorType>(part.getType()).getNumElements();
    all = vector::ShuffleOp::create(
        b, loc, all, part, llvm::to_vector(llvm::seq<int64_t>(0, length)));
  }
  return all;
}
