//===- OpsWindow.cpp - Convolution and pooling ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <algorithm>

using namespace kernel_opt::import;

/// `list` for `count` dimensions: one entry stands for all.
static std::vector<int64_t> wide(std::vector<int64_t> list, size_t count) {
  if (list.size() == 1)
    list.resize(count, list[0]);
  return list;
}

/// The input with a batch of one if it has none.
static at::Tensor batched(Call &call, const at::Tensor &input, int64_t rank) {
  if (input.dim() >= rank)
    return input;
  return call.one("aten.unsqueeze", {input}, Attrs().integer("dim", 0));
}

static at::Tensor unbatched(Call &call, const at::Tensor &result,
                            const at::Tensor &input) {
  if (input.dim() >= result.dim())
    return result;
  return call.one("aten.squeeze", {result}, Attrs().ints("dim", {0}));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// Padding that keeps the sizes: the odd one goes behind.
static at::Tensor padSame(Call &call, const at::Tensor &input,
                          const at::Tensor &weight,
                          const std::vector<int64_t> &dilation,
                          std::vector<int64_t> &padding) {
  size_t spatial = weight.dim() - 2;
  padding.assign(spatial, 0);
  std::vector<int64_t> pad;
  bool isEven = true;
  for (size_t i = spatial; i-- > 0;) {
    int64_t total = (weight.size(2 + i) - 1) * dilation[i];
    pad.push_back(total / 2);
    pad.push_back(total - total / 2);
    padding[i] = total / 2;
    isEven = isEven && total % 2 == 0;
  }
  if (isEven)
    return input;
  padding.assign(spatial, 0);
  return call.one("aten.pad", {input}, Attrs().ints("pad", pad));
}

static void convolve(Call &call, bool transposed) {
  at::Tensor weight = call.tensor("weight");
  size_t spatial = weight.dim() - 2;
  at::Tensor given = call.tensor("input");
  at::Tensor input = batched(call, given, weight.dim());
  auto list = [&](const char *name, int64_t otherwise) {
    std::vector<int64_t> values = wide(call.ints(name), spatial);
    if (values.empty())
      values.assign(spatial, otherwise);
    return values;
  };
  std::vector<int64_t> stride = list("stride", 1),
                       dilation = list("dilation", 1), padding;
  if (!call["padding"].isString())
    padding = list("padding", 0);
  else if (call.text("padding") == "same")
    input = padSame(call, input, weight, dilation, padding);
  else
    padding.assign(spatial, 0);
  Attrs attrs;
  attrs.ints("stride", stride).ints("padding", padding);
  attrs.ints("dilation", dilation);
  if (transposed)
    attrs.flag("transposed", true)
        .ints("output_padding", list("output_padding", 0));
  attrs.integer("groups", call.integer("groups", 1));
  Tensors operands = {input, weight};
  if (!call.isNone("bias"))
    operands.push_back(call.tensor("bias"));
  call.ret(
      unbatched(call, call.one("aten.convolution", operands, attrs), given));
}

static void convolution(Call &call) {
  convolve(call, call.flag("transposed", false));
}
static void transposedConvolution(Call &call) { convolve(call, true); }

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static Attrs windowsOf(Call &call, size_t spatial, bool dilates) {
  Attrs attrs;
  attrs.ints("kernel_size", wide(call.ints("kernel_size"), spatial));
  attrs.ints("stride", wide(call.ints("stride"), spatial));
  attrs.ints("padding", wide(call.ints("padding"), spatial));
  if (dilates)
    attrs.ints("dilation", wide(call.ints("dilation"), spatial));
  return attrs.flag("ceil_mode", call.flag("ceil_mode"));
}

template <size_t Spatial>
static void maxPool(Call &call) {
  call.ret(call.one("aten.max_pool", {call.tensor("self")},
                    windowsOf(call, Spatial, true)));
}

template <size_t Spatial>
static void maxPoolWithIndices(Call &call) {
  for (const at::Tensor &result :
       call.b.emit("aten.max_pool_with_indices", {call.tensor("self")},
                   windowsOf(call, Spatial, true)))
    call.ret(result);
}

template <size_t Spatial>
static void avgPool(Call &call) {
  Attrs attrs = windowsOf(call, Spatial, false);
  attrs.flag("count_include_pad", call.flag("count_include_pad", true));
  if (!call.isNone("divisor_override"))
    attrs.integer("divisor_override", call.integer("divisor_override"));
  call.ret(call.one("aten.avg_pool", {call.tensor("self")}, attrs));
}

static Attrs outputOf(Call &call, size_t spatial) {
  return Attrs().ints("output_size", wide(call.ints("output_size"), spatial));
}

template <size_t Spatial>
static void adaptiveAvgPool(Call &call) {
  at::Tensor self = call.tensor("self");
  std::vector<int64_t> size = wide(call.ints("output_size"), Spatial);
  // One window is a mean, which more of what follows knows how to make fast.
  if (std::all_of(size.begin(), size.end(), [](int64_t n) { return n == 1; })) {
    std::vector<int64_t> dims;
    for (size_t i = 0; i < Spatial; ++i)
      dims.push_back(self.dim() - Spatial + i);
    return call.ret(call.one("aten.mean", {self},
                             Attrs().ints("dim", dims).flag("keepdim", true)));
  }
  call.ret(call.one("aten.adaptive_avg_pool", {self}, outputOf(call, Spatial)));
}

template <size_t Spatial>
static void adaptiveMaxPool(Call &call) {
  call.ret(call.one("aten.adaptive_max_pool", {call.tensor("self")},
                    outputOf(call, Spatial)));
  // The indices have no translation: nobody must use them.
  call.ret(IValue());
}

void kernel_opt::import::addWindows(TranslationTable &table) {
  for (const char *name : {"_convolution", "_convolution_mode", "convolution",
                           "conv1d", "conv2d", "conv3d"})
    table[std::string("aten::") + name] = convolution;
  for (const char *name :
       {"conv_transpose1d", "conv_transpose2d", "conv_transpose3d"})
    table[std::string("aten::") + name] = transposedConvolution;
  table["aten::max_pool1d"] = maxPool<1>;
  table["aten::max_pool2d"] = maxPool<2>;
  table["aten::max_pool3d"] = maxPool<3>;
  table["aten::max_pool1d_with_indices"] = maxPoolWithIndices<1>;
  table["aten::max_pool2d_with_indices"] = maxPoolWithIndices<2>;
  table["aten::max_pool3d_with_indices"] = maxPoolWithIndices<3>;
  table["aten::avg_pool1d"] = avgPool<1>;
  table["aten::avg_pool2d"] = avgPool<2>;
  table["aten::avg_pool3d"] = avgPool<3>;
  table["aten::adaptive_avg_pool1d"] = adaptiveAvgPool<1>;
  table["aten::adaptive_avg_pool2d"] = adaptiveAvgPool<2>;
  table["aten::adaptive_avg_pool3d"] = adaptiveAvgPool<3>;
  table["aten::adaptive_max_pool1d"] = adaptiveMaxPool<1>;
  table["aten::adaptive_max_pool2d"] = adaptiveMaxPool<2>;
  table["aten::adaptive_max_pool3d"] = adaptiveMaxPool<3>;
}
