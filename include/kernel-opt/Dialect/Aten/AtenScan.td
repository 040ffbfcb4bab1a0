//===- AtenScan.td - Scans ---------------------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENSCAN_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENSCAN_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

class Aten_Scan<string mnemonic, string what>
    : Aten_Op<mnemonic, "rules::scan(rule, op.getDim())"> {
  let summary = "running " # what;
  let description = !strconcat("Element i along `dim` is the ", what, [{ of the elements
    0 to i; in i64 for integers and booleans.

    Upstream has no structured op for a scan, so this one stays as it is when
    its surroundings become linalg. Its structured view: a scan is a linalg.generic
    over the dimensions of `self`, all maps the identity, whose iterator along
    `dim` carries the accumulator (in f32 for f16 and bf16), and which writes
    each value of it.

    ```mlir
    %y = aten.}], mnemonic, [{ %x {dim = 1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim);
  let results = (outs Aten_Tensor:$result);
}
def Aten_CumsumOp : Aten_Scan<"cumsum", "sum">;
def Aten_CumprodOp : Aten_Scan<"cumprod", "product">;

#endif // KERNEL_OPT_DIALECT_ATEN_ATENSCAN_TD
