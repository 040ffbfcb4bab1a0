//===- Operations.cpp - Operations with a schema ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Interpreter.h"
#include "OperationKinds.h"
#include <algorithm>
#include <sstream>

using namespace kernel_opt::import;

//===----------------------------------------------------------------------===//
// What libtorch itself computes
//===----------------------------------------------------------------------===//

/// Tensors inside a value, at any depth.
static void collect(const IValue &value, Tensors &tensors) {
  if (value.isTensor()) {
    if (value.toTensor().defined())
      tensors.push_back(value.toTensor());
  } else if (value.isTensorList() ||
             (value.isList() && !value.isIntList() && !value.isDoubleList() &&
              !value.isBoolList())) {
    for (const IValue &element : value.toListRef())
      collect(element, tensors);
  }
}

/// Runs the operation by libtorch. What it creates lies on `device`, whatever
/// the program says.
static std::vector<IValue> execute(const jit::Node *node, jit::Stack stack,
                                   at::Device device = at::kCPU) {
  const auto &arguments = node->schema().arguments();
  for (size_t i = 0; i < std::min(stack.size(), arguments.size()); ++i)
    if (stack[i].isDevice() || arguments[i].name() == "device")
      stack[i] = device;
  if (node->schema().is_vararg())
    stack.push_back(static_cast<int64_t>(stack.size()));
  node->getOperation()(stack);
  return {stack.begin(), stack.end()};
}

/// The stack with meta tensors in the places of all tensors, so that libtorch
/// says what comes of their sizes and types alone.
static jit::Stack metaStack(const jit::Stack &inputs) {
  auto toMeta = [](const at::Tensor &tensor) {
    if (!tensor.defined() || tensor.is_meta() || tensor.dim() == 0)
      return tensor;
    return at::empty_strided(tensor.sizes(), tensor.strides(),
                             tensor.options().device(at::kMeta));
  };
  jit::Stack stack;
  for (const IValue &value : inputs) {
    if (value.isTensor()) {
      stack.push_back(toMeta(value.toTensor()));
    } else if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor &tensor : value.toTensorVector())
        list.push_back(toMeta(tensor));
      stack.push_back(list);
    } else {
      stack.push_back(value);
    }
  }
  return stack;
}

/// Whether `name` works on the elements of containers without looking at them.
static bool isOnContainer(const jit::Stack &inputs) {
  return !inputs.empty() && (inputs[0].isList() || inputs[0].isGenericDict() ||
                             inputs[0].isTuple() || inputs[0].isString());
}

bool Interpreter::isFoldable(const std::string &name, const jit::Stack &inputs,
                             bool writes) const {
  static const std::unordered_set<std::string> onLists = {
      "aten::cat",
      "aten::stack",
      "aten::einsum",
      "aten::index",
      "aten::broadcast_tensors",
      "aten::meshgrid",
      "aten::concat"};
  bool isPlain = isPlainOperation(name);
  if (isPlain && isOnContainer(inputs) && !onLists.count(name) &&
      name != "aten::tensor" && name != "aten::as_tensor")
    return true;
  Tensors tensors;
  for (const IValue &input : inputs)
    collect(input, tensors);
  if (tensors.empty())
    return isPlain;
  int64_t most = 0;
  for (const at::Tensor &tensor : tensors) {
    if (tensor.is_meta() || builder.isKnown(tensor))
      return false;
    most = std::max(most, tensor.numel());
  }
  // Constants of the program: what follows from them is one, too.
  bool isScalar = most <= 1 && tensors.size() == inputs.size();
  return !writes && most <= 4096 &&
         (isPlain ||
          (table.count(name) && (!isViewOperation(name) || isScalar)));
}

//===----------------------------------------------------------------------===//
// Translations
//===----------------------------------------------------------------------===//

bool Interpreter::hasTranslation(const jit::Node *node) const {
  std::string name = node->kind().toQualString();
  if (name.rfind("aten::", 0) != 0)
    return name.rfind("prim::", 0) == 0;
  std::string base = name;
  if (base.size() > 7 && base.back() == '_' && base[base.size() - 2] != '_')
    base.pop_back();
  // On tensors, a plain operation is another one of the same name.
  bool onTensor = !node->inputs().empty() &&
                  node->input(0)->type()->isSubtypeOf(*c10::TensorType::get());
  return table.count(name) || table.count(base) || isViewOperation(name) ||
         isOnMetadata(name) || isOnHost(name) ||
         (isPlainOperation(name) && !onTensor);
}

/// Results of an operation that has been reported, as far as libtorch's meta
/// kernels know them: so that what follows is looked at, too.
std::vector<IValue> Interpreter::guess(const jit::Node *node,
                                       const jit::Stack &inputs) {
  std::vector<IValue> results;
  try {
    if (node->maybeSchema())
      results = execute(node, metaStack(inputs), at::kMeta);
  } catch (const std::exception &) {
  }
  for (const IValue &value : results) {
    if (!value.isTensor() || !value.toTensor().is_meta())
      return {};
    if (!builder.isKnown(value.toTensor()))
      builder.own(value.toTensor(), "%unknown");
  }
  return results;
}

/// Gives `tensor` the strides that libtorch gave `model`, so that it says
/// later which reshapes are views.
static void restride(const at::Tensor &tensor, const at::Tensor &model) {
  if (tensor.is_meta() && model.is_non_overlapping_and_dense() &&
      tensor.strides() != model.strides())
    tensor.unsafeGetTensorImpl()->set_sizes_and_strides(model.sizes(),
                                                        model.strides());
}

/// Compares with what libtorch's meta kernels say, where they exist.
void Interpreter::crossCheck(const jit::Node *node, const jit::Stack &inputs,
                             std::vector<IValue> &results) {
  std::vector<IValue> model;
  try {
    model = execute(node, metaStack(inputs), at::kMeta);
  } catch (const std::exception &) {
    return;
  }
  for (size_t i = 0; i < std::min(model.size(), results.size()); ++i) {
    if (!model[i].isTensor() || !results[i].isTensor() ||
        !model[i].toTensor().defined())
      continue;
    const at::Tensor &own = results[i].toTensor(),
                     &theirs = model[i].toTensor();
    if (own.sizes() != theirs.sizes() ||
        own.scalar_type() != theirs.scalar_type())
      throw Unsupported("expected a result of type " + typeText(theirs) +
                        ", as Torch gives, found " + typeText(own));
    // An argument that is the result, too, has its strides already.
    bool isArgument =
        std::any_of(inputs.begin(), inputs.end(), [&](const IValue &input) {
          return input.isTensor() && input.toTensor().is_same(own);
        });
    if (!isArgument)
      restride(own, theirs);
  }
}

IValue Interpreter::writeInPlace(Call &call, const at::Tensor &self,
                                 at::Tensor value) {
  if (value.sizes() != self.sizes())
    value = call.expand(value, self.sizes());
  value = call.to(value, self.scalar_type());
  builder.write(self, value);
  return self;
}

static const std::unordered_set<std::string> heavyOperations = {
    "aten::lstm", "aten::gru", "aten::rnn_tanh", "aten::rnn_relu"};

/// Operations that change the sizes of a tensor itself.
static const std::unordered_set<std::string> reshapingOperations = {
    "aten::squeeze_", "aten::unsqueeze_", "aten::transpose_",
    "aten::t_",       "aten::resize_",    "aten::resize_as_",
    "aten::set_",     "aten::swapaxes_",  "aten::as_strided_",
    "aten::swapdims_"};

std::vector<IValue> Interpreter::translate(const jit::Node *node,
                                           const std::string &name,
                                           jit::Stack &inputs) {
  const c10::FunctionSchema &schema = node->schema();
  Call call(builder, schema, inputs);
  bool writes =
      !schema.arguments().empty() && schema.arguments()[0].alias_info() &&
      schema.arguments()[0].alias_info()->isWrite() && inputs[0].isTensor();
  if (isViewOperation(name)) {
    Tensors tensors;
    collect(inputs[0], tensors);
    for (const at::Tensor &tensor : tensors)
      builder.promote(tensor);
    translateView(call, execute(node, inputs));
    return call.results;
  }
  std::string base = writes ? name.substr(0, name.size() - 1) : name;
  auto found = table.find(name);
  bool isOwn = found != table.end();
  if (!isOwn)
    found = table.find(base);
  if (found == table.end() || reshapingOperations.count(name))
    throw Unsupported("there is no translation of this operation");
  if (schema.overload_name().find("out") != std::string::npos)
    throw Unsupported("an operation that writes to 'out' is not imported; "
                      "write its result to a variable instead");
  if (writes) {
    builder.promote(inputs[0].toTensor());
    // The old elements stand in the way if they are lost, so ask now.
    builder.valueOf(inputs[0].toTensor());
  }
  found->second(call);
  if (writes)
    return {writeInPlace(call, inputs[0].toTensor(),
                         call.results.at(0).toTensor())};
  if (!heavyOperations.count(name))
    crossCheck(node, inputs, call.results);
  return call.results;
}

/// An argument of a call that is no tensor, as text; "%2" is operand 2.
static std::string argumentText(const IValue &value, Tensors &operands) {
  if (value.isTensor() && value.toTensor().defined()) {
    operands.push_back(value.toTensor());
    return "%" + std::to_string(operands.size() - 1);
  }
  if (value.isString())
    return "'" + value.toStringRef() + "'";
  if (value.isList()) {
    std::string text;
    for (const IValue &element : value.toListRef())
      text += (text.empty() ? "" : ", ") + argumentText(element, operands);
    return "[" + text + "]";
  }
  std::ostringstream text;
  if (value.isNone() || value.isTensor())
    return "None";
  if (!value.isScalar() && !value.isDevice())
    throw Unsupported("expected arguments that can be written down, found " +
                      value.tagKind());
  text << value;
  return text.str();
}

/// Leaves an operation as a call for a Torch runtime, if libtorch's meta
/// kernels know its results.
std::vector<IValue> Interpreter::callTorch(const jit::Node *node,
                                           const jit::Stack &inputs) {
  const c10::FunctionSchema &schema = node->schema();
  if (schema.is_mutable() || isOnHost(schema.name()))
    return {};
  std::vector<IValue> results = guess(node, inputs);
  Tensors operands, tensors;
  for (const IValue &result : results)
    tensors.push_back(result.toTensor());
  if (tensors.empty() || tensors.size() != node->outputs().size())
    return {};
  std::vector<std::string> arguments;
  for (const IValue &input : inputs)
    arguments.push_back(argumentText(input, operands));
  std::string name = schema.name();
  if (!schema.overload_name().empty())
    name += "." + schema.overload_name();
  builder.emitCall(name, arguments, operands, tensors);
  note("'" + name + "' is left to a Torch runtime");
  return results;
}

std::vector<IValue> Interpreter::runOperation(const jit::Node *node,
                                              jit::Stack &inputs) {
  std::string name = node->kind().toQualString();
  const c10::FunctionSchema *schema = node->maybeSchema();
  if (!schema)
    throw Unsupported("there is no translation of this operation");
  bool writes = !schema->arguments().empty() &&
                schema->arguments()[0].alias_info() &&
                schema->arguments()[0].alias_info()->isWrite();
  if (name == "prim::device")
    return {at::Device(at::kCPU)};
  if (name == "aten::warn")
    return {};
  if (name == "aten::mul" && inputs.size() == 2 && inputs[0].isList() &&
      inputs[1].isInt() &&
      inputs[1].toInt() * int64_t(inputs[0].toListRef().size() + 1) > 1000000)
    throw ImportError("a list grows to more than a million elements");
  bool folds = isFoldable(name, inputs, writes);
  bool onMetadata = isOnMetadata(name);
  try {
    if (folds || onMetadata)
      return execute(node, inputs);
    if (isOnHost(name))
      throw Unsupported("a number that depends on data decides about the "
                        "program; only what follows from sizes and attributes "
                        "is known when it is imported");
    return translate(node, name, inputs);
  } catch (const Unsupported &) {
    throw;
  } catch (const ImportError &) {
    throw;
  } catch (const c10::Error &error) {
    throw Unsupported(error.what_without_backtrace());
  } catch (const std::exception &error) {
    throw Unsupported(error.what());
  }
}
