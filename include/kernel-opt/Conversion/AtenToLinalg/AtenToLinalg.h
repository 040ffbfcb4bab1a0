//===- AtenToLinalg.h - From aten to linalg ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_CONVERSION_ATENTOLINALG_ATENTOLINALG_H
#define KERNEL_OPT_CONVERSION_ATENTOLINALG_ATENTOLINALG_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"

namespace kernel_opt {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/Conversion/AtenToLinalg/Passes.h.inc"

/// Replaces the aten op `op` by linalg on tensors. Fails, after a report at
/// the op's location and without a change to `op`, if it cannot.
LogicalResult lowerAtenOp(RewriterBase &rewriter, Operation *op);

/// Does so with all aten ops in `root`, those of rules left out. Goes on after
/// a failure, so that one run reports them all.
LogicalResult lowerAtenOps(Operation *root);

} // namespace kernel_opt

#endif // KERNEL_OPT_CONVERSION_ATENTOLINALG_ATENTOLINALG_H
