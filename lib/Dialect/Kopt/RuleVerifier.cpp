//===- RuleVerifier.cpp - Verification of rewrite rules ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

static bool isIdentifier(StringRef text) {
  return !text.empty() && !llvm::isDigit(text.front()) &&
         llvm::all_of(text,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

namespace {
/// One verification of a rule: collects the names it binds, then checks that
/// nothing else is used.
class RuleVerifier {
public:
  explicit RuleVerifier(RuleOp rule) : rule(rule) {}

  LogicalResult verifyArguments();
  LogicalResult verifyRegions();

private:
  LogicalResult bindTypeNames();
  LogicalResult verifyRegion(Region &region, StringRef side);
  LogicalResult verifyLiveness();
  LogicalResult bindAttributes(Operation &op);
  LogicalResult verifySet(Operation &op);
  LogicalResult verifyExpression(StringRef text, Operation *at, StringRef what);

  RuleOp rule;
  /// Sizes, sequences and bound attributes.
  llvm::StringSet<> names;
};
} // namespace

LogicalResult RuleVerifier::verifyArguments() {
  Block *before = rule.getBeforeBlock();
  if (before->getNumArguments() != rule.getArgumentNames().size() ||
      before->getArgumentTypes() != rule.getAfterBlock()->getArgumentTypes())
    return rule.emitOpError(
        "expects both regions to take the rule's arguments");
  llvm::StringSet<> seen;
  for (StringRef name : rule.getArgumentNames().getAsValueRange<StringAttr>())
    if (!isIdentifier(name) || !seen.insert(name).second)
      return rule.emitOpError()
             << "expects arguments to have different names, found '%" << name
             << "'";
  return bindTypeNames();
}

/// Binds the names of the arguments' dimensions.
LogicalResult RuleVerifier::bindTypeNames() {
  SmallVector<std::pair<StringRef, StringRef>> composite;
  for (auto [argument, argumentName] :
       llvm::zip(rule.getBeforeBlock()->getArguments(),
                 rule.getArgumentNames().getAsValueRange<StringAttr>())) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return rule.emitOpError()
             << "expects '%" << argumentName
             << "' to be a ranked tensor, found " << argument.getType();
    unsigned sequences = 0;
    for (auto [size, name] :
         llvm::zip(type.getShape(), DimsAttr::namesOf(type))) {
      if (ShapedType::isStatic(size))
        continue;
      if (name.empty())
        return rule.emitOpError()
               << "expects every '?' in the type of '%" << argumentName
               << "' to have a name in #kopt.dims";
      sequences += rule.isSequence(name);
      if (isIdentifier(name))
        names.insert(name);
      else
        composite.push_back({name, argumentName});
    }
    if (sequences > 1)
      return rule.emitOpError()
             << "expects at most one sequence of dimensions in the type of '%"
             << argumentName << "', found " << sequences;
  }
  for (auto [text, argumentName] : composite)
    if (failed(verifyExpression(text, rule, "size")))
      return failure();
  if (ArrayAttr sequences = rule.getSequencesAttr())
    for (StringRef name : sequences.getAsValueRange<StringAttr>())
      if (!names.contains(name))
        return rule.emitOpError() << "expects the sequence '" << name
                                  << "' to be a dimension of an argument";
  return success();
}

LogicalResult RuleVerifier::verifyExpression(StringRef text, Operation *at,
                                             StringRef what) {
  std::string error;
  FailureOr<Expression> parsed = Expression::parse(text, error);
  if (failed(parsed) || failed(parsed->check(error)))
    return at->emitOpError()
           << "has a malformed " << what << " '" << text << "': " << error;
  LogicalResult result = success();
  parsed->walk([&](const Expression &part) {
    if (failed(result))
      return;
    if (part.kind == Expression::Kind::Value && !rule.lookupValue(part.text))
      result = at->emitOpError()
               << "has a " << what << " '" << text << "' about '%" << part.text
               << "', which is neither an argument of the rule nor a value "
                  "named by 'kopt.name'";
    if (part.kind == Expression::Kind::Name && !names.contains(part.text) &&
        lookupConstant(part.text).isUnknown())
      result = at->emitOpError()
               << "has a " << what << " '" << text << "' about '" << part.text
               << "', which is neither a size nor a bound attribute";
  });
  return result;
}

//===----------------------------------------------------------------------===//
// Regions
//===----------------------------------------------------------------------===//

LogicalResult RuleVerifier::verifyRegion(Region &region, StringRef side) {
  Block &block = region.front();
  if (block.empty() || !isa<YieldOp>(block.back()))
    return rule.emitOpError()
           << "expects '" << side << "' to end with 'kopt.yield'";
  for (Operation &op : block.without_terminator()) {
    if (op.getName().getDialectNamespace() != "aten" || op.getNumRegions() != 0)
      return op.emitOpError() << "is not an aten operation: rules are made of "
                                 "nothing else";
    StringRef foreign = side == "before" ? kSetAttrName : kBindAttrName;
    if (op.hasAttr(foreign) || (side == "after" && op.hasAttr(kNameAttrName)))
      return op.emitOpError()
             << "cannot have '"
             << (op.hasAttr(foreign) ? foreign : StringRef(kNameAttrName))
             << "' in '" << side << "'";
  }
  return success();
}

/// Checks the attributes that `dictionary` names to be attributes of `op`.
static LogicalResult verifyAttributeNames(Operation &op,
                                          DictionaryAttr dictionary) {
  std::optional<mlir::RegisteredOperationName> info = op.getRegisteredInfo();
  for (NamedAttribute entry : dictionary)
    if (!info ||
        !llvm::is_contained(info->getAttributeNames(), entry.getName()))
      return op.emitOpError()
             << "has no attribute '" << entry.getName().getValue() << "'";
  return success();
}

LogicalResult RuleVerifier::bindAttributes(Operation &op) {
  auto dictionary = op.getAttrOfType<DictionaryAttr>(kBindAttrName);
  if (!dictionary)
    return success();
  if (failed(verifyAttributeNames(op, dictionary)))
    return failure();
  for (NamedAttribute entry : dictionary) {
    StringRef name = cast<StringAttr>(entry.getValue()).getValue();
    if (!isIdentifier(name) || !lookupConstant(name).isUnknown())
      return op.emitOpError()
             << "expects the name of a bound attribute to be an identifier "
                "other than a constant, found '"
             << name << "'";
    names.insert(name);
  }
  return success();
}

LogicalResult RuleVerifier::verifySet(Operation &op) {
  auto dictionary = op.getAttrOfType<DictionaryAttr>(kSetAttrName);
  if (!dictionary)
    return success();
  if (failed(verifyAttributeNames(op, dictionary)))
    return failure();
  for (NamedAttribute entry : dictionary)
    if (failed(verifyExpression(cast<StringAttr>(entry.getValue()).getValue(),
                                &op, "value")))
      return failure();
  return success();
}

/// Everything in *before* must take part in a result, else a match could not
/// bind it.
LogicalResult RuleVerifier::verifyLiveness() {
  llvm::SmallPtrSet<Operation *, 16> live;
  SmallVector<Value> pending(rule.getBeforeYield().getValues());
  for (Value value : pending)
    if (!value.getDefiningOp())
      return rule.emitOpError(
          "expects 'before' to yield results of operations, "
          "found an argument");
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (op && live.insert(op).second)
      llvm::append_range(pending, op->getOperands());
  }
  for (Operation &op : rule.getBeforeBlock()->without_terminator())
    if (!live.contains(&op))
      return op.emitOpError("takes no part in a result of 'before'");
  for (auto [argument, name] :
       llvm::zip(rule.getBeforeBlock()->getArguments(),
                 rule.getArgumentNames().getAsValueRange<StringAttr>()))
    if (argument.use_empty())
      return rule.emitOpError() << "expects 'before' to use every argument, '%"
                                << name << "' is not used";
  return success();
}

LogicalResult RuleVerifier::verifyRegions() {
  if (failed(verifyArguments()) ||
      failed(verifyRegion(rule.getBefore(), "before")) ||
      failed(verifyRegion(rule.getAfter(), "after")) ||
      failed(verifyLiveness()))
    return failure();
  mlir::TypeRange expected = rule.getBeforeYield().getValues().getTypes();
  mlir::TypeRange found = rule.getAfterYield().getValues().getTypes();
  if (expected.empty())
    return rule.emitOpError("expects at least one result");
  if (expected != found) {
    InFlightDiagnostic error =
        rule.emitOpError("expects 'after' to yield what 'before' does, (");
    llvm::interleaveComma(expected, error);
    error << "), found (";
    llvm::interleaveComma(found, error);
    return error << ")";
  }
  for (Operation &op : *rule.getBeforeBlock())
    if (failed(bindAttributes(op)))
      return failure();
  for (Operation &op : *rule.getAfterBlock())
    if (failed(verifySet(op)))
      return failure();
  if (ArrayAttr where = rule.getWhereAttr())
    for (StringRef text : where.getAsValueRange<StringAttr>())
      if (failed(verifyExpression(text, rule, "condition")))
        return failure();
  return success();
}

LogicalResult RuleOp::verify() {
  if (ArrayAttr types = getElementTypesAttr())
    if (types.empty())
      return emitOpError("expects 'element_types' to list at least one type");
  return success();
}

LogicalResult RuleOp::verifyRegions() {
  return RuleVerifier(*this).verifyRegions();
}
