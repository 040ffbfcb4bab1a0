//===- JITReference.h - A second reference, compiled --------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The same programs as Reference.h, by an independent road: every float becomes
// f64, upstream passes lower to loops and LLVM IR, the CPU runs it. A
// misunderstanding of an operation in one of the two shows where they disagree.
// For small static shapes: everything is computed, nothing on demand.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_JITREFERENCE_H
#define KERNEL_OPT_VERIFY_JITREFERENCE_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Reference.h"

namespace kernel_opt::verify {

/// All elements of one result, row-major.
struct HostTensor {
  SmallVector<int64_t> shape;
  bool isFloat;
  std::vector<double> floats;
  std::vector<int64_t> ints; ///< sign-extended; booleans 0 and 1
};

/// Runs a program (see Reference::create) whose arguments and results all are
/// statically shaped tensors. Inputs are drawn as for the fp64 domain. Reports
/// what cannot be lowered.
FailureOr<std::vector<HostTensor>> runCompiled(Block &program,
                                               InputSource &inputs);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_JITREFERENCE_H
