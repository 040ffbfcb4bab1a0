//===- Literals.h - Arithmetic on literals ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_KERNEL_LITERALS_H
#define KERNEL_OPT_LIB_KERNEL_LITERALS_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"

namespace kernel_opt::kernel {

/// Computes what a kernel's bodies compute of literals alone. A result that was
/// rounded says what it stands for (`exp(0x1p-1)`): folding it later on would
/// lose that, and the program would differ from its kernel by the rounding.
void foldLiterals(kopt::KernelOp kernel);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_LIB_KERNEL_LITERALS_H
