//===- KernelStructure.h - What kind of kernel it is ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_KERNELSTRUCTURE_H
#define KERNEL_OPT_SCHEDULE_KERNELSTRUCTURE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/SmallBitVector.h"

namespace kernel_opt::schedule {

/// What strategies are chosen by: the structure of a kernel, not the names of
/// its operations.
enum class StructureKind {
  Elementwise,    ///< no reduction
  Row,            ///< reductions over dimensions that the results have, too
  InnerReduction, ///< reductions over dimensions that the results lack, where
                  ///< the reduced elements are neighbours in memory
  OuterReduction, ///< the same where they are not
  Contraction,    ///< one product
  Attention,      ///< products chained through a reduction
  Window,         ///< reductions over windows: convolution, pooling
  Transpose,      ///< no reduction, neighbours in memory change
  Scan,           ///< reductions that show their accumulators: running sums
};

/// The reduction loop that a result of `op` runs along, if there is one: the
/// result holds the accumulators after each step.
std::optional<unsigned> scanLoopOf(linalg::LinalgOp op);

StringRef stringify(StructureKind kind);
std::optional<StructureKind> parseStructureKind(StringRef name);

/// Dimensions of a kernel's tensors and loops of its operations, put into
/// classes: what runs along the same axis is in one class.
class KernelStructure {
public:
  KernelStructure(Block &body, ValueRange results);

  StructureKind getKind() const { return kind; }
  /// Dimensions of the first result along which something is reduced: a block
  /// must own them whole, or each block would repeat the reduction.
  const llvm::SmallBitVector &wholeDims() const { return whole; }
  /// The most elements that go into one element of any reduction; 1 without.
  int64_t reducedElements() const { return reduced; }
  /// Whether a reduction needs the result of another one.
  bool isChained() const { return chained; }
  /// Whether some input is read whole for each place along the first dimension
  /// of the results: it has all other dimensions, but not that one.
  bool isShared() const { return shared; }
  /// Without reductions: dimensions of the first result along which neighbours
  /// of an input lie in memory, and the one of the result's own neighbours;
  /// none if these are the same.
  const llvm::SmallBitVector &crossingDims() const { return crossing; }
  /// Dimensions of the first result along which a window moves.
  const llvm::SmallBitVector &positionDims() const { return positions; }
  /// The dimension of the first result that `loop` of `op` runs along, if any.
  std::optional<unsigned> resultDimOf(linalg::LinalgOp op, unsigned loop) const;
  /// The same for dimension `dim` of a value.
  std::optional<unsigned> resultDimOf(Value value, unsigned dim) const;

  /// Whether a loop runs along the same axis as another one, or as a dimension
  /// of a value.
  bool sameAxis(linalg::LinalgOp op, unsigned loop, linalg::LinalgOp other,
                unsigned otherLoop) const {
    return same(axis(op, loop), axis(other, otherLoop));
  }
  bool sameAxis(linalg::LinalgOp op, unsigned loop, Value value,
                unsigned dim) const {
    return same(axis(op, loop), axis(value, dim));
  }

private:
  /// Names dimension `number` of a value, or loop `number` of an operation.
  using Axis = std::pair<const void *, unsigned>;
  void connect(Operation *op);
  void connectGroups(Value expanded, Value collapsed,
                     ArrayRef<SmallVector<int64_t, 2>> groups);
  bool same(Axis a, Axis b) const;
  std::optional<unsigned> resultDimOf(Axis axis) const;
  static Axis axis(Value value, unsigned dim) {
    return {value.getAsOpaquePointer(), dim};
  }
  static Axis axis(Operation *op, unsigned loop) { return {op, loop}; }

  llvm::EquivalenceClasses<Axis> axes;
  Value result;
  llvm::SmallBitVector whole, positions, crossing;
  void findCrossing(Block &body);
  void findChains(Block &body);
  void findShared(Block &body);
  void findReduced(Block &body);
  void findPositions(Block &body);
  int64_t reduced = 1;
  bool chained = false, shared = false;
  StructureKind kind = StructureKind::Elementwise;
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_KERNELSTRUCTURE_H
