//===- ProgramNames.cpp - Values named by what they are made of -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramNames.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

llvm::SetVector<Value> verify::operandsOf(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values;
}

/// One result of a structured operation by what that result takes of it, so
/// that operations that were made one have the names that they had alone.
/// Nothing if another result is part of it.
std::optional<std::string> ProgramNames::nameOfResult(linalg::GenericOp op,
                                                      unsigned result) const {
  if (!op.hasPureTensorSemantics() ||
      llvm::any_of(op.getStaticLoopRanges(), ShapedType::isDynamic))
    return std::nullopt;
  Block *body = op.getBody();
  llvm::DenseSet<Value> used = {body->getTerminator()->getOperand(result)};
  for (Operation &inner : llvm::reverse(body->without_terminator())) {
    if (llvm::none_of(inner.getResults(),
                      [&](Value value) { return used.contains(value); }))
      continue;
    if (inner.getNumRegions())
      return std::nullopt;
    used.insert(inner.operand_begin(), inner.operand_end());
  }
  std::string text = "generic\n";
  llvm::raw_string_ostream os(text);
  for (int64_t size : op.getStaticLoopRanges())
    os << size << ' ';
  os << op.getIteratorTypes() << '\n';
  llvm::DenseMap<Value, unsigned> numbers;
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    bool isInit = operand.getOperandNumber() >= op.getNumDpsInputs();
    bool isOwn = operand.getOperandNumber() == op.getNumDpsInputs() + result;
    if (isInit && !isOwn && used.contains(argument))
      return std::nullopt;
    if (!isOwn && !used.contains(argument))
      continue;
    numbers[argument] = numbers.size();
    os << (isOwn ? "out " : "in ") << op.getMatchingIndexingMap(&operand) << ' '
       << operand.get().getType() << ' ' << of(operand.get()) << '\n';
  }
  auto refer = [&](Value value) {
    auto found = numbers.find(value);
    if (found != numbers.end())
      os << '#' << found->second << ' ';
    else
      os << of(value) << ' ';
  };
  for (Operation &inner : body->without_terminator()) {
    if (llvm::none_of(inner.getResults(),
                      [&](Value value) { return used.contains(value); }))
      continue;
    os << inner.getName() << ' ' << inner.getAttrDictionary() << ' ';
    for (Value operand : inner.getOperands())
      refer(operand);
    for (Value value : inner.getResults()) {
      numbers[value] = numbers.size();
      os << value.getType() << ' ';
    }
    os << '\n';
  }
  refer(body->getTerminator()->getOperand(result));
  return hashText(text);
}

void ProgramNames::addArguments(Block &block) {
  for (BlockArgument argument : block.getArguments()) {
    std::string name = "argument " + std::to_string(argument.getArgNumber());
    names[argument] = name;
    inputs.insert(argument);
    all.insert(name);
  }
}

bool ProgramNames::add(Operation &op) {
  if (!isMemoryEffectFree(&op) || op.getNumSuccessors())
    return false;
  std::string context;
  bool dependent = false;
  // Each name has a fixed length or is an argument's: none runs into another.
  for (Value value : operandsOf(&op)) {
    context += (of(value) + "\n").str();
    dependent |= hasInput(value);
  }
  std::string hash = structuralHash(&op, context, {"kopt.id"});
  for (OpResult result : op.getResults()) {
    std::string name = hash + ":" + std::to_string(result.getResultNumber());
    if (auto generic = dyn_cast<linalg::GenericOp>(op))
      if (auto alone = nameOfResult(generic, result.getResultNumber()))
        name = *alone;
    all.insert(name);
    names[result] = std::move(name);
    if (dependent)
      inputs.insert(result);
  }
  return true;
}

bool ProgramNames::compute(Block &block) {
  addArguments(block);
  return llvm::all_of(block.without_terminator(),
                      [&](Operation &op) { return add(op); });
}

void ProgramNames::rename(Value value, StringRef name) {
  all.insert(name);
  names[value] = name.str();
}

bool ProgramNames::canBeFree(Value value) const {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape() &&
         isa<FloatType>(type.getElementType()) && hasInput(value);
}

//===----------------------------------------------------------------------===//
// Remainders
//===----------------------------------------------------------------------===//

bool Remainder::collect(Value value, size_t most) {
  SmallVector<Value> pending = {value};
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    if (isa<BlockArgument>(next) || isLeaf(next)) {
      leaves.insert({names.of(next).str(), next});
      continue;
    }
    Operation *op = next.getDefiningOp();
    if (kept.insert(op))
      llvm::append_range(pending, operandsOf(op));
    if (most && kept.size() > most)
      return false;
  }
  return true;
}

void Remainder::build(OpBuilder &builder, StringRef name,
                      ArrayRef<std::string> inputs, TypeRange types,
                      ArrayRef<Value> outputs) {
  auto function =
      func::FuncOp::create(builder, block.getParentOp()->getLoc(), name,
                           builder.getFunctionType(types, TypeRange(outputs)));
  OpBuilder::InsertionGuard guard(builder);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  llvm::StringMap<Value> arguments;
  for (auto [input, argument] : llvm::zip_equal(inputs, entry->getArguments()))
    arguments[input] = argument;
  IRMapping mapping;
  // Two values of one name are one input.
  auto take = [&](Value value) {
    if (!mapping.contains(value) &&
        (isa<BlockArgument>(value) || isLeaf(value)))
      mapping.map(value, arguments.lookup(names.of(value)));
  };
  for (Operation &op : block.without_terminator()) {
    if (!kept.contains(&op))
      continue;
    for (Value value : operandsOf(&op))
      take(value);
    builder.clone(op, mapping);
  }
  SmallVector<Value> values;
  for (Value output : outputs) {
    take(output);
    values.push_back(mapping.lookup(output));
  }
  func::ReturnOp::create(builder, function.getLoc(), values);
}
