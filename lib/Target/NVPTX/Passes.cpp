//===- Passes.cpp - Compilation of kernels ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Target/NVPTX/Passes.h"
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Target/LLVM/NVVM/Target.h"
#include "llvm/Support/ToolOutputFile.h"

namespace kernel_opt::nvptx {
#define GEN_PASS_DEF_EMITPTX
#include "kernel-opt/Target/NVPTX/Passes.h.inc"
} // namespace kernel_opt::nvptx

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

/// What a launch needs to know, and what ptxas reported.
static DictionaryAttr metadataOf(MLIRContext *context,
                                 const CompiledKernel &kernel) {
  Builder b(context);
  NamedAttrList list;
  auto sizes = [&](StringRef name,
                   const std::optional<std::array<int32_t, 3>> &value) {
    if (value)
      list.set(name, b.getDenseI32ArrayAttr(*value));
  };
  auto number = [&](StringRef name, int64_t value) {
    list.set(name, b.getI64IntegerAttr(value));
  };
  sizes("block_size", kernel.blockSize);
  sizes("grid_size", kernel.gridSize);
  sizes("cluster_size", kernel.clusterSize);
  number("shared_bytes", kernel.sharedBytes);
  if (kernel.tensorMaps)
    list.set("tensor_maps", kernel.tensorMaps);
  if (kernel.ptxas) {
    number("registers", kernel.ptxas->registers);
    number("barriers", kernel.ptxas->barriers);
    number("stack_bytes", kernel.ptxas->stackBytes);
    number("spill_bytes",
           kernel.ptxas->spillStoreBytes + kernel.ptxas->spillLoadBytes);
    number("blocks_per_multiprocessor", kernel.occupancy.blocks);
  }
  return list.getDictionary(context);
}

static gpu::KernelTableAttr kernelTable(gpu::GPUModuleOp module,
                                        const CompiledKernel &kernel) {
  MLIRContext *context = module.getContext();
  auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(kernel.name);
  auto metadata = gpu::KernelMetadataAttr::get(
      StringAttr::get(context, kernel.name), function.getFunctionType(),
      ArrayAttr(), metadataOf(context, kernel));
  return gpu::KernelTableAttr::get(context, {metadata});
}

gpu::BinaryOp nvptx::replaceByBinary(gpu::GPUModuleOp module,
                                     const CompiledKernel &kernel,
                                     const PtxOptions &options,
                                     bool machineCode) {
  OpBuilder b(module);
  machineCode &= kernel.ptxas.has_value();
  auto object = gpu::ObjectAttr::get(
      NVVM::NVVMTargetAttr::get(module.getContext(), options.optLevel,
                                "nvptx64-nvidia-cuda", kernel.chip.name,
                                kernel.chip.features()),
      machineCode ? gpu::CompilationTarget::Binary
                  : gpu::CompilationTarget::Assembly,
      b.getStringAttr(machineCode ? kernel.ptxas->cubin : kernel.ptx),
      DictionaryAttr(), kernelTable(module, kernel));
  auto binary = gpu::BinaryOp::create(b, module.getLoc(), module.getName(),
                                      Attribute(), ArrayRef<Attribute>{object});
  module.erase();
  return binary;
}

namespace {

struct EmitPTX : impl::EmitPTXBase<EmitPTX> {
  using EmitPTXBase::EmitPTXBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    registry.insert<arith::ArithDialect, mlir::cf::ControlFlowDialect,
                    gpu::GPUDialect, kgpu::KGPUDialect, LLVM::LLVMDialect,
                    math::MathDialect, NVVM::NVVMDialect, scf::SCFDialect,
                    mlir::vector::VectorDialect>();
    registerTranslations(registry);
    mlir::NVVM::registerNVVMTargetInterfaceExternalModels(registry);
  }

  void runOnOperation() override {
    PtxOptions options;
    options.target = target;
    options.cudaPath = cudaPath;
    options.optLevel = optLevel;
    options.maxRegisters = maxRegisters;
    std::string written;
    SmallVector<gpu::GPUModuleOp> modules(
        getOperation().getOps<gpu::GPUModuleOp>());
    for (gpu::GPUModuleOp module : modules)
      if (failed(compile(module, options, written)))
        return signalPassFailure();
    if (!ptxFile.empty() && failed(writePTX(written)))
      signalPassFailure();
  }

  LogicalResult compile(gpu::GPUModuleOp module, const PtxOptions &options,
                        std::string &written) {
    FailureOr<CompiledKernel> kernel = compileToPTX(module, options);
    if (failed(kernel))
      return failure();
    written += kernel->ptx;
    if (ptxas) {
      if (llvm::Error error = runPtxas(*kernel, options))
        return mlir::emitError(module.getLoc())
               << llvm::toString(std::move(error));
      for (const std::string &loss : kernel->ptxas->performanceLosses)
        mlir::emitError(module.getLoc())
            << "ptxas reports a performance loss: " << loss;
      if (!kernel->ptxas->performanceLosses.empty())
        return failure();
    }
    replaceByBinary(module, *kernel, options, ptxas);
    return success();
  }

  LogicalResult writePTX(StringRef text) {
    std::string message;
    auto file = mlir::openOutputFile(ptxFile, &message);
    if (!file)
      return getOperation().emitError() << message;
    file->os() << text;
    file->keep();
    return success();
  }
};

} // namespace
