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
    Option<"mostSteps", "most-steps", "uint64_t",
           "uint64_t(1) << 30",
           "instructions of its warps within which a run must end">,
  ];
}

def VerifyAccuracy : Pass<"kopt-verify-accuracy", "::mlir::ModuleOp"> {
  let summary = "judge the accuracy of each kernel's scheduled program";
  let description = [{
    Runs the program of each `kopt.kernel` in floats, bit by bit, on two dozen
    families of inputs, each judged alone: its errors against the exact result may
    not exceed those of the kernel as it is written (1.25 times its RMS error plus
    0.5, twice its largest error plus 2, in units of the noise of the kernel's own
    roundings), and special values must be of the same class. A remark says
    *verified*; anything else is an error with the worst element.

    (* example filepath=test/Verify/Accuracy/accuracy.mlir *)
  }];
  let options = [
    Option<"nonce", "nonce", "uint64_t", "1", "seed of all draws">,
    Option<"table", "table", "bool", "false",
           "remarks show the errors in every family">,
  ];
}

def Admit : Pass<"kopt-admit", "::mlir::ModuleOp"> {
  let summary = "refuse kernels and programs that hold what is not in the tables";
  let description = [{
    The closed world of the verifier: bodies of kernels and the modules of
    scheduled programs may hold only operations of a table, without claims that a
    lowering would believe (fast-math flags, `in_bounds`, alignment, attributes of
    `llvm`), within the chip's resources. With `strip`, such claims are first taken
    away from operations on tensors.

    (* example filepath=test/Verify/Admission/admit.mlir *)
  }];
  let options = [
    Option<"strip", "strip", "bool", "false",
           "take claims away from operations on tensors">,
  ];
}

#endif // KERNEL_OPT_VERIFY_PASSES_TD
