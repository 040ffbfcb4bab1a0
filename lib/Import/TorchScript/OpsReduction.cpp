//===- OpsReduction.cpp - Reductions and scans ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <cmath>
#include <limits>

using namespace kernel_opt::import;

static Attrs dimsOf(Call &call) {
  Attrs attrs;
  if (!call.isNone("dim"))
    attrs.ints("dim", call.ints("dim"));
  if (call.flag("keepdim"))
    attrs.flag("keepdim", true);
  return attrs;
}

/// The argument in the type that the call asks for.
static at::Tensor converted(Call &call) {
  at::Tensor self = call.tensor("self");
  std::optional<at::ScalarType> type = call.type("dtype");
  return type ? call.to(self, *type) : self;
}

template <const char *Name>
static void reduce(Call &call) {
  call.ret(call.one(Name, {call.tensor("self")}, dimsOf(call)));
}

template <const char *Name>
static void reduceFloat(Call &call) {
  call.ret(call.one(Name, {call.toFloat(converted(call))}, dimsOf(call)));
}

static void sum(Call &call) {
  at::Tensor self = converted(call);
  at::Tensor result = call.one("aten.sum", {self}, dimsOf(call));
  call.ret(call.to(result, call.type("dtype").value_or(result.scalar_type())));
}

static void prod(Call &call) {
  Attrs attrs;
  if (!call.isNone("dim"))
    attrs.integer("dim", call.integer("dim"));
  if (call.flag("keepdim"))
    attrs.flag("keepdim", true);
  at::Tensor result = call.one("aten.prod", {converted(call)}, attrs);
  call.ret(call.to(result, call.type("dtype").value_or(result.scalar_type())));
}

static void countNonzero(Call &call) {
  at::Tensor self = call.tensor("self");
  at::Tensor zero = call.numberBeside(0, self);
  call.ret(
      call.one("aten.sum", {call.one("aten.ne", {self, zero})}, dimsOf(call)));
}

/// max and min: of everything, along a dimension, or of two tensors.
template <const char *All, const char *Along, const char *Pair>
static void extreme(Call &call) {
  at::Tensor self = call.tensor("self");
  if (!call.isNone("other"))
    return call.ret(call.one(Pair, {self, call.tensor("other")}));
  if (call.isNone("dim"))
    return call.ret(call.one(All, {self}));
  Attrs attrs;
  attrs.integer("dim", call.integer("dim"));
  if (call.flag("keepdim"))
    attrs.flag("keepdim", true);
  for (const at::Tensor &result : call.b.emit(Along, {self}, attrs))
    call.ret(result);
}

template <const char *Name>
static void argExtreme(Call &call) {
  Attrs attrs;
  if (!call.isNone("dim"))
    attrs.integer("dim", call.integer("dim"));
  if (call.flag("keepdim"))
    attrs.flag("keepdim", true);
  call.ret(call.one(Name, {call.tensor("self")}, attrs));
}

static Attrs varianceOf(Call &call) {
  double correction = 1;
  if (!call.isNone("correction"))
    correction = call.real("correction");
  else if (!call.isNone("unbiased"))
    correction = call.flag("unbiased") ? 1 : 0;
  return dimsOf(call).real("correction", correction);
}

template <const char *Name>
static void variance(Call &call) {
  call.ret(call.one(Name, {call.tensor("self")}, varianceOf(call)));
}

template <const char *Name>
static void withMean(Call &call) {
  variance<Name>(call);
  call.ret(call.one("aten.mean", {call.tensor("self")}, dimsOf(call)));
}

static void norm(Call &call) {
  at::Tensor self = call.toFloat(converted(call));
  const IValue &order = call["ord"].isNone() ? call["p"] : call["ord"];
  double ord = 2;
  if (order.isScalar())
    ord = order.toScalar().toDouble();
  else if (order.isString() && order.toStringRef() != "fro")
    throw Unsupported("expected the norm of a vector, found '" +
                      order.toStringRef() + "'");
  call.ret(call.one("aten.linalg_vector_norm", {self},
                    dimsOf(call).real("ord", ord)));
}

template <const char *Name>
static void scan(Call &call) {
  call.ret(call.one(Name, {converted(call)},
                    Attrs().integer("dim", call.integer("dim"))));
}

template <const char *Name>
static void alongDim(Call &call) {
  at::Tensor self = converted(call);
  if (call["half_to_float"].isBool() && call.flag("half_to_float"))
    self = call.to(self, at::kFloat);
  call.ret(call.one(Name, {self}, Attrs().integer("dim", call.integer("dim"))));
}

/// sum(a * b) / max(|a| * |b|, eps), with each norm bounded by eps as torch has
/// it.
static void cosineSimilarity(Call &call) {
  at::Tensor a = call.tensor("x1"), b = call.tensor("x2");
  Attrs attrs;
  attrs.ints("dim", {call.integer("dim")});
  double eps = call.real("eps");
  auto bounded = [&](const at::Tensor &x) {
    Attrs keep = attrs;
    at::Tensor length = call.one("aten.linalg_vector_norm", {x},
                                 keep.flag("keepdim", true).real("ord", 2));
    return call.one("aten.clamp", {length}, Attrs().real("min", eps));
  };
  at::Tensor left = call.one("aten.div", {a, bounded(a)}),
             right = call.one("aten.div", {b, bounded(b)});
  call.ret(call.one("aten.sum", {call.one("aten.mul", {left, right})}, attrs));
}

#define NAMED(ID, TEXT) static constexpr char ID[] = "aten." TEXT
NAMED(kMean, "mean");
NAMED(kAmax, "amax");
NAMED(kAmin, "amin");
NAMED(kAny, "any");
NAMED(kAll, "all");
NAMED(kLogSumExp, "logsumexp");
NAMED(kMaxDim, "max_dim");
NAMED(kMinDim, "min_dim");
NAMED(kMaximum, "maximum");
NAMED(kMinimum, "minimum");
NAMED(kArgmax, "argmax");
NAMED(kArgmin, "argmin");
NAMED(kVar, "var");
NAMED(kStd, "std");
NAMED(kCumsum, "cumsum");
NAMED(kCumprod, "cumprod");
NAMED(kSoftmax, "softmax");
NAMED(kLogSoftmax, "log_softmax");
#undef NAMED

void kernel_opt::import::addReductions(TranslationTable &table) {
  const std::pair<const char *, Translation> rows[] = {
      {"sum", sum},
      {"mean", reduceFloat<kMean>},
      {"amax", reduce<kAmax>},
      {"amin", reduce<kAmin>},
      {"any", reduce<kAny>},
      {"all", reduce<kAll>},
      {"logsumexp", reduceFloat<kLogSumExp>},
      {"prod", prod},
      {"count_nonzero", countNonzero},
      {"max", extreme<kAmax, kMaxDim, kMaximum>},
      {"min", extreme<kAmin, kMinDim, kMinimum>},
      {"argmax", argExtreme<kArgmax>},
      {"argmin", argExtreme<kArgmin>},
      {"var", variance<kVar>},
      {"std", variance<kStd>},
      {"var_mean", withMean<kVar>},
      {"std_mean", withMean<kStd>},
      {"norm", norm},
      {"linalg_vector_norm", norm},
      {"frobenius_norm", norm},
      {"cumsum", scan<kCumsum>},
      {"cumprod", scan<kCumprod>},
      {"softmax", alongDim<kSoftmax>},
      {"_softmax", alongDim<kSoftmax>},
      {"log_softmax", alongDim<kLogSoftmax>},
      {"_log_softmax", alongDim<kLogSoftmax>},
      {"cosine_similarity", cosineSimilarity}};
  for (auto [name, translation] : rows)
    table[std::string("aten::") + name] = translation;
}
