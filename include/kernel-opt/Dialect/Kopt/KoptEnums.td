//===- KoptEnums.td - Enumerations of the kopt dialect -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTENUMS_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTENUMS_TD

include "mlir/IR/EnumAttr.td"

/// What an operation class may do to its operands before it multiplies, and
/// where it sums.
def Kopt_Precision : I32EnumAttr<"Precision", "precision of an op class", [
    I32EnumAttrCase<"IEEE", 0, "ieee">,
    I32EnumAttrCase<"TF32", 1, "tf32">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

/// What NaN and infinities in the inputs oblige to.
def Kopt_SpecialValues
    : I32EnumAttr<"SpecialValues", "policy for special values", [
    I32EnumAttrCase<"Class", 0, "class">,
    I32EnumAttrCase<"Finite", 1, "finite">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

/// Which arguments may share memory.
def Kopt_Aliasing : I32EnumAttr<"Aliasing", "which arguments may overlap", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Inputs", 1, "inputs">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

/// What is known of arguments marked `kopt.parameter`.
def Kopt_Parameters : I32EnumAttr<"Parameters", "treatment of parameters", [
    I32EnumAttrCase<"Inputs", 0, "inputs">,
    I32EnumAttrCase<"Frozen", 1, "frozen">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

/// What becomes of operations that a fusion plan does not name.
def Kopt_Rest : I32EnumAttr<"Rest", "treatment of unnamed operations", [
    I32EnumAttrCase<"Default", 0, "default">,
    I32EnumAttrCase<"Separate", 1, "separate">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

/// What a rewrite rule claims of its results; see `kopt.rule`.
def Kopt_RuleClass : I32EnumAttr<"RuleClass", "claim of a rewrite rule", [
    I32EnumAttrCase<"ExactBits", 0, "exact_bits">,
    I32EnumAttrCase<"ExactModSignedZeroNan", 1, "exact_mod_signed_zero_nan">,
    I32EnumAttrCase<"Reassociating", 2, "reassociating">,
    I32EnumAttrCase<"Contracting", 3, "contracting">,
    I32EnumAttrCase<"Approximate", 4, "approximate">,
    I32EnumAttrCase<"Layout", 5, "layout">
  ]> {
  let cppNamespace = "::kernel_opt::kopt";
  let genSpecializedAttr = 0;
}

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTENUMS_TD
