//===- Siblings.cpp - Reductions that read the same ----------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/Siblings.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/PatternMatch.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;
using mlir::AffineMap;
using mlir::Block;
using mlir::IRMapping;

bool kernel::areSiblings(Operation *left, Operation *right) {
  auto a = dyn_cast<linalg::LinalgOp>(left),
       b = dyn_cast<linalg::LinalgOp>(right);
  if (!a || !b || a == b || classify(a) != OpClass::Reduction ||
      classify(b) != OpClass::Reduction)
    return false;
  if (a.getNumDpsInits() != 1 || b.getNumDpsInits() != 1 ||
      a.getIteratorTypesArray() != b.getIteratorTypesArray() ||
      a.getStaticLoopRanges() != b.getStaticLoopRanges() ||
      a.getMatchingIndexingMap(a.getDpsInitOperand(0)) !=
          b.getMatchingIndexingMap(b.getDpsInitOperand(0)))
    return false;
  for (OpOperand *x : a.getDpsInputOperands())
    for (OpOperand *y : b.getDpsInputOperands())
      if (x->get() == y->get() && a.getMatchingIndexingMap(x).isPermutation() &&
          a.getMatchingIndexingMap(x) == b.getMatchingIndexingMap(y))
        return true;
  return false;
}

/// Whether `op` is computed from a result of `source`, in their block.
static bool dependsOn(Operation *op, Operation *source) {
  SmallVector<Operation *> pending = {op};
  DenseSet<Operation *> seen;
  while (!pending.empty()) {
    Operation *next = pending.pop_back_val();
    if (next == source)
      return true;
    for (Value operand : next->getOperands())
      if (Operation *producer = operand.getDefiningOp();
          producer && seen.insert(producer).second)
        pending.push_back(producer);
  }
  return false;
}

/// Adds what `op` reads to the operands of the merged operation.
static void addInputs(linalg::LinalgOp op, SmallVectorImpl<Value> &inputs,
                      SmallVectorImpl<AffineMap> &maps) {
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    bool known = llvm::any_of(llvm::zip(inputs, maps), [&](auto pair) {
      return std::get<0>(pair) == input->get() && std::get<1>(pair) == map;
    });
    if (known)
      continue;
    inputs.push_back(input->get());
    maps.push_back(map);
  }
}

static void merge(ArrayRef<linalg::LinalgOp> siblings) {
  linalg::LinalgOp first = siblings.front();
  OpBuilder builder(siblings.back());
  SmallVector<Value> inputs, inits;
  SmallVector<AffineMap> maps;
  SmallVector<Type> types;
  SmallVector<Location> locs;
  for (linalg::LinalgOp op : siblings) {
    addInputs(op, inputs, maps);
    inits.push_back(op.getDpsInits()[0]);
    types.push_back(op->getResult(0).getType());
    locs.push_back(op.getLoc());
  }
  SmallVector<AffineMap> inputMaps = maps;
  maps.append(siblings.size(),
              first.getMatchingIndexingMap(first.getDpsInitOperand(0)));
  auto merged = linalg::GenericOp::create(
      builder, builder.getFusedLoc(locs), types, inputs, inits, maps,
      first.getIteratorTypesArray(),
      [&](OpBuilder &inside, Location loc, mlir::ValueRange arguments) {
        SmallVector<Value> yields;
        for (auto [n, op] : llvm::enumerate(siblings)) {
          linalg::LinalgOp source = op;
          IRMapping mapping;
          for (OpOperand *input : source.getDpsInputOperands())
            for (auto [i, value, map] : llvm::enumerate(inputs, inputMaps))
              if (value == input->get() &&
                  map == source.getMatchingIndexingMap(input))
                mapping.map(source.getMatchingBlockArgument(input),
                            arguments[i]);
          mapping.map(source.getRegionOutputArgs()[0],
                      arguments[inputs.size() + n]);
          for (Operation &inner : source.getBlock()->without_terminator())
            inside.clone(inner, mapping);
          yields.push_back(mapping.lookupOrDefault(
              source.getBlock()->getTerminator()->getOperand(0)));
        }
        linalg::YieldOp::create(inside, loc, yields);
      });
  for (auto [n, op] : llvm::enumerate(siblings)) {
    Operation *old = op;
    old->getResult(0).replaceAllUsesWith(merged.getResult(n));
    old->erase();
  }
}

void kernel::mergeSiblings(kopt::KernelOp kernel) {
  Block *block = kernel.getBlock();
  SmallVector<Operation *> reductions;
  for (Operation &op : *block)
    if (classify(&op) == OpClass::Reduction)
      reductions.push_back(&op);
  bool changed = false;
  for (size_t i = 0; i < reductions.size(); ++i) {
    if (!reductions[i])
      continue;
    SmallVector<linalg::LinalgOp> siblings = {
        cast<linalg::LinalgOp>(reductions[i])};
    for (Operation *&other : llvm::drop_begin(reductions, i + 1)) {
      bool joins = other && areSiblings(reductions[i], other) &&
                   llvm::none_of(siblings, [&](linalg::LinalgOp sibling) {
                     return dependsOn(other, sibling);
                   });
      if (!joins)
        continue;
      siblings.push_back(cast<linalg::LinalgOp>(other));
      other = nullptr;
    }
    if (siblings.size() == 1)
      continue;
    merge(siblings);
    changed = true;
  }
  // What read the first one may stand before the operands of the last one.
  if (changed)
    mlir::sortTopologically(block);
}
