//===- StoreProducts.h - Results of tensor cores to memory ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_STOREPRODUCTS_H
#define KERNEL_OPT_LIB_SCHEDULE_STOREPRODUCTS_H

#include "ProductLoop.h"

namespace kernel_opt::schedule {

/// Who holds the sums of tensor cores.
struct SumHolders {
  gpu::GPUFuncOp func;
  int64_t groups, rows, n; ///< warpgroups, and what each of them holds
  Value thread, group;     ///< numbers; group is null if there is one
};

/// Stores of 16-bit tiles, held like `sum`, go through shared memory and the
/// tensor memory accelerator where that can take them.
void storeSums(const SumHolders &holders, Value sum, ktile::LayoutAttr layout);

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_STOREPRODUCTS_H
