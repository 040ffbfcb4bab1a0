//===- TorchScript.h - TorchScript archives become aten ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Uses neither headers nor libraries of MLIR: it is built against whatever
// Torch the user has, and asks a kernel-opt process for the types of results.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_IMPORT_TORCHSCRIPT_H
#define KERNEL_OPT_IMPORT_TORCHSCRIPT_H

#include <cstdint>
#include <string>
#include <vector>

namespace kernel_opt::import {

/// What becomes of an operation that cannot be imported.
enum class Fallback {
  Error, ///< It is an error.
  Torch, ///< It becomes a call that a Torch runtime can execute.
};

struct ImportOptions {
  /// Types of the inputs, in order: "f32[16,3,224,224]", "i64[]".
  std::vector<std::string> inputs;
  /// Method of the module, and name of the function that it becomes.
  std::string method = "forward";
  /// The kernel-opt executable that is asked for the types of results.
  std::string kernelOpt = "kernel-opt";
  Fallback fallback = Fallback::Error;
};

/// Something that cannot be imported, with every place where it stands.
struct Problem {
  std::string op;     ///< "aten::sort", or "" if no operation is to blame.
  std::string reason; ///< What was expected and found, and the remedy.
  int64_t count = 0;  ///< How often the program does it.
  std::string module; ///< Path of the first module, "encoder.layers.3.attn".
  std::string source; ///< Line of its source, "model.py:41".
};

struct ImportResult {
  bool succeeded = false;
  std::string text; ///< One module with one function, if it succeeded.
  std::vector<Problem> problems;
  /// What does not keep the program from being imported.
  std::vector<std::string> notes;
  int64_t operations = 0; ///< Operations in the function.

  /// One line for each problem and note.
  std::string describe() const;
  /// {"succeeded", "operations", "problems": [{"op", "reason", "count",
  /// "module", "source"}], "notes"}.
  std::string json() const;
};

/// Imports the archive (a zip file as torch.jit.save writes it) that stands in
/// `bytes`, which must live until this returns. Never throws. libtorch reads
/// the archive: see docs/Import.md for what that runs.
ImportResult importTorchScript(const char *bytes, size_t size,
                               const ImportOptions &options);

} // namespace kernel_opt::import

#endif // KERNEL_OPT_IMPORT_TORCHSCRIPT_H
