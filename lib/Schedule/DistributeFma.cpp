//===- DistributeFma.cpp - Products by scalar multiply-add ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

/// One dimension of a product: which registers of the accumulator move along
/// it, and the factor that they need.
struct Distributor::PatchSide {
  SmallVector<unsigned> bits;     ///< register bits that move along it
  SmallVector<int64_t> positions; ///< offset of each of its 2^bits places
  Value buffer;                   ///< [leading.., K, this dimension]
  SmallVector<Value> leading;
  Value first; ///< place of register 0

  PatchSide(const LinearLayout &layout, unsigned dim) : positions({0}) {
    for (auto [bit, basis] : llvm::enumerate(layout.bases(Holder::Register))) {
      if (!basis[dim])
        continue;
      bits.push_back(bit);
      size_t count = positions.size();
      for (size_t i = 0; i < count; ++i)
        positions.push_back(positions[i] + basis[dim]);
    }
  }
};

static int64_t scatterBits(int64_t value, ArrayRef<unsigned> bits) {
  int64_t result = 0;
  for (auto [i, bit] : llvm::enumerate(bits))
    result |= (value >> i & 1) << bit;
  return result;
}

/// Steps along K that are spelled out one after the other.
static constexpr int64_t unrolledSteps = 16;

/// The scalars that one step along K needs, in the order of the positions.
SmallVector<Value> Distributor::loadPatchSide(const PatchSide &side, Value step,
                                              Type element, Location loc) {
  auto type = cast<MemRefType>(side.buffer.getType());
  int64_t width = 1;
  int64_t widest = 128 / type.getElementTypeBitWidth();
  while (width < widest && width < int64_t(side.positions.size()) &&
         side.positions[width] == width &&
         type.getShape().back() % (2 * width) == 0)
    width *= 2;
  SmallVector<Value> scalars;
  for (size_t i = 0; i < side.positions.size(); i += width) {
    SmallVector<Value> place(side.leading);
    place.push_back(step);
    Value at = side.first;
    if (side.positions[i])
      at = arith::AddIOp::create(builder, loc, at,
                                 constantIndex(side.positions[i]));
    place.push_back(at);
    Value loaded = kgpu::LoadOp::create(
        builder, loc, VectorType::get(width, type.getElementType()),
        side.buffer, place, Value(), Value(), TypedAttr(), IntegerAttr(),
        kgpu::CacheHint::Default);
    if (type.getElementType() != element)
      loaded = arith::ExtFOp::create(builder, loc,
                                     VectorType::get(width, element), loaded);
    llvm::append_range(
        scalars,
        vector::ToElementsOp::create(builder, loc, loaded).getElements());
  }
  return scalars;
}

Value Distributor::multiplyPatch(const PatchSide &rows,
                                 const PatchSide &columns, Value first,
                                 int64_t count, Value acc, Location loc) {
  auto type = cast<VectorType>(acc.getType());
  SmallVector<Value> sums = llvm::to_vector(ValueRange(
      vector::ToElementsOp::create(builder, loc, acc).getElements()));
  for (int64_t i = 0; i < count; ++i) {
    Value step = first;
    if (i)
      step = arith::AddIOp::create(builder, loc, first, constantIndex(i));
    SmallVector<Value> a =
        loadPatchSide(rows, step, type.getElementType(), loc);
    SmallVector<Value> b =
        loadPatchSide(columns, step, type.getElementType(), loc);
    for (auto [i, x] : llvm::enumerate(a))
      for (auto [j, y] : llvm::enumerate(b)) {
        Value &sum =
            sums[scatterBits(i, rows.bits) | scatterBits(j, columns.bits)];
        sum = math::FmaOp::create(builder, loc, x, y, sum);
      }
  }
  return vector::FromElementsOp::create(builder, loc, type, sums);
}

LogicalResult Distributor::distributeDot(ktile::DotOp op) {
  if (op.getUnitName() == ktile::DotOp::mmaUnit)
    return distributeMma(op);
  auto bufferA = dyn_cast<TypedValue<MemRefType>>(op.getA());
  auto bufferB = dyn_cast<TypedValue<MemRefType>>(op.getB());
  if (!bufferA || !bufferB || !op.getATransposed() || op.getBTransposed())
    return op.emitError(
        "operands must be staged through shared memory as K x M "
        "and K x N buffers first");
  Location loc = op.getLoc();
  LinearLayout layout = layoutOf(op.getResult());
  PatchSide rows(layout, 0), columns(layout, 1);
  rows.first = threadCoordinate(layout, 0);
  columns.first = threadCoordinate(layout, 1);
  rows.buffer = values.lookup(bufferA);
  rows.leading = mapped(op.getAIndices());
  columns.buffer = values.lookup(bufferB);
  columns.leading = mapped(op.getBIndices());
  int64_t k = bufferA.getType().getShape()[bufferA.getType().getRank() - 2];
  Value acc = values.lookup(op.getAcc());
  if (k <= unrolledSteps || k % unrolledSteps) {
    values.map(op.getResult(),
               multiplyPatch(rows, columns, constantIndex(0), k, acc, loc));
    return success();
  }
  // More at once would only keep more operands in registers.
  Value lower = constantIndex(0), upper = constantIndex(k),
        by = constantIndex(unrolledSteps);
  auto loop = scf::ForOp::create(builder, loc, lower, upper, by, acc);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(loop.getBody());
  Value next = multiplyPatch(rows, columns, loop.getInductionVar(),
                             unrolledSteps, loop.getRegionIterArg(0), loc);
  scf::YieldOp::create(builder, loc, next);
  values.map(op.getResult(), loop.getResult(0));
  return success();
}
