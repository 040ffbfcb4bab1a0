//===- DefaultPlan.cpp - The plan when none is written ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations are visited in the order of the block, and each is joined to the
// groups that it reads from as far as the rules allow. Going forward prefers
// epilogues to prologues: by the time that a contraction is visited, what feeds
// it belongs to the kernel that computed it.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/FusionPlan.h"
#include "kernel-opt/Kernel/Siblings.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

/// Classes whose operations hold a kernel of their own: products and windows.
static bool isAnchor(OpClass opClass) {
  return opClass == OpClass::Contraction || opClass == OpClass::Convolution ||
         opClass == OpClass::Pooling;
}

namespace {
class DefaultPlanner {
public:
  DefaultPlanner(FusionGraph &graph, const DenseSet<unsigned> &fixed,
                 const FusionLimits &limits)
      : graph(graph), fixed(fixed), limits(limits) {}

  void run() {
    for (unsigned node = 0, end = graph.getNodes().size(); node != end; ++node)
      visit(node);
    for (unsigned node = 0, end = graph.getNodes().size(); node != end; ++node)
      joinSiblings(node);
  }

private:
  using Groups = ArrayRef<unsigned>;

  void visit(unsigned node);
  bool tryMerge(Groups groups);
  void joinSiblings(unsigned node);
  bool tryAttention(unsigned node);

  bool isAllowed(Groups groups) const;
  bool isInsertChain(Groups groups) const;
  bool isAnchorKernel(Groups groups, unsigned anchor,
                      const RowSpace &space) const;
  bool isCheapPrologue(unsigned node, Groups groups) const;
  bool isChainWithEpilogue(Groups groups) const;
  bool isSmall(Groups groups) const;
  SmallVector<unsigned> nodesOf(Groups groups) const;
  SmallVector<unsigned> producerGroups(unsigned node) const;
  unsigned rank(unsigned group) const;

  /// Products chained through a reduction, as `tryAttention` joined them.
  struct Chain {
    unsigned last; ///< the product at the end
    SmallVector<unsigned> nodes;
  };

  FusionGraph &graph;
  SmallVector<Chain> chains;
  const DenseSet<unsigned> &fixed;
  const FusionLimits &limits;
};
} // namespace

SmallVector<unsigned> DefaultPlanner::nodesOf(Groups groups) const {
  SmallVector<unsigned> nodes;
  for (unsigned group : groups)
    llvm::append_range(nodes, graph.members(group));
  llvm::sort(nodes);
  return nodes;
}

/// Groups that may be joined to what reads from them: first those with a
/// product or window, then reductions, then the rest; later ones first, since
/// joining an earlier one would make it wait for a later one.
unsigned DefaultPlanner::rank(unsigned group) const {
  unsigned rank = 2;
  for (unsigned node : graph.members(group)) {
    OpClass opClass = graph.getNode(node).opClass;
    rank = std::min(rank, isAnchor(opClass)               ? 0u
                          : opClass == OpClass::Reduction ? 1u
                                                          : 2u);
  }
  return rank;
}

SmallVector<unsigned> DefaultPlanner::producerGroups(unsigned node) const {
  SetVector<unsigned> found;
  for (unsigned producer : graph.getNode(node).producers) {
    unsigned group = graph.groupOf(producer);
    if (group != graph.groupOf(node) && !graph.isForeign(group) &&
        !fixed.contains(group))
      found.insert(group);
  }
  SmallVector<unsigned> groups = found.takeVector();
  llvm::sort(groups, [&](unsigned left, unsigned right) {
    auto key = [&](unsigned group) {
      return std::pair(rank(group), -int64_t(graph.members(group).back()));
    };
    return key(left) < key(right);
  });
  return groups;
}

void DefaultPlanner::visit(unsigned node) {
  OpClass opClass = graph.getNode(node).opClass;
  if (opClass == OpClass::Foreign || fixed.contains(graph.groupOf(node)))
    return;
  if (opClass == OpClass::Contraction && tryAttention(node))
    return;
  for (unsigned group : producerGroups(node))
    tryMerge({group, graph.groupOf(node)});
}

bool DefaultPlanner::tryMerge(Groups groups) {
  if (!isAllowed(groups) || !graph.canMerge(groups))
    return false;
  graph.merge(groups);
  return true;
}

/// Joins the kernels of reductions that read the same tensor to that of `node`.
void DefaultPlanner::joinSiblings(unsigned node) {
  for (unsigned other = 0; other < node; ++other) {
    unsigned groups[] = {graph.groupOf(other), graph.groupOf(node)};
    if (groups[0] != groups[1] && !fixed.contains(groups[0]) &&
        !fixed.contains(groups[1]) &&
        areSiblings(graph.getNode(other).op, graph.getNode(node).op))
      tryMerge(groups);
  }
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

bool DefaultPlanner::isSmall(Groups groups) const {
  int64_t work = 0;
  for (unsigned node : nodesOf(groups)) {
    int64_t more = iterations(graph.getNode(node).op);
    if (more > limits.smallWork || (work += more) > limits.smallWork)
      return false;
  }
  return true;
}

/// insert_slice operations that write into each other's results: a
/// concatenation.
bool DefaultPlanner::isInsertChain(Groups groups) const {
  return llvm::all_of(nodesOf(groups), [&](unsigned node) {
    return graph.getNode(node).opClass == OpClass::Insert;
  });
}

/// What a contraction or window may repeat for each tile that reads it: a few
/// simple operations that nobody else needs.
bool DefaultPlanner::isCheapPrologue(unsigned node, Groups groups) const {
  const FusionGraph::Node &info = graph.getNode(node);
  ElementCost cost = elementCost(info.op);
  return info.opClass == OpClass::Elementwise && cost.transcendental == 0 &&
         cost.simple <= limits.maxPrologue &&
         !graph.isReadOutside(node, groups);
}

/// One product or window with elementwise work before and after it.
bool DefaultPlanner::isAnchorKernel(Groups groups, unsigned anchor,
                                    const RowSpace &space) const {
  if (space.broadcastsBack() || space.chainsReductions())
    return false;
  SmallVector<unsigned> nodes = nodesOf(groups);
  auto isInside = [&](unsigned node) {
    return llvm::is_contained(nodes, node);
  };
  // What the anchor reads, inside of the groups, is a prologue.
  SetVector<unsigned> before;
  before.insert(anchor);
  for (unsigned next = 0; next != before.size(); ++next)
    for (unsigned producer : graph.getNode(before[next]).producers)
      if (isInside(producer))
        before.insert(producer);
  return llvm::all_of(before, [&](unsigned node) {
    return node == anchor || isCheapPrologue(node, groups);
  });
}

/// A chain of products and elementwise work on its result.
bool DefaultPlanner::isChainWithEpilogue(Groups groups) const {
  SmallVector<unsigned> nodes = nodesOf(groups);
  for (const Chain &chain : chains) {
    if (!llvm::is_contained(nodes, chain.last))
      continue;
    return !RowSpace(graph.rowOps(groups)).isTangled() &&
           llvm::all_of(nodes, [&](unsigned node) {
             const FusionGraph::Node &info = graph.getNode(node);
             return llvm::is_contained(chain.nodes, node) ||
                    (info.opClass == OpClass::Elementwise &&
                     llvm::none_of(info.producers, [&](unsigned producer) {
                       return producer != chain.last &&
                              llvm::is_contained(chain.nodes, producer);
                     }));
           });
  }
  return false;
}

bool DefaultPlanner::isAllowed(Groups groups) const {
  if (isInsertChain(groups) || isChainWithEpilogue(groups))
    return true;
  SmallVector<unsigned> anchors;
  unsigned reductions = 0;
  for (unsigned node : nodesOf(groups)) {
    OpClass opClass = graph.getNode(node).opClass;
    if (opClass == OpClass::Other || opClass == OpClass::Insert ||
        opClass == OpClass::Foreign)
      return false;
    if (isAnchor(opClass))
      anchors.push_back(node);
    reductions += opClass == OpClass::Reduction;
  }
  if (anchors.size() > 1 || (!anchors.empty() && reductions))
    return false;
  RowSpace space(graph.rowOps(groups));
  if (space.isTangled())
    return false;
  if (!anchors.empty())
    return isAnchorKernel(groups, anchors.front(), space);
  bool hasRows = space.numRows() >= limits.minRows || isSmall(groups);
  if (reductions == 0)
    return space.isUniform() || hasRows;
  return hasRows || (!space.broadcastsBack() && !space.chainsReductions());
}

/// A product, what follows from it row by row with reductions over the row
/// (softmax), and a product that reduces over that same row.
bool DefaultPlanner::tryAttention(unsigned node) {
  for (unsigned middle : producerGroups(node)) {
    Operation *reduction = nullptr;
    bool isPlain = true;
    SetVector<unsigned> firstGroups;
    for (unsigned member : graph.members(middle)) {
      const FusionGraph::Node &info = graph.getNode(member);
      if (info.opClass == OpClass::Reduction)
        reduction = info.op;
      else
        isPlain &= info.opClass == OpClass::Elementwise;
      for (unsigned producer : info.producers)
        if (rank(graph.groupOf(producer)) == 0)
          firstGroups.insert(graph.groupOf(producer));
    }
    if (!reduction || !isPlain || firstGroups.size() != 1)
      continue;
    unsigned first = firstGroups.front();
    if (fixed.contains(first) || graph.isForeign(first))
      continue;
    Operation *product = nullptr;
    for (unsigned member : graph.members(first))
      if (isAnchor(graph.getNode(member).opClass))
        product = graph.getNode(member).op;
    if (classify(product) != OpClass::Contraction)
      continue;

    SmallVector<unsigned> groups = {first, middle, graph.groupOf(node)};
    bool escapes = llvm::any_of(nodesOf(groups), [&](unsigned member) {
      return member != node && graph.isReadOutside(member, groups);
    });
    RowSpace space(graph.rowOps(groups));
    if (escapes || space.isTangled() ||
        (space.numRows() < limits.minRows && !isSmall(groups)))
      continue;
    Operation *last = graph.getNode(node).op;
    AxisSet keys = space.reducedAxes(last), width;
    for (int axis : space.reducedAxes(reduction))
      if (!keys.contains(axis))
        keys.clear();
    for (int axis : space.loopAxes(last))
      if (!keys.contains(axis) && !space.rowAxes().contains(axis))
        width.insert(axis);
    if (keys.empty() || space.size(width) > limits.maxHead ||
        space.size(space.reducedAxes(product)) > limits.maxHead ||
        !graph.canMerge(groups))
      continue;
    chains.push_back({node, nodesOf(groups)});
    graph.merge(groups);
    return true;
  }
  return false;
}

void kernel::applyDefaultPlan(FusionGraph &graph,
                              const DenseSet<unsigned> &fixed,
                              const FusionLimits &limits) {
  DefaultPlanner(graph, fixed, limits).run();
}
