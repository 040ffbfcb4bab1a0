//===- FusionGraph.h - Which operation needs which --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The graph that fusion plans are made on. Its nodes are the operations of one
// block that compute something, and the foreign ones. Free operations (fills,
// reshapes, transposes, slices, pads) are no nodes: edges lead through them,
// and each kernel gets a copy. Nodes are joined into groups, one per kernel,
// in such a way that the groups can always be put into an order.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_FUSIONGRAPH_H
#define KERNEL_OPT_KERNEL_FUSIONGRAPH_H

#include "kernel-opt/Kernel/OpClass.h"
#include "kernel-opt/Kernel/RowSpace.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"

namespace kernel_opt::kernel {

class FusionGraph {
public:
  struct Node {
    Operation *op;
    OpClass opClass;
    SmallVector<unsigned> producers;
    SmallVector<unsigned> consumers;
    unsigned group; ///< number of its group
    /// Whether its values are read by foreign operations or free ones that
    /// stay outside of kernels.
    bool escapes = false;
  };

  /// Builds the graph of a block. Operations in `listed` become nodes even if
  /// they are free. Each node is a group of its own at first.
  FusionGraph(Block &block, const DenseSet<Operation *> &listed = {});

  ArrayRef<Node> getNodes() const { return nodes; }
  const Node &getNode(unsigned node) const { return nodes[node]; }
  /// Number of the node of an operation, if it is one.
  std::optional<unsigned> lookup(Operation *op) const;

  unsigned groupOf(unsigned node) const { return nodes[node].group; }
  /// Nodes of a group in the order of the block; empty once it was merged
  /// into another.
  ArrayRef<unsigned> members(unsigned group) const { return groups[group]; }
  bool isForeign(unsigned group) const;

  /// Operations of groups in the order of the block, with the free operations
  /// that stand between them: what RowSpace wants.
  SmallVector<Operation *> rowOps(ArrayRef<unsigned> groups) const;

  /// Whether groups can become one without a cycle among groups. If not,
  /// `path`, where given, gets the operations of one cycle: it leaves the
  /// groups after the first and enters them with the last.
  bool canMerge(ArrayRef<unsigned> groups,
                SmallVectorImpl<Operation *> *path = nullptr) const;

  /// Joins groups into the first of them, and returns that one.
  unsigned merge(ArrayRef<unsigned> groups);

  /// Whether a value of `op` is read outside of the given groups.
  bool isReadOutside(unsigned node, ArrayRef<unsigned> groups) const;

  /// Whether `op` is copied into the kernels that read it.
  bool isCopied(Operation *op) const {
    return !index.count(op) && free.count(op);
  }

private:
  void findFree(Block &block, const DenseSet<Operation *> &listed);
  void collectProducers(Operation *op, SetVector<unsigned> &producers) const;
  void collectThrough(Value value, SetVector<unsigned> &producers,
                      DenseSet<Value> &seen) const;

  Block &block;
  SmallVector<Node> nodes;
  DenseMap<Operation *, unsigned> index;
  DenseSet<Operation *> free;
  SmallVector<SmallVector<unsigned>> groups;
};

/// Values that an operation reads: operands and what its regions use from
/// outside.
SetVector<Value> usedValues(Operation *op);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_FUSIONGRAPH_H
