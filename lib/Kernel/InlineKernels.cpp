//===- InlineKernels.cpp - From kernels back to operations ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/Passes.h"
#include "mlir/IR/PatternMatch.h"

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_INLINEKERNELS
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;

void kernel::inlineKernel(kopt::KernelOp kernel) {
  mlir::IRRewriter rewriter(kernel->getContext());
  SmallVector<Value> results(kernel.getYield().getValues());
  rewriter.eraseOp(kernel.getYield());
  // A result that is an argument is what the kernel is given for it.
  for (Value &result : results)
    if (auto argument = dyn_cast<mlir::BlockArgument>(result))
      if (argument.getOwner() == kernel.getBlock())
        result = kernel.getInputs()[argument.getArgNumber()];
  rewriter.inlineBlockBefore(kernel.getBlock(), kernel, kernel.getInputs());
  rewriter.replaceOp(kernel, results);
}

namespace {
struct InlineKernels : kernel::impl::InlineKernelsBase<InlineKernels> {
  using InlineKernelsBase::InlineKernelsBase;

  void runOnOperation() override {
    SmallVector<kopt::KernelOp> kernels;
    getOperation()->walk(
        [&](kopt::KernelOp kernel) { kernels.push_back(kernel); });
    for (kopt::KernelOp kernel : kernels)
      kernel::inlineKernel(kernel);
  }
};
} // namespace
