//===- KGPUAttrs.h - Attributes of the kgpu dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_H
#define KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpImplementation.h"

#include "kernel-opt/Dialect/KGPU/KGPUEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h.inc"

namespace kernel_opt::kgpu {

/// Says how a kernel uses an argument; one of the strings below.
inline constexpr StringLiteral kAccessAttrName = "kgpu.access";
inline constexpr StringLiteral kAccessRead = "read";
inline constexpr StringLiteral kAccessWrite = "write";
inline constexpr StringLiteral kAccessReadWrite = "readwrite";
inline constexpr StringLiteral kAccessWorkspace = "workspace";
/// Blocks per cluster in x, y, z, on the kernel.
inline constexpr StringLiteral kClusterSizeAttrName = "kgpu.cluster_size";
/// On a `gpu.func`: blocks that are to live on a multiprocessor at once, which
/// bounds the registers of a thread.
inline constexpr StringLiteral kResidentBlocksAttrName =
    "kgpu.resident_blocks";
/// On a math.exp2 of f32: results below 2^-126 may be zero.
inline constexpr StringLiteral kFlushAttrName = "kgpu.flush";
/// Bytes of dynamic shared memory to launch with, on the lowered kernel.
inline constexpr StringLiteral kSharedBytesAttrName = "kgpu.shared_bytes";
/// Blocks of the grid in x, y, z, on the lowered kernel.
inline constexpr StringLiteral kGridSizeAttrName = "kgpu.grid_size";
/// Tensor-map parameters of the lowered kernel, an array of dictionaries.
inline constexpr StringLiteral kTensorMapsAttrName = "kgpu.tensor_maps";

/// The memory space of `type` if it is shared memory, otherwise null.
SharedAttr getSharedSpace(MemRefType type);
/// The access that `memref` declares if it is an argument of a kernel that says
/// so; empty otherwise.
StringRef declaredAccess(Value memref);
/// Blocks of a cluster of the kernel; 1 without clusters.
int64_t clusterBlocks(Operation *kernel);
/// True when `type` lies in global memory: no memory space, or gpu's.
bool isGlobal(MemRefType type);
/// Byte offset at which the element that is logically at byte `offset` of a
/// buffer lies, with the XOR of #kgpu.shared<swizzle = `swizzle`> applied.
inline int64_t swizzledOffset(int64_t offset, unsigned swizzle) {
  return swizzle == 0 ? offset
                      : offset ^ (((offset >> 7) & (swizzle / 16 - 1)) << 4);
}

} // namespace kernel_opt::kgpu

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUATTRS_H
