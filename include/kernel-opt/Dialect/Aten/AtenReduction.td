//===- AtenReduction.td - Reductions -----------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENREDUCTION_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENREDUCTION_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

/// A reduction over a list of dimensions (all if empty).
class Aten_Reduction<string mnemonic, string what, string text, string type,
                     string exampleType, Type operand = Aten_Tensor,
                     dag parameters = (ins)>
    : Aten_Op<mnemonic,
        "rule.reduce(op.getDim(), op.getKeepdim(), rule." # type # ")"> {
  let summary = what;
  let description = !strconcat(text, [{ Reduces the dimensions `dim`, all of
    them if the list is empty; `keepdim` leaves a one in their places.

    ```mlir
    %y = aten.}], mnemonic, [{ %x {dim = array<i64: -1>, keepdim = true}
        : (tensor<?x8xf32>) -> tensor<?x1x}], exampleType, [{>
    ```
  }]);
  let arguments = !con((ins operand:$self, Aten_IntList:$dim,
    Aten_Flag<"false">:$keepdim), parameters);
  let results = (outs Aten_Tensor:$result);
}

def Aten_SumOp : Aten_Reduction<"sum", "sum of elements",
    "The sum of the elements, in i64 for integers and booleans.", "sumType()",
    "f32">;
def Aten_MeanOp : Aten_Reduction<"mean", "mean of elements",
    "The sum of the elements divided by their number.",
    "floatType()", "f32", Aten_FloatTensor>;
def Aten_AmaxOp : Aten_Reduction<"amax", "greatest element",
    "The greatest element; NaN if there is one.",
    "operand(0).elementType", "f32">;
def Aten_AminOp : Aten_Reduction<"amin", "least element",
    "The least element; NaN if there is one.",
    "operand(0).elementType", "f32">;
def Aten_AnyOp : Aten_Reduction<"any", "whether an element is nonzero",
    "True if an element is nonzero or true (NaN counts).", "boolType()", "i1">;
def Aten_AllOp : Aten_Reduction<"all", "whether all elements are nonzero",
    "True if all elements are nonzero or true (NaN counts).", "boolType()",
    "i1">;
def Aten_LogSumExpOp : Aten_Reduction<"logsumexp",
    "logarithm of a sum of exponentials",
    "`log(sum(exp(x)))`, computed with the greatest element taken out.",
    "floatType()", "f32", Aten_FloatTensor>;
def Aten_VarOp : Aten_Reduction<"var", "variance",
    "The sum of squared differences from the mean, divided by the number of "
    "elements less `correction` (or by 0 if that is negative).",
    "floatType()", "f32", Aten_FloatTensor, (ins Aten_Float<"1.0">:$correction)>;
def Aten_StdOp : Aten_Reduction<"std", "standard deviation",
    "The square root of the variance (see `aten.var`).",
    "floatType()", "f32", Aten_FloatTensor, (ins Aten_Float<"1.0">:$correction)>;
def Aten_VectorNormOp : Aten_Reduction<"linalg_vector_norm", "vector norm",
    "`sum(|x|^ord)^(1/ord)`; the greatest magnitude for `ord = +Inf`, the "
    "least for -Inf, the number of nonzero elements for 0.",
    "floatType()", "f32", Aten_FloatTensor, (ins Aten_Float<"2.0">:$ord)>;

def Aten_ProdOp : Aten_Op<"prod",
    "rules::reduceOne(rule, op.getDim(), op.getKeepdim(), rule.sumType())"> {
  let summary = "product of elements";
  let description = [{
    The product along `dim`, or of all elements if there is none; in i64 for
    integers and booleans.

    ```mlir
    %y = aten.prod %x {dim = 0 : i64} : (tensor<4x8xf32>) -> tensor<8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self, OptionalAttr<I64Attr>:$dim,
    Aten_Flag<"false">:$keepdim);
  let results = (outs Aten_Tensor:$result);
}

class Aten_Arg<string mnemonic, string what>
    : Aten_Op<mnemonic, "rules::reduceOne(rule, op.getDim(), op.getKeepdim(), rule.indexType())"> {
  let summary = "index of the " # what # " element";
  let description = !strconcat("The index along `dim` of the ", what, [{
    element, the first if there are several; NaN counts as that. Without `dim`,
    the index into the flattened tensor.

    ```mlir
    %i = aten.}], mnemonic, [{ %x {dim = 1 : i64} : (tensor<4x8xf32>) -> tensor<4xi64>
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self, OptionalAttr<I64Attr>:$dim,
    Aten_Flag<"false">:$keepdim);
  let results = (outs Aten_IntTensor:$result);
}
def Aten_ArgmaxOp : Aten_Arg<"argmax", "greatest">;
def Aten_ArgminOp : Aten_Arg<"argmin", "least">;

class Aten_WithIndices<string mnemonic, string schema, string what>
    : Aten_Op<mnemonic, "rules::withIndices(rule, op.getDim(), op.getKeepdim())"> {
  let summary = what # " element and its index";
  let description = !strconcat("The ", what, " element along `dim` and its",
    " index, the first if there are several; NaN counts as that (ATen's `",
    schema, [{`).

    ```mlir
    %y, %i = aten.}], mnemonic, [{ %x {dim = 1 : i64}
        : (tensor<4x8xf32>) -> (tensor<4xf32>, tensor<4xi64>)
    ```
  }]);
  let arguments = (ins Aten_Tensor:$self, I64Attr:$dim,
    Aten_Flag<"false">:$keepdim);
  let results = (outs Aten_Tensor:$values, Aten_IntTensor:$indices);
}
def Aten_MaxDimOp : Aten_WithIndices<"max_dim", "max.dim", "greatest">;
def Aten_MinDimOp : Aten_WithIndices<"min_dim", "min.dim", "least">;

#endif // KERNEL_OPT_DIALECT_ATEN_ATENREDUCTION_TD
