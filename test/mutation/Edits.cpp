//===- Edits.cpp - What mutators are put together from --------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Edits.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;

void mutation::addToOperand(OpOperand &operand, int64_t number) {
  Operation *op = operand.getOwner();
  OpBuilder builder(op);
  operand.set(arith::AddIOp::create(builder, op->getLoc(), operand.get(),
                                    makeIndex(op, number)));
}

void mutation::negateOperand(OpOperand &operand) {
  Operation *op = operand.getOwner();
  OpBuilder builder(op);
  Value yes = arith::ConstantOp::create(builder, op->getLoc(),
                                        builder.getBoolAttr(true));
  operand.set(arith::XOrIOp::create(builder, op->getLoc(), operand.get(), yes));
}

Value mutation::makeIndex(Operation *before, int64_t number) {
  OpBuilder builder(before);
  return arith::ConstantIndexOp::create(builder, before->getLoc(), number);
}

Value mutation::makeZero(Operation *before, Type type) {
  OpBuilder builder(before);
  TypedAttr zero;
  if (type.isIntOrIndexOrFloat() || isa<VectorType>(type))
    zero = builder.getZeroAttr(type);
  if (!zero)
    return nullptr;
  return arith::ConstantOp::create(builder, before->getLoc(), zero);
}

std::optional<int64_t> mutation::constantOf(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  auto number =
      constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return number ? std::optional(number.getInt()) : std::nullopt;
}

bool mutation::hasEffects(Operation *op) { return !isMemoryEffectFree(op); }

bool mutation::isSync(Operation *op) {
  return isa<gpu::BarrierOp, kgpu::AsyncCommitOp, kgpu::AsyncWaitOp,
             kgpu::NamedBarrierOp, kgpu::FenceOp, kgpu::MBarrierInitOp,
             kgpu::MBarrierArriveOp, kgpu::MBarrierWaitOp, kgpu::GridBarrierOp,
             kgpu::SignalOp, kgpu::ClusterBarrierOp, kgpu::BulkCommitOp,
             kgpu::BulkWaitOp, kgpu::WgmmaFenceOp, kgpu::WgmmaCommitOp,
             kgpu::SetMaxRegistersOp>(op) ||
         ((isa<kgpu::WgmmaWaitOp, kgpu::WaitOp>(op)) && op->use_empty());
}

bool mutation::isGlobal(Value memref) {
  auto argument = dyn_cast<BlockArgument>(memref);
  return argument && isa<gpu::GPUFuncOp>(argument.getOwner()->getParentOp());
}

bool mutation::isShared(Value memref) {
  auto type = dyn_cast<MemRefType>(memref.getType());
  return type && isa_and_nonnull<kgpu::SharedAttr>(type.getMemorySpace());
}

/// Operands of a group, as the ODS accessors give them.
static MutableArrayRef<OpOperand> operandsOf(Operation *op,
                                             OperandRange range) {
  return op->getOpOperands().slice(range.getBeginOperandIndex(), range.size());
}

SmallVector<MemoryUse> mutation::memoryUses(Operation *op) {
  auto use = [&](Value memref, OperandRange indices, bool writes) {
    return MemoryUse{memref, operandsOf(op, indices), writes};
  };
  using Uses = SmallVector<MemoryUse>;
  return llvm::TypeSwitch<Operation *, Uses>(op)
      .Case([&](kgpu::LoadOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), false)};
      })
      .Case([&](kgpu::StoreOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), true)};
      })
      .Case([&](kgpu::AsyncCopyOp o) {
        return Uses{use(o.getSrc(), o.getSrcIndices(), false),
                    use(o.getDst(), o.getDstIndices(), true)};
      })
      .Case([&](kgpu::LoadMatrixOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), false)};
      })
      .Case([&](kgpu::StoreMatrixOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), true)};
      })
      .Case([&](kgpu::TmaLoadOp o) {
        return Uses{use(o.getMap(), o.getCoordinates(), false),
                    use(o.getDst(), o.getDstIndices(), true)};
      })
      .Case([&](kgpu::TmaStoreOp o) {
        return Uses{use(o.getSrc(), o.getSrcIndices(), false),
                    use(o.getMap(), o.getCoordinates(), true)};
      })
      .Case([&](kgpu::WgmmaOp o) {
        return Uses{use(o.getA(), o.getAIndices(), false),
                    use(o.getB(), o.getBIndices(), false)};
      })
      .Case([&](memref::LoadOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), false)};
      })
      .Case([&](memref::StoreOp o) {
        return Uses{use(o.getMemref(), o.getIndices(), true)};
      })
      .Default([](Operation *) { return Uses(); });
}

MutableArrayRef<OpOperand> mutation::predicateOf(Operation *op) {
  auto of = [&](Value predicate) -> MutableArrayRef<OpOperand> {
    for (OpOperand &operand : op->getOpOperands())
      if (predicate && operand.get() == predicate &&
          predicate.getType().isInteger(1))
        return MutableArrayRef<OpOperand>(&operand, 1);
    return {};
  };
  return llvm::TypeSwitch<Operation *, MutableArrayRef<OpOperand>>(op)
      .Case<kgpu::LoadOp, kgpu::StoreOp, kgpu::AsyncCopyOp, kgpu::TmaLoadOp,
            kgpu::TmaStoreOp, kgpu::MBarrierArriveOp, kgpu::SignalOp>(
          [&](auto o) { return of(o.getPredicate()); })
      .Default([](Operation *) { return MutableArrayRef<OpOperand>(); });
}

void mutation::dropPredicate(Operation *op) {
  llvm::TypeSwitch<Operation *>(op)
      .Case<kgpu::LoadOp, kgpu::StoreOp, kgpu::AsyncCopyOp, kgpu::TmaLoadOp,
            kgpu::TmaStoreOp, kgpu::MBarrierArriveOp, kgpu::SignalOp>(
          [&](auto o) { o.getPredicateMutable().clear(); });
}
