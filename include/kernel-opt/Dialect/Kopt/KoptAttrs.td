//===- KoptAttrs.td - Attributes of the kopt dialect -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_TD

include "kernel-opt/Dialect/Kopt/KoptDialect.td"
include "kernel-opt/Dialect/Kopt/KoptEnums.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"

class Kopt_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<Kopt_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

class Kopt_EnumParameter<EnumAttrInfo info, string default, string desc>
    : EnumParameter<info> {
  let defaultValue = info.cppType # "::" # default;
  let summary = desc;
}

def Kopt_ContractAttr : Kopt_Attr<"Contract", "contract"> {
  let summary = "what a function promises and may assume";
  let description = [{
    Stands on a function as `kopt.contract`. Shapes and element types are in
    the function's type; facts about one argument stand on the argument
    (`kopt.parameter`, `kopt.range`). A field that is not written has its
    default, and the default is what Torch does:

    | field | default | meaning |
    |---|---|---|
    | `matmul` | `ieee` | matrix products: operands as they are, sums in f32 (f64 for f64 operands). `tf32`: f32 operands may first be rounded to TF32 |
    | `convolution` | `tf32` | the same for convolutions; Torch allows TF32 there |
    | `reduction` | `ieee` | the same for sums and means |
    | `specials` | `class` | each output element is NaN, an infinity or finite where the original's is; it may be finite where the original is not. `finite`: no input and no result of an operation is NaN or infinite, and nothing is promised otherwise |
    | `signed_zeros` | `false` | whether the sign of a zero must be the original's |
    | `deterministic` | `true` | whether two runs on equal inputs give equal bits; without it, floating-point atomics are allowed |
    | `aliasing` | `inputs` | input tensors may share memory with each other. `none`: no two arguments overlap. Outputs never overlap anything |
    | `parameters` | `inputs` | arguments marked `kopt.parameter` change between calls like any input. `frozen`: they do not, and what depends on them alone may be computed once |

    ```mlir
    #kopt.contract
    #kopt.contract<matmul = tf32, parameters = frozen>
    ```
  }];
  let parameters = (ins
    Kopt_EnumParameter<Kopt_Precision, "IEEE",
      "precision of matrix products">:$matmul,
    Kopt_EnumParameter<Kopt_Precision, "TF32",
      "precision of convolutions">:$convolution,
    Kopt_EnumParameter<Kopt_Precision, "IEEE",
      "precision of other sums">:$reduction,
    Kopt_EnumParameter<Kopt_SpecialValues, "Class",
      "policy for NaN and infinities">:$specials,
    DefaultValuedParameter<"bool", "false",
      "whether signs of zeros matter">:$signed_zeros,
    DefaultValuedParameter<"bool", "true",
      "whether equal inputs give equal bits">:$deterministic,
    Kopt_EnumParameter<Kopt_Aliasing, "Inputs",
      "which arguments may overlap">:$aliasing,
    Kopt_EnumParameter<Kopt_Parameters, "Inputs",
      "treatment of parameters">:$parameters
  );
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
  let extraClassDeclaration = [{
    /// The contract with all defaults.
    static ContractAttr getDefault(::mlir::MLIRContext *context);
    /// The contract of the function that `op` is or is inside of; of a kernel,
    /// its own. The default one where none is given.
    static ContractAttr lookup(::mlir::Operation *op);
  }];
}

def Kopt_RangeAttr : Kopt_Attr<"Range", "range"> {
  let summary = "values that the elements of an argument take";
  let description = [{
    Stands on an argument of a function as `kopt.range`. All elements lie in
    [`min`, `max`]; with `tiny`, all elements other than zero have at least
    that magnitude. A range says nothing of NaN.

    ```mlir
    func.func @f(%x: tensor<8xf32> {kopt.range = #kopt.range<0.0, 1.0>})
    func.func @g(%x: tensor<8xf32> {
      kopt.range = #kopt.range<-65504.0, 65504.0, tiny = 9.9e-31>})
    ```
  }];
  let parameters = (ins
    AttrParameter<"::mlir::FloatAttr", "least value, f64">:$min,
    AttrParameter<"::mlir::FloatAttr", "greatest value, f64">:$max,
    OptionalParameter<"::mlir::FloatAttr",
      "least magnitude other than zero, f64">:$tiny
  );
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Kopt_DimsAttr : Kopt_Attr<"Dims", "dims",
    [DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let summary = "names of the dynamic dimensions of a tensor type";
  let description = [{
    A tensor encoding with one name per `?`, in order. Dimensions of one name
    have one size wherever it stands in the function or rule. A name is an
    identifier, or an expression over identifiers and integers such as `M*N`.

    ```mlir
    tensor<?x?xf32, #kopt.dims<"M", "K">>
    tensor<?x64xf32, #kopt.dims<"M">>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"::mlir::StringAttr", "one name per `?`">:$names
  );
  let assemblyFormat = "`<` $names `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Names of all dimensions of `type`, one per dimension: empty where the
    /// size is static or the type carries no names.
    static ::llvm::SmallVector<::llvm::StringRef>
    namesOf(::mlir::RankedTensorType type);
  }];
}

def Kopt_ConstAttr : Kopt_Attr<"Const", "const"> {
  let summary = "the exact value that a literal stands for";
  let description = [{
    Stands on a constant as `kopt.const`. A literal that a rewrite introduces
    is a rounding of some real number; the expression says of which, so that
    the rounding is not mistaken for a wrong rewrite. The expression is written
    over names (`scale`, `log2e`, `pi`), decimal literals, `+ - * / ^`,
    parentheses and calls (`sqrt(2)`).

    ```mlir
    %c = arith.constant {kopt.const = #kopt.const<"log2e">} 1.44269502 : f32
    ```
  }];
  let parameters = (ins StringRefParameter<"expression">:$expression);
  let assemblyFormat = "`<` $expression `>`";
  let genVerifyDecl = 1;
}

def Kopt_RestAttr : EnumAttr<Kopt_Dialect, Kopt_Rest, "rest">;

def Kopt_RuleClassAttr
    : EnumAttr<Kopt_Dialect, Kopt_RuleClass, "rule_class"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_TD
