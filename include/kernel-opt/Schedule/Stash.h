//===- Stash.h - Tiles that wait in shared memory ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_STASH_H
#define KERNEL_OPT_SCHEDULE_STASH_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::schedule {

/// Of what each thread of a scheduled program reads and needs again behind a
/// barrier, moves the last `vectors` accesses out of registers: they are copied
/// to the thread's own places in shared memory (cp.async) and read from there
/// in every part of the program between barriers, where elementwise work on
/// them is done anew. Fails with a diagnostic if nothing can be moved.
LogicalResult stashLoads(gpu::GPUFuncOp func, int64_t vectors);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_STASH_H
