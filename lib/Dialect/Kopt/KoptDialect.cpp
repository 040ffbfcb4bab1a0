//===- KoptDialect.cpp - The kopt dialect -----------------------*- C++ -*-
//===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

#include "kernel-opt/Dialect/Kopt/KoptDialect.cpp.inc"

namespace {
/// Kernels and launches move with the code around them.
struct KoptInliner : mlir::DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
  bool isLegalToInline(Region *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void KoptDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/Kopt/KoptOps.cpp.inc"
      >();
  addInterfaces<KoptInliner>();
}

bool kopt::isHashText(StringRef text) {
  return text.consume_front("sha256:") && text.size() == 64 &&
         llvm::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

/// Attributes that belong on operations inside a rule.
static LogicalResult verifyRuleAttribute(Operation *op, StringRef name,
                                         Attribute value) {
  if (!op->getParentOfType<RuleOp>())
    return op->emitOpError()
           << "is not in a 'kopt.rule' and cannot have '" << name << "'";
  if (name == kNameAttrName) {
    if (isa<StringAttr>(value))
      return success();
    return op->emitOpError()
           << "expects '" << name << "' to be a string, found " << value;
  }
  auto dictionary = dyn_cast<DictionaryAttr>(value);
  if (dictionary && llvm::all_of(dictionary, [](NamedAttribute entry) {
        return isa<StringAttr>(entry.getValue());
      }))
    return success();
  return op->emitOpError() << "expects '" << name
                           << "' to be a dictionary of strings, found "
                           << value;
}

/// Attributes that belong on modules.
static LogicalResult verifyModuleAttribute(Operation *op, StringRef name,
                                           Attribute value) {
  if (!isa<ModuleOp>(op))
    return op->emitOpError()
           << "is not a module and cannot have '" << name << "'";
  if (name == kRewriteSetAttrName && !isa<UnitAttr>(value))
    return op->emitOpError() << "expects '" << name
                             << "' to be a unit attribute, found " << value;
  if (name == kVersionAttrName && !isa<IntegerAttr>(value))
    return op->emitOpError()
           << "expects '" << name << "' to be an integer, found " << value;
  return success();
}

LogicalResult KoptDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == kContractAttrName) {
    if (!isa<ContractAttr>(value))
      return op->emitOpError() << "expects '" << name
                               << "' to be a #kopt.contract, found " << value;
    if (!isa<mlir::FunctionOpInterface>(op))
      return op->emitOpError()
             << "is not a function and cannot have '" << name << "'";
  } else if (name == kConstAttrName) {
    if (!isa<ConstAttr>(value))
      return op->emitOpError()
             << "expects '" << name << "' to be a #kopt.const, found " << value;
    // Creation operations such as aten.full hold a literal and do not fold.
    if (!op->hasTrait<mlir::OpTrait::ConstantLike>() &&
        (op->getNumOperands() != 0 || !mlir::isPure(op)))
      return op->emitOpError()
             << "is not a constant and cannot have '" << name << "'";
  } else if (name == kCertificateAttrName) {
    auto text = dyn_cast<StringAttr>(value);
    if (!text || !isHashText(text.getValue()))
      return op->emitOpError()
             << "expects '" << name
             << "' to be \"sha256:\" and 64 lower-case hex digits, found "
             << value;
  } else if (name == kIdAttrName) {
    auto text = dyn_cast<StringAttr>(value);
    if (!text || text.empty())
      return op->emitOpError()
             << "expects '" << name << "' to be an identifier, found " << value;
  } else if (name == kPolicyAttrName) {
    auto text = dyn_cast<StringAttr>(value);
    if (!text || text.empty())
      return op->emitOpError()
             << "expects '" << name << "' to be the name of a policy, found "
             << value;
    if (!isa<ModuleOp>(op))
      return op->emitOpError()
             << "is not a module and cannot have '" << name << "'";
  } else if (name == kTorchAttrName) {
    auto call = dyn_cast<mlir::DictionaryAttr>(value);
    auto list = call ? call.getAs<ArrayAttr>("arguments") : ArrayAttr();
    if (!call || !call.getAs<StringAttr>("op") || !list ||
        !llvm::all_of(list, llvm::IsaPred<StringAttr>))
      return op->emitOpError()
             << "expects '" << name
             << "' to be {op = \"...\", arguments = [\"...\"]}, found "
             << value;
    auto function = dyn_cast<mlir::FunctionOpInterface>(op);
    if (!function || !function.isExternal())
      return op->emitOpError()
             << "is no declaration of a function and cannot have '" << name
             << "'";
  } else if (name == kBindAttrName || name == kSetAttrName ||
             name == kNameAttrName) {
    return verifyRuleAttribute(op, name, value);
  } else if (name == kRewriteSetAttrName || name == kVersionAttrName) {
    return verifyModuleAttribute(op, name, value);
  } else if (name == kParameterAttrName || name == kRangeAttrName ||
             name == kSpecializedAttrName) {
    return op->emitOpError()
           << "cannot have '" << name << "': it belongs on an argument";
  }
  return success();
}

LogicalResult KoptDialect::verifyRegionArgAttribute(Operation *op,
                                                    unsigned /*region*/,
                                                    unsigned argument,
                                                    NamedAttribute attribute) {
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  if (name == kParameterAttrName && !isa<UnitAttr>(value))
    return op->emitOpError()
           << "expects '" << name << "' of argument #" << argument
           << " to be a unit attribute, found " << value;
  auto text = dyn_cast<StringAttr>(value);
  if (name == kNameAttrName && (!text || text.empty()))
    return op->emitOpError() << "expects '" << name << "' of argument #"
                             << argument << " to be a name, found " << value;
  if (name == kRangeAttrName && !isa<RangeAttr>(value))
    return op->emitOpError()
           << "expects '" << name << "' of argument #" << argument
           << " to be a #kopt.range, found " << value;
  if (name == kSpecializedAttrName && !isa<mlir::DenseI64ArrayAttr>(value))
    return op->emitOpError()
           << "expects '" << name << "' of argument #" << argument
           << " to be an array of i64, found " << value;
  return success();
}
