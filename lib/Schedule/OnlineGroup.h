//===- OnlineGroup.h - Reductions that one loop carries ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reductions along one axis that depend on each other need one pass each,
// unless what an element owes to an earlier reduction's result can be taken
// back: if element e(x, m) is h(x) * exp(c * m), a sum made with an old m
// becomes the one of a new m by a factor exp(c * (m_new - m_old)); if it is
// h(x) * l or h(x) / l, the factor waits until the end. Then one loop carries
// all of them ("online").
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_ONLINEGROUP_H
#define KERNEL_OPT_LIB_SCHEDULE_ONLINEGROUP_H

#include "kernel-opt/Schedule/KernelStructure.h"

namespace kernel_opt::schedule {
using namespace mlir;

/// A multiple of one value: its sign and the literals that it is multiplied by.
struct Multiple {
  int sign = 0; ///< 0: the value does not occur
  SmallVector<Operation *> literals;
  bool operator==(const Multiple &other) const {
    return sign == other.sign && literals == other.literals;
  }
};

/// What a reduction's element owes to the result of an earlier one.
struct Dependence {
  linalg::LinalgOp on;
  Operation *exponential = nullptr; ///< math.exp or math.exp2 of `coefficient`
  Multiple coefficient;             ///< times the result
  int power = 0;                    ///< times the result to this power: 1 or -1
};

struct OnlineMember {
  linalg::LinalgOp op;
  SmallVector<Dependence> dependences;
};

/// The reductions that one loop along the reduced axis of `last` carries, in
/// program order: `last`, those that it depends on, and those whose results
/// have the dimensions that its result has. At least two, or none.
SmallVector<OnlineMember> findOnlineGroup(linalg::LinalgOp last,
                                          const KernelStructure &structure);

/// The combining operation of a reduction of one result whose accumulator
/// begins with the neutral value; null for others.
Operation *combiningOp(linalg::LinalgOp op);

/// The element that the combining operation adds.
Value elementOf(linalg::LinalgOp op, Operation *combining);

/// `values` and everything that is computed from them.
DenseSet<Value> forwardClosure(ArrayRef<Value> values);

/// The place in `result`, a value of the kernel, that an iteration of `op` at
/// `coordinates` (one expression a loop) belongs to: each dimension of more
/// than one element must run along exactly one parallel loop. Nothing if one
/// does not.
std::optional<SmallVector<AffineExpr>>
placeAlong(linalg::LinalgOp op, Value result, ArrayRef<AffineExpr> coordinates,
           const KernelStructure &structure);

/// Whether a factor of the member's element is exp(x - m) or that divided by
/// the row's sum, m being the maximum of all x: between 0 and 1.
bool isRowWeight(Value factor, const OnlineMember &member);

/// Expressions that must all be at least 0 where an element of an extremum, the
/// first member, counts: what an affine mask leaves. `coordinates` are those of
/// its loops. Nothing unless all other members' elements vanish with it.
SmallVector<AffineExpr> findMask(ArrayRef<OnlineMember> group,
                                 ArrayRef<AffineExpr> coordinates);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_ONLINEGROUP_H
