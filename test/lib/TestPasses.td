//===- TestPasses.td - Passes that only tests use ----------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_LIB_TESTPASSES_TD
#define KERNEL_OPT_TEST_LIB_TESTPASSES_TD

include "mlir/Pass/PassBase.td"

def TestDialects : Pass<"test-kopt-dialects", "::mlir::ModuleOp"> {
  let summary = "say which dialects of this project are loaded";
  let description = [{
    Emits one remark per dialect of this project that the context has loaded.
    Before, `module {}`; after, the same module, with the remarks
    `dialect 'aten' is loaded`, `dialect 'kgpu' is loaded` and
    `dialect 'kopt' is loaded`.
  }];
  let dependentDialects = [
    "::kernel_opt::aten::AtenDialect",
    "::kernel_opt::kgpu::KGPUDialect",
    "::kernel_opt::kopt::KoptDialect"
  ];
}

def TestInterpret : Pass<"test-kopt-interpret", "::mlir::ModuleOp"> {
  let summary = "interpret every kernel and report its faults";
  let description = [{
    Runs all blocks of each `gpu.func` kernel in the bit-exact float domain on
    generated inputs. Each fault becomes an error where it happened, with a note
    at the other access. With `digest`, a remark at the kernel gives the number
    of written elements and a hash of all written values.

    ```mlir
    gpu.func @missing_guard(%x: memref<100xf32>) kernel
    // error: out of bounds: thread (4, 0, 0) of block (3, 0, 0) reads
    //        argument 0(100), extents are (100)
    ```
  }];
  let dependentDialects = ["::kernel_opt::kgpu::KGPUDialect"];
  let options = [
    Option<"seed", "seed", "uint64_t", "1", "seed of the inputs">,
    Option<"poison", "poison", "unsigned", "0", "pattern of unwritten memory">,
    Option<"early", "early", "bool", "false",
           "asynchronous copies land at issue">,
    Option<"reverse", "reverse", "bool", "false",
           "blocks and warps run in reverse order">,
    Option<"digest", "digest", "bool", "false",
           "print a digest of the written values">,
    Option<"counters", "counters", "bool", "false",
           "print counters of the run">,
    ListOption<"blocks", "blocks", "int64_t",
               "linear numbers of the blocks to run; all if none is given">
  ];
}

def TestMisbehave : Pass<"test-kopt-misbehave"> {
  let summary = "do what a bug in the compiler might do";
  let description = [{
    Behaves for `how` 0. Otherwise it never ends (1), reads through a null
    pointer (2), asks for 300 GB (3), or ends the process by a fatal error (4).
    Schedules reach it by `transform.apply_registered_pass`.

    ```mlir
    transform.apply_registered_pass "test-kopt-misbehave"
        with options = { "how" = %how } to %function
    ```
  }];
  let options = [Option<"how", "how", "int64_t", "0", "what to do">];
}

#endif // KERNEL_OPT_TEST_LIB_TESTPASSES_TD
