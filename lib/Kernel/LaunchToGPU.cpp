//===- LaunchToGPU.cpp - From kopt.launch to gpu.launch_func ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"

namespace kernel_opt::kernel {
#define GEN_PASS_DEF_LAUNCHTOGPU
#include "kernel-opt/Kernel/Passes.h.inc"
} // namespace kernel_opt::kernel

using namespace kernel_opt;
using kopt::LaunchOp;

static gpu::KernelDim3 constantSizes(OpBuilder &builder, Location loc,
                                     ArrayRef<int64_t> sizes) {
  auto constant = [&](int64_t size) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, size);
  };
  return {constant(sizes[0]), constant(sizes[1]), constant(sizes[2])};
}

/// What a launch asks for and `gpu.launch_func` cannot give is an error.
static LogicalResult checkLaunch(LaunchOp launch,
                                 mlir::SymbolTableCollection &symbolTable) {
  if (!launch.getResults().empty() || launch.hasPureTensorSemantics())
    return launch.emitOpError("is on tensors; run one-shot-bufferize before");
  if (launch.getCooperative())
    return launch.emitOpError(
        "is cooperative, which gpu.launch_func cannot express");
  auto function = symbolTable.lookupNearestSymbolFrom<gpu::GPUFuncOp>(
      launch, launch.getKernel());
  // A kernel that is a binary already has no types to compare with.
  if (!function)
    return success();
  for (auto [index, argument, wanted] : llvm::enumerate(
           launch.getKernelArguments(), function.getArgumentTypes()))
    if (argument.getType() != wanted)
      return launch.emitOpError()
             << "passes " << argument.getType() << " as argument #" << index
             << " where the kernel takes " << wanted
             << "; bufferize with "
                "function-boundary-type-conversion=identity-layout-map";
  return success();
}

static void convert(LaunchOp launch) {
  OpBuilder builder(launch);
  Location loc = launch.getLoc();
  SmallVector<Value> grid;
  for (OpFoldResult size : launch.getMixedGrid())
    grid.push_back(mlir::getValueOrCreateConstantIndexOp(builder, loc, size));
  gpu::KernelDim3 block = constantSizes(builder, loc, launch.getBlock());
  std::optional<gpu::KernelDim3> cluster;
  if (auto sizes = launch.getCluster())
    cluster = constantSizes(builder, loc, *sizes);
  Value shared;
  if (launch.getShared() != 0)
    shared = arith::ConstantIntOp::create(builder, loc, launch.getShared(), 32);
  gpu::LaunchFuncOp::create(builder, loc, launch.getKernel(),
                            gpu::KernelDim3{grid[0], grid[1], grid[2]}, block,
                            shared, launch.getKernelArguments(),
                            /*asyncObject=*/Value(), cluster);
  launch.erase();
}

namespace {
struct LaunchToGPU : kernel::impl::LaunchToGPUBase<LaunchToGPU> {
  using LaunchToGPUBase::LaunchToGPUBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SmallVector<LaunchOp> launches;
    module.walk([&](LaunchOp launch) { launches.push_back(launch); });
    mlir::SymbolTableCollection symbolTable;
    bool good = true;
    // All complaints at once.
    for (LaunchOp launch : launches)
      good &= succeeded(checkLaunch(launch, symbolTable));
    if (!good)
      return signalPassFailure();
    for (LaunchOp launch : launches) {
      auto around = launch->getParentOfType<ModuleOp>();
      around->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                      UnitAttr::get(&getContext()));
      convert(launch);
    }
  }
};
} // namespace
