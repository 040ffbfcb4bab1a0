//===- KoptAttrs.cpp - Attributes of the kopt dialect -----------*- C++ -*-
//===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

#include "kernel-opt/Dialect/Kopt/KoptEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/Kopt/KoptAttrs.cpp.inc"

void KoptDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "kernel-opt/Dialect/Kopt/KoptAttrs.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// ContractAttr
//===----------------------------------------------------------------------===//

ContractAttr ContractAttr::getDefault(mlir::MLIRContext *context) {
  return get(context, Precision::IEEE, Precision::TF32, Precision::IEEE,
             SpecialValues::Class, /*signed_zeros=*/false,
             /*deterministic=*/true, Aliasing::Inputs, Parameters::Inputs);
}

ContractAttr ContractAttr::lookup(Operation *op) {
  for (Operation *at = op; at; at = at->getParentOp()) {
    if (auto kernel = dyn_cast<KernelOp>(at))
      if (ContractAttr contract = kernel.getContractAttr())
        return contract;
    if (isa<mlir::FunctionOpInterface>(at))
      if (auto contract = at->getAttrOfType<ContractAttr>(kContractAttrName))
        return contract;
  }
  return getDefault(op->getContext());
}

//===----------------------------------------------------------------------===//
// RangeAttr
//===----------------------------------------------------------------------===//

static ParseResult parseBound(AsmParser &parser, FloatAttr &bound) {
  double value;
  if (parser.parseFloat(value))
    return failure();
  bound = parser.getBuilder().getF64FloatAttr(value);
  return success();
}

Attribute RangeAttr::parse(AsmParser &parser, Type) {
  FloatAttr min, max, tiny;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parseBound(parser, min) || parser.parseComma() ||
      parseBound(parser, max))
    return {};
  if (succeeded(parser.parseOptionalComma()) &&
      (parser.parseKeyword("tiny") || parser.parseEqual() ||
       parseBound(parser, tiny)))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    min, max, tiny);
}

void RangeAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printFloat(getMin().getValue());
  printer << ", ";
  printer.printFloat(getMax().getValue());
  if (getTiny()) {
    printer << ", tiny = ";
    printer.printFloat(getTiny().getValue());
  }
  printer << '>';
}

LogicalResult RangeAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                FloatAttr min, FloatAttr max, FloatAttr tiny) {
  for (FloatAttr bound : {min, max, tiny})
    if (bound && !bound.getType().isF64())
      return emitError() << "expects bounds of type f64, found "
                         << bound.getType();
  double low = min.getValueAsDouble(), high = max.getValueAsDouble();
  // Written so that NaN fails as well.
  if (!(low <= high))
    return emitError() << "expects a range from the least to the greatest "
                          "value, found ["
                       << low << ", " << high << "]";
  if (tiny && !(tiny.getValueAsDouble() > 0))
    return emitError() << "expects 'tiny' to be positive, found "
                       << tiny.getValueAsDouble();
  return success();
}

//===----------------------------------------------------------------------===//
// DimsAttr
//===----------------------------------------------------------------------===//

LogicalResult DimsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<StringAttr> names) {
  for (StringAttr name : names) {
    bool good = !name.empty() && !llvm::isDigit(name.getValue().front()) &&
                llvm::all_of(name.getValue(), [](char c) {
                  return llvm::isAlnum(c) || StringRef("_+-*/() ").contains(c);
                });
    if (!good)
      return emitError() << "expects the name of a dimension to be an "
                            "identifier or an expression, found '"
                         << name.getValue() << "'";
  }
  return success();
}

LogicalResult
DimsAttr::verifyEncoding(ArrayRef<int64_t> shape, Type,
                         function_ref<InFlightDiagnostic()> emitError) const {
  auto dynamic = llvm::count_if(shape, ShapedType::isDynamic);
  if (static_cast<size_t>(dynamic) == getNames().size())
    return success();
  return emitError() << "expects one name per '?', found " << getNames().size()
                     << " names for " << dynamic << " dynamic dimensions";
}

SmallVector<StringRef> DimsAttr::namesOf(RankedTensorType type) {
  SmallVector<StringRef> names(type.getRank());
  auto dims = dyn_cast_if_present<DimsAttr>(type.getEncoding());
  if (!dims)
    return names;
  ArrayRef<StringAttr> rest = dims.getNames();
  for (auto [size, name] : llvm::zip_equal(type.getShape(), names))
    if (ShapedType::isDynamic(size)) {
      name = rest.front().getValue();
      rest = rest.drop_front();
    }
  return names;
}

//===----------------------------------------------------------------------===//
// ConstAttr
//===----------------------------------------------------------------------===//

LogicalResult ConstAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                StringRef expression) {
  // Its value is judged where literals are admitted; this is about its form.
  int depth = 0;
  bool good = !expression.trim().empty();
  for (char c : expression) {
    good &= llvm::isAlnum(c) || StringRef("_+-*/^(). ").contains(c);
    depth += (c == '(') - (c == ')');
    good &= depth >= 0;
  }
  if (good && depth == 0)
    return success();
  return emitError() << "expects an expression over names, decimal literals, "
                        "+ - * / ^ and parentheses, found '"
                     << expression << "'";
}
