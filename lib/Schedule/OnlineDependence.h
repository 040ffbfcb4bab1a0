//===- OnlineDependence.h - What an element owes to a result ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_ONLINEDEPENDENCE_H
#define KERNEL_OPT_LIB_SCHEDULE_ONLINEDEPENDENCE_H

#include "OnlineGroup.h"

namespace kernel_opt::schedule {

/// exp(coefficient * value) * value^power; a zero has every weight.
struct Weight {
  Operation *exponential = nullptr;
  Multiple coefficient;
  int power = 0;
  bool zero = false;
  bool operator==(const Weight &other) const {
    return bool(exponential) == bool(other.exponential) &&
           coefficient == other.coefficient && power == other.power;
  }
};

/// Follows an element's computation back to the result `target` of an earlier
/// reduction, through the bodies of elementwise operations. Results of other
/// reductions in `fixed` count as numbers of their own.
class DependenceFinder {
public:
  DependenceFinder(Value target, const DenseSet<Value> &fixed)
      : target(target), fixed(fixed) {}
  /// None if the dependence is of another kind.
  std::optional<Weight> weight(Value value);
  bool dependsOn(Value value);
  /// What `value` is made from if it is only handed on: an operand of the op
  /// around the body, or a body's result; null otherwise.
  Value source(Value value);
  /// Whether `value` is a positive multiple of the target, and other terms.
  bool increases(Value value);

private:
  std::optional<Multiple> multiple(Value value);
  std::optional<Weight> weightOfSum(Value left, Value right);

  Value target;
  const DenseSet<Value> &fixed;
  DenseMap<Value, bool> known;
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_ONLINEDEPENDENCE_H
