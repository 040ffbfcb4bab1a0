//===- Passes.td - From aten to linalg ---------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_CONVERSION_ATENTOLINALG_PASSES_TD
#define KERNEL_OPT_CONVERSION_ATENTOLINALG_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertAtenToLinalg : Pass<"convert-aten-to-linalg"> {
  let summary = "lower aten operations to linalg on tensors";
  let description = [{
    Replaces each `aten` operation by structured operations on tensors, such
    that what fusion and schedules need stays visible: contractions, windows
    and reductions are one `linalg` operation each, with affine indexing maps;
    padding is `tensor.pad`; reshaping is `tensor.expand_shape` and
    `tensor.collapse_shape`. Values of f16 and bf16 are computed in f32 and
    rounded once.

    * softmax is a maximum, an exponential of the difference, a sum and a
      quotient; normalizations are a mean, a sum of squared differences and the
      normalization; attention is two contractions with those of softmax
      between them, masks being comparisons of `linalg.index`.
    * argmax and its like are one generic with two results, value and index,
      whose combination does not depend on the order.
    * A convolution is one generic over (n, g, o, spatial, c, window), without g
      for one group; a transposed one reads its input spread out by the stride.
    * Recurrences are an `scf.for` over time around such operations.
    * A scan is one generic with two results: the accumulator, and its value
      after each step. The second one runs along the reduction loop, so that
      the order in which the loop runs is part of its meaning.

    Each operation that cannot be lowered is reported at its location, then the
    pass fails.

    Before:

    ```mlir
    %y = aten.mm %a, %b
        : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
    ```

    After:

    ```mlir
    %zero = arith.constant 0.000000e+00 : f32
    %empty = tensor.empty() : tensor<4x6xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<4x6xf32>)
        -> tensor<4x6xf32>
    %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x6xf32>)
        outs(%init : tensor<4x6xf32>) -> tensor<4x6xf32>
    ```
  }];
  let dependentDialects = [
    "::kernel_opt::kopt::KoptDialect", "::mlir::affine::AffineDialect",
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // KERNEL_OPT_CONVERSION_ATENTOLINALG_PASSES_TD
