//===- Passes.h - Passes that verify ----------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_PASSES_H
#define KERNEL_OPT_VERIFY_PASSES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"
#include <memory>

namespace kernel_opt::verify {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "kernel-opt/Verify/Passes.h.inc"

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_PASSES_H
