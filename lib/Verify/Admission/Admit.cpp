//===- Admit.cpp - The pass that admits payloads ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Verify/Admission.h"
#include "kernel-opt/Verify/Passes.h"
#include "mlir/IR/BuiltinOps.h"

namespace kernel_opt::verify {
#define GEN_PASS_DEF_ADMIT
#include "kernel-opt/Verify/Passes.h.inc"
} // namespace kernel_opt::verify

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class AdmitPass : public verify::impl::AdmitBase<AdmitPass> {
public:
  using AdmitBase::AdmitBase;

  void runOnOperation() override {
    if (strip)
      stripTrustedAttributes(getOperation());
    AdmissionRecord record;
    bool ok = true;
    getOperation().walk([&](kopt::KernelOp kernel) {
      ok &= succeeded(admitKernel(kernel, record));
    });
    for (auto module : getOperation().getOps<gpu::GPUModuleOp>())
      ok &= succeeded(admitProgram(module, ResourceLimits(), record));
    if (!ok)
      signalPassFailure();
  }
};
} // namespace
