//===- KoptDialect.td - The kopt dialect -------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD

include "mlir/IR/OpBase.td"

def Kopt_Dialect : Dialect {
  let name = "kopt";
  let cppNamespace = "::kernel_opt::kopt";
  let summary = "rules, contracts and kernels of the optimizer";
  let description = [{
    What the optimizer itself needs in IR: rewrite rules, fusion plans,
    contracts of functions, and the region of operations that becomes one
    kernel launch.
  }];
}

/// Base of all operations of the dialect.
class Kopt_Op<string mnemonic, list<Trait> traits = []>
    : Op<Kopt_Dialect, mnemonic, traits>;

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_TD
