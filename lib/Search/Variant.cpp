//===- Variant.cpp - A program with some rules and a plan applied -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Variant.h"
#include "kernel-opt/Support/JSONReader.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

std::string
search::writeFusionPlan(StringRef function,
                        const std::vector<std::vector<std::string>> &groups) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "kopt.fusion @\"search_plan_" << function << "\" for @\"" << function
     << "\" {";
  for (auto [number, group] : llvm::enumerate(groups)) {
    os << (number ? ", " : "") << '"' << function << "_kernel_" << number
       << "\" = [";
    for (auto [position, id] : llvm::enumerate(group))
      os << (position ? ", " : "") << '"' << id << '"';
    os << "]";
  }
  os << "} rest separate\n";
  return text;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

static json::Object toJSON(const StrategyInfo &strategy) {
  json::Array knobs;
  for (const StrategyInfo::Knob &knob : strategy.knobs)
    knobs.push_back(json::Object{{"name", knob.name},
                                 {"options", json::Array(knob.options)},
                                 {"value", knob.value}});
  return json::Object{{"name", strategy.name}, {"knobs", std::move(knobs)}};
}

static json::Object toJSON(const KernelInfo &kernel) {
  json::Array strategies;
  for (const StrategyInfo &strategy : kernel.strategies)
    strategies.push_back(::toJSON(strategy));
  return json::Object{
      {"hash", kernel.hash},         {"name", kernel.name},
      {"location", kernel.location}, {"shapes", kernel.shapes},
      {"contract", kernel.contract}, {"text", kernel.text},
      {"uses", kernel.uses},         {"strategies", std::move(strategies)}};
}

static json::Object toJSON(const FunctionInfo &function) {
  json::Array nodes;
  for (const FusionNode &node : function.nodes)
    nodes.push_back(json::Object{{"id", node.id},
                                 {"group", node.group},
                                 {"consumers", json::Array(node.consumers)}});
  return json::Object{{"name", function.name}, {"nodes", std::move(nodes)}};
}

json::Object Variant::toJSON() const {
  json::Array kernelList, useList, functionList;
  for (const KernelInfo &kernel : kernels)
    kernelList.push_back(::toJSON(kernel));
  for (const RuleUse &use : uses)
    useList.push_back(json::Object{{"rule", use.rule}, {"site", use.site}});
  for (const FunctionInfo &function : functions)
    functionList.push_back(::toJSON(function));
  Candidate whole;
  whole.graph = choice;
  return json::Object{{"choice", whole.toJSON()},
                      {"state", state},
                      {"reason", reason},
                      {"hash", hash},
                      {"kernels", std::move(kernelList)},
                      {"uses", std::move(useList)},
                      {"functions", std::move(functionList)},
                      {"windows", json::Array(windows)}};
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

static StrategyInfo readStrategy(const json::Value &value,
                                 const std::string &where, JSONErrors &errors) {
  JSONReader reader(&value, where, errors);
  StrategyInfo strategy;
  strategy.name = reader.string("name");
  reader.each(
      "knobs", true, [&](const json::Value &each, const std::string &at) {
        JSONReader knob(&each, at, errors);
        StrategyInfo::Knob read;
        read.name = knob.string("name");
        llvm::append_range(read.options,
                           knob.integers("options", INT64_MIN, INT64_MAX));
        read.value = knob.integer("value", INT64_MIN, INT64_MAX);
        knob.finish();
        strategy.knobs.push_back(std::move(read));
      });
  reader.finish();
  return strategy;
}

static KernelInfo readKernel(const json::Value &value, const std::string &where,
                             JSONErrors &errors) {
  JSONReader reader(&value, where, errors);
  KernelInfo kernel;
  kernel.hash = reader.string("hash");
  kernel.name = reader.string("name");
  kernel.location = reader.string("location");
  kernel.shapes = reader.string("shapes");
  kernel.contract = reader.string("contract");
  kernel.text = reader.string("text");
  kernel.uses = reader.integer("uses", 1, INT64_MAX);
  reader.each("strategies", true,
              [&](const json::Value &each, const std::string &at) {
                kernel.strategies.push_back(readStrategy(each, at, errors));
              });
  reader.finish();
  return kernel;
}

static FunctionInfo readFunction(const json::Value &value,
                                 const std::string &where, JSONErrors &errors) {
  JSONReader reader(&value, where, errors);
  FunctionInfo function;
  function.name = reader.string("name");
  reader.each("nodes", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader node(&each, at, errors);
                function.nodes.push_back({node.string("id"),
                                          node.integer("group", 0, INT64_MAX),
                                          node.strings("consumers")});
                node.finish();
              });
  reader.finish();
  return function;
}

llvm::Expected<Variant> Variant::fromJSON(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  Variant variant;
  if (const json::Value *choice = reader.value("choice")) {
    auto candidate = Candidate::fromJSON(*choice);
    if (!candidate)
      return candidate.takeError();
    variant.choice = std::move(candidate->graph);
  }
  variant.state = reader.string("state");
  variant.reason = reader.string("reason");
  variant.hash = reader.string("hash");
  reader.each("kernels", true,
              [&](const json::Value &each, const std::string &at) {
                variant.kernels.push_back(readKernel(each, at, errors));
              });
  reader.each(
      "uses", true, [&](const json::Value &each, const std::string &at) {
        JSONReader use(&each, at, errors);
        variant.uses.push_back({use.string("rule"), use.string("site")});
        use.finish();
      });
  reader.each("functions", true,
              [&](const json::Value &each, const std::string &at) {
                variant.functions.push_back(readFunction(each, at, errors));
              });
  if (const json::Value *windows = reader.value("windows"))
    if (const json::Array *array = windows->getAsArray())
      variant.windows = *array;
  reader.finish();
  if (llvm::Error error = errors.take("variant"))
    return std::move(error);
  return variant;
}
