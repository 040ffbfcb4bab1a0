//===- TraceJIT.h - Compiled traces of stores -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_TRACEJIT_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_TRACEJIT_H

#include "StoreTrace.h"

namespace mlir {
class ExecutionEngine;
} // namespace mlir

namespace kernel_opt::verify {

/// The most dimensions of a box of the tensor memory accelerator.
inline constexpr unsigned maxBoxRank = 5;

/// The function `trace` of a module of func, scf, arith and vector, with its
/// calls of `store`, `box`, `endless` and `division` going to a visitor.
class TraceJIT {
public:
  struct Context {
    StoreVisitor *visitor;
    const StoreSite *sites;
  };
  ~TraceJIT();
  /// Null, with the reason, if it cannot be compiled.
  static std::unique_ptr<TraceJIT> compile(ModuleOp module,
                                           std::string &obstacle);
  void run(Context &context, int64_t begin, int64_t end) const;

private:
  TraceJIT();
  std::unique_ptr<MLIRContext> context;
  std::unique_ptr<mlir::ExecutionEngine> engine;
  void (*function)(Context *, int64_t, int64_t) = nullptr;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_TRACEJIT_H
