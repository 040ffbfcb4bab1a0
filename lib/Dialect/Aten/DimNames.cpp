//===- DimNames.cpp - Names of dynamic sizes --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimNames.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

SmallVector<StringRef> aten::dimNames(RankedTensorType type) {
  return kopt::DimsAttr::namesOf(type);
}

Attribute aten::dimNamesAttr(MLIRContext *context,
                             ArrayRef<std::string> names) {
  SmallVector<StringAttr> attrs;
  for (const std::string &name : names)
    attrs.push_back(StringAttr::get(context, name));
  return kopt::DimsAttr::get(context, attrs);
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

namespace {
/// Recursive descent over sums of products; null where the text is not one.
class Parser {
public:
  Parser(StringRef text, llvm::function_ref<AffineExpr(StringRef)> symbol,
         MLIRContext *context)
      : text(text), symbol(symbol), context(context) {}

  AffineExpr parse() {
    AffineExpr expr = sum();
    return text.trim().empty() ? expr : AffineExpr();
  }

private:
  bool take(StringRef token) {
    text = text.ltrim();
    return text.consume_front(token);
  }

  AffineExpr sum() {
    AffineExpr left = product();
    while (left) {
      bool minus = take("-");
      if (!minus && !take("+"))
        break;
      AffineExpr right = product();
      left = !right ? right : minus ? left - right : left + right;
    }
    return left;
  }

  AffineExpr product() {
    AffineExpr left = factor();
    while (left) {
      StringRef operation;
      for (StringRef token : {"*", "floordiv", "ceildiv", "mod"})
        if (operation.empty() && take(token))
          operation = token;
      if (operation.empty())
        break;
      AffineExpr right = factor();
      if (!right)
        return right;
      left = operation == "*"          ? left * right
             : operation == "floordiv" ? left.floorDiv(right)
             : operation == "ceildiv"  ? left.ceilDiv(right)
                                       : left % right;
    }
    return left;
  }

  AffineExpr factor() {
    if (take("(")) {
      AffineExpr inner = sum();
      return take(")") ? inner : AffineExpr();
    }
    text = text.ltrim();
    StringRef word = text.take_while(
        [](char c) { return llvm::isAlnum(c) || c == '_' || c == '.'; });
    if (word.empty())
      return {};
    text = text.drop_front(word.size());
    int64_t value;
    if (!word.getAsInteger(10, value))
      return mlir::getAffineConstantExpr(value, context);
    return symbol(word);
  }

  StringRef text;
  llvm::function_ref<AffineExpr(StringRef)> symbol;
  MLIRContext *context;
};
} // namespace

AffineExpr aten::parseDimName(StringRef name,
                              llvm::function_ref<AffineExpr(StringRef)> symbol,
                              llvm::function_ref<AffineExpr()> opaque,
                              MLIRContext *context) {
  if (!name.empty())
    if (AffineExpr expr = Parser(name, symbol, context).parse())
      return expr;
  return opaque();
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

std::string
aten::printDimName(AffineExpr expr,
                   llvm::function_ref<std::string(unsigned)> symbol) {
  if (auto constant = dyn_cast<mlir::AffineConstantExpr>(expr))
    return std::to_string(constant.getValue());
  if (auto position = dyn_cast<mlir::AffineSymbolExpr>(expr))
    return symbol(position.getPosition());
  auto binary = cast<mlir::AffineBinaryOpExpr>(expr);
  std::string left = printDimName(binary.getLHS(), symbol);
  std::string right = printDimName(binary.getRHS(), symbol);
  StringRef operation;
  switch (expr.getKind()) {
  case mlir::AffineExprKind::Add:
    if (right.front() == '-')
      return left + right;
    return left + "+" + right;
  case mlir::AffineExprKind::Mul:
    operation = "*";
    break;
  case mlir::AffineExprKind::FloorDiv:
    operation = " floordiv ";
    break;
  case mlir::AffineExprKind::CeilDiv:
    operation = " ceildiv ";
    break;
  default:
    operation = " mod ";
    break;
  }
  // Only what binds less than the operation above needs parentheses, and so
  // does any composite on its right.
  if (binary.getLHS().getKind() == mlir::AffineExprKind::Add)
    left = "(" + left + ")";
  if (isa<mlir::AffineBinaryOpExpr>(binary.getRHS()))
    right = "(" + right + ")";
  return left + operation.str() + right;
}
