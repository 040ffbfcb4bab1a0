//===- AtenIndexing.td - Elements at computed places -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENINDEXING_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENINDEXING_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_EmbeddingOp : Aten_Op<"embedding", "rules::embedding(rule)"> {
  let summary = "rows of a table";
  let description = [{
    `y[..., :] = weight[indices[...], :]`. An index out of range is undefined.

    ```mlir
    %y = aten.embedding %w, %i
        : (tensor<100x16xf32>, tensor<?x8xi64>) -> tensor<?x8x16xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$weight, Aten_IntTensor:$indices);
  let results = (outs Aten_Tensor:$result);
}

def Aten_IndexSelectOp : Aten_Op<"index_select", "rules::indexSelect(rule, op.getDim())"> {
  let summary = "given places of a dimension";
  let description = [{
    Dimension `dim` of the result holds the elements of `self` at `index`, a
    vector of indices in range.

    ```mlir
    %y = aten.index_select %x, %i {dim = 1 : i64}
        : (tensor<?x64xf32>, tensor<5xi64>) -> tensor<?x5xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_IntTensor:$index, I64Attr:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_GatherOp : Aten_Op<"gather", "rules::gather(rule, op.getDim())"> {
  let summary = "one chosen element for each place";
  let description = [{
    The result has the shape of `index`; each element is that of `self` at the
    same place, but at `index` in dimension `dim`. In the other dimensions,
    `index` is no longer than `self`.

    ```mlir
    %y = aten.gather %x, %i {dim = 1 : i64}
        : (tensor<4x64xf32>, tensor<4x3xi64>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_IntTensor:$index, I64Attr:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_IndexOp : Aten_Op<"index", "rules::index(rule, op.getDims())"> {
  let summary = "elements at computed places";
  let description = [{
    The index tensors broadcast together and stand for the dimensions `dims` of
    `self`, which ascend. The dimensions of the indices take the place of
    `dims` if those are adjacent, else they come first. A negative index counts
    from the end; one out of range is undefined.

    ```mlir
    %y = aten.index %x, %i, %j {dims = array<i64: 0, 1>}
        : (tensor<4x5x6xf32>, tensor<3xi64>, tensor<2x1xi64>) -> tensor<2x3x6xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Variadic<Aten_IntTensor>:$indices,
    DenseI64ArrayAttr:$dims);
  let results = (outs Aten_Tensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENINDEXING_TD
