//===- Candidate.cpp - One choice of transformations ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Candidate.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

std::string search::hashJSON(const json::Value &value) {
  // Printing sorts the members of objects.
  return hashText(llvm::formatv("{0}", value).str());
}

json::Value search::withoutInfinities(json::Value value) {
  if (std::optional<double> number = value.getAsNumber())
    return std::isfinite(*number) ? value : json::Value(nullptr);
  if (json::Array *array = value.getAsArray())
    for (json::Value &each : *array)
      each = withoutInfinities(std::move(each));
  if (json::Object *object = value.getAsObject())
    for (auto &entry : *object)
      entry.second = withoutInfinities(std::move(entry.second));
  return value;
}

//===----------------------------------------------------------------------===//
// One kernel
//===----------------------------------------------------------------------===//

json::Object KernelChoice::toJSON() const {
  json::Object values;
  for (const auto &[name, value] : knobs)
    values[name] = value;
  return json::Object{{"strategy", strategy}, {"knobs", std::move(values)}};
}

static KernelChoice readKernelChoice(const json::Value *value,
                                     const std::string &where,
                                     JSONErrors &errors) {
  JSONReader reader(value, where, errors);
  KernelChoice choice;
  choice.strategy = reader.string("strategy");
  const json::Value *knobs = reader.value("knobs");
  reader.finish();
  const json::Object *values = knobs ? knobs->getAsObject() : nullptr;
  if (knobs && !values)
    reader.fail("knobs", "expected an object");
  if (values)
    for (const auto &[name, number] : *values) {
      if (auto integer = number.getAsInteger())
        choice.knobs[StringRef(name).str()] = *integer;
      else
        errors.add(where + ".knobs." + StringRef(name), "expected an integer");
    }
  return choice;
}

llvm::Expected<KernelChoice> KernelChoice::fromJSON(const json::Value &value) {
  JSONErrors errors;
  KernelChoice choice = readKernelChoice(&value, "", errors);
  if (llvm::Error error = errors.take("choice of a schedule"))
    return std::move(error);
  return choice;
}

std::string KernelChoice::str() const {
  std::string text = strategy;
  for (const auto &[name, value] : knobs)
    text += " " + name + "=" + std::to_string(value);
  return text;
}

//===----------------------------------------------------------------------===//
// The whole program
//===----------------------------------------------------------------------===//

json::Object GraphChoice::toJSON() const {
  json::Array uses;
  for (const RuleUse &use : rules)
    uses.push_back(json::Object{{"rule", use.rule}, {"site", use.site}});
  return json::Object{{"rules", std::move(uses)}, {"fusion_plan", fusionPlan}};
}

json::Object Candidate::toJSON() const {
  json::Object object = graph.toJSON();
  json::Object choices;
  for (const auto &[kernel, choice] : kernels)
    choices[kernel] = choice.toJSON();
  object["kernels"] = std::move(choices);
  return object;
}

llvm::Expected<Candidate> Candidate::fromJSON(const json::Value &value) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  Candidate candidate;
  reader.each("rules", /*required=*/true,
              [&](const json::Value &use, const std::string &where) {
                JSONReader each(&use, where, errors);
                candidate.graph.rules.push_back(
                    {each.string("rule"), each.string("site")});
                each.finish();
              });
  candidate.graph.fusionPlan = reader.string("fusion_plan");
  const json::Value *kernels = reader.value("kernels");
  reader.finish();
  const json::Object *choices = kernels ? kernels->getAsObject() : nullptr;
  if (kernels && !choices)
    reader.fail("kernels", "expected an object");
  if (choices)
    for (const auto &[kernel, choice] : *choices)
      candidate.kernels[StringRef(kernel).str()] = readKernelChoice(
          &choice, "kernels." + StringRef(kernel).str(), errors);
  if (llvm::Error error = errors.take("candidate"))
    return std::move(error);
  return candidate;
}

std::string Candidate::hash() const { return hashJSON(json::Value(toJSON())); }
