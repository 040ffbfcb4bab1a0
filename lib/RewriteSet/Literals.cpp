//===- Literals.cpp - What the literals of a rule stand for -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/Admission.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

/// Whether `value` has few enough bits to be meant exactly, in every type.
static bool isShort(double value) {
  if (value == 0 || std::isinf(value))
    return true;
  int exponent;
  double fraction = std::frexp(value, &exponent);
  // A power of two, such as the f32 epsilon, rounds nothing.
  if (std::fabs(fraction) == 0.5)
    return exponent > -24 && exponent <= 16;
  double scaled = std::ldexp(fraction, 8);
  return scaled == std::floor(scaled) && std::abs(exponent) < 16;
}

/// `value` rounded to `type`.
static APFloat roundTo(double value, FloatType type) {
  APFloat result(value);
  bool losesInfo;
  result.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return result;
}

/// The most precise type that the rule's f32 may stand for.
static FloatType getWidestType(kopt::RuleOp rule) {
  Type widest = mlir::Float32Type::get(rule.getContext());
  if (ArrayAttr types = rule.getElementTypesAttr())
    for (Type type : types.getAsValueRange<TypeAttr>())
      if (type.isF64())
        widest = type;
  return cast<FloatType>(widest);
}

/// Whether the literal is the value of its provenance, rounded once. A double
/// cannot tell more than its last bit of itself.
static bool agrees(double literal, double value, FloatType type) {
  if (type.isF64())
    return std::fabs(literal - value) <=
           std::fabs(std::nextafter(value, INFINITY) - value);
  return roundTo(literal, type) == roundTo(value, type);
}

static LogicalResult checkProvenance(Operation &op, kopt::ConstAttr provenance,
                                     FloatAttr literal, FloatType type) {
  FailureOr<double> value =
      verify::evaluateConstant(provenance.getExpression());
  if (failed(value))
    return op.emitOpError()
           << "has a literal that stands for '" << provenance.getExpression()
           << "', which has no value; write numbers, pi, e, "
              "ln2, ln10, log2e, log10e and sqrt, exp, log";
  double written = literal.getValueAsDouble();
  if (agrees(written, *value, type))
    return success();
  return op.emitOpError()
         << "expects '" << provenance.getExpression()
         << "' within half an ulp of " << type << ", "
         << llvm::formatv("{0}", llvm::format("%.17g", *value)).str()
         << ", found "
         << llvm::formatv("{0}", llvm::format("%.17g", written)).str();
}

LogicalResult rewrite::checkLiterals(kopt::RuleOp rule) {
  // What *before* says may be repeated.
  SmallVector<double> known;
  for (Operation &op : *rule.getBeforeBlock())
    for (NamedAttribute entry : op.getAttrs())
      if (auto number = dyn_cast<FloatAttr>(entry.getValue()))
        known.push_back(number.getValueAsDouble());
  FloatType type = getWidestType(rule);
  LogicalResult result = success();
  for (Operation &op : *rule.getAfterBlock()) {
    auto set = op.getAttrOfType<DictionaryAttr>(kopt::kSetAttrName);
    auto provenance = op.getAttrOfType<kopt::ConstAttr>(kopt::kConstAttrName);
    for (NamedAttribute entry : op.getAttrs()) {
      auto literal = dyn_cast<FloatAttr>(entry.getValue());
      if (!literal || (set && set.contains(entry.getName())))
        continue;
      double value = literal.getValueAsDouble();
      LogicalResult each = success();
      if (provenance)
        each = checkProvenance(op, provenance, literal, type);
      else if (!isShort(value) && !llvm::is_contained(known, value))
        each = op.emitOpError()
               << "introduces the literal "
               << llvm::formatv("{0}", llvm::format("%.17g", value)).str()
               << ", a rounded number; say of what by 'kopt.const' on an "
                  "aten.full, or compute it by 'kopt.set'";
      if (failed(each))
        result = failure();
    }
  }
  return result;
}
