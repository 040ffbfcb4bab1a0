//===- Program.cpp - Where the program of a kernel is -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::kopt;

std::string kopt::programModuleName(StringRef kernelName) {
  return (kernelName + "_program").str();
}

gpu::GPUFuncOp kopt::lookupProgram(KernelOp kernel) {
  auto top = kernel->getParentOfType<ModuleOp>();
  auto module = top.lookupSymbol<gpu::GPUModuleOp>(
      programModuleName(kernel.getKernelName()));
  return module ? module.lookupSymbol<gpu::GPUFuncOp>(kernel.getKernelName())
                : gpu::GPUFuncOp();
}

SmallVector<KernelOp> kopt::distinctKernels(ModuleOp module) {
  llvm::StringSet<> seen;
  SmallVector<KernelOp> kernels;
  module.walk([&](KernelOp kernel) {
    if (seen.insert(kernel.getKernelName()).second)
      kernels.push_back(kernel);
  });
  return kernels;
}
