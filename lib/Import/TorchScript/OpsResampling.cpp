//===- OpsResampling.cpp - Images in other sizes ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt::import;

namespace {
/// The new sizes, and for each the step between places in the old ones if the
/// call names a factor (0 otherwise).
struct Target {
  std::vector<int64_t> sizes;
  std::vector<double> factors;
};
} // namespace

static Target targetOf(Call &call, const at::Tensor &input, size_t spatial) {
  Target target;
  target.factors.assign(spatial, 0);
  if (call["scale_factors"].isList()) {
    size_t i = 0;
    for (const IValue &factor : call["scale_factors"].toListRef())
      target.factors.at(i++) = factor.toScalar().toDouble();
  }
  static const char *const names[3][3] = {{"scales", "", ""},
                                          {"scales_h", "scales_w", ""},
                                          {"scales_d", "scales_h", "scales_w"}};
  for (size_t i = 0; i < spatial; ++i)
    if (const IValue &factor = call[names[spatial - 1][i]]; factor.isScalar())
      target.factors[i] = factor.toScalar().toDouble();
  if (!call.isNone("output_size")) {
    target.sizes = call.ints("output_size");
    // The size decides: torch ignores factors beside it in this form.
    if (call["scale_factors"].isList())
      target.factors.assign(spatial, 0);
    return target;
  }
  for (size_t i = 0; i < spatial; ++i)
    target.sizes.push_back(static_cast<int64_t>(
        std::floor(double(input.size(2 + i)) * target.factors[i])));
  return target;
}

/// The new size of one dimension, if its places can be listed.
static int64_t listable(int64_t size) {
  if (size < 1 || size > (1 << 22))
    throw Unsupported("expected sizes from 1 to 2^22, found " +
                      std::to_string(size));
  return size;
}

static at::Tensor choose(Call &call, const at::Tensor &input, int64_t dim,
                         const std::vector<int64_t> &places) {
  at::Tensor index = at::tensor(places, at::kLong);
  return call.one("aten.index_select", {input, index},
                  Attrs().integer("dim", dim));
}

/// The step between places of the input, in f32 as torch computes it.
static float stepOf(int64_t from, int64_t to, double factor) {
  return factor > 0 ? static_cast<float>(1.0 / factor)
                    : static_cast<float>(from) / static_cast<float>(to);
}

template <size_t Spatial>
static void nearest(Call &call, bool exact) {
  at::Tensor x = call.tensor(call["self"].isTensor() ? "self" : "input");
  Target target = targetOf(call, x, Spatial);
  for (size_t i = 0; i < Spatial; ++i) {
    int64_t from = x.size(2 + i), to = listable(target.sizes.at(i));
    float step = stepOf(from, to, target.factors[i]);
    std::vector<int64_t> places(to);
    for (int64_t place = 0; place < to; ++place)
      places[place] = std::min<int64_t>(
          std::floor((place + (exact ? 0.5f : 0.0f)) * step), from - 1);
    x = choose(call, x, 2 + i, places);
  }
  call.ret(x);
}

/// One dimension after the other: two neighbours, weighted.
template <size_t Spatial>
static void linear(Call &call) {
  at::Tensor x = call.tensor(call["self"].isTensor() ? "self" : "input");
  Target target = targetOf(call, x, Spatial);
  bool corners = call.flag("align_corners");
  for (size_t i = 0; i < Spatial; ++i) {
    int64_t from = x.size(2 + i), to = listable(target.sizes.at(i));
    if (from == to)
      continue;
    double step = corners ? (to > 1 ? double(from - 1) / double(to - 1) : 0)
                  : target.factors[i] > 0 ? 1 / target.factors[i]
                                          : double(from) / double(to);
    std::vector<int64_t> low(to), high(to);
    std::vector<int64_t> shape(x.dim(), 1);
    shape[2 + i] = to;
    at::Tensor weights = at::empty({to}, at::kDouble);
    for (int64_t place = 0; place < to; ++place) {
      double at = corners ? double(place) * step
                          : std::max((double(place) + 0.5) * step - 0.5, 0.0);
      low[place] = std::min<int64_t>(int64_t(at), from - 1);
      high[place] = std::min(low[place] + 1, from - 1);
      weights.data_ptr<double>()[place] = at - double(low[place]);
    }
    weights = weights.to(x.scalar_type()).reshape(shape);
    at::Tensor a = choose(call, x, 2 + i, low),
               b = choose(call, x, 2 + i, high);
    x = call.one("aten.lerp", {a, b, weights});
  }
  call.ret(x);
}

void kernel_opt::import::addResampling(TranslationTable &table) {
  table["aten::upsample_nearest1d"] = [](Call &c) { nearest<1>(c, false); };
  table["aten::upsample_nearest2d"] = [](Call &c) { nearest<2>(c, false); };
  table["aten::upsample_nearest3d"] = [](Call &c) { nearest<3>(c, false); };
  table["aten::_upsample_nearest_exact1d"] = [](Call &c) {
    nearest<1>(c, true);
  };
  table["aten::_upsample_nearest_exact2d"] = [](Call &c) {
    nearest<2>(c, true);
  };
  table["aten::_upsample_nearest_exact3d"] = [](Call &c) {
    nearest<3>(c, true);
  };
  table["aten::upsample_linear1d"] = linear<1>;
  table["aten::upsample_bilinear2d"] = linear<2>;
  table["aten::upsample_trilinear3d"] = linear<3>;
}
