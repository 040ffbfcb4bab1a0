//===- Builder.cpp - Tensors of a program as SSA values ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Builder.h"
#include <algorithm>
#include <cmath>
#include <cstring>

using namespace kernel_opt::import;

/// More operations than any model has; a program that wants more is cut off.
static constexpr int64_t kMostOperations = 2000000;
/// Elements of the largest constant that is written into the program.
static constexpr int64_t kMostElements = 1 << 22;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {
struct ElementName {
  at::ScalarType type;
  const char *name;
};
} // namespace

static constexpr ElementName elements[] = {
    {at::kHalf, "f16"},   {at::kBFloat16, "bf16"}, {at::kFloat, "f32"},
    {at::kDouble, "f64"}, {at::kBool, "i1"},       {at::kChar, "i8"},
    {at::kShort, "i16"},  {at::kInt, "i32"},       {at::kLong, "i64"}};

std::string kernel_opt::import::elementText(at::ScalarType type) {
  for (const ElementName &element : elements)
    if (element.type == type)
      return element.name;
  throw Unsupported(std::string("expected elements of f16, bf16, f32, f64, "
                                "bool, i8, i16, i32 or i64, found ") +
                    c10::toString(type));
}

static at::ScalarType elementOf(const std::string &name) {
  for (const ElementName &element : elements)
    if (name == element.name)
      return element.type;
  throw ImportError("expected a type of elements, found '" + name + "'");
}

std::string kernel_opt::import::typeText(at::IntArrayRef sizes,
                                         at::ScalarType type) {
  std::string text = "tensor<";
  for (int64_t size : sizes)
    text += std::to_string(size) + "x";
  return text + elementText(type) + ">";
}

/// Sizes and element type of "tensor<2x3xf32>".
static std::pair<std::vector<int64_t>, at::ScalarType>
parseType(const std::string &text) {
  if (text.rfind("tensor<", 0) != 0 || text.find_first_of("?#") != text.npos)
    throw ImportError("expected a tensor of known sizes, found '" + text + "'");
  std::vector<int64_t> sizes;
  size_t at = strlen("tensor<");
  for (;;) {
    size_t end = text.find_first_not_of("0123456789", at);
    if (end == at || end == text.npos || text[end] != 'x')
      break;
    sizes.push_back(std::stoll(text.substr(at, end - at)));
    at = end + 1;
  }
  return {sizes, elementOf(text.substr(at, text.size() - at - 1))};
}

std::string kernel_opt::import::realText(double value) {
  char text[64];
  if (std::isfinite(value)) {
    snprintf(text, sizeof(text), "%.17e : f64", value);
  } else {
    uint64_t bits;
    std::memcpy(&bits, &value, sizeof(bits));
    snprintf(text, sizeof(text), "0x%016llX : f64",
             static_cast<unsigned long long>(bits));
  }
  return text;
}

std::string kernel_opt::import::stringText(const std::string &text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string result = "\"";
  for (unsigned char c : text) {
    if (c >= 0x20 && c < 0x7F && c != '"' && c != '\\') {
      result += static_cast<char>(c);
    } else {
      result += '\\';
      result += digits[c >> 4];
      result += digits[c & 15];
    }
  }
  return result + "\"";
}

Attrs &Attrs::ints(const std::string &name, at::IntArrayRef values) {
  std::string list = "array<i64";
  for (size_t i = 0; i < values.size(); ++i)
    list += (i ? ", " : ": ") + std::to_string(values[i]);
  return raw(name, list + ">");
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static std::string join(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts)
    text += (text.empty() ? "" : ", ") + part;
  return text;
}

void Builder::line(const std::string &left, const std::string &op,
                   const std::vector<std::string> &operands, const Attrs &attrs,
                   const std::vector<std::string> &types,
                   const std::string &right) {
  if (++count > kMostOperations)
    throw ImportError("the program unrolls to more than " +
                      std::to_string(kMostOperations) + " operations");
  std::string attributes = attrs.str();
  body += "  " + left + " = " + op + (operands.empty() ? "" : " ") +
          join(operands) + (attributes.empty() ? "" : " ") + attributes +
          " : (" + join(types) + ") -> " + right;
  body += location.empty() ? "\n" : " loc(" + stringText(location) + ")\n";
}

Tensors Builder::emit(const std::string &op, const Tensors &operands,
                      const Attrs &attrs) {
  std::vector<std::string> operandTypes, values, left;
  for (const at::Tensor &operand : operands) {
    operandTypes.push_back(typeText(operand));
    values.push_back(valueOf(operand));
  }
  const std::vector<std::string> &results =
      types.infer(op, attrs.str(), operandTypes);
  Tensors tensors;
  for (const std::string &type : results) {
    auto [sizes, element] = parseType(type);
    left.push_back(fresh());
    tensors.push_back(adopt(sizes, element, left.back()));
  }
  std::string right = join(results);
  line(join(left), op, values, attrs, operandTypes,
       results.size() == 1 ? right : "(" + right + ")");
  return tensors;
}

std::string Builder::emitText(const std::string &op,
                              const std::vector<std::string> &operands,
                              const std::vector<std::string> &operandTypes,
                              const Attrs &attrs,
                              const std::string &resultType) {
  const std::vector<std::string> &results =
      types.infer(op, attrs.str(), operandTypes);
  if (results.size() != 1 || results[0] != resultType)
    throw Unsupported("expected a result of type " + resultType +
                      ", as Torch gives, found " + join(results) + " by '" +
                      op + "'");
  std::string value = fresh();
  line(value, op, operands, attrs, operandTypes, resultType);
  return value;
}

void Builder::emitCall(const std::string &name,
                       const std::vector<std::string> &arguments,
                       const Tensors &operands, const Tensors &results) {
  std::vector<std::string> values, types, left, right, texts;
  for (const at::Tensor &operand : operands) {
    values.push_back(valueOf(operand));
    types.push_back(typeText(operand));
  }
  for (const at::Tensor &result : results) {
    left.push_back(fresh());
    right.push_back(typeText(result));
    own(result, left.back());
  }
  for (const std::string &argument : arguments)
    texts.push_back(stringText(argument));
  std::string symbol = "@torch_call_" + std::to_string(calls++);
  std::string signature = "(" + join(types) + ") -> (" + join(right) + ")";
  declarations += "func.func private " + symbol + signature +
                  " attributes {kopt.torch = {op = " + stringText(name) +
                  ", arguments = [" + join(texts) + "]}}\n";
  ++count;
  body += "  " + join(left) + " = func.call " + symbol + "(" + join(values) +
          ") : " + signature +
          (location.empty() ? "" : " loc(" + stringText(location) + ")") + "\n";
}

at::Tensor Builder::number(const at::Scalar &value, at::ScalarType type) {
  at::Tensor tensor = at::scalar_tensor(value, type);
  std::string key(static_cast<const char *>(tensor.data_ptr()),
                  tensor.nbytes());
  return numbers.try_emplace(elementText(type) + key, tensor).first->second;
}

/// Whether all elements have the bits of the first.
static bool isSplat(const at::Tensor &tensor) {
  auto bytes = static_cast<const char *>(tensor.data_ptr());
  size_t size = tensor.element_size();
  for (int64_t i = 1; i < tensor.numel(); ++i)
    if (std::memcmp(bytes, bytes + i * size, size) != 0)
      return false;
  return true;
}

/// What stands between the brackets of a dense attribute. Bits of booleans
/// would be packed, so these are written out.
static std::string denseText(const at::Tensor &tensor) {
  auto bytes = static_cast<const unsigned char *>(tensor.data_ptr());
  if (tensor.numel() == 0)
    return "";
  std::string text;
  if (tensor.scalar_type() == at::kBool) {
    for (int64_t i = 0; i < tensor.numel(); ++i)
      text += std::string(i ? ", " : "") + (bytes[i] ? "true" : "false");
    return "[" + text + "]";
  }
  for (size_t i = 0; i < tensor.nbytes(); ++i) {
    char two[3];
    snprintf(two, sizeof(two), "%02X", bytes[i]);
    text += two;
  }
  return stringText("0x" + text);
}

std::string Builder::denseConstant(const at::Tensor &tensor,
                                   const std::string &type) {
  bool flat = tensor.scalar_type() == at::kBool && tensor.dim() != 1;
  std::string written =
      flat ? typeText({tensor.numel()}, tensor.scalar_type()) : type;
  std::string value = fresh();
  ++count;
  body += "  " + value + " = arith.constant dense<" + denseText(tensor) +
          "> : " + written + "\n";
  if (!flat)
    return value;
  return emitText("aten.reshape", {value}, {written},
                  Attrs().ints("shape", tensor.sizes()), type);
}

std::string Builder::constant(const at::Tensor &given) {
  auto known = constants.find(given.unsafeGetTensorImpl());
  if (known != constants.end())
    return known->second;
  at::Tensor tensor = given.detach().contiguous();
  std::string type = typeText(tensor), value;
  if (tensor.numel() > kMostElements)
    throw Unsupported("a constant of " + std::to_string(tensor.numel()) +
                      " elements is too large for the program; make it a "
                      "buffer of the module");
  if (tensor.numel() == 0 || !isSplat(tensor)) {
    value = denseConstant(tensor, type);
  } else {
    at::Scalar number = tensor.flatten()[0].item();
    Attrs attrs;
    attrs.ints("size", tensor.sizes());
    if (number.isBoolean())
      attrs.flag("value", number.toBool());
    else if (number.isIntegral(false))
      attrs.integer("value", number.toLong());
    else
      attrs.real("value", number.toDouble());
    value = emitText("aten.full", {}, {},
                     attrs.type("dtype", tensor.scalar_type()), type);
  }
  kept.push_back(given);
  return constants[given.unsafeGetTensorImpl()] = value;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

at::Tensor Builder::adopt(at::IntArrayRef sizes, at::ScalarType type,
                          const std::string &value) {
  at::Tensor tensor =
      at::empty(sizes, at::TensorOptions(at::kMeta).dtype(type));
  own(tensor, value);
  return tensor;
}

void Builder::own(const at::Tensor &tensor, const std::string &value) {
  auto base = std::make_shared<Base>();
  base->value = value;
  tensors[tensor.unsafeGetTensorImpl()] = {tensor, base, {}, value, 0};
}

at::Tensor Builder::argument(const at::Tensor &like, const std::string &name,
                             bool isParameter) {
  std::string value = "%arg" + std::to_string(arguments.size());
  std::string type = typeText(like);
  std::string attrs = "kopt.name = " + stringText(name);
  if (isParameter)
    attrs += ", kopt.parameter";
  arguments.push_back(value + ": " + type + " {" + attrs + "} loc(" +
                      stringText(name) + ")");
  // A parameter that is laid out in another way is handed over contiguous.
  auto base = std::make_shared<Base>();
  base->value = value;
  base->argument = name;
  tensors[like.unsafeGetTensorImpl()] = {like, base, {}, value, 0};
  return like;
}

void Builder::promote(const at::Tensor &tensor) {
  if (isKnown(tensor))
    return;
  own(tensor, constant(tensor));
}

void Builder::addView(const at::Tensor &of, const at::Tensor &tensor,
                      ViewStep step) {
  promote(of);
  valueOf(of);
  Entry entry = tensors.at(of.unsafeGetTensorImpl());
  entry.tensor = tensor;
  entry.value = step.view(entry.value);
  entry.path.push_back(std::move(step));
  tensors[tensor.unsafeGetTensorImpl()] = std::move(entry);
}

std::string Builder::valueOf(const at::Tensor &tensor) {
  auto found = tensors.find(tensor.unsafeGetTensorImpl());
  if (found == tensors.end()) {
    if (tensor.is_meta())
      throw ImportError("a tensor has no value; this is a defect of the "
                        "importer");
    return constant(tensor);
  }
  Entry &entry = found->second;
  if (!entry.base->lost.empty())
    throw Unsupported(entry.base->lost);
  if (entry.version != entry.base->version) {
    std::string value = entry.base->value;
    for (const ViewStep &step : entry.path)
      value = step.view(value);
    entry.value = value;
    entry.version = entry.base->version;
  }
  return entry.value;
}

void Builder::write(const at::Tensor &tensor, const at::Tensor &value) {
  promote(tensor);
  std::string text = valueOf(value);
  valueOf(tensor);
  Entry &entry = tensors.at(tensor.unsafeGetTensorImpl());
  std::vector<std::string> viewed = {entry.base->value};
  for (const ViewStep &step : entry.path)
    viewed.push_back(step.view(viewed.back()));
  std::string result = text;
  bool canFollow = true;
  for (size_t i = entry.path.size(); i-- > 0 && canFollow;) {
    canFollow = static_cast<bool>(entry.path[i].write);
    if (canFollow)
      result = entry.path[i].write(viewed[i], result);
  }
  if (!entry.base->argument.empty() &&
      std::find(written.begin(), written.end(), entry.base->argument) ==
          written.end())
    written.push_back(entry.base->argument);
  if (!canFollow) {
    // The view goes on by itself; whoever reads the rest is told.
    entry.base->lost = "reads a tensor that was written to through a view "
                       "(expand, diagonal or unfold) that a write cannot be "
                       "followed through";
    entry.base = std::make_shared<Base>();
    entry.path.clear();
  }
  entry.base->value = result;
  entry.value = text;
  entry.version = ++entry.base->version;
}

std::string Builder::argumentBehind(const at::Tensor &tensor) const {
  auto found = tensors.find(tensor.unsafeGetTensorImpl());
  return found == tensors.end() ? "" : found->second.base->argument;
}

std::string Builder::moduleText(const std::string &name,
                                const Tensors &results) {
  std::string values, resultTypes;
  for (const at::Tensor &result : results) {
    values += (values.empty() ? " " : ", ") + valueOf(result);
    resultTypes += (resultTypes.empty() ? "" : ", ") + typeText(result);
  }
  std::string text = "module {\n" + declarations + "func.func @" + name + "(";
  for (size_t i = 0; i < arguments.size(); ++i)
    text += (i ? ",\n    " : "") + arguments[i];
  text += ") -> (" + resultTypes + ") {\n" + body + "  return" + values;
  text += results.empty() ? "\n}\n}\n" : " : " + resultTypes + "\n}\n}\n";
  return text;
}
