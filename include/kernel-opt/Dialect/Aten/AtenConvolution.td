//===- AtenConvolution.td - Convolution and pooling --------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENCONVOLUTION_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENCONVOLUTION_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_ConvolutionOp : Aten_Op<"convolution", [{rules::convolution(rule,
    {op.getStride(), op.getPadding(), op.getDilation(), op.getTransposed(),
     op.getOutputPadding(), static_cast<int64_t>(op.getGroups())})}]> {
  let summary = "convolution in one to three dimensions";
  let description = [{
    `input` is N x C x spatial, `weight` is O x C/groups x kernel; transposed
    it is C x O/groups x kernel. The lists have one entry per spatial
    dimension; an empty list stands for ones (`stride`, `dilation`) or zeros
    (`padding`, `output_padding`). Padding adds zeros on both sides;
    `output_padding` (transposed only) lengthens the result at its end.

    ```mlir
    %y = aten.convolution %x, %w, %b {
          stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
        : (tensor<?x3x32x32xf32>, tensor<16x3x3x3xf32>, tensor<16xf32>)
        -> tensor<?x16x16x16xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$input, Aten_FloatTensor:$weight,
    Optional<Aten_FloatTensor>:$bias, Aten_IntList:$stride,
    Aten_IntList:$padding, Aten_IntList:$dilation,
    Aten_Flag<"false">:$transposed, Aten_IntList:$output_padding,
    Aten_Int<"1">:$groups);
  let results = (outs Aten_FloatTensor:$result);
}

class Aten_MaxPool<string mnemonic, string outputs>
    : Aten_Op<mnemonic, [{rules::pool(rule, {op.getKernelSize(), op.getStride(),
    op.getPadding(), op.getDilation(), op.getCeilMode()}, }] # outputs # ")"> {
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$kernel_size,
    Aten_IntList:$stride, Aten_IntList:$padding, Aten_IntList:$dilation,
    Aten_Flag<"false">:$ceil_mode);
}

def Aten_MaxPoolOp : Aten_MaxPool<"max_pool", "1"> {
  let summary = "greatest element of each window";
  let description = [{
    Windows over the last dimensions, as many as `kernel_size` has entries (one
    to three); the one or two dimensions before them are kept. An empty
    `stride` stands for `kernel_size`. Padding never wins; NaN does.
    With `ceil_mode`, a last window that begins inside the input or its left
    padding counts although it runs over the end.

    ```mlir
    %y = aten.max_pool %x {kernel_size = array<i64: 3, 3>,
          stride = array<i64: 2, 2>, padding = array<i64: 1, 1>}
        : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
    ```
  }];
  let results = (outs Aten_Tensor:$result);
}

def Aten_MaxPoolWithIndicesOp : Aten_MaxPool<"max_pool_with_indices", "2"> {
  let summary = "greatest element of each window and its place";
  let description = [{
    As `aten.max_pool`; the second result is the index of the element in the
    flattened spatial dimensions of the input, the first if there are several.

    ```mlir
    %y, %i = aten.max_pool_with_indices %x {kernel_size = array<i64: 2>}
        : (tensor<2x4x32xf32>) -> (tensor<2x4x16xf32>, tensor<2x4x16xi64>)
    ```
  }];
  let results = (outs Aten_Tensor:$result, Aten_IntTensor:$indices);
}

def Aten_AvgPoolOp : Aten_Op<"avg_pool", [{rules::pool(rule,
    {op.getKernelSize(), op.getStride(), op.getPadding(), {}, op.getCeilMode()},
    1)}]> {
  let summary = "mean of each window";
  let description = [{
    Windows as in `aten.max_pool`, without dilation. The sum of a window is
    divided by `divisor_override`, else by the number of its elements inside
    the padded input (`count_include_pad`) or inside the input itself.

    ```mlir
    %y = aten.avg_pool %x {kernel_size = array<i64: 2, 2>}
        : (tensor<2x4x32x32xf32>) -> tensor<2x4x16x16xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$self, DenseI64ArrayAttr:$kernel_size,
    Aten_IntList:$stride, Aten_IntList:$padding, Aten_Flag<"false">:$ceil_mode,
    Aten_Flag<"true">:$count_include_pad,
    OptionalAttr<I64Attr>:$divisor_override);
  let results = (outs Aten_FloatTensor:$result);
}

class Aten_AdaptivePool<string mnemonic, string what>
    : Aten_Op<mnemonic, "rules::adaptivePool(rule, op.getOutputSize())"> {
  let summary = what # " of windows that cover the input";
  let description = !strconcat("The ", what, [{ of each of `output_size` windows of the
    last dimensions, one to three of them. Window i of n over a dimension of
    size L holds the elements from floor(i * L / n) to ceil((i + 1) * L / n),
    the latter excluded.

    ```mlir
    %y = aten.}], mnemonic, [{ %x {output_size = array<i64: 7, 7>}
        : (tensor<2x4x32x32xf32>) -> tensor<2x4x7x7xf32>
    ```
  }]);
  let arguments = (ins Aten_FloatTensor:$self, DenseI64ArrayAttr:$output_size);
  let results = (outs Aten_FloatTensor:$result);
}
def Aten_AdaptiveAvgPoolOp : Aten_AdaptivePool<"adaptive_avg_pool", "mean">;
def Aten_AdaptiveMaxPoolOp : Aten_AdaptivePool<"adaptive_max_pool",
    "greatest element">;

#endif // KERNEL_OPT_DIALECT_ATEN_ATENCONVOLUTION_TD
