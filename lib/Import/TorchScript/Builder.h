//===- Builder.h - Tensors of a program as SSA values -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor of the program is a meta tensor of libtorch here, which carries
// sizes, strides and type; beside it stands which SSA value holds its elements.
// Views and writes in place become functions of values: a view remembers the
// steps that lead to it from its *base*, a write runs them backwards and gives
// the base a new value, and every other view is made anew when it is read next.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_BUILDER_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_BUILDER_H

#include "Torch.h"
#include "TypeService.h"

namespace kernel_opt::import {

/// "f32", "i1"; throws Unsupported for types that aten lacks.
std::string elementText(at::ScalarType type);
/// "tensor<2x3xf32>".
std::string typeText(at::IntArrayRef sizes, at::ScalarType type);
inline std::string typeText(const at::Tensor &t) {
  return typeText(t.sizes(), t.scalar_type());
}
/// "1.0e+00 : f64", bits for infinities and NaN.
std::string realText(double value);
/// A string of MLIR, quoted.
std::string stringText(const std::string &text);

/// The attributes of one operation.
class Attrs {
public:
  Attrs &raw(const std::string &name, const std::string &value) {
    text += (text.empty() ? "" : ", ") + name + " = " + value;
    return *this;
  }
  Attrs &ints(const std::string &name, at::IntArrayRef values);
  Attrs &integer(const std::string &name, int64_t value) {
    return raw(name, std::to_string(value) + " : i64");
  }
  Attrs &real(const std::string &name, double value) {
    return raw(name, realText(value));
  }
  Attrs &flag(const std::string &name, bool value) {
    return raw(name, value ? "true" : "false");
  }
  Attrs &type(const std::string &name, at::ScalarType value) {
    return raw(name, elementText(value));
  }
  /// "{...}", empty if there are none.
  std::string str() const { return text.empty() ? "" : "{" + text + "}"; }

private:
  std::string text;
};

using Tensors = std::vector<at::Tensor>;

/// One step from a tensor to a view of it, on SSA values.
struct ViewStep {
  /// The view's value out of that of what it views.
  std::function<std::string(const std::string &)> view;
  /// The value of what is viewed after the view got a value; null if a write
  /// through this view cannot be followed.
  std::function<std::string(const std::string &viewed,
                            const std::string &value)>
      write;
};

class Builder {
public:
  explicit Builder(TypeService &types) : types(types) {}

  /// Emits one operation and returns its results, new tensors.
  Tensors emit(const std::string &op, const Tensors &operands,
               const Attrs &attrs = {});
  at::Tensor emitOne(const std::string &op, const Tensors &operands,
                     const Attrs &attrs = {}) {
    return emit(op, operands, attrs).at(0);
  }
  /// The same on values whose types are known, with one result of a type that
  /// the rule of the operation must agree with.
  std::string emitText(const std::string &op,
                       const std::vector<std::string> &operands,
                       const std::vector<std::string> &operandTypes,
                       const Attrs &attrs, const std::string &resultType);

  /// Emits a call of the Torch operation `name` ("aten::topk"), whose results
  /// libtorch made. Each of `arguments` is a text; "%2" is operand 2.
  void emitCall(const std::string &name,
                const std::vector<std::string> &arguments,
                const Tensors &operands, const Tensors &results);

  /// A tensor of rank 0 on the CPU with this value, the same one each time.
  at::Tensor number(const at::Scalar &value, at::ScalarType type);

  /// A new tensor that the SSA value `value` holds.
  at::Tensor adopt(at::IntArrayRef sizes, at::ScalarType type,
                   const std::string &value);
  /// The same for a tensor that libtorch made.
  void own(const at::Tensor &tensor, const std::string &value);
  /// An argument of the function; `name` is what it is called in the program.
  at::Tensor argument(const at::Tensor &like, const std::string &name,
                      bool isParameter);
  /// Makes a tensor of the CPU, of whatever value, one of the program.
  void promote(const at::Tensor &tensor);
  /// Makes `tensor` (of libtorch's own view function) known as a view of `of`.
  void addView(const at::Tensor &of, const at::Tensor &tensor, ViewStep step);
  /// The SSA value that holds the elements of `tensor` now. Tensors of the CPU
  /// become constants.
  std::string valueOf(const at::Tensor &tensor);
  /// Gives `tensor` the elements of `value`, which has its sizes and type.
  void write(const at::Tensor &tensor, const at::Tensor &value);
  bool isKnown(const at::Tensor &tensor) const {
    return tensors.count(tensor.unsafeGetTensorImpl()) != 0;
  }
  /// Whether `tensor` shares its elements with an argument of the function.
  std::string argumentBehind(const at::Tensor &tensor) const;

  /// Where the following operations come from.
  void setLocation(const std::string &path) { location = path; }
  /// The whole module.
  std::string moduleText(const std::string &name, const Tensors &results);
  int64_t numOperations() const { return count; }
  /// Names of inputs and parameters that the program writes to, in order.
  std::vector<std::string> writtenArguments() const { return written; }

private:
  /// The memory that a tensor and its views share.
  struct Base {
    std::string value;
    int64_t version = 0;
    std::string lost; ///< Why the elements are no longer known.
    std::string argument;
  };
  struct Entry {
    at::Tensor tensor; ///< Keeps the key alive.
    std::shared_ptr<Base> base;
    std::vector<ViewStep> path;
    std::string value;
    int64_t version = 0;
  };

  std::string constant(const at::Tensor &tensor);
  std::string denseConstant(const at::Tensor &tensor, const std::string &type);
  void line(const std::string &left, const std::string &op,
            const std::vector<std::string> &operands, const Attrs &attrs,
            const std::vector<std::string> &types, const std::string &right);
  std::string fresh() { return "%" + std::to_string(next++); }

  TypeService &types;
  std::unordered_map<const at::TensorImpl *, Entry> tensors;
  std::unordered_map<const at::TensorImpl *, std::string> constants;
  std::vector<at::Tensor> kept;
  std::map<std::string, at::Tensor> numbers;
  std::vector<std::string> arguments, written;
  std::string body, location, declarations;
  int64_t next = 0, count = 0, calls = 0;
};

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_BUILDER_H
