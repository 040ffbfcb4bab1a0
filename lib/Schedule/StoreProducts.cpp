//===- StoreProducts.cpp - Results of tensor cores to memory ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fragments hold two neighbours of a row: stored as they are, 16-bit elements
// fill half of each 32-byte sector of memory. So they go through shared memory.
//
//===----------------------------------------------------------------------===//

#include "StoreProducts.h"
#include "ProductPipeline.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Whether a tile is computed element by element from `sum`, so that it is held
/// like it.
static bool followsSum(Value tile, Value sum) {
  SmallVector<Value> pending = {tile};
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (value == sum)
      return true;
    Operation *op = value.getDefiningOp();
    if (op && OpTrait::hasElementwiseMappableTraits(op))
      llvm::append_range(pending, op->getOperands());
  }
  return false;
}

/// Passes of as many panels as the buffer holds: registers to shared memory,
/// a fence to the asynchronous proxy, one bulk store a warpgroup and panel.
static void storeSum(const SumHolders &holders, ktile::StoreOp store,
                     const BoxAccess &box, ktile::LayoutAttr layout) {
  constexpr int64_t width = 64;
  auto [func, groups, rows, n, thread, group] = holders;
  MLIRContext *context = func.getContext();
  Location loc = store.getLoc();
  auto constant = [&](OpBuilder &b, int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, loc, value);
  };
  auto tile = cast<RankedTensorType>(store.getValue().getType());
  MemRefType dest = store.getDest().getType();
  // As much as two panels of 64 rows, however many rows there are.
  int64_t panels = std::min(n / width, std::max<int64_t>(2 * 64 / rows, 1));
  OpBuilder top(&func.getBody().front().front());
  SmallVector<int64_t> extents(dest.getRank(), 1);
  extents[box.along[0]] = rows;
  extents[box.along[1]] = width;
  Value map = kgpu::TensorMapOp::create(
      top, loc,
      kgpu::TensorMapType::get(context, extents, tile.getElementType(), 128),
      store.getDest());
  auto type = MemRefType::get(
      {groups, panels, rows, width}, tile.getElementType(),
      MemRefLayoutAttrInterface(), kgpu::SharedAttr::get(context, 128));
  Value buffer = kgpu::AllocSharedOp::create(top, loc, type);

  OpBuilder b(store);
  Value inGroup =
      arith::RemUIOp::create(b, loc, thread, constant(b, 128)).getResult();
  Value leader = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                       inGroup, constant(b, 0));
  Value mine = group ? group : constant(b, 0);
  for (int64_t first = 0; first < n; first += panels * width) {
    if (first) {
      auto drained = scf::IfOp::create(b, loc, leader, /*withElse=*/false);
      OpBuilder inside = drained.getThenBodyBuilder();
      kgpu::BulkWaitOp::create(inside, loc, 0, true);
      gpu::BarrierOp::create(b, loc);
    }
    ktile::StoreMatrixOp::create(b, loc, store.getValue(), buffer, first,
                                 layout);
    kgpu::FenceOp::create(b, loc, kgpu::FenceKind::AsyncShared);
    gpu::BarrierOp::create(b, loc);
    auto branch = scf::IfOp::create(b, loc, leader, /*withElse=*/false);
    OpBuilder inside = branch.getThenBodyBuilder();
    for (int64_t panel = 0; panel < panels; ++panel) {
      SmallVector<Value> coordinates, symbols(store.getSymbols());
      symbols.push_back(mine);
      for (AffineExpr expr : store.getMap().getResults()) {
        AffineExpr row =
            getAffineSymbolExpr(symbols.size() - 1, context) * rows;
        AffineExpr place = expr.replaceDims(
            {row, getAffineConstantExpr(first + panel * width, context)});
        coordinates.push_back(affine::AffineApplyOp::create(
            inside, loc, AffineMap::get(0, symbols.size(), place), symbols));
      }
      kgpu::TmaStoreOp::create(inside, loc, buffer,
                               ValueRange{mine, constant(inside, panel)}, map,
                               coordinates, Value());
    }
    kgpu::BulkCommitOp::create(inside, loc);
    // The kernel must not end before its stores have read their source.
    if (first + panels * width == n)
      kgpu::BulkWaitOp::create(inside, loc, 0, false);
  }
  store.erase();
}

void schedule::storeSums(const SumHolders &holders, Value sum,
                         ktile::LayoutAttr layout) {
  gpu::GPUFuncOp func = holders.func;
  SmallVector<ktile::StoreOp> stores;
  func.walk([&](ktile::StoreOp store) { stores.push_back(store); });
  for (ktile::StoreOp store : stores) {
    auto tile = cast<RankedTensorType>(store.getValue().getType());
    std::string reason;
    if (tile.getShape() != cast<RankedTensorType>(sum.getType()).getShape() ||
        !tile.getElementType().isIntOrFloat() ||
        tile.getElementTypeBitWidth() != 16 || holders.n < 64 ||
        store.getDest().getType().getMemorySpace() ||
        !followsSum(store.getValue(), sum))
      continue;
    std::optional<BoxAccess> box =
        boxAccess(store.getDest().getType(), store.getMap(), reason);
    if (box && box->contiguous == 1)
      storeSum(holders, store, *box, layout);
  }
}
