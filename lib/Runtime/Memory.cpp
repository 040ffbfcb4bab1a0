//===- Memory.cpp - Device memory, guarded or plain, tensor maps -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/Device.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::runtime;

/// Adds how much was asked for and how much there is to an error.
static llvm::Error explainMemory(Context &context, llvm::Error error,
                                 uint64_t bytes) {
  return llvm::handleErrors(
      std::move(error), [&](const DeviceError &e) -> llvm::Error {
        if (e.kind != ErrorKind::OutOfMemory)
          return llvm::make_error<DeviceError>(e.kind, e.message, e.fatal);
        size_t free = 0, total = 0;
        context.functions().memGetInfo(&free, &total);
        return deviceError(
            ErrorKind::OutOfMemory,
            llvm::formatv("out of device memory: {0} bytes asked for, {1} of "
                          "{2} are free on device {3}",
                          bytes, free, total, context.device().index)
                .str());
      });
}

llvm::Expected<Buffer> Context::allocate(uint64_t bytes) {
  api::DevicePointer address = 0;
  // An empty buffer still has an address of its own.
  if (llvm::Error e =
          check(functions().memAlloc(&address, std::max<uint64_t>(bytes, 16)),
                "allocate device memory"))
    return explainMemory(*this, std::move(e), bytes);
  Buffer buffer;
  buffer.start = address;
  buffer.size = bytes;
  buffer.plain = Owned<api::DevicePointer>(
      *this, address, [](const api::Functions &f, api::DevicePointer p) {
        return f.memFree(p);
      });
  return std::move(buffer);
}

//===----------------------------------------------------------------------===//
// Guarded memory
//===----------------------------------------------------------------------===//

/// A reservation of addresses, the middle of which is backed by memory.
struct Buffer::Mapping {
  Context *context;
  api::DevicePointer reserved = 0;
  uint64_t reservedBytes = 0;
  api::DevicePointer mapped = 0;
  uint64_t mappedBytes = 0;
  api::MemoryHandle memory = 0;
};

void Buffer::MappingDeleter::operator()(Mapping *mapping) const {
  if (!mapping->context->isLost()) {
    const api::Functions &f = mapping->context->functions();
    if (mapping->mapped)
      f.memUnmap(mapping->mapped, mapping->mappedBytes);
    if (mapping->memory)
      f.memRelease(mapping->memory);
    if (mapping->reserved)
      f.memAddressFree(mapping->reserved, mapping->reservedBytes);
  }
  delete mapping;
}

llvm::Expected<Buffer>
Context::allocateGuarded(uint64_t bytes, uint64_t alignment, bool atFront) {
  assert(llvm::isPowerOf2_64(alignment) && "alignment is a power of two");
  if (!info.virtualMemory)
    return deviceError(ErrorKind::NotSupported,
                       "device " + Twine(info.index) +
                           " has no virtual memory management, which guarded "
                           "buffers need; use plain ones");
  const api::Functions &f = functions();
  api::AllocationProperties properties{};
  properties.type = 1;
  properties.location = {1, deviceHandle};
  size_t page = 0;
  if (llvm::Error e = check(f.memGranularity(&page, &properties, 0),
                            "ask for the page size of the device"))
    return std::move(e);
  std::unique_ptr<Buffer::Mapping, Buffer::MappingDeleter> mapping(
      new Buffer::Mapping{this});
  mapping->mappedBytes = llvm::alignTo(std::max<uint64_t>(bytes, 1), page);
  mapping->reservedBytes = mapping->mappedBytes + 2 * page;
  if (llvm::Error e =
          check(f.memAddressReserve(&mapping->reserved, mapping->reservedBytes,
                                    page, 0, 0),
                "reserve device addresses"))
    return std::move(e);
  if (llvm::Error e = check(
          f.memCreate(&mapping->memory, mapping->mappedBytes, &properties, 0),
          "allocate device memory"))
    return explainMemory(*this, std::move(e), mapping->mappedBytes);
  api::DevicePointer first = mapping->reserved + page;
  if (llvm::Error e =
          check(f.memMap(first, mapping->mappedBytes, 0, mapping->memory, 0),
                "map device memory"))
    return std::move(e);
  mapping->mapped = first;
  api::AccessDescription access{{1, deviceHandle}, 3};
  if (llvm::Error e =
          check(f.memSetAccess(first, mapping->mappedBytes, &access, 1),
                "open device memory for access"))
    return std::move(e);
  Buffer buffer;
  buffer.guarded = true;
  buffer.size = bytes;
  buffer.before =
      atFront ? 0 : llvm::alignDown(mapping->mappedBytes - bytes, alignment);
  buffer.after = mapping->mappedBytes - bytes - buffer.before;
  buffer.start = first + buffer.before;
  buffer.mapping = std::move(mapping);
  return std::move(buffer);
}

//===----------------------------------------------------------------------===//
// Tensor maps
//===----------------------------------------------------------------------===//

unsigned TensorMap::bytesOf(Element element) {
  switch (element) {
  case Element::U8:
    return 1;
  case Element::U16:
  case Element::F16:
  case Element::BF16:
    return 2;
  case Element::U64:
  case Element::S64:
  case Element::F64:
    return 8;
  case Element::U32:
  case Element::S32:
  case Element::F32:
  case Element::F32FTZ:
  case Element::TF32:
  case Element::TF32FTZ:
    return 4;
  }
  llvm_unreachable("all elements are handled");
}

static llvm::Error wrongMap(const Twine &what) {
  return deviceError(ErrorKind::InvalidLaunch, "tensor map: " + what);
}

llvm::Error TensorMap::verify() const {
  size_t rank = dims.size();
  if (rank < 1 || rank > 5)
    return wrongMap("expected 1 to 5 dimensions, found " + Twine(rank));
  if (box.size() != rank)
    return wrongMap("expected a box of " + Twine(rank) + " extents, found " +
                    Twine(box.size()));
  if (strides.size() != rank - 1)
    return wrongMap("expected " + Twine(rank - 1) +
                    " strides (none of the innermost dimension), found " +
                    Twine(strides.size()));
  if (!elementStrides.empty() && elementStrides.size() != rank)
    return wrongMap("expected " + Twine(rank) + " element strides, found " +
                    Twine(elementStrides.size()));
  for (uint64_t dim : dims)
    if (dim < 1 || dim > (uint64_t(1) << 32))
      return wrongMap("a dimension must be 1 to 2^32, found " + Twine(dim));
  for (uint64_t stride : strides)
    if (stride % 16 || stride >= (uint64_t(1) << 40))
      return wrongMap("a stride must be a multiple of 16 bytes below 2^40, "
                      "found " +
                      Twine(stride));
  for (uint32_t extent : box)
    if (extent < 1 || extent > 256)
      return wrongMap("an extent of the box must be 1 to 256, found " +
                      Twine(extent));
  for (uint32_t step : elementStrides)
    if (step < 1 || step > 8)
      return wrongMap("an element stride must be 1 to 8, found " + Twine(step));
  if (!llvm::is_contained({0u, 32u, 64u, 128u}, swizzleBytes))
    return wrongMap("the swizzle must be 0, 32, 64 or 128 bytes, found " +
                    Twine(swizzleBytes));
  if (!llvm::is_contained({0u, 64u, 128u, 256u}, l2PromotionBytes))
    return wrongMap("the L2 promotion must be 0, 64, 128 or 256 bytes, found " +
                    Twine(l2PromotionBytes));
  unsigned rowBytes = box[0] * bytesOf(element);
  if (rowBytes % 16)
    return wrongMap("the innermost extent of the box must be a multiple of 16 "
                    "bytes, found " +
                    Twine(rowBytes));
  if (swizzleBytes && rowBytes > swizzleBytes)
    return wrongMap("the innermost extent of the box must fit the swizzle of " +
                    Twine(swizzleBytes) + " bytes, found " + Twine(rowBytes));
  bool isFloat = element >= Element::F16;
  if (fill == Fill::NaN && !isFloat)
    return wrongMap("only floating-point elements can be filled with NaN");
  return llvm::Error::success();
}

llvm::Expected<api::TensorMapBytes>
Context::encode(const TensorMap &map, api::DevicePointer address) {
  if (!functions().tensorMapEncodeTiled || !info.tensorMaps)
    return deviceError(ErrorKind::NotSupported,
                       "device " + Twine(info.index) + " (sm_" +
                           Twine(info.architecture()) +
                           ") has no tensor maps; they need sm_90 or newer");
  if (llvm::Error e = map.verify())
    return std::move(e);
  if (address % 16)
    return deviceError(ErrorKind::InvalidLaunch,
                       "tensor map: the address must be a multiple of 16");
  SmallVector<uint32_t, 5> steps = map.elementStrides;
  steps.resize(map.dims.size(), 1);
  // Sizes in bytes to the numbers of the ABI: 0, 32, 64, 128 and so on.
  auto level = [](unsigned bytes, unsigned first) {
    return bytes ? int(llvm::Log2_32(bytes / first)) + 1 : 0;
  };
  api::TensorMapBytes encoded{};
  api::Result result = functions().tensorMapEncodeTiled(
      &encoded, int(map.element), uint32_t(map.dims.size()),
      reinterpret_cast<void *>(address), map.dims.data(), map.strides.data(),
      map.box.data(), steps.data(), /*interleave=*/0,
      level(map.swizzleBytes, 32), level(map.l2PromotionBytes, 64),
      map.fill == TensorMap::Fill::NaN ? 1 : 0);
  if (llvm::Error e = check(result, "encode a tensor map"))
    return std::move(e);
  return encoded;
}
