//===- LaunchPlanWriter.cpp - Writes launch plans as JSON -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchPlanNames.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "llvm/Support/Base64.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
namespace json = llvm::json;

template <typename Range>
static json::Array arrayOf(const Range &numbers) {
  json::Array array;
  for (auto n : numbers)
    array.push_back(int64_t(n));
  return array;
}

static json::Object toJSON(const PlanBuffer &b) {
  json::Object object{{"name", b.name},
                      {"role", roleNames[unsigned(b.role)]},
                      {"type", stringOf(b.type)},
                      {"shape", arrayOf(b.shape)},
                      {"alignment", int64_t(b.alignment)}};
  if (!b.specialized.empty())
    object["specialized"] = arrayOf(b.specialized);
  if (b.parameter)
    object["parameter"] = true;
  if (b.range)
    object["range"] = json::Array{b.range->first, b.range->second};
  if (b.role == BufferRole::Constant)
    object["data"] = llvm::encodeBase64(b.data);
  return object;
}

static json::Object toJSON(const LaunchPlan &plan,
                           const PlanArgument &argument) {
  if (auto *buffer = std::get_if<BufferArgument>(&argument)) {
    json::Object object{{"buffer", plan.buffers[buffer->buffer].name}};
    if (buffer->offset)
      object["offset"] = int64_t(buffer->offset);
    return object;
  }
  if (auto *scalar = std::get_if<ScalarArgument>(&argument)) {
    json::Object object{{"type", stringOf(scalar->type)}};
    double value = decodeElement(scalar->type, &scalar->bits);
    if (floatKindOf(scalar->type) && !std::isfinite(value))
      object["bits"] = int64_t(scalar->bits);
    else if (floatKindOf(scalar->type))
      object["value"] = value;
    else
      object["value"] = scalar->type == ElementType::I64 ? int64_t(scalar->bits)
                                                         : int64_t(value);
    return json::Object{{"scalar", std::move(object)}};
  }
  const auto &map = std::get<TensorMapArgument>(argument);
  const TensorMap &m = map.map;
  json::Object object{
      {"buffer", plan.buffers[map.buffer].name},
      {"element", mapElementNames[unsigned(m.element)]},
      {"dims", arrayOf(m.dims)},
      {"strides", arrayOf(m.strides)},
      {"box", arrayOf(m.box)},
      {"swizzle", int64_t(m.swizzleBytes)},
      {"l2_promotion", int64_t(m.l2PromotionBytes)},
      {"fill", m.fill == TensorMap::Fill::NaN ? "nan" : "zero"}};
  if (map.offset)
    object["offset"] = int64_t(map.offset);
  if (!m.elementStrides.empty())
    object["element_strides"] = arrayOf(m.elementStrides);
  return json::Object{{"tensor_map", std::move(object)}};
}

static json::Array toJSON(const LaunchPlan &plan, ArrayRef<PlanStep> steps) {
  json::Array array;
  for (const PlanStep &step : steps) {
    if (auto *fill = std::get_if<FillStep>(&step)) {
      array.push_back(json::Object{{"fill", plan.buffers[fill->buffer].name},
                                   {"offset", int64_t(fill->offset)},
                                   {"bytes", int64_t(fill->bytes)},
                                   {"value", int64_t(fill->value)}});
      continue;
    }
    if (auto *copy = std::get_if<CopyStep>(&step)) {
      array.push_back(json::Object{{"copy", plan.buffers[copy->from].name},
                                   {"to", plan.buffers[copy->to].name}});
      continue;
    }
    const auto &kernel = std::get<KernelStep>(step);
    json::Array arguments;
    for (const PlanArgument &argument : kernel.arguments)
      arguments.push_back(toJSON(plan, argument));
    json::Object object{{"kernel", kernel.entry},
                        {"module", plan.modules[kernel.module].name},
                        {"grid", arrayOf(kernel.shape.grid)},
                        {"block", arrayOf(kernel.shape.block)},
                        {"shared_bytes", int64_t(kernel.shape.sharedBytes)},
                        {"arguments", std::move(arguments)}};
    if (kernel.shape.hasCluster())
      object["cluster"] = arrayOf(kernel.shape.cluster);
    if (kernel.shape.cooperative)
      object["cooperative"] = true;
    array.push_back(std::move(object));
  }
  return array;
}

json::Object LaunchPlan::toJSON() const {
  json::Array moduleArray, bufferArray;
  for (const PlanModule &module : modules) {
    json::Object object{{"name", module.name}};
    if (StringRef(module.image).starts_with("\177ELF"))
      object["cubin"] = llvm::encodeBase64(module.image);
    else
      object["ptx"] = json::fixUTF8(module.image);
    moduleArray.push_back(std::move(object));
  }
  for (const PlanBuffer &buffer : buffers)
    bufferArray.push_back(::toJSON(buffer));
  json::Object object{{versionKey, version},
                      {"name", name},
                      {"target", target},
                      {"modules", std::move(moduleArray)},
                      {"buffers", std::move(bufferArray)},
                      {"launches", ::toJSON(*this, launches)}};
  if (!prepare.empty())
    object["prepare"] = ::toJSON(*this, prepare);
  if (compulsoryBytes || flops)
    object["work"] =
        json::Object{{"bytes", int64_t(compulsoryBytes)}, {"flops", flops}};
  if (!origin.empty())
    object["origin"] = json::Object(origin);
  return object;
}
