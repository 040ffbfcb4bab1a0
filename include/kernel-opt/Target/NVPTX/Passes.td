//===- Passes.td - Compilation of kernels ------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_PASSES_TD
#define KERNEL_OPT_TARGET_NVPTX_PASSES_TD

include "mlir/Pass/PassBase.td"

def EmitPTX : Pass<"kopt-emit-ptx", "::mlir::ModuleOp"> {
  let summary = "compile kernels to PTX, and to machine code with ptxas";
  let description = [{
    Replaces each `gpu.module` that holds a kernel (in the scheduled IR, or in
    llvm and nvvm) by a `gpu.binary` of the same name, whose object holds PTX,
    or machine code with `ptxas`. The metadata of the kernel say how to launch
    it and, with `ptxas`, what it costs.

    Before:

    ```mlir
    gpu.module @scale { gpu.func @scale(...) kernel { ... } }
    ```

    After:

    ```mlir
    gpu.binary @scale [#gpu.object<#nvvm.target<chip = "sm_90a", features = "+ptx83">,
      kernels = <[#gpu.kernel_metadata<"scale", ..., metadata = {shared_bytes = 0 : i64, ...}>]>, assembly = "...">]
    ```
  }];
  let options = [
    Option<"target", "target", "std::string", "\"sm_90a\"",
           "chip to compile for, for example sm_90a">,
    Option<"ptxas", "ptxas", "bool", "false",
           "go on to machine code; remarks on performance losses are errors">,
    Option<"cudaPath", "cuda-path", "std::string", "",
           "root of the CUDA toolkit; looked for when empty">,
    Option<"optLevel", "opt-level", "unsigned", "3",
           "optimization level of LLVM, 0 to 3">,
    Option<"maxRegisters", "max-registers", "unsigned", "0",
           "most registers per thread; 0 leaves it to ptxas">,
    Option<"ptxFile", "ptx-file", "std::string", "",
           "file to write the PTX of the kernels to as well; '-' is standard "
           "output">
  ];
}

#endif // KERNEL_OPT_TARGET_NVPTX_PASSES_TD
