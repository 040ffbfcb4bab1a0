//===- DistributeMemory.cpp - Each thread's loads and stores ------*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

/// Consecutive registers, from register 0 on, that hold neighbours along `dim`.
static int64_t contiguousRegisters(const LinearLayout &layout, unsigned dim) {
  int64_t count = 1;
  for (const LinearLayout::Basis &basis : layout.bases(Holder::Register)) {
    for (auto [d, mask] : llvm::enumerate(basis))
      if (mask != (d == dim ? count : 0))
        return count;
    count *= 2;
  }
  return count;
}

Distributor::Access Distributor::makeAccess(Value memref, AffineMap map,
                                            ValueRange symbols,
                                            const LinearLayout &layout,
                                            ArrayRef<int64_t> shape) {
  Access access = {memref,
                   map,
                   mapped(symbols),
                   SmallVector<Value>(symbols),
                   layout,
                   SmallVector<int64_t>(shape),
                   1,
                   {}};
  AccessShape widest =
      accessShape(cast<MemRefType>(memref.getType()), map, symbols, shape);
  if (widest.vector > 1)
    access.vector =
        std::min(widest.vector, contiguousRegisters(layout, widest.order[0]));
  return access;
}

static bool isLinear(AffineExpr expr) {
  bool linear = true;
  expr.walk([&](AffineExpr e) {
    linear &= e.getKind() != AffineExprKind::FloorDiv &&
              e.getKind() != AffineExprKind::CeilDiv &&
              e.getKind() != AffineExprKind::Mod;
  });
  return linear;
}

Value Distributor::expand(AffineExpr expr, const Access &access,
                          ArrayRef<Value> dims, Location loc) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constantIndex(constant.getValue());
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return dims[dim.getPosition()];
  if (auto symbol = dyn_cast<AffineSymbolExpr>(expr))
    return access.symbols[symbol.getPosition()];
  auto binary = cast<AffineBinaryOpExpr>(expr);
  Value left = expand(binary.getLHS(), access, dims, loc);
  if (expr.getKind() == AffineExprKind::Add ||
      expr.getKind() == AffineExprKind::Mul) {
    Value right = expand(binary.getRHS(), access, dims, loc);
    if (expr.getKind() == AffineExprKind::Add)
      return arith::AddIOp::create(builder, loc, left, right);
    return arith::MulIOp::create(builder, loc, left, right);
  }
  // Division rounds down; a multiple of the divisor makes the dividend
  // positive.
  int64_t by = cast<AffineConstantExpr>(binary.getRHS()).getValue();
  IndexRange range =
      rangeOf(binary.getLHS(), access.shape, access.sourceSymbols);
  int64_t lift = range.low < 0 ? llvm::divideCeilSigned(-range.low, by) : 0;
  Value right = constantIndex(by);
  if (lift)
    left = arith::AddIOp::create(builder, loc, left, constantIndex(lift * by));
  if (expr.getKind() == AffineExprKind::Mod)
    return arith::RemUIOp::create(builder, loc, left, right);
  if (expr.getKind() == AffineExprKind::CeilDiv)
    left = arith::AddIOp::create(builder, loc, left, constantIndex(by - 1));
  Value quotient = arith::DivUIOp::create(builder, loc, left, right);
  if (lift)
    quotient =
        arith::SubIOp::create(builder, loc, quotient, constantIndex(lift));
  return quotient;
}

Value Distributor::indexOf(Access &access, unsigned result,
                           ArrayRef<int64_t> offsets, Location loc) {
  AffineExpr expr = access.map.getResult(result);
  SmallVector<Value> dims;
  for (unsigned d = 0; d < access.shape.size(); ++d)
    dims.push_back(threadCoordinate(access.layout, d));
  if (!isLinear(expr)) {
    for (auto [dim, offset] : llvm::zip(dims, offsets))
      if (offset)
        dim = arith::AddIOp::create(builder, loc, dim, constantIndex(offset));
    return expand(expr, access, dims, loc);
  }
  // Registers differ by constants from the first one.
  Value &first = access.linearIndices[result];
  if (!first)
    first = expand(expr, access, dims, loc);
  MLIRContext *context = source.getContext();
  auto at = [&](ArrayRef<int64_t> point) {
    SmallVector<AffineExpr> constants, zeros;
    for (int64_t c : point)
      constants.push_back(getAffineConstantExpr(c, context));
    zeros.assign(access.symbols.size(), getAffineConstantExpr(0, context));
    AffineExpr value =
        simplifyAffineExpr(expr.replaceDimsAndSymbols(constants, zeros), 0, 0);
    return cast<AffineConstantExpr>(value).getValue();
  };
  int64_t delta = at(offsets) - at(SmallVector<int64_t>(offsets.size(), 0));
  if (!delta)
    return first;
  return arith::AddIOp::create(builder, loc, first, constantIndex(delta));
}

Distributor::Place Distributor::placeOf(Access &access, int64_t reg,
                                        Location loc) {
  Place place;
  auto memref = cast<MemRefType>(access.memref.getType());
  SmallVector<int64_t, 4> offsets = access.layout.apply(reg, 0, 0);
  for (auto [i, extent] : llvm::enumerate(memref.getShape())) {
    Value index = indexOf(access, i, offsets, loc);
    place.indices.push_back(index);
    IndexRange range =
        rangeOf(access.map.getResult(i), access.shape, access.sourceSymbols);
    if (range.low >= 0 && range.high < extent)
      continue;
    bool last = i + 1 == memref.getShape().size();
    if (last && access.vector > 1 && extent % access.vector) {
      place.valid =
          arith::SubIOp::create(builder, loc, constantIndex(extent), index);
      if (range.low >= 0)
        continue;
      // What begins before the row is no part of it at all.
    }
    // Unsigned, so that negative coordinates are outside too.
    Value inside = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ult, index, constantIndex(extent));
    place.predicate =
        place.predicate
            ? arith::AndIOp::create(builder, loc, place.predicate, inside)
                  .getResult()
            : inside;
  }
  return place;
}

Value Distributor::loadRegisters(Access &access, TypedAttr padding,
                                 Type element, Location loc) {
  SmallVector<Value> parts;
  auto type = VectorType::get(access.vector, element);
  for (int64_t reg = 0; reg < access.layout.numRegisters();
       reg += access.vector) {
    Place place = placeOf(access, reg, loc);
    bool guarded = place.predicate || place.valid;
    parts.push_back(kgpu::LoadOp::create(
        builder, loc, type, access.memref, place.indices, place.predicate,
        place.valid, guarded ? padding : TypedAttr(), IntegerAttr(),
        kgpu::CacheHint::Default));
  }
  return concat(parts, loc);
}

void Distributor::storeRegisters(Access &access, Value registers, Value holder,
                                 Location loc) {
  for (int64_t reg = 0; reg < access.layout.numRegisters();
       reg += access.vector) {
    Place place = placeOf(access, reg, loc);
    if (holder)
      place.predicate =
          place.predicate
              ? arith::AndIOp::create(builder, loc, place.predicate, holder)
                    .getResult()
              : holder;
    Value part = pick(
        registers, llvm::to_vector(llvm::seq(reg, reg + access.vector)), loc);
    kgpu::StoreOp::create(builder, loc, part, access.memref, place.indices,
                          place.predicate, place.valid, IntegerAttr(),
                          kgpu::CacheHint::Default);
  }
}

LogicalResult Distributor::distributeLoad(ktile::LoadOp op) {
  RankedTensorType tile = tileOf(op.getResult());
  Access access =
      makeAccess(values.lookup(op.getSource()), op.getMap(), op.getSymbols(),
                 layoutOf(op.getResult()), tile.getShape());
  values.map(op.getResult(), loadRegisters(access, op.getPadding(),
                                           tile.getElementType(), op.getLoc()));
  return success();
}

LogicalResult Distributor::distributeStore(ktile::StoreOp op) {
  LinearLayout layout = layoutOf(op.getValue());
  Access access =
      makeAccess(values.lookup(op.getDest()), op.getMap(), op.getSymbols(),
                 layout, tileOf(op.getValue()).getShape());
  // Buffers in shared memory are each block's own.
  bool ofEachBlock = !kgpu::isGlobal(op.getDest().getType());
  storeRegisters(access, values.lookup(op.getValue()),
                 firstHolder(layout, ofEachBlock), op.getLoc());
  return success();
}

LogicalResult Distributor::distributeIndex(ktile::IndexOp op) {
  LinearLayout layout = layoutOf(op.getResult());
  Access access = {{},
                   op.getMap(),
                   mapped(op.getSymbols()),
                   SmallVector<Value>(op.getSymbols()),
                   layout,
                   SmallVector<int64_t>(tileOf(op.getResult()).getShape()),
                   1,
                   {}};
  SmallVector<Value> elements;
  for (int64_t reg = 0; reg < layout.numRegisters(); ++reg)
    elements.push_back(
        indexOf(access, 0, layout.apply(reg, 0, 0), op.getLoc()));
  values.map(op.getResult(),
             vector::FromElementsOp::create(
                 builder, op.getLoc(),
                 cast<VectorType>(convertType(op.getResult().getType())),
                 elements)
                 .getResult());
  return success();
}

/// Consecutive registers whose `expr` is all below `bound` or all not: their
/// coordinates begin at a multiple of their number, which divides the bound.
static int64_t sameSide(AffineExpr expr, int64_t bound,
                        const LinearLayout &layout, ValueRange symbols) {
  ArrayRef<LinearLayout::Basis> bits = layout.bases(Holder::Register);
  if (bits.empty() || !isLinear(expr))
    return 1;
  for (unsigned d = 0; d < layout.getRank(); ++d) {
    if (bits[0][d] != 1)
      continue;
    MLIRContext *context = expr.getContext();
    AffineExpr dim = getAffineDimExpr(d, context);
    AffineExpr step = simplifyAffineExpr(expr.replace(dim, dim + 1) - expr,
                                         layout.getRank(), symbols.size());
    if (step != getAffineConstantExpr(1, context))
      return 1;
    int64_t count = contiguousRegisters(layout, d);
    SmallVector<int64_t> divisors(layout.getRank(), 1);
    for (; count > 1; count /= 2) {
      divisors[d] = count;
      if (bound % count == 0 && divisorOf(expr, divisors, symbols) % count == 0)
        return count;
    }
  }
  return 1;
}

LogicalResult Distributor::distributeInBounds(ktile::InBoundsOp op) {
  LinearLayout layout = layoutOf(op.getResult());
  Location loc = op.getLoc();
  Access access = {{},
                   op.getMap(),
                   mapped(op.getSymbols()),
                   SmallVector<Value>(op.getSymbols()),
                   layout,
                   SmallVector<int64_t>(tileOf(op.getResult()).getShape()),
                   1,
                   {}};
  SmallVector<Value> elements;
  for (int64_t reg = 0; reg < layout.numRegisters(); ++reg) {
    Value inside;
    for (auto [i, bound] : llvm::enumerate(op.getBounds())) {
      IndexRange range =
          rangeOf(op.getMap().getResult(i), access.shape, access.sourceSymbols);
      if (range.low >= 0 && range.high < bound)
        continue;
      int64_t group = sameSide(op.getMap().getResult(i), bound, layout,
                               access.sourceSymbols);
      Value index =
          indexOf(access, i, layout.apply(reg / group * group, 0, 0), loc);
      Value check = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::ult, index, constantIndex(bound));
      inside =
          inside
              ? arith::AndIOp::create(builder, loc, inside, check).getResult()
              : check;
    }
    if (!inside)
      inside = arith::ConstantIntOp::create(builder, loc, 1, 1);
    elements.push_back(inside);
  }
  values.map(op.getResult(),
             vector::FromElementsOp::create(
                 builder, loc,
                 cast<VectorType>(convertType(op.getResult().getType())),
                 elements)
                 .getResult());
  return success();
}

LogicalResult Distributor::distributeCopy(ktile::CopyOp op) {
  Location loc = op.getLoc();
  AccessShape wide = accessShape(op.getSource().getType(), op.getMap(),
                                 op.getSymbols(), op.getShape());
  int64_t bytes =
      wide.vector * op.getSource().getType().getElementTypeBitWidth() / 8;
  if (bytes < 4 || wide.order[0] != (op.getTransposed() ? 0 : 1))
    return op.emitError("copies of ")
           << bytes << " bytes side by side are none of 4, 8 or 16, or change "
           << "their order";
  LinearLayout layout = LinearLayout::blocked(
      op.getShape(), wide.order, wide.vector, int64_t(1) << (threadBits - 5));
  Access access = makeAccess(values.lookup(op.getSource()), op.getMap(),
                             op.getSymbols(), layout, op.getShape());
  // Where threads would repeat each other, the first ones copy.
  Value holder = firstHolder(layout, /*ofEachBlock=*/true);
  OpBuilder::InsertionGuard guard(builder);
  if (holder)
    builder.setInsertionPointToStart(
        scf::IfOp::create(builder, loc, holder, /*withElseRegion=*/false)
            .thenBlock());
  for (int64_t reg = 0; reg < layout.numRegisters(); reg += access.vector) {
    Place place = placeOf(access, reg, loc);
    SmallVector<int64_t, 4> offsets = layout.apply(reg, 0, 0);
    SmallVector<Value> to = mapped(op.getDestIndices());
    for (unsigned d :
         {op.getTransposed() ? 1u : 0u, op.getTransposed() ? 0u : 1u}) {
      Value at = threadCoordinate(layout, d);
      if (offsets[d])
        at = arith::AddIOp::create(builder, loc, at, constantIndex(offsets[d]));
      to.push_back(at);
    }
    kgpu::AsyncCopyOp::create(builder, loc, access.memref, place.indices,
                              values.lookup(op.getDest()), to, place.predicate,
                              access.vector);
  }
  return success();
}
