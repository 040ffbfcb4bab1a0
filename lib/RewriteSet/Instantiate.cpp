//===- Instantiate.cpp - Building a side of a rule --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One way to build serves both uses: *after* at a site, and both sides as a
// small program for admission.
//
//===----------------------------------------------------------------------===//

#include "DimAttributes.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::rewrite;
using kopt::Expression;
using kopt::Term;

namespace {
/// Turns what is reported on this thread into text.
class Capture {
public:
  Capture(MLIRContext *context, std::string &text)
      : handler(context, [&text](Diagnostic &diagnostic) {
          if (text.empty())
            text = diagnostic.str();
          return success();
        }) {}

private:
  mlir::ScopedDiagnosticHandler handler;
};
} // namespace

//===----------------------------------------------------------------------===//
// Values of attributes
//===----------------------------------------------------------------------===//

/// The attribute like `example` that holds `term`; null if none does.
static Attribute makeAttribute(const Term &term, Attribute example,
                               MLIRContext *context) {
  Builder builder(context);
  auto isWhole = [](double number) {
    return number == std::floor(number) && std::fabs(number) < 0x1p53;
  };
  if (term.isNumber()) {
    double number = term.number();
    if (!example || isa<FloatAttr>(example))
      return builder.getF64FloatAttr(number);
    if (isa<BoolAttr>(example))
      return builder.getBoolAttr(number != 0);
    if (auto integer = dyn_cast<IntegerAttr>(example))
      return isWhole(number)
                 ? builder.getIntegerAttr(integer.getType(), int64_t(number))
                 : Attribute();
  }
  if (term.isUnknown() || !isa_and_present<mlir::DenseI64ArrayAttr>(example) ||
      !llvm::all_of(term.numbers, isWhole))
    return {};
  return builder.getDenseI64ArrayAttr(
      llvm::to_vector_of<int64_t>(term.numbers));
}

/// Writes the numbers of this place exactly instead of what stands for them,
/// so that `part` means the same outside of the rule.
void Instantiation::writeNumbers(Expression &part) {
  bool ofValue = part.kind == Expression::Kind::Call && !part.parts.empty() &&
                 part.parts[0].kind == Expression::Kind::Value;
  bool ofPlace = part.kind == Expression::Kind::Name &&
                 kopt::lookupConstant(part.text).isUnknown();
  if (ofValue || ofPlace || part.kind == Expression::Kind::Index)
    if (Term term = evaluate(part, bindings, query); term.isNumber()) {
      part = Expression();
      llvm::raw_string_ostream(part.text)
          << '(' << llvm::format("%a", term.number()) << ')';
      return;
    }
  for (Expression &inner : part.parts)
    writeNumbers(inner);
}

/// What the number computed from `expression` stands for; null if the language
/// of provenance, which is smaller, cannot say it.
kopt::ConstAttr Instantiation::getProvenance(Expression expression) {
  writeNumbers(expression);
  std::string text = expression.print([](StringRef) { return ""; });
  if (failed(verify::evaluateConstant(text)))
    return {};
  return kopt::ConstAttr::get(rule.getContext(), text);
}

FailureOr<Attribute> Instantiation::makeValue(Operation &op, StringAttr name,
                                              StringRef text,
                                              NamedAttrList &attrs,
                                              std::string &why) {
  std::string error;
  FailureOr<Expression> expression = Expression::parse(text, error);
  if (failed(expression)) {
    why = error;
    return failure();
  }
  // A name alone is copied as it is, so that nothing is lost.
  if (expression->kind == Expression::Kind::Name) {
    auto it = bindings.attributes.find(
        StringAttr::get(op.getContext(), expression->text));
    if (it != bindings.attributes.end())
      return it->second;
  }
  Term term = evaluate(*expression, bindings, query);
  Attribute value = makeAttribute(term, op.getAttr(name), op.getContext());
  if (!value) {
    why = ("'" + text + "' has no value for '" + name.getValue() + "'").str();
    return failure();
  }
  // The number was rounded; what it stands for is kept beside it.
  if (expression->kind != Expression::Kind::Number && isa<FloatAttr>(value) &&
      op.getNumOperands() == 0)
    if (kopt::ConstAttr provenance = getProvenance(*expression))
      attrs.set(kopt::kConstAttrName, provenance);
  return value;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

/// Adds what the operation needs but neither rule nor bindings may change.
static bool isRuleAttribute(StringAttr name) {
  return name == kopt::kBindAttrName || name == kopt::kSetAttrName ||
         name == kopt::kNameAttrName;
}

FailureOr<DictionaryAttr> Instantiation::makeAttributes(Operation &op,
                                                        ValueRange operands,
                                                        std::string &why) {
  auto bound = op.getAttrOfType<DictionaryAttr>(kopt::kBindAttrName);
  auto set = op.getAttrOfType<DictionaryAttr>(kopt::kSetAttrName);
  auto first = operands.empty()
                   ? RankedTensorType()
                   : dyn_cast<RankedTensorType>(operands[0].getType());
  DimTranslation translate(rule, &op, first);
  NamedAttrList attrs;
  auto give = [&](StringAttr name, Attribute value) {
    if (value)
      attrs.set(name, value);
    else
      attrs.erase(name);
  };
  for (NamedAttribute entry : op.getAttrs()) {
    StringAttr name = entry.getName();
    if (isRuleAttribute(name))
      continue;
    Attribute value = entry.getValue();
    auto type = dyn_cast<TypeAttr>(value);
    if (type && type.getValue().isF32() && bindings.elementType)
      value = TypeAttr::get(bindings.elementType);
    bool fixed = (bound && bound.contains(name)) || (set && set.contains(name));
    if (isDimAttribute(name) && first && !fixed) {
      FailureOr<Attribute> dims = translate(value);
      if (failed(dims)) {
        why = ("'" + name.getValue() +
               "' is not one dimension of the rule's operand")
                  .str();
        return failure();
      }
      value = *dims;
    }
    attrs.set(name, value);
  }
  if (bound)
    for (NamedAttribute entry : bound) {
      auto it = bindings.attributes.find(cast<StringAttr>(entry.getValue()));
      if (it != bindings.attributes.end())
        give(entry.getName(), it->second);
    }
  if (set)
    for (NamedAttribute entry : set) {
      FailureOr<Attribute> value =
          makeValue(op, entry.getName(),
                    cast<StringAttr>(entry.getValue()).getValue(), attrs, why);
      if (failed(value))
        return failure();
      give(entry.getName(), *value);
    }
  return attrs.getDictionary(op.getContext());
}

/// Makes `op` for `operands`, with result types by its shape rule.
static Operation *makeOp(Operation &op, ValueRange operands,
                         DictionaryAttr attributes, OpBuilder &builder,
                         Location loc) {
  OperationState state(loc, op.getName(), operands, TypeRange(),
                       attributes.getValue());
  auto infer = op.getName().getInterface<mlir::InferTypeOpInterface>();
  if (!infer || failed(infer->inferReturnTypes(
                    op.getContext(), loc, operands, attributes,
                    mlir::OpaqueProperties(nullptr), {}, state.types)))
    return nullptr;
  Operation *made = builder.create(state);
  if (succeeded(mlir::verify(made)))
    return made;
  made->erase();
  return nullptr;
}

LogicalResult Instantiation::run(Block *side, ValueRange arguments,
                                 std::string &why) {
  mapping.map(side->getArguments(), arguments);
  Capture capture(rule.getContext(), why);
  for (Operation &op : side->without_terminator()) {
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      operands.push_back(mapping.lookup(operand));
    FailureOr<DictionaryAttr> attributes = makeAttributes(op, operands, why);
    Operation *made = succeeded(attributes)
                          ? makeOp(op, operands, *attributes, builder, loc)
                          : nullptr;
    if (!made || made->getNumResults() != op.getNumResults()) {
      if (why.empty())
        why = "'" + op.getName().getStringRef().str() + "' cannot be built";
      for (Operation *created : llvm::reverse(ops))
        created->erase();
      ops.clear();
      return failure();
    }
    ops.push_back(made);
    mapping.map(op.getResults(), made->getResults());
  }
  for (Value value : side->getTerminator()->getOperands())
    results.push_back(mapping.lookup(value));
  return success();
}
