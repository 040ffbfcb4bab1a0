//===- LaunchOp.cpp - The operation kopt.launch -----------------*- C++ -*-
//===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

SmallVector<OpFoldResult> LaunchOp::getMixedGrid() {
  Builder builder(getContext());
  return mlir::getMixedValues(getStaticGrid(), getGrid(), builder);
}

SmallVector<Value> LaunchOp::getKernelArguments() {
  SmallVector<Value> arguments(getInputs());
  llvm::append_range(arguments, getOutputs());
  llvm::append_range(arguments, getWorkspaces());
  return arguments;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

static LogicalResult verifySizes(LaunchOp op, StringRef what,
                                 ArrayRef<int64_t> sizes) {
  if (sizes.size() != 3)
    return op.emitOpError() << "expects three sizes of the " << what
                            << ", found " << sizes.size();
  for (int64_t size : sizes)
    if (!ShapedType::isDynamic(size) && size < 1)
      return op.emitOpError()
             << "expects positive sizes of the " << what << ", found " << size;
  return success();
}

LogicalResult LaunchOp::verify() {
  if (failed(verifySizes(*this, "grid", getStaticGrid())) ||
      failed(verifySizes(*this, "block", getBlock())))
    return failure();
  auto dynamic = llvm::count_if(getStaticGrid(), ShapedType::isDynamic);
  if (static_cast<size_t>(dynamic) != getGrid().size())
    return emitOpError() << "expects " << dynamic
                         << " operands for the dynamic sizes of the grid, "
                            "found "
                         << getGrid().size();
  if (llvm::any_of(getBlock(), ShapedType::isDynamic))
    return emitOpError("expects static sizes of the block");
  if (auto cluster = getCluster()) {
    if (failed(verifySizes(*this, "cluster", *cluster)))
      return failure();
    for (auto [blocks, size] : llvm::zip_equal(getStaticGrid(), *cluster))
      if (!ShapedType::isDynamic(blocks) && blocks % size != 0)
        return emitOpError() << "expects a grid of whole clusters, found "
                             << blocks << " blocks in clusters of " << size;
  }
  if (static_cast<int64_t>(getShared()) < 0)
    return emitOpError() << "expects a size of shared memory in bytes, found "
                         << static_cast<int64_t>(getShared());
  bool tensors = false, memrefs = false;
  for (Value argument : getKernelArguments()) {
    tensors |= isa<TensorType>(argument.getType());
    memrefs |= isa<MemRefType>(argument.getType());
  }
  if (tensors && memrefs)
    return emitOpError("expects all arguments to be tensors or all to be "
                       "memrefs, found both");
  return success();
}

/// Whether a launch may pass `given` where the kernel takes `wanted`. In memory
/// a scalar is one element and a truth value a byte. Layouts are left to
/// bufferization, which chooses them.
static bool fits(Type given, Type wanted) {
  auto givenShape = dyn_cast<ShapedType>(given);
  auto wantedShape = dyn_cast<ShapedType>(wanted);
  if (!givenShape || !wantedShape)
    return given == wanted;
  Type element = givenShape.getElementType();
  bool sameElement =
      element == wantedShape.getElementType() ||
      (element.isInteger(1) && wantedShape.getElementType().isInteger(8));
  bool scalar = givenShape.hasRank() && givenShape.getRank() == 0 &&
                wantedShape.hasStaticShape() &&
                wantedShape.getNumElements() == 1;
  return sameElement &&
         (scalar ||
          succeeded(mlir::verifyCompatibleShape(givenShape, wantedShape)));
}

LogicalResult
LaunchOp::verifySymbolUses(mlir::SymbolTableCollection &symbolTable) {
  auto module = (*this)->getParentOfType<ModuleOp>();
  // A window cut out of a module has launches without their kernels.
  Operation *container =
      module
          ? symbolTable.lookupSymbolIn(module, getKernel().getRootReference())
          : nullptr;
  if (!container)
    return success();
  if (isa<gpu::BinaryOp>(container)) {
    if (getKernel().getNestedReferences().size() == 1)
      return success();
    return emitOpError() << "expects the name of a kernel in @"
                         << getKernel().getRootReference().getValue();
  }
  Operation *target = symbolTable.lookupSymbolIn(module, getKernel());
  auto function = dyn_cast_or_null<gpu::GPUFuncOp>(target);
  if (!function || !function.isKernel())
    return emitOpError() << "expects " << getKernel()
                         << " to be a kernel of a 'gpu.module' or "
                            "'gpu.binary'";
  SmallVector<Value> arguments = getKernelArguments();
  if (arguments.size() != function.getNumArguments()) {
    InFlightDiagnostic error = emitOpError() << "passes " << arguments.size()
                                             << " arguments to a kernel with "
                                             << function.getNumArguments();
    error.attachNote(function.getLoc()) << "the kernel is here";
    return error;
  }
  for (auto [index, argument, wanted] :
       llvm::enumerate(arguments, function.getArgumentTypes()))
    if (!fits(argument.getType(), wanted)) {
      InFlightDiagnostic error =
          emitOpError() << "passes " << argument.getType() << " as argument #"
                        << index << " to a kernel that takes " << wanted;
      error.attachNote(function.getLoc()) << "the kernel is here";
      return error;
    }
  return success();
}

//===----------------------------------------------------------------------===//
// Effects
//===----------------------------------------------------------------------===//

void LaunchOp::getEffects(SmallVectorImpl<mlir::SideEffects::EffectInstance<
                              mlir::MemoryEffects::Effect>> &effects) {
  auto add = [&](mlir::MutableOperandRange operands, bool reads, bool writes) {
    for (mlir::OpOperand &operand : operands) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      if (reads)
        effects.emplace_back(mlir::MemoryEffects::Read::get(), &operand);
      if (writes)
        effects.emplace_back(mlir::MemoryEffects::Write::get(), &operand);
    }
  };
  add(getInputsMutable(), /*reads=*/true, /*writes=*/false);
  add(getOutputsMutable(), /*reads=*/false, /*writes=*/true);
  add(getWorkspacesMutable(), /*reads=*/true, /*writes=*/true);
}
