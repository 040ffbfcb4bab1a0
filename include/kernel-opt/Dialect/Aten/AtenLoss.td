//===- AtenLoss.td - Losses --------------------------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENLOSS_TD
#define KERNEL_OPT_DIALECT_ATEN_ATENLOSS_TD

include "kernel-opt/Dialect/Aten/AtenBase.td"

/// A loss of each element, then its mean or sum over all of them.
class Aten_Loss<string mnemonic, string what, string formula,
                dag parameters = (ins)>
    : Aten_Op<mnemonic, "rules::loss(rule, op.getReduction())"> {
  let summary = what;
  let description = !strconcat(formula, [{ `reduction` gives the mean or sum
    of all elements, or the elements themselves (`none`).

    ```mlir
    %l = aten.}], mnemonic, [{ %x, %t : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
    ```
  }]);
  let arguments = !con((ins Aten_FloatTensor:$self, Aten_FloatTensor:$target),
    parameters, (ins DefaultValuedAttr<Aten_LossReductionAttr,
      "::kernel_opt::aten::LossReduction::Mean">:$reduction));
  let results = (outs Aten_FloatTensor:$result);
}
def Aten_MseLossOp : Aten_Loss<"mse_loss", "squared error",
    "`(x - t)^2`.">;
def Aten_L1LossOp : Aten_Loss<"l1_loss", "absolute error", "`|x - t|`.">;
def Aten_SmoothL1LossOp : Aten_Loss<"smooth_l1_loss",
    "absolute error, squared near zero",
    "With `d = |x - t|`, `d < beta ? d^2 / (2 * beta) : d - beta / 2`.",
    (ins Aten_Float<"1.0">:$beta)>;
def Aten_HuberLossOp : Aten_Loss<"huber_loss",
    "squared error, linear far from zero",
    "With `d = |x - t|`, `d <= delta ? d^2 / 2 : delta * (d - delta / 2)`.",
    (ins Aten_Float<"1.0">:$delta)>;
def Aten_KlDivOp : Aten_Loss<"kl_div", "Kullback-Leibler divergence",
    "`t * (log(t) - x)`, 0 where t is 0; with `log_target`, `exp(t) * (t - x)`.",
    (ins Aten_Flag<"false">:$log_target)>;

def Aten_CrossEntropyLossOp : Aten_Op<"cross_entropy_loss",
    "rules::crossEntropy(rule, op.getReduction(), op.getLabelSmoothing())"> {
  let summary = "cross entropy of logits and classes";
  let description = [{
    `-log_softmax(self)[target]`, with the classes in dimension 1 (0 for a
    vector). Places whose target is `ignore_index` give 0 and do not count in
    the mean. `label_smoothing` s takes 1 - s of that and s of the mean over
    all classes.

    ```mlir
    %l = aten.cross_entropy_loss %x, %t
        : (tensor<?x10xf32>, tensor<?xi64>) -> tensor<f32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$self, Aten_IntTensor:$target,
    DefaultValuedAttr<Aten_LossReductionAttr,
      "::kernel_opt::aten::LossReduction::Mean">:$reduction,
    Aten_Int<"-100">:$ignore_index, Aten_Float<"0.0">:$label_smoothing);
  let results = (outs Aten_FloatTensor:$result);
}

def Aten_TripletMarginLossOp : Aten_Op<"triplet_margin_loss",
    "rules::tripletMargin(rule, op.getReduction())"> {
  let summary = "triplet loss";
  let description = [{
    `max(0, margin + |anchor - positive| - |anchor - negative|)`, where
    `|a - b|` is the p-norm of `a - b + eps` over the last dimension. With
    `swap`, the lesser of `|anchor - negative|` and `|positive - negative|`
    stands for the former.

    ```mlir
    %l = aten.triplet_margin_loss %a, %p, %n
        : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<f32>
    ```
  }];
  let arguments = (ins Aten_FloatTensor:$anchor, Aten_FloatTensor:$positive,
    Aten_FloatTensor:$negative, Aten_Float<"1.0">:$margin,
    Aten_Float<"2.0">:$p, Aten_Float<"1.0e-6">:$eps, Aten_Flag<"false">:$swap,
    DefaultValuedAttr<Aten_LossReductionAttr,
      "::kernel_opt::aten::LossReduction::Mean">:$reduction);
  let results = (outs Aten_FloatTensor:$result);
}

#endif // KERNEL_OPT_DIALECT_ATEN_ATENLOSS_TD
