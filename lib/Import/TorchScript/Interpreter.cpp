//===- Interpreter.cpp - Runs a program at import time ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interpreter.h"
#include <algorithm>

using namespace kernel_opt::import;

/// Limits that no model comes near, for those that would never end.
static constexpr size_t kMostCalls = 500;
static constexpr int64_t kMostSteps = 50000000;
static constexpr int64_t kMostTrips = 1000000;

namespace {
/// Marks what is not known; a type of its own, so that nothing else looks so.
struct Mark : torch::CustomClassHolder {};
} // namespace

static const c10::intrusive_ptr<Mark> &mark() {
  static auto instance = c10::make_intrusive<Mark>();
  return instance;
}

IValue Interpreter::unknown() {
  return IValue::make_capsule(
      c10::static_intrusive_pointer_cast<torch::CustomClassHolder>(mark()));
}

bool Interpreter::isUnknown(const IValue &value) {
  if (value.isCapsule())
    return value.toCapsule().get() == mark().get();
  auto holds = [](const IValue &part) { return isUnknown(part); };
  if (value.isTuple()) {
    const auto &elements = value.toTupleRef().elements();
    return std::any_of(elements.begin(), elements.end(), holds);
  }
  if (value.isList() && !value.isIntList() && !value.isDoubleList()) {
    auto elements = value.toListRef();
    return std::any_of(elements.begin(), elements.end(), holds);
  }
  return false;
}

Interpreter::Interpreter(const Archive &archive, Builder &builder,
                         ImportResult &result, Fallback fallback)
    : archive(archive), builder(builder), result(result), fallback(fallback) {
  addPointwise(table);
  addActivations(table);
  addReductions(table);
  addNormalizations(table);
  addContractions(table);
  addAttention(table);
  addWindows(table);
  addPlacements(table);
  addCreations(table);
  addLosses(table);
  addRecurrences(table);
  addViews(table);
  addResampling(table);
  for (const auto &named : archive.module.named_modules())
    paths.try_emplace(named.value._ivalue().get(), named.name);
}

//===----------------------------------------------------------------------===//
// What is said about the program
//===----------------------------------------------------------------------===//

void Interpreter::report(const jit::Node *node, const std::string &reason) {
  std::string op = node ? node->kind().toQualString() : "";
  auto [place, isNew] =
      problemIndex.try_emplace({op, reason}, result.problems.size());
  if (isNew)
    result.problems.push_back(
        {op, reason, 0, path.empty() ? "" : path.back(),
         node ? archive.describe(node->sourceRange()) : ""});
  ++result.problems[place->second].count;
}

void Interpreter::note(const std::string &text) {
  if (std::find(result.notes.begin(), result.notes.end(), text) ==
      result.notes.end())
    result.notes.push_back(text);
}

//===----------------------------------------------------------------------===//
// Control
//===----------------------------------------------------------------------===//

IValue Interpreter::run(const std::string &method, std::vector<IValue> inputs) {
  jit::Function *function = archive.module.type()->findMethod(method);
  inputs.insert(inputs.begin(), archive.module._ivalue());
  return call(*function, std::move(inputs));
}

Tensors Interpreter::flatten(const IValue &value) {
  Tensors tensors;
  std::function<void(const IValue &)> add = [&](const IValue &part) {
    if (part.isTensor())
      tensors.push_back(part.toTensor());
    else if (part.isTuple())
      for (const IValue &element : part.toTupleRef().elements())
        add(element);
    else if (part.isList())
      for (const IValue &element : part.toListRef())
        add(element);
    else if (part.isGenericDict())
      for (const auto &entry : part.toGenericDict())
        add(entry.value());
    else if (!part.isNone() && !isUnknown(part))
      note("a result that is no tensor is left out (" + part.tagKind() + ")");
  };
  add(value);
  return tensors;
}

IValue Interpreter::call(jit::Function &function,
                         std::vector<IValue> arguments) {
  auto *code = dynamic_cast<jit::GraphFunction *>(&function);
  if (!code)
    throw ImportError("'" + function.qualname().qualifiedName() +
                      "' has no code in the archive");
  if (path.size() >= kMostCalls)
    throw ImportError("calls are nested more than " +
                      std::to_string(kMostCalls) + " deep");
  auto graph = code->graph();
  if (graph->inputs().size() != arguments.size())
    throw ImportError("'" + function.name() + "' takes " +
                      std::to_string(graph->inputs().size()) +
                      " arguments, found " + std::to_string(arguments.size()));
  std::string own = path.empty() ? "" : path.back();
  if (!arguments.empty() && arguments[0].isObject()) {
    auto known = paths.find(arguments[0].toObject().get());
    if (known != paths.end())
      own = known->second;
  }
  path.push_back(own);
  Environment values;
  for (size_t i = 0; i < arguments.size(); ++i)
    values[graph->inputs()[i]] = arguments[i];
  std::vector<IValue> results = runBlock(graph->block(), values);
  path.pop_back();
  if (results.size() == 1)
    return results[0];
  return c10::ivalue::Tuple::create(std::move(results));
}

std::vector<IValue> Interpreter::runBlock(const jit::Block *block,
                                          Environment &values) {
  for (const jit::Node *node : block->nodes())
    runNode(node, values);
  std::vector<IValue> results;
  for (const jit::Value *output : block->outputs())
    results.push_back(values.at(output));
  return results;
}

std::vector<IValue> Interpreter::runIf(const jit::Node *node,
                                       Environment &values) {
  const IValue &condition = values.at(node->input(0));
  if (isUnknown(condition)) {
    for (const jit::Block *block : node->blocks())
      surveyBlock(block);
    return std::vector<IValue>(node->outputs().size(), unknown());
  }
  return runBlock(node->blocks().at(condition.toBool() ? 0 : 1), values);
}

std::vector<IValue> Interpreter::runLoop(const jit::Node *node,
                                         Environment &values) {
  std::vector<IValue> carried;
  for (size_t i = 2; i < node->inputs().size(); ++i)
    carried.push_back(values.at(node->input(i)));
  const jit::Block *body = node->blocks().at(0);
  IValue most = values.at(node->input(0)), goOn = values.at(node->input(1));
  for (int64_t trip = 0;; ++trip) {
    if (isUnknown(most) || isUnknown(goOn)) {
      surveyBlock(body);
      return std::vector<IValue>(carried.size(), unknown());
    }
    if (trip >= most.toInt() || !goOn.toBool())
      return carried;
    if (trip >= kMostTrips)
      throw ImportError("a loop runs more than " + std::to_string(kMostTrips) +
                        " times (" + archive.describe(node->sourceRange()) +
                        ")");
    values[body->inputs()[0]] = trip;
    for (size_t i = 0; i < carried.size(); ++i)
      values[body->inputs()[i + 1]] = carried[i];
    carried = runBlock(body, values);
    goOn = carried.front();
    carried.erase(carried.begin());
  }
}

/// Reports what has no translation in code that cannot be run.
void Interpreter::surveyBlock(const jit::Block *block) {
  for (const jit::Node *node : block->nodes()) {
    for (const jit::Block *inner : node->blocks())
      surveyBlock(inner);
    if (!hasTranslation(node))
      report(node, "there is no translation of this operation");
  }
}

void Interpreter::runNode(const jit::Node *node, Environment &values) {
  if (++steps > kMostSteps)
    throw ImportError("the program takes more than " +
                      std::to_string(kMostSteps) + " steps");
  std::vector<IValue> outputs;
  jit::Stack inputs;
  bool isControl =
      node->kind() == c10::prim::If || node->kind() == c10::prim::Loop;
  if (node->kind() == c10::prim::If) {
    outputs = runIf(node, values);
  } else if (node->kind() == c10::prim::Loop) {
    outputs = runLoop(node, values);
  } else {
    bool known = true;
    for (const jit::Value *input : node->inputs()) {
      inputs.push_back(values.at(input));
      known = known && !isUnknown(inputs.back());
    }
    try {
      builder.setLocation(path.empty() || path.back().empty() ? "forward"
                                                              : path.back());
      if (known || node->kind() == c10::prim::CallMethod ||
          node->kind() == c10::prim::CallFunction ||
          node->kind() == c10::prim::TupleConstruct ||
          node->kind() == c10::prim::TupleUnpack ||
          node->kind() == c10::prim::ListConstruct) {
        if (!runStructure(node, inputs, outputs))
          outputs = runOperation(node, inputs);
      } else if (!hasTranslation(node)) {
        throw Unsupported("there is no translation of this operation");
      }
    } catch (const Unsupported &problem) {
      outputs.clear();
      if (known && fallback == Fallback::Torch)
        outputs = callTorch(node, inputs);
      if (outputs.empty()) {
        report(node, problem.what());
        outputs = known ? guess(node, inputs) : std::vector<IValue>();
      }
    }
  }
  if (isControl || outputs.size() == node->outputs().size()) {
    for (size_t i = 0; i < outputs.size(); ++i)
      values[node->outputs()[i]] = outputs[i];
    return;
  }
  for (const jit::Value *output : node->outputs())
    values[output] = unknown();
}
