//===- ScheduledToNVVM.cpp - From scheduled IR to NVVM ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/Passes.h"

namespace kernel_opt {
#define GEN_PASS_DEF_CONVERTSCHEDULEDTONVVM
#include "kernel-opt/Conversion/ScheduledToNVVM/Passes.h.inc"
} // namespace kernel_opt

using namespace kernel_opt;

namespace {

struct ConvertScheduledToNVVM
    : impl::ConvertScheduledToNVVMBase<ConvertScheduledToNVVM> {
  using ConvertScheduledToNVVMBase::ConvertScheduledToNVVMBase;

  void runOnOperation() override {
    gpu::GPUModuleOp module = getOperation();
    gpu::GPUFuncOp kernel;
    for (gpu::GPUFuncOp function : module.getOps<gpu::GPUFuncOp>()) {
      if (kernel || !function.isKernel()) {
        function.emitError("expected one kernel function in a 'gpu.module' and "
                           "nothing else; move others to modules of their own");
        return signalPassFailure();
      }
      kernel = function;
    }
    if (!kernel)
      return; // nothing to do, or done already
    if (failed(checkKernel(kernel, sm)) || failed(prepare(kernel)))
      return signalPassFailure();
    KernelFacts facts = collectFacts(kernel, sm);
    if (facts.sharedBytes > 0)
      facts.sharedArray = makeSharedArray(module, kernel.getName());
    if (failed(convert(module, facts)))
      signalPassFailure();
  }

  /// Everything that needs structured control flow, and its end.
  LogicalResult prepare(gpu::GPUFuncOp kernel) {
    expandCoordinates(kernel);
    expandMath(kernel);
    expandGuards(kernel);
    hoistTensorMaps(kernel);
    RewritePatternSet slices(&getContext());
    mlir::vector::populateVectorInsertExtractStridedSliceTransforms(slices);
    arith::populateCeilFloorDivExpandOpsPatterns(slices);
    if (failed(mlir::applyPatternsGreedily(kernel, std::move(slices))))
      return failure();
    joinWgmmaFences(kernel);
    RewritePatternSet patterns(&getContext());
    mlir::populateSCFToControlFlowConversionPatterns(patterns);
    ConversionTarget target(getContext());
    target.addIllegalDialect<scf::SCFDialect>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    return mlir::applyPartialConversion(kernel, target, std::move(patterns));
  }

  /// The one array that all shared buffers lie in: its size comes with the
  /// launch, so it has none here.
  LLVM::GlobalOp makeSharedArray(gpu::GPUModuleOp module, StringRef kernel) {
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    auto type = LLVM::LLVMArrayType::get(b.getI8Type(), 0);
    return LLVM::GlobalOp::create(b, module.getLoc(), type,
                                  /*isConstant=*/false, LLVM::Linkage::External,
                                  (kernel + "_shared").str(), Attribute(),
                                  kSharedAlignment, kSharedSpace);
  }

  LogicalResult convert(gpu::GPUModuleOp module, const KernelFacts &facts) {
    MLIRContext *context = &getContext();
    mlir::LowerToLLVMOptions options(context);
    options.overrideIndexBitwidth(64);
    mlir::LLVMTypeConverter converter(context, options);
    populateTypeConversions(converter);
    RewritePatternSet patterns(context);
    populateKernelPatterns(converter, facts, patterns);
    populateMemoryPatterns(converter, facts, patterns);
    populateAsyncPatterns(converter, facts, patterns);
    populateSyncPatterns(converter, facts, patterns);
    populateWarpPatterns(converter, facts, patterns);
    populateWgmmaPatterns(converter, facts, patterns);
    populateMathPatterns(converter, patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    mlir::cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    mlir::ub::populateUBToLLVMConversionPatterns(converter, patterns);
    mlir::populateVectorToLLVMConversionPatterns(
        converter, patterns, /*reassociateFPReductions=*/false,
        /*force32BitVectorIndices=*/true);
    ConversionTarget target(*context);
    target.addLegalDialect<LLVM::LLVMDialect, NVVM::NVVMDialect>();
    target.addLegalOp<gpu::GPUModuleOp>();
    target.addIllegalDialect<gpu::GPUDialect>();
    target.addLegalOp<gpu::GPUModuleOp>();
    return mlir::applyFullConversion(module, target, std::move(patterns));
  }
};

} // namespace

void kernel_opt::buildLowerScheduledPipeline(OpPassManager &manager,
                                             unsigned sm) {
  buildLowerKernelPipeline(manager.nest<gpu::GPUModuleOp>(), sm);
}

void kernel_opt::buildLowerKernelPipeline(OpPassManager &kernels, unsigned sm) {
  kernels.addPass(mlir::createCanonicalizerPass());
  kernels.addPass(mlir::createCSEPass());
  // Index arithmetic in 32 bits where ranges prove that it fits: 64-bit
  // arithmetic costs two to four instructions on the GPU.
  arith::ArithIntRangeNarrowingOptions narrowing;
  narrowing.bitwidthsSupported = {32};
  kernels.addPass(arith::createArithIntRangeNarrowing(narrowing));
  kernels.addPass(mlir::createCanonicalizerPass());
  kernels.addPass(mlir::createCSEPass());
  ConvertScheduledToNVVMOptions options;
  options.sm = sm;
  kernels.addPass(createConvertScheduledToNVVM(options));
  kernels.addPass(mlir::createCanonicalizerPass());
  kernels.addPass(mlir::createCSEPass());
  kernels.addPass(mlir::createReconcileUnrealizedCastsPass());
}

namespace {
struct LowerScheduledOptions
    : mlir::PassPipelineOptions<LowerScheduledOptions> {
  Option<unsigned> sm{
      *this, "sm",
      llvm::cl::desc("compute capability of the target, ten times the number"),
      llvm::cl::init(90)};
};
} // namespace

void kernel_opt::registerScheduledToNVVM() {
  registerScheduledToNVVMPasses();
  mlir::PassPipelineRegistration<LowerScheduledOptions>(
      "kopt-lower-scheduled",
      "lower kernels in the scheduled IR to the llvm and nvvm dialects",
      [](OpPassManager &manager, const LowerScheduledOptions &options) {
        buildLowerScheduledPipeline(manager, options.sm);
      });
}
