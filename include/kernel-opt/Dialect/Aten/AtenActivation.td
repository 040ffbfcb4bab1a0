//===- AtenActivation.td - Activation functions ------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENACTIVATION_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENACTIVATION_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

class Aten_Activation<string mnemonic, string what, string formula,
                      dag parameters = (ins), string example = "">
    : Aten_Op<mnemonic, "rule.same()"> {
  let summary = what;
  let description = !strconcat("For each element, ", formula, [{

    ```mlir
    %y = aten.}], mnemonic, " %x ", example, [{: (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
  }]);
  let arguments = !con((ins Aten_FloatTensor:$self), parameters);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_ReluOp : Aten_Op<"relu", "rule.same()"> {
  let summary = "rectifier";
  let description = [{
    `max(x, 0)`; NaN stays NaN.

    ```mlir
    %y = aten.relu %x : (tensor<4x8xf32>) -> tensor<4x8xf32>
    ```
  }];
  let arguments = (ins Aten_Tensor:$self);
  let results = (outs Aten_Tensor:$result);
}
def Aten_TanhOp : Aten_Activation<"tanh", "hyperbolic tangent", "`tanh(x)`.">;
def Aten_SigmoidOp : Aten_Activation<"sigmoid", "logistic function",
    "`1 / (1 + exp(-x))`.">;
def Aten_SiluOp : Aten_Activation<"silu", "sigmoid-weighted linear unit",
    "`x / (1 + exp(-x))`.">;
def Aten_MishOp : Aten_Activation<"mish", "self-regularized activation",
    "`x * tanh(log1p(exp(x)))`.">;
def Aten_SoftsignOp : Aten_Activation<"softsign", "rational sigmoid",
    "`x / (1 + |x|)`.">;
def Aten_LogSigmoidOp : Aten_Activation<"log_sigmoid",
    "logarithm of the logistic function",
    "`log(1 / (1 + exp(-x)))`, computed as `min(x, 0) - log1p(exp(-|x|))`.">;
def Aten_HardsigmoidOp : Aten_Activation<"hardsigmoid",
    "piecewise linear sigmoid", "`min(max(x + 3, 0), 6) / 6`.">;
def Aten_HardswishOp : Aten_Activation<"hardswish", "piecewise SiLU",
    "`x * min(max(x + 3, 0), 6) / 6`.">;
def Aten_SeluOp : Aten_Activation<"selu", "self-normalizing ELU",
    "`scale * (x > 0 ? x : alpha * (exp(x) - 1))` with the constants of the "
    "SELU paper, `scale = 1.0507009873554805`, `alpha = 1.6732632423543772`.">;
def Aten_GeluOp : Aten_Activation<"gelu", "Gaussian error linear unit",
    "`x * 0.5 * (1 + erf(x / sqrt(2)))`; with the approximation `tanh`, "
    "`x * 0.5 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))`.",
    (ins DefaultValuedAttr<Aten_GeluApproximationAttr,
      "::kernel_opt::aten::GeluApproximation::None">:$approximate),
    "{approximate = #aten.gelu<tanh>} ">;
def Aten_LeakyReluOp : Aten_Activation<"leaky_relu", "rectifier that leaks",
    "`x > 0 ? x : negative_slope * x`.",
    (ins Aten_Float<"0.01">:$negative_slope), "{negative_slope = 0.1 : f64} ">;
def Aten_EluOp : Aten_Activation<"elu", "exponential linear unit",
    "`scale * (x > 0 ? x : alpha * (exp(input_scale * x) - 1))`.",
    (ins Aten_Float<"1.0">:$alpha, Aten_Float<"1.0">:$scale,
      Aten_Float<"1.0">:$input_scale), "{alpha = 0.5 : f64} ">;
def Aten_CeluOp : Aten_Activation<"celu", "continuously differentiable ELU",
    "`x > 0 ? x : alpha * (exp(x / alpha) - 1)`.",
    (ins Aten_Float<"1.0">:$alpha), "{alpha = 0.5 : f64} ">;
def Aten_HardtanhOp : Aten_Activation<"hardtanh", "piecewise linear tanh",
    "`min(max(x, min_val), max_val)`; NaN stays NaN.",
    (ins Aten_Float<"-1.0">:$min_val, Aten_Float<"1.0">:$max_val),
    "{min_val = 0.0 : f64, max_val = 6.0 : f64} ">;
def Aten_HardshrinkOp : Aten_Activation<"hardshrink", "hard shrinkage",
    "`-lambd <= x <= lambd ? 0 : x`.",
    (ins Aten_Float<"0.5">:$lambd), "{lambd = 0.1 : f64} ">;
def Aten_SoftshrinkOp : Aten_Activation<"softshrink", "soft shrinkage",
    "`x > lambd ? x - lambd : x < -lambd ? x + lambd : x * 0`.",
    (ins Aten_Float<"0.5">:$lambd), "{lambd = 0.1 : f64} ">;
def Aten_SoftplusOp : Aten_Activation<"softplus", "smooth rectifier",
    "`x * beta > threshold ? x : log1p(exp(x * beta)) / beta`.",
    (ins Aten_Float<"1.0">:$beta, Aten_Float<"20.0">:$threshold),
    "{beta = 2.0 : f64} ">;
def Aten_ThresholdOp : Aten_Activation<"threshold", "step replaced by a value",
    "`x <= threshold ? value : x`.",
    (ins Aten_Float<"0.0">:$threshold, Aten_Float<"0.0">:$value),
    "{threshold = 0.1 : f64, value = 20.0 : f64} ">;

def Aten_PreluOp : Aten_Op<"prelu", "rules::prelu(rule)"> {
  let summary = "rectifier with learned slopes";
  let description = [{
    `x > 0 ? x : weight * x`, with one slope for all, or one for each channel
    (dimension 1).

    ```mlir
    %y = aten.prelu %x, %w
        : (tensor<2x4x8xf32>, tensor<4xf32>) -> tensor<2x4x8xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$self, Aten_FloatTensor:$weight);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_GluOp : Aten_Op<"glu", "rules::glu(rule, op.getDim())"> {
  let summary = "gated linear unit";
  let description = [{
    Splits `self` into halves `a` and `b` along `dim` and gives
    `a * sigmoid(b)`.

    ```mlir
    %y = aten.glu %x {dim = 1 : i64} : (tensor<2x8xf32>) -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$self, Aten_Int<"-1">:$dim);
  let results = (outs Aten_FloatTensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENACTIVATION_TD
