//===- Access.h - One access of an operation to memory ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_ACCESS_H
#define KERNEL_OPT_DIALECT_KGPU_ACCESS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>

namespace kernel_opt::kgpu {

/// The path by which an access reaches memory. Accesses through different
/// proxies are ordered only by a proxy fence (PTX ISA, "Proxies").
enum class Proxy : uint8_t { Generic, Async };

/// A box of a memref that one execution of an operation reads or writes.
struct Access {
  /// The memref; for the global side of a TMA operation the one that the tensor
  /// map was made from.
  Value memref;
  /// First element of the box, one index per dimension. Dimensions for which an
  /// operation takes no index are missing at the end and begin at 0.
  SmallVector<Value> indices;
  /// Extents of the box in elements, one per dimension of the memref.
  SmallVector<int64_t> shape;
  bool isWrite = false;
  Proxy proxy = Proxy::Generic;
  /// True when the access may happen after the operation has been left.
  bool asynchronous = false;
  /// True when elements outside the memref are legal: they read as zero and are
  /// not written.
  bool clipped = false;
  /// Size of the box in bytes.
  int64_t bytes = 0;
  /// Nothing is accessed where this is there and false.
  Value predicate = {};
  /// If there, only elements before this one along the last dimension count.
  Value valid = {};
  /// How many lanes of the warp, beginning with lane 0, make this access.
  unsigned lanes = 32;
  /// True when the threads of a warp or warpgroup make one access together,
  /// with equal indices, and not each their own.
  bool collective = false;
};

} // namespace kernel_opt::kgpu

#endif // KERNEL_OPT_DIALECT_KGPU_ACCESS_H
