//===- Divisors.cpp - Inverses of what divides whole rows -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A correctly rounded quotient is ten instructions and a branch. Where a row's
// one number divides all of the row, its inverse is computed once, and each
// quotient is a product, at the cost of one more rounding. An inverse that
// overflows (of a subnormal divisor) gives other special values; whether that
// can occur is for the accuracy check to see.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
class Inverter {
public:
  /// The inverse of `value`, taken where it has least elements.
  Value inverse(Value value);

private:
  DenseMap<Value, Value> known;
};
} // namespace

Value Inverter::inverse(Value value) {
  Value &made = known[value];
  if (made)
    return made;
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  Location loc = value.getLoc();
  if (auto view = value.getDefiningOp<ktile::ViewOp>()) {
    Value source = inverse(view.getSource());
    return known[value] = ktile::ViewOp::create(builder, loc, view.getType(),
                                                source, view.getFrom());
  }
  auto type = cast<RankedTensorType>(value.getType());
  Value one = arith::ConstantOp::create(
      builder, loc,
      DenseElementsAttr::get(
          type, Attribute(builder.getFloatAttr(type.getElementType(), 1.0))));
  return made = arith::DivFOp::create(builder, loc, one, value);
}

/// How many elements stand behind a tile that repeats others.
static int64_t distinctElements(Value value) {
  while (auto view = value.getDefiningOp<ktile::ViewOp>())
    value = view.getSource();
  return cast<RankedTensorType>(value.getType()).getNumElements();
}

unsigned schedule::invertDivisors(gpu::GPUFuncOp func) {
  SmallVector<arith::DivFOp> quotients;
  func.walk([&](arith::DivFOp op) {
    auto tile = dyn_cast<RankedTensorType>(op.getType());
    if (tile && distinctElements(op.getRhs()) < tile.getNumElements())
      quotients.push_back(op);
  });
  Inverter inverter;
  for (arith::DivFOp op : quotients) {
    Value factor = inverter.inverse(op.getRhs());
    OpBuilder builder(op);
    op.replaceAllUsesWith(
        arith::MulFOp::create(builder, op.getLoc(), op.getLhs(), factor)
            .getResult());
    op.erase();
  }
  return quotients.size();
}
