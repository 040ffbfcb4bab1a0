//===- OpsAttention.cpp - Attention and what torch fuses around it *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <cmath>

using namespace kernel_opt::import;

static at::Tensor attend(Call &call, const at::Tensor &q, const at::Tensor &k,
                         const at::Tensor &v, at::Tensor mask, Attrs attrs) {
  Tensors operands = {q, k, v};
  if (mask.defined()) {
    if (mask.scalar_type() != at::kBool)
      mask = call.to(mask, q.scalar_type());
    operands.push_back(mask);
  }
  return call.one("aten.scaled_dot_product_attention", operands, attrs);
}

/// Heads of keys or values, each repeated for the queries that share it.
static at::Tensor shareHeads(Call &call, const at::Tensor &tensor,
                             int64_t heads) {
  int64_t own = tensor.size(-3), dim = tensor.dim() - 3;
  if (own == heads)
    return tensor;
  std::vector<int64_t> sizes = tensor.sizes().vec(), joined = sizes;
  at::Tensor wide =
      call.one("aten.unsqueeze", {tensor}, Attrs().integer("dim", dim + 1));
  sizes.insert(sizes.begin() + dim + 1, heads / own);
  joined[dim] = heads;
  return call.reshape(call.expand(wide, sizes), joined);
}

static void scaledDotProduct(Call &call) {
  if (call.real("dropout_p", 0) != 0)
    throw Unsupported("dropout at random cannot be imported; trace or script "
                      "the model after model.eval()");
  at::Tensor q = call.tensor("query"), k = call.tensor("key"),
             v = call.tensor("value");
  if (call.flag("enable_gqa")) {
    k = shareHeads(call, k, q.size(-3));
    v = shareHeads(call, v, q.size(-3));
  }
  Attrs attrs;
  if (call.flag("is_causal"))
    attrs.flag("is_causal", true);
  if (!call.isNone("scale"))
    attrs.real("scale", call.real("scale"));
  call.ret(attend(call, q, k, v, call.optional("attn_mask"), attrs));
}

//===----------------------------------------------------------------------===//
// What the modules of transformers call in eval mode
//===----------------------------------------------------------------------===//

namespace {
/// Weights of self-attention.
struct Projection {
  at::Tensor qkvWeight, qkvBias, outWeight, outBias;

  explicit Projection(Call &call)
      : qkvWeight(call.tensor("qkv_weight")), qkvBias(call.tensor("qkv_bias")),
        outWeight(call.tensor("proj_weight")),
        outBias(call.tensor("proj_bias")) {}
};
} // namespace

/// A mask as attention takes it: B or 1, 1, T or 1, T. Torch's is true where a
/// key is *not* seen; `type` is 0 for T x T, 1 for B x T, 2 for the whole.
static at::Tensor maskOf(Call &call) {
  at::Tensor mask = call.optional("mask");
  if (!mask.defined())
    return mask;
  if (mask.scalar_type() == at::kBool)
    mask = call.one("aten.logical_not", {mask});
  if (call.integer("mask_type", 2) != 1)
    return mask;
  return call.reshape(mask, {mask.size(0), 1, 1, mask.size(1)});
}

/// B x T x D as B x heads x T x D/heads.
static at::Tensor toHeads(Call &call, const at::Tensor &x, int64_t heads) {
  at::Tensor parts =
      call.reshape(x, {x.size(0), x.size(1), heads, x.size(2) / heads});
  return call.one("aten.transpose", {parts},
                  Attrs().integer("dim0", 1).integer("dim1", 2));
}

/// Queries, keys and values of `x` by one product with all three weights.
static Tensors project(Call &call, const at::Tensor &x, const Projection &p,
                       int64_t heads) {
  at::Tensor all = call.one("aten.linear", {x, p.qkvWeight, p.qkvBias});
  int64_t width = all.size(2) / 3;
  Tensors result;
  for (int64_t i = 0; i < 3; ++i)
    result.push_back(
        toHeads(call, call.slice(all, 2, i * width, (i + 1) * width), heads));
  return result;
}

static at::Tensor fromHeads(Call &call, const at::Tensor &x,
                            const Projection &p) {
  at::Tensor together = call.one("aten.transpose", {x},
                                 Attrs().integer("dim0", 1).integer("dim1", 2));
  together =
      call.reshape(together, {x.size(0), x.size(2), x.size(1) * x.size(3)});
  return call.one("aten.linear", {together, p.outWeight, p.outBias});
}

static at::Tensor selfAttention(Call &call, const at::Tensor &x,
                                const Projection &p, int64_t heads) {
  Tensors qkv = project(call, x, p, heads);
  return fromHeads(call, attend(call, qkv[0], qkv[1], qkv[2], maskOf(call), {}),
                   p);
}

/// The weights of attention, the mean over heads: what nn.MultiheadAttention
/// returns beside the result.
static at::Tensor weightsOf(Call &call, const Tensors &qkv, bool average) {
  at::Tensor keys = call.one("aten.transpose", {qkv[1]},
                             Attrs().integer("dim0", 2).integer("dim1", 3));
  at::Tensor scale =
      call.numberBeside(1 / std::sqrt(double(qkv[0].size(3))), qkv[0]);
  at::Tensor scores =
      call.one("aten.matmul", {call.one("aten.mul", {qkv[0], scale}), keys});
  if (at::Tensor mask = maskOf(call); mask.defined()) {
    if (mask.scalar_type() == at::kBool)
      scores = call.one(
          "aten.where",
          {mask, scores, call.b.number(-INFINITY, scores.scalar_type())});
    else
      scores = call.one("aten.add", {scores, mask});
  }
  at::Tensor weights =
      call.one("aten.softmax", {scores}, Attrs().integer("dim", 3));
  return average ? call.one("aten.mean", {weights}, Attrs().ints("dim", {1}))
                 : weights;
}

static void nativeMultiHead(Call &call) {
  at::Tensor query = call.tensor("query");
  for (const char *name : {"key", "value"})
    if (!call.tensor(name).is_same(query))
      throw Unsupported("expected attention of a tensor to itself, found "
                        "another '" +
                        std::string(name) + "'");
  Projection p(call);
  Tensors qkv = project(call, query, p, call.integer("num_head"));
  call.ret(fromHeads(
      call, attend(call, qkv[0], qkv[1], qkv[2], maskOf(call), {}), p));
  call.ret(call.flag("need_weights", true)
               ? IValue(weightsOf(call, qkv,
                                  call.flag("average_attn_weights", true)))
               : IValue(at::Tensor()));
}

static void encoderLayer(Call &call) {
  Projection p(call);
  int64_t heads = call.integer("num_heads");
  auto norm = [&](const at::Tensor &x, const char *which) {
    std::string number = which;
    return call.one("aten.layer_norm",
                    {x, call.tensor("norm_weight_" + number),
                     call.tensor("norm_bias_" + number)},
                    Attrs()
                        .ints("normalized_shape", {x.size(2)})
                        .real("eps", call.real("eps")));
  };
  auto feedForward = [&](const at::Tensor &x) {
    at::Tensor inner = call.one("aten.linear", {x, call.tensor("ffn_weight_1"),
                                                call.tensor("ffn_bias_1")});
    inner =
        call.one(call.flag("use_gelu") ? "aten.gelu" : "aten.relu", {inner});
    return call.one("aten.linear", {inner, call.tensor("ffn_weight_2"),
                                    call.tensor("ffn_bias_2")});
  };
  auto add = [&](const at::Tensor &a, const at::Tensor &b) {
    return call.one("aten.add", {a, b});
  };
  at::Tensor x = call.tensor("src");
  if (call.flag("norm_first")) {
    x = add(x, selfAttention(call, norm(x, "1"), p, heads));
    return call.ret(add(x, feedForward(norm(x, "2"))));
  }
  x = norm(add(x, selfAttention(call, x, p, heads)), "1");
  call.ret(norm(add(x, feedForward(x)), "2"));
}

void kernel_opt::import::addAttention(TranslationTable &table) {
  table["aten::scaled_dot_product_attention"] = scaledDotProduct;
  table["aten::_native_multi_head_attention"] = nativeMultiHead;
  table["aten::_transformer_encoder_layer_fwd"] = encoderLayer;
}
