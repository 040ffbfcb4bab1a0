//===- OpsPlacement.cpp - Elements in other places --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"
#include <algorithm>

using namespace kernel_opt::import;

/// Tensors of one type, as torch.cat and torch.stack make them.
static Tensors promoted(Call &call) {
  Tensors tensors = call.tensors("tensors");
  if (tensors.empty())
    throw Unsupported("expected one tensor or more, found none");
  at::ScalarType type = at::native::result_type(tensors);
  for (at::Tensor &tensor : tensors)
    tensor = call.to(tensor, type);
  return tensors;
}

static void cat(Call &call) {
  Tensors tensors = promoted(call);
  // torch skips empty vectors, whatever the rank of the others.
  tensors.erase(std::remove_if(tensors.begin(), tensors.end(),
                               [&](const at::Tensor &t) {
                                 return tensors.size() > 1 && t.dim() == 1 &&
                                        t.numel() == 0;
                               }),
                tensors.end());
  call.ret(call.one("aten.cat", tensors,
                    Attrs().integer("dim", call.integer("dim"))));
}

static void stack(Call &call) {
  call.ret(call.one("aten.stack", promoted(call),
                    Attrs().integer("dim", call.integer("dim"))));
}

static void flip(Call &call) {
  at::Tensor self = call.tensor("self");
  std::vector<int64_t> dims = call.ints("dims");
  if (dims.empty())
    return call.ret(
        call.b.adopt(self.sizes(), self.scalar_type(), call.b.valueOf(self)));
  call.ret(call.one("aten.flip", {self}, Attrs().ints("dims", dims)));
}

static void roll(Call &call) {
  at::Tensor self = call.tensor("self");
  std::vector<int64_t> dims = call.ints("dims"), shifts = call.ints("shifts");
  if (!dims.empty())
    return call.ret(
        call.one("aten.roll", {self},
                 Attrs().ints("shifts", shifts).ints("dims", dims)));
  at::Tensor flat = call.reshape(self, {self.numel()});
  flat = call.one("aten.roll", {flat},
                  Attrs().ints("shifts", shifts).ints("dims", {0}));
  call.ret(call.reshape(flat, self.sizes()));
}

static at::Tensor padded(Call &call, const at::Tensor &self,
                         const std::string &mode) {
  Attrs attrs;
  attrs.ints("pad", call.ints(call.isNone("pad") ? "padding" : "pad"));
  if (mode != "constant")
    attrs.raw("mode", "#aten.pad_mode<" + mode + ">");
  else if (!call.isNone("value"))
    attrs.real("value", call.real("value"));
  return call.one("aten.pad", {self}, attrs);
}

static void pad(Call &call) {
  std::string mode = call.text("mode");
  call.ret(padded(call, call.tensor("self"), mode.empty() ? "constant" : mode));
}
static void reflectionPad(Call &call) {
  call.ret(padded(call, call.tensor("self"), "reflect"));
}
static void replicationPad(Call &call) {
  call.ret(padded(call, call.tensor("self"), "replicate"));
}

template <const char *Name>
static void triangle(Call &call) {
  call.ret(call.one(Name, {call.tensor("self")},
                    Attrs().integer("diagonal", call.integer("diagonal"))));
}

static void repeat(Call &call) {
  at::Tensor self = call.tensor("self");
  std::vector<int64_t> repeats =
      call.ints(call.isNone("repeats") ? "dims" : "repeats");
  // `tile` may name fewer dimensions than there are.
  while (int64_t(repeats.size()) < self.dim())
    repeats.insert(repeats.begin(), 1);
  call.ret(call.one("aten.repeat", {self}, Attrs().ints("repeats", repeats)));
}

/// Each element several times in a row: a dimension behind it, repeated.
static void repeatInterleave(Call &call) {
  at::Tensor self = call.tensor("self");
  if (!call["repeats"].isInt())
    throw Unsupported("expected the number of repeats to be an integer, found "
                      "a tensor");
  int64_t times = call.integer("repeats");
  if (call.isNone("dim"))
    self = call.reshape(self, {self.numel()});
  int64_t dim = call.integer("dim", 0);
  dim += dim < 0 ? self.dim() : 0;
  std::vector<int64_t> sizes = self.sizes().vec(), joined = sizes;
  at::Tensor wide =
      call.one("aten.unsqueeze", {self}, Attrs().integer("dim", dim + 1));
  sizes.insert(sizes.begin() + dim + 1, times);
  joined[dim] *= times;
  call.ret(call.reshape(call.expand(wide, sizes), joined));
}

//===----------------------------------------------------------------------===//
// Computed places
//===----------------------------------------------------------------------===//

static void embedding(Call &call) {
  call.ret(call.one("aten.embedding",
                    {call.tensor("weight"), call.tensor("indices")}));
}

static void indexSelect(Call &call) {
  call.ret(call.one("aten.index_select",
                    {call.tensor("self"), call.tensor("index")},
                    Attrs().integer("dim", call.integer("dim"))));
}

static void gather(Call &call) {
  call.ret(call.one("aten.gather", {call.tensor("self"), call.tensor("index")},
                    Attrs().integer("dim", call.integer("dim"))));
}

/// Indices into a tensor: None keeps a dimension. A mask would make a size that
/// depends on data.
static void index(Call &call) {
  Tensors operands = {call.tensor("self")};
  std::vector<int64_t> dims;
  int64_t dim = 0;
  for (const IValue &place : call["indices"].toListRef()) {
    if (place.isTensor() && place.toTensor().defined()) {
      at::Tensor own = place.toTensor();
      if (own.scalar_type() == at::kBool)
        throw Unsupported("the size of what a mask selects depends on data; "
                          "use torch.where or multiply by the mask");
      operands.push_back(own);
      dims.push_back(dim);
    }
    ++dim;
  }
  call.ret(call.one("aten.index", operands, Attrs().ints("dims", dims)));
}

static void pixelShuffle(Call &call) {
  at::Tensor self = call.tensor("self");
  int64_t r = call.integer("upscale_factor"), rank = self.dim();
  std::vector<int64_t> lead = self.sizes().slice(0, rank - 3).vec();
  int64_t c = self.size(-3) / (r * r), h = self.size(-2), w = self.size(-1);
  auto with = [&](std::vector<int64_t> tail) {
    tail.insert(tail.begin(), lead.begin(), lead.end());
    return tail;
  };
  at::Tensor parts = call.reshape(self, with({c, r, r, h, w}));
  std::vector<int64_t> order;
  for (int64_t i = 0; i < rank - 3; ++i)
    order.push_back(i);
  for (int64_t i : {0, 3, 1, 4, 2})
    order.push_back(rank - 3 + i);
  parts = call.one("aten.permute", {parts}, Attrs().ints("dims", order));
  call.ret(call.reshape(parts, with({c, h * r, w * r})));
}

static void channelShuffle(Call &call) {
  at::Tensor self = call.tensor("self");
  int64_t groups = call.integer("groups");
  std::vector<int64_t> sizes = self.sizes().vec();
  sizes[1] /= groups;
  sizes.insert(sizes.begin() + 1, groups);
  at::Tensor parts = call.reshape(self, sizes);
  parts = call.one("aten.transpose", {parts},
                   Attrs().integer("dim0", 1).integer("dim1", 2));
  call.ret(call.reshape(parts, self.sizes()));
}

#define NAMED(ID, TEXT) static constexpr char ID[] = "aten." TEXT
NAMED(kTril, "tril");
NAMED(kTriu, "triu");
#undef NAMED

void kernel_opt::import::addPlacements(TranslationTable &table) {
  const std::pair<const char *, Translation> rows[] = {
      {"cat", cat},
      {"concat", cat},
      {"concatenate", cat},
      {"stack", stack},
      {"flip", flip},
      {"roll", roll},
      {"pad", pad},
      {"constant_pad_nd", pad},
      {"reflection_pad1d", reflectionPad},
      {"reflection_pad2d", reflectionPad},
      {"reflection_pad3d", reflectionPad},
      {"replication_pad1d", replicationPad},
      {"replication_pad2d", replicationPad},
      {"replication_pad3d", replicationPad},
      {"tril", triangle<kTril>},
      {"triu", triangle<kTriu>},
      {"repeat", repeat},
      {"tile", repeat},
      {"repeat_interleave", repeatInterleave},
      {"embedding", embedding},
      {"index_select", indexSelect},
      {"gather", gather},
      {"index", index},
      {"pixel_shuffle", pixelShuffle},
      {"channel_shuffle", channelShuffle},
      {"native_channel_shuffle", channelShuffle}};
  for (auto [name, translation] : rows)
    table[std::string("aten::") + name] = translation;
}
