//===- KGPUDialect.cpp - The kgpu dialect -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/KGPU/KGPUTypes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#include "kernel-opt/Dialect/KGPU/KGPUDialect.cpp.inc"

void KGPUDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/KGPU/KGPUOps.cpp.inc"
      >();
}

static LogicalResult verifyClusterSize(Operation *op, Attribute attribute) {
  if (!isa<gpu::GPUFuncOp>(op))
    return op->emitError() << "'" << kClusterSizeAttrName
                           << "' belongs on a 'gpu.func'";
  auto sizes = dyn_cast<mlir::DenseI32ArrayAttr>(attribute);
  if (!sizes || sizes.size() != 3)
    return op->emitError() << "'" << kClusterSizeAttrName
                           << "' expects 'array<i32: x, y, z>', found "
                           << attribute;
  int64_t blocks = 1;
  for (int32_t size : sizes.asArrayRef()) {
    if (size < 1 || size > 16)
      return op->emitError() << "'" << kClusterSizeAttrName
                             << "' expects sizes from 1 to 16, found " << size;
    blocks *= size;
  }
  if (blocks > 16)
    return op->emitError() << "'" << kClusterSizeAttrName
                           << "' expects at most 16 blocks, found " << blocks;
  auto grid = op->getAttrOfType<mlir::DenseI32ArrayAttr>("known_grid_size");
  if (grid && grid.size() == 3)
    for (unsigned i = 0; i < 3; ++i)
      if (grid[i] % sizes[i] != 0)
        return op->emitError()
               << "grid size " << grid[i] << " in dimension " << i
               << " is no multiple of the cluster size " << sizes[i];
  return success();
}

LogicalResult KGPUDialect::verifyOperationAttribute(Operation *op,
                                                    NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == kClusterSizeAttrName)
    return verifyClusterSize(op, attribute.getValue());
  if (name == kSharedBytesAttrName) {
    auto bytes = dyn_cast<IntegerAttr>(attribute.getValue());
    if (!bytes || bytes.getInt() < 0)
      return op->emitError() << "'" << name << "' expects a number of bytes";
    return success();
  }
  if (name == kResidentBlocksAttrName) {
    auto blocks = dyn_cast<IntegerAttr>(attribute.getValue());
    if (!isa<gpu::GPUFuncOp>(op) || !blocks || blocks.getInt() < 1 ||
        blocks.getInt() > 32)
      return op->emitError()
             << "'" << name << "' expects 1 to 32 blocks of a 'gpu.func'";
    return success();
  }
  if (name == kGridSizeAttrName) {
    auto sizes = dyn_cast<mlir::DenseI32ArrayAttr>(attribute.getValue());
    if (!sizes || sizes.size() != 3)
      return op->emitError()
             << "'" << name << "' expects 'array<i32: x, y, z>'";
    return success();
  }
  if (name == kTensorMapsAttrName) {
    if (!isa<ArrayAttr>(attribute.getValue()))
      return op->emitError() << "'" << name << "' expects an array";
    return success();
  }
  if (name == kFlushAttrName) {
    if (op->getName().getStringRef() != "math.exp2" ||
        !mlir::getElementTypeOrSelf(op->getResult(0).getType()).isF32())
      return op->emitError()
             << "'" << name << "' belongs on a 'math.exp2' of f32";
    return success();
  }
  return op->emitError() << "unknown attribute '" << name << "'; expected '"
                         << kClusterSizeAttrName << "', '" << kFlushAttrName
                         << "', '" << kResidentBlocksAttrName << "', '"
                         << kSharedBytesAttrName << "' or '"
                         << kTensorMapsAttrName << "'";
}

LogicalResult KGPUDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                    unsigned index,
                                                    NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name != kAccessAttrName)
    return op->emitError() << "unknown attribute '" << name << "' of argument "
                           << index << "; expected '" << kAccessAttrName << "'";
  auto value = dyn_cast<StringAttr>(attribute.getValue());
  if (!value || !(value == kAccessRead || value == kAccessWrite ||
                  value == kAccessReadWrite || value == kAccessWorkspace))
    return op->emitError()
           << "'" << name << "' of argument " << index
           << " expects \"read\", \"write\", \"readwrite\" or \"workspace\", "
              "found "
           << attribute.getValue();
  auto function = dyn_cast<mlir::FunctionOpInterface>(op);
  if (!function || !isa<MemRefType>(function.getArgumentTypes()[index]))
    return op->emitError() << "'" << name
                           << "' belongs on a memref argument of "
                           << "a function; argument " << index << " is none";
  return success();
}
