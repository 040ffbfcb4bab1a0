//===- Stage.cpp - Staging through shared memory ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Stage.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// A buffer for a tile, its dimensions swapped if `transposed`; fills it.
static Value fillBuffer(gpu::GPUFuncOp func, OpBuilder &builder, Value tile,
                        bool transposed) {
  auto type = cast<RankedTensorType>(tile.getType());
  SmallVector<int64_t> shape(type.getShape());
  MLIRContext *context = func.getContext();
  AffineMap map = AffineMap::getMultiDimIdentityMap(2, context);
  if (transposed) {
    std::swap(shape[0], shape[1]);
    map = AffineMap::getPermutationMap(ArrayRef<unsigned>{1, 0}, context);
  }
  OpBuilder top(&func.getBody().front().front());
  Location loc = tile.getLoc();
  Value buffer = kgpu::AllocSharedOp::create(
      top, loc,
      MemRefType::get(shape, type.getElementType(), MemRefLayoutAttrInterface(),
                      kgpu::SharedAttr::get(context, 0)));
  ktile::StoreOp::create(builder, loc, tile, buffer, map, ValueRange{});
  return buffer;
}

unsigned schedule::stageProducts(gpu::GPUFuncOp func) {
  SmallVector<ktile::DotOp> dots;
  func.walk([&](ktile::DotOp dot) {
    if (isa<RankedTensorType>(dot.getA().getType()) &&
        isa<RankedTensorType>(dot.getB().getType()))
      dots.push_back(dot);
  });
  for (ktile::DotOp dot : dots) {
    OpBuilder builder(dot);
    // The last round's readers must be done before the buffers change.
    if (dot->getParentOfType<scf::ForOp>())
      gpu::BarrierOp::create(builder, dot.getLoc());
    Value a = fillBuffer(func, builder, dot.getA(), /*transposed=*/true);
    Value b = fillBuffer(func, builder, dot.getB(), /*transposed=*/false);
    gpu::BarrierOp::create(builder, dot.getLoc());
    dot.getAMutable().assign(a);
    dot.getBMutable().assign(b);
    dot.setATransposed(true);
  }
  return dots.size();
}
