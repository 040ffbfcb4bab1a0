//===- VerifyKernels.cpp - Programs against their kernels -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Verify/KernelCheck.h"
#include "kernel-opt/Verify/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace kernel_opt::verify {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "kernel-opt/Verify/Passes.h.inc"
} // namespace kernel_opt::verify

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class VerifyKernelsPass
    : public verify::impl::VerifyKernelsBase<VerifyKernelsPass> {
public:
  using VerifyKernelsBase::VerifyKernelsBase;

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
    KernelCheckOptions options;
    if (nonce)
      options.nonce = nonce;
    options.mostSteps = mostSteps;
    auto result = checkKernel(*kernel.getBlock(), program, options);
    if (mlir::failed(result))
      return failure();
    switch (result->verdict) {
    case Verdict::Refuted:
      return kernel.emitError("the program of kernel '")
             << kernel.getKernelName() << "' is refuted: " << result->witness;
    case Verdict::Unproven:
      kernel.emitWarning("the program of kernel '")
          << kernel.getKernelName() << "' is unproven: " << result->reason;
      return success();
    case Verdict::Verified:
      kernel.emitRemark("the program of kernel '")
          << kernel.getKernelName() << "' is verified";
      return success();
    }
    return failure();
  }
};
} // namespace
