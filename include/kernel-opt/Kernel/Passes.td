//===- Passes.td - Passes that form and launch kernels -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_PASSES_TD
#define KERNEL_OPT_KERNEL_PASSES_TD

include "mlir/Pass/PassBase.td"

def LaunchToGPU : Pass<"kopt-launch-to-gpu", "::mlir::ModuleOp"> {
  let summary = "turn launches on memrefs into gpu.launch_func";
  let description = [{
    Replaces each `kopt.launch` by a `gpu.launch_func` with the arguments in
    the kernel's order. Runs after bufferization; a launch on tensors is an
    error. So is a cooperative one, which `gpu.launch_func` cannot express, and
    one that passes a memref with another layout than the kernel takes.

    Before:

    ```mlir
    kopt.launch @m::@copy grid(16, 1, 1) block(64, 1, 1) shared 128
      ins(%a : memref<1024xf32>) outs(%b : memref<1024xf32>)
    ```

    After:

    ```mlir
    gpu.launch_func @m::@copy blocks in (%c16, %c1, %c1)
      threads in (%c64, %c1, %c1) dynamic_shared_memory_size %c128_i32
      args(%a : memref<1024xf32>, %b : memref<1024xf32>)
    ```

    (* example filepath=test/Kernel/launch-to-gpu.mlir *)
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect",
    "::mlir::gpu::GPUDialect"
  ];
}

#endif // KERNEL_OPT_KERNEL_PASSES_TD
