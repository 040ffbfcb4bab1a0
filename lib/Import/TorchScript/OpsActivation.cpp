//===- OpsActivation.cpp - Activation functions -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

/// Activations whose attributes are numbers of the call under the same names.
namespace {
struct Row {
  const char *name, *own;
  std::vector<const char *> numbers;
};
} // namespace

static const std::vector<Row> &rows() {
  static const std::vector<Row> table = {
      {"tanh", "tanh", {}},
      {"sigmoid", "sigmoid", {}},
      {"silu", "silu", {}},
      {"mish", "mish", {}},
      {"softsign", "softsign", {}},
      {"log_sigmoid", "log_sigmoid", {}},
      {"hardsigmoid", "hardsigmoid", {}},
      {"hardswish", "hardswish", {}},
      {"selu", "selu", {}},
      {"leaky_relu", "leaky_relu", {"negative_slope"}},
      {"elu", "elu", {"alpha", "scale", "input_scale"}},
      {"celu", "celu", {"alpha"}},
      {"hardtanh", "hardtanh", {"min_val", "max_val"}},
      {"hardshrink", "hardshrink", {"lambd"}},
      {"softshrink", "softshrink", {"lambd"}},
      {"softplus", "softplus", {"beta", "threshold"}},
      {"threshold", "threshold", {"threshold", "value"}},
  };
  return table;
}

/// The part of the name behind "aten::", without the mark of writes in place.
static std::string plainName(const Call &call) {
  std::string name = call.schema.name().substr(6);
  if (name.back() == '_')
    name.pop_back();
  return name;
}

static void activation(Call &call) {
  std::string name = plainName(call);
  for (const Row &row : rows()) {
    if (name != row.name)
      continue;
    Attrs attrs;
    for (const char *number : row.numbers)
      attrs.real(number, call.real(number));
    at::Tensor self = call.toFloat(call.tensor("self"));
    return call.ret(call.one(std::string("aten.") + row.own, {self}, attrs));
  }
}

static void relu(Call &call) {
  call.ret(call.one("aten.relu", {call.tensor("self")}));
}

static void relu6(Call &call) {
  call.ret(call.one("aten.clamp", {call.tensor("self")},
                    Attrs().real("min", 0).real("max", 6)));
}

static void gelu(Call &call) {
  Attrs attrs;
  if (std::string how = call.text("approximate"); how == "tanh")
    attrs.raw("approximate", "#aten.gelu<tanh>");
  call.ret(call.one("aten.gelu", {call.tensor("self")}, attrs));
}

static void prelu(Call &call) {
  call.ret(
      call.one("aten.prelu", {call.tensor("self"), call.tensor("weight")}));
}

static void glu(Call &call) {
  call.ret(call.one("aten.glu", {call.tensor("self")},
                    Attrs().integer("dim", call.integer("dim"))));
}

/// Without training, the slope is the middle of its range.
static void rrelu(Call &call) {
  if (call.flag("training"))
    throw Unsupported("rrelu at random cannot be imported; trace or script the "
                      "model after model.eval()");
  double slope = (call.real("lower") + call.real("upper")) / 2;
  call.ret(call.one("aten.leaky_relu", {call.tensor("self")},
                    Attrs().real("negative_slope", slope)));
}

void kernel_opt::import::addActivations(TranslationTable &table) {
  for (const Row &row : rows())
    table[std::string("aten::") + row.name] = activation;
  table["aten::relu"] = relu;
  table["aten::relu6"] = relu6;
  table["aten::gelu"] = gelu;
  table["aten::prelu"] = prelu;
  table["aten::_prelu_kernel"] = prelu;
  table["aten::glu"] = glu;
  table["aten::rrelu"] = rrelu;
}
