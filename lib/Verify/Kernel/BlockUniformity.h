//===- BlockUniformity.h - Do all blocks behave alike? ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKUNIFORMITY_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKUNIFORMITY_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::verify {

/// Whether something that depends on the number of the block decides what is
/// done rather than where: a comparison, a minimum, a part of a vector that
/// counts, a box that may reach beyond its tensor. If not, there are no ragged
/// edges.
bool guardsDependOnBlock(mlir::gpu::GPUFuncOp program);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_BLOCKUNIFORMITY_H
