//===- KernelOp.cpp - The operation kopt.kernel -----------------*- C++ -*-
//===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

YieldOp KernelOp::getYield() {
  return cast<YieldOp>(getBlock()->getTerminator());
}

//===----------------------------------------------------------------------===//
// Assembly
//===----------------------------------------------------------------------===//

// kopt.kernel @name (%a = %x : type, ...) [contract #kopt.contract]
//   [attributes {...}] -> (types) { ... }
ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  if (parser.parseSymbolName(name, getKernelNameAttrName(result.name),
                             result.attributes))
    return failure();

  SmallVector<OpAsmParser::Argument> arguments;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  SMLoc operandsLoc = parser.getCurrentLocation();
  auto parseBinding = [&]() -> ParseResult {
    return failure(parser.parseArgument(arguments.emplace_back()) ||
                   parser.parseEqual() ||
                   parser.parseOperand(operands.emplace_back()) ||
                   parser.parseColonType(arguments.back().type));
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                     parseBinding))
    return failure();

  if (succeeded(parser.parseOptionalKeyword("contract"))) {
    ContractAttr contract;
    if (parser.parseAttribute(contract, getContractAttrName(result.name),
                              result.attributes))
      return failure();
  }
  if (parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseArrow())
    return failure();
  auto parseResult = [&]() -> ParseResult {
    return parser.parseType(result.types.emplace_back());
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Paren,
                                     parseResult) ||
      parser.parseRegion(*result.addRegion(), arguments))
    return failure();
  auto types = llvm::map_to_vector(
      arguments, [](OpAsmParser::Argument &a) { return a.type; });
  return parser.resolveOperands(operands, types, operandsLoc, result.operands);
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getKernelName());
  printer << " (";
  llvm::interleaveComma(
      llvm::zip_equal(getBlock()->getArguments(), getInputs()), printer,
      [&](auto pair) {
        auto [argument, input] = pair;
        printer.printRegionArgument(argument, {}, /*omitType=*/true);
        printer << " = " << input << " : " << input.getType();
      });
  printer << ')';
  if (ContractAttr contract = getContractAttr())
    printer << " contract " << contract;
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getKernelNameAttrName(), getContractAttrName()});
  printer << " -> (";
  llvm::interleaveComma(getResultTypes(), printer);
  printer << ") ";
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult KernelOp::verify() {
  if (getKernelName().empty())
    return emitOpError("expects a name");
  Block &block = getBody().front();
  if (block.getNumArguments() != getInputs().size())
    return emitOpError() << "expects one region argument per operand, found "
                         << block.getNumArguments() << " for "
                         << getInputs().size() << " operands";
  for (auto [index, argument, input] :
       llvm::enumerate(block.getArguments(), getInputs()))
    if (argument.getType() != input.getType())
      return emitOpError() << "expects region argument #" << index
                           << " of type " << input.getType() << ", found "
                           << argument.getType();
  return success();
}

LogicalResult KernelOp::verifyRegions() {
  auto yield = dyn_cast<YieldOp>(getBlock()->back());
  if (!yield)
    return emitOpError() << "expects its region to end with '"
                         << YieldOp::getOperationName() << "', found '"
                         << getBlock()->back().getName() << "'";
  if (yield.getValues().getTypes() != getResultTypes()) {
    InFlightDiagnostic error = yield.emitOpError()
                               << "expects the kernel's result types (";
    llvm::interleaveComma(getResultTypes(), error);
    error << "), found (";
    llvm::interleaveComma(yield.getValues().getTypes(), error);
    return error << ")";
  }
  // What makes the kernel itself free of effects.
  for (Operation &op : getBlock()->without_terminator())
    if (!mlir::isMemoryEffectFree(&op)) {
      InFlightDiagnostic error =
          emitOpError() << "holds '" << op.getName()
                        << "', which is not known to be free of side effects";
      error.attachNote(op.getLoc()) << "the operation is here";
      return error;
    }
  return success();
}

//===----------------------------------------------------------------------===//
// Canonicalization
//===----------------------------------------------------------------------===//

namespace {
/// Drops operands that the region does not read, and merges equal ones.
struct SimplifyOperands : OpRewritePattern<KernelOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(KernelOp kernel,
                                PatternRewriter &rewriter) const override {
    Block *block = kernel.getBlock();
    llvm::SmallDenseMap<Value, unsigned> first;
    BitVector dropped(kernel.getInputs().size());
    SmallVector<Value> kept;
    for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
      mlir::BlockArgument argument = block->getArgument(index);
      auto [it, isNew] = first.try_emplace(input, index);
      if (!isNew && !argument.use_empty())
        rewriter.replaceAllUsesWith(argument, block->getArgument(it->second));
    }
    // In a second pass, since a merge may give uses to an earlier argument.
    for (auto [index, input] : llvm::enumerate(kernel.getInputs())) {
      if (block->getArgument(index).use_empty())
        dropped.set(index);
      else
        kept.push_back(input);
    }
    if (dropped.none())
      return failure();
    rewriter.modifyOpInPlace(kernel, [&] {
      block->eraseArguments(dropped);
      kernel.getInputsMutable().assign(kept);
    });
    return success();
  }
};

/// Drops results that nobody reads; a result that is an argument or another
/// result is replaced by it.
struct SimplifyResults : OpRewritePattern<KernelOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(KernelOp kernel,
                                PatternRewriter &rewriter) const override {
    YieldOp yield = kernel.getYield();
    llvm::SmallDenseMap<Value, Value> results;
    SmallVector<Value> kept, replacements(kernel.getNumResults());
    SmallVector<unsigned> keptResults;
    for (auto [result, value] :
         llvm::zip_equal(kernel.getResults(), yield.getValues())) {
      unsigned number = result.getResultNumber();
      auto argument = dyn_cast<mlir::BlockArgument>(value);
      if (argument && argument.getOwner() == kernel.getBlock()) {
        replacements[number] = kernel.getInputs()[argument.getArgNumber()];
        continue;
      }
      if (result.use_empty())
        continue;
      auto [it, isNew] = results.try_emplace(value, result);
      if (isNew) {
        kept.push_back(value);
        keptResults.push_back(number);
      } else {
        replacements[number] = it->second;
      }
    }
    if (kept.size() == kernel.getNumResults())
      return failure();
    if (kept.empty()) {
      // Effect-free and unread: the driver erases a kernel without uses.
      for (auto [result, value] :
           llvm::zip_equal(kernel.getResults(), replacements))
        if (value)
          rewriter.replaceAllUsesWith(result, value);
      rewriter.eraseOp(kernel);
      return success();
    }
    rewriter.modifyOpInPlace(yield,
                             [&] { yield.getValuesMutable().assign(kept); });
    auto slim = KernelOp::create(rewriter, kernel.getLoc(),
                                 mlir::ValueRange(kept).getTypes(),
                                 kernel.getInputs(), kernel->getAttrs());
    slim.getBody().takeBody(kernel.getBody());
    for (auto [index, number] : llvm::enumerate(keptResults))
      replacements[number] = slim.getResult(index);
    // A repeated result stands for a result of the old kernel: follow it.
    for (Value &value : replacements)
      if (value && value.getDefiningOp() == kernel)
        value = replacements[cast<OpResult>(value).getResultNumber()];
    for (auto [result, value] :
         llvm::zip_equal(kernel.getResults(), replacements))
      if (value)
        rewriter.replaceAllUsesWith(result, value);
    rewriter.eraseOp(kernel);
    return success();
  }
};
} // namespace

void KernelOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           mlir::MLIRContext *context) {
  patterns.add<SimplifyOperands, SimplifyResults>(context);
}
