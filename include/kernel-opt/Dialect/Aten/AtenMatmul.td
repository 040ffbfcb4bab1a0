//===- AtenMatmul.td - Contractions and attention ----------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENMATMUL_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENMATMUL_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_MmOp : Aten_Op<"mm", "rules::mm(rule)"> {
  let summary = "product of two matrices";
  let description = [{
    `y[m, n] = sum over k of a[m, k] * b[k, n]`.

    ```mlir
    %y = aten.mm %a, %b
        : (tensor<?x64xf32>, tensor<64x32xf32>) -> tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$mat2);
  let results = (outs Aten_Tensor:$result);
}

def Aten_BmmOp : Aten_Op<"bmm", "rules::bmm(rule)"> {
  let summary = "products of two batches of matrices";
  let description = [{
    `y[b, m, n] = sum over k of a[b, m, k] * b[b, k, n]`.

    ```mlir
    %y = aten.bmm %a, %b
        : (tensor<2x4x8xf32>, tensor<2x8x6xf32>) -> tensor<2x4x6xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$mat2);
  let results = (outs Aten_Tensor:$result);
}

def Aten_MatmulOp : Aten_Op<"matmul", "rules::matmul(rule)"> {
  let summary = "matrix product with broadcasting";
  let description = [{
    The product over the last dimension of `self` and the last but one of
    `other`, with the dimensions before them broadcast. A vector on the left
    is a row, on the right a column, and its dimension is dropped again.

    ```mlir
    %y = aten.matmul %a, %b
        : (tensor<5x2x4x8xf32>, tensor<8x6xf32>) -> tensor<5x2x4x6xf32>
    %v = aten.matmul %m, %x : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$other);
  let results = (outs Aten_Tensor:$result);
}

def Aten_LinearOp : Aten_Op<"linear", "rules::linear(rule)"> {
  let summary = "product with a transposed matrix and a bias";
  let description = [{
    `y[..., n] = bias[n] + sum over k of x[..., k] * weight[n, k]`.

    ```mlir
    %y = aten.linear %x, %w, %b
        : (tensor<?x64xf32>, tensor<32x64xf32>, tensor<32xf32>)
        -> tensor<?x32xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input, Aten_FloatTensor:$weight,
    Optional<Aten_FloatTensor>:$bias);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_AddmmOp : Aten_Op<"addmm", "rules::addmm(rule)"> {
  let summary = "matrix product added to a tensor";
  let description = [{
    `beta * self + alpha * (mat1 x mat2)`, with `self` broadcast to the
    product. With `beta = 0`, `self` is ignored, NaN and infinities too.

    ```mlir
    %y = aten.addmm %c, %a, %b {alpha = 2.0 : f64}
        : (tensor<6xf32>, tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$mat1, Aten_Tensor:$mat2,
    Aten_Float<"1.0">:$beta, Aten_Float<"1.0">:$alpha);
  let results = (outs Aten_Tensor:$result);
}

def Aten_BaddbmmOp : Aten_Op<"baddbmm", "rules::baddbmm(rule)"> {
  let summary = "batched matrix product added to a tensor";
  let description = [{
    `beta * self + alpha * bmm(batch1, batch2)`, with `self` broadcast to the
    product. With `beta = 0`, `self` is ignored, NaN and infinities too.

    ```mlir
    %y = aten.baddbmm %c, %a, %b {beta = 0.5 : f64}
        : (tensor<1x6xf32>, tensor<2x4x8xf32>, tensor<2x8x6xf32>)
        -> tensor<2x4x6xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$batch1,
    Aten_Tensor:$batch2, Aten_Float<"1.0">:$beta, Aten_Float<"1.0">:$alpha);
  let results = (outs Aten_Tensor:$result);
}

def Aten_EinsumOp : Aten_Op<"einsum", "rules::einsum(rule, op.getEquation())"> {
  let summary = "sum of products in index notation";
  let description = [{
    The product of one or two tensors, summed over every letter of `equation`
    that its right side lacks. The right side must be written, each letter
    stands at most once in each term, and there is no ellipsis.

    ```mlir
    %y = aten.einsum %a, %b {equation = "bijl,lk->bijk"}
        : (tensor<2x3x4x8xf32>, tensor<8x6xf32>) -> tensor<2x3x4x6xf32>
    ```
  }];
  let arguments = (ins Variadic<Aten_Tensor>:$tensors, StrAttr:$equation);
  let results = (outs Aten_Tensor:$result);
}

def Aten_ScaledDotProductAttentionOp : Aten_Op<"scaled_dot_product_attention",
    "rules::attention(rule, op.getIsCausal())"> {
  let summary = "attention";
  let description = [{
    `softmax(scale * query x key^T + mask) x value` over the last two
    dimensions; those before them broadcast. `scale` is `1 / sqrt(E)` unless
    given, where E is the last dimension of `query`. A boolean mask is true
    where a key takes part; a row without any gives zeros. With `is_causal`,
    query i sees the keys j <= i, and there is no mask operand.

    ```mlir
    %y = aten.scaled_dot_product_attention %q, %k, %v {is_causal = true}
        : (tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>, tensor<2x4x16x8xf32>)
        -> tensor<2x4x16x8xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$query, Aten_FloatTensor:$key,
    Aten_FloatTensor:$value, Optional<Aten_Tensor>:$attn_mask,
    Aten_Flag<"false">:$is_causal, OptionalAttr<F64Attr>:$scale);
  let results = (outs Aten_FloatTensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENMATMUL_TD
