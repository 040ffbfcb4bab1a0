//===- Memory.cpp - Segments, initialization, shadow state ----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace kernel_opt;
using namespace kernel_opt::verify;

Segment::Segment(const BufferInfo &info, unsigned argument, size_t floatBytes,
                 Domain &domain, const ArgumentSource &inputs, unsigned poison)
    : info(info), argument(argument),
      valueBytes(info.element.isFloat ? floatBytes : sizeof(int64_t)),
      isInput(info.access == ArgumentAccess::Read ||
              info.access == ArgumentAccess::ReadWrite),
      domain(domain), inputs(inputs), poison(poison) {
  directorySize =
      std::max<int64_t>((info.elements + pageSize - 1) >> pageBits, 1);
  directory =
      static_cast<Page **>(std::calloc(size_t(directorySize), sizeof(Page *)));
}

Segment::~Segment() {
  for (int64_t i = 0; i < directorySize; ++i)
    delete directory[i];
  std::free(directory);
}

/// Integers that nobody wrote: a large odd number, or a power of two that no
/// index can be.
static int64_t poisonInteger(unsigned pattern, unsigned width, unsigned i) {
  int64_t value =
      pattern == 0 ? int64_t(0x5bd1e995u) * (2 * i + 1) : int64_t(1) << 62;
  return wrapInteger(value, wrapOfWidth(width));
}

static void fillPoison(const ElementKind &element, unsigned pattern,
                       Domain &domain, std::byte *values, size_t n) {
  if (element.isFloat)
    return domain.poison(pattern, element.kind, values, n);
  auto *ints = reinterpret_cast<int64_t *>(values);
  for (size_t i = 0; i < n; ++i)
    ints[i] = poisonInteger(pattern, element.width, i);
}

Segment::Page *Segment::makePage() {
  auto *page = new Page();
  page->values.reset(new std::byte[pageSize * valueBytes]);
  if (tracked())
    page->shadow.reset(new GlobalShadow[pageSize]);
  if (!isInput)
    fillPoison(info.element, poison, domain, page->values.get(), pageSize);
  else if (page->shadow)
    for (unsigned i = 0; i < pageSize; ++i)
      page->shadow[i].flags = ShadowInit;
  return page;
}

void Segment::draw(Page &page, int64_t index) {
  unsigned run = (index & (pageSize - 1)) / drawSize;
  page.drawn |= 1u << run;
  int64_t first = index / drawSize * drawSize;
  int64_t indices[drawSize];
  size_t n = std::min<int64_t>(drawSize, info.elements - first);
  for (size_t i = 0; i < n; ++i)
    indices[i] = first + i;
  std::byte *out = page.values.get() + size_t(run) * drawSize * valueBytes;
  if (info.element.isFloat)
    inputs.floats(argument, info.element.kind, indices, out, n);
  else
    inputs.integers(argument, info.element.width, indices,
                    reinterpret_cast<int64_t *>(out), n);
}

void Segment::forEachPage(
    function_ref<void(int64_t first, Page &page)> visit) const {
  for (int64_t i = 0; i < directorySize; ++i)
    if (directory[i])
      visit(i << pageBits, *directory[i]);
}

uint64_t Segment::countTouched(bool isStore) const {
  uint64_t count = 0;
  forEachPage([&](int64_t, Page &page) {
    for (uint64_t word : page.touched[isStore])
      count += llvm::popcount(word);
  });
  return count;
}

SharedBuffer::SharedBuffer(const BufferInfo &info, size_t floatBytes,
                           unsigned warps, Domain &domain, unsigned poison)
    : info(info),
      valueBytes(info.element.isFloat ? floatBytes : sizeof(int64_t)),
      warps(warps), values(size_t(info.elements) * valueBytes),
      shadow(size_t(info.elements)), readers(warps) {
  fillPoison(info.element, poison, domain, values.data(),
             size_t(info.elements));
}

std::string verify::formatIndices(const BufferInfo &info, int64_t index) {
  std::string text = "(";
  for (size_t d = 0, e = info.shape.size(); d < e; ++d) {
    int64_t coordinate = info.strides[d] ? index / info.strides[d] : 0;
    index -= coordinate * info.strides[d];
    text += (d ? ", " : "") + std::to_string(coordinate);
  }
  return text + ")";
}
