//===- Windows.cpp - What two programs do not have in common ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include <map>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// Names each value of a program by all that it is computed from: equal names
/// in two programs of equal arguments are equal values.
class Names {
public:
  /// False if an operation does more than compute its results.
  bool compute(Block &block);
  StringRef of(Value value) const { return names.find(value)->second; }
  bool hasInput(Value value) const { return inputs.contains(value); }
  bool has(StringRef name) const { return all.contains(name); }

private:
  std::optional<std::string> nameOfResult(linalg::GenericOp op,
                                          unsigned result) const;

  llvm::DenseMap<Value, std::string> names;
  /// Values that depend on an argument.
  llvm::DenseSet<Value> inputs;
  llvm::StringSet<> all;
};
} // namespace

/// Operands, and what regions take from outside.
static llvm::SetVector<Value> operandsOf(Operation *op) {
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  return values;
}

/// One result of a structured operation by what that result takes of it, so
/// that operations that were made one have the names that they had alone.
/// Nothing if another result is part of it.
std::optional<std::string> Names::nameOfResult(linalg::GenericOp op,
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

bool Names::compute(Block &block) {
  for (BlockArgument argument : block.getArguments()) {
    std::string name = "argument " + std::to_string(argument.getArgNumber());
    names[argument] = name;
    inputs.insert(argument);
    all.insert(name);
  }
  for (Operation &op : block.without_terminator()) {
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
  }
  return true;
}

namespace {
/// Builds a function of what is left of one program.
struct Remainder {
  Block &block;
  const Names &names, &others;
  /// The common values that stay as inputs, by name.
  std::map<std::string, Value> leaves;
  llvm::SetVector<Operation *> kept;

  bool isLeaf(Value value) const {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    return isa<BlockArgument>(value) ||
           (type && type.hasStaticShape() &&
            isa<FloatType>(type.getElementType()) && names.hasInput(value) &&
            others.has(names.of(value)));
  }
  void collect(Value value) {
    SmallVector<Value> pending = {value};
    while (!pending.empty()) {
      Value next = pending.pop_back_val();
      if (isLeaf(next)) {
        leaves.insert({names.of(next).str(), next});
        continue;
      }
      Operation *op = next.getDefiningOp();
      if (kept.insert(op))
        llvm::append_range(pending, operandsOf(op));
    }
  }
  void build(OpBuilder &builder, StringRef name, ArrayRef<std::string> inputs,
             TypeRange types, ArrayRef<unsigned> outputs);
};
} // namespace

void Remainder::build(OpBuilder &builder, StringRef name,
                      ArrayRef<std::string> inputs, TypeRange types,
                      ArrayRef<unsigned> outputs) {
  Operation *terminator = block.getTerminator();
  SmallVector<Type> results;
  for (unsigned output : outputs)
    results.push_back(terminator->getOperand(output).getType());
  auto function =
      func::FuncOp::create(builder, block.getParentOp()->getLoc(), name,
                           builder.getFunctionType(types, results));
  OpBuilder::InsertionGuard guard(builder);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  IRMapping mapping;
  for (auto [input, argument] : llvm::zip_equal(inputs, entry->getArguments()))
    if (auto found = leaves.find(input); found != leaves.end())
      mapping.map(found->second, argument);
  // Two values of one name are one input.
  for (Operation &op : block.without_terminator())
    for (Value value : op.getResults())
      if (auto found = leaves.find(names.of(value).str());
          found != leaves.end() && isLeaf(value))
        mapping.map(value, mapping.lookup(found->second));
  for (Operation &op : block.without_terminator())
    if (kept.contains(&op))
      builder.clone(op, mapping);
  SmallVector<Value> values;
  for (unsigned output : outputs)
    values.push_back(mapping.lookup(terminator->getOperand(output)));
  func::ReturnOp::create(builder, function.getLoc(), values);
}

std::optional<Window> verify::cutCommonParts(Block &source, Block &target) {
  Names sourceNames, targetNames;
  if (source.getArgumentTypes() != target.getArgumentTypes() ||
      source.getTerminator()->getOperandTypes() !=
          target.getTerminator()->getOperandTypes() ||
      !sourceNames.compute(source) || !targetNames.compute(target))
    return std::nullopt;
  Remainder left{source, sourceNames, targetNames, {}, {}};
  Remainder right{target, targetNames, sourceNames, {}, {}};
  Window window;
  SmallVector<unsigned> outputs;
  for (unsigned i = 0; i < source.getTerminator()->getNumOperands(); ++i) {
    Value a = source.getTerminator()->getOperand(i);
    Value b = target.getTerminator()->getOperand(i);
    if (sourceNames.of(a) == targetNames.of(b)) {
      ++window.sameOutputs;
      continue;
    }
    outputs.push_back(i);
    left.collect(a);
    right.collect(b);
  }
  window.outputs = outputs.size();
  window.sourceOperations = left.kept.size();
  window.targetOperations = right.kept.size();
  if (outputs.empty())
    return window;
  SmallVector<std::string> inputs;
  SmallVector<Type> types;
  for (Remainder *side : {&left, &right})
    for (const auto &[name, value] : side->leaves) {
      if (llvm::is_contained(inputs, name))
        continue;
      inputs.push_back(name);
      types.push_back(value.getType());
      window.cut += !isa<BlockArgument>(value);
    }
  window.module = ModuleOp::create(source.getParentOp()->getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(window.module->getBody());
  left.build(builder, "source", inputs, types, outputs);
  right.build(builder, "target", inputs, types, outputs);
  return window;
}

Block &Window::source() const {
  return module.get().lookupSymbol<func::FuncOp>("source").getBody().front();
}
Block &Window::target() const {
  return module.get().lookupSymbol<func::FuncOp>("target").getBody().front();
}
