//===- Siblings.h - Reductions that read the same -----------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_SIBLINGS_H
#define KERNEL_OPT_KERNEL_SIBLINGS_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Support/LLVM.h"

namespace kernel_opt::kernel {

/// Whether two operations are reductions, of one result each, with the same
/// loops and result map that read a tensor in common at every point: one pass
/// over it can serve both.
bool areSiblings(Operation *left, Operation *right);

/// Makes one `linalg.generic` with several results of sibling reductions of a
/// kernel that do not depend on each other. No arithmetic changes.
void mergeSiblings(kopt::KernelOp kernel);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_SIBLINGS_H
