//===- ProgramOnTensors.cpp - Kernels as operations again -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "kernel-opt/Dialect/Kopt/HiddenLiterals.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

/// Puts the whole kernels back where several do the work of one.
static LogicalResult restoreWholes(ModuleOp module) {
  SmallVector<kopt::KernelOp> kernels;
  module.walk([&](kopt::KernelOp kernel) { kernels.push_back(kernel); });
  for (kopt::KernelOp kernel : kernels) {
    auto whole = kopt::lookupWhole(kernel);
    if (failed(whole))
      return failure();
    if (!*whole)
      continue;
    kopt::KernelOp restored = (*whole)->kernel;
    restored->remove();
    kernel->getBlock()->getOperations().insert(Block::iterator(kernel),
                                               restored);
    restored->setOperands((*whole)->operands);
    kernel.replaceAllUsesWith(restored.getResults());
    kernel.erase();
  }
  return success();
}

FailureOr<OwningOpRef<ModuleOp>> optimizer::inlined(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  for (auto programs :
       llvm::make_early_inc_range(copy->getOps<gpu::GPUModuleOp>()))
    programs.erase();
  if (failed(restoreWholes(*copy)))
    return failure();
  SmallVector<kopt::KernelOp> kernels;
  copy->walk([&](kopt::KernelOp kernel) { kernels.push_back(kernel); });
  for (kopt::KernelOp kernel : kernels)
    kernel::inlineKernel(kernel);
  PassManager manager(module.getContext());
  kopt::HiddenLiterals hidden(*copy, kopt::Hide::All);
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  if (failed(manager.run(*copy)))
    return failure();
  return std::move(copy);
}
