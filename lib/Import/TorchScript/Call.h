//===- Call.h - One call of an operation of TorchScript ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_CALL_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_CALL_H

#include "Builder.h"

namespace kernel_opt::import {

/// The arguments of a call by the names of its schema, and the operations that
/// its translation emits. What a translation cannot do it throws as
/// Unsupported.
class Call {
public:
  Call(Builder &builder, const c10::FunctionSchema &schema,
       const jit::Stack &arguments)
      : b(builder), schema(schema), arguments(arguments) {}

  Builder &b;
  const c10::FunctionSchema &schema;
  const jit::Stack &arguments;

  /// The argument of that name; None if the schema has none.
  const IValue &operator[](const std::string &name) const;
  bool isNone(const std::string &name) const { return (*this)[name].isNone(); }

  at::Tensor tensor(const std::string &name) const;
  /// The tensor, or an undefined one for None.
  at::Tensor optional(const std::string &name) const;
  Tensors tensors(const std::string &name) const;
  /// Numbers may also be given as constant tensors of rank 0, as traces do.
  at::Scalar scalar(const std::string &name) const;
  double real(const std::string &name) const { return scalar(name).toDouble(); }
  double real(const std::string &name, double otherwise) const {
    return isNone(name) ? otherwise : real(name);
  }
  int64_t integer(const std::string &name) const {
    return scalar(name).toLong();
  }
  int64_t integer(const std::string &name, int64_t otherwise) const {
    return isNone(name) ? otherwise : integer(name);
  }
  bool flag(const std::string &name, bool otherwise = false) const;
  std::string text(const std::string &name) const;
  /// A list of integers, empty for None; a number is a list of one.
  std::vector<int64_t> ints(const std::string &name) const;
  std::optional<at::ScalarType> type(const std::string &name) const;

  // What many translations need.

  at::Tensor one(const std::string &op, const Tensors &operands,
                 const Attrs &attrs = {}) const {
    return b.emitOne(op, operands, attrs);
  }
  /// The argument as an operand beside `partner`: a number becomes a tensor of
  /// rank 0 whose type does not change that of the result.
  at::Tensor operand(const std::string &name, const at::Tensor &partner) const;
  /// `value` as such an operand.
  at::Tensor numberBeside(const at::Scalar &value,
                          const at::Tensor &partner) const;
  at::Tensor to(const at::Tensor &tensor, at::ScalarType type) const {
    if (tensor.scalar_type() == type)
      return tensor;
    return one("aten.to", {tensor}, Attrs().type("dtype", type));
  }
  /// Integers as f32, floats as they are.
  at::Tensor toFloat(const at::Tensor &tensor) const {
    return to(tensor, at::isFloatingType(tensor.scalar_type())
                          ? tensor.scalar_type()
                          : at::kFloat);
  }
  at::Tensor reshape(const at::Tensor &tensor, at::IntArrayRef shape) const {
    if (tensor.sizes() == shape)
      return tensor;
    return one("aten.reshape", {tensor}, Attrs().ints("shape", shape));
  }
  at::Tensor expand(const at::Tensor &tensor, at::IntArrayRef size) const {
    if (tensor.sizes() == size)
      return tensor;
    return one("aten.expand", {tensor}, Attrs().ints("size", size));
  }
  at::Tensor slice(const at::Tensor &tensor, int64_t dim, int64_t start,
                   int64_t end, int64_t step = 1) const {
    return one("aten.slice", {tensor},
               Attrs()
                   .integer("dim", dim)
                   .integer("start", start)
                   .integer("end", end)
                   .integer("step", step));
  }

  void ret(const IValue &value) { results.push_back(value); }
  std::vector<IValue> results;

private:
  IValue none;
};

using Translation = void (*)(Call &);
/// Translations by the name of the operation, "aten::relu". Those of writes in
/// place are found under the name without the underscore.
using TranslationTable = std::unordered_map<std::string, Translation>;

void addPointwise(TranslationTable &table);
void addActivations(TranslationTable &table);
void addReductions(TranslationTable &table);
void addNormalizations(TranslationTable &table);
void addContractions(TranslationTable &table);
void addAttention(TranslationTable &table);
void addWindows(TranslationTable &table);
void addPlacements(TranslationTable &table);
void addCreations(TranslationTable &table);
void addLosses(TranslationTable &table);
void addRecurrences(TranslationTable &table);
void addViews(TranslationTable &table);
void addResampling(TranslationTable &table);

/// Whether the results of `name` may share memory with its first argument;
/// these translations are given libtorch's own results.
bool isViewOperation(const std::string &name);
/// Makes `results` (of libtorch) of a view operation known.
void translateView(Call &call, const std::vector<IValue> &results);

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_CALL_H
