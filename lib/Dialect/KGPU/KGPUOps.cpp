//===- KGPUOps.cpp - Operations of the kgpu dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Verifiers of operations that move data. Those of matrix products are in
// KGPUMatrixOps.cpp, those that order threads in KGPUSyncOps.cpp.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "VerifyUtils.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Shared checks
//===----------------------------------------------------------------------===//

LogicalResult kgpu::verifyBuffer(Operation *op, Type type, Where where,
                                 StringRef what) {
  auto memref = dyn_cast<MemRefType>(type);
  if (!memref || !memref.hasStaticShape() || !memref.getLayout().isIdentity() ||
      memref.getRank() == 0)
    return op->emitOpError() << what
                             << " must be a memref of static shape, identity "
                                "layout and at least one dimension, found "
                             << type;
  Type element = memref.getElementType();
  if (!element.isIntOrFloat() || element.getIntOrFloatBitWidth() < 8 ||
      !llvm::isPowerOf2_32(element.getIntOrFloatBitWidth()))
    return op->emitOpError() << what << " has elements of type " << element
                             << ", which memory does not hold; use a type of "
                                "8, 16, 32 or 64 bits";
  bool shared = getSharedSpace(memref) != nullptr, global = isGlobal(memref);
  if ((shared && where != Where::Global) || (global && where != Where::Shared))
    return success();
  StringRef expected = where == Where::Global   ? "global"
                       : where == Where::Shared ? "shared (#kgpu.shared)"
                                                : "global or shared";
  return op->emitOpError() << what << " must lie in " << expected
                           << " memory, found " << type;
}

LogicalResult kgpu::verifyElement(Operation *op, Type type, size_t numIndices,
                                  Where where, StringRef what) {
  if (failed(verifyBuffer(op, type, where, what)))
    return failure();
  size_t rank = cast<MemRefType>(type).getRank();
  if (numIndices != rank)
    return op->emitOpError()
           << what << " has " << rank << " dimensions, but there are "
           << numIndices << " indices";
  return success();
}

LogicalResult kgpu::verifyAtTopLevel(Operation *op) {
  if (isa_and_nonnull<gpu::GPUFuncOp>(op->getParentOp()))
    return success();
  return op->emitOpError(
      "must stand at the top level of a 'gpu.func', outside of control flow");
}

//===----------------------------------------------------------------------===//
// AllocSharedOp
//===----------------------------------------------------------------------===//

LogicalResult AllocSharedOp::verify() {
  MemRefType type = cast<MemRefType>(getBuffer().getType());
  if (failed(verifyBuffer(*this, type, Where::Shared, "the buffer")) ||
      failed(verifyAtTopLevel(*this)))
    return failure();
  int64_t element = elementBytes(type.getElementType());
  if (!llvm::isPowerOf2_64(getAlignment()) ||
      static_cast<int64_t>(getAlignment()) < element)
    return emitOpError() << "alignment must be a power of two and at least the "
                         << element << " bytes of an element, found "
                         << getAlignment();
  unsigned swizzle = getSharedSpace(type).getSwizzle();
  int64_t row = type.getShape().back() * element;
  if (swizzle != 0 && row % swizzle != 0)
    return emitOpError() << "rows of " << row
                         << " bytes are no multiple of the swizzle span of "
                         << swizzle << " bytes";
  return success();
}

//===----------------------------------------------------------------------===//
// LoadOp, StoreOp
//===----------------------------------------------------------------------===//

/// What loads and stores have in common.
static LogicalResult verifyRowAccess(Operation *op, MemRefType memref,
                                     size_t numIndices, Type registers,
                                     bool hasValid,
                                     std::optional<int64_t> alignment,
                                     CacheHint cache) {
  if (failed(
          verifyElement(op, memref, numIndices, Where::Either, "the memref")))
    return failure();
  Type element = mlir::getElementTypeOrSelf(registers);
  if (element != memref.getElementType())
    return op->emitOpError()
           << "registers hold " << element << ", but the memref holds "
           << memref.getElementType();
  auto vector = dyn_cast<VectorType>(registers);
  int64_t count = vector ? vector.getNumElements() : 1;
  if (count > memref.getShape().back() && !hasValid)
    return op->emitOpError()
           << count << " elements do not fit into a row of "
           << memref.getShape().back() << "; give 'valid' to take fewer";
  int64_t size = elementBytes(element);
  if (alignment && (!llvm::isPowerOf2_64(*alignment) || *alignment < size))
    return op->emitOpError()
           << "alignment must be a power of two and at least the " << size
           << " bytes of an element, found " << *alignment;
  SharedAttr shared = getSharedSpace(memref);
  if (shared && cache != CacheHint::Default)
    return op->emitOpError("cache hints are for global memory");
  if (shared && shared.getSwizzle() != 0 &&
      (count * size > 16 || 16 % (count * size) != 0))
    return op->emitOpError()
           << "an access to a swizzled buffer takes 1, 2, 4, 8 or 16 bytes, "
              "found "
           << count * size;
  return success();
}

LogicalResult LoadOp::verify() {
  if (failed(verifyRowAccess(*this, cast<MemRefType>(getMemref().getType()),
                             getIndices().size(), getResult().getType(),
                             !!getValid(), getAlignment(), getCache())))
    return failure();
  bool guarded = getPredicate() || getValid();
  if (guarded && !getPadding())
    return emitOpError("a guarded load needs 'padding' for what is not read");
  if (!guarded && getPadding())
    return emitOpError("'padding' has no use without 'if' or 'valid'");
  Type element = mlir::getElementTypeOrSelf(getResult().getType());
  if (getPadding() && getPaddingAttr().getType() != element)
    return emitOpError() << "padding has type " << getPaddingAttr().getType()
                         << ", but elements have type " << element;
  return success();
}

LogicalResult StoreOp::verify() {
  return verifyRowAccess(*this, cast<MemRefType>(getMemref().getType()),
                         getIndices().size(), getValue().getType(),
                         !!getValid(), getAlignment(), getCache());
}

//===----------------------------------------------------------------------===//
// AsyncCopyOp, AsyncWaitOp
//===----------------------------------------------------------------------===//

LogicalResult AsyncCopyOp::verify() {
  if (failed(verifyElement(*this, getSrc().getType(), getSrcIndices().size(),
                           Where::Global, "the source")) ||
      failed(verifyElement(*this, getDst().getType(), getDstIndices().size(),
                           Where::Shared, "the destination")))
    return failure();
  auto src = cast<MemRefType>(getSrc().getType());
  auto dst = cast<MemRefType>(getDst().getType());
  if (src.getElementType() != dst.getElementType())
    return emitOpError() << "the source holds " << src.getElementType()
                         << ", but the destination holds "
                         << dst.getElementType();
  int64_t count = getCount(), size = elementBytes(src.getElementType());
  if (!llvm::is_contained({4, 8, 16}, count * size))
    return emitOpError() << "copies 4, 8 or 16 bytes, found " << count
                         << " elements of " << size << " bytes";
  if (count > src.getShape().back() || count > dst.getShape().back())
    return emitOpError() << count << " elements do not fit into a row";
  return success();
}

LogicalResult AsyncWaitOp::verify() {
  if (static_cast<int64_t>(getPending()) < 0)
    return emitOpError("the number of pending groups must not be negative");
  return success();
}

LogicalResult BulkWaitOp::verify() {
  if (static_cast<int64_t>(getPending()) < 0)
    return emitOpError("the number of pending groups must not be negative");
  return success();
}

//===----------------------------------------------------------------------===//
// Tensor memory accelerator
//===----------------------------------------------------------------------===//

LogicalResult TensorMapOp::verify() {
  if (failed(verifyBuffer(*this, getMemref().getType(), Where::Global,
                          "the memref")) ||
      failed(verifyAtTopLevel(*this)))
    return failure();
  auto argument = dyn_cast<mlir::BlockArgument>(getMemref());
  if (!argument || !isa<gpu::GPUFuncOp>(argument.getOwner()->getParentOp()))
    return emitOpError("the memref must be an argument of the kernel");
  auto memref = cast<MemRefType>(getMemref().getType());
  TensorMapType map = getMap().getType();
  if (map.getElementType() != memref.getElementType())
    return emitOpError() << "the map holds " << map.getElementType()
                         << ", but the memref holds "
                         << memref.getElementType();
  if (static_cast<int64_t>(map.getBox().size()) != memref.getRank())
    return emitOpError() << "the box has " << map.getBox().size()
                         << " dimensions, but the memref has "
                         << memref.getRank();
  int64_t row =
      memref.getShape().back() * elementBytes(memref.getElementType());
  if (memref.getRank() > 1 && row % 16 != 0)
    return emitOpError() << "rows of " << row
                         << " bytes are no multiple of 16, which strides of a "
                            "tensor map must be";
  return success();
}

/// Checks that a box lands in (or comes from) `buffer` at `numIndices` leading
/// indices.
static LogicalResult verifyBox(Operation *op, TensorMapType map,
                               size_t numCoordinates, Type bufferType,
                               size_t numIndices) {
  if (failed(verifyBuffer(op, bufferType, Where::Shared, "the shared side")))
    return failure();
  auto buffer = cast<MemRefType>(bufferType);
  if (numCoordinates != map.getBox().size())
    return op->emitOpError()
           << "the tensor has " << map.getBox().size()
           << " dimensions, but there are " << numCoordinates << " coordinates";
  if (buffer.getElementType() != map.getElementType() ||
      getSharedSpace(buffer).getSwizzle() != map.getSwizzle())
    return op->emitOpError() << "element type and swizzle of " << map << " and "
                             << buffer << " differ";
  if (static_cast<int64_t>(numIndices) >= buffer.getRank())
    return op->emitOpError() << "indices select leading dimensions; " << buffer
                             << " takes at most " << buffer.getRank() - 1
                             << ", found " << numIndices;
  // Extents of one say nothing about where elements lie.
  auto isOne = [](int64_t extent) { return extent == 1; };
  SmallVector<int64_t> box(map.getBox());
  SmallVector<int64_t> place(buffer.getShape().drop_front(numIndices));
  llvm::erase_if(box, isOne);
  llvm::erase_if(place, isOne);
  if (box != place)
    return op->emitOpError()
           << "the box of " << map << " does not fill " << buffer << " behind "
           << numIndices << " indices";
  int64_t unit = std::max<int64_t>(128, 8 * map.getSwizzle());
  if (numIndices != 0 && map.getBoxBytes() % unit != 0)
    return op->emitOpError() << "boxes of " << map.getBoxBytes()
                             << " bytes one after the other are not aligned to "
                             << unit << " bytes";
  return success();
}

LogicalResult TmaLoadOp::verify() {
  return verifyBox(*this, getMap().getType(), getCoordinates().size(),
                   getDst().getType(), getDstIndices().size());
}

LogicalResult TmaStoreOp::verify() {
  return verifyBox(*this, getMap().getType(), getCoordinates().size(),
                   getSrc().getType(), getSrcIndices().size());
}
