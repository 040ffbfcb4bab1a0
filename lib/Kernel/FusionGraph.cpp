//===- FusionGraph.cpp - Which operation needs which ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FusionGraph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

SetVector<Value> kernel::usedValues(Operation *op) {
  SetVector<Value> used(op->operand_begin(), op->operand_end());
  mlir::getUsedValuesDefinedAbove(op->getRegions(), used);
  return used;
}

/// Whether an operation may be computed again in each kernel that reads it,
/// because it is small beside all of its readers: a scale per channel, say.
/// Its inputs are no results of kernels.
static bool isCheapToRepeat(Operation *op, const DenseSet<Operation *> &free) {
  constexpr int64_t mostElements = 1 << 14;
  constexpr int64_t timesSmaller = 16;
  int64_t size = iterations(op);
  if (size > mostElements || op->use_empty())
    return false;
  for (Value operand : usedValues(op)) {
    Operation *producer = operand.getDefiningOp();
    if (producer && !free.contains(producer) &&
        classify(producer) != OpClass::Constant)
      return false;
  }
  return llvm::all_of(op->getUsers(), [&](Operation *user) {
    // A free reader is looked through only so far: that is enough for the
    // reshapes that front ends put before a broadcast.
    if (isFree(classify(user)))
      return llvm::all_of(user->getUsers(), [&](Operation *next) {
        return classify(next) != OpClass::Foreign &&
               iterations(next) / timesSmaller >= size;
      });
    return classify(user) != OpClass::Foreign &&
           iterations(user) / timesSmaller >= size;
  });
}

/// Decides which operations are copied into their readers.
void FusionGraph::findFree(Block &block, const DenseSet<Operation *> &listed) {
  for (Operation &op : block) {
    OpClass opClass = classify(&op);
    // A large constant is an operand of the kernel: the launch plan owns it.
    bool isLarge = false;
    if (auto constant = dyn_cast<arith::ConstantOp>(op))
      isLarge = opClass == OpClass::Constant &&
                !isa<mlir::SplatElementsAttr>(constant.getValue());
    bool isScalar = opClass == OpClass::Scalar &&
                    !op.hasTrait<mlir::OpTrait::ConstantLike>();
    if (listed.contains(&op) || isLarge || isScalar)
      continue;
    if (isFree(opClass) ||
        (opClass == OpClass::Elementwise && isCheapToRepeat(&op, free)))
      free.insert(&op);
  }
  // What moves elements or repeats work and is read outside of kernels must be
  // stored by one. Views and constants may stay in the launch plan.
  DenseSet<Value> outside;
  for (Operation &op : llvm::reverse(block)) {
    OpClass opClass = classify(&op);
    bool isRead = llvm::any_of(op.getResults(), [&](Value result) {
      return outside.contains(result);
    });
    if (opClass == OpClass::Foreign) {
      SetVector<Value> used = usedValues(&op);
      outside.insert(used.begin(), used.end());
    } else if (isRead && opClass == OpClass::View && free.contains(&op)) {
      outside.insert(op.operand_begin(), op.operand_end());
    } else if (isRead &&
               (opClass == OpClass::Fill || opClass == OpClass::Movement ||
                opClass == OpClass::Elementwise)) {
      free.erase(&op);
    }
  }
}

std::optional<unsigned> FusionGraph::lookup(Operation *op) const {
  auto it = index.find(op);
  if (it == index.end())
    return std::nullopt;
  return it->second;
}

void FusionGraph::collectThrough(Value value, SetVector<unsigned> &producers,
                                 DenseSet<Value> &seen) const {
  Operation *producer = value.getDefiningOp();
  // A value of a block argument, or from around the block.
  if (!producer || producer->getBlock() != &block || !seen.insert(value).second)
    return;
  if (std::optional<unsigned> node = lookup(producer)) {
    producers.insert(*node);
    return;
  }
  for (Value operand : usedValues(producer))
    collectThrough(operand, producers, seen);
}

void FusionGraph::collectProducers(Operation *op,
                                   SetVector<unsigned> &producers) const {
  DenseSet<Value> seen;
  for (Value operand : usedValues(op))
    collectThrough(operand, producers, seen);
}

FusionGraph::FusionGraph(Block &block, const DenseSet<Operation *> &listed)
    : block(block) {
  findFree(block, listed);
  std::optional<unsigned> lastEffect;
  for (Operation &op : block) {
    OpClass opClass = classify(&op);
    bool isNode = opClass == OpClass::Foreign || listed.contains(&op) ||
                  (!free.contains(&op) && opClass != OpClass::Scalar &&
                   opClass != OpClass::Constant);
    if (!isNode)
      continue;
    unsigned number = nodes.size();
    SetVector<unsigned> producers;
    collectProducers(&op, producers);
    // Effects keep their order.
    if (opClass == OpClass::Foreign && !mlir::isMemoryEffectFree(&op)) {
      if (lastEffect)
        producers.insert(*lastEffect);
      lastEffect = number;
    }
    nodes.push_back({&op,
                     opClass,
                     SmallVector<unsigned>(producers.getArrayRef()),
                     {},
                     number});
    index[&op] = number;
    groups.push_back({number});
    for (unsigned producer : producers) {
      nodes[producer].consumers.push_back(number);
      nodes[producer].escapes |= opClass == OpClass::Foreign;
    }
  }
}

bool FusionGraph::isForeign(unsigned group) const {
  return !groups[group].empty() &&
         nodes[groups[group].front()].opClass == OpClass::Foreign;
}

SmallVector<Operation *> FusionGraph::rowOps(ArrayRef<unsigned> wanted) const {
  DenseSet<Operation *> members;
  for (unsigned group : wanted)
    for (unsigned node : groups[group])
      members.insert(nodes[node].op);
  // Free operations that lead from one member to another.
  DenseMap<Operation *, bool> leadsFromMember;
  SetVector<Operation *> between;
  auto visit = [&](auto &&self, Operation *op) -> bool {
    bool found = false;
    for (Value operand : usedValues(op)) {
      Operation *producer = operand.getDefiningOp();
      if (!producer || producer->getBlock() != &block)
        continue;
      if (members.contains(producer)) {
        found = true;
        continue;
      }
      if (!isCopied(producer))
        continue;
      auto it = leadsFromMember.find(producer);
      bool leads =
          it != leadsFromMember.end() ? it->second : self(self, producer);
      leadsFromMember[producer] = leads;
      if (leads)
        between.insert(producer);
      found |= leads;
    }
    return found;
  };
  SmallVector<Operation *> result;
  for (Operation *member : members) {
    visit(visit, member);
    result.push_back(member);
  }
  llvm::append_range(result, between);
  llvm::sort(result, [](Operation *left, Operation *right) {
    return left->isBeforeInBlock(right);
  });
  return result;
}

bool FusionGraph::canMerge(ArrayRef<unsigned> wanted,
                           SmallVectorImpl<Operation *> *path) const {
  auto isWanted = [&](unsigned group) {
    return llvm::is_contained(wanted, group);
  };
  // Depth first through all other groups that the wanted ones lead to; `from`
  // is the edge by which a group was reached.
  DenseMap<unsigned, std::pair<unsigned, unsigned>> from;
  SmallVector<unsigned> stack(wanted);
  while (!stack.empty()) {
    unsigned group = stack.pop_back_val();
    for (unsigned node : groups[group])
      for (unsigned consumer : nodes[node].consumers) {
        unsigned next = nodes[consumer].group;
        if (next == group)
          continue;
        if (isWanted(next)) {
          if (isWanted(group))
            continue;
          if (path) {
            // Backward: each group is left by one operation and was entered
            // by another, or by the same.
            path->push_back(nodes[consumer].op);
            unsigned exit = node;
            for (unsigned at = group; !isWanted(at);) {
              auto [before, entry] = from[at];
              if (entry != exit)
                path->push_back(nodes[exit].op);
              path->push_back(nodes[entry].op);
              exit = before;
              at = nodes[before].group;
            }
            path->push_back(nodes[exit].op);
            std::reverse(path->begin(), path->end());
          }
          return false;
        }
        if (from.try_emplace(next, node, consumer).second)
          stack.push_back(next);
      }
  }
  return true;
}

unsigned FusionGraph::merge(ArrayRef<unsigned> wanted) {
  unsigned first = wanted.front();
  for (unsigned group : wanted.drop_front()) {
    for (unsigned node : groups[group])
      nodes[node].group = first;
    llvm::append_range(groups[first], groups[group]);
    groups[group].clear();
  }
  llvm::sort(groups[first]);
  return first;
}

bool FusionGraph::isReadOutside(unsigned node,
                                ArrayRef<unsigned> wanted) const {
  return nodes[node].escapes ||
         llvm::any_of(nodes[node].consumers, [&](unsigned consumer) {
           return !llvm::is_contained(wanted, nodes[consumer].group);
         });
}
