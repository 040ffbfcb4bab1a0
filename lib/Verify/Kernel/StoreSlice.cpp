//===- StoreSlice.cpp - What the addresses of stores depend on --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "StoreSlice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

void StoreSlice::stop(Operation *op, StringRef why) {
  if (obstacle.empty())
    obstacle = ("'" + op->getName().getStringRef() + "' " + why).str();
}

std::optional<unsigned> StoreSlice::siteOf(Operation *op) const {
  auto found = numbers.find(op);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

bool StoreSlice::contains(Operation *op) const {
  return numbers.contains(op) || holders.contains(op) ||
         llvm::any_of(op->getResults(), [&](Value v) { return needs(v); });
}

//===----------------------------------------------------------------------===//
// Stores
//===----------------------------------------------------------------------===//

/// What an operation writes to a memref, as a box.
static std::optional<kgpu::Access> findWrite(Operation *op, Value memref) {
  kgpu::Access plain;
  plain.memref = memref;
  plain.isWrite = true;
  if (auto store = dyn_cast<memref::StoreOp>(op)) {
    plain.indices.assign(store.getIndices().begin(), store.getIndices().end());
    plain.shape.assign(plain.indices.size(), 1);
    return plain;
  }
  if (auto store = dyn_cast<vector::StoreOp>(op)) {
    plain.indices.assign(store.getIndices().begin(), store.getIndices().end());
    if (plain.indices.empty() || store.getVectorType().getRank() != 1)
      return std::nullopt;
    plain.shape.assign(plain.indices.size(), 1);
    plain.shape.back() = store.getVectorType().getDimSize(0);
    return plain;
  }
  auto interface = dyn_cast<kgpu::AccessInterface>(op);
  if (!interface || cast<MemRefType>(memref.getType()).getRank() == 0)
    return std::nullopt;
  SmallVector<kgpu::Access> accesses;
  interface.getAccesses(accesses);
  std::optional<kgpu::Access> found;
  for (kgpu::Access &access : accesses) {
    if (!access.isWrite || access.memref != memref)
      continue;
    // Each thread its own, and one of them.
    if (found || access.collective)
      return std::nullopt;
    found = std::move(access);
  }
  return found;
}

void StoreSlice::addSite(Operation *op, Value memref, unsigned number) {
  std::optional<kgpu::Access> access = findWrite(op, memref);
  auto type = cast<MemRefType>(memref.getType());
  if (!access || numbers.contains(op))
    return stop(op, "writes in a way that is not followed");
  StoreSite site;
  site.op = op;
  site.argument = number;
  site.shape.assign(type.getShape().begin(), type.getShape().end());
  size_t rank = site.shape.size();
  if (access->indices.size() != rank || access->shape.size() > rank)
    return stop(op, "has not one index for each dimension");
  // Extents of the box stand for the last dimensions.
  site.box.assign(rank - access->shape.size(), 1);
  llvm::append_range(site.box, access->shape);
  for (size_t d = 0; d + 1 < rank && !access->clipped; ++d)
    if (site.box[d] != 1)
      return stop(op, "writes in a way that is not followed");
  if (access->clipped && access->valid)
    return stop(op, "writes in a way that is not followed");
  unsigned bits =
      getElementTypeOrSelf(type).isIndex() ? 64 : type.getElementTypeBitWidth();
  site.elementBytes = (bits + 7) / 8;
  int64_t bytes = rank ? site.box.back() * site.elementBytes : 0;
  if (auto store = dyn_cast<kgpu::StoreOp>(op))
    site.alignment = store.getAlignment().value_or(bytes & -bytes);
  else if (auto store = dyn_cast<vector::StoreOp>(op))
    site.alignment = store.getAlignment().value_or(0);
  for (Value index : access->indices)
    need(index);
  if (access->predicate)
    need(access->predicate);
  if (access->valid)
    need(access->valid);
  needControl(op);
  site.access = std::move(*access);
  numbers[op] = unsigned(sites.size());
  sites.push_back(std::move(site));
}

/// Every use of an output is a store, a load, or leads to them through a tensor
/// map; anything else might write.
void StoreSlice::findStores(Value argument, unsigned number) {
  for (Operation *user : argument.getUsers()) {
    if (auto map = dyn_cast<kgpu::TensorMapOp>(user)) {
      for (Operation *mapUser : map->getUsers())
        if (isa<kgpu::TmaStoreOp>(mapUser))
          addSite(mapUser, argument, number);
        else if (!isa<kgpu::TmaLoadOp>(mapUser))
          stop(mapUser, "uses the map of an output");
    } else if (isa<kgpu::StoreOp, memref::StoreOp, vector::StoreOp>(user)) {
      addSite(user, argument, number);
    } else if (!isa<kgpu::LoadOp, memref::LoadOp, vector::LoadOp>(user)) {
      stop(user, "uses an output in a way that is not followed");
    }
  }
}

//===----------------------------------------------------------------------===//
// What they depend on
//===----------------------------------------------------------------------===//

void StoreSlice::need(Value value) {
  if (needed.insert(value).second)
    pending.push_back(value);
}

/// Whether an operation runs, and how often.
void StoreSlice::needControl(Operation *op) {
  for (Operation *parent = op->getParentOp();
       parent != program && holders.insert(parent).second;
       parent = parent->getParentOp()) {
    if (auto loop = dyn_cast<scf::ForOp>(parent)) {
      if (loop.getUnsignedCmp())
        stop(parent, "counts without a sign");
      need(loop.getLowerBound());
      need(loop.getUpperBound());
      need(loop.getStep());
    } else if (auto branch = dyn_cast<scf::IfOp>(parent)) {
      need(branch.getCondition());
    } else {
      return stop(parent, "is not looked into");
    }
  }
}

/// Integer arithmetic that is the same on every machine.
static bool isFollowed(Operation *op) {
  if (isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::DivUIOp,
          arith::DivSIOp, arith::RemUIOp, arith::RemSIOp, arith::CeilDivUIOp,
          arith::CeilDivSIOp, arith::FloorDivSIOp, arith::AndIOp, arith::OrIOp,
          arith::XOrIOp, arith::CmpIOp, arith::SelectOp, arith::IndexCastOp,
          arith::IndexCastUIOp, arith::ExtUIOp, arith::ExtSIOp, arith::TruncIOp,
          arith::MinSIOp, arith::MinUIOp, arith::MaxSIOp, arith::MaxUIOp,
          arith::ConstantOp, vector::FromElementsOp, vector::ToElementsOp,
          vector::BroadcastOp, vector::ShuffleOp, vector::StepOp,
          vector::ShapeCastOp, gpu::BlockIdOp, gpu::ThreadIdOp, gpu::BlockDimOp,
          gpu::GridDimOp, gpu::GlobalIdOp, gpu::LaneIdOp, gpu::SubgroupIdOp,
          gpu::NumSubgroupsOp, gpu::SubgroupSizeOp, gpu::ClusterIdOp,
          gpu::ClusterBlockIdOp, gpu::ClusterDimOp, gpu::ClusterDimBlocksOp>(
          op))
    return true;
  if (auto extract = dyn_cast<vector::ExtractOp>(op))
    return !extract.hasDynamicPosition();
  if (auto insert = dyn_cast<vector::InsertOp>(op))
    return !insert.hasDynamicPosition();
  // A shift by too much is no number.
  APInt amount;
  return isa<arith::ShLIOp, arith::ShRUIOp, arith::ShRSIOp>(op) &&
         matchPattern(op->getOperand(1), m_ConstantInt(&amount)) &&
         amount.ult(getElementTypeOrSelf(op->getOperand(0)).isIndex()
                        ? 64
                        : amount.getBitWidth());
}

void StoreSlice::follow(Value value) {
  static constexpr StringLiteral decides =
      "decides where something is written, and is not followed";
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    Operation *parent = argument.getOwner()->getParentOp();
    auto loop = dyn_cast<scf::ForOp>(parent);
    if (!loop)
      return stop(parent, decides);
    needControl(&loop.getBody()->front());
    if (argument != loop.getInductionVar()) {
      unsigned i = argument.getArgNumber() - 1;
      need(loop.getInitArgs()[i]);
      need(loop.getYieldedValues()[i]);
    }
    return;
  }
  Operation *op = value.getDefiningOp();
  needControl(op);
  unsigned i = cast<OpResult>(value).getResultNumber();
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    need(loop.getRegionIterArgs()[i]);
    needControl(&loop.getBody()->front());
    return;
  }
  if (auto branch = dyn_cast<scf::IfOp>(op)) {
    holders.insert(op);
    need(branch.getCondition());
    need(branch.thenYield().getOperand(i));
    need(branch.elseYield().getOperand(i));
    return;
  }
  Type element = getElementTypeOrSelf(value.getType());
  if (!isFollowed(op) || !element.isIntOrIndex() ||
      (element.isInteger() && element.getIntOrFloatBitWidth() > 64))
    return stop(op, decides);
  for (Value operand : op->getOperands())
    need(operand);
}

std::string StoreSlice::compute(gpu::GPUFuncOp function, unsigned firstOutput) {
  program = function;
  if (!program.getBody().hasOneBlock())
    return "the program has several blocks";
  for (unsigned i = firstOutput; i < program.getNumArguments(); ++i) {
    Value argument = program.getArgument(i);
    auto access = program.getArgAttrOfType<StringAttr>(i, "kgpu.access");
    if (access && access.getValue() == "workspace")
      continue;
    if (!access || access.getValue() != "write")
      return "argument " + std::to_string(i) + " is not only written";
    auto type = dyn_cast<MemRefType>(argument.getType());
    if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity())
      return "an output has no plain layout";
    findStores(argument, i);
  }
  while (!pending.empty() && obstacle.empty())
    follow(pending.pop_back_val());
  return obstacle;
}
