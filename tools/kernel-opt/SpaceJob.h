//===- SpaceJob.h - How much there is to choose -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_SPACEJOB_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_SPACEJOB_H

#include "kernel-opt/Optimizer/Optimizer.h"

namespace kernel_opt {

/// Forms the program's kernels and prints, for each kernel and each strategy
/// that matches it, its knobs and how many of their combinations are legal: the
/// schedule applies and the program is admitted. Nothing is compiled. Of more
/// than `most` combinations so many are drawn, and the number is estimated.
LogicalResult listSpace(ModuleOp module, const optimizer::Options &options,
                        unsigned most, raw_ostream &os);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_SPACEJOB_H
