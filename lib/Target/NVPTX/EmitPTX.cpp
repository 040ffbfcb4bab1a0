//===- EmitPTX.cpp - From a kernel to PTX -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LLVMModule.h"
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Target/NVPTX/Lint.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LLVMContext.h"

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

void nvptx::registerTranslations(DialectRegistry &registry) {
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerGPUDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  mlir::registerNVVMDialectTranslation(registry);
}

static std::optional<std::array<int32_t, 3>> sizesOf(Operation *op,
                                                     StringRef name) {
  auto sizes = op->getAttrOfType<mlir::DenseI32ArrayAttr>(name);
  if (!sizes || sizes.empty() || sizes.size() > 3)
    return std::nullopt;
  std::array<int32_t, 3> result{1, 1, 1};
  llvm::copy(sizes.asArrayRef(), result.begin());
  return result;
}

/// The kernel of a lowered module.
static LLVM::LLVMFuncOp findKernel(gpu::GPUModuleOp module) {
  for (LLVM::LLVMFuncOp function : module.getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttr(NVVM::NVVMDialect::getKernelFuncAttrName()))
      return function;
  return nullptr;
}

static LogicalResult lower(gpu::GPUModuleOp module, const Chip &chip) {
  if (module.getOps<gpu::GPUFuncOp>().empty())
    return success();
  // The pipeline is nested in a module; here the kernel's is the root.
  mlir::PassManager manager(module.getContext(),
                            gpu::GPUModuleOp::getOperationName());
  buildLowerKernelPipeline(manager, chip.sm);
  return manager.run(module);
}

FailureOr<CompiledKernel> nvptx::compileToPTX(gpu::GPUModuleOp module,
                                              const PtxOptions &options) {
  auto fail = [&](llvm::Error error) {
    mlir::emitError(module.getLoc()) << llvm::toString(std::move(error));
    return failure();
  };
  llvm::Expected<Chip> chip = findChip(options.target);
  if (!chip)
    return fail(chip.takeError());
  if (failed(lower(module, *chip)))
    return failure();
  LLVM::LLVMFuncOp function = findKernel(module);
  if (!function)
    return mlir::emitError(module.getLoc(),
                           "there is no kernel in this 'gpu.module'");

  CompiledKernel kernel;
  kernel.name = function.getName().str();
  kernel.chip = *chip;
  kernel.blockSize = sizesOf(function, NVVM::NVVMDialect::getReqntidAttrName());
  kernel.gridSize = sizesOf(function, kgpu::kGridSizeAttrName);
  kernel.clusterSize =
      sizesOf(function, NVVM::NVVMDialect::getClusterDimAttrName());
  kernel.tensorMaps =
      function->getAttrOfType<ArrayAttr>(kgpu::kTensorMapsAttrName);
  if (auto bytes =
          function->getAttrOfType<IntegerAttr>(kgpu::kSharedBytesAttrName))
    kernel.sharedBytes = bytes.getInt();
  if (kernel.sharedBytes > chip->limits.sharedPerBlock)
    return mlir::emitError(module.getLoc())
           << "the kernel needs " << kernel.sharedBytes
           << " bytes of shared memory, but a block on '" << chip->name
           << "' has " << chip->limits.sharedPerBlock;

  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> translated =
      mlir::translateModuleToLLVMIR(module, context, kernel.name);
  if (!translated)
    return mlir::emitError(module.getLoc(), "cannot be translated to LLVM IR");
  llvm::Expected<std::string> ptx =
      generatePTX(*translated, kernel.name, *chip, options);
  if (!ptx)
    return fail(ptx.takeError());
  kernel.ptx = std::move(*ptx);
  if (llvm::Error error = lintPTX(kernel.ptx, kernel.name))
    return fail(std::move(error));
  return kernel;
}
