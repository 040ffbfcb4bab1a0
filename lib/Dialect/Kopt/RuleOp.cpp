//===- RuleOp.cpp - Rewrite rules -------------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

YieldOp RuleOp::getBeforeYield() {
  return cast<YieldOp>(getBeforeBlock()->getTerminator());
}

YieldOp RuleOp::getAfterYield() {
  return cast<YieldOp>(getAfterBlock()->getTerminator());
}

bool RuleOp::isSequence(StringRef name) {
  ArrayAttr sequences = getSequencesAttr();
  return sequences &&
         llvm::any_of(sequences.getAsValueRange<StringAttr>(),
                      [&](StringRef other) { return other == name; });
}

Value RuleOp::lookupValue(StringRef name) {
  for (auto [argument, argumentName] :
       llvm::zip(getBeforeBlock()->getArguments(),
                 getArgumentNames().getAsValueRange<StringAttr>()))
    if (argumentName == name)
      return argument;
  for (Operation &op : *getBeforeBlock())
    if (auto own = op.getAttrOfType<StringAttr>(kNameAttrName))
      if (own.getValue() == name && op.getNumResults() > 0)
        return op.getResult(0);
  return {};
}

SmallVector<Expression> RuleOp::getConditions() {
  SmallVector<Expression> conditions;
  std::string error;
  if (ArrayAttr where = getWhereAttr())
    for (StringRef text : where.getAsValueRange<StringAttr>())
      if (FailureOr<Expression> parsed = Expression::parse(text, error);
          succeeded(parsed))
        conditions.push_back(std::move(*parsed));
  return conditions;
}

void RuleOp::getAsmBlockArgumentNames(Region &region,
                                      mlir::OpAsmSetValueNameFn setName) {
  for (auto [argument, name] :
       llvm::zip(region.getArguments(),
                 getArgumentNames().getAsValueRange<StringAttr>()))
    setName(argument, name);
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

/// Parses the clauses between the arguments and the regions.
static ParseResult parseClauses(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  auto parseAttr = [&](StringAttr name, auto kind) -> ParseResult {
    decltype(kind) value;
    return parser.parseAttribute(value, name.getValue(), result.attributes);
  };
  OperationName name = result.name;
  while (true) {
    if (succeeded(parser.parseOptionalKeyword("where"))) {
      if (parseAttr(RuleOp::getWhereAttrName(name), ArrayAttr()))
        return failure();
    } else if (succeeded(parser.parseOptionalKeyword("sequences"))) {
      if (parseAttr(RuleOp::getSequencesAttrName(name), ArrayAttr()))
        return failure();
    } else if (succeeded(parser.parseOptionalKeyword("element_types"))) {
      if (parseAttr(RuleOp::getElementTypesAttrName(name), ArrayAttr()))
        return failure();
    } else if (succeeded(parser.parseOptionalKeyword("doc"))) {
      if (parseAttr(RuleOp::getDocAttrName(name), StringAttr()))
        return failure();
    } else if (succeeded(parser.parseOptionalKeyword("cleanup"))) {
      result.addAttribute(RuleOp::getCleanupAttrName(name),
                          builder.getUnitAttr());
    } else {
      return parser.parseOptionalAttrDictWithKeyword(result.attributes);
    }
  }
}

static ParseResult parseClass(OpAsmParser &parser, OperationState &result) {
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword("class") || parser.parseKeyword(&keyword))
    return failure();
  std::optional<RuleClass> own = symbolizeRuleClass(keyword);
  if (!own)
    return parser.emitError(loc)
           << "expects the class of a rule to be exact_bits, "
              "exact_mod_signed_zero_nan, reassociating, contracting, "
              "approximate or layout, found '"
           << keyword << "'";
  result.addAttribute(RuleOp::getRuleClassAttrName(result.name),
                      RuleClassAttr::get(parser.getContext(), *own));
  return success();
}

ParseResult RuleOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr symbol;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(symbol, getSymNameAttrName(result.name),
                             result.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true) ||
      parseClass(parser, result) || parseClauses(parser, result))
    return failure();
  SmallVector<StringRef> names;
  for (const OpAsmParser::Argument &argument : arguments)
    names.push_back(argument.ssaName.name.drop_front());
  result.addAttribute(getArgumentNamesAttrName(result.name),
                      parser.getBuilder().getStrArrayAttr(names));
  return failure(parser.parseKeyword("before") ||
                 parser.parseRegion(*result.addRegion(), arguments) ||
                 parser.parseKeyword("after") ||
                 parser.parseRegion(*result.addRegion(), arguments));
}

void RuleOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(getBeforeBlock()->getArguments(), printer,
                        [&](Value argument) {
                          printer << argument << ": " << argument.getType();
                        });
  printer << ") class " << stringifyRuleClass(getRuleClass());
  auto clause = [&](StringRef keyword, Attribute value) {
    if (!value)
      return;
    printer.printNewline();
    printer << "    " << keyword << ' ' << value;
  };
  clause("where", getWhereAttr());
  clause("sequences", getSequencesAttr());
  clause("element_types", getElementTypesAttr());
  clause("doc", getDocAttr());
  if (getCleanup())
    printer << " cleanup";
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getSymNameAttrName(), getRuleClassAttrName(), getArgumentNamesAttrName(),
       getWhereAttrName(), getSequencesAttrName(), getElementTypesAttrName(),
       getDocAttrName(), getCleanupAttrName()});
  printer.printNewline();
  printer << "before ";
  printer.printRegion(getBefore(), /*printEntryBlockArgs=*/false);
  printer << " after ";
  printer.shadowRegionArgs(getAfter(), getBeforeBlock()->getArguments());
  printer.printRegion(getAfter(), /*printEntryBlockArgs=*/false);
}
