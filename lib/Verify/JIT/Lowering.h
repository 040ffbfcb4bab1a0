//===- Lowering.h - From tensors to LLVM IR in f64 ------------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_JIT_LOWERING_H
#define KERNEL_OPT_LIB_VERIFY_JIT_LOWERING_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace kernel_opt::verify {

/// Name of the function that lowerToLLVM makes.
constexpr StringLiteral compiledName = "program";

/// A module in the LLVM dialect with a function `program` (and its C interface)
/// that takes memrefs of the arguments, then of the results. Floats are f64.
FailureOr<OwningOpRef<ModuleOp>> lowerToLLVM(Block &program);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_JIT_LOWERING_H
