//===- SkipMasked.h - Blocks whose sums nobody sees -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_SKIPMASKED_H
#define KERNEL_OPT_SCHEDULE_SKIPMASKED_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// Lets loops of a tile program run no round in blocks where a mask hides every
/// element of what they compute. Fails with a diagnostic if there is no such
/// loop.
LogicalResult skipMasked(gpu::GPUFuncOp func);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_SKIPMASKED_H
