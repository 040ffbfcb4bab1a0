//===- CachedInputs.cpp - Inputs that are drawn once ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CachedInputs.h"
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// 256 MB. What lies beyond is drawn again.
static constexpr size_t mostPages = size_t(1) << 15;

CachedInputs::Page &CachedInputs::pageOf(unsigned argument, int64_t number) {
  Page &page = pages[argument][number];
  if (!page.values) {
    page.values = std::make_unique<double[]>(pageLength);
    ++count;
  }
  return page;
}

void CachedInputs::floats(Domain &domain, unsigned argument, FloatKind kind,
                          ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                          void *out) {
  // Domains of floats hold a drawn value as a double; the exact one has its
  // low part, zero, behind it.
  size_t stride = domain.valueBytes() / sizeof(double);
  if (stride > 2 || count > mostPages)
    return source.floats(domain, argument, kind, shape, indices, out);
  InputDrawer drawer({seed, argument, family, shape, draw}, kind);
  int64_t total = std::accumulate(shape.begin(), shape.end(), int64_t(1),
                                  std::multiplies<int64_t>());
  auto *to = static_cast<double *>(out);
  for (size_t i = 0; i < indices.size();) {
    // Neighbours in one run are copied together.
    int64_t first = indices[i], number = first / pageLength;
    int64_t at = first % pageLength, run = at / runLength;
    size_t most = std::min<size_t>(indices.size() - i,
                                   size_t((run + 1) * runLength - at));
    size_t n = 1;
    while (n < most && indices[i + n] == first + int64_t(n))
      ++n;
    Page &page = pageOf(argument, number);
    if (!(page.drawn >> run & 1)) {
      int64_t begin = number * pageLength + run * runLength;
      for (int64_t k = 0; k < runLength && begin + k < total; ++k)
        page.values[run * runLength + k] = drawer(begin + k);
      page.drawn |= uint32_t(1) << run;
    }
    const double *from = &page.values[at];
    for (size_t k = 0; k < n; ++k) {
      to[(i + k) * stride] = from[k];
      if (stride == 2)
        to[(i + k) * stride + 1] = 0;
    }
    i += n;
  }
}
