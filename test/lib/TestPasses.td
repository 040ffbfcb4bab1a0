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

#endif // KERNEL_OPT_TEST_LIB_TESTPASSES_TD
