//===- KGPUInterfaces.td - What kgpu ops do to memory ------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_TD

include "mlir/IR/OpBase.td"

def KGPU_AccessInterface : OpInterface<"AccessInterface"> {
  let cppNamespace = "::kernel_opt::kgpu";
  let description = [{
    The boxes of memory that one execution of the operation reads and writes,
    and through which proxy: what the interpreter checks, what static proofs
    range over, and what lowering must move.
  }];
  let methods = [
    InterfaceMethod<"Appends the accesses of one execution, in order.", "void",
      "getAccesses",
      (ins "::llvm::SmallVectorImpl<::kernel_opt::kgpu::Access> &":$accesses)>
  ];
}

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_TD
