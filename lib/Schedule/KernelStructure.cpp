//===- KernelStructure.cpp - What kind of kernel it is ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/KernelStructure.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using kernel::OpClass;

static constexpr std::pair<StructureKind, StringLiteral> kindNames[] = {
    {StructureKind::Elementwise, "elementwise"},
    {StructureKind::Row, "row"},
    {StructureKind::InnerReduction, "inner_reduction"},
    {StructureKind::OuterReduction, "outer_reduction"},
    {StructureKind::Contraction, "contraction"},
    {StructureKind::Attention, "attention"},
    {StructureKind::Window, "window"},
    {StructureKind::Transpose, "transpose"},
    {StructureKind::Scan, "scan"},
};

StringRef schedule::stringify(StructureKind kind) {
  return kindNames[unsigned(kind)].second;
}

std::optional<StructureKind> schedule::parseStructureKind(StringRef name) {
  for (auto [kind, kindName] : kindNames)
    if (kindName == name)
      return kind;
  return std::nullopt;
}

void KernelStructure::connectGroups(Value expanded, Value collapsed,
                                    ArrayRef<SmallVector<int64_t, 2>> groups) {
  for (auto [i, group] : llvm::enumerate(groups))
    for (int64_t d : group)
      axes.unionSets(axis(expanded, d), axis(collapsed, i));
}

/// Whether `value` is an input of the kernel, padded or cut.
static bool movesInput(Value value) {
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<tensor::PadOp, tensor::CastOp, tensor::ExtractSliceOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return true;
}

void KernelStructure::connect(Operation *op) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    for (OpOperand &operand : op->getOpOperands()) {
      AffineMap map = structured.getMatchingIndexingMap(&operand);
      Value value = operand.get();
      if (structured.isDpsInit(&operand))
        value = structured.getTiedOpResult(&operand);
      for (auto [d, expr] : llvm::enumerate(map.getResults()))
        if (auto dim = dyn_cast<AffineDimExpr>(expr))
          axes.unionSets(axis(value, d), axis(op, dim.getPosition()));
    }
    return;
  }
  if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op)) {
    // Nothing is computed along the dimensions of what only moves an input: to
    // join those that it splits up would make groups of channels one with the
    // channels of a group.
    if (movesInput(expand.getSrc()))
      return;
    return connectGroups(expand.getResult(), expand.getSrc(),
                         expand.getReassociationIndices());
  }
  if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(op))
    return connectGroups(collapse.getSrc(), collapse.getResult(),
                         collapse.getReassociationIndices());
  if (isa<tensor::PadOp, tensor::CastOp>(op))
    for (int64_t d = 0;
         d < cast<ShapedType>(op->getResult(0).getType()).getRank(); ++d)
      axes.unionSets(axis(op->getResult(0), d), axis(op->getOperand(0), d));
}

bool KernelStructure::same(Axis a, Axis b) const {
  return axes.isEquivalent(a, b);
}

std::optional<unsigned> KernelStructure::resultDimOf(Axis of) const {
  for (unsigned d = 0; d < whole.size(); ++d)
    if (same(of, axis(result, d)))
      return d;
  return std::nullopt;
}

std::optional<unsigned> KernelStructure::resultDimOf(linalg::LinalgOp op,
                                                     unsigned loop) const {
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  if (kinds[loop] != utils::IteratorType::reduction)
    return resultDimOf(axis(op, loop));
  // Where a reshape has joined what is not the same (a tensor of 2 x 30 read as
  // 6 x 10), a dimension of the result may be a parallel loop of this very op.
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  llvm::SmallBitVector taken(extents.size());
  auto type = cast<ShapedType>(result.getType());
  for (unsigned d = 0; d < whole.size(); ++d) {
    if (!same(axis(op, loop), axis(result, d)))
      continue;
    auto isThis = [&](unsigned other) {
      return kinds[other] == utils::IteratorType::parallel &&
             !taken.test(other) && extents[other] == type.getDimSize(d) &&
             same(axis(op, other), axis(result, d));
    };
    auto loops = llvm::seq<unsigned>(extents.size());
    auto found = llvm::find_if(loops, isThis);
    if (found == loops.end())
      return d;
    taken.set(*found);
  }
  return std::nullopt;
}

std::optional<unsigned> KernelStructure::resultDimOf(Value value,
                                                     unsigned dim) const {
  return resultDimOf(axis(value, dim));
}

/// Whether the op reduces along the fastest dimension of its largest input.
static bool reducesInnermost(linalg::LinalgOp op) {
  OpOperand *largest = nullptr;
  for (OpOperand *input : op.getDpsInputOperands()) {
    auto type = dyn_cast<RankedTensorType>(input->get().getType());
    if (!type || !type.hasStaticShape() || !type.getRank())
      continue;
    if (!largest ||
        cast<RankedTensorType>(largest->get().getType()).getNumElements() <
            type.getNumElements())
      largest = input;
  }
  if (!largest)
    return false;
  AffineExpr last = op.getMatchingIndexingMap(largest).getResults().back();
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  return llvm::any_of(
      loops, [&](unsigned loop) { return last.isFunctionOfDim(loop); });
}

static bool isMatrixProduct(linalg::LinalgOp op) {
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(op);
  if (failed(dims))
    return true;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  auto isLong = [&](ArrayRef<unsigned> loops) {
    return llvm::any_of(loops,
                        [&](unsigned loop) { return extents[loop] != 1; });
  };
  return isLong(dims->m) && isLong(dims->n);
}

std::optional<unsigned> schedule::scanLoopOf(linalg::LinalgOp op) {
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  for (OpOperand &init : op.getDpsInitsMutable())
    for (unsigned loop : loops)
      if (op.getMatchingIndexingMap(&init).isFunctionOfDim(loop))
        return loop;
  return std::nullopt;
}

/// The last dimension of more than one element.
static std::optional<unsigned> fastestDim(RankedTensorType type) {
  for (unsigned d = type.getRank(); d-- > 0;)
    if (type.getDimSize(d) != 1)
      return d;
  return std::nullopt;
}

void KernelStructure::findCrossing(Block &body) {
  auto type = cast<RankedTensorType>(result.getType());
  std::optional<unsigned> last = fastestDim(type);
  if (!last || !type.hasStaticShape())
    return;
  for (Value argument : body.getArguments()) {
    auto input = dyn_cast<RankedTensorType>(argument.getType());
    std::optional<unsigned> fastest =
        input && input.hasStaticShape() ? fastestDim(input) : std::nullopt;
    // What is much smaller than the result stays in the caches.
    if (!fastest || input.getNumElements() * 2 < type.getNumElements())
      continue;
    std::optional<unsigned> along = resultDimOf(argument, *fastest);
    if (along && *along != *last)
      crossing.set(*along);
  }
  if (crossing.any())
    crossing.set(*last);
}

void KernelStructure::findChains(Block &body) {
  DenseSet<Value> reduced;
  for (Operation &op : body) {
    bool depends = llvm::any_of(op.getOperands(), [&](Value operand) {
      return reduced.contains(operand);
    });
    auto structured = dyn_cast<linalg::LinalgOp>(op);
    bool reduces = structured && structured.getNumReductionLoops();
    chained |= depends && reduces;
    if (depends || reduces)
      reduced.insert(op.result_begin(), op.result_end());
  }
}

void KernelStructure::findShared(Block &body) {
  auto type = cast<RankedTensorType>(result.getType());
  if (type.getRank() < 2 || !type.hasStaticShape() || type.getDimSize(0) < 2)
    return;
  for (Value argument : body.getArguments()) {
    auto input = dyn_cast<RankedTensorType>(argument.getType());
    if (!input || !input.hasStaticShape() ||
        input.getNumElements() * type.getDimSize(0) != type.getNumElements())
      continue;
    shared |=
        llvm::none_of(llvm::seq<unsigned>(0, input.getRank()), [&](unsigned d) {
          return input.getDimSize(d) != 1 && resultDimOf(argument, d) == 0;
        });
  }
}

/// Dimensions that are reduced, and how many elements are, at most.
void KernelStructure::findReduced(Block &body) {
  whole.resize(cast<RankedTensorType>(result.getType()).getRank());
  body.walk([&](linalg::LinalgOp op) {
    SmallVector<unsigned> loops;
    op.getReductionDims(loops);
    SmallVector<int64_t> extents = op.getStaticLoopRanges();
    int64_t elements = 1;
    for (unsigned loop : loops) {
      if (std::optional<unsigned> d = resultDimOf(op, loop))
        whole.set(*d);
      elements *= std::max<int64_t>(1, extents[loop]);
    }
    reduced = std::max(reduced, elements);
  });
}

/// Dimensions along which windows move.
void KernelStructure::findPositions(Block &body) {
  positions.resize(whole.size());
  body.walk([&](linalg::LinalgOp op) {
    if (!op.getNumReductionLoops())
      return;
    for (AffineMap map : op.getIndexingMapsArray())
      for (AffineExpr expr : map.getResults())
        for (unsigned loop = 0; loop < op.getNumLoops(); ++loop)
          if (!isa<AffineDimExpr>(expr) && expr.isFunctionOfDim(loop))
            if (std::optional<unsigned> d = resultDimOf(op, loop))
              positions.set(*d);
  });
}

namespace {
/// How many operations of each class a kernel has.
struct OpCounts {
  unsigned products = 0, windows = 0, reductions = 0, scans = 0;
  bool inner = false; ///< some reduction is along the innermost dimension

  void add(Operation *op);
};
} // namespace

void OpCounts::add(Operation *op) {
  switch (kernel::classify(op)) {
  case OpClass::Contraction:
    // Without rows or columns of its own, a product is a sum like others.
    if (isMatrixProduct(cast<linalg::LinalgOp>(op))) {
      ++products;
      return;
    }
    [[fallthrough]];
  case OpClass::Reduction:
    ++reductions;
    if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
      inner |= reducesInnermost(structured);
      scans += scanLoopOf(structured).has_value();
    }
    return;
  case OpClass::Convolution:
  case OpClass::Pooling:
    ++windows;
    return;
  default:
    return;
  }
}

KernelStructure::KernelStructure(Block &body, ValueRange results)
    : result(results[0]) {
  OpCounts counts;
  body.walk([&](Operation *op) {
    connect(op);
    counts.add(op);
  });
  findReduced(body);
  findChains(body);
  findShared(body);
  findPositions(body);
  crossing.resize(whole.size());
  if (counts.windows)
    kind = StructureKind::Window;
  else if (counts.products > 1)
    kind = StructureKind::Attention;
  else if (counts.products)
    kind = StructureKind::Contraction;
  else if (counts.scans)
    kind = StructureKind::Scan;
  else if (whole.any())
    kind = StructureKind::Row;
  else if (counts.reductions)
    kind = counts.inner ? StructureKind::InnerReduction
                        : StructureKind::OuterReduction;
  if (kind == StructureKind::Elementwise) {
    findCrossing(body);
    if (crossing.any())
      kind = StructureKind::Transpose;
  }
}
