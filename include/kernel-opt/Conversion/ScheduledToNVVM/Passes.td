//===- Passes.td - From scheduled IR to NVVM ---------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_TD
#define KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertScheduledToNVVM
    : Pass<"convert-scheduled-to-nvvm", "::mlir::gpu::GPUModuleOp"> {
  let summary = "lower the scheduled IR of a kernel to the llvm and nvvm dialects";
  let description = [{
    Lowers a `gpu.module` with one kernel in the scheduled IR (`gpu`, `scf`,
    `arith`, `math`, `vector`, `memref` and `kgpu`) mechanically:

    * Arguments become bare pointers to global memory. `kgpu.access` decides
      whether they are `noalias` and `readonly`. Behind them comes one parameter
      per `kgpu.tensor_map`, of 128 bytes by value; the attribute
      `kgpu.tensor_maps` of the function says how to encode each.
    * Shared buffers and mbarriers get offsets in one dynamic shared array;
      `kgpu.shared_bytes` is what a launch must ask for.
    * Instructions that LLVM has no intrinsic for become inline assembly.

    Before:

    ```mlir
    gpu.func @scale(%x: memref<1024xf32> {kgpu.access = "read"}, %y: memref<1024xf32> {kgpu.access = "write"}) kernel
        attributes {known_block_size = array<i32: 256, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
      %c4 = arith.constant 4 : index
      %two = arith.constant dense<2.0> : vector<4xf32>
      %t = gpu.thread_id x
      %i = arith.muli %t, %c4 : index
      %v = kgpu.load %x[%i] : memref<1024xf32> -> vector<4xf32>
      %w = arith.mulf %v, %two : vector<4xf32>
      kgpu.store %w, %y[%i] : vector<4xf32>, memref<1024xf32>
      gpu.return
    }
    ```

    After, `llvm.func @scale(%x: !llvm.ptr<1> {llvm.align = 16 : i64,
    llvm.noalias, llvm.readonly, ...}, ...)` with `llvm.load ... invariant`.
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::NVVM::NVVMDialect",
    "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
    "::mlir::cf::ControlFlowDialect", "::mlir::vector::VectorDialect",
    "::mlir::math::MathDialect", "::kernel_opt::kgpu::KGPUDialect"
  ];
  let options = [
    Option<"sm", "sm", "unsigned", "90",
           "compute capability of the target, ten times the number: 90 for sm_90a">
  ];
}

#endif // KERNEL_OPT_CONVERSION_SCHEDULEDTONVVM_PASSES_TD
