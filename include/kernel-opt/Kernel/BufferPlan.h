//===- BufferPlan.h - Where the tensors of a launch plan live ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_BUFFERPLAN_H
#define KERNEL_OPT_KERNEL_BUFFERPLAN_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

namespace kernel_opt::kernel {

/// Memory of one tensor.
struct BufferSlot {
  enum class Kind : uint8_t {
    Argument,  ///< of the function; `index` is its number
    Result,    ///< of the function; `index` is its number
    Constant,  ///< `index` is its number in BufferPlan::constants
    Workspace, ///< `offset` bytes into the function's workspace
  };
  Kind kind;
  unsigned index = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

/// A result of the function that is not written by a kernel: a copy of
/// something that has memory already.
struct ResultCopy {
  Value from;
  unsigned result;
};

struct BufferPlan {
  /// Every tensor of the function's block, but for empty ones that are only
  /// outputs of launches. Views have the slot of what they show. Where the
  /// result of a launch lives is where the launch must write it.
  DenseMap<Value, BufferSlot> slots;
  SmallVector<Value> constants;
  SmallVector<ResultCopy> copies;
  /// Bytes of the workspace, with all offsets aligned.
  uint64_t workspaceBytes = 0;
};

/// Plans the memory of a function that is a launch plan: one block of
/// `kopt.kernel` or `kopt.launch` operations, views, constants, empty tensors.
/// Results are written in place where a kernel defines them; all other results
/// of kernels share a workspace, and two of them overlap only if one is read
/// for the last time before the other is written. Offsets are multiples of
/// `alignment` bytes. Reports what it cannot plan: control flow, other
/// operations, sizes that are not known.
FailureOr<BufferPlan> planBuffers(func::FuncOp function,
                                  uint64_t alignment = 256);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_BUFFERPLAN_H
