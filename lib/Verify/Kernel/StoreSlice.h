//===- StoreSlice.h - What the addresses of stores depend on ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_STORESLICE_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_STORESLICE_H

#include "StoreTrace.h"
#include "llvm/ADT/DenseSet.h"

namespace kernel_opt::verify {

/// All stores of a program to its outputs, and all values that decide whether,
/// where and how often they happen.
class StoreSlice {
public:
  /// Empty if it worked, else what stands in the way.
  std::string compute(gpu::GPUFuncOp program, unsigned firstOutput);

  std::vector<StoreSite> sites;

  bool needs(Value value) const { return needed.contains(value); }
  /// The number of the site, if the operation is one.
  std::optional<unsigned> siteOf(Operation *op) const;
  /// Whether the operation is part of the slice: a site, something that a site
  /// stands in, or what a needed value comes from.
  bool contains(Operation *op) const;

private:
  void findStores(Value argument, unsigned number);
  void addSite(Operation *op, Value memref, unsigned number);
  void need(Value value);
  void needControl(Operation *op);
  void follow(Value value);
  void stop(Operation *op, StringRef why);

  gpu::GPUFuncOp program;
  std::string obstacle;
  llvm::DenseMap<Operation *, unsigned> numbers;
  llvm::DenseSet<Value> needed;
  llvm::DenseSet<Operation *> holders; ///< loops and branches around the slice
  SmallVector<Value> pending;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_STORESLICE_H
