//===- Contraction.cpp - Lowerings of contractions --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// A named contraction of `a` and `b` in the type that they are computed in.
template <typename OpTy>
static Value named(Lowering &l, Value a, Value b, Type accumulator) {
  Sizes sizes = l.sizesOf(a);
  sizes.back() = l.sizesOf(b).back();
  Value init = l.zeros(sizes, accumulator);
  return OpTy::create(l.b, l.loc, ValueRange{a, b}, ValueRange{init})
      .getResult(0);
}

template <typename OpTy>
static LogicalResult lowerProduct(Lowering &l) {
  Type element = l.resultElement();
  Value y = named<OpTy>(l, l.in[0], l.in[1], computeTypeOf(element));
  return l.replace(l.convert(y, element));
}

static LogicalResult lowerMm(MmOp, Lowering &l) {
  return lowerProduct<linalg::MatmulOp>(l);
}
static LogicalResult lowerBmm(BmmOp, Lowering &l) {
  return lowerProduct<linalg::BatchMatmulOp>(l);
}

/// beta * self + alpha * product.
template <typename NamedOp, typename OpTy>
static LogicalResult lowerAddProduct(OpTy op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Type element = l.resultElement(), compute = computeTypeOf(element);
  double beta = op.getBeta().convertToDouble();
  double alpha = op.getAlpha().convertToDouble();
  Value product = named<NamedOp>(l, l.in[1], l.in[2], compute);
  SmallVector<Value> inputs = {product};
  if (beta != 0)
    inputs.push_back(l.in[0]);
  return l.replace(l.pointwise(*sizes, element, compute, inputs,
                               [&](Scalars &s, ValueRange v) {
                                 Value y = v[0];
                                 if (alpha != 1)
                                   y = s.mul(y, s.constant(compute, alpha));
                                 if (beta == 0)
                                   return y;
                                 Value x = v[1];
                                 if (beta != 1)
                                   x = s.mul(x, s.constant(compute, beta));
                                 return s.add(x, y);
                               }));
}

/// Loops are (batch..., m, n, k); an operand broadcasts in its batches.
static LogicalResult lowerMatmul(MatmulOp, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Value a = l.in[0], b = l.in[1];
  unsigned aRank = rankOf(a), bRank = rankOf(b);
  if (aRank == 2 && bRank == 2)
    return lowerProduct<linalg::MatmulOp>(l);
  bool row = aRank == 1, column = bRank == 1;
  unsigned batch = sizes->size() - !row - !column;
  unsigned m = batch, n = batch + !row, k = sizes->size(), loops = k + 1;
  auto batchExprs = [&](Value tensor, unsigned own) {
    SmallVector<AffineExpr> exprs;
    auto shape = cast<RankedTensorType>(tensor.getType()).getShape();
    for (unsigned index = 0; index < own; ++index)
      exprs.push_back(shape[index] == 1 ? l.cst(0)
                                        : l.dim(batch - own + index));
    return exprs;
  };
  SmallVector<AffineExpr> left = batchExprs(a, row ? 0 : aRank - 2);
  if (!row)
    left.push_back(l.dim(m));
  left.push_back(l.dim(k));
  SmallVector<AffineExpr> right = batchExprs(b, column ? 0 : bRank - 2);
  right.push_back(l.dim(k));
  if (!column)
    right.push_back(l.dim(n));
  // A batch that is one on both sides is read by neither map.
  SmallVector<AffineExpr> result;
  for (unsigned index = 0; index < sizes->size(); ++index)
    result.push_back(l.dim(index));
  Type element = l.resultElement();
  Value y =
      l.contract({{a, l.map(loops, left)}, {b, l.map(loops, right)}}, loops,
                 l.map(loops, result), *sizes, computeTypeOf(element));
  return l.replace(l.convert(y, element));
}

static LogicalResult lowerLinear(LinearOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  unsigned rank = sizes->size(), loops = rank + 1;
  SmallVector<AffineExpr> input, result;
  for (unsigned index = 0; index + 1 < rank; ++index)
    input.push_back(l.dim(index));
  result = input;
  input.push_back(l.dim(rank));
  result.push_back(l.dim(rank - 1));
  Type element = l.resultElement(), compute = computeTypeOf(element);
  AffineMap weight = l.map(loops, {l.dim(rank - 1), l.dim(rank)});
  Value y = l.contract({{l.in[0], l.map(loops, input)}, {l.in[1], weight}},
                       loops, l.map(loops, result), *sizes, compute);
  if (l.in.size() < 3)
    return l.replace(l.convert(y, element));
  return l.replace(
      l.pointwise(*sizes, element, compute, {y, l.in[2]},
                  [](Scalars &s, ValueRange v) { return s.add(v[0], v[1]); }));
}

static LogicalResult lowerEinsum(EinsumOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  auto [left, right] = op.getEquation().split("->");
  SmallVector<StringRef> terms;
  left.split(terms, ',');
  // Result letters first, then the summed ones.
  std::string letters = right.str();
  for (char letter : left)
    if (llvm::isAlpha(letter) && letters.find(letter) == std::string::npos)
      letters.push_back(letter);
  auto mapOf = [&](StringRef term) {
    SmallVector<AffineExpr> exprs;
    for (char letter : term)
      exprs.push_back(l.dim(letters.find(letter)));
    return l.map(letters.size(), exprs);
  };
  SmallVector<Access> inputs;
  for (auto [term, tensor] : llvm::zip(terms, l.in))
    inputs.push_back({tensor, mapOf(term)});
  Type element = l.resultElement();
  Value y = l.contract(inputs, letters.size(), mapOf(right), *sizes,
                       computeTypeOf(element));
  return l.replace(l.convert(y, element));
}

void kernel_opt::addContractionLowerings(LoweringTable &table) {
  table.add<MmOp, lowerMm>();
  table.add<BmmOp, lowerBmm>();
  table.add<AddmmOp, lowerAddProduct<linalg::MatmulOp, AddmmOp>>();
  table.add<BaddbmmOp, lowerAddProduct<linalg::BatchMatmulOp, BaddbmmOp>>();
  table.add<MatmulOp, lowerMatmul>();
  table.add<LinearOp, lowerLinear>();
  table.add<EinsumOp, lowerEinsum>();
}
