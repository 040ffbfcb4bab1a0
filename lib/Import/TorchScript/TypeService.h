//===- TypeService.h - Result types from the aten dialect -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules of the aten dialect exist once, in MLIR. A kernel-opt-infer process
// evaluates them: a request and an answer are one line each.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TYPESERVICE_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TYPESERVICE_H

#include <string>
#include <unordered_map>
#include <vector>

namespace kernel_opt::import {

class TypeService {
public:
  /// Starts `kernelOpt` as the tool kernel-opt-infer. Throws ImportError.
  explicit TypeService(const std::string &kernelOpt);
  ~TypeService();
  TypeService(const TypeService &) = delete;

  /// The result types of `op` ("aten.relu") with these attributes ("{...}" or
  /// "") and operand types, all as MLIR text. Throws Unsupported with the
  /// rule's message if there are none, ImportError if the process is gone.
  const std::vector<std::string> &
  infer(const std::string &op, const std::string &attributes,
        const std::vector<std::string> &operands);

private:
  std::string exchange(const std::string &request);

  int input = -1, output = -1, pid = -1;
  std::string pending;
  std::unordered_map<std::string, std::vector<std::string>> known;
};

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TYPESERVICE_H
