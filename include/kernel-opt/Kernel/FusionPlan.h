//===- FusionPlan.h - Which operations become one kernel --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_FUSIONPLAN_H
#define KERNEL_OPT_KERNEL_FUSIONPLAN_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/FusionGraph.h"
#include "llvm/ADT/StringMap.h"

namespace kernel_opt::kernel {

/// Limits that the default plan decides by.
struct FusionLimits {
  /// Rows that a kernel must have to reduce and use the result in one launch:
  /// fewer leave most of the device idle.
  int64_t minRows = 64;
  /// Work, in iterations, below which rows do not matter.
  int64_t smallWork = 1 << 15;
  /// Greatest depth of the first product and width of the second one in an
  /// attention kernel, in elements: both live on chip.
  int64_t maxHead = 256;
  /// Simple operations per element that a contraction or window may repeat
  /// for each tile that reads the element.
  int64_t maxPrologue = 4;
};

/// Identifiers by which plans name operations. An operation that carries
/// `kopt.id` has that one; any other has its name without the dialect and its
/// number among operations of that name in the function, counted from 0 in
/// the order of the text: "matmul_0", "generic_3", "pad_1".
class OpIds {
public:
  explicit OpIds(Operation *function);
  StringRef of(Operation *op) const { return ids.find(op)->second; }
  /// All operations with an identifier: more than one only if `kopt.id` was
  /// given twice.
  ArrayRef<Operation *> lookup(StringRef id) const;

private:
  DenseMap<Operation *, std::string> ids;
  llvm::StringMap<SmallVector<Operation *, 1>> ops;
};

/// One kernel of a written plan.
struct PlannedKernel {
  std::string name;
  SmallVector<Operation *> ops;
};

/// Finds the operations that `plan` names in `function`. Reports, at the plan
/// and with locations of operations, what is wrong: unknown or ambiguous
/// identifiers, operations that cannot be part of a kernel, kernels over more
/// than one block.
FailureOr<SmallVector<PlannedKernel>> resolvePlan(kopt::FusionOp plan,
                                                  Operation *function);

/// Joins the groups that `kernels` names (those whose operations are nodes of
/// `graph`), and returns their numbers, 1:1. Reports a kernel that would have
/// to wait for itself, with the operations on the way.
FailureOr<SmallVector<unsigned>> applyPlan(FusionGraph &graph,
                                           ArrayRef<PlannedKernel> kernels);

/// Joins groups by the default plan; groups in `fixed` stay as they are.
void applyDefaultPlan(FusionGraph &graph, const DenseSet<unsigned> &fixed = {},
                      const FusionLimits &limits = {});

/// What a kernel does, in one word: "attention", "matmul", "conv", "pool",
/// "reduce", "elementwise", "gather", "copy", "concat", or the name of its
/// operation.
std::string kernelHint(const FusionGraph &graph, unsigned group);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_FUSIONPLAN_H
