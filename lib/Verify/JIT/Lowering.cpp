//===- Lowering.cpp - From tensors to LLVM IR in f64 ----------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/Transforms/FuncBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Linalg/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/Transforms/BufferizableOpInterfaceImpl.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using mlir::DenseElementsAttr;
using mlir::WalkResult;

static APFloat widen(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value;
}

/// The same numbers as f64.
static Attribute widenElements(DenseElementsAttr elements) {
  auto type = cast<ShapedType>(elements.getType());
  if (!isa<FloatType>(type.getElementType()))
    return elements;
  return elements.mapValues(
      mlir::Float64Type::get(elements.getContext()),
      [](const APFloat &x) { return widen(x).bitcastToAPInt(); });
}

/// Makes every float type f64. Conversions between floats have nothing left to
/// do.
static void widenFloats(ModuleOp module) {
  SmallVector<Operation *> conversions;
  module.walk([&](Operation *op) {
    if (isa<arith::ExtFOp, arith::TruncFOp>(op))
      conversions.push_back(op);
  });
  for (Operation *op : conversions) {
    op->getResult(0).replaceAllUsesWith(op->getOperand(0));
    op->erase();
  }
  mlir::AttrTypeReplacer replacer;
  replacer.addReplacement([](FloatType type) -> std::optional<Type> {
    return mlir::Float64Type::get(type.getContext());
  });
  // Names of dimensions and the like would keep types apart that are equal.
  replacer.addReplacement(
      [](RankedTensorType type) -> std::optional<std::pair<Type, WalkResult>> {
        Type element = type.getElementType();
        if (isa<FloatType>(element))
          element = mlir::Float64Type::get(type.getContext());
        return std::pair<Type, WalkResult>(
            RankedTensorType::get(type.getShape(), element),
            WalkResult::skip());
      });
  replacer.addReplacement(
      [](mlir::FloatAttr attribute)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        auto type = mlir::Float64Type::get(attribute.getContext());
        return std::pair<Attribute, WalkResult>(
            mlir::FloatAttr::get(type, widen(attribute.getValue())),
            WalkResult::skip());
      });
  replacer.addReplacement(
      [](DenseElementsAttr attribute)
          -> std::optional<std::pair<Attribute, WalkResult>> {
        return std::pair<Attribute, WalkResult>(widenElements(attribute),
                                                WalkResult::skip());
      });
  replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
}

/// Resources would have to be widened as well: they become plain constants.
static void inlineResources(ModuleOp module) {
  module.walk([](arith::ConstantOp op) {
    auto resource = dyn_cast<mlir::DenseResourceElementsAttr>(op.getValue());
    if (!resource)
      return;
    if (mlir::AsmResourceBlob *blob = resource.getRawHandle().getBlob())
      op.setValueAttr(DenseElementsAttr::getFromRawBuffer(resource.getType(),
                                                          blob->getData()));
  });
}

/// A module with the block as the body of a function.
static OwningOpRef<ModuleOp> outline(Block &program) {
  MLIRContext *context = program.getParentOp()->getContext();
  Location loc = program.getParentOp()->getLoc();
  OpBuilder builder(context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(builder, loc);
  builder.setInsertionPointToEnd(module->getBody());
  Operation *terminator = program.getTerminator();
  auto type = builder.getFunctionType(program.getArgumentTypes(),
                                      terminator->getOperandTypes());
  auto function = func::FuncOp::create(builder, loc, compiledName, type);
  function->setAttr(mlir::LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                    builder.getUnitAttr());
  builder.setInsertionPointToEnd(function.addEntryBlock());
  IRMapping mapping;
  mapping.map(program.getArguments(), function.getArguments());
  for (Operation &op : program.without_terminator())
    builder.clone(op, mapping);
  // Remarks of ours on an operation mean nothing on what it is lowered to.
  function.walk([](Operation *op) { op->removeAttr("kopt.const"); });
  SmallVector<Value> results;
  for (Value value : terminator->getOperands())
    results.push_back(mapping.lookup(value));
  func::ReturnOp::create(builder, loc, results);
  return module;
}

/// What the pipeline and the translation need to know about dialects; a host
/// need not have registered it.
static void registerInterfaces(MLIRContext *context) {
  DialectRegistry registry;
  arith::registerBufferizableOpInterfaceExternalModels(registry);
  bufferization::func_ext::registerBufferizableOpInterfaceExternalModels(
      registry);
  linalg::registerBufferizableOpInterfaceExternalModels(registry);
  tensor::registerBufferizableOpInterfaceExternalModels(registry);
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  context->appendDialectRegistry(registry);
}

static void buildPipeline(PassManager &pm) {
  pm.addNestedPass<func::FuncOp>(mlir::createConvertElementwiseToLinalgPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  bufferization::BufferResultsToOutParamsPassOptions results;
  results.modifyPublicFunctions = true;
  pm.addPass(bufferization::createBufferResultsToOutParamsPass(results));
  pm.addNestedPass<func::FuncOp>(mlir::createConvertLinalgToLoopsPass());
  math::MathExpandOpsPassOptions expand;
  expand.opMnemonics = {"rsqrt"};
  pm.addNestedPass<func::FuncOp>(math::createMathExpandOpsPass(expand));
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(mlir::createLowerAffinePass());
  pm.addPass(mlir::createSCFToControlFlowPass());
  pm.addPass(arith::createArithExpandOpsPass());
  pm.addPass(mlir::createConvertMathToLLVMPass());
  pm.addPass(mlir::createConvertMathToLibmPass());
  pm.addPass(mlir::createArithToLLVMConversionPass());
  pm.addPass(mlir::createConvertIndexToLLVMPass());
  pm.addPass(mlir::createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(mlir::createConvertFuncToLLVMPass());
  pm.addPass(mlir::createConvertControlFlowToLLVMPass());
  pm.addPass(mlir::createReconcileUnrealizedCastsPass());
}

FailureOr<OwningOpRef<ModuleOp>> verify::lowerToLLVM(Block &program) {
  OwningOpRef<ModuleOp> module = outline(program);
  inlineResources(*module);
  widenFloats(*module);
  if (failed(mlir::verify(*module)))
    return failure();
  registerInterfaces(module->getContext());
  PassManager pm(module->getContext());
  buildPipeline(pm);
  if (failed(pm.run(*module)))
    return failure();
  return module;
}
