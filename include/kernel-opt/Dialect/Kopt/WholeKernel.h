//===- WholeKernel.h - What a kernel was before it was split ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Where a kernel's work is done by several, which hand on numbers in parts, one
// alone says little: inputs that are no parts of one number never come. It is
// judged by the kernel that stood there before, which it carries along as text
// in `kopt.whole`. Nothing is believed of that: verification shows that the
// function with the whole kernels is the program that was read.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_WHOLEKERNEL_H
#define KERNEL_OPT_DIALECT_KOPT_WHOLEKERNEL_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace kernel_opt::kopt {

/// On a kernel: {kernel = text, through = array<i64>}. `through` has an entry
/// for each operand of the whole kernel: i if it is operand i of this one, and
/// -1 - i if it is the operand of the kernel that made operand i.
inline constexpr llvm::StringLiteral kWholeAttrName = "kopt.whole";

struct WholeKernel {
  OwningOpRef<ModuleOp> holder;
  KernelOp kernel;
  /// Of `kernel`, where the other one stands.
  SmallVector<Value> operands;
};

/// Notes on `made` that it does the work of `whole`, with kernels before it.
void setWhole(KernelOp made, KernelOp whole, ArrayRef<int64_t> through);

/// What `made` was before; nothing if it is whole itself. Reports a note that
/// does not fit.
FailureOr<std::optional<WholeKernel>> lookupWhole(KernelOp made);

/// Where an operand of `made` comes from.
struct OperandOrigin {
  KernelOp maker;      ///< null if it is an operand of the whole kernel
  unsigned result = 0; ///< of the maker
  /// The operand of the whole kernel, or those that the maker reads.
  SmallVector<unsigned> operands;
};

/// Origins of all operands of `made`. Reports one that is no operand of the
/// whole kernel, nor made from these by one kernel.
FailureOr<SmallVector<OperandOrigin>> originsOf(KernelOp made,
                                                const WholeKernel &whole);

/// One kernel that does what `made` and the makers of its operands do, on the
/// operands of the whole kernel; in a module of its own.
FailureOr<WholeKernel> composeWhole(KernelOp made, const WholeKernel &whole);

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_WHOLEKERNEL_H
