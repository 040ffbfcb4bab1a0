//===- AtenCreation.td - Tensors from attributes -----------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENCREATION_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENCREATION_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_FullOp : Aten_Op<"full", "rules::full(rule, op.getSize(), op.getDtype())",
    [ConstantLike]> {
  let summary = "a tensor of one value";
  let description = [{
    Every element is `value`, converted to `dtype`. With an empty `size`, this
    is how a scalar argument is written. As a constant it may carry
    `kopt.const`, the exact value that `value` is a rounding of.

    ```mlir
    %c = aten.full {size = array<i64>, value = 5.0e-1 : f64, dtype = f32}
        : () -> tensor<f32>
    ```
  }];
  let arguments = (ins DenseI64ArrayAttr:$size,
    AnyAttrOf<[F64Attr, I64Attr, BoolAttr]>:$value, TypeAttr:$dtype);
  let results = (outs Aten_Tensor:$result);
  let hasFolder = 1;
}

def Aten_FullLikeOp : Aten_Op<"full_like",
    "rule.result(rule.operand(0).dims, op.getDtype())"> {
  let summary = "a tensor of one value with the shape of another";
  let description = [{
    Every element is `value`, converted to `dtype`. Only the shape of `self` is
    read.

    ```mlir
    %c = aten.full_like %x {value = 0.0 : f64, dtype = f32}
        : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self,
    AnyAttrOf<[F64Attr, I64Attr, BoolAttr]>:$value, TypeAttr:$dtype);
  let results = (outs Aten_Tensor:$result);
}

def Aten_ArangeOp : Aten_Op<"arange",
    "rules::arange(rule, op.getStart(), op.getEnd(), op.getStep(), op.getDtype())"> {
  let summary = "numbers in steps";
  let description = [{
    `start + i * step` for all i >= 0 before `end` is reached.

    ```mlir
    %i = aten.arange {start = 0.0 : f64, end = 8.0 : f64, dtype = i64}
        : () -> tensor<8xi64>
    ```
  }];
  let arguments = (ins Aten_Float<"0.0">:$start, F64Attr:$end,
    Aten_Float<"1.0">:$step, TypeAttr:$dtype);
  let results = (outs Aten_Tensor:$result);
}

def Aten_EyeOp : Aten_Op<"eye", "rules::eye(rule, op.getN(), op.getM(), op.getDtype())"> {
  let summary = "identity matrix";
  let description = [{
    `n` x `m`, with ones on the main diagonal.

    ```mlir
    %i = aten.eye {n = 4 : i64, m = 4 : i64, dtype = f32} : () -> tensor<4x4xf32>
    ```
  }];
  let arguments = (ins I64Attr:$n, I64Attr:$m, TypeAttr:$dtype);
  let results = (outs Aten_Tensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENCREATION_TD
