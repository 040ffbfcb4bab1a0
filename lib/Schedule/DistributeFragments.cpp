//===- DistributeFragments.cpp - Registers of matrix instructions -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::LinearLayout;

LogicalResult Distributor::distributeFromRegisters(ktile::FromRegistersOp op) {
  if (layoutOf(op.getResult()) != op.getLayout().getLinearLayout())
    return op.emitError("its tile has another layout than its registers");
  values.map(op.getResult(), values.lookupOrDefault(op.getRegisters()));
  return success();
}

LogicalResult Distributor::distributeToRegisters(ktile::ToRegistersOp op) {
  if (layoutOf(op.getSource()) != op.getLayout().getLinearLayout())
    return op.emitError("its tile has another layout than its registers");
  values.map(op.getRegisters(), values.lookup(op.getSource()));
  return success();
}

/// Eight registers of a fragment are a block of 16 x 16: its quarters from top
/// left downwards are the matrices of one instruction, whose rows lanes name.
LogicalResult Distributor::distributeStoreMatrix(ktile::StoreMatrixOp op) {
  Location loc = op.getLoc();
  RankedTensorType tile = tileOf(op.getValue());
  ArrayRef<int64_t> shape = op.getDest().getType().getShape();
  int64_t rows = shape[2], width = shape[3], n = tile.getDimSize(1);
  LinearLayout layout = layoutOf(op.getValue());
  if (layout != wgmmaAccumulator(tile.getDimSize(0), n, shape[0]))
    return op.emitError("the tile is not held like the sums of ")
           << shape[0] << " warpgroups";
  auto field = [&](int64_t divisor, int64_t modulus, int64_t times) -> Value {
    Value part = thread;
    if (divisor > 1)
      part = arith::DivUIOp::create(builder, loc, part, constantIndex(divisor));
    part = arith::RemUIOp::create(builder, loc, part, constantIndex(modulus));
    if (times > 1)
      part = arith::MulIOp::create(builder, loc, part, constantIndex(times));
    return part;
  };
  Value group =
      arith::DivUIOp::create(builder, loc, thread, constantIndex(128));
  Value row =
      arith::AddIOp::create(builder, loc, field(32, 4, 16), field(1, 16, 1));
  Value column = field(16, 2, 8);
  Value registers = values.lookup(op.getValue());
  for (int64_t block = 0; block < rows / 64; ++block)
    for (int64_t c = 0; c < shape[1] * width; c += 16) {
      int64_t first = block * n / 2 + (int64_t(op.getFirst()) + c) / 2;
      Value eight =
          pick(registers, llvm::to_vector(llvm::seq(first, first + 8)), loc);
      Value atRow = block ? arith::AddIOp::create(builder, loc, row,
                                                  constantIndex(64 * block))
                                .getResult()
                          : row;
      Value atColumn = c % width
                           ? arith::AddIOp::create(builder, loc, column,
                                                   constantIndex(c % width))
                                 .getResult()
                           : column;
      kgpu::StoreMatrixOp::create(
          builder, loc, eight, values.lookupOrDefault(op.getDest()),
          ValueRange{group, constantIndex(c / width), atRow, atColumn},
          UnitAttr());
    }
  return success();
}

LogicalResult Distributor::distributeIf(scf::IfOp op) {
  if (op.getNumResults())
    return op.emitError("a branch of a tile program gives no results");
  auto branch = scf::IfOp::create(builder, op.getLoc(),
                                  values.lookupOrDefault(op.getCondition()),
                                  /*withElse=*/!op.getElseRegion().empty());
  auto roles = op->getAttrOfType<IntegerAttr>(kRolesAttrName);
  for (auto [from, to] : llvm::zip(op->getRegions(), branch->getRegions())) {
    if (from.empty())
      continue;
    to.front().back().erase();
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&to.front());
    int64_t outer = roleThreads;
    if (roles && from.getRegionNumber() == 1)
      roleThreads = roles.getInt();
    LogicalResult done = distributeBlock(from.front());
    roleThreads = outer;
    if (failed(done))
      return failure();
  }
  return success();
}

LogicalResult Distributor::distributeStorePanels(ktile::StorePanelsOp op) {
  Location loc = op.getLoc();
  LinearLayout layout = layoutOf(op.getValue());
  unsigned along = op.getAlong();
  MemRefType dest = op.getDest().getType();
  int64_t width = dest.getShape().back();
  Value registers = values.lookup(op.getValue());
  // Vectors of neighbours stay inside a unit of 16 bytes.
  int64_t most = std::min<int64_t>(width, 128 / dest.getElementTypeBitWidth());
  int64_t vector = 1;
  for (const LinearLayout::Basis &basis :
       layout.bases(ktile::Holder::Register)) {
    if (basis[along] != vector || basis[1 - along] || vector == most)
      break;
    vector *= 2;
  }
  // Registers and threads move different bits of a coordinate, so that
  // quotients and remainders of their shares add up.
  int64_t ofRegisters = 0, ofThreads = 0;
  for (const LinearLayout::Basis &basis : layout.bases(ktile::Holder::Register))
    ofRegisters |= basis[along];
  for (ktile::Holder holder : {ktile::Holder::Lane, ktile::Holder::Warp})
    for (const LinearLayout::Basis &basis : layout.bases(holder))
      ofThreads |= basis[along];
  if (ofRegisters & ofThreads)
    return op.emitError("registers and threads share a coordinate's bit");
  Value row = threadCoordinate(layout, 1 - along);
  Value place = threadCoordinate(layout, along);
  Value panel =
      arith::DivUIOp::create(builder, loc, place, constantIndex(width));
  Value column =
      arith::RemUIOp::create(builder, loc, place, constantIndex(width));
  auto plus = [&](Value value, int64_t offset) -> Value {
    if (!offset)
      return value;
    return arith::AddIOp::create(builder, loc, value, constantIndex(offset));
  };
  Value holder = firstHolder(layout, /*ofEachBlock=*/true);
  for (int64_t reg = 0; reg < layout.numRegisters(); reg += vector) {
    SmallVector<int64_t, 4> at = layout.apply(reg, 0, 0);
    SmallVector<Value> indices = mapped(op.getIndices());
    indices.push_back(plus(panel, at[along] / width));
    indices.push_back(plus(row, at[1 - along]));
    indices.push_back(plus(column, at[along] % width));
    Value part =
        pick(registers, llvm::to_vector(llvm::seq(reg, reg + vector)), loc);
    kgpu::StoreOp::create(builder, loc, part,
                          values.lookupOrDefault(op.getDest()), indices, holder,
                          Value(), IntegerAttr(), kgpu::CacheHint::Default);
  }
  return success();
}
