//===- Islands.h - Functions out of what is supported -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_ISLANDS_H
#define KERNEL_OPT_KERNEL_ISLANDS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/JSON.h"
#include <string>

namespace kernel_opt::kernel {

/// An operation that stays as it is.
struct LeftOperation {
  Operation *op;
  std::string function; ///< name of the function that it stands in
  std::string reason;   ///< "call", "control flow", "memory", "unknown"
};

struct IslandReport {
  /// Names of the functions that were made.
  SmallVector<std::string> islands;
  /// Everything that stays, in the order of the text.
  SmallVector<LeftOperation> left;
};

/// Moves maximal groups of supported operations on tensors into functions of
/// their own, where a function also holds what is not supported; a function
/// without such operations stays whole. Nothing else is changed.
IslandReport outlineIslands(ModuleOp module);

/// Everything in a module that no kernel can hold, without changing it.
SmallVector<LeftOperation> findUnsupported(ModuleOp module);

/// {"islands": [names], "left": [{"op", "function", "reason", "location"}]}
llvm::json::Value toJSON(const IslandReport &report);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_ISLANDS_H
