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
#include "mlir/Dialect/Tensor/IR/Tensor.h"
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
      os << of(value) << ' ' << value.getType() << ' ';
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

/// Whether an operation does no more than give its operand other sizes.
static bool isReshape(Operation *op) {
  return isa<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op) &&
         cast<ShapedType>(op->getOperand(0).getType()).hasStaticShape() &&
         cast<ShapedType>(op->getResult(0).getType()).hasStaticShape();
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
  // The same elements in the same order.
  if (isReshape(&op)) {
    names[op.getResult(0)] = of(op.getOperand(0)).str();
    if (hasInput(op.getOperand(0)))
      inputs.insert(op.getResult(0));
    return true;
  }
  std::string context;
  bool dependent = false;
  // Each name has a fixed length or is an argument's: none runs into another.
  for (Value value : operandsOf(&op)) {
    // A name says nothing of sizes.
    llvm::raw_string_ostream(context)
        << of(value) << ' ' << value.getType() << '\n';
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

/// The elements of a value in a tensor of other sizes.
static Value reshape(OpBuilder &builder, Value value, Type wanted) {
  auto type = cast<RankedTensorType>(value.getType());
  auto target = cast<RankedTensorType>(wanted);
  Location loc = value.getLoc();
  auto oneGroup = [](int64_t rank) {
    SmallVector<ReassociationIndices> groups;
    if (rank)
      groups.push_back(llvm::to_vector<2>(llvm::seq<int64_t>(rank)));
    return groups;
  };
  auto flat =
      RankedTensorType::get(type.getNumElements(), type.getElementType());
  if (type.getRank() == 0)
    value =
        tensor::ExpandShapeOp::create(builder, loc, flat, value, oneGroup(0));
  else if (type.getRank() > 1)
    value = tensor::CollapseShapeOp::create(builder, loc, flat, value,
                                            oneGroup(type.getRank()));
  if (target.getRank() == 0)
    return tensor::CollapseShapeOp::create(builder, loc, target, value,
                                           oneGroup(0));
  if (target.getRank() > 1)
    return tensor::ExpandShapeOp::create(builder, loc, target, value,
                                         oneGroup(target.getRank()));
  return value;
}

void Remainder::build(OpBuilder &builder, StringRef name,
                      ArrayRef<std::string> inputs, TypeRange types,
                      ArrayRef<Value> outputs, TypeRange results) {
  auto function =
      func::FuncOp::create(builder, block.getParentOp()->getLoc(), name,
                           builder.getFunctionType(types, results));
  OpBuilder::InsertionGuard guard(builder);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  llvm::StringMap<Value> arguments;
  for (auto [input, argument] : llvm::zip_equal(inputs, entry->getArguments()))
    arguments[input] = argument;
  IRMapping mapping;
  // Two values of one name are one input.
  auto take = [&](Value value) {
    if (mapping.contains(value) ||
        !(isa<BlockArgument>(value) || isLeaf(value)))
      return;
    Value argument = arguments.lookup(names.of(value));
    if (argument.getType() != value.getType())
      argument = reshape(builder, argument, value.getType());
    mapping.map(value, argument);
  };
  for (Operation &op : block.without_terminator()) {
    if (!kept.contains(&op))
      continue;
    for (Value value : operandsOf(&op))
      take(value);
    builder.clone(op, mapping);
  }
  SmallVector<Value> values;
  for (auto [output, type] : llvm::zip_equal(outputs, results)) {
    take(output);
    Value value = mapping.lookup(output);
    values.push_back(value.getType() == type ? value
                                             : reshape(builder, value, type));
  }
  func::ReturnOp::create(builder, function.getLoc(), values);
}
