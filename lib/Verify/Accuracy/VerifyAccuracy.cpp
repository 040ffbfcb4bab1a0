//===- VerifyAccuracy.cpp - The pass that judges accuracy -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Verify/Accuracy.h"
#include "kernel-opt/Verify/Passes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/FormatVariadic.h"

namespace kernel_opt::verify {
#define GEN_PASS_DEF_VERIFYACCURACY
#include "kernel-opt/Verify/Passes.h.inc"
} // namespace kernel_opt::verify

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

static void printTable(kopt::KernelOp kernel, const AccuracyResult &result) {
  for (const FamilyAccuracy &f : result.families)
    kernel.emitRemark() << llvm::formatv(
        "{0} '{1}'{2}: n {3}, RMS {4:f2} of {5:f2}, largest {6:f2} of {7:f2}",
        f.passes ? "passes" : "fails", getName(f.family), f.wide ? " wide" : "",
        f.n, f.rmsQ, f.rmsP, f.maxQ, f.maxP);
  for (const FamilySpecials &f : result.specials)
    kernel.emitRemark() << llvm::formatv(
        "{0} '{1}': n {2}, {3} special, {4} more finite, {5} different",
        f.different ? "fails" : "passes", getName(f.family), f.n, f.special,
        f.moreFinite, f.different);
}

namespace {
class VerifyAccuracyPass
    : public verify::impl::VerifyAccuracyBase<VerifyAccuracyPass> {
public:
  using VerifyAccuracyBase::VerifyAccuracyBase;

  void runOnOperation() override {
    bool failedAny = false;
    for (kopt::KernelOp kernel : kopt::distinctKernels(getOperation()))
      failedAny |= mlir::failed(check(kernel));
    if (failedAny)
      return signalPassFailure();
    markAllAnalysesPreserved();
  }

private:
  LogicalResult check(kopt::KernelOp kernel) {
    gpu::GPUFuncOp program = kopt::lookupProgram(kernel);
    if (!program)
      return kernel.emitError("kernel '")
             << kernel.getKernelName() << "' has no program: schedule it first";
    AccuracyOptions options;
    options.nonce = nonce;
    auto result = checkAccuracy(kernel, program, options);
    if (mlir::failed(result))
      return failure();
    if (table)
      printTable(kernel, *result);
    if (result->accuracy == Verdict::Refuted)
      return kernel.emitError("the program of kernel '")
             << kernel.getKernelName()
             << "' is less accurate: " << result->accuracyReason;
    if (result->specialValues == Verdict::Refuted)
      return kernel.emitError("the program of kernel '")
             << kernel.getKernelName()
             << "' has other special values: " << result->specialReason;
    kernel.emitRemark("the program of kernel '")
        << kernel.getKernelName() << "' is as accurate";
    return success();
  }
};
} // namespace
