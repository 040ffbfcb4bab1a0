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

    Operands and results are ranked tensors; sizes may be dynamic (`?`), and an
    encoding may name the dynamic ones. What ATen takes as a static argument is
    an attribute here. A negative dimension counts from the last one, as in
    ATen. A Scalar argument of ATen (`x + 2`) is a tensor of rank 0 made by
    `aten.full`: it takes no part in type promotion within its category.
    Each op has one shape rule; a result type that contradicts it is an error,
    one that says less (`?` for a known size) is not. Two dynamic sizes that
    must agree are taken to agree, and a dynamic size never broadcasts.

    f16 and bf16 values are computed in f32 and rounded once, at the end of
    each operation.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_TD
