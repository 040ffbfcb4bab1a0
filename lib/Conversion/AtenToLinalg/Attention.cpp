//===- Attention.cpp - Lowering of attention --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Reductions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::aten;

namespace {
/// Loops of both contractions are (batch..., query, key or value, reduced).
struct Attention {
  ScaledDotProductAttentionOp op;
  Lowering &l;
  Sizes result;
  unsigned batch = result.size() - 2;
  unsigned loops = result.size() + 1;
  Type compute = computeTypeOf(l.resultElement());

  /// The map of an operand whose last dimensions are `last`.
  AffineMap operandMap(Value tensor, ArrayRef<AffineExpr> last) {
    SmallVector<AffineExpr> exprs;
    auto shape = cast<RankedTensorType>(tensor.getType()).getShape();
    unsigned own = shape.size() - 2;
    for (unsigned index = 0; index < own; ++index)
      exprs.push_back(shape[index] == 1 ? l.cst(0)
                                        : l.dim(batch - own + index));
    exprs.append(last.begin(), last.end());
    return l.map(loops, exprs);
  }

  Value contract(Access a, Access b, ArrayRef<OpFoldResult> sizes) {
    SmallVector<AffineExpr> exprs;
    for (unsigned index = 0; index < sizes.size(); ++index)
      exprs.push_back(l.dim(index));
    return l.contract({a, b}, loops, l.map(loops, exprs), sizes, compute);
  }

  /// query x key^T.
  Value scores() {
    Sizes sizes = result;
    sizes.back() = l.size(l.in[1], rankOf(l.in[1]) - 2);
    AffineExpr q = l.dim(batch), k = l.dim(batch + 1), e = l.dim(batch + 2);
    return contract({l.in[0], operandMap(l.in[0], {q, e})},
                    {l.in[1], operandMap(l.in[1], {k, e})}, sizes);
  }

  /// 1 / sqrt(E) unless given; E may be known at run time only.
  Value scale() {
    if (op.getScale())
      return l.scalars.constant(compute, op.getScale()->convertToDouble());
    OpFoldResult size = l.sizesOf(l.in[0]).back();
    if (std::optional<int64_t> known = mlir::getConstantIntValue(size))
      return l.scalars.rounded(compute, 1 / std::sqrt(double(*known)),
                               "1/sqrt(" + Twine(*known) + ")");
    Value root = l.scalars.sqrt(l.count(size, compute));
    return l.scalars.div(l.scalars.constant(compute, 1), root);
  }

  Value scaleAndMask(Value scores) {
    Value factor = scale();
    Sizes sizes = l.sizesOf(scores);
    SmallVector<Access> inputs = {
        {scores, l.b.getMultiDimIdentityMap(sizes.size())}};
    if (l.in.size() == 4)
      inputs.push_back({l.in[3], l.broadcastMap(l.in[3], sizes.size())});
    return l.parallel(sizes, compute, inputs, [&](Scalars &s, ValueRange v) {
      Value x = s.mul(v[0], factor);
      if (op.getIsCausal()) {
        Value row = linalg::IndexOp::create(s.b, s.loc, batch);
        Value column = linalg::IndexOp::create(s.b, s.loc, batch + 1);
        Value seen = arith::CmpIOp::create(
            s.b, s.loc, arith::CmpIPredicate::ule, column, row);
        return s.select(seen, x, s.lowest(compute));
      }
      if (v.size() == 1)
        return x;
      if (v[1].getType().isInteger(1))
        return s.select(v[1], x, s.lowest(compute));
      return s.add(x, s.cast(v[1], compute));
    });
  }

  Value weigh(Value probabilities) {
    AffineExpr q = l.dim(batch), e = l.dim(batch + 1), k = l.dim(batch + 2);
    return contract({probabilities, operandMap(probabilities, {q, k})},
                    {l.in[2], operandMap(l.in[2], {k, e})}, result);
  }
};
} // namespace

static LogicalResult lowerAttention(ScaledDotProductAttentionOp op,
                                    Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Attention attention{op, l, *sizes};
  Value scores = attention.scaleAndMask(attention.scores());
  SmallVector<int64_t> last = {rankOf(scores) - 1};
  // Only a mask can hide all keys from a query.
  bool safe = l.in.size() == 4;
  // Of 16-bit inputs the probabilities have 16 bits, too: that is what every
  // implementation of torch multiplies with the values.
  Value probabilities =
      softmaxOver(l, scores, last, attention.compute, l.resultElement(), safe);
  return l.replace(
      l.convert(attention.weigh(probabilities), l.resultElement()));
}

void kernel_opt::addAttentionLowerings(LoweringTable &table) {
  table.add<ScaledDotProductAttentionOp, lowerAttention>();
}
