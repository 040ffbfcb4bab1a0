//===- RowSpace.h - Rows that a set of operations shares --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operations that hand tensors to each other can run in one launch without
// waiting for the whole tensor if each row of the one needs only the same row
// of the other. Which dimensions form such rows is found here: dimensions of
// values and loops of operations are joined into axes (splitting them where
// tensors are expanded and collapsed); an axis is a row axis if every
// operation has it as a parallel loop and every tensor that passes between
// two operations carries it unchanged.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_ROWSPACE_H
#define KERNEL_OPT_KERNEL_ROWSPACE_H

#include "kernel-opt/Kernel/OpClass.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallSet.h"

namespace kernel_opt::kernel {

/// Axes of sizes other than one, numbered within one RowSpace.
using AxisSet = llvm::SmallSet<int, 8>;

class RowSpace {
public:
  /// Analyzes `ops` of one block, in its order: those that compute, and the
  /// free ones that stand between them. Sizes that are dynamic count as
  /// `dynamicSize`.
  RowSpace(ArrayRef<Operation *> ops, int64_t dynamicSize = 1024);

  /// Number of rows; 1 if the operations share none.
  int64_t numRows() const { return rows; }
  /// Whether an operation reads a value that a reduction of the set defined,
  /// once for many iterations: no iteration may begin before the reduction of
  /// its row ends.
  bool broadcastsBack() const { return broadcasts; }
  /// Whether a reduction, contraction or window reads what another one of the
  /// set defined.
  bool chainsReductions() const { return chains; }
  /// Whether a tensor passes inside the set with dimensions that are not
  /// carried over one to one (slices, pads, windows, reversals).
  bool isTangled() const { return tangled; }
  /// Whether all operations run over the same space.
  bool isUniform() const { return uniform; }

  const AxisSet &rowAxes() const { return rowSet; }
  /// Axes of the loops of an operation of the set.
  AxisSet loopAxes(Operation *op) const;
  /// Axes that an operation of the set reduces.
  AxisSet reducedAxes(Operation *op) const;
  /// Product of the sizes of axes.
  int64_t size(const AxisSet &axes) const;

private:
  struct Axis {
    int parent;
    int64_t size;
    SmallVector<int, 2> parts; ///< outermost first; empty for a leaf
    bool tangled = false;
  };

  int make(int64_t size);
  int find(int axis) const;
  void leaves(int axis, SmallVectorImpl<int> &result) const;
  void unify(int left, int right);
  void unifyLeaf(int leaf, int other);
  void align(SmallVector<int> left, SmallVector<int> right);
  void splitLeaf(int leaf, int64_t outer);
  void tangle(int axis);
  void regroup(ArrayRef<int> fine, int coarse);

  void addOp(Operation *op);
  void addLinalg(Operation *op);
  void addElementwise(Operation *op);
  void addReshape(Value source, Value result,
                  ArrayRef<SmallVector<int64_t, 2>> groups, bool expands);
  void addSlice(Operation *op);
  void addPad(Operation *op);
  void finish(ArrayRef<Operation *> ops);
  AxisSet axesOf(ArrayRef<int> dims) const;

  bool isInternal(Value value) const { return dims.count(value); }
  SmallVector<int> defineValue(Value value);

  int64_t dynamicSize;
  SmallVector<Axis> axes;
  DenseMap<Value, SmallVector<int>> dims;
  DenseMap<Operation *, SmallVector<int>> loops;
  DenseMap<Operation *, SmallVector<int>> reduced;
  AxisSet rowSet;
  int64_t rows = 1;
  bool broadcasts = false, chains = false, tangled = false, uniform = true;
};

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_ROWSPACE_H
