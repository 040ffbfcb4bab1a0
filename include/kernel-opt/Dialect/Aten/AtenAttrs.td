//===- AtenAttrs.td - Attributes of the aten dialect -------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENATTRS_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENATTRS_TD

include "kernel-opt/Dialect/Aten/AtenDialect.td"
include "kernel-opt/Dialect/Aten/AtenEnums.td"
include "mlir/IR/AttrTypeBase.td"

def Aten_RoundingAttr : EnumAttr<Aten_Dialect, Aten_Rounding, "rounding"> {
  let assemblyFormat = "`<` $value `>`";
}

def Aten_GeluApproximationAttr : EnumAttr<Aten_Dialect, Aten_GeluApproximation,
    "gelu"> {
  let assemblyFormat = "`<` $value `>`";
}

def Aten_PadModeAttr : EnumAttr<Aten_Dialect, Aten_PadMode, "pad_mode"> {
  let assemblyFormat = "`<` $value `>`";
}

def Aten_LossReductionAttr : EnumAttr<Aten_Dialect, Aten_LossReduction,
    "reduction"> {
  let assemblyFormat = "`<` $value `>`";
}

def Aten_CellAttr : EnumAttr<Aten_Dialect, Aten_Cell, "cell"> {
  let assemblyFormat = "`<` $value `>`";
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENATTRS_TD
