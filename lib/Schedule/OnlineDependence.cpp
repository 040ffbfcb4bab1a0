//===- OnlineDependence.cpp - What an element owes to a result --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OnlineDependence.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

Value DependenceFinder::source(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto parent =
        dyn_cast<linalg::LinalgOp>(argument.getOwner()->getParentOp());
    return parent ? parent.getMatchingOpOperand(argument)->get() : Value();
  }
  Operation *op = value.getDefiningOp();
  if (auto structured = dyn_cast_or_null<linalg::LinalgOp>(op))
    if (!structured.getNumReductionLoops())
      return structured.getBlock()->getTerminator()->getOperand(
          cast<OpResult>(value).getResultNumber());
  if (isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp,
                      tensor::CastOp, tensor::ExtractSliceOp, arith::ExtFOp,
                      arith::TruncFOp>(op))
    return op->getOperand(0);
  return {};
}

bool DependenceFinder::dependsOn(Value value) {
  if (value == target)
    return true;
  if (fixed.contains(value))
    return false;
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  known[value] = false;
  bool depends = false;
  if (Value from = source(value)) {
    depends = dependsOn(from);
  } else if (Operation *op = value.getDefiningOp()) {
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    for (Value operand : op->getOperands())
      depends |= dependsOn(operand);
    if (structured)
      for (Operation &inner : *structured.getBlock())
        for (Value operand : inner.getOperands())
          depends |= dependsOn(operand);
  }
  return known[value] = depends;
}

std::optional<Multiple> DependenceFinder::multiple(Value value) {
  if (value == target)
    return Multiple{1, {}};
  if (!dependsOn(value))
    return Multiple{};
  if (Value from = source(value))
    return multiple(from);
  Operation *op = value.getDefiningOp();
  if (isa<arith::NegFOp>(op)) {
    std::optional<Multiple> inner = multiple(op->getOperand(0));
    if (inner)
      inner->sign = -inner->sign;
    return inner;
  }
  if (isa<arith::MulFOp>(op)) {
    for (unsigned side : {0, 1}) {
      Value literal = op->getOperand(1 - side);
      std::optional<Multiple> inner = multiple(op->getOperand(side));
      FloatAttr number;
      if (!inner || !inner->sign || !matchPattern(literal, m_Constant(&number)))
        continue;
      inner->literals.push_back(literal.getDefiningOp());
      return inner;
    }
    return std::nullopt;
  }
  if (!isa<arith::AddFOp, arith::SubFOp>(op))
    return std::nullopt;
  std::optional<Multiple> left = multiple(op->getOperand(0));
  std::optional<Multiple> right = multiple(op->getOperand(1));
  if (!left || !right || (left->sign && right->sign))
    return std::nullopt;
  if (isa<arith::SubFOp>(op))
    right->sign = -right->sign;
  return left->sign ? left : right;
}

static bool isZero(Value value) {
  APFloat number(0.0f);
  return matchPattern(value, m_ConstantFloat(&number)) && number.isZero();
}

std::optional<Weight> DependenceFinder::weightOfSum(Value left, Value right) {
  std::optional<Weight> l = weight(left), r = weight(right);
  if (!l || !r)
    return std::nullopt;
  if (l->zero)
    return r;
  return r->zero || *l == *r ? l : std::nullopt;
}

std::optional<Weight> DependenceFinder::weight(Value value) {
  if (value == target)
    return Weight{nullptr, {}, 1, false};
  if (isZero(value))
    return Weight{nullptr, {}, 0, true};
  if (!dependsOn(value))
    return Weight{};
  if (Value from = source(value))
    return weight(from);
  Operation *op = value.getDefiningOp();
  if (isa<math::ExpOp, math::Exp2Op>(op)) {
    std::optional<Multiple> exponent = multiple(op->getOperand(0));
    if (!exponent)
      return std::nullopt;
    return Weight{op, *exponent, 0, false};
  }
  if (isa<arith::NegFOp>(op))
    return weight(op->getOperand(0));
  if (isa<arith::AddFOp, arith::SubFOp>(op))
    return weightOfSum(op->getOperand(0), op->getOperand(1));
  if (isa<arith::SelectOp>(op) && !dependsOn(op->getOperand(0)))
    return weightOfSum(op->getOperand(1), op->getOperand(2));
  if (!isa<arith::MulFOp, arith::DivFOp>(op))
    return std::nullopt;
  std::optional<Weight> left = weight(op->getOperand(0));
  std::optional<Weight> right = weight(op->getOperand(1));
  bool quotient = isa<arith::DivFOp>(op);
  // One exponential is enough to take back.
  if (!left || !right || (left->exponential && right->exponential) ||
      (quotient && (right->exponential || right->zero)))
    return std::nullopt;
  Weight both = left->exponential ? *left : *right;
  both.power = left->power + (quotient ? -right->power : right->power);
  both.zero = left->zero || right->zero;
  return both;
}

bool DependenceFinder::increases(Value value) {
  std::optional<Multiple> found = multiple(value);
  if (!found || !found->sign)
    return false;
  bool negative = found->sign < 0;
  for (Operation *literal : found->literals) {
    FloatAttr number;
    matchPattern(literal, m_Constant(&number));
    negative ^= number.getValue().isNegative();
  }
  return !negative;
}
