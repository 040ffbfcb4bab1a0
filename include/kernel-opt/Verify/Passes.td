//===- Passes.td - Passes that verify ----------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_PASSES_TD
#define KERNEL_OPT_VERIFY_PASSES_TD

include "mlir/Pass/PassBase.td"

def VerifyKernels : Pass<"kopt-verify-kernels", "::mlir::ModuleOp"> {
  let summary = "check each kernel's scheduled program against the kernel";
  let description = [{
    Interprets the program of each `kopt.kernel` (the `gpu.func` of its name in the
    `gpu.module` `<kernel>_program`) and compares what it writes with the kernel's
    own meaning, in the exact algebra; looks for races, accesses out of bounds, reads
    of uninitialized memory, elements written twice or never, deadlocks. A remark
    says *verified*; *refuted* is an error with a witness, *unproven* a warning with
    the reason. The module is not changed.

    (* example filepath=test/Verify/Kernel/verify-kernels.mlir *)
  }];
  let options = [
    Option<"nonce", "nonce", "uint64_t", "0",
           "seed of all draws; 0 draws one at random">,
  ];
}

#endif // KERNEL_OPT_VERIFY_PASSES_TD
