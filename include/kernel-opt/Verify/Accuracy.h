//===- Accuracy.h - Is a program at least as accurate? ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Layer L5. A program Q is judged against the original P in P's own precision,
// relative to what is exact: per family of inputs, with r the result in
// double-double on the same inputs and w the noise of P's own roundings,
//
//   RMS(|Q - r| / w) <= 1.25 RMS(|P - r| / w) + 0.5
//   max(|Q - r| / w) <= 2 max(|P - r| / w) + 2
//
// w is the deviation of 16 runs of P in fp64 in which every rounding to the
// type of a value is replaced by noise of one unit roundoff; a sum counts as
// one rounding of the sum of the magnitudes of its terms. So w = u * sum
// |terms| for a contraction. Every family is judged alone. Special values (NaN,
// Inf) are judged by their class in families of their own.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_ACCURACY_H
#define KERNEL_OPT_VERIFY_ACCURACY_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt::verify {

/// The families that each must pass, and those of special values.
ArrayRef<InputFamily> accuracyFamilies();
ArrayRef<InputFamily> specialFamilies();

struct AccuracyOptions {
  uint64_t nonce = 0;
  SmallVector<InputFamily> families{accuracyFamilies()};
  /// Empty where the contract promises nothing about special values.
  SmallVector<InputFamily> specials{specialFamilies()};
  /// Outputs pooled per family: no less than the first, and as many more, up to
  /// the second, as `work` allows.
  unsigned leastOutputs = 1024, mostOutputs = 4096;
  /// Steps of the reference, and lane-operations of the program, that a family
  /// may cost. Counted, not timed: a replay makes the same choice.
  uint64_t work = 4'000'000;
  /// Runs with random rounding that the scale of noise comes from. With fewer
  /// it is too small somewhere among thousands of outputs; where there are few
  /// outputs, and much work, a quarter of them.
  unsigned noiseRuns = 16;
};

/// Errors in one family, in units of the noise of P.
struct FamilyAccuracy {
  InputFamily family;
  unsigned output = 0;
  /// Compared before values are rounded to 16 bits, which hides everything.
  bool wide = false;
  uint64_t n = 0;
  double rmsP = 0, rmsQ = 0, maxP = 0, maxQ = 0;
  /// Elements whose class is wrong: not finite where P is.
  uint64_t notFinite = 0;
  bool passes = false;
  std::string worst; ///< the element with the largest error of Q
};

/// Classes (NaN, Inf, finite) in one family.
struct FamilySpecials {
  InputFamily family;
  uint64_t n = 0;
  uint64_t special = 0;    ///< of P, not finite
  uint64_t moreFinite = 0; ///< Q finite where P is not, rightly
  uint64_t different = 0;
  std::string worst;
};

struct AccuracyResult {
  std::vector<FamilyAccuracy> families;
  std::vector<FamilySpecials> specials;
  Verdict accuracy = Verdict::Unproven, specialValues = Verdict::Unproven;
  /// Why one of them is refuted or unproven.
  std::string accuracyReason, specialReason;
  uint64_t blocksRun = 0;
  double seconds = 0;

  llvm::json::Object toJSON() const;
};

/// Judges `program`, whose arguments are the inputs of `source` and then its
/// results. Fails, after reporting why, if one of them cannot be evaluated.
FailureOr<AccuracyResult> checkAccuracy(Block &source, gpu::GPUFuncOp program,
                                        const AccuracyOptions &options = {});

/// The same for the program of a kernel. If that does the work of a whole one
/// with others before it, it is judged by the whole, on what these make of the
/// whole kernel's inputs.
FailureOr<AccuracyResult> checkAccuracy(kopt::KernelOp kernel,
                                        gpu::GPUFuncOp program,
                                        const AccuracyOptions &options = {});

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_ACCURACY_H
