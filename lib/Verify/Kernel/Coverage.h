//===- Coverage.h - Is every element written, and once? ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_COVERAGE_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_COVERAGE_H

#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace kernel_opt::verify {

struct Coverage {
  Verdict verdict = Verdict::Unproven;
  /// What is written twice or never, or why that could not be found out.
  std::string reason;
};

/// Whether all blocks of the program together write each element of its outputs
/// (arguments from `firstOutput` on that are written) exactly once, inside
/// their bounds, and vectors where they are aligned.
Coverage checkCoverage(gpu::GPUFuncOp program, unsigned firstOutput,
                       int64_t mostElements);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_COVERAGE_H
