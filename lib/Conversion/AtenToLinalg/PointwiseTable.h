//===- PointwiseTable.h - Pointwise bodies by op ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_POINTWISETABLE_H
#define KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_POINTWISETABLE_H

#include "Lowering.h"

namespace kernel_opt {

/// What pointwise ops compute of each element. All operands broadcast
/// together and are converted to one type first: to that of the result, f32
/// for f16 and bf16, or for a truth value to the promoted type of operands.
class PointwiseTable {
public:
  explicit PointwiseTable(LoweringTable &table) : table(table) {}

  /// Registers what `body(op, scalars, values)` computes for an op.
  template <typename OpTy, typename Function>
  void add(Function body) {
    table.add<OpTy>([body](Operation *op, Lowering &lowering) {
      return lower(op, lowering, [&](Scalars &s, ValueRange values) {
        return body(cast<OpTy>(op), s, values);
      });
    });
  }

private:
  static LogicalResult lower(Operation *op, Lowering &lowering, Body body);

  LoweringTable &table;
};

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_POINTWISETABLE_H
