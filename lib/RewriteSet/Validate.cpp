//===- Validate.cpp - What a rewrite set may hold ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A closed world: everything is refused that is not on a list here.
//
//===----------------------------------------------------------------------===//

#include "PDLRules.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.h"
#include "mlir/Dialect/Transform/TuneExtension/TuneExtensionOps.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

/// Transform operations that only choose among transformations that keep the
/// meaning. Left out on purpose: what runs passes by name, sets attributes
/// (`annotate`), inserts code (`structured.replace`), prints, or rewrites the
/// kernel itself, which programs are checked against. A name that ends with a
/// dot stands for all that begin with it.
static constexpr StringLiteral allowedTransforms[] = {
    "named_sequence", "yield",
    "include",        "foreach_match",
    "param.constant", "match.",
    "tune.",          "kopt.",
    "apply_patterns", "apply_patterns.canonicalization",
    "apply_cse",      "apply_licm",
    "apply_dce"};

static bool isAllowedTransform(StringRef name) {
  if (!name.consume_front("transform."))
    return false;
  return llvm::any_of(allowedTransforms, [&](StringRef allowed) {
    return allowed.ends_with(".") ? name.starts_with(allowed) : name == allowed;
  });
}

/// Upstream accepts a tile size of -5: no number of a schedule is negative or
/// larger than any tile. -1 counts from the end in matchers, and the least
/// integer marks a size that is an operand.
static LogicalResult checkNumbers(Operation *op) {
  StringRef name = op->getName().getStringRef();
  bool matcher = name.starts_with("transform.match.") ||
                 name.starts_with("transform.kopt.match_");
  const int64_t kLargest = matcher ? int64_t(1) << 40 : 1 << 16;
  auto good = [&](int64_t number) {
    return (number >= 0 && number <= kLargest) ||
           ShapedType::isDynamic(number) || (matcher && number >= -8);
  };
  LogicalResult result = success();
  auto check = [&](int64_t number, StringAttr name) {
    if (good(number) || failed(result))
      return;
    result = op->emitOpError()
             << "expects '" << name.getValue() << "' from 0 to " << kLargest
             << ", found " << number;
  };
  for (NamedAttribute entry : op->getAttrs()) {
    entry.getValue().walk([&](Attribute value) {
      if (auto list = dyn_cast<mlir::DenseI64ArrayAttr>(value))
        for (int64_t number : list.asArrayRef())
          check(number, entry.getName());
      if (auto number = dyn_cast<IntegerAttr>(value))
        if (number.getValue().getSignificantBits() <= 64)
          check(number.getInt(), entry.getName());
    });
  }
  return result;
}

/// A table in a strategy could start the strategy again, without end.
static LogicalResult checkTable(Operation *op) {
  auto sequence = op->getParentOfType<mlir::transform::NamedSequenceOp>();
  if (sequence && sequence.getSymName() == "__kernel_schedules")
    return success();
  return op->emitOpError("is the table of strategies and stands in "
                         "'@__kernel_schedules' alone");
}

/// What a kernel knows of knobs is their values.
static LogicalResult checkKnob(mlir::transform::tune::KnobOp knob) {
  constexpr size_t kMostOptions = 64;
  auto options = dyn_cast<mlir::ArrayAttr>(knob.getOptions());
  if (!options || options.empty() || options.size() > kMostOptions ||
      !llvm::all_of(options, llvm::IsaPred<IntegerAttr>))
    return knob.emitOpError("expects a list of 1 to ")
           << kMostOptions << " integers as options, found "
           << knob.getOptions();
  if (!llvm::is_contained(options, knob.getSelectedAttr()))
    return knob.emitOpError("expects one of its options to be selected: '"
                            "transform.tune.knob<\"name\"> = ")
           << options[0] << " from options = " << options << "'";
  return success();
}

static LogicalResult checkTransform(Operation *op) {
  StringRef name = op->getName().getStringRef();
  if (!isAllowedTransform(name))
    return op->emitOpError("is not allowed in a rewrite set; a schedule is "
                           "made of 'transform.kopt.*', 'transform.tune.knob' "
                           "and 'transform.match.*'");
  if (!isa<mlir::transform::NamedSequenceOp>(op))
    for (NamedAttribute entry : op->getDiscardableAttrs())
      return op->emitOpError("cannot have the attribute '")
             << entry.getName().getValue() << "' in a rewrite set";
  if (isa<mlir::transform::ForeachMatchOp>(op) && failed(checkTable(op)))
    return failure();
  if (auto knob = dyn_cast<mlir::transform::tune::KnobOp>(op))
    if (failed(checkKnob(knob)))
      return failure();
  // Our own operations look at what a parameter holds.
  if (isa<mlir::transform::tune::KnobOp>(op) ||
      name.starts_with("transform.kopt."))
    return checkNumbers(op);
  auto isAnyParam = [](Type type) {
    return isa<mlir::transform::AnyParamType>(type);
  };
  if (llvm::any_of(op->getOperandTypes(), isAnyParam) ||
      llvm::any_of(op->getResultTypes(), isAnyParam))
    return op->emitOpError("has a parameter of type '!transform.any_param'; "
                           "write '!transform.param<i64>'");
  return checkNumbers(op);
}

//===----------------------------------------------------------------------===//
// Raw patterns
//===----------------------------------------------------------------------===//

static LogicalResult checkPattern(mlir::pdl::PatternOp pattern) {
  mlir::WalkResult result =
      pattern.walk([&](Operation *op) -> mlir::WalkResult {
        if (!isa_and_present<mlir::pdl::PDLDialect>(op->getDialect()))
          return op->emitOpError("is not a pdl operation, and nothing else is "
                                 "allowed in a pattern");
        if (auto native = dyn_cast<mlir::pdl::ApplyNativeConstraintOp>(op)) {
          if (!isAllowedConstraint(native.getName()))
            return op->emitOpError() << "expects the constraint 'only_use' or "
                                        "'is_constant', found '"
                                     << native.getName() << "'";
        } else if (isa<mlir::pdl::ApplyNativeRewriteOp>(op)) {
          return op->emitOpError("is not allowed in a rewrite set");
        } else if (auto rewrite = dyn_cast<mlir::pdl::RewriteOp>(op)) {
          if (rewrite.getName())
            return op->emitOpError(
                "must have a body, not the name of a function");
        } else if (auto made = dyn_cast<mlir::pdl::OperationOp>(op)) {
          std::optional<StringRef> name = made.getOpName();
          if (!name || !name->starts_with("aten."))
            return op->emitOpError()
                   << "expects the name of an aten operation, "
                      "found '"
                   << name.value_or("") << "'";
        }
        return mlir::WalkResult::advance();
      });
  return failure(result.wasInterrupted());
}

//===----------------------------------------------------------------------===//
// Rules and the whole file
//===----------------------------------------------------------------------===//

/// What operations of a rule may carry beside attributes of their own: nothing
/// that the compiler would trust.
static constexpr StringLiteral allowedAttributes[] = {
    "kopt.bind", "kopt.set", "kopt.name", "kopt.const"};

static LogicalResult checkRule(kopt::RuleOp rule, const SizeLimits &limits) {
  unsigned ops = 0;
  rule.walk([&](Operation *) { ++ops; });
  if (ops > limits.opsPerRule)
    return rule.emitOpError() << "expects at most " << limits.opsPerRule
                              << " operations, found " << ops;
  // Which operations a rule may hold is the verifier's to say.
  mlir::WalkResult result = rule.walk([&](Operation *op) -> mlir::WalkResult {
    for (NamedAttribute entry : op->getDiscardableAttrs())
      if (!llvm::is_contained(allowedAttributes, entry.getName().getValue()))
        return op->emitOpError()
               << "cannot have the attribute '" << entry.getName().getValue()
               << "' in a rewrite set";
    return mlir::WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

static LogicalResult checkHeader(ModuleOp module) {
  if (!module->hasAttr(kopt::kRewriteSetAttrName))
    return module.emitError("expects a module with the attributes '")
           << kopt::kRewriteSetAttrName << "' and '" << kopt::kVersionAttrName
           << "'";
  auto version = module->getAttrOfType<IntegerAttr>(kopt::kVersionAttrName);
  if (!version)
    return module.emitError("expects a version, '")
           << kopt::kVersionAttrName << " = " << kFormatVersion << "'";
  if (version.getValue() != kFormatVersion)
    return module.emitError("expects version ")
           << kFormatVersion << " of the format, found " << version.getInt();
  for (NamedAttribute entry : module->getAttrs()) {
    StringRef name = entry.getName();
    if (name != kopt::kRewriteSetAttrName && name != kopt::kVersionAttrName &&
        name != SymbolTable::getSymbolAttrName() &&
        name != mlir::transform::TransformDialect::kWithNamedSequenceAttrName)
      return module.emitError("cannot have the attribute '")
             << name << "' in a rewrite set";
  }
  return success();
}

/// Checks number, depth and strings of all operations.
static LogicalResult checkSize(ModuleOp module, const SizeLimits &limits) {
  unsigned ops = 0, rules = 0;
  auto visit = [&](Operation *op) -> mlir::WalkResult {
    rules += isa<kopt::RuleOp, mlir::pdl::PatternOp>(op);
    unsigned depth = 0;
    for (Operation *at = op; at; at = at->getParentOp())
      ++depth;
    bool longText = false;
    for (NamedAttribute entry : op->getAttrs())
      entry.getValue().walk(
          [&](StringAttr text) { longText |= text.size() > limits.text; });
    if (++ops > limits.ops || rules > limits.rules || depth > limits.depth ||
        longText)
      return op->emitError("expects a rewrite set of at most ")
             << limits.ops << " operations, " << limits.rules << " rules, "
             << limits.depth << " levels and " << limits.text
             << " bytes in a string; this goes beyond";
    return mlir::WalkResult::advance();
  };
  return failure(module.walk(visit).wasInterrupted());
}

LogicalResult rewrite::validate(ModuleOp module, const SizeLimits &limits) {
  if (failed(checkHeader(module)) || failed(checkSize(module, limits)))
    return failure();
  LogicalResult result = success();
  auto note = [&](LogicalResult each) {
    if (failed(each))
      result = failure();
  };
  for (Operation &op : *module.getBody()) {
    if (auto rule = dyn_cast<kopt::RuleOp>(op)) {
      note(checkRule(rule, limits));
    } else if (auto pattern = dyn_cast<mlir::pdl::PatternOp>(op)) {
      note(checkPattern(pattern));
    } else if (isa<mlir::transform::NamedSequenceOp>(op)) {
      op.walk([&](Operation *each) { note(checkTransform(each)); });
    } else if (!isa<kopt::FusionOp>(op)) {
      note(op.emitOpError("is not allowed in a rewrite set, which holds "
                          "'kopt.rule', 'kopt.fusion', 'pdl.pattern' and "
                          "'transform.named_sequence'"));
    }
  }
  return result;
}
