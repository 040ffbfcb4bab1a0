//===- BlockSites.h - What the number of the block decides ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKSITES_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKSITES_H

#include "PlaceColumns.h"
#include "PlaceTerms.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Analysis/DataFlowFramework.h"
#include "mlir/Interfaces/Utils/InferIntRangeCommon.h"
#include <set>

namespace kernel_opt::verify {

/// Least and greatest value.
struct PlaceRange {
  int64_t low = 0, high = 0;
  bool operator<(const PlaceRange &other) const {
    return std::tie(low, high) < std::tie(other.low, other.high);
  }
};

/// The integers of a program that hang on the number of the block and decide
/// something.
class BlockSites {
  PlaceTerms terms;

public:
  /// Whether a number is zero or greater: that in its column, plus something
  /// between these bounds that is the same for all blocks.
  using Comparison = std::pair<unsigned, PlaceRange>;

  BlockSites(gpu::GPUFuncOp program, const LaunchSizes &sizes);

  /// What is not followed; empty if everything is.
  std::string obstacle;
  /// Whether blocks differ in some number not by the same for all threads.
  bool hangOnThread = false;
  PlaceColumns columns;
  /// Columns of indices, bounds of loops and compared numbers.
  std::set<unsigned> places;
  /// Those that are indices of memory, which must lie in its bounds.
  std::set<unsigned> indices;
  std::set<Comparison> comparisons;

private:
  void visit(Operation *op);
  void addPlace(Operation *op, Value value);
  void addComparison(Operation *op, Value lhs, Value rhs,
                     ArrayRef<int64_t> offsets = 0);
  void addEdges(Operation *op);
  bool follow(Operation *op, Value value, Terms what);
  void stop(Operation *op, StringRef why);
  PlaceRange rangeOf(Value value);
  PlaceRange restOf(Value value);
  PlaceRange computeRest(Value value);

  gpu::GPUFuncOp program;
  mlir::DataFlowSolver solver;
  bool solved = false;
  llvm::DenseMap<Value, PlaceRange> rests;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKSITES_H
