//===- OutlineGroup.cpp - One group becomes one kernel ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FormKernels.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

namespace {
/// Decides what of the block goes into the kernel of a group.
class GroupContents {
public:
  GroupContents(const FusionGraph &graph, unsigned group) : graph(graph) {
    for (unsigned node : graph.members(group)) {
      Operation *op = graph.getNode(node).op;
      block = op->getBlock();
      members.insert(op);
      contents.insert(op);
    }
    for (Operation *member : members)
      collect(member);
    ops.assign(contents.begin(), contents.end());
    llvm::sort(ops, [](Operation *left, Operation *right) {
      return left->isBeforeInBlock(right);
    });
    for (Operation *op : ops)
      for (Value value : usedValues(op)) {
        Operation *producer = value.getDefiningOp();
        if (!producer || !contents.contains(producer))
          inputs.insert(value);
      }
  }

  bool isMember(Operation *op) const { return members.contains(op); }
  ArrayRef<Operation *> getOps() const { return ops; }
  ArrayRef<Value> getInputs() const { return inputs.getArrayRef(); }

private:
  void collect(Operation *op) {
    for (Value value : usedValues(op)) {
      Operation *producer = value.getDefiningOp();
      if (producer && producer->getBlock() == block &&
          !contents.contains(producer) && isCopiedHere(producer)) {
        contents.insert(producer);
        collect(producer);
      }
    }
  }

  /// Views of what comes from outside stay in the launch plan, where they cost
  /// nothing; sizes of what the kernel itself defines are found inside.
  bool isCopiedHere(Operation *op) {
    OpClass opClass = classify(op);
    if (opClass == OpClass::Scalar)
      return graph.isCopied(op) || leadsFromMember(op);
    if (!graph.isCopied(op))
      return false;
    return opClass != OpClass::View || leadsFromContents(op);
  }

  bool leadsFromMember(Operation *op) {
    return llvm::any_of(usedValues(op), [&](Value value) {
      Operation *producer = value.getDefiningOp();
      if (!producer || producer->getBlock() != block)
        return false;
      if (isMember(producer))
        return true;
      return (graph.isCopied(producer) ||
              classify(producer) == OpClass::Scalar) &&
             leadsFromMember(producer);
    });
  }

  /// Whether a view shows something that the kernel defines or copies.
  bool leadsFromContents(Operation *view) {
    Operation *producer = view->getOperand(0).getDefiningOp();
    if (!producer || producer->getBlock() != block)
      return false;
    if (isMember(producer))
      return true;
    if (!graph.isCopied(producer))
      return false;
    return classify(producer) != OpClass::View || leadsFromContents(producer);
  }

  const FusionGraph &graph;
  Block *block = nullptr;
  SetVector<Operation *> members;
  DenseSet<Operation *> contents;
  SmallVector<Operation *> ops;
  SetVector<Value> inputs;
};
} // namespace

kopt::KernelOp kernel::outlineGroup(const FusionGraph &graph, unsigned group,
                                    StringRef name) {
  GroupContents contents(graph, group);
  SmallVector<Value> results;
  SmallVector<Location> locations;
  Operation *last = nullptr;
  for (unsigned node : graph.members(group)) {
    last = graph.getNode(node).op;
    locations.push_back(last->getLoc());
    for (Value result : last->getResults())
      if (llvm::any_of(result.getUsers(), [&](Operation *user) {
            return !contents.isMember(
                last->getBlock()->findAncestorOpInBlock(*user));
          }))
        results.push_back(result);
  }

  OpBuilder builder(last);
  Location loc = builder.getFusedLoc(locations);
  auto kernel =
      kopt::KernelOp::create(builder, loc, mlir::ValueRange(results).getTypes(),
                             name, contents.getInputs());
  builder.setInsertionPointToEnd(kernel.getBlock());
  IRMapping mapping;
  mapping.map(contents.getInputs(), kernel.getBlock()->getArguments());
  for (Operation *op : contents.getOps())
    builder.clone(*op, mapping);
  SmallVector<Value> yielded = llvm::map_to_vector(
      results, [&](Value value) { return mapping.lookup(value); });
  kopt::YieldOp::create(builder, loc, yielded);

  for (auto [result, replacement] :
       llvm::zip_equal(results, kernel.getResults()))
    result.replaceUsesWithIf(replacement, [&](OpOperand &use) {
      Operation *user =
          kernel->getBlock()->findAncestorOpInBlock(*use.getOwner());
      return user != kernel && !contents.isMember(user);
    });
  return kernel;
}
