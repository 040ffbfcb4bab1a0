//===- OpClass.h - What an operation is to kernel formation -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_OPCLASS_H
#define KERNEL_OPT_KERNEL_OPCLASS_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>

namespace kernel_opt::kernel {

/// Classes of operations on tensors, as fusion and the roofline see them.
enum class OpClass : uint8_t {
  Scalar,      ///< no tensor is defined: constants, sizes, index arithmetic
  Constant,    ///< a constant tensor
  Empty,       ///< tensor.empty
  Fill,        ///< each element depends on its position alone: fill, iota
  View,        ///< the same elements in the same order: expand, collapse, cast
  Movement,    ///< elements moved, none computed: transpose, slice, pad
  Elementwise, ///< one result element from one element of each input
  Gather,      ///< elementwise, but reads tensors at computed positions
  Reduction,   ///< sums, maxima and the like over whole dimensions
  Contraction, ///< matrix products
  Convolution, ///< windowed products
  Pooling,     ///< windowed reductions without products
  Insert,      ///< parts put together: insert_slice, concat
  Other,       ///< understood as a pure operation on tensors, no more
  Foreign,     ///< not ours: calls, control flow, memory, other dialects
};
inline constexpr unsigned kNumOpClasses =
    static_cast<unsigned>(OpClass::Foreign) + 1;

/// Name of a class, as reports and the prompt write it: "contraction".
StringRef stringify(OpClass opClass);

/// Class of an operation that stands in a function (not in a linalg body).
OpClass classify(Operation *op);

/// The first type of elements in `op`, on tensors or within its body, that no
/// schedule handles; none if there is no such type. Kernels compute with i1, i8,
/// i16, i32, i64, f16, bf16, f32 and f64, and convert f8E4M3FN and f8E5M2.
Type findUnsupportedElement(Operation *op);

/// Whether an operation computes nothing: what it defines is cheaper to read
/// through than to store, so that any number of kernels may have a copy.
bool isFree(OpClass opClass);

/// Whether a class reduces over dimensions or windows.
bool isReducing(OpClass opClass);

/// Number of floating-point or integer operations that one element costs: of
/// a linalg operation, those of its body; of an elementwise operation on
/// tensors, one. Conversions, comparisons and selects count one.
struct ElementCost {
  int64_t simple = 0;         ///< add, multiply, compare, convert
  int64_t transcendental = 0; ///< divide, square root, exp, tanh, ...
};
ElementCost elementCost(Operation *op);

/// Number of iterations of an operation on tensors: of a linalg operation the
/// product of its loops, of another the elements of its first result.
/// Dynamic sizes count as `dynamicSize`.
int64_t iterations(Operation *op, int64_t dynamicSize = 1024);

/// Number of elements of a tensor type, dynamic sizes as `dynamicSize`.
int64_t elements(Type type, int64_t dynamicSize = 1024);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_OPCLASS_H
