//===- KGPUDialect.td - The kgpu dialect -------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUDIALECT_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUDIALECT_TD

include "mlir/IR/OpBase.td"

def KGPU_Dialect : Dialect {
  let name = "kgpu";
  let cppNamespace = "::kernel_opt::kgpu";
  let summary = "GPU operations below upstream dialects";
  let description = [{
    GPU-level operations that upstream dialects lack. Together with an
    allow-list of `gpu`, `scf`, `memref`, `vector`, `arith` and `math` operations
    they form the scheduled IR: the closed set that schedules produce, that is
    verified and interpreted, and that lowers to NVVM mechanically.

    Attributes of the dialect:
    * `kgpu.access` on an argument: `"read"`, `"write"`, `"readwrite"` or
      `"workspace"`;
    * `kgpu.flush` on a `math.exp2` of f32: a result below 2^-126 may be zero, which
      spares the device two multiplications and a comparison. The interpreter
      makes them zero; from operations on tensors it is taken away.
    * `kgpu.cluster_size` on the `gpu.func`: `array<i32: x, y, z>`, blocks per
      cluster, at most 16 together;
    * `kgpu.resident_blocks` on the `gpu.func`: blocks that are to live on a
      multiprocessor at once, 1 to 32, which bounds the registers of a thread.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasOperationAttrVerify = 1;
  let hasRegionArgAttrVerify = 1;
  let dependentDialects = ["::mlir::gpu::GPUDialect"];
  let extraClassDeclaration = [{
    void registerAttributes();
    void registerTypes();
  }];
}

/// Base of all operations of the dialect.
class KGPU_Op<string mnemonic, list<Trait> traits = []>
    : Op<KGPU_Dialect, mnemonic, traits>;

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUDIALECT_TD
