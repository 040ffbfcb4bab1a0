//===- Sites.h - Names of places in a function ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_REWRITESET_SITES_H
#define KERNEL_OPT_LIB_REWRITESET_SITES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Operation.h"
#include <string>

namespace kernel_opt::rewrite {

/// The place of `op`: its function's name, '#', and from the function inwards
/// the numbers of operation, region and block, joined by dots. The function's
/// own region is not written, nor is its first block.
std::string getPath(Operation *op);

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_LIB_REWRITESET_SITES_H
