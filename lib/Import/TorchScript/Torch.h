//===- Torch.h - What the importer uses of libtorch -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Precompiled: libtorch's headers take most of the time of each file.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TORCH_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TORCH_H

#include <ATen/ATen.h>
#include <ATen/native/TypeProperties.h>
#include <caffe2/serialize/inline_container.h>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/runtime/operator.h>
#include <torch/csrc/jit/serialization/import_source.h>
#include <torch/csrc/jit/serialization/pickle.h>
#include <torch/csrc/jit/serialization/source_range_serialization.h>
#include <torch/csrc/jit/serialization/unpickler.h>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace kernel_opt::import {

namespace jit = torch::jit;
using c10::IValue;

/// An import that cannot go on.
class ImportError : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One operation that cannot be imported; the import goes on to find others.
class Unsupported : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_TORCH_H
