//===- BlockUniformity.cpp - Do all blocks behave alike? --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockUniformity.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Verify/KernelCheck.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Computations that carry the block's place on: integer arithmetic, and what
/// moves or compares its results. Which blocks it makes different,
/// findUnlikeBlocks finds out.
static bool carriesPlace(Operation *op) {
  return isa<arith::CmpIOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::DivUIOp, arith::RemUIOp, arith::DivSIOp, arith::RemSIOp,
             arith::AndIOp, arith::OrIOp, arith::XOrIOp, arith::ShLIOp,
             arith::ShRUIOp, arith::IndexCastOp, arith::IndexCastUIOp,
             arith::MinSIOp, arith::MaxSIOp, arith::MinUIOp, arith::MaxUIOp,
             vector::FromElementsOp, vector::ToElementsOp, vector::ShuffleOp,
             vector::BroadcastOp>(op);
}

/// Accesses take a place as an index or a guard, never as the value stored;
/// loops take it as the number of their rounds.
static bool takesPlace(OpOperand &use) {
  Operation *op = use.getOwner();
  if (auto loop = dyn_cast<scf::ForOp>(op))
    return use.getOperandNumber() < loop.getNumControlOperands();
  if (isa<kgpu::LoadOp, memref::LoadOp, vector::LoadOp>(op))
    return true;
  if (isa<kgpu::StoreOp, memref::StoreOp, vector::StoreOp>(op))
    return use.getOperandNumber() != 0;
  // Where a box of the tensor memory accelerator begins.
  auto among = [&](OperandRange operands) {
    unsigned first = operands.getBeginOperandIndex();
    return use.getOperandNumber() >= first &&
           use.getOperandNumber() < first + operands.size();
  };
  // What an asynchronous copy reads, and whether; not where it writes.
  if (auto copy = dyn_cast<kgpu::AsyncCopyOp>(op))
    return among(copy.getSrcIndices()) ||
           (use.get() == copy.getPredicate() && !among(copy.getDstIndices()));
  if (auto load = dyn_cast<kgpu::TmaLoadOp>(op))
    return among(load.getCoordinates());
  if (auto store = dyn_cast<kgpu::TmaStoreOp>(op))
    return among(store.getCoordinates());
  // Which stage of a pipeline is read, waited for and freed after the last
  // round.
  if (auto product = dyn_cast<kgpu::WgmmaOp>(op))
    return among(product.getAIndices()) || among(product.getBIndices());
  if (isa<kgpu::MBarrierWaitOp>(op))
    return true;
  if (auto arrive = dyn_cast<kgpu::MBarrierArriveOp>(op))
    return use.get() == arrive.getIndex() && use.get() != arrive.getPredicate();
  // A mask chooses between an element and its padding.
  if (auto select = dyn_cast<arith::SelectOp>(op))
    return use.get() == select.getCondition() &&
           use.get() != select.getTrueValue() &&
           use.get() != select.getFalseValue();
  return false;
}

namespace {
/// What becomes of the block's place at a use of a value that depends on it.
enum class Fate {
  Ends,   ///< nothing else depends on it: an address, say
  GoesOn, ///< what the user gives depends on it, too
  Decides ///< it decides what is asked about
};
} // namespace

/// Whether the number of the block decides what is asked about at some use of
/// it, or of what is computed from it.
static bool blockDecides(gpu::GPUFuncOp program,
                         function_ref<Fate(OpOperand &)> fateAt) {
  SmallVector<Value> pending;
  DenseSet<Value> seen;
  program.walk([&](gpu::BlockIdOp op) { pending.push_back(op); });
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    for (OpOperand &use : value.getUses()) {
      Fate fate = fateAt(use);
      if (fate == Fate::Decides)
        return true;
      if (fate == Fate::Ends)
        continue;
      // A loop that begins where the block says hands that on.
      if (auto loop = dyn_cast<scf::ForOp>(use.getOwner()))
        pending.push_back(loop.getInductionVar());
      else
        llvm::append_range(pending, use.getOwner()->getResults());
    }
  }
  return false;
}

bool verify::isUniformInBlock(gpu::GPUFuncOp program) {
  return !blockDecides(program, [](OpOperand &use) {
    auto loop = dyn_cast<scf::ForOp>(use.getOwner());
    if (loop && &use == &loop.getLowerBoundMutable())
      return Fate::GoesOn;
    if (takesPlace(use))
      return Fate::Ends;
    return carriesPlace(use.getOwner()) ? Fate::GoesOn : Fate::Decides;
  });
}

/// A box that never reaches beyond its tensor, if it begins at a multiple of
/// its extents.
static bool fitsWhole(Value map) {
  auto source = map.getDefiningOp<kgpu::TensorMapOp>();
  if (!source)
    return false;
  auto box = cast<kgpu::TensorMapType>(map.getType()).getBox();
  auto shape = cast<MemRefType>(source.getMemref().getType()).getShape();
  return box.size() == shape.size() &&
         llvm::all_of(llvm::zip_equal(box, shape), [](auto sizes) {
           auto [extent, size] = sizes;
           return size % extent == 0;
         });
}

/// Anything but an address, or arithmetic that leads to one, is a guard.
static Fate fateOfGuards(OpOperand &use) {
  Operation *user = use.getOwner();
  if (auto load = dyn_cast<kgpu::TmaLoadOp>(user))
    return fitsWhole(load.getMap()) ? Fate::Ends : Fate::Decides;
  if (auto store = dyn_cast<kgpu::TmaStoreOp>(user))
    return fitsWhole(store.getMap()) ? Fate::Ends : Fate::Decides;
  if (auto load = dyn_cast<kgpu::LoadOp>(user))
    return load.getValid() == use.get() ? Fate::Decides : Fate::Ends;
  if (auto store = dyn_cast<kgpu::StoreOp>(user))
    return store.getValid() == use.get() ? Fate::Decides : Fate::Ends;
  if (isa<kgpu::AsyncCopyOp, memref::LoadOp, memref::StoreOp>(user))
    return Fate::Ends;
  return isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivUIOp,
             arith::RemUIOp, arith::IndexCastOp, arith::IndexCastUIOp>(user)
             ? Fate::GoesOn
             : Fate::Decides;
}

bool verify::guardsDependOnBlock(gpu::GPUFuncOp program) {
  return blockDecides(program, fateOfGuards);
}

bool verify::roundsDependOnBlock(gpu::GPUFuncOp program) {
  WalkResult walked = program.walk([](scf::ForOp loop) {
    for (Value bound : {loop.getLowerBound(), loop.getUpperBound()})
      if (!matchPattern(bound, m_Constant()))
        return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return walked.wasInterrupted();
}
