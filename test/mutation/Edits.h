//===- Edits.h - What mutators are put together from ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_EDITS_H
#define KERNEL_OPT_TEST_MUTATION_EDITS_H

#include "Mutators.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace kernel_opt::mutation {

/// Adds a small number to an operand of type index, where it is used.
void addToOperand(OpOperand &operand, int64_t number);
/// An operand of i1 becomes its opposite.
void negateOperand(OpOperand &operand);
/// A constant of type index before an operation.
Value makeIndex(Operation *before, int64_t number);
/// Zero of a scalar or vector type; null of any other.
Value makeZero(Operation *before, Type type);
/// The number of a constant of type index or integer.
std::optional<int64_t> constantOf(Value value);

/// Whether an operation does more than compute its results.
bool hasEffects(Operation *op);
/// Barriers, fences, waits, arrivals, commits, signals.
bool isSync(Operation *op);
/// Whether the memref is an argument of the kernel, not shared memory.
bool isGlobal(Value memref);
bool isShared(Value memref);

/// Memory that an operation of the scheduled IR names, with its indices.
struct MemoryUse {
  Value memref;
  MutableArrayRef<OpOperand> indices;
  bool writes;
};
SmallVector<MemoryUse> memoryUses(Operation *op);
/// The condition of an access or of a synchronization, if it has one.
MutableArrayRef<OpOperand> predicateOf(Operation *op);
/// Takes the condition away.
void dropPredicate(Operation *op);

} // namespace kernel_opt::mutation

#endif // KERNEL_OPT_TEST_MUTATION_EDITS_H
