//===- OpsView.cpp - Other views of the same elements -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libtorch itself makes the views, on meta tensors: sizes, strides, and whether
// a reshape shares memory are its word. Here each view gets its steps on
// values, forwards and, for writes through it, backwards.
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <algorithm>

using namespace kernel_opt::import;

namespace {
/// What a step needs to know of the tensor that is viewed and of the view.
struct Sides {
  Builder &b;
  std::vector<int64_t> from, to;
  at::ScalarType element;

  Sides(Builder &b, const at::Tensor &viewed, const at::Tensor &view)
      : b(b), from(viewed.sizes().vec()), to(view.sizes().vec()),
        element(viewed.scalar_type()) {}
  std::string fromType() const { return typeText(from, element); }
  std::string toType() const { return typeText(to, element); }
  std::string op(const std::string &name, const std::string &value,
                 const Attrs &attrs, at::IntArrayRef operand,
                 at::IntArrayRef result) const {
    return b.emitText(name, {value}, {typeText(operand, element)}, attrs,
                      typeText(result, element));
  }
};
} // namespace

/// A step whose way back is the operation `name` with `attrs`.
static ViewStep twoWays(const Sides &s, const std::string &name,
                        const Attrs &attrs, const std::string &back,
                        const Attrs &backAttrs) {
  return {
      [=](const std::string &v) { return s.op(name, v, attrs, s.from, s.to); },
      [=](const std::string &, const std::string &v) {
        return s.op(back, v, backAttrs, s.to, s.from);
      }};
}

static ViewStep oneWay(const Sides &s, const std::string &name,
                       const Attrs &attrs) {
  return {
      [=](const std::string &v) { return s.op(name, v, attrs, s.from, s.to); },
      nullptr};
}

static ViewStep sameStep() {
  return {[](const std::string &v) { return v; },
          [](const std::string &, const std::string &v) { return v; }};
}

/// The same elements in the same order; `name` and `attrs` say it best.
static ViewStep reshapeStep(const Sides &s, std::string name = "aten.reshape",
                            Attrs attrs = {}) {
  if (s.from == s.to)
    return sameStep();
  if (name == "aten.reshape")
    attrs.ints("shape", s.to);
  return twoWays(s, name, attrs, "aten.reshape", Attrs().ints("shape", s.from));
}

static ViewStep permuteStep(const Sides &s, const std::vector<int64_t> &dims) {
  std::vector<int64_t> back(dims.size()), moved;
  for (size_t i = 0; i < dims.size(); ++i) {
    back[dims[i]] = i;
    if (dims[i] != int64_t(i))
      moved.push_back(i);
  }
  if (moved.empty())
    return sameStep();
  if (moved.size() == 2) {
    Attrs swap;
    swap.integer("dim0", moved[0]).integer("dim1", moved[1]);
    return twoWays(s, "aten.transpose", swap, "aten.transpose", swap);
  }
  return twoWays(s, "aten.permute", Attrs().ints("dims", dims), "aten.permute",
                 Attrs().ints("dims", back));
}

/// `value` in the place of elements [start, start + n) of `viewed`.
static std::string replaceRange(const Sides &s, const std::string &viewed,
                                const std::string &value, int64_t dim,
                                int64_t start,
                                const std::vector<int64_t> &part) {
  std::vector<std::string> parts, types;
  auto keep = [&](int64_t from, int64_t to) {
    if (from == to)
      return;
    std::vector<int64_t> sizes = s.from;
    sizes[dim] = to - from;
    Attrs attrs;
    attrs.integer("dim", dim).integer("start", from).integer("end", to);
    parts.push_back(s.op("aten.slice", viewed, attrs, s.from, sizes));
    types.push_back(typeText(sizes, s.element));
  };
  keep(0, start);
  parts.push_back(value);
  types.push_back(typeText(part, s.element));
  keep(start + part[dim], s.from[dim]);
  if (parts.size() == 1)
    return value;
  return s.b.emitText("aten.cat", parts, types, Attrs().integer("dim", dim),
                      s.fromType());
}

static ViewStep sliceStep(const Sides &s, int64_t dim, int64_t start,
                          int64_t step) {
  int64_t size = s.from[dim], count = s.to[dim];
  if (count == size)
    return sameStep();
  Attrs attrs;
  attrs.integer("dim", dim).integer("start", start);
  attrs.integer("end", std::min(start + (count - 1) * step + 1, size));
  if (step != 1)
    attrs.integer("step", step);
  ViewStep result = oneWay(s, "aten.slice", attrs);
  if (count == 0)
    result.write = [](const std::string &v, const std::string &) { return v; };
  else if (step == 1)
    result.write = [=](const std::string &viewed, const std::string &value) {
      return replaceRange(s, viewed, value, dim, start, s.to);
    };
  return result;
}

static ViewStep selectStep(const Sides &s, int64_t dim, int64_t index) {
  Attrs attrs;
  attrs.integer("dim", dim).integer("index", index);
  ViewStep result = oneWay(s, "aten.select", attrs);
  result.write = [=](const std::string &viewed, const std::string &value) {
    std::vector<int64_t> sizes = s.to;
    sizes.insert(sizes.begin() + dim, 1);
    std::string part =
        s.op("aten.unsqueeze", value, Attrs().integer("dim", dim), s.to, sizes);
    return replaceRange(s, viewed, part, dim, index, sizes);
  };
  return result;
}

//===----------------------------------------------------------------------===//
// Which step an operation is
//===----------------------------------------------------------------------===//

static int64_t wrap(int64_t dim, int64_t rank) {
  return dim < 0 ? dim + std::max<int64_t>(rank, 1) : dim;
}

/// The order of dimensions of operations that move them.
static std::vector<int64_t> orderOf(Call &call, const std::string &name,
                                    int64_t rank) {
  std::vector<int64_t> order(rank);
  for (int64_t i = 0; i < rank; ++i)
    order[i] = i;
  auto swap = [&](int64_t a, int64_t b) {
    if (rank)
      std::swap(order[wrap(a, rank)], order[wrap(b, rank)]);
  };
  if (name == "permute") {
    std::vector<int64_t> dims = call.ints("dims");
    for (int64_t i = 0; i < rank; ++i)
      order[i] = wrap(dims.at(i), rank);
  } else if (name == "numpy_T") {
    std::reverse(order.begin(), order.end());
  } else if (name == "t") {
    if (rank == 2)
      swap(0, 1);
  } else if (name == "mT" || name == "mH" || name == "adjoint") {
    swap(-1, -2);
  } else if (name == "movedim" || name == "moveaxis") {
    std::vector<int64_t> from = call.ints("source"),
                         to = call.ints("destination");
    std::vector<int64_t> result(rank, -1);
    std::vector<bool> used(rank, false);
    for (size_t i = 0; i < from.size(); ++i) {
      result[wrap(to.at(i), rank)] = wrap(from[i], rank);
      used[wrap(from[i], rank)] = true;
    }
    int64_t next = 0;
    for (int64_t &place : result) {
      if (place >= 0)
        continue;
      while (used[next])
        ++next;
      place = next++;
    }
    order = result;
  } else {
    bool isAxis = !call.isNone("axis0");
    swap(call.integer(isAxis ? "axis0" : "dim0"),
         call.integer(isAxis ? "axis1" : "dim1"));
  }
  return order;
}

static const std::unordered_set<std::string> moves = {
    "permute", "numpy_T",  "t",         "mT",       "mH",      "adjoint",
    "movedim", "moveaxis", "transpose", "swapaxes", "swapdims"};
static const std::unordered_set<std::string> reshapes = {
    "view",       "reshape",    "flatten",       "unflatten", "squeeze",
    "unsqueeze",  "view_as",    "reshape_as",    "ravel",     "_unsafe_view",
    "atleast_1d", "atleast_2d", "_reshape_alias"};
static const std::unordered_set<std::string> sames = {
    "detach",       "alias",        "contiguous",  "view_as_real_same",
    "lift_fresh",   "resolve_conj", "resolve_neg", "lift",
    "_to_copy_same"};
static const std::unordered_set<std::string> parts = {
    "chunk",  "split",        "split_with_sizes", "tensor_split",
    "unbind", "unsafe_split", "unsafe_chunk",     "unsafe_split_with_sizes",
    "hsplit", "vsplit"};
static const std::unordered_set<std::string> others = {
    "slice",        "narrow",   "select", "expand",           "expand_as",
    "broadcast_to", "diagonal", "unfold", "broadcast_tensors"};

static std::string shortName(const std::string &name) {
  return name.rfind("aten::", 0) == 0 ? name.substr(6) : "";
}

bool kernel_opt::import::isViewOperation(const std::string &name) {
  std::string own = shortName(name);
  return moves.count(own) || reshapes.count(own) || sames.count(own) ||
         parts.count(own) || others.count(own);
}

/// The reshape under the name that the program has for it.
static ViewStep namedReshape(Call &call, const Sides &s,
                             const std::string &name) {
  int64_t rank = s.from.size();
  if (name == "flatten" && rank && call["start_dim"].isInt())
    return reshapeStep(
        s, "aten.flatten",
        Attrs()
            .integer("start_dim", wrap(call.integer("start_dim"), rank))
            .integer("end_dim", wrap(call.integer("end_dim"), rank)));
  if (name == "unsqueeze")
    return reshapeStep(
        s, "aten.unsqueeze",
        Attrs().integer("dim", wrap(call.integer("dim"), rank + 1)));
  if (name == "unflatten" && call["dim"].isInt())
    return reshapeStep(s, "aten.unflatten",
                       Attrs()
                           .integer("dim", wrap(call.integer("dim"), rank))
                           .ints("sizes", call.ints("sizes")));
  if (name == "squeeze" && rank)
    return reshapeStep(s, "aten.squeeze",
                       Attrs().ints("dim", call.ints("dim")));
  return reshapeStep(s);
}

static ViewStep otherStep(Call &call, const Sides &s, const std::string &name) {
  int64_t rank = s.from.size();
  if (name == "slice" || name == "narrow") {
    int64_t dim = wrap(call.integer("dim", 0), rank), size = s.from.at(dim);
    int64_t start = call.integer("start", 0);
    start = std::clamp<int64_t>(start < 0 ? start + size : start, 0, size);
    return sliceStep(s, dim, start, call.integer("step", 1));
  }
  if (name == "select") {
    int64_t dim = wrap(call.integer("dim"), rank);
    return selectStep(s, dim, wrap(call.integer("index"), s.from.at(dim)));
  }
  if (name == "diagonal")
    return oneWay(s, "aten.diagonal",
                  Attrs()
                      .integer("offset", call.integer("offset", 0))
                      .integer("dim1", call.integer("dim1", 0))
                      .integer("dim2", call.integer("dim2", 1)));
  if (name == "unfold")
    return oneWay(
        s, "aten.unfold",
        Attrs()
            .integer("dimension", wrap(call.integer("dimension"), rank))
            .integer("size", call.integer("size"))
            .integer("step", call.integer("step")));
  if (s.from == s.to)
    return sameStep();
  return oneWay(s, "aten.expand", Attrs().ints("size", s.to));
}

/// One of several parts, in order; `at` is where the next one begins.
static ViewStep partStep(Call &call, const Sides &s, const std::string &name,
                         int64_t index, int64_t &at) {
  int64_t rank = s.from.size();
  int64_t dim = wrap(call.integer("dim", name == "vsplit" ? 0 : 0), rank);
  if (name == "hsplit")
    dim = rank > 1 ? 1 : 0;
  if (name == "unbind")
    return selectStep(s, dim, index);
  int64_t start = at;
  at += s.to.at(dim);
  return sliceStep(s, dim, start, 1);
}

/// One result of libtorch for the tensor `viewed`.
static void addResult(Call &call, const std::string &name,
                      const at::Tensor &viewed, const at::Tensor &view,
                      const std::function<ViewStep(const Sides &)> &step) {
  if (view.is_same(viewed))
    return;
  Sides sides(call.b, viewed, view);
  if (view.is_alias_of(viewed))
    return call.b.addView(viewed, view, step(sides));
  // A copy: it has the elements, and memory of its own.
  call.b.own(view, step(sides).view(call.b.valueOf(viewed)));
}

void kernel_opt::import::translateView(Call &call,
                                       const std::vector<IValue> &results) {
  std::string name = shortName(call.schema.name());
  call.results = results;
  if (name == "broadcast_tensors") {
    Tensors from = call.tensors("tensors");
    auto to = results.at(0).toTensorVector();
    for (size_t i = 0; i < from.size(); ++i)
      addResult(call, name, from[i], to[i],
                [&](const Sides &s) { return otherStep(call, s, name); });
    return;
  }
  at::Tensor self = call.tensor(
      parts.count(name) || call["self"].isTensor() ? "self" : "input");
  if (!results.at(0).isTensor()) {
    int64_t index = 0, at = 0;
    for (const at::Tensor &part : results[0].toTensorVector())
      addResult(call, name, self, part, [&](const Sides &s) {
        return partStep(call, s, name, index++, at);
      });
    return;
  }
  addResult(call, name, self, results[0].toTensor(), [&](const Sides &s) {
    if (moves.count(name))
      return permuteStep(s, orderOf(call, name, s.from.size()));
    if (reshapes.count(name))
      return namedReshape(call, s, name);
    if (sames.count(name))
      return sameStep();
    return otherStep(call, s, name);
  });
}

void kernel_opt::import::addViews(TranslationTable &table) {
  // Views are known by their names; what changes no tensor stands here.
  table["aten::requires_grad"] = [](Call &call) {
    call.ret(call.arguments.at(0));
  };
}
