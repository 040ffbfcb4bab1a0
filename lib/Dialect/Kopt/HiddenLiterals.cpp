//===- HiddenLiterals.cpp - Literals that do not fold -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/HiddenLiterals.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/TypeUtilities.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;
using mlir::UnrealizedConversionCastOp;

/// On what stands for a literal: all attributes of the literal.
static constexpr StringLiteral kHiddenAttrName = "kopt_hidden";

/// Whether folding `op` would make a new floating-point literal of others.
static bool foldsLiterals(Operation *op) {
  if (!isa_and_nonnull<arith::ArithDialect, mlir::math::MathDialect>(
          op->getDialect()) ||
      isa<arith::ConstantOp>(op) || op->getNumResults() != 1 ||
      !isa<FloatType>(mlir::getElementTypeOrSelf(op->getResult(0).getType())))
    return false;
  return llvm::all_of(op->getOperands(), [](Value operand) {
    return operand.getDefiningOp<arith::ConstantOp>();
  });
}

static bool isHidden(arith::ConstantOp literal, Hide which) {
  if (!isa<FloatType>(mlir::getElementTypeOrSelf(literal.getType())))
    return false;
  return which == Hide::All || literal->hasAttr(kConstAttrName) ||
         llvm::any_of(literal->getUsers(), foldsLiterals);
}

HiddenLiterals::HiddenLiterals(Operation *root, Hide which) : root(root) {
  SmallVector<arith::ConstantOp> literals;
  root->walk([&](arith::ConstantOp literal) {
    if (isHidden(literal, which))
      literals.push_back(literal);
  });
  for (arith::ConstantOp literal : literals) {
    OpBuilder builder(literal);
    auto cast = UnrealizedConversionCastOp::create(
        builder, literal.getLoc(), literal.getType(), mlir::ValueRange());
    cast->setAttr(kHiddenAttrName, literal->getAttrDictionary());
    literal.replaceAllUsesWith(cast.getResult(0));
    literal.erase();
  }
}

HiddenLiterals::~HiddenLiterals() {
  SmallVector<UnrealizedConversionCastOp> hidden;
  root->walk([&](UnrealizedConversionCastOp cast) {
    if (cast->hasAttr(kHiddenAttrName))
      hidden.push_back(cast);
  });
  for (UnrealizedConversionCastOp cast : hidden) {
    OpBuilder builder(cast);
    auto attributes =
        cast->getAttrOfType<mlir::DictionaryAttr>(kHiddenAttrName);
    auto literal = arith::ConstantOp::create(
        builder, cast.getLoc(), attributes.getAs<mlir::TypedAttr>("value"));
    literal->setAttrs(attributes);
    cast.getResult(0).replaceAllUsesWith(literal.getResult());
    cast.erase();
  }
}
