//===- Prefetch.cpp - Copies ahead of the loop that needs them --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loop that fills buffers and then multiplies waits for memory in each round.
// With several buffers, a round waits for the copies of its own (all but the
// youngest groups), meets the others at one barrier, which also says that the
// buffer of the round before is free, and begins the copies of a later round.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
/// One tile that a loop stages in each round.
struct Staged {
  ktile::LoadOp load;
  ktile::StoreOp store;
  kgpu::AllocSharedOp buffer;
  SmallVector<ktile::DotOp> readers;
  bool transposed;
};

class Prefetcher {
public:
  Prefetcher(scf::ForOp loop, int64_t stages) : loop(loop), stages(stages) {}
  bool run();

private:
  bool findStaged();
  bool isAsynchronous(ktile::StoreOp store, Staged &staged);
  /// Copies of the round that begins at `from` into the buffers of `stage`.
  void copy(OpBuilder &builder, Value from, Value stage);
  Value plus(OpBuilder &builder, Value from, int64_t rounds);
  Value stageOf(OpBuilder &builder, Value from, int64_t later);

  scf::ForOp loop;
  int64_t stages, step = 0, last = 0;
  gpu::BarrierOp before, after;
  SmallVector<Staged> tiles;
};
} // namespace

bool Prefetcher::isAsynchronous(ktile::StoreOp store, Staged &staged) {
  auto load = store.getValue().getDefiningOp<ktile::LoadOp>();
  auto buffer = store.getDest().getDefiningOp<kgpu::AllocSharedOp>();
  if (!load || !buffer || !load->hasOneUse() ||
      load->getBlock() != loop.getBody() ||
      load.getSource().getType().getMemorySpace() ||
      !store.getMap().isPermutation())
    return false;
  auto padding = dyn_cast<FloatAttr>(load.getPadding());
  auto tile = cast<RankedTensorType>(load.getResult().getType());
  if (!padding || !padding.getValue().isZero() || tile.getRank() != 2)
    return false;
  // Coordinates must be known before the loop, too.
  for (Value symbol : load.getSymbols())
    if (symbol != loop.getInductionVar() &&
        !loop.isDefinedOutsideOfLoop(symbol))
      return false;
  AccessShape wide = accessShape(load.getSource().getType(), load.getMap(),
                                 load.getSymbols(), tile.getShape());
  bool transposed = !store.getMap().isIdentity();
  if (wide.order[0] != (transposed ? 0 : 1) ||
      wide.vector * tile.getElementTypeBitWidth() < 32)
    return false;
  staged = {load, store, buffer, {}, transposed};
  for (Operation *user : buffer->getUsers()) {
    if (user == store)
      continue;
    auto dot = dyn_cast<ktile::DotOp>(user);
    if (!dot || dot->getBlock() != loop.getBody() ||
        !dot.getAIndices().empty() || !dot.getBIndices().empty())
      return false;
    staged.readers.push_back(dot);
  }
  return true;
}

/// The barrier, stores and the barrier that stand before the first product.
bool Prefetcher::findStaged() {
  for (Operation &op : loop.getBody()->without_terminator()) {
    if (isa<ktile::DotOp>(op))
      break;
    auto barrier = dyn_cast<gpu::BarrierOp>(op);
    if (!barrier)
      continue;
    if (after)
      return false;
    (before ? after : before) = barrier;
  }
  if (!after)
    return false;
  for (Operation *op = before->getNextNode(); op != after;
       op = op->getNextNode()) {
    auto store = dyn_cast<ktile::StoreOp>(op);
    Staged staged;
    if (!store || !isAsynchronous(store, staged))
      return false;
    tiles.push_back(std::move(staged));
  }
  return !tiles.empty();
}

Value Prefetcher::plus(OpBuilder &builder, Value from, int64_t rounds) {
  // Past the end the last round is copied again: its memory is there.
  Location loc = loop.getLoc();
  Value later = arith::AddIOp::create(
      builder, loc, from,
      arith::ConstantIndexOp::create(builder, loc, rounds * step));
  return arith::MinSIOp::create(
      builder, loc, later, arith::ConstantIndexOp::create(builder, loc, last));
}

Value Prefetcher::stageOf(OpBuilder &builder, Value from, int64_t later) {
  AffineExpr at = getAffineSymbolExpr(0, builder.getContext());
  AffineMap map = AffineMap::get(0, 1, (at.floorDiv(step) + later) % stages);
  return affine::AffineApplyOp::create(builder, loop.getLoc(), map, from);
}

void Prefetcher::copy(OpBuilder &builder, Value from, Value stage) {
  for (Staged &tile : tiles) {
    SmallVector<Value> symbols;
    for (Value symbol : tile.load.getSymbols())
      symbols.push_back(symbol == loop.getInductionVar() ? from : symbol);
    auto type = cast<RankedTensorType>(tile.load.getResult().getType());
    ktile::CopyOp::create(builder, tile.load.getLoc(), tile.load.getSource(),
                          tile.load.getMapAttr(), symbols,
                          tile.buffer.getBuffer(), stage,
                          builder.getDenseI64ArrayAttr(type.getShape()),
                          tile.transposed ? builder.getUnitAttr() : UnitAttr());
  }
  kgpu::AsyncCommitOp::create(builder, loop.getLoc());
}

bool Prefetcher::run() {
  APInt constant;
  if (!matchPattern(loop.getStep(), m_ConstantInt(&constant)) || !findStaged())
    return false;
  step = constant.getSExtValue();
  last = rangeOf(loop.getInductionVar()).high;
  // Rounds are counted from zero on.
  if (divisorOf(loop.getLowerBound()) % step || last % step)
    return false;
  for (Staged &tile : tiles) {
    MemRefType type = tile.buffer.getBuffer().getType();
    SmallVector<int64_t> shape(type.getShape());
    shape.insert(shape.begin(), stages);
    tile.buffer.getBuffer().setType(
        MemRefType::get(shape, type.getElementType(),
                        MemRefLayoutAttrInterface(), type.getMemorySpace()));
  }
  Location loc = loop.getLoc();
  OpBuilder builder(loop);
  if (loop->getParentOfType<scf::ForOp>())
    gpu::BarrierOp::create(builder, loc);
  for (int64_t round = 0; round + 1 < stages; ++round) {
    Value from = round ? plus(builder, loop.getLowerBound(), round)
                       : loop.getLowerBound();
    copy(builder, from, stageOf(builder, loop.getLowerBound(), round));
  }
  builder.setInsertionPoint(before);
  Value at = loop.getInductionVar();
  Value stage = stageOf(builder, at, 0);
  kgpu::AsyncWaitOp::create(builder, loc, stages - 2);
  builder.setInsertionPointAfter(before);
  copy(builder, plus(builder, at, stages - 1),
       stageOf(builder, at, stages - 1));
  for (Staged &tile : tiles) {
    for (ktile::DotOp dot : tile.readers) {
      if (dot.getA() == tile.buffer.getBuffer())
        dot.getAIndicesMutable().assign(stage);
      if (dot.getB() == tile.buffer.getBuffer())
        dot.getBIndicesMutable().assign(stage);
    }
    tile.store.erase();
    tile.load.erase();
  }
  after.erase();
  builder.setInsertionPointAfter(loop);
  kgpu::AsyncWaitOp::create(builder, loc, 0);
  return true;
}

unsigned schedule::prefetchStaged(gpu::GPUFuncOp func, int64_t stages) {
  if (stages < 2)
    return 0;
  SmallVector<scf::ForOp> loops;
  func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
  unsigned count = 0;
  for (scf::ForOp loop : loops)
    count += Prefetcher(loop, stages).run();
  return count;
}
