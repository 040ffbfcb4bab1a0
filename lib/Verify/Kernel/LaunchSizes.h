//===- LaunchSizes.h - Sizes of a launch -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_LAUNCHSIZES_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_LAUNCHSIZES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include <array>
#include <optional>

namespace kernel_opt::verify {

/// Sizes of a launch, x first.
struct LaunchSizes {
  using Extents = std::array<int64_t, 3>;
  Extents grid = {0, 0, 0}, block = {0, 0, 0}, cluster = {1, 1, 1};

  /// None if the program does not say them, or says something impossible.
  static std::optional<LaunchSizes> of(mlir::gpu::GPUFuncOp program);
  int64_t blocks() const { return grid[0] * grid[1] * grid[2]; }
  int64_t threads() const { return block[0] * block[1] * block[2]; }
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_LAUNCHSIZES_H
