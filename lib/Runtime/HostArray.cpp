//===- HostArray.cpp - Arrays in host memory and .npy files -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/HostArray.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cstring>
#include <thread>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

static constexpr StringLiteral magic = "\x93NUMPY";

int64_t HostArray::elements() const {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// The descr of the format, and whether it names the type itself.
static StringRef descrOf(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return "<f8";
  case ElementType::F32:
    return "<f4";
  case ElementType::F16:
    return "<f2";
  case ElementType::BF16:
    return "<u2";
  case ElementType::F8E4M3FN:
  case ElementType::F8E5M2:
    return "|u1";
  case ElementType::I64:
    return "<i8";
  case ElementType::I32:
    return "<i4";
  case ElementType::I16:
    return "<i2";
  case ElementType::I8:
    return "|i1";
  case ElementType::I1:
    return "|b1";
  }
  llvm_unreachable("all types are handled");
}

static std::optional<ElementType> typeOfDescr(StringRef descr) {
  for (ElementType type :
       {ElementType::F64, ElementType::F32, ElementType::F16, ElementType::I64,
        ElementType::I32, ElementType::I16, ElementType::I8, ElementType::I1})
    if (descrOf(type) == descr)
      return type;
  if (descr == "<u2")
    return ElementType::I16;
  if (descr == "|u1")
    return ElementType::I8;
  return std::nullopt;
}

/// The text after `'key':` of the header's dictionary.
static StringRef member(StringRef header, StringRef key) {
  size_t at = header.find(("'" + key + "'").str());
  if (at == StringRef::npos)
    return {};
  return header.drop_front(at + key.size() + 2).ltrim(" :");
}

static bool parseShape(StringRef text, SmallVectorImpl<int64_t> &shape) {
  if (!text.consume_front("("))
    return false;
  text = text.take_until([](char c) { return c == ')'; });
  SmallVector<StringRef> parts;
  text.split(parts, ',', -1, /*KeepEmpty=*/false);
  for (StringRef part : parts) {
    part = part.trim();
    int64_t extent = 0;
    if (part.empty())
      continue;
    if (part.getAsInteger(10, extent) || extent < 0)
      return false;
    shape.push_back(extent);
  }
  return true;
}

llvm::Expected<HostArray> runtime::readNpy(StringRef path) {
  auto wrong = [&](const Twine &what) {
    return llvm::createStringError("'" + path + "': " + what);
  };
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return wrong("cannot be read: " + file.getError().message());
  StringRef bytes = (*file)->getBuffer();
  if (!bytes.consume_front(magic) || bytes.size() < 4)
    return wrong("is not a .npy file");
  bool wide = bytes[0] >= 2; // version 2 and later: four bytes of length
  if (wide && bytes.size() < 6)
    return wrong("ends within its header");
  uint32_t length = 0;
  std::memcpy(&length, bytes.data() + 2, wide ? 4 : 2);
  bytes = bytes.drop_front(wide ? 6 : 4);
  if (length > bytes.size())
    return wrong("ends within its header");
  StringRef header = bytes.take_front(length);
  bytes = bytes.drop_front(length);

  StringRef descr = member(header, "descr").ltrim("'").split('\'').first;
  std::optional<ElementType> type = typeOfDescr(descr);
  if (!type)
    return wrong("has elements of type '" + descr +
                 "'; expected one of <f8 <f4 <f2 <i8 <i4 <i2 |i1 |b1 <u2 |u1");
  if (!member(header, "fortran_order").starts_with("False"))
    return wrong("is in Fortran order; expected C order");
  HostArray array;
  array.type = *type;
  if (descr.contains('u'))
    array.unsignedBytes = bytesOf(*type);
  if (!parseShape(member(header, "shape"), array.shape))
    return wrong("has a shape that cannot be read");
  uint64_t expected = bytesOf(*type);
  for (int64_t extent : array.shape)
    expected = llvm::SaturatingMultiply(expected, uint64_t(extent));
  if (bytes.size() != expected)
    return wrong("has " + Twine(bytes.size()) +
                 " bytes of data; its shape needs " + Twine(expected));
  array.data = bytes.str();
  return array;
}

llvm::Error runtime::writeNpy(StringRef path, const HostArray &array) {
  std::error_code code;
  llvm::raw_fd_ostream os(path, code);
  if (code)
    return llvm::createStringError(code, "cannot write '" + path +
                                             "': " + code.message());
  std::string shape;
  for (int64_t extent : array.shape)
    shape += std::to_string(extent) + ", ";
  if (array.shape.size() > 1)
    shape.resize(shape.size() - 2);
  std::string header = ("{'descr': '" + descrOf(array.type) +
                        "', 'fortran_order': False, 'shape': (" +
                        StringRef(shape).rtrim(' ') + "), }")
                           .str();
  // The data begin at a multiple of 64; the header ends with a line feed.
  size_t whole = llvm::alignTo(magic.size() + 4 + header.size() + 1, 64);
  header.resize(whole - magic.size() - 4 - 1, ' ');
  header += '\n';
  uint16_t length = uint16_t(header.size());
  os << magic << '\1' << '\0' << char(length & 0xff) << char(length >> 8)
     << header << array.data;
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    return llvm::createStringError(code, "cannot write '" + path +
                                             "': " + code.message());
  }
  return llvm::Error::success();
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

HostArray runtime::convert(HostArray array, ElementType type) {
  if (array.type == type)
    return array;
  bool unnamed = type == ElementType::BF16 || type == ElementType::F8E4M3FN ||
                 type == ElementType::F8E5M2;
  HostArray result;
  result.type = type;
  result.shape = array.shape;
  if (unnamed && array.unsignedBytes == bytesOf(type)) {
    result.data = std::move(array.data);
    return result;
  }
  unsigned bytes = bytesOf(type);
  int64_t count = array.elements();
  result.data.resize(size_t(count) * bytes);
  for (int64_t i = 0; i < count; ++i) {
    double value = array.at(i);
    if (array.unsignedBytes && value < 0)
      value += array.unsignedBytes == 1 ? 256 : 65536;
    encodeElement(type, value, &result.data[size_t(i) * bytes]);
  }
  return result;
}

/// Draws elements [begin, end).
static void drawRange(const PlanBuffer &buffer, const verify::InputKey &key,
                      int64_t begin, int64_t end, char *to) {
  unsigned bytes = bytesOf(buffer.type);
  if (std::optional<verify::FloatKind> kind = floatKindOf(buffer.type)) {
    verify::InputDrawer draw(key, *kind);
    for (int64_t i = begin; i < end; ++i)
      encodeElement(buffer.type, draw(i), to + i * bytes);
    return;
  }
  auto [first, last] = buffer.range.value_or(
      std::pair<int64_t, int64_t>(buffer.type == ElementType::I1 ? 0 : -8,
                                  buffer.type == ElementType::I1 ? 2 : 9));
  uint64_t base = verify::mixHash(key.seed, key.argument);
  uint64_t span = uint64_t(last) - uint64_t(first);
  for (int64_t i = begin; i < end; ++i) {
    uint64_t value =
        uint64_t(first) + verify::mixHash(base, uint64_t(i)) % span;
    std::memcpy(to + i * bytes, &value, bytes);
  }
}

HostArray runtime::drawInput(const PlanBuffer &buffer, unsigned argument,
                             verify::InputFamily family, uint64_t seed) {
  HostArray array;
  array.type = buffer.type;
  array.shape = buffer.shape;
  array.data.resize(buffer.bytes());
  verify::InputKey key{seed, argument, family, buffer.shape};
  // Every element is drawn by itself, so the threads do not change the values.
  int64_t count = buffer.elements();
  int64_t part = int64_t(1) << 18;
  int64_t workers =
      std::min<int64_t>(std::max(1u, std::thread::hardware_concurrency()),
                        llvm::divideCeil(count, part));
  if (workers <= 1) {
    drawRange(buffer, key, 0, count, array.data.data());
    return array;
  }
  std::vector<std::thread> threads;
  for (int64_t w = 0; w < workers; ++w)
    threads.emplace_back([&, w] {
      drawRange(buffer, key, count * w / workers, count * (w + 1) / workers,
                array.data.data());
    });
  for (std::thread &thread : threads)
    thread.join();
  return array;
}
