//===- LaunchSizes.cpp - Sizes of a launch ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LaunchSizes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace kernel_opt::verify;

std::optional<LaunchSizes> LaunchSizes::of(gpu::GPUFuncOp program) {
  LaunchSizes sizes;
  auto grid = program.getKnownGridSize(), block = program.getKnownBlockSize();
  if (!grid || !block || grid->size() != 3 || block->size() != 3)
    return std::nullopt;
  llvm::copy(*grid, sizes.grid.begin());
  llvm::copy(*block, sizes.block.begin());
  if (auto cluster =
          program->getAttrOfType<DenseI32ArrayAttr>("kgpu.cluster_size");
      cluster && cluster.size() == 3)
    llvm::copy(cluster.asArrayRef(), sizes.cluster.begin());
  auto positive = [](int64_t size) { return size > 0; };
  bool good = llvm::all_of(sizes.grid, positive) &&
              llvm::all_of(sizes.block, positive) &&
              llvm::all_of(sizes.cluster, positive);
  return good ? std::optional(sizes) : std::nullopt;
}
