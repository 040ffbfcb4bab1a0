//===- KGPUTypes.cpp - Types and attributes of the kgpu dialect --*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUTypes.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#include "kernel-opt/Dialect/KGPU/KGPUEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUTypes.cpp.inc"

void KGPUDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.cpp.inc"
      >();
}

void KGPUDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "kernel-opt/Dialect/KGPU/KGPUTypes.cpp.inc"
      >();
}

SharedAttr kgpu::getSharedSpace(MemRefType type) {
  return dyn_cast_or_null<SharedAttr>(type.getMemorySpace());
}

StringRef kgpu::declaredAccess(Value memref) {
  auto argument = dyn_cast<mlir::BlockArgument>(memref);
  auto kernel =
      argument
          ? dyn_cast_or_null<gpu::GPUFuncOp>(argument.getOwner()->getParentOp())
          : gpu::GPUFuncOp();
  if (!kernel || !argument.getOwner()->isEntryBlock())
    return {};
  auto access = kernel.getArgAttrOfType<StringAttr>(argument.getArgNumber(),
                                                    kAccessAttrName);
  return access ? access.getValue() : StringRef();
}

int64_t kgpu::clusterBlocks(Operation *kernel) {
  auto size =
      kernel->getAttrOfType<mlir::DenseI32ArrayAttr>(kClusterSizeAttrName);
  int64_t blocks = 1;
  if (size)
    for (int32_t extent : size.asArrayRef())
      blocks *= extent;
  return blocks;
}

bool kgpu::isGlobal(MemRefType type) {
  Attribute space = type.getMemorySpace();
  if (!space)
    return true;
  auto gpuSpace = dyn_cast<gpu::AddressSpaceAttr>(space);
  return gpuSpace && gpuSpace.getValue() == gpu::AddressSpace::Global;
}

static bool isSwizzle(unsigned swizzle) {
  return llvm::is_contained({0u, 32u, 64u, 128u}, swizzle);
}

LogicalResult SharedAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 unsigned swizzle) {
  if (!isSwizzle(swizzle))
    return emitError() << "swizzle expects 0, 32, 64 or 128 bytes, found "
                       << swizzle;
  return success();
}

LogicalResult
MBarriersType::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t count) {
  if (count < 1 || count > 1024)
    return emitError() << "expected 1 to 1024 mbarriers, found " << count;
  return success();
}

//===----------------------------------------------------------------------===//
// TensorMapType
//===----------------------------------------------------------------------===//

Type TensorMapType::parse(AsmParser &parser) {
  SmallVector<int64_t> box;
  Type elementType;
  unsigned swizzle = 0;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(box, /*allowDynamic=*/false) ||
      parser.parseType(elementType))
    return {};
  if (succeeded(parser.parseOptionalComma()))
    if (parser.parseKeyword("swizzle") || parser.parseEqual() ||
        parser.parseInteger(swizzle))
      return {};
  if (parser.parseGreater())
    return {};
  return parser.getChecked<TensorMapType>(loc, parser.getContext(), box,
                                          elementType, swizzle);
}

void TensorMapType::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printDimensionList(getBox());
  printer << 'x' << getElementType();
  if (getSwizzle() != 0)
    printer << ", swizzle = " << getSwizzle();
  printer << '>';
}

LogicalResult
TensorMapType::verify(function_ref<InFlightDiagnostic()> emitError,
                      ArrayRef<int64_t> box, Type elementType,
                      unsigned swizzle) {
  if (box.empty() || box.size() > 5)
    return emitError() << "a box has 1 to 5 dimensions, found " << box.size();
  for (int64_t extent : box)
    if (extent < 1 || extent > 256)
      return emitError() << "extents of a box lie between 1 and 256, found "
                         << extent;
  if (!elementType.isIntOrFloat() ||
      !llvm::is_contained({8u, 16u, 32u, 64u},
                          elementType.getIntOrFloatBitWidth()))
    return emitError() << "expected elements of 8, 16, 32 or 64 bits, found "
                       << elementType;
  if (!isSwizzle(swizzle))
    return emitError() << "swizzle expects 0, 32, 64 or 128 bytes, found "
                       << swizzle;
  int64_t row = box.back() * elementType.getIntOrFloatBitWidth() / 8;
  if (swizzle != 0 && row != swizzle)
    return emitError() << "rows of the box have " << row
                       << " bytes, but the swizzle span has " << swizzle;
  if (row % 16 != 0)
    return emitError() << "rows of the box have " << row
                       << " bytes, which is no multiple of 16";
  return success();
}

int64_t TensorMapType::getBoxBytes() const {
  int64_t bytes = getElementType().getIntOrFloatBitWidth() / 8;
  for (int64_t extent : getBox())
    bytes *= extent;
  return bytes;
}

//===----------------------------------------------------------------------===//
// PendingType
//===----------------------------------------------------------------------===//

Type PendingType::parse(AsmParser &parser) {
  SmallVector<int64_t> count;
  Type elementType;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseDimensionList(count, /*allowDynamic=*/false) ||
      parser.parseType(elementType) || parser.parseGreater())
    return {};
  if (count.size() != 1) {
    parser.emitError(loc, "expected one extent, found ") << count.size();
    return {};
  }
  return parser.getChecked<PendingType>(loc, parser.getContext(), count[0],
                                        elementType);
}

void PendingType::print(AsmPrinter &printer) const {
  printer << '<' << getCount() << 'x' << getElementType() << '>';
}

LogicalResult PendingType::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t count, Type elementType) {
  if (count < 4 || count > 128 || count % 4 != 0)
    return emitError() << "a pending result has a multiple of 4 registers, at "
                          "most 128, found "
                       << count;
  if (!elementType.isF32())
    return emitError() << "expected elements of type f32, found "
                       << elementType;
  return success();
}
