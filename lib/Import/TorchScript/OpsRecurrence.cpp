//===- OpsRecurrence.cpp - Recurrent nets -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//
// The products with the input weights are taken out of the time loop here:
// aten.recurrence is what is left.
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

namespace {
/// Parameters of one layer and direction.
struct Layer {
  at::Tensor inputWeight, hiddenWeight, inputBias, hiddenBias;
};
} // namespace

static at::Tensor linear(Call &call, const at::Tensor &x, const at::Tensor &w,
                         const at::Tensor &bias) {
  Tensors operands = {x, w};
  if (bias.defined())
    operands.push_back(bias);
  return call.one("aten.linear", operands);
}

/// Outputs of every step and the last states of one layer and direction.
static Tensors runLayer(Call &call, const char *cell, const at::Tensor &input,
                        const Layer &layer, const Tensors &states,
                        bool reverse) {
  Tensors operands = {linear(call, input, layer.inputWeight, layer.inputBias),
                      layer.hiddenWeight};
  operands.insert(operands.end(), states.begin(), states.end());
  if (layer.hiddenBias.defined())
    operands.push_back(layer.hiddenBias);
  Attrs attrs;
  attrs.raw("cell", std::string("#aten.cell<") + cell + ">");
  if (reverse)
    attrs.flag("reverse", true);
  return call.b.emit("aten.recurrence", operands, attrs);
}

static at::Tensor swapFirst(Call &call, const at::Tensor &tensor) {
  return call.one("aten.transpose", {tensor},
                  Attrs().integer("dim0", 0).integer("dim1", 1));
}

static std::vector<Layer> layersOf(Call &call, int64_t count) {
  Tensors params = call.tensors("params");
  bool biased = call.flag("has_biases");
  size_t each = biased ? 4 : 2;
  if (params.size() != each * count)
    throw Unsupported("expected " + std::to_string(each * count) +
                      " parameters, found " + std::to_string(params.size()) +
                      " (projections, proj_size, are not imported)");
  std::vector<Layer> layers;
  for (size_t i = 0; i < params.size(); i += each) {
    Layer layer = {params[i], params[i + 1], {}, {}};
    if (biased) {
      layer.inputBias = params[i + 2];
      layer.hiddenBias = params[i + 3];
    }
    layers.push_back(layer);
  }
  return layers;
}

static void runNet(Call &call, const char *cell, size_t numStates) {
  if (call.schema.overload_name() != "input")
    throw Unsupported("packed sequences are not imported; pad them");
  if (call.flag("train") && call.real("dropout") != 0)
    throw Unsupported("dropout at random cannot be imported; trace or script "
                      "the model after model.eval()");
  at::Tensor input = call.tensor("input");
  bool batchFirst = call.flag("batch_first");
  if (batchFirst)
    input = swapFirst(call, input);
  int64_t numLayers = call.integer("num_layers");
  int64_t directions = call.flag("bidirectional") ? 2 : 1;
  std::vector<Layer> layers = layersOf(call, numLayers * directions);
  Tensors initial =
      call["hx"].isTensor() ? Tensors{call.tensor("hx")} : call.tensors("hx");
  std::vector<Tensors> last(numStates);
  for (int64_t layer = 0; layer < numLayers; ++layer) {
    Tensors outputs;
    for (int64_t direction = 0; direction < directions; ++direction) {
      int64_t place = layer * directions + direction;
      Tensors states;
      for (const at::Tensor &state : initial)
        states.push_back(
            call.one("aten.select", {state},
                     Attrs().integer("dim", 0).integer("index", place)));
      Tensors results =
          runLayer(call, cell, input, layers[place], states, direction == 1);
      outputs.push_back(results[0]);
      for (size_t i = 0; i < numStates; ++i)
        last[i].push_back(results[1 + i]);
    }
    input = outputs[0];
    if (directions == 2)
      input = call.one("aten.cat", outputs, Attrs().integer("dim", 2));
  }
  call.ret(batchFirst ? swapFirst(call, input) : input);
  for (const Tensors &states : last)
    call.ret(call.one("aten.stack", states, Attrs().integer("dim", 0)));
}

/// A cell is a net of one layer and one step.
static void runCell(Call &call, const char *cell, size_t numStates) {
  auto wide = [&](const at::Tensor &tensor) {
    return call.one("aten.unsqueeze", {tensor}, Attrs().integer("dim", 0));
  };
  Tensors states =
      call["hx"].isTensor() ? Tensors{call.tensor("hx")} : call.tensors("hx");
  Layer layer = {call.tensor("w_ih"), call.tensor("w_hh"),
                 call.optional("b_ih"), call.optional("b_hh")};
  Tensors results =
      runLayer(call, cell, wide(call.tensor("input")), layer, states, false);
  for (size_t i = 0; i < numStates; ++i)
    call.ret(results[1 + i]);
}

void kernel_opt::import::addRecurrences(TranslationTable &table) {
  table["aten::lstm"] = [](Call &call) { runNet(call, "lstm", 2); };
  table["aten::gru"] = [](Call &call) { runNet(call, "gru", 1); };
  table["aten::rnn_tanh"] = [](Call &call) { runNet(call, "rnn_tanh", 1); };
  table["aten::rnn_relu"] = [](Call &call) { runNet(call, "rnn_relu", 1); };
  table["aten::lstm_cell"] = [](Call &call) { runCell(call, "lstm", 2); };
  table["aten::gru_cell"] = [](Call &call) { runCell(call, "gru", 1); };
  table["aten::rnn_tanh_cell"] = [](Call &call) {
    runCell(call, "rnn_tanh", 1);
  };
  table["aten::rnn_relu_cell"] = [](Call &call) {
    runCell(call, "rnn_relu", 1);
  };
}
