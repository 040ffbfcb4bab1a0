//===- SumOfProducts.cpp - What a contraction adds up -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/SumOfProducts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;
using mlir::Block;
using mlir::BlockArgument;

Value kernel::matchScaled(Value value, Value &literal) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (!product)
    return {};
  for (unsigned side : {0u, 1u})
    if (matchPattern(product->getOperand(side), mlir::m_Constant())) {
      literal = product->getOperand(side);
      return product->getOperand(1 - side);
    }
  return {};
}

static bool collect(Value value, Block *body,
                    SmallVectorImpl<std::pair<Value, Value>> &products) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != body)
    return false;
  if (auto sum = dyn_cast<arith::AddFOp>(op))
    return collect(sum.getLhs(), body, products) &&
           collect(sum.getRhs(), body, products);
  Value literal;
  if (Value rest = matchScaled(value, literal))
    return collect(rest, body, products);
  auto product = dyn_cast<arith::MulFOp>(op);
  if (product)
    products.push_back({product.getLhs(), product.getRhs()});
  return bool(product);
}

std::optional<SumOfProducts> kernel::matchSumOfProducts(linalg::LinalgOp op) {
  if (op.getNumDpsInits() != 1)
    return std::nullopt;
  auto sum = op.getBlock()
                 ->getTerminator()
                 ->getOperand(0)
                 .getDefiningOp<arith::AddFOp>();
  BlockArgument accumulator = op.getRegionOutputArgs()[0];
  if (!sum || !accumulator.hasOneUse() ||
      !llvm::is_contained(sum->getOperands(), Value(accumulator)))
    return std::nullopt;
  SumOfProducts found;
  found.added = sum.getLhs() == accumulator ? sum.getRhs() : sum.getLhs();
  if (!collect(found.added, op.getBlock(), found.products))
    return std::nullopt;
  return found;
}
