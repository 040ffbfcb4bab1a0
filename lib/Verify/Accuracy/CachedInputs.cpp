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

/// Elements that are kept: 256 MB. What lies beyond is drawn again.
static constexpr size_t mostValues = size_t(1) << 25;

const double *CachedInputs::runOf(unsigned argument, FloatKind kind,
                                  ArrayRef<int64_t> shape, int64_t number) {
  auto [entry, isNew] = runs.try_emplace({argument, number}, values.size());
  if (!isNew)
    return values.data() + entry->second;
  InputKey key = {seed, argument, family, shape};
  int64_t total = std::accumulate(shape.begin(), shape.end(), int64_t(1),
                                  std::multiplies<int64_t>());
  int64_t end = std::min((number + 1) * runLength, total);
  for (int64_t i = number * runLength; i < end; ++i)
    values.push_back(drawInput(key, kind, i));
  return values.data() + entry->second;
}

void CachedInputs::floats(Domain &domain, unsigned argument, FloatKind kind,
                          ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
                          void *out) {
  // Domains of floats hold a drawn value as a double; the exact one has its
  // low part, zero, behind it.
  size_t stride = domain.valueBytes() / sizeof(double);
  if (stride > 2 || values.size() > mostValues)
    return drawn.floats(domain, argument, kind, shape, indices, out);
  auto *to = static_cast<double *>(out);
  int64_t current = -1;
  const double *run = nullptr;
  for (size_t i = 0; i < indices.size(); ++i) {
    int64_t number = indices[i] / runLength;
    if (number != current) {
      run = runOf(argument, kind, shape, number);
      current = number;
    }
    to[i * stride] = run[indices[i] % runLength];
    if (stride == 2)
      to[i * stride + 1] = 0;
  }
}
