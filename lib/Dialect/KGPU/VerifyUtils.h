//===- VerifyUtils.h - Checks that several kgpu ops share -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_DIALECT_KGPU_VERIFYUTILS_H
#define KERNEL_OPT_LIB_DIALECT_KGPU_VERIFYUTILS_H

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"

namespace kernel_opt::kgpu {

/// Which memory an operand may lie in.
enum class Where { Global, Shared, Either };

/// Checks that `type` is a static, contiguous buffer of addressable elements in
/// the right memory. `what` names the operand in messages.
LogicalResult verifyBuffer(Operation *op, Type type, Where where,
                           StringRef what);
/// The same, and that there is one index per dimension.
LogicalResult verifyElement(Operation *op, Type type, size_t numIndices,
                            Where where, StringRef what);
/// Checks that `op` stands in the body of a kernel, outside of control flow.
LogicalResult verifyAtTopLevel(Operation *op);

/// Size in bytes of an element of a buffer that verifyBuffer accepted.
inline int64_t elementBytes(Type elementType) {
  return elementType.getIntOrFloatBitWidth() / 8;
}

} // namespace kernel_opt::kgpu

#endif // KERNEL_OPT_LIB_DIALECT_KGPU_VERIFYUTILS_H
