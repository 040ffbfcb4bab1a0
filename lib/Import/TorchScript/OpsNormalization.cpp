//===- OpsNormalization.cpp - Normalizations --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

namespace {
/// Weight and bias of a normalization.
struct Affine {
  at::Tensor weight, bias;

  Affine(Call &call)
      : weight(call.optional("weight")), bias(call.optional("bias")) {}
  /// What the operation itself takes: a bias does not come alone.
  Tensors operands() const {
    Tensors result;
    if (weight.defined())
      result.push_back(weight);
    if (weight.defined() && bias.defined())
      result.push_back(bias);
    return result;
  }
  /// The bias that is left, aligned with dimension 1 of `value` if it is one
  /// of channels.
  at::Tensor finish(Call &call, const at::Tensor &value, bool isOfChannels) {
    if (weight.defined() || !bias.defined())
      return value;
    at::Tensor own = bias;
    if (isOfChannels) {
      std::vector<int64_t> sizes(value.dim() - 1, 1);
      sizes[0] = bias.numel();
      own = call.reshape(bias, sizes);
    }
    return call.one("aten.add", {value, own});
  }
};
} // namespace

static Tensors joined(Tensors first, const Tensors &rest) {
  first.insert(first.end(), rest.begin(), rest.end());
  return first;
}

static void layerNorm(Call &call) {
  Affine affine(call);
  Attrs attrs;
  attrs.ints("normalized_shape", call.ints("normalized_shape"));
  attrs.real("eps", call.real("eps"));
  at::Tensor result =
      call.one("aten.layer_norm",
               joined({call.tensor("input")}, affine.operands()), attrs);
  call.ret(affine.finish(call, result, /*isOfChannels=*/false));
}

static void rmsNorm(Call &call) {
  Attrs attrs;
  attrs.ints("normalized_shape", call.ints("normalized_shape"));
  if (!call.isNone("eps"))
    attrs.real("eps", call.real("eps"));
  call.ret(call.one("aten.rms_norm",
                    joined({call.tensor("input")}, Affine(call).operands()),
                    attrs));
}

static void groupNorm(Call &call) {
  Affine affine(call);
  Attrs attrs;
  attrs.integer("num_groups", call.integer("num_groups"));
  attrs.real("eps", call.real("eps"));
  at::Tensor result =
      call.one("aten.group_norm",
               joined({call.tensor("input")}, affine.operands()), attrs);
  call.ret(affine.finish(call, result, /*isOfChannels=*/true));
}

/// Normalization by the statistics of this very batch: what torch does in
/// training, and without running statistics. Dimensions other than 1 are
/// normalized, so it is a group norm with the batch inside the groups.
static at::Tensor byOwnStatistics(Call &call, const at::Tensor &input,
                                  Affine &affine, double eps) {
  std::vector<int64_t> dims;
  for (int64_t dim = 0; dim < input.dim(); ++dim)
    if (dim != 1)
      dims.push_back(dim);
  Attrs over;
  over.ints("dim", dims).flag("keepdim", true);
  at::Tensor mean = call.one("aten.mean", {input}, over);
  at::Tensor variance =
      call.one("aten.var", {input}, Attrs(over).real("correction", 0));
  std::vector<int64_t> channels = {input.size(1)};
  Tensors operands = {input, call.reshape(mean, channels),
                      call.reshape(variance, channels)};
  return call.one("aten.batch_norm", joined(operands, affine.operands()),
                  Attrs().real("eps", eps));
}

static void batchNorm(Call &call) {
  Affine affine(call);
  at::Tensor input = call.tensor("input"), result;
  double eps = call.real("eps");
  if (call.flag("training") || call.isNone("running_mean")) {
    result = byOwnStatistics(call, input, affine, eps);
  } else {
    Tensors operands = {input, call.tensor("running_mean"),
                        call.tensor("running_var")};
    // Models of low precision keep their statistics in f32.
    for (at::Tensor &operand : operands)
      operand = call.to(operand, input.scalar_type());
    result = call.one("aten.batch_norm", joined(operands, affine.operands()),
                      Attrs().real("eps", eps));
  }
  call.ret(affine.finish(call, result, /*isOfChannels=*/true));
}

static void instanceNorm(Call &call) {
  Affine affine(call);
  at::Tensor input = call.tensor("input"), result;
  Attrs attrs;
  attrs.real("eps", call.real("eps"));
  if (!call.flag("use_input_stats"))
    result = call.one(
        "aten.batch_norm",
        joined({input, call.tensor("running_mean"), call.tensor("running_var")},
               affine.operands()),
        attrs);
  else
    result = call.one("aten.instance_norm", joined({input}, affine.operands()),
                      attrs);
  call.ret(affine.finish(call, result, /*isOfChannels=*/true));
}

void kernel_opt::import::addNormalizations(TranslationTable &table) {
  table["aten::layer_norm"] = layerNorm;
  table["aten::rms_norm"] = rmsNorm;
  table["aten::group_norm"] = groupNorm;
  table["aten::batch_norm"] = batchNorm;
  table["aten::instance_norm"] = instanceNorm;
}
