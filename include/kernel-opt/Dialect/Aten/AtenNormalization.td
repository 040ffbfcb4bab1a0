//===- AtenNormalization.td - Normalizations and softmax ---*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENNORMALIZATION_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENNORMALIZATION_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

class Aten_SoftmaxLike<string mnemonic, string what, string formula>
    : Aten_Op<mnemonic, "rules::alongDim(rule, op.getDim())"> {
  let summary = what;
  let description = !strconcat(formula, [{ along `dim`, computed
    with the greatest element taken out.

    ```mlir
    %y = aten.}], mnemonic, [{ %x {dim = -1 : i64} : (tensor<?x64xf32>) -> tensor<?x64xf32>
    ```
  }]);
  let arguments = (ins Aten_FloatTensor:$self, I64Attr:$dim);
  let results = (outs Aten_FloatTensor:$result);
}
def Aten_SoftmaxOp : Aten_SoftmaxLike<"softmax", "normalized exponentials",
    "`exp(x) / sum(exp(x))`">;
def Aten_LogSoftmaxOp : Aten_SoftmaxLike<"log_softmax",
    "logarithm of normalized exponentials", "`x - log(sum(exp(x)))`">;

def Aten_LayerNormOp : Aten_Op<"layer_norm",
    "rules::layerNorm(rule, op.getNormalizedShape())"> {
  let summary = "normalization over the last dimensions";
  let description = [{
    `(x - mean) / sqrt(var + eps) * weight + bias`, where mean and (biased)
    variance are over the last dimensions, those of `normalized_shape` (-1: any size). `affine`
    is empty, `weight`, or `weight` and `bias`, each of that shape.

    ```mlir
    %y = aten.layer_norm %x, %w, %b {normalized_shape = array<i64: 64>}
        : (tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>)
        -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input,
    Variadic<Aten_FloatTensor>:$affine, DenseI64ArrayAttr:$normalized_shape,
    Aten_Float<"1.0e-5">:$eps);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_RmsNormOp : Aten_Op<"rms_norm",
    "rules::rmsNorm(rule, op.getNormalizedShape())"> {
  let summary = "normalization by the root mean square";
  let description = [{
    `x / sqrt(mean(x^2) + eps) * weight`, with the mean over the last
    dimensions, those of `normalized_shape` (-1: any size). `eps` is the machine epsilon of
    the type computed in unless given.

    ```mlir
    %y = aten.rms_norm %x, %w {normalized_shape = array<i64: 64>}
        : (tensor<?x64xf32>, tensor<64xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input,
    Optional<Aten_FloatTensor>:$weight, DenseI64ArrayAttr:$normalized_shape,
    OptionalAttr<F64Attr>:$eps);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_GroupNormOp : Aten_Op<"group_norm",
    "rules::groupNorm(rule, op.getNumGroups())"> {
  let summary = "normalization over groups of channels";
  let description = [{
    As `aten.layer_norm`, with mean and variance over the `num_groups` groups
    of successive channels (dimension 1) and all dimensions after it. `affine`
    is empty, `weight`, or `weight` and `bias`, with one element per channel.

    ```mlir
    %y = aten.group_norm %x, %w, %b {num_groups = 2 : i64}
        : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>)
        -> tensor<3x8x4x4xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input,
    Variadic<Aten_FloatTensor>:$affine, I64Attr:$num_groups,
    Aten_Float<"1.0e-5">:$eps);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_InstanceNormOp : Aten_Op<"instance_norm", "rules::instanceNorm(rule)"> {
  let summary = "normalization of each channel of each sample";
  let description = [{
    As `aten.group_norm` with one group per channel.

    ```mlir
    %y = aten.instance_norm %x : (tensor<3x8x4x4xf32>) -> tensor<3x8x4x4xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input,
    Variadic<Aten_FloatTensor>:$affine, Aten_Float<"1.0e-5">:$eps);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_BatchNormOp : Aten_Op<"batch_norm", "rules::batchNorm(rule)"> {
  let summary = "normalization by given statistics";
  let description = [{
    `(x - running_mean) / sqrt(running_var + eps) * weight + bias` for each
    channel (dimension 1): batch normalization of a model that is not being
    trained. `affine` is empty, `weight`, or `weight` and `bias`.

    ```mlir
    %y = aten.batch_norm %x, %mean, %var, %w, %b
        : (tensor<3x8x4x4xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>,
           tensor<8xf32>) -> tensor<3x8x4x4xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input, Aten_FloatTensor:$running_mean,
    Aten_FloatTensor:$running_var, Variadic<Aten_FloatTensor>:$affine,
    Aten_Float<"1.0e-5">:$eps);
  let results = (outs Aten_FloatTensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENNORMALIZATION_TD
