//===- RowSpace.cpp - Rows that a set of operations shares ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/RowSpace.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

//===----------------------------------------------------------------------===//
// Axes: a union-find over dimensions in which sizes may be split
//===----------------------------------------------------------------------===//

int RowSpace::make(int64_t size) {
  int axis = axes.size();
  axes.push_back({axis, size, {}, false});
  return axis;
}

int RowSpace::find(int axis) const {
  while (axes[axis].parent != axis)
    axis = axes[axis].parent;
  return axis;
}

void RowSpace::leaves(int axis, SmallVectorImpl<int> &result) const {
  axis = find(axis);
  if (axes[axis].parts.empty()) {
    if (axes[axis].size != 1)
      result.push_back(axis);
    return;
  }
  for (int part : axes[axis].parts)
    leaves(part, result);
}

void RowSpace::tangle(int axis) {
  SmallVector<int> all;
  leaves(axis, all);
  for (int leaf : all)
    axes[leaf].tangled = true;
}

/// Makes a root without parts stand for `other`.
void RowSpace::unifyLeaf(int leaf, int other) {
  bool wasTangled = axes[leaf].tangled;
  axes[leaf].parent = other;
  if (axes[other].parts.empty() && ShapedType::isDynamic(axes[other].size))
    axes[other].size = axes[leaf].size;
  if (wasTangled)
    tangle(other);
}

void RowSpace::unify(int left, int right) {
  left = find(left);
  right = find(right);
  if (left == right)
    return;
  if (axes[left].parts.empty())
    return unifyLeaf(left, right);
  if (axes[right].parts.empty())
    return unifyLeaf(right, left);
  SmallVector<int> leftLeaves, rightLeaves;
  leaves(left, leftLeaves);
  leaves(right, rightLeaves);
  align(leftLeaves, rightLeaves);
  axes[left].parent = right;
}

void RowSpace::splitLeaf(int leaf, int64_t outer) {
  int64_t inner = axes[leaf].size / outer;
  int first = make(outer), second = make(inner);
  axes[first].tangled = axes[second].tangled = axes[leaf].tangled;
  axes[leaf].parts = {first, second};
}

/// Joins two lists of leaves that are factors of the same extent, outermost
/// first, splitting leaves where one factor divides the other.
void RowSpace::align(SmallVector<int> left, SmallVector<int> right) {
  // Reversed, so that the outermost factor is at the back.
  std::reverse(left.begin(), left.end());
  std::reverse(right.begin(), right.end());
  while (!left.empty() && !right.empty()) {
    int a = find(left.pop_back_val()), b = find(right.pop_back_val());
    if (a == b)
      continue;
    int64_t sizeA = axes[a].size, sizeB = axes[b].size;
    if (sizeA == sizeB || (left.empty() && right.empty())) {
      unify(a, b);
      continue;
    }
    bool isStatic = !ShapedType::isDynamic(sizeA) &&
                    !ShapedType::isDynamic(sizeB) && sizeA > 0 && sizeB > 0;
    auto cut = [&](int large, int small, SmallVector<int> &rest) {
      splitLeaf(large, axes[small].size);
      rest.push_back(axes[large].parts[1]);
      unify(axes[large].parts[0], small);
    };
    if (isStatic && sizeA % sizeB == 0) {
      cut(a, b, left);
    } else if (isStatic && sizeB % sizeA == 0) {
      cut(b, a, right);
    } else {
      // Rows of the one are not rows of the other.
      left.push_back(a);
      right.push_back(b);
      break;
    }
  }
  for (int leaf : llvm::concat<int>(left, right))
    tangle(leaf);
}

/// `coarse` is made of the axes in `fine`, outermost first.
void RowSpace::regroup(ArrayRef<int> fine, int coarse) {
  SmallVector<int> parts;
  for (int axis : fine)
    if (axes[find(axis)].size != 1)
      parts.push_back(axis);
  if (parts.empty())
    return;
  if (parts.size() == 1)
    return unify(parts.front(), coarse);
  int whole = make(axes[find(coarse)].size);
  axes[whole].parts.assign(parts.begin(), parts.end());
  unify(coarse, whole);
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

SmallVector<int> RowSpace::defineValue(Value value) {
  SmallVector<int> made;
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    for (int64_t size : type.getShape())
      made.push_back(make(size));
  dims[value] = made;
  return made;
}

void RowSpace::addLinalg(Operation *op) {
  auto linalgOp = cast<linalg::LinalgOp>(op);
  SmallVector<int> made;
  for (int64_t size : linalgOp.getStaticLoopRanges())
    made.push_back(make(size));
  loops[op] = made;
  for (auto [loop, type] :
       llvm::zip_equal(made, linalgOp.getIteratorTypesArray()))
    if (type == mlir::utils::IteratorType::reduction)
      reduced[op].push_back(loop);

  auto connect = [&](Value value, AffineMap map) {
    // A copy: joining axes moves what the map holds.
    SmallVector<int> valueDims = dims[value];
    for (auto [dim, expr] : llvm::zip_equal(valueDims, map.getResults())) {
      if (auto loop = dyn_cast<mlir::AffineDimExpr>(expr)) {
        unify(dim, made[loop.getPosition()]);
      } else if (axes[find(dim)].size != 1) {
        tangle(dim);
        expr.walk([&](AffineExpr inner) {
          if (auto loop = dyn_cast<mlir::AffineDimExpr>(inner))
            tangle(made[loop.getPosition()]);
        });
        tangled = true;
      }
    }
  };
  for (OpOperand &operand : op->getOpOperands())
    if (isInternal(operand.get()))
      connect(operand.get(), linalgOp.getMatchingIndexingMap(&operand));
  // Tensors that the body reads at computed positions.
  SetVector<Value> captured;
  mlir::getUsedValuesDefinedAbove(op->getRegions(), captured);
  for (Value value : captured)
    if (isInternal(value)) {
      for (int dim : dims[value])
        tangle(dim);
      tangled = true;
    }
  for (OpResult result : op->getResults()) {
    (void)defineValue(result);
    connect(result, linalgOp.getIndexingMapMatchingResult(result));
  }
}

/// Also operations that are only known to be pure: all dimensions of what
/// they read inside the set are tangled then.
void RowSpace::addElementwise(Operation *op) {
  bool elementwise = classify(op) == OpClass::Elementwise;
  for (OpResult result : op->getResults())
    (void)defineValue(result);
  if (op->getNumResults())
    loops[op] = dims[op->getResult(0)];
  for (Value operand : op->getOperands()) {
    if (!isInternal(operand))
      continue;
    SmallVector<int> operandDims = dims[operand];
    if (elementwise && operandDims.size() == loops[op].size()) {
      for (auto [dim, loop] : llvm::zip_equal(operandDims, loops[op]))
        unify(dim, loop);
      continue;
    }
    for (int dim : operandDims)
      tangle(dim);
    tangled = true;
  }
}

void RowSpace::addReshape(Value source, Value result,
                          ArrayRef<SmallVector<int64_t, 2>> groups,
                          bool expands) {
  SmallVector<int> resultDims = defineValue(result);
  SmallVector<int> sourceDims = dims[source];
  ArrayRef<int> fine = expands ? resultDims : sourceDims;
  ArrayRef<int> coarse = expands ? sourceDims : resultDims;
  for (auto [group, whole] : llvm::zip_equal(groups, coarse)) {
    SmallVector<int> parts = llvm::map_to_vector(
        group, [&](int64_t position) { return fine[position]; });
    regroup(parts, whole);
  }
}

void RowSpace::addSlice(Operation *op) {
  auto slice = cast<tensor::ExtractSliceOp>(op);
  SmallVector<int> resultDims = defineValue(slice.getResult());
  SmallVector<int> sourceDims = dims[slice.getSource()];
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  unsigned next = 0;
  for (auto [position, dim] : llvm::enumerate(sourceDims)) {
    int64_t size = slice.getSourceType().getDimSize(position);
    bool whole = !ShapedType::isDynamic(size) &&
                 slice.getStaticSizes()[position] == size &&
                 slice.getStaticOffsets()[position] == 0;
    int result = dropped.test(position) ? -1 : resultDims[next++];
    if (whole && result >= 0) {
      unify(dim, result);
    } else if (size != 1) {
      tangle(dim);
      tangled = true;
    }
  }
}

void RowSpace::addPad(Operation *op) {
  auto pad = cast<tensor::PadOp>(op);
  SmallVector<int> resultDims = defineValue(pad.getResult());
  SmallVector<int> sourceDims = dims[pad.getSource()];
  for (auto [position, dim] : llvm::enumerate(sourceDims)) {
    if (pad.getStaticLow()[position] == 0 &&
        pad.getStaticHigh()[position] == 0) {
      unify(dim, resultDims[position]);
    } else {
      tangle(dim);
      tangled = true;
    }
  }
}

void RowSpace::addOp(Operation *op) {
  if (isa<linalg::LinalgOp>(op))
    return addLinalg(op);
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op);
      expand && isInternal(expand.getSrc()))
    return addReshape(expand.getSrc(), expand.getResult(),
                      expand.getReassociationIndices(), /*expands=*/true);
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op);
      collapse && isInternal(collapse.getSrc()))
    return addReshape(collapse.getSrc(), collapse.getResult(),
                      collapse.getReassociationIndices(), /*expands=*/false);
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
      slice && isInternal(slice.getSource()))
    return addSlice(op);
  if (auto pad = dyn_cast<tensor::PadOp>(op);
      pad && isInternal(pad.getSource()))
    return addPad(op);
  if (auto cast = dyn_cast<tensor::CastOp>(op);
      cast && isInternal(cast.getSource()) &&
      isa<RankedTensorType>(cast.getType())) {
    SmallVector<int> resultDims = defineValue(cast.getResult());
    SmallVector<int> sourceDims = dims[cast.getSource()];
    for (auto [dim, result] : llvm::zip_equal(sourceDims, resultDims))
      unify(dim, result);
    return;
  }
  addElementwise(op);
}

//===----------------------------------------------------------------------===//
// The answer
//===----------------------------------------------------------------------===//

AxisSet RowSpace::axesOf(ArrayRef<int> dims) const {
  AxisSet result;
  SmallVector<int> all;
  for (int dim : dims)
    leaves(dim, all);
  result.insert(all.begin(), all.end());
  return result;
}

AxisSet RowSpace::loopAxes(Operation *op) const {
  return axesOf(loops.lookup(op));
}

AxisSet RowSpace::reducedAxes(Operation *op) const {
  return axesOf(reduced.lookup(op));
}

int64_t RowSpace::size(const AxisSet &set) const {
  int64_t result = 1;
  for (int axis : set) {
    int64_t extent = axes[axis].size;
    if (__builtin_mul_overflow(
            result, ShapedType::isDynamic(extent) ? dynamicSize : extent,
            &result))
      return INT64_MAX;
  }
  return result;
}

static bool isSubset(const AxisSet &small, const AxisSet &large) {
  return llvm::all_of(small, [&](int axis) { return large.contains(axis); });
}

static AxisSet intersect(const AxisSet &left, const AxisSet &right) {
  AxisSet result;
  for (int axis : left)
    if (right.contains(axis))
      result.insert(axis);
  return result;
}

void RowSpace::finish(ArrayRef<Operation *> ops) {
  // Values that a reduction of the set took part in.
  DenseSet<Value> derived;
  std::optional<AxisSet> common, space;
  auto restrict = [&](const AxisSet &set) {
    common = common ? intersect(*common, set) : set;
  };
  AxisSet notRows;
  for (Operation *op : ops) {
    OpClass opClass = classify(op);
    bool reads = false;
    AxisSet loopSet = loopAxes(op), reducedSet = reducedAxes(op);
    SetVector<Value> used(op->operand_begin(), op->operand_end());
    mlir::getUsedValuesDefinedAbove(op->getRegions(), used);
    for (Value operand : used) {
      if (!isInternal(operand))
        continue;
      reads |= derived.contains(operand);
      if (isFree(opClass))
        continue;
      AxisSet carried = axesOf(dims.find(operand)->second);
      restrict(carried);
      uniform &= isSubset(loopSet, carried);
      AxisSet parallel;
      for (int axis : loopSet)
        if (!reducedSet.contains(axis))
          parallel.insert(axis);
      if (derived.contains(operand) && !isSubset(parallel, carried))
        broadcasts = true;
    }
    if (!isFree(opClass)) {
      restrict(loopSet);
      notRows.insert(reducedSet.begin(), reducedSet.end());
      uniform &=
          reducedSet.empty() &&
          (!space || (isSubset(*space, loopSet) && isSubset(loopSet, *space)));
      space = loopSet;
    }
    chains |= reads && isReducing(opClass);
    if (reads || isReducing(opClass))
      derived.insert(op->result_begin(), op->result_end());
  }
  if (!common)
    return;
  for (int axis : *common)
    if (!axes[axis].tangled && !notRows.contains(axis))
      rowSet.insert(axis);
  rows = size(rowSet);
}

RowSpace::RowSpace(ArrayRef<Operation *> ops, int64_t dynamicSize)
    : dynamicSize(dynamicSize) {
  for (Operation *op : ops)
    addOp(op);
  finish(ops);
}
