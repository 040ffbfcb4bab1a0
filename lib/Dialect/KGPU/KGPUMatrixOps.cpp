//===- KGPUMatrixOps.cpp - Verifiers of warp and matrix ops -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VerifyUtils.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

//===----------------------------------------------------------------------===//
// WarpReduceOp
//===----------------------------------------------------------------------===//

LogicalResult WarpReduceOp::verify() {
  if (getLaneBits().empty())
    return emitOpError("expected at least one lane bit");
  unsigned seen = 0;
  for (int64_t bit : getLaneBits()) {
    if (bit < 0 || bit > 4)
      return emitOpError() << "lane bits are 0 to 4, found " << bit;
    if (seen & (1u << bit))
      return emitOpError() << "lane bit " << bit << " stands twice";
    seen |= 1u << bit;
  }
  Type element = mlir::getElementTypeOrSelf(getValue().getType());
  bool isFloat = isa<FloatType>(element);
  bool fits = true;
  switch (getKind()) {
  case CombineKind::Add:
  case CombineKind::Mul:
  case CombineKind::Max:
  case CombineKind::Min:
    break;
  case CombineKind::MaxNum:
  case CombineKind::MinNum:
    fits = isFloat;
    break;
  case CombineKind::MaxU:
  case CombineKind::MinU:
  case CombineKind::And:
  case CombineKind::Or:
  case CombineKind::Xor:
    fits = !isFloat;
    break;
  }
  if (!fits)
    return emitOpError() << "'" << stringifyCombineKind(getKind())
                         << "' does not combine values of type " << element;
  return success();
}

//===----------------------------------------------------------------------===//
// MmaOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyFragment(Operation *op, StringRef name, Value value,
                                    int64_t count) {
  auto type = cast<VectorType>(value.getType());
  if (type.getNumElements() == count)
    return success();
  return op->emitOpError() << "expected " << count << " elements of " << name
                           << " per lane, found " << type.getNumElements();
}

LogicalResult MmaOp::verify() {
  ArrayRef<int64_t> shape = getShape();
  Type element = cast<VectorType>(getA().getType()).getElementType();
  if (element != cast<VectorType>(getB().getType()).getElementType())
    return emitOpError("A and B must have the same element type");
  bool isHalf = element.isF16() || element.isBF16();
  if (!isHalf && !element.isF32())
    return emitOpError() << "expected f16, bf16 or f32 (tf32) operands, found "
                         << element;
  if (!cast<VectorType>(getAcc().getType()).getElementType().isF32())
    return emitOpError("accumulation must be in f32");
  int64_t most = isHalf ? 16 : 8;
  if (shape.size() != 3 || shape[0] != 16 || shape[1] != 8 ||
      (shape[2] != most && shape[2] != most / 2))
    return emitOpError() << "expected shape [16, 8, " << most / 2
                         << "] or [16, 8, " << most << "] for " << element
                         << ", found [" << shape << "]";
  if (failed(verifyFragment(*this, "A", getA(), shape[2] / 2)) ||
      failed(verifyFragment(*this, "B", getB(), shape[2] / 4)))
    return failure();
  return verifyFragment(*this, "C", getAcc(), 4);
}

//===----------------------------------------------------------------------===//
// LoadMatrixOp, StoreMatrixOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyMatrixRows(Operation *op, Type memrefType,
                                      size_t numIndices, VectorType vector) {
  if (failed(verifyElement(op, memrefType, numIndices, Where::Shared,
                           "the memref")))
    return failure();
  auto memref = cast<MemRefType>(memrefType);
  if (vector.getElementType() != memref.getElementType() ||
      elementBytes(memref.getElementType()) != 2)
    return op->emitOpError()
           << "memref and vector must hold the same 16-bit type, found "
           << memref.getElementType() << " and " << vector.getElementType();
  if (!llvm::is_contained({2, 4, 8}, vector.getNumElements()))
    return op->emitOpError() << "moves 1, 2 or 4 matrices, that is 2, 4 or 8 "
                                "elements per lane, found "
                             << vector.getNumElements();
  if (memref.getShape().back() % 8 != 0)
    return op->emitOpError() << "rows of " << memref.getShape().back()
                             << " elements are not aligned to 16 bytes";
  return success();
}

LogicalResult LoadMatrixOp::verify() {
  return verifyMatrixRows(*this, getMemref().getType(), getIndices().size(),
                          cast<VectorType>(getResult().getType()));
}

LogicalResult StoreMatrixOp::verify() {
  return verifyMatrixRows(*this, getMemref().getType(), getIndices().size(),
                          cast<VectorType>(getValue().getType()));
}

//===----------------------------------------------------------------------===//
// WgmmaOp, WgmmaWaitOp
//===----------------------------------------------------------------------===//

/// Checks an operand of `extent` rows or columns (M or N) by `k` in shared
/// memory; `name` is A or B.
static LogicalResult verifyPanels(Operation *op, StringRef name, Type type,
                                  size_t numIndices, Major major,
                                  int64_t extent, int64_t k) {
  if (failed(verifyElement(op, type, numIndices, Where::Shared, name)))
    return failure();
  auto memref = cast<MemRefType>(type);
  ArrayRef<int64_t> shape = memref.getShape();
  int64_t size = elementBytes(memref.getElementType());
  int64_t swizzle = getSharedSpace(memref).getSwizzle();
  if (swizzle == 0)
    return op->emitOpError()
           << name << " must lie in a swizzled buffer, found " << type;
  if (shape.size() < 2 || shape.back() * size != swizzle)
    return op->emitOpError()
           << "the last dimension of " << name << " must be as long as the "
           << swizzle << " bytes of the swizzle span, found " << type;
  int64_t rows = shape[shape.size() - 2];
  if (rows % 8 != 0)
    return op->emitOpError()
           << "panels of " << name << " must have a multiple of 8 rows, found "
           << rows;
  if (major == Major::MN && size != 2)
    return op->emitOpError()
           << name << " of type " << memref.getElementType()
           << " must be 'k' major; only 16-bit types can be 'mn' major";
  int64_t neededRows = major == Major::K ? extent : k;
  int64_t width = major == Major::K ? k : extent;
  int64_t panels = (width + shape.back() - 1) / shape.back();
  if (rows < neededRows)
    return op->emitOpError() << name << " needs " << neededRows
                             << " rows, but panels have " << rows;
  if (panels > 1 && (major == Major::K || shape.size() < 3 ||
                     shape[shape.size() - 3] < panels))
    return op->emitOpError()
           << name << " needs " << panels << " panels of " << shape.back()
           << " columns in the dimension before the last two of " << type;
  return success();
}

static LogicalResult verifyAccumulator(WgmmaOp op, int64_t count) {
  PendingType result = op.getResult().getType();
  if (result.getCount() != count)
    return op.emitOpError() << "expected a result of " << count
                            << " registers, found " << result.getCount();
  if (!op.getAcc())
    return success();
  Type type = op.getAcc().getType();
  auto vector = dyn_cast<VectorType>(type);
  if (type == result ||
      (vector && vector.getNumElements() == result.getCount() &&
       vector.getElementType() == result.getElementType()))
    return success();
  return op.emitOpError() << "accumulator of type " << type
                          << " does not fit the result of type " << result;
}

LogicalResult WgmmaOp::verify() {
  if (failed(verifyBuffer(*this, getB().getType(), Where::Shared, "B")))
    return failure();
  Type element = cast<MemRefType>(getB().getType()).getElementType();
  bool isHalf = element.isF16() || element.isBF16();
  if (!isHalf && !element.isF32())
    return emitOpError() << "expected f16, bf16 or f32 (tf32) operands, found "
                         << element;
  if (mlir::getElementTypeOrSelf(getA().getType()) != element)
    return emitOpError("A and B must have the same element type");
  ArrayRef<int64_t> shape = getShape();
  int64_t k = isHalf ? 16 : 8;
  if (shape.size() != 3 || shape[0] != 64 || shape[1] < 8 || shape[1] > 256 ||
      shape[1] % 8 != 0 || shape[2] != k)
    return emitOpError() << "expected shape [64, N, " << k << "] for "
                         << element
                         << " with N a multiple of 8 up to 256, found ["
                         << shape << "]";
  if (failed(verifyPanels(*this, "B", getB().getType(), getBIndices().size(),
                          getBMajor(), shape[1], k)) ||
      failed(verifyAccumulator(*this, shape[1] / 2)))
    return failure();
  auto vector = dyn_cast<VectorType>(getA().getType());
  if (!vector)
    return verifyPanels(*this, "A", getA().getType(), getAIndices().size(),
                        getAMajor(), 64, k);
  if (!getAIndices().empty())
    return emitOpError("A in registers takes no indices");
  if (getAMajor() != Major::K)
    return emitOpError("A in registers has no major dimension to choose");
  return verifyFragment(*this, "A", getA(), k / 2);
}

LogicalResult WgmmaWaitOp::verify() {
  if (static_cast<int64_t>(getPending()) < 0)
    return emitOpError("the number of pending groups must not be negative");
  if (getInFlight().size() != getValues().size())
    return emitOpError() << "expected as many results as operands, found "
                         << getValues().size() << " and "
                         << getInFlight().size();
  for (auto [operand, result] : llvm::zip(getInFlight(), getValues())) {
    auto pending = cast<PendingType>(operand.getType());
    auto vector = cast<VectorType>(result.getType());
    if (vector.getNumElements() != pending.getCount() ||
        vector.getElementType() != pending.getElementType())
      return emitOpError() << "result of type " << vector
                           << " does not fit the operand of type " << pending;
  }
  return success();
}
