//===- SplitFactors.h - f32 factors in bf16 parts ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A product of f32 factors as a sum of products of bf16 parts, which tensor
// cores multiply; docs/TensorCores.md says why it is done so.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_KERNEL_SPLITFACTORS_H
#define KERNEL_OPT_KERNEL_SPLITFACTORS_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/StringSet.h"

namespace kernel_opt::kernel {

/// x = x0 + x1 + x2 / 2^12, up to 2^-24 of x.
inline constexpr unsigned numParts = 3;

/// Products of parts that are summed without a stop.
struct PartProducts {
  SmallVector<std::pair<unsigned, unsigned>> products; ///< parts: left, right
  /// What the sum of these and of those before them is multiplied by before the
  /// next ones are added; 1 after the last ones.
  float scale;
};

/// Of the nine products of parts the six that reach an f32's last bits, small
/// ones first: beside large ones they would be lost.
SmallVector<PartProducts> partProducts();

/// The three parts of `x`, f32 or a tensor or vector of it. With `specials`,
/// sums of products of parts are NaN or an infinity where those of the numbers
/// are; without, that holds for finite numbers only.
SmallVector<Value> partsOf(OpBuilder &builder, Location loc, Value x,
                           bool specials);

struct SplitLimits {
  /// Multiplications that each element that is split takes part in, at least:
  /// with fewer, splitting costs more memory traffic than it saves.
  int64_t leastReuse = 640;
  /// Least number of results: with fewer, tiles that are large enough to feed
  /// tensor cores do not fill a chip.
  int64_t leastResults = int64_t(1) << 20;
};

/// Makes of each kernel in `function` that holds one large product of f32
/// factors a kernel that multiplies parts, and of the splitting kernels of
/// their own. `names` holds the names of kernels that the module has, and gets
/// the new ones.
void splitFactors(Operation *function, const SplitLimits &limits,
                  llvm::StringSet<> &names);

} // namespace kernel_opt::kernel

#endif // KERNEL_OPT_KERNEL_SPLITFACTORS_H
