//===- Windows.cpp - What two programs do not have in common ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramNames.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

Window verify::joinRemainders(Remainder &left, Remainder &right,
                              ArrayRef<Value> leftOutputs,
                              ArrayRef<Value> rightOutputs) {
  Window window;
  window.outputs = leftOutputs.size();
  window.sourceOperations = left.kept.size();
  window.targetOperations = right.kept.size();
  llvm::StringSet<> met;
  SmallVector<std::string> inputs;
  SmallVector<Type> types;
  for (const Remainder *side : {&left, &right})
    for (const auto &[name, value] : side->leaves) {
      if (!met.insert(name).second)
        continue;
      inputs.push_back(name);
      types.push_back(value.getType());
      window.cut += !isa<BlockArgument>(value);
    }
  window.module = ModuleOp::create(left.block.getParentOp()->getLoc());
  OpBuilder builder = OpBuilder::atBlockEnd(window.module->getBody());
  left.build(builder, "source", inputs, types, leftOutputs,
             TypeRange(leftOutputs));
  right.build(builder, "target", inputs, types, rightOutputs,
              TypeRange(leftOutputs));
  return window;
}

std::optional<Window> verify::cutCommonParts(Block &source, Block &target) {
  ProgramNames sourceNames, targetNames;
  if (source.getArgumentTypes() != target.getArgumentTypes() ||
      source.getTerminator()->getOperandTypes() !=
          target.getTerminator()->getOperandTypes() ||
      !sourceNames.compute(source) || !targetNames.compute(target))
    return std::nullopt;
  Remainder left(source, sourceNames, [&](Value value) {
    return sourceNames.canBeFree(value) &&
           targetNames.has(sourceNames.of(value));
  });
  Remainder right(target, targetNames, [&](Value value) {
    return targetNames.canBeFree(value) &&
           sourceNames.has(targetNames.of(value));
  });
  SmallVector<Value> before, after;
  unsigned same = 0;
  for (auto [a, b] : llvm::zip_equal(source.getTerminator()->getOperands(),
                                     target.getTerminator()->getOperands())) {
    if (sourceNames.of(a) == targetNames.of(b)) {
      ++same;
      continue;
    }
    before.push_back(a);
    after.push_back(b);
    left.collect(a);
    right.collect(b);
  }
  Window window;
  if (!before.empty())
    window = joinRemainders(left, right, before, after);
  window.sameOutputs = same;
  return window;
}

Block &Window::source() const {
  return module.get().lookupSymbol<func::FuncOp>("source").getBody().front();
}
Block &Window::target() const {
  return module.get().lookupSymbol<func::FuncOp>("target").getBody().front();
}
