//===- FactorParts.cpp - f32 factors in bf16 parts --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/SplitFactors.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;
using llvm::APFloat;
using mlir::OpBuilder;

static constexpr float thirdPartScale = 4096;

SmallVector<PartProducts> kernel::partProducts() {
  // Third parts are kept 2^12 times as large: what bf16 has no exponents for in
  // the second part of a number near 2^-120 is then in the third one. They
  // still are 2^5 times smaller than the number, so that sums do not overflow.
  return {{{{0, 2}, {2, 0}}, 1 / thirdPartScale},
          {{{1, 1}, {0, 1}, {1, 0}, {0, 0}}, 1}};
}

SmallVector<Value> kernel::partsOf(OpBuilder &b, Location loc, Value x,
                                   bool specials) {
  Type wide = x.getType();
  auto like = [&](Type element) -> Type {
    if (auto shaped = dyn_cast<ShapedType>(wide))
      return shaped.clone(element);
    return element;
  };
  Type narrow = like(b.getBF16Type());
  auto literal = [&](APFloat value) -> Value {
    bool loses;
    value.convert(APFloat::IEEEsingle(), APFloat::rmNearestTiesToEven, &loses);
    auto attribute = mlir::FloatAttr::get(b.getF32Type(), value);
    if (auto shaped = dyn_cast<ShapedType>(wide))
      return arith::ConstantOp::create(
          b, loc,
          mlir::DenseElementsAttr::get(shaped, mlir::Attribute(attribute)));
    return arith::ConstantOp::create(b, loc, attribute);
  };
  auto rounded = [&](Value value) -> Value {
    return arith::TruncFOp::create(b, loc, narrow, value);
  };
  auto without = [&](Value value, Value part) -> Value {
    return arith::SubFOp::create(b, loc, value,
                                 arith::ExtFOp::create(b, loc, wide, part));
  };
  Value near = x, isSpecial;
  if (specials) {
    // What is no number goes to the third part, which meets first parts alone:
    // so the first one must be a number, of the same sign.
    APFloat largest = APFloat::getLargest(APFloat::BFloat());
    near = arith::MinimumFOp::create(
        b, loc,
        arith::MaximumFOp::create(b, loc, x, literal(llvm::neg(largest))),
        literal(largest));
    isSpecial = arith::CmpFOp::create(
        b, loc, arith::CmpFPredicate::UGT, math::AbsFOp::create(b, loc, x),
        literal(APFloat::getLargest(APFloat::IEEEsingle())));
    Value sign = math::CopySignOp::create(b, loc, literal(APFloat(1.0f)), x);
    near = arith::SelectOp::create(b, loc, isSpecial, sign, near);
  }
  Value first = rounded(near), rest = without(x, first), number = rest;
  if (specials)
    number = arith::SelectOp::create(b, loc, isSpecial, literal(APFloat(0.0f)),
                                     rest);
  Value second = rounded(number), last = without(rest, second);
  Value third = rounded(
      arith::MulFOp::create(b, loc, last, literal(APFloat(thirdPartScale))));
  return {first, second, third};
}
