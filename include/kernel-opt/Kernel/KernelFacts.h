//===- KernelFacts.h - What a kernel costs at least -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_KERNELFACTS_H
#define KERNEL_OPT_KERNEL_KERNELFACTS_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <string>

namespace kernel_opt::kernel {

/// What the roofline of a kernel needs. Counts saturate instead of
/// overflowing.
struct KernelFacts {
  /// Additions, multiplications, comparisons and the like, of all operations
  /// over all their iterations; a fused multiply-add counts two. A product of
  /// matrices counts 2 M N K.
  int64_t flops = 0;
  /// The part of `flops` that products and convolutions do.
  int64_t productFlops = 0;
  /// Divisions, roots, exponentials and the like.
  int64_t transcendentals = 0;
  /// Compulsory traffic in bytes: each element of an operand that is read at
  /// all, once; each element of a result, once. Of an operand that is read
  /// through slices only, no more than the slices.
  int64_t bytesRead = 0;
  int64_t bytesWritten = 0;
  /// Rows that all operations share (RowSpace).
  int64_t rows = 1;
  /// Number of operations of each class.
  std::array<int64_t, kNumOpClasses> counts = {};
  /// Element type of the operands of the products; null without products.
  Type productType;
  /// Whether sizes were not known, and counted as the given one.
  bool isDynamic = false;
  /// Whether the kernel holds operations whose work is not known.
  bool isIncomplete = false;

  int64_t count(OpClass opClass) const {
    return counts[static_cast<unsigned>(opClass)];
  }
};

/// Facts of a kernel; dynamic sizes count as `dynamicSize`.
KernelFacts analyzeKernel(kopt::KernelOp kernel, int64_t dynamicSize = 1024);

/// As an object with the names of the fields; classes that do not occur are
/// left out.
llvm::json::Value toJSON(const KernelFacts &facts);

/// Hash of what a kernel computes: operations, shapes, element types and the
/// contract that holds for it. It does not depend on names of values and
/// kernels, identifiers for fusion plans, or locations: the key of the archive.
std::string kernelHash(kopt::KernelOp kernel);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_KERNELFACTS_H
