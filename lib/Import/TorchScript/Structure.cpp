//===- Structure.cpp - Operations that no schema describes ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interpreter.h"

using namespace kernel_opt::import;
namespace prim = c10::prim;
namespace attr = c10::attr;

/// Makes the tensors in an attribute known as arguments of the function.
void Interpreter::learn(const IValue &value, const std::string &name,
                        bool isParameter) {
  if (value.isTensor()) {
    const at::Tensor &tensor = value.toTensor();
    if (tensor.defined() && tensor.is_meta() && !builder.isKnown(tensor))
      builder.argument(tensor, name, isParameter);
  } else if (value.isTensorList() || value.isList()) {
    int64_t index = 0;
    for (const IValue &element : value.toListRef())
      learn(element, name + "." + std::to_string(index++), isParameter);
  } else if (value.isTuple()) {
    int64_t index = 0;
    for (const IValue &element : value.toTupleRef().elements())
      learn(element, name + "." + std::to_string(index++), isParameter);
  } else if (value.isGenericDict()) {
    for (const auto &entry : value.toGenericDict())
      if (entry.key().isString())
        learn(entry.value(), name + "." + entry.key().toStringRef(),
              isParameter);
  }
}

IValue Interpreter::attribute(const IValue &object, const std::string &name) {
  auto instance = object.toObject();
  IValue value = instance->getAttr(name);
  auto known = paths.find(instance.get());
  // A model that is imported is one that is not being trained.
  if (name == "training" && value.isBool() && known != paths.end())
    return false;
  if (known != paths.end())
    learn(value, known->second.empty() ? name : known->second + "." + name,
          /*isParameter=*/true);
  return value;
}

static IValue makeList(const jit::Node *node, const jit::Stack &inputs) {
  auto type = node->output()->type()->expect<c10::ListType>();
  c10::impl::GenericList list(type->getElementType());
  for (const IValue &input : inputs)
    list.push_back(input);
  return list;
}

static IValue makeDict(const jit::Node *node, const jit::Stack &inputs) {
  auto type = node->output()->type()->expect<c10::DictType>();
  c10::impl::GenericDict dict(type->getKeyType(), type->getValueType());
  for (size_t i = 0; i + 1 < inputs.size(); i += 2)
    dict.insert_or_assign(inputs[i], inputs[i + 1]);
  return dict;
}

static IValue makeTuple(const jit::Node *node, const jit::Stack &inputs) {
  auto type = node->output()->type()->expect<c10::TupleType>();
  std::vector<IValue> elements(inputs.begin(), inputs.end());
  if (type->name())
    return c10::ivalue::Tuple::createNamed(std::move(elements), type);
  return c10::ivalue::Tuple::create(std::move(elements));
}

static bool isInstance(const jit::Node *node, const IValue &value) {
  for (const c10::TypePtr &type : node->tys(attr::types))
    if (value.type()->isSubtypeOf(*type))
      return true;
  return false;
}

static std::vector<IValue> elementsOf(const IValue &value) {
  if (value.isTuple()) {
    const auto &elements = value.toTupleRef().elements();
    return std::vector<IValue>(elements.begin(), elements.end());
  }
  auto elements = value.toListRef();
  return std::vector<IValue>(elements.begin(), elements.end());
}

/// What makes and takes apart containers; nothing if `node` does not.
static std::optional<std::vector<IValue>> runContainer(const jit::Node *node,
                                                       jit::Stack &inputs) {
  c10::Symbol kind = node->kind();
  if (kind == prim::ListConstruct)
    return {{makeList(node, inputs)}};
  if (kind == prim::DictConstruct)
    return {{makeDict(node, inputs)}};
  if (kind == prim::TupleConstruct)
    return {{makeTuple(node, inputs)}};
  if (kind != prim::TupleUnpack && kind != prim::ListUnpack)
    return std::nullopt;
  // Of an unknown value, the parts are unknown.
  if (!inputs[0].isTuple() && !inputs[0].isList())
    return std::vector<IValue>();
  std::vector<IValue> outputs = elementsOf(inputs[0]);
  if (outputs.size() != node->outputs().size())
    throw Unsupported("expected " + std::to_string(node->outputs().size()) +
                      " elements to unpack, found " +
                      std::to_string(outputs.size()));
  return outputs;
}

static std::vector<IValue> runConstant(const jit::Node *node) {
  // A function that is called by a name is a constant without a value.
  if (node->output()->type()->kind() == c10::TypeKind::FunctionType)
    return {IValue()};
  auto value = jit::toIValue(node->output());
  if (!value)
    throw Unsupported("expected a constant with a value");
  // Traces write the numbers beside tensors as tensors of rank 0. libtorch's
  // optimizer makes numbers of them again, which matters for the type of the
  // result, and so does this.
  if (value->isTensor() && value->toTensor().dim() == 0 &&
      (value->toTensor().scalar_type() == at::kDouble ||
       value->toTensor().scalar_type() == at::kLong)) {
    at::Tensor number = value->toTensor().detach().clone();
    number.unsafeGetTensorImpl()->set_wrapped_number(true);
    return {number};
  }
  return {*value};
}

void Interpreter::setAttribute(const IValue &object, const std::string &name,
                               const IValue &value) {
  object.toObject()->setAttr(name, value);
  auto known = paths.find(object.toObject().get());
  if (known != paths.end() && value.isTensor())
    note("the new value of '" +
         (known->second.empty() ? name : known->second + "." + name) +
         "' is not a result of the function");
}

bool Interpreter::runStructure(const jit::Node *node, jit::Stack &inputs,
                               std::vector<IValue> &outputs) {
  c10::Symbol kind = node->kind();
  if (auto results = runContainer(node, inputs)) {
    outputs = std::move(*results);
  } else if (kind == prim::Constant) {
    outputs = runConstant(node);
  } else if (kind == prim::GetAttr) {
    outputs = {attribute(inputs[0], node->s(attr::name))};
  } else if (kind == prim::SetAttr) {
    setAttribute(inputs[0], node->s(attr::name), inputs[1]);
  } else if (kind == prim::CallMethod) {
    if (!inputs[0].isObject())
      return true;
    auto type = inputs[0].toObject()->type();
    outputs = {call(type->getMethod(node->s(attr::name)), inputs)};
  } else if (kind == prim::CallFunction) {
    auto type = node->input(0)->type()->expect<c10::FunctionType>();
    inputs.erase(inputs.begin());
    outputs = {call(*type->function(), inputs)};
  } else if (kind == prim::CreateObject) {
    auto type = node->output()->type()->expect<c10::ClassType>();
    outputs = {c10::ivalue::Object::create(
        c10::StrongTypePtr(archive.unit, type), type->numAttributes())};
  } else if (kind == prim::isinstance) {
    outputs = {isInstance(node, inputs[0])};
  } else if (kind == prim::unchecked_cast ||
             kind == prim::unchecked_unwrap_optional) {
    outputs = {inputs[0]};
  } else if (kind == prim::Uninitialized) {
    outputs = {IValue::uninitialized()};
  } else if (kind == prim::RaiseException) {
    throw Unsupported(
        "the program raises an exception for these inputs: " +
        (inputs[0].isString() ? inputs[0].toStringRef() : std::string("?")));
  } else if (kind == prim::requires_grad || kind == prim::is_cuda) {
    outputs = {false};
  } else if (kind != prim::Print) {
    return false;
  }
  return true;
}
