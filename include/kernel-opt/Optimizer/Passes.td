//===- Passes.td - The whole path as one pass --------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_OPTIMIZER_PASSES_TD
#define KERNEL_OPT_OPTIMIZER_PASSES_TD

include "mlir/Pass/PassBase.td"

def Optimize : Pass<"kopt-optimize", "::mlir::ModuleOp"> {
  let summary = "from functions on tensors to kernels and their launches";
  let description = [{
    What `kernel-opt` does when no pass is named: operations on tensors (aten,
    TOSA, linalg) become kernels, these are scheduled, checked and compiled, and
    launches take their place. What is not ours stays where it is.

    Launches are on tensors, in destination-passing style: passes before and
    after this one may canonicalize, eliminate common subexpressions, or
    bufferize.

    Before:

    ```mlir
    %0 = aten.softmax %x {dim = -1 : i64} : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```

    After:

    ```mlir
    %e = tensor.empty() : tensor<4x8xf32>
    %0 = kopt.launch @f_softmax_program::@f_softmax grid(1, 1, 1)
        block(128, 1, 1) shared 0 ins(%x : tensor<4x8xf32>)
        outs(%e : tensor<4x8xf32>) -> tensor<4x8xf32>
    ```

    (* example filepath=test/Plugin/optimize.mlir *)
  }];
  let options = [
    Option<"target", "target", "std::string", /*default=*/"\"sm_90a\"",
           "Chip to compile for">,
    Option<"cudaPath", "cuda-path", "std::string", /*default=*/"",
           "Root of the CUDA toolkit; looked for when empty">,
    ListOption<"schedules", "schedules", "std::string",
               "Files of schedules to try before the shipped ones">,
    ListOption<"inputs", "input", "std::string",
               "Types of the arguments of the function whose sizes are not "
               "known, as f32[4,3,224,224]">,
    Option<"verify", "verify", "std::string", /*default=*/"\"strict\"",
           "Policy that results are judged by: its name, a file, or off">,
    Option<"nonce", "nonce", "std::string", /*default=*/"",
           "Hexadecimal seed of the checks; drawn when empty">,
    Option<"requireAll", "require-all", "bool", /*default=*/"false",
           "Make it an error if anything cannot be part of a kernel">,
    Option<"machineCode", "machine-code", "bool", /*default=*/"false",
           "Put machine code into binaries rather than PTX">
  ];
}

#endif // KERNEL_OPT_OPTIMIZER_PASSES_TD
