//===- AtenEnums.td - Enumerations of the aten dialect -----*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENENUMS_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENENUMS_TD

include "mlir/IR/EnumAttr.td"

def Aten_RoundingNone : I32EnumCase<"None", 0, "none">;
def Aten_RoundingTrunc : I32EnumCase<"Trunc", 1, "trunc">;
def Aten_RoundingFloor : I32EnumCase<"Floor", 2, "floor">;
def Aten_Rounding : I32Enum<"Rounding", "how a quotient becomes whole", [
    Aten_RoundingNone, Aten_RoundingTrunc, Aten_RoundingFloor]> {
  let cppNamespace = "::kernel_opt::aten";
}

def Aten_GeluApproximationNone : I32EnumCase<"None", 0, "none">;
def Aten_GeluApproximationTanh : I32EnumCase<"Tanh", 1, "tanh">;
def Aten_GeluApproximation : I32Enum<"GeluApproximation",
    "which function gelu is", [
    Aten_GeluApproximationNone, Aten_GeluApproximationTanh]> {
  let cppNamespace = "::kernel_opt::aten";
}

def Aten_PadConstant : I32EnumCase<"Constant", 0, "constant">;
def Aten_PadReflect : I32EnumCase<"Reflect", 1, "reflect">;
def Aten_PadReplicate : I32EnumCase<"Replicate", 2, "replicate">;
def Aten_PadCircular : I32EnumCase<"Circular", 3, "circular">;
def Aten_PadMode : I32Enum<"PadMode", "what surrounds a tensor", [
    Aten_PadConstant, Aten_PadReflect, Aten_PadReplicate, Aten_PadCircular]> {
  let cppNamespace = "::kernel_opt::aten";
}

def Aten_LossReductionNone : I32EnumCase<"None", 0, "none">;
def Aten_LossReductionMean : I32EnumCase<"Mean", 1, "mean">;
def Aten_LossReductionSum : I32EnumCase<"Sum", 2, "sum">;
def Aten_LossReduction : I32Enum<"LossReduction", "what becomes of losses", [
    Aten_LossReductionNone, Aten_LossReductionMean, Aten_LossReductionSum]> {
  let cppNamespace = "::kernel_opt::aten";
}

def Aten_CellLstm : I32EnumCase<"Lstm", 0, "lstm">;
def Aten_CellGru : I32EnumCase<"Gru", 1, "gru">;
def Aten_CellRnnTanh : I32EnumCase<"RnnTanh", 2, "rnn_tanh">;
def Aten_CellRnnRelu : I32EnumCase<"RnnRelu", 3, "rnn_relu">;
def Aten_Cell : I32Enum<"Cell", "what a recurrence computes in each step", [
    Aten_CellLstm, Aten_CellGru, Aten_CellRnnTanh, Aten_CellRnnRelu]> {
  let cppNamespace = "::kernel_opt::aten";
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENENUMS_TD
