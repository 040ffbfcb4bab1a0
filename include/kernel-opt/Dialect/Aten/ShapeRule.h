//===- ShapeRule.h - Symbolic shapes and their rules ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One rule per op maps the shapes of its operands to those of its results.
// Sizes are affine expressions, so that static, dynamic and named sizes take
// the same way through it.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_SHAPERULE_H
#define KERNEL_OPT_DIALECT_ATEN_SHAPERULE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace kernel_opt::aten {

/// The size of one dimension: a constant, an expression over the symbols of a
/// ShapeRule, or unknown (null).
using Dim = AffineExpr;

/// Sizes and element type of one tensor.
struct Shape {
  SmallVector<Dim> dims;
  Type elementType;

  int64_t rank() const { return dims.size(); }
};

/// The constant that `dim` is, if it is one.
std::optional<int64_t> constantSize(Dim dim);

/// How the element type of a pointwise result follows from its operands'.
enum class ElementKind {
  Promoted, ///< torch.result_type
  Float,    ///< the same, integers become f32
  Bool,     ///< i1
};

/// One evaluation of a shape rule. Holds the operands' shapes, in which each
/// dynamic size is a symbol (equal names are one symbol), and takes the
/// results'.
class ShapeRule {
public:
  using EmitError = llvm::function_ref<InFlightDiagnostic()>;

  /// `emitError` begins a diagnostic; without it the rule fails silently.
  ShapeRule(MLIRContext *context, TypeRange operands, EmitError emitError);

  MLIRContext *getContext() const { return context; }
  ArrayRef<Shape> getOperands() const { return operands; }
  const Shape &operand(unsigned index) const { return operands[index]; }
  unsigned numOperands() const { return operands.size(); }
  ArrayRef<Shape> getResults() const { return results; }

  /// Where symbol `s` comes from: operand and dimension.
  std::pair<unsigned, unsigned> symbolOrigin(unsigned s) const {
    return symbols[s].origin;
  }

  /// The type of result `index`; its encoding names the dynamic sizes if any
  /// of them comes from a named one.
  RankedTensorType resultType(unsigned index) const;

  /// Reports `message` and fails.
  LogicalResult error(const Twine &message) const;

  /// The size `value`.
  Dim constant(int64_t value) const;

  /// `dim` counted from the front, for a tensor of rank `rank` (which counts
  /// as 1 for rank 0); fails after a report if it is out of range.
  FailureOr<int64_t> wrapDim(int64_t dim, int64_t rank) const;

  /// Distinct dimensions, from the front, in the order given; all of them if
  /// `dims` is empty.
  FailureOr<SmallVector<int64_t>> wrapDims(ArrayRef<int64_t> dims,
                                           int64_t rank) const;

  /// The more informative of two sizes that must be equal; fails if they
  /// cannot be, after a report that calls them `what`.
  FailureOr<Dim> unify(Dim a, Dim b, const Twine &what) const;

  /// Sizes that `a` and `b` broadcast to; fails after a report.
  FailureOr<SmallVector<Dim>> broadcast(ArrayRef<Dim> a, ArrayRef<Dim> b) const;

  /// The element type that torch.result_type gives for `shapes`.
  Type promote(ArrayRef<Shape> shapes) const;

  /// Adds a result. Returns success, so that a rule can end with it.
  LogicalResult result(ArrayRef<Dim> dims, Type elementType);

  /// Why `type` cannot be the type of result `index`, as a phrase; empty if it
  /// can.
  std::string contradiction(unsigned index, Type type) const;

  // Rules that many ops share.

  /// All operands broadcast together.
  LogicalResult pointwise(ElementKind kind);
  /// The shape of operand 0; `Float` makes f32 of an integer.
  LogicalResult same(ElementKind kind = ElementKind::Promoted);
  /// Operand 0 without `dims` (all if empty), or with ones there.
  LogicalResult reduce(ArrayRef<int64_t> dims, bool keepdim, Type elementType);

  /// The type of integer sums over operand 0: i64; its own type for floats.
  Type sumType() const;
  /// The element type of operand 0, f32 if it is an integer.
  Type floatType() const;
  Type boolType() const;
  Type indexType() const;

private:
  struct Symbol {
    std::string name;
    std::pair<unsigned, unsigned> origin;
  };

  Dim symbolFor(StringRef name, unsigned operand, unsigned dim);
  Dim parseName(StringRef name, unsigned operand, unsigned dim);
  bool isNamed(Dim dim) const;
  std::string nameOf(Dim dim) const;
  std::string describe(Dim dim) const;

  MLIRContext *context;
  EmitError emitError;
  SmallVector<Shape> operands;
  SmallVector<Shape> results;
  SmallVector<Symbol> symbols;
};

namespace detail {
LogicalResult verifyShapeRule(Operation *op);

/// Fills `types` from the results of `rule`.
void resultTypes(const ShapeRule &rule, SmallVectorImpl<Type> &types);

template <typename OpTy>
LogicalResult inferTypesByRule(MLIRContext *context,
                               std::optional<Location> location,
                               ValueRange operands, DictionaryAttr attributes,
                               mlir::OpaqueProperties properties,
                               SmallVectorImpl<Type> &types) {
  auto emit = [&]() {
    return mlir::emitError(location ? *location : UnknownLoc::get(context))
           << "'" << OpTy::getOperationName() << "' op ";
  };
  ShapeRule::EmitError emitError;
  if (location)
    emitError = emit;
  // PDL gives attributes alone.
  typename OpTy::Properties own{};
  if constexpr (!std::is_same_v<typename OpTy::Properties,
                                mlir::EmptyProperties>) {
    if (!properties && attributes) {
      OperationName name(OpTy::getOperationName(), context);
      OpTy::populateDefaultProperties(name, own);
      if (failed(OpTy::setPropertiesFromAttr(own, attributes, emit)))
        return failure();
      properties = mlir::OpaqueProperties(&own);
    }
  }
  ShapeRule rule(context, operands.getTypes(), emitError);
  if (failed(OpTy::inferShapes(
          typename OpTy::Adaptor(operands, attributes, properties), rule)))
    return failure();
  resultTypes(rule, types);
  return success();
}
} // namespace detail
} // namespace kernel_opt::aten

#include "kernel-opt/Dialect/Aten/AtenInterfacesOp.h.inc"

#endif // KERNEL_OPT_DIALECT_ATEN_SHAPERULE_H
