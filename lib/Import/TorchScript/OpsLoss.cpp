//===- OpsLoss.cpp - Losses -------------------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

static const char *reductionName(Call &call) {
  switch (call.integer("reduction", 1)) {
  case 0:
    return "none";
  case 1:
    return "mean";
  default:
    return "sum";
  }
}

static Attrs reductionOf(Call &call) {
  return Attrs().raw("reduction", std::string("#aten.reduction<") +
                                      reductionName(call) + ">");
}

/// Losses of each element that are operations of aten.
template <const char *Name>
static void elementLoss(Call &call) {
  call.ret(call.one(Name, {call.tensor("self"), call.tensor("target")},
                    reductionOf(call)));
}

template <const char *Name, const char *Number>
static void elementLossWith(Call &call) {
  call.ret(call.one(Name, {call.tensor("self"), call.tensor("target")},
                    reductionOf(call).real(Number, call.real(Number))));
}

static void klDiv(Call &call) {
  call.ret(
      call.one("aten.kl_div", {call.tensor("self"), call.tensor("target")},
               reductionOf(call).flag("log_target", call.flag("log_target"))));
}

/// The mean or sum of the losses of all elements.
static void finish(Call &call, const at::Tensor &losses) {
  std::string how = reductionName(call);
  call.ret(how == "none" ? losses : call.one("aten." + how, {losses}));
}

static at::Tensor number(Call &call, double value, const at::Tensor &partner) {
  return call.numberBeside(at::Scalar(value), partner);
}

/// -sum over classes of target * log_softmax(x), where targets are
/// probabilities; smoothing mixes the uniform distribution in.
static void crossEntropyOfProbabilities(Call &call) {
  at::Tensor self = call.tensor("self"), target = call.tensor("target");
  int64_t dim = self.dim() == 1 ? 0 : 1, classes = self.size(dim);
  double smoothing = call.real("label_smoothing", 0);
  if (smoothing != 0) {
    target =
        call.one("aten.mul", {target, number(call, 1 - smoothing, target)});
    target = call.one("aten.add",
                      {target, number(call, smoothing / classes, target)});
  }
  at::Tensor logs =
      call.one("aten.log_softmax", {self}, Attrs().integer("dim", dim));
  at::Tensor sums = call.one("aten.sum", {call.one("aten.mul", {logs, target})},
                             Attrs().ints("dim", {dim}));
  at::Tensor losses = call.one("aten.neg", {sums});
  std::string how = reductionName(call);
  if (how != "mean")
    return finish(call, losses);
  at::Tensor total = call.one("aten.sum", {losses});
  // The mean is over samples and places, not over classes.
  call.ret(
      call.one("aten.div",
               {total, number(call, double(self.numel()) / classes, total)}));
}

static void crossEntropy(Call &call) {
  if (!call.isNone("weight"))
    throw Unsupported("expected classes without weights");
  if (at::isFloatingType(call.tensor("target").scalar_type()))
    return crossEntropyOfProbabilities(call);
  call.ret(call.one(
      "aten.cross_entropy_loss", {call.tensor("self"), call.tensor("target")},
      reductionOf(call)
          .integer("ignore_index", call.integer("ignore_index", -100))
          .real("label_smoothing", call.real("label_smoothing", 0))));
}

static void tripletMargin(Call &call) {
  call.ret(call.one(
      "aten.triplet_margin_loss",
      {call.tensor("anchor"), call.tensor("positive"), call.tensor("negative")},
      reductionOf(call)
          .real("margin", call.real("margin"))
          .real("p", call.real("p"))
          .real("eps", call.real("eps"))
          .flag("swap", call.flag("swap"))));
}

/// max(x, 0) - x * t + log1p(exp(-|x|)), which never overflows.
static void bceWithLogits(Call &call) {
  if (!call.isNone("pos_weight"))
    throw Unsupported("expected no 'pos_weight'");
  at::Tensor x = call.tensor("self"), t = call.tensor("target");
  at::Tensor decay =
      call.one("aten.exp", {call.one("aten.neg", {call.one("aten.abs", {x})})});
  at::Tensor losses = call.one(
      "aten.sub", {call.one("aten.relu", {x}), call.one("aten.mul", {x, t})});
  losses = call.one("aten.add", {losses, call.one("aten.log1p", {decay})});
  if (!call.isNone("weight"))
    losses = call.one("aten.mul", {losses, call.tensor("weight")});
  finish(call, losses);
}

/// torch bounds the logarithms at -100.
static void bce(Call &call) {
  at::Tensor x = call.tensor("self"), t = call.tensor("target");
  auto bounded = [&](const at::Tensor &value, const char *log) {
    return call.one("aten.clamp", {call.one(log, {value})},
                    Attrs().real("min", -100));
  };
  at::Tensor hit = call.one("aten.mul", {t, bounded(x, "aten.log")});
  at::Tensor rest = call.one("aten.sub", {number(call, 1, t), t});
  at::Tensor miss = call.one(
      "aten.mul", {rest, bounded(call.one("aten.neg", {x}), "aten.log1p")});
  at::Tensor losses = call.one("aten.neg", {call.one("aten.add", {hit, miss})});
  if (!call.isNone("weight"))
    losses = call.one("aten.mul", {losses, call.tensor("weight")});
  finish(call, losses);
}

#define NAMED(ID, TEXT) static constexpr char ID[] = TEXT
NAMED(kMse, "aten.mse_loss");
NAMED(kL1, "aten.l1_loss");
NAMED(kSmoothL1, "aten.smooth_l1_loss");
NAMED(kHuber, "aten.huber_loss");
NAMED(kBeta, "beta");
NAMED(kDelta, "delta");
#undef NAMED

void kernel_opt::import::addLosses(TranslationTable &table) {
  table["aten::mse_loss"] = elementLoss<kMse>;
  table["aten::l1_loss"] = elementLoss<kL1>;
  table["aten::smooth_l1_loss"] = elementLossWith<kSmoothL1, kBeta>;
  table["aten::huber_loss"] = elementLossWith<kHuber, kDelta>;
  table["aten::kl_div"] = klDiv;
  table["aten::cross_entropy_loss"] = crossEntropy;
  table["aten::triplet_margin_loss"] = tripletMargin;
  table["aten::binary_cross_entropy_with_logits"] = bceWithLogits;
  table["aten::binary_cross_entropy"] = bce;
}
