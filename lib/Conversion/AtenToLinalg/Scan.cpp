//===- Scan.cpp - Lowering of scans to loops --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// A loop along `dim` that carries the accumulators of all other places.
template <typename OpTy>
static LogicalResult lowerScan(OpTy op, Lowering &l) {
  constexpr bool isSum = std::is_same_v<OpTy, CumsumOp>;
  Value x = l.in[0];
  Type element = l.resultElement(), compute = computeTypeOf(element);
  if (rankOf(x) == 0)
    return l.replace(l.convert(x, element));
  int64_t axis = l.wrap(op.getDim(), x);
  Sizes sizes = l.sizesOf(x), slice = sizes;
  slice[axis] = l.attr(1);
  Value init = l.filled(slice, l.scalars.integer(compute, isSum ? 0 : 1));
  Value out = l.empty(sizes, element);
  Value zero = l.scalars.index(0), one = l.scalars.index(1);
  Value end = mlir::getValueOrCreateConstantIndexOp(l.b, l.loc, sizes[axis]);
  Sizes offsets(sizes.size(), l.attr(0)), strides(sizes.size(), l.attr(1));
  auto loop =
      scf::ForOp::create(l.b, l.loc, zero, end, one, ValueRange{init, out});
  OpBuilder::InsertionGuard guard(l.b);
  l.b.setInsertionPointToStart(loop.getBody());
  offsets[axis] = loop.getInductionVar();
  Value part =
      tensor::ExtractSliceOp::create(l.b, l.loc, x, offsets, slice, strides);
  // Written where the accumulators stood, so that the loop needs no copies.
  AffineMap identity = l.b.getMultiDimIdentityMap(sizes.size());
  Value next = l.generic(
      {{part, identity}}, {{loop.getRegionIterArgs()[0], identity}},
      sizes.size(), {}, [&](Scalars &s, ValueRange v) {
        Value x = s.cast(v[0], compute);
        return SmallVector<Value>{isSum ? s.add(v[1], x) : s.mul(v[1], x)};
      })[0];
  Value written = tensor::InsertSliceOp::create(
      l.b, l.loc, l.convert(next, element), loop.getRegionIterArgs()[1],
      offsets, slice, strides);
  scf::YieldOp::create(l.b, l.loc, ValueRange{next, written});
  l.b.setInsertionPointAfter(loop);
  return l.replace(loop.getResult(1));
}

void kernel_opt::addScanLowerings(LoweringTable &table) {
  table.add<CumsumOp, lowerScan<CumsumOp>>();
  table.add<CumprodOp, lowerScan<CumprodOp>>();
}
