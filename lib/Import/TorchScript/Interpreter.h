//===- Interpreter.h - Runs a program at import time ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything but the elements of tensors is known when a model is imported, so
// its code is simply run: calls, branches, loops, lists and numbers happen
// here, and each operation on tensors emits its translation.
//
// An operation that cannot be translated is reported and its results are
// *unknown*. Running goes on to find all others; what an unknown value leads to
// is not reported again.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_INTERPRETER_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_INTERPRETER_H

#include "Archive.h"
#include "Call.h"
#include "kernel-opt/Import/TorchScript.h"

namespace kernel_opt::import {

class Interpreter {
public:
  Interpreter(const Archive &archive, Builder &builder, ImportResult &result,
              Fallback fallback);

  /// Runs a method of the module on `inputs` (the module excluded).
  IValue run(const std::string &method, std::vector<IValue> inputs);
  /// The tensors inside `value`, in order; what is none gets a note.
  Tensors flatten(const IValue &value);

private:
  using Environment = std::unordered_map<const jit::Value *, IValue>;

  // Control (Interpreter.cpp).
  IValue call(jit::Function &function, std::vector<IValue> arguments);
  std::vector<IValue> runBlock(const jit::Block *block, Environment &values);
  void runNode(const jit::Node *node, Environment &values);
  std::vector<IValue> runIf(const jit::Node *node, Environment &values);
  std::vector<IValue> runLoop(const jit::Node *node, Environment &values);
  void surveyBlock(const jit::Block *block);

  // Operations that no schema describes (Structure.cpp).
  bool runStructure(const jit::Node *node, jit::Stack &inputs,
                    std::vector<IValue> &outputs);
  IValue attribute(const IValue &object, const std::string &name);
  void setAttribute(const IValue &object, const std::string &name,
                    const IValue &value);
  void learn(const IValue &value, const std::string &path, bool isParameter);

  // Operations with a schema (Operations.cpp).
  std::vector<IValue> runOperation(const jit::Node *node, jit::Stack &inputs);
  std::vector<IValue> translate(const jit::Node *node, const std::string &name,
                                jit::Stack &inputs);
  void crossCheck(const jit::Node *node, const jit::Stack &inputs,
                  std::vector<IValue> &results);
  IValue writeInPlace(Call &call, const at::Tensor &self, at::Tensor value);
  std::vector<IValue> guess(const jit::Node *node, const jit::Stack &inputs);
  std::vector<IValue> callTorch(const jit::Node *node,
                                const jit::Stack &inputs);
  bool isFoldable(const std::string &name, const jit::Stack &inputs,
                  bool writes) const;
  bool hasTranslation(const jit::Node *node) const;

  void report(const jit::Node *node, const std::string &reason);
  void note(const std::string &text);
  static IValue unknown();
  static bool isUnknown(const IValue &value);

  const Archive &archive;
  Builder &builder;
  ImportResult &result;
  Fallback fallback;
  TranslationTable table;
  std::unordered_map<const c10::ivalue::Object *, std::string> paths;
  std::vector<std::string> path;
  std::map<std::pair<std::string, std::string>, size_t> problemIndex;
  int64_t steps = 0;
};

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_INTERPRETER_H
