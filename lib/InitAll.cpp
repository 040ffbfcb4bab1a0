//===- InitAll.cpp - Registration of dialects and passes --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/InitAll.h"
#include "kernel-opt/Conversion/AtenToLinalg/AtenToLinalg.h"
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h"
#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KTile/KTileDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Kernel/Passes.h"
#include "kernel-opt/Optimizer/Passes.h"
#include "kernel-opt/RewriteSet/Passes.h"
#include "kernel-opt/Schedule/Passes.h"
#include "kernel-opt/Schedule/ScheduleOps.h"
#include "kernel-opt/Target/NVPTX/Passes.h"
#include "kernel-opt/Verify/Passes.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVM/NVVM/Target.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"

using namespace kernel_opt;

void kernel_opt::registerKernelOptDialects(DialectRegistry &registry) {
  registry.insert<aten::AtenDialect,
                  kgpu::KGPUDialect,
                  kopt::KoptDialect,
                  ktile::KTileDialect>();
  kopt::registerBufferizableOpInterfaceModels(registry);
  schedule::registerScheduleOps(registry);
}

void kernel_opt::registerKernelOptPasses() {
  kernel::registerKernelOptKernelPasses();
  registerKernelOptAtenToLinalgPasses();
  registerScheduledToNVVM();
  nvptx::registerNVPTXTargetPasses();
  optimizer::registerKernelOptOptimizerPasses();
  rewrite::registerKernelOptRewriteSetPasses();
  schedule::registerKernelOptSchedulePasses();
  verify::registerKernelOptVerifyPasses();
}

void kernel_opt::registerAllDialects(DialectRegistry &registry) {
  registerKernelOptDialects(registry);
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllToLLVMIRTranslations(registry);
  mlir::registerAllFromLLVMIRTranslations(registry);
  mlir::NVVM::registerNVVMTargetInterfaceExternalModels(registry);
}

void kernel_opt::registerAllPasses() {
  registerKernelOptPasses();
  mlir::registerAllPasses();
}
