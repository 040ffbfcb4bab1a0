//===- Literals.cpp - Arithmetic on literals --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Literals.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;
namespace math = mlir::math;

/// Longer expressions than this are not worth carrying along.
static constexpr size_t longestExpression = 1000;

/// How an operation is written in an expression, with `$0` and `$1` for its
/// operands; empty if it is not written so, or rounds nothing.
static StringRef notationOf(Operation *op) {
  return llvm::TypeSwitch<Operation *, StringRef>(op)
      .Case([](arith::AddFOp) { return "$0+$1"; })
      .Case([](arith::SubFOp) { return "$0-$1"; })
      .Case([](arith::MulFOp) { return "$0*$1"; })
      .Case([](arith::DivFOp) { return "$0/$1"; })
      .Case<arith::ExtFOp, arith::TruncFOp>([](auto) { return "$0"; })
      .Case([](arith::NegFOp) { return "-$0"; })
      .Case([](math::PowFOp) { return "$0^$1"; })
      .Case([](math::AtanOp) { return "atan($0)"; })
      .Case([](math::CosOp) { return "cos($0)"; })
      .Case([](math::ErfOp) { return "erf($0)"; })
      .Case([](math::ExpOp) { return "exp($0)"; })
      .Case([](math::Exp2Op) { return "exp2($0)"; })
      .Case([](math::ExpM1Op) { return "expm1($0)"; })
      .Case([](math::LogOp) { return "log($0)"; })
      .Case([](math::Log1pOp) { return "log1p($0)"; })
      .Case([](math::Log2Op) { return "log2($0)"; })
      .Case([](math::RsqrtOp) { return "rsqrt($0)"; })
      .Case([](math::SinOp) { return "sin($0)"; })
      .Case([](math::SqrtOp) { return "sqrt($0)"; })
      .Case([](math::TanhOp) { return "tanh($0)"; })
      .Default([](Operation *) { return ""; });
}

/// What a literal stands for: what it says, or its own value in hexadecimal.
static std::string textOf(arith::ConstantOp literal) {
  if (auto known =
          literal->getAttrOfType<kopt::ConstAttr>(kopt::kConstAttrName))
    return "(" + known.getExpression().str() + ")";
  APFloat value = cast<FloatAttr>(literal.getValue()).getValue();
  bool inexact;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &inexact);
  char digits[64];
  unsigned length = value.convertToHexString(digits, /*hexDigits=*/0,
                                             /*upperCase=*/false,
                                             APFloat::rmNearestTiesToEven);
  return "(" + std::string(digits, length) + ")";
}

static std::string substitute(StringRef notation,
                              ArrayRef<arith::ConstantOp> literals) {
  std::string text;
  for (; !notation.empty(); notation = notation.drop_front())
    if (notation.consume_front("$")) {
      text += textOf(literals[notation.front() - '0']);
    } else {
      text += notation.front();
    }
  return text;
}

/// The literals that `op` reads, if it reads nothing else and they are finite.
static SmallVector<arith::ConstantOp> literalsOf(Operation *op) {
  SmallVector<arith::ConstantOp> literals;
  for (Value operand : op->getOperands()) {
    auto literal = operand.getDefiningOp<arith::ConstantOp>();
    auto number =
        literal ? dyn_cast<FloatAttr>(literal.getValue()) : FloatAttr();
    if (!number || !number.getValue().isFinite())
      return {};
    literals.push_back(literal);
  }
  return literals;
}

static void foldLiteral(Operation *op) {
  StringRef notation = notationOf(op);
  if (notation.empty())
    return;
  SmallVector<arith::ConstantOp> literals = literalsOf(op);
  if (literals.size() != op->getNumOperands())
    return;
  SmallVector<Attribute> values =
      llvm::map_to_vector(literals, [](arith::ConstantOp literal) -> Attribute {
        return literal.getValue();
      });
  SmallVector<OpFoldResult> results;
  // In place, it would be another operation than the one that is written down.
  Operation *copy = op->clone();
  bool folded = succeeded(copy->fold(values, results)) && results.size() == 1;
  copy->destroy();
  auto value = folded ? dyn_cast<Attribute>(results.front()) : Attribute();
  std::string text = substitute(notation, literals);
  if (!dyn_cast_if_present<FloatAttr>(value) || text.size() > longestExpression)
    return;
  // Where splats become literals too: before the operation with the body.
  Operation *place = op;
  while (!isa<kopt::KernelOp>(place->getParentOp()))
    place = place->getParentOp();
  OpBuilder builder(place);
  auto literal = arith::ConstantOp::create(builder, op->getLoc(),
                                           cast<mlir::TypedAttr>(value));
  literal->setAttr(kopt::kConstAttrName,
                   kopt::ConstAttr::get(op->getContext(), text));
  op->getResult(0).replaceAllUsesWith(literal);
  op->erase();
}

/// The literal that every element of `tensor` is; null if there is none.
static arith::ConstantOp literalOf(Value tensor) {
  Value element;
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    element = fill.value();
  else if (auto op = tensor.getDefiningOp<linalg::GenericOp>())
    if (op.getNumReductionLoops() == 0)
      element = op.getBlock()->getTerminator()->getOperand(
          cast<OpResult>(tensor).getResultNumber());
  return element ? element.getDefiningOp<arith::ConstantOp>()
                 : arith::ConstantOp();
}

void kernel::foldLiterals(kopt::KernelOp kernel) {
  // In the order of their execution: literals that come about are read on.
  for (Operation &op : *kernel.getBlock()) {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic)
      continue;
    for (OpOperand *input : generic.getDpsInputOperands())
      if (arith::ConstantOp literal = literalOf(input->get()))
        generic.getMatchingBlockArgument(input).replaceAllUsesWith(literal);
    for (Operation &inner :
         llvm::make_early_inc_range(generic.getBlock()->without_terminator()))
      if (inner.getNumResults() == 1 &&
          isa<FloatType>(inner.getResult(0).getType()))
        foldLiteral(&inner);
  }
}
