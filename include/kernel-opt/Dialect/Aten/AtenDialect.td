//===- AtenDialect.td - The aten dialect -------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_TD

include "mlir/IR/OpBase.td"

def Aten_Dialect : Dialect {
  let name = "aten";
  let cppNamespace = "::kernel_opt::aten";
  let summary = "tensor operations named after ATen schemas";
  let description = [{
    Value-semantic tensor operations without regions, one for each ATen schema
    that programs from PyTorch need. An operation means what the schema of the
    same name means; it never aliases or mutates its operands. Graph rewrites
    match and build these operations.
  }];
}

/// Base of all operations of the dialect.
class Aten_Op<string mnemonic, list<Trait> traits = []>
    : Op<Aten_Dialect, mnemonic, traits>;

#endif // KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_TD
