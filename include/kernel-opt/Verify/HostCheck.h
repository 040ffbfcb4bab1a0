//===- HostCheck.h - A whole program against fp64 ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything at once, by roads that share nothing: the kernels of a function,
// as they are compiled, run one after the other in the interpreter, whole
// grids, in bit-exact floats; what the function was before runs as host code in
// fp64 (JITReference.h). Layers that look at one kernel each cannot see what is
// wrong between kernels; this one can. For programs that are small enough to
// run.
//
// How far floats may be off: the noise of the original's own roundings (as in
// Accuracy.h) and the error of the original itself, several times. That is no
// judgement of accuracy: it tells a rounding from another function.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_HOSTCHECK_H
#define KERNEL_OPT_VERIFY_HOSTCHECK_H

#include "kernel-opt/Verify/Equivalence.h"
#include "kernel-opt/Verify/Reference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace kernel_opt::verify {

struct HostCheckOptions {
  uint64_t nonce = 0;
  InputFamily family = InputFamily::Normal;
  /// Runs that the noise is estimated from.
  unsigned noiseRuns = 8;
  /// Of the noise, and of the original's error.
  double noises = 64, errors = 8;
};

struct HostCheckResult {
  Verdict verdict = Verdict::Unproven; ///< never unproven once it ran
  std::string witness;                 ///< if refuted
  uint64_t compared = 0, different = 0;
  /// Where the original overflows on the way, or is of the class of ours if its
  /// roundings fall elsewhere, nothing is compared.
  uint64_t overflowed = 0;
};

/// Runs all of a function whose work is done by kernels with programs beside
/// them, and returns its results. Operations between kernels are evaluated by
/// the reference. Reports what cannot be run, and faults of a program.
FailureOr<std::vector<Column>>
runScheduled(func::FuncOp function, Domain &domain, InputSource &inputs);

/// Compares the results of `scheduled` with those of `source`, from which it
/// was made. Both are of one block and take and give tensors of static shape.
/// Fails, after reporting why, if one of them cannot be run.
FailureOr<HostCheckResult> checkOnHost(func::FuncOp source,
                                       func::FuncOp scheduled,
                                       const HostCheckOptions &options = {});

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_HOSTCHECK_H
