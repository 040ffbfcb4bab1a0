//===- Call.cpp - One call of an operation of TorchScript -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Call.h"

using namespace kernel_opt::import;

const IValue &Call::operator[](const std::string &name) const {
  auto index = schema.argumentIndexWithName(name);
  return index && size_t(*index) < arguments.size() ? arguments[*index] : none;
}

static Unsupported expected(const std::string &what, const std::string &name,
                            const IValue &found) {
  return Unsupported("expected " + what + " as '" + name + "', found " +
                     found.tagKind());
}

at::Tensor Call::tensor(const std::string &name) const {
  const IValue &value = (*this)[name];
  if (!value.isTensor() || !value.toTensor().defined())
    throw expected("a tensor", name, value);
  return value.toTensor();
}

at::Tensor Call::optional(const std::string &name) const {
  return isNone(name) ? at::Tensor() : tensor(name);
}

Tensors Call::tensors(const std::string &name) const {
  const IValue &value = (*this)[name];
  if (!value.isList())
    throw expected("a list of tensors", name, value);
  Tensors result;
  for (const IValue &element : value.toListRef()) {
    if (!element.isTensor())
      throw expected("tensors", name, element);
    result.push_back(element.toTensor());
  }
  return result;
}

/// The number in a constant of rank 0.
static at::Scalar numberOf(const Builder &b, const IValue &value,
                           const std::string &name) {
  if (value.isScalar())
    return value.toScalar();
  if (!value.isTensor())
    throw expected("a number", name, value);
  const at::Tensor &tensor = value.toTensor();
  if (!tensor.defined() || tensor.is_meta() || b.isKnown(tensor) ||
      tensor.numel() != 1)
    throw Unsupported("'" + name +
                      "' depends on data: expected a number that "
                      "is known when the model is imported");
  return tensor.item();
}

at::Scalar Call::scalar(const std::string &name) const {
  return numberOf(b, (*this)[name], name);
}

bool Call::flag(const std::string &name, bool otherwise) const {
  return isNone(name) ? otherwise : scalar(name).toBool();
}

std::string Call::text(const std::string &name) const {
  const IValue &value = (*this)[name];
  if (value.isNone())
    return "";
  if (!value.isString())
    throw expected("a string", name, value);
  return value.toStringRef();
}

std::vector<int64_t> Call::ints(const std::string &name) const {
  const IValue &value = (*this)[name];
  if (value.isNone())
    return {};
  if (!value.isList())
    return {integer(name)};
  std::vector<int64_t> result;
  for (const IValue &element : value.toListRef())
    result.push_back(numberOf(b, element, name).toLong());
  return result;
}

std::optional<at::ScalarType> Call::type(const std::string &name) const {
  if (isNone(name))
    return std::nullopt;
  return static_cast<at::ScalarType>(integer(name));
}

at::Tensor Call::numberBeside(const at::Scalar &value,
                              const at::Tensor &partner) const {
  // torch computes with a number in the type that it computes in: f32 for
  // f16 and bf16. A float beside integers makes the result torch's default.
  at::ScalarType type = partner.scalar_type();
  bool isScalar = partner.dim() == 0;
  if (value.isBoolean())
    type = at::kBool;
  else if (at::isFloatingType(type))
    type = type == at::kDouble || isScalar ? type : at::kFloat;
  else if (value.isFloatingPoint())
    type = at::kFloat;
  else if (!isScalar || type == at::kBool)
    type = at::kLong;
  return b.number(value, type);
}

at::Tensor Call::operand(const std::string &name,
                         const at::Tensor &partner) const {
  const IValue &value = (*this)[name];
  if (!value.isTensor())
    return numberBeside(scalar(name), partner);
  // A trace holds numbers as tensors that say what they are.
  at::Tensor own = tensor(name);
  if (own.unsafeGetTensorImpl()->is_wrapped_number() && !b.isKnown(own))
    return numberBeside(own.item(), partner);
  return own;
}
