//===- AtenView.td - Shapes and the places of elements -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENVIEW_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENVIEW_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

def Aten_ReshapeOp : Aten_Op<"reshape", "rules::reshape(rule, op.getShape())"> {
  let summary = "elements under another shape";
  let description = [{
    The elements of `self` in row-major order, as a tensor of shape `shape`, in
    which one entry may be -1: what the other entries leave. This is also
    ATen's `view`.

    ```mlir
    %y = aten.reshape %x {shape = array<i64: -1, 4, 16>}
        : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$shape);
  let results = (outs Aten_Tensor:$result);
}

def Aten_FlattenOp : Aten_Op<"flatten", "rules::flatten(rule, op.getStartDim(), op.getEndDim())"> {
  let summary = "dimensions joined into one";
  let description = [{
    Joins the dimensions from `start_dim` to `end_dim`, both included.

    ```mlir
    %y = aten.flatten %x {start_dim = 1 : i64}
        : (tensor<?x4x16xf32>) -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Int<"0">:$start_dim,
    Aten_Int<"-1">:$end_dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_UnflattenOp : Aten_Op<"unflatten", "rules::unflatten(rule, op.getDim(), op.getSizes())"> {
  let summary = "a dimension split into several";
  let description = [{
    Splits `dim` into `sizes`, one of which may be -1.

    ```mlir
    %y = aten.unflatten %x {dim = 1 : i64, sizes = array<i64: 4, -1>}
        : (tensor<?x64xf32>) -> tensor<?x4x16xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim,
    DenseI64ArrayAttr:$sizes);
  let results = (outs Aten_Tensor:$result);
}

def Aten_TransposeOp : Aten_Op<"transpose", "rules::transpose(rule, op.getDim0(), op.getDim1())"> {
  let summary = "two dimensions exchanged";
  let description = [{
    Exchanges `dim0` and `dim1`.

    ```mlir
    %y = aten.transpose %x {dim0 = 0 : i64, dim1 = 1 : i64}
        : (tensor<?x64xf32>) -> tensor<64x?xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim0, I64Attr:$dim1);
  let results = (outs Aten_Tensor:$result);
}

def Aten_PermuteOp : Aten_Op<"permute", "rules::permute(rule, op.getDims())"> {
  let summary = "dimensions in another order";
  let description = [{
    Dimension i of the result is dimension `dims[i]` of `self`.

    ```mlir
    %y = aten.permute %x {dims = array<i64: 0, 2, 3, 1>}
        : (tensor<?x3x8x9xf32>) -> tensor<?x8x9x3xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$dims);
  let results = (outs Aten_Tensor:$result);
}

def Aten_ExpandOp : Aten_Op<"expand", "rules::expand(rule, op.getSize())"> {
  let summary = "dimensions of size one repeated";
  let description = [{
    Broadcasts `self` to `size`, in which -1 keeps a size. Dimensions of `self`
    are aligned at the end.

    ```mlir
    %y = aten.expand %x {size = array<i64: 4, -1, 8>}
        : (tensor<?x1xf32>) -> tensor<4x?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$size);
  let results = (outs Aten_Tensor:$result);
}

def Aten_ExpandAsOp : Aten_Op<"expand_as", "rules::expandAs(rule)"> {
  let summary = "a tensor broadcast to the shape of another";
  let description = [{
    Broadcasts `self` to the shape of `other`, of which nothing else is read.

    ```mlir
    %y = aten.expand_as %x, %z
        : (tensor<?x1xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Tensor:$other);
  let results = (outs Aten_Tensor:$result);
}

def Aten_SqueezeOp : Aten_Op<"squeeze", "rules::squeeze(rule, op.getDim())"> {
  let summary = "dimensions of size one dropped";
  let description = [{
    Drops those of the dimensions `dim` (all if empty) whose size is one. A
    dynamic size counts as other than one.

    ```mlir
    %y = aten.squeeze %x {dim = array<i64: 1>}
        : (tensor<?x1x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_IntList:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_UnsqueezeOp : Aten_Op<"unsqueeze", "rules::unsqueeze(rule, op.getDim())"> {
  let summary = "a dimension of size one inserted";
  let description = [{
    Inserts a dimension of size one that becomes dimension `dim`.

    ```mlir
    %y = aten.unsqueeze %x {dim = -1 : i64}
        : (tensor<?x8xf32>) -> tensor<?x8x1xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_SliceOp : Aten_Op<"slice", "rules::slice(rule, op.getDim(), op.getStart(), op.getEnd(), op.getStep())"> {
  let summary = "every step-th element of a range";
  let description = [{
    Elements `start`, `start + step`, ... before `end` of dimension `dim`.
    Negative bounds count from the end, and bounds are limited to the size;
    `end` is the size unless given.

    ```mlir
    %y = aten.slice %x {dim = 1 : i64, start = 2 : i64, end = -1 : i64}
        : (tensor<?x64xf32>) -> tensor<?x61xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Int<"0">:$dim, Aten_Int<"0">:$start,
    OptionalAttr<I64Attr>:$end, Aten_Int<"1">:$step);
  let results = (outs Aten_Tensor:$result);
}

def Aten_SelectOp : Aten_Op<"select", "rules::select(rule, op.getDim(), op.getIndex())"> {
  let summary = "one element of a dimension";
  let description = [{
    The part of `self` at `index` of dimension `dim`, without that dimension. A
    negative index counts from the end.

    ```mlir
    %y = aten.select %x {dim = 1 : i64, index = -1 : i64}
        : (tensor<?x64xf32>) -> tensor<?xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim, I64Attr:$index);
  let results = (outs Aten_Tensor:$result);
}

def Aten_CatOp : Aten_Op<"cat", "rules::cat(rule, op.getDim())"> {
  let summary = "tensors joined along a dimension";
  let description = [{
    The tensors one after the other along `dim`; their other sizes agree.

    ```mlir
    %y = aten.cat %a, %b {dim = 1 : i64}
        : (tensor<?x3xf32>, tensor<?x5xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Variadic<Aten_Tensor>:$tensors, Aten_Int<"0">:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_StackOp : Aten_Op<"stack", "rules::stack(rule, op.getDim())"> {
  let summary = "tensors joined along a new dimension";
  let description = [{
    Tensors of one shape, one after the other along a new dimension `dim`.

    ```mlir
    %y = aten.stack %a, %b {dim = 1 : i64}
        : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x2x3xf32>
    ```
  }];
  let arguments = (ins Variadic<Aten_Tensor>:$tensors, Aten_Int<"0">:$dim);
  let results = (outs Aten_Tensor:$result);
}

def Aten_FlipOp : Aten_Op<"flip", "rules::flip(rule, op.getDims())"> {
  let summary = "dimensions reversed";
  let description = [{
    Reverses the dimensions `dims`.

    ```mlir
    %y = aten.flip %x {dims = array<i64: 1>}
        : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$dims);
  let results = (outs Aten_Tensor:$result);
}

def Aten_RollOp : Aten_Op<"roll", "rules::roll(rule, op.getShifts(), op.getDims())"> {
  let summary = "dimensions rotated";
  let description = [{
    Moves each element by `shifts[i]` places along `dims[i]`, around the end.

    ```mlir
    %y = aten.roll %x {shifts = array<i64: 2>, dims = array<i64: 1>}
        : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$shifts,
    DenseI64ArrayAttr:$dims);
  let results = (outs Aten_Tensor:$result);
}

def Aten_PadOp : Aten_Op<"pad", "rules::pad(rule, op.getPad(), op.getMode())"> {
  let summary = "a tensor surrounded by other elements";
  let description = [{
    `pad` holds (before, after) of the last dimension, then of the one before
    it, and so on; negative entries cut. Modes: `constant` (`value`),
    `reflect` (about the border element), `replicate` (the border element) and
    `circular`.

    ```mlir
    %y = aten.pad %x {pad = array<i64: 1, 2>, value = 1.0 : f64}
        : (tensor<?x8xf32>) -> tensor<?x11xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$pad,
    DefaultValuedAttr<Aten_PadModeAttr, "::kernel_opt::aten::PadMode::Constant">:$mode,
    Aten_Float<"0.0">:$value);
  let results = (outs Aten_Tensor:$result);
}

def Aten_UnfoldOp : Aten_Op<"unfold", "rules::unfold(rule, op.getDimension(), op.getSize(), op.getStep())"> {
  let summary = "sliding windows as a new dimension";
  let description = [{
    Windows of `size` elements, `step` apart, of `dimension`, which becomes the
    number of windows; their elements are a new last dimension.

    ```mlir
    %y = aten.unfold %x {dimension = 0 : i64, size = 3 : i64, step = 2 : i64}
        : (tensor<9x4xf32>) -> tensor<4x4x3xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dimension,
    I64Attr:$size, I64Attr:$step);
  let results = (outs Aten_Tensor:$result);
}

def Aten_TrilOp : Aten_Op<"tril", "rules::triangle(rule)"> {
  let summary = "matrices with zeros above a diagonal";
  let description = [{
    Keeps the elements on and below diagonal `diagonal` of the last two
    dimensions (positive ones lie above the main diagonal); the others are 0.

    ```mlir
    %y = aten.tril %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Int<"0">:$diagonal);
  let results = (outs Aten_Tensor:$result);
}

def Aten_TriuOp : Aten_Op<"triu", "rules::triangle(rule)"> {
  let summary = "matrices with zeros below a diagonal";
  let description = [{
    Keeps the elements on and above diagonal `diagonal` of the last two
    dimensions (positive ones lie above the main diagonal); the others are 0.

    ```mlir
    %y = aten.triu %x : (tensor<?x8xf32>) -> tensor<?x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Int<"0">:$diagonal);
  let results = (outs Aten_Tensor:$result);
}

def Aten_RepeatOp : Aten_Op<"repeat", "rules::repeat(rule, op.getRepeats())"> {
  let summary = "copies side by side";
  let description = [{
    Repeats the tensor `repeats[i]` times along each dimension; new dimensions
    come first.

    ```mlir
    %y = aten.repeat %x {repeats = array<i64: 2, 3>}
        : (tensor<4x8xf32>) -> tensor<8x24xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, DenseI64ArrayAttr:$repeats);
  let results = (outs Aten_Tensor:$result);
}

def Aten_DiagonalOp : Aten_Op<"diagonal", "rules::diagonal(rule, op.getOffset(), op.getDim1(), op.getDim2())"> {
  let summary = "diagonal of two dimensions";
  let description = [{
    The elements [i, i + offset] of dimensions `dim1` and `dim2`, as a new last
    dimension.

    ```mlir
    %y = aten.diagonal %x {offset = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, Aten_Int<"0">:$offset,
    Aten_Int<"0">:$dim1, Aten_Int<"1">:$dim2);
  let results = (outs Aten_Tensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENVIEW_TD
