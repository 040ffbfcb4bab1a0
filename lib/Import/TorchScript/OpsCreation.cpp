//===- OpsCreation.cpp - Tensors from numbers -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <cmath>

using namespace kernel_opt::import;

static at::Tensor full(Call &call, at::IntArrayRef size,
                       const at::Scalar &value, at::ScalarType type) {
  Attrs attrs;
  attrs.ints("size", size);
  if (value.isBoolean())
    attrs.flag("value", value.toBool());
  else if (value.isIntegral(false))
    attrs.integer("value", value.toLong());
  else
    attrs.real("value", value.toDouble());
  return call.one("aten.full", {}, attrs.type("dtype", type));
}

static at::ScalarType typeOf(const at::Scalar &value) {
  if (value.isBoolean())
    return at::kBool;
  return value.isIntegral(false) ? at::kLong : at::kFloat;
}

template <int Value>
static void constant(Call &call) {
  call.ret(full(call, call.ints("size"), Value,
                call.type("dtype").value_or(at::kFloat)));
}

static void fullOp(Call &call) {
  at::Scalar value = call.scalar("fill_value");
  call.ret(full(call, call.ints("size"), value,
                call.type("dtype").value_or(typeOf(value))));
}

/// Sizes from the call, type from a tensor.
template <int Value>
static void newConstant(Call &call) {
  call.ret(
      full(call, call.ints("size"), Value,
           call.type("dtype").value_or(call.tensor("self").scalar_type())));
}

static void newFull(Call &call) {
  call.ret(
      full(call, call.ints("size"), call.scalar("fill_value"),
           call.type("dtype").value_or(call.tensor("self").scalar_type())));
}

template <int Value>
static void constantLike(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(full(call, self.sizes(), Value,
                call.type("dtype").value_or(self.scalar_type())));
}

static void fullLike(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(full(call, self.sizes(), call.scalar("fill_value"),
                call.type("dtype").value_or(self.scalar_type())));
}

/// What `fill_` and `zero_` write.
static void fill(Call &call) {
  at::Tensor self = call.tensor("self");
  if (call["value"].isTensor())
    return call.ret(call.tensor("value"));
  call.ret(full(call, self.sizes(), call.scalar("value"), self.scalar_type()));
}
static void zero(Call &call) {
  at::Tensor self = call.tensor("self");
  call.ret(full(call, self.sizes(), 0, self.scalar_type()));
}

static void arange(Call &call) {
  at::Scalar start =
      call.isNone("start") ? at::Scalar(0) : call.scalar("start");
  at::Scalar end = call.scalar("end");
  at::Scalar step = call.isNone("step") ? at::Scalar(1) : call.scalar("step");
  bool isReal = start.isFloatingPoint() || end.isFloatingPoint() ||
                step.isFloatingPoint();
  call.ret(call.one("aten.arange", {},
                    Attrs()
                        .real("start", start.toDouble())
                        .real("end", end.toDouble())
                        .real("step", step.toDouble())
                        .type("dtype", call.type("dtype").value_or(
                                           isReal ? at::kFloat : at::kLong))));
}

/// Small and computed here, exactly as torch does it.
static void linspace(Call &call) {
  auto type = call.type("dtype").value_or(at::kFloat);
  if (call.integer("steps") > (1 << 22))
    throw Unsupported("expected at most 2^22 steps");
  call.ret(at::linspace(call.scalar("start"), call.scalar("end"),
                        call.integer("steps"),
                        at::TensorOptions().dtype(type)));
}

static void eye(Call &call) {
  int64_t n = call.integer("n");
  call.ret(
      call.one("aten.eye", {},
               Attrs()
                   .integer("n", n)
                   .integer("m", call.integer("m", n))
                   .type("dtype", call.type("dtype").value_or(at::kFloat))));
}

static void oneHot(Call &call) {
  at::Tensor self = call.tensor("self");
  int64_t classes = call.integer("num_classes");
  if (classes < 0)
    throw Unsupported("the number of classes depends on data; give "
                      "'num_classes'");
  at::Tensor places = call.one(
      "aten.arange", {},
      Attrs().real("end", double(classes)).type("dtype", self.scalar_type()));
  at::Tensor column =
      call.one("aten.unsqueeze", {self}, Attrs().integer("dim", self.dim()));
  call.ret(call.to(call.one("aten.eq", {column, places}), at::kLong));
}

static void meshgrid(Call &call) {
  Tensors tensors = call.tensors("tensors");
  bool isXY = call.text("indexing") == "xy" && tensors.size() > 1;
  size_t count = tensors.size();
  std::vector<size_t> axis(count);
  std::vector<int64_t> sizes(count);
  for (size_t i = 0; i < count; ++i) {
    axis[i] = isXY && i < 2 ? 1 - i : i;
    sizes[axis[i]] = tensors[i].numel();
  }
  c10::List<at::Tensor> list;
  for (size_t i = 0; i < count; ++i) {
    std::vector<int64_t> shape(count, 1);
    shape[axis[i]] = tensors[i].numel();
    list.push_back(call.expand(call.reshape(tensors[i], shape), sizes));
  }
  call.ret(list);
}

static void random(Call &call) {
  throw Unsupported("numbers at random cannot be imported; make them an input "
                    "of the model");
}

void kernel_opt::import::addCreations(TranslationTable &table) {
  const std::pair<const char *, Translation> rows[] = {
      {"zeros", constant<0>},
      {"ones", constant<1>},
      {"empty", constant<0>},
      {"full", fullOp},
      {"new_zeros", newConstant<0>},
      {"new_ones", newConstant<1>},
      {"new_empty", newConstant<0>},
      {"new_full", newFull},
      {"zeros_like", constantLike<0>},
      {"ones_like", constantLike<1>},
      {"empty_like", constantLike<0>},
      {"full_like", fullLike},
      {"fill", fill},
      {"zero", zero},
      {"arange", arange},
      {"linspace", linspace},
      {"eye", eye},
      {"one_hot", oneHot},
      {"meshgrid", meshgrid}};
  for (auto [name, translation] : rows)
    table[std::string("aten::") + name] = translation;
  for (const char *name :
       {"rand", "randn", "rand_like", "randn_like", "randint", "randperm",
        "bernoulli", "bernoulli_", "uniform_", "normal_", "normal",
        "multinomial", "exponential_", "random_"})
    table[std::string("aten::") + name] = random;
}
