//===- ShapeRule.cpp - Symbolic shapes and their rules ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/ShapeRule.h"
#include "DimNames.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

#include "kernel-opt/Dialect/Aten/AtenInterfacesOp.cpp.inc"

std::optional<int64_t> aten::constantSize(Dim dim) {
  if (auto constant = dyn_cast_if_present<mlir::AffineConstantExpr>(dim))
    return constant.getValue();
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Operands and results
//===----------------------------------------------------------------------===//

ShapeRule::ShapeRule(MLIRContext *context, TypeRange types, EmitError emitError)
    : context(context), emitError(emitError) {
  for (auto [index, type] : llvm::enumerate(types)) {
    Shape shape;
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      shape.elementType = tensor.getElementType();
      SmallVector<StringRef> names = dimNames(tensor);
      for (auto [dim, size] : llvm::enumerate(tensor.getShape()))
        shape.dims.push_back(ShapedType::isStatic(size)
                                 ? constant(size)
                                 : parseName(names[dim], index, dim));
    }
    operands.push_back(std::move(shape));
  }
}

Dim ShapeRule::constant(int64_t value) const {
  return mlir::getAffineConstantExpr(value, context);
}

Dim ShapeRule::symbolFor(StringRef name, unsigned operand, unsigned dim) {
  if (!name.empty())
    for (auto [index, symbol] : llvm::enumerate(symbols))
      if (symbol.name == name)
        return mlir::getAffineSymbolExpr(index, context);
  symbols.push_back({name.str(), {operand, dim}});
  return mlir::getAffineSymbolExpr(symbols.size() - 1, context);
}

Dim ShapeRule::parseName(StringRef name, unsigned operand, unsigned dim) {
  // An expression only means something if its parts are sizes that a symbol
  // can be read from; those of this tensor come first, so any other name is
  // opaque, but equal texts are still equal sizes.
  return parseDimName(
      name,
      [&](StringRef part) {
        bool whole = part == name;
        if (whole)
          return symbolFor(part, operand, dim);
        for (auto [index, symbol] : llvm::enumerate(symbols))
          if (symbol.name == part)
            return mlir::getAffineSymbolExpr(index, context);
        return AffineExpr();
      },
      [&] { return symbolFor(name, operand, dim); }, context);
}

LogicalResult ShapeRule::result(ArrayRef<Dim> dims, Type elementType) {
  results.push_back({llvm::to_vector(dims), elementType});
  return success();
}

LogicalResult ShapeRule::error(const Twine &message) const {
  if (emitError)
    emitError() << message;
  return failure();
}

static std::string nameSymbol(ArrayRef<std::string> names, unsigned s) {
  return names[s].empty() ? "?" : names[s];
}

std::string ShapeRule::nameOf(Dim dim) const {
  SmallVector<std::string> names;
  for (const Symbol &symbol : symbols)
    names.push_back(symbol.name);
  return printDimName(dim, [&](unsigned s) { return nameSymbol(names, s); });
}

std::string ShapeRule::describe(Dim dim) const {
  if (!dim || (!constantSize(dim) && !isNamed(dim)))
    return "?";
  return nameOf(dim);
}

/// Whether every symbol in `dim` has a name.
bool ShapeRule::isNamed(Dim dim) const {
  bool named = true;
  dim.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<mlir::AffineSymbolExpr>(part))
      named &= !symbols[symbol.getPosition()].name.empty();
  });
  return named;
}

RankedTensorType ShapeRule::resultType(unsigned index) const {
  SmallVector<int64_t> sizes;
  SmallVector<std::string> names;
  bool allNamed = true;
  for (Dim dim : results[index].dims) {
    std::optional<int64_t> size = constantSize(dim);
    sizes.push_back(size ? *size : ShapedType::kDynamic);
    if (size)
      continue;
    allNamed &= dim && isNamed(dim);
    names.push_back(allNamed ? nameOf(dim) : std::string());
  }
  Attribute encoding;
  if (allNamed && !names.empty())
    encoding = dimNamesAttr(context, names);
  return RankedTensorType::get(sizes, results[index].elementType, encoding);
}

std::string ShapeRule::contradiction(unsigned index, Type type) const {
  const Shape &expected = results[index];
  bool agrees = false;
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.getElementType() == expected.elementType &&
      tensor.getRank() == expected.rank()) {
    agrees = true;
    SmallVector<StringRef> names = dimNames(tensor);
    for (auto [dim, size, name] :
         llvm::zip(expected.dims, tensor.getShape(), names)) {
      std::optional<int64_t> known = constantSize(dim);
      // A size that the rule does not know may be declared, and one that it
      // knows need not be; only two that differ contradict each other.
      if (ShapedType::isStatic(size))
        agrees &=
            known ? *known == size
                  : !dim || !isNamed(dim) || !isa<mlir::AffineSymbolExpr>(dim);
      else if (!name.empty() && dim && isa<mlir::AffineSymbolExpr>(dim))
        agrees &= !isNamed(dim) || nameOf(dim) == name;
    }
  }
  if (agrees)
    return "";
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "expected result #" << index << " of type 'tensor<";
  for (Dim dim : expected.dims)
    os << describe(dim) << "x";
  os << expected.elementType << ">', found " << "'" << type << "'";
  return text;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

FailureOr<int64_t> ShapeRule::wrapDim(int64_t dim, int64_t rank) const {
  int64_t limit = std::max<int64_t>(rank, 1);
  if (dim < -limit || dim >= limit)
    return error("expected a dimension from " + Twine(-limit) + " to " +
                 Twine(limit - 1) + ", found " + Twine(dim));
  return dim < 0 ? dim + limit : dim;
}

FailureOr<SmallVector<int64_t>> ShapeRule::wrapDims(ArrayRef<int64_t> dims,
                                                    int64_t rank) const {
  SmallVector<int64_t> wrapped;
  if (dims.empty())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  for (int64_t dim : dims) {
    FailureOr<int64_t> own = wrapDim(dim, rank);
    if (failed(own))
      return failure();
    if (llvm::is_contained(wrapped, *own))
      return error("expected distinct dimensions, found dimension " +
                   Twine(*own) + " twice");
    wrapped.push_back(*own);
  }
  // A tensor of rank 0 accepts dimension 0, which it does not have.
  if (rank == 0)
    wrapped.clear();
  return wrapped;
}

/// Whether the difference of two sizes is decided by their expressions alone.
static bool isPolynomial(Dim dim) {
  bool polynomial = true;
  dim.walk([&](AffineExpr part) {
    polynomial &= part.getKind() != mlir::AffineExprKind::FloorDiv &&
                  part.getKind() != mlir::AffineExprKind::CeilDiv &&
                  part.getKind() != mlir::AffineExprKind::Mod;
  });
  return polynomial;
}

FailureOr<Dim> ShapeRule::unify(Dim a, Dim b, const Twine &what) const {
  if (!a || !b || a == b)
    return a ? a : b;
  // What nothing is known of may be equal to anything.
  if (!isNamed(a) || !isNamed(b))
    return constantSize(b) || isNamed(b) ? b : a;
  if (mlir::simplifyAffineExpr(a - b, 0, symbols.size()) == constant(0))
    return a;
  if (!isPolynomial(a) || !isPolynomial(b))
    return constantSize(b) ? b : a;
  return error("expected " + what + " of equal sizes, found " + describe(a) +
               " and " + describe(b));
}

FailureOr<SmallVector<Dim>> ShapeRule::broadcast(ArrayRef<Dim> a,
                                                 ArrayRef<Dim> b) const {
  if (a.size() < b.size())
    std::swap(a, b);
  SmallVector<Dim> result(a);
  size_t offset = a.size() - b.size();
  for (auto [index, dim] : llvm::enumerate(b)) {
    Dim &own = result[offset + index];
    if (constantSize(dim) == 1)
      continue;
    if (constantSize(own) == 1) {
      own = dim;
      continue;
    }
    FailureOr<Dim> size =
        unify(own, dim, "dimensions that broadcast to be ones or");
    if (failed(size))
      return failure();
    own = *size;
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

Type ShapeRule::boolType() const { return IntegerType::get(context, 1); }
Type ShapeRule::indexType() const { return IntegerType::get(context, 64); }

Type ShapeRule::floatType() const {
  Type type = operands[0].elementType;
  return isa<FloatType>(type) ? type : mlir::Float32Type::get(context);
}

Type ShapeRule::sumType() const {
  Type type = operands[0].elementType;
  return isa<FloatType>(type) ? type : indexType();
}

static Type promoteTypes(Type a, Type b) {
  if (!a || !b)
    return a ? a : b;
  if (isa<FloatType>(a) != isa<FloatType>(b))
    return isa<FloatType>(a) ? a : b;
  if (a.getIntOrFloatBitWidth() == b.getIntOrFloatBitWidth() && a != b)
    return mlir::Float32Type::get(a.getContext()); // f16 and bf16
  return a.getIntOrFloatBitWidth() < b.getIntOrFloatBitWidth() ? b : a;
}

Type ShapeRule::promote(ArrayRef<Shape> shapes) const {
  // Booleans below integers below floats. Scalars count only if they are of
  // a higher category than all tensors.
  auto category = [](Type type) {
    return !type ? -1 : isa<FloatType>(type) ? 2 : type.isInteger(1) ? 0 : 1;
  };
  Type ofTensors, ofScalars;
  for (const Shape &shape : shapes) {
    Type &type = shape.dims.empty() ? ofScalars : ofTensors;
    type = promoteTypes(type, shape.elementType);
  }
  if (category(ofTensors) >= category(ofScalars))
    return ofTensors;
  return ofTensors ? promoteTypes(ofTensors, ofScalars) : ofScalars;
}

//===----------------------------------------------------------------------===//
// Rules that many ops share
//===----------------------------------------------------------------------===//

LogicalResult ShapeRule::pointwise(ElementKind kind) {
  SmallVector<Dim> dims;
  for (const Shape &shape : operands) {
    FailureOr<SmallVector<Dim>> both = broadcast(dims, shape.dims);
    if (failed(both))
      return failure();
    dims = *both;
  }
  Type type = promote(operands);
  if (kind == ElementKind::Bool)
    type = boolType();
  else if (kind == ElementKind::Float && !isa<FloatType>(type))
    type = mlir::Float32Type::get(context);
  return result(dims, type);
}

LogicalResult ShapeRule::same(ElementKind kind) {
  Type type = kind == ElementKind::Bool    ? boolType()
              : kind == ElementKind::Float ? floatType()
                                           : operands[0].elementType;
  return result(operands[0].dims, type);
}

LogicalResult ShapeRule::reduce(ArrayRef<int64_t> dims, bool keepdim,
                                Type elementType) {
  ArrayRef<Dim> sizes = operands[0].dims;
  FailureOr<SmallVector<int64_t>> reduced = wrapDims(dims, sizes.size());
  if (failed(reduced))
    return failure();
  SmallVector<Dim> kept;
  for (auto [index, size] : llvm::enumerate(sizes)) {
    if (!llvm::is_contained(*reduced, static_cast<int64_t>(index)))
      kept.push_back(size);
    else if (keepdim)
      kept.push_back(constant(1));
  }
  return result(kept, elementType);
}

//===----------------------------------------------------------------------===//
// The verifier
//===----------------------------------------------------------------------===//

LogicalResult aten::detail::verifyShapeRule(Operation *op) {
  auto emit = [&] { return op->emitOpError(); };
  ShapeRule rule(op->getContext(), op->getOperandTypes(), emit);
  if (failed(cast<ShapeRuleOpInterface>(op).evaluateShapeRule(rule)))
    return failure();
  if (rule.getResults().size() != op->getNumResults())
    return op->emitOpError("expected ")
           << rule.getResults().size() << " results, found "
           << op->getNumResults();
  for (unsigned index = 0; index < op->getNumResults(); ++index) {
    std::string why = rule.contradiction(index, op->getResult(index).getType());
    if (!why.empty())
      return op->emitOpError(why);
  }
  return success();
}

void aten::detail::resultTypes(const ShapeRule &rule,
                               SmallVectorImpl<Type> &types) {
  for (unsigned index = 0; index < rule.getResults().size(); ++index)
    types.push_back(rule.resultType(index));
}
