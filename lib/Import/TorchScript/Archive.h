//===- Archive.h - Modules out of TorchScript archives ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_ARCHIVE_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_ARCHIVE_H

#include "Torch.h"

namespace kernel_opt::import {

/// Where the lines of a file of an archive came from.
class SourceLines {
public:
  /// Reads the record that lies beside the file; nothing of it is trusted, and
  /// what cannot be read leaves the places unknown.
  static SourceLines read(const char *bytes, size_t size);

  /// "model.py:41" for a place in the file, empty if unknown.
  std::string at(size_t offset) const;

private:
  std::map<size_t, std::string> places;
};

/// A module whose parameters and buffers are meta tensors; tensors that are
/// constants of its code lie on the CPU.
struct Archive {
  std::shared_ptr<jit::CompilationUnit> unit;
  jit::Module module;
  std::unordered_map<const jit::Source *, SourceLines> lines;

  /// Where the user wrote this, else where the archive has it.
  std::string describe(const jit::SourceRange &range) const;
};

/// Reads an archive without the contents of its parameters: no record of a
/// weight is read. Runs nothing of the archive: an object that wants its own
/// `__setstate__` is refused. Throws what libtorch throws, or ImportError.
std::unique_ptr<Archive> readArchive(const char *bytes, size_t size);

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_ARCHIVE_H
