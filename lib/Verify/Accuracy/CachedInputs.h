//===- CachedInputs.h - Inputs that are drawn once --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ACCURACY_CACHEDINPUTS_H
#define KERNEL_OPT_LIB_VERIFY_ACCURACY_CACHEDINPUTS_H

#include "kernel-opt/Verify/Reference.h"
#include "llvm/ADT/DenseMap.h"
#include <map>
#include <memory>

namespace kernel_opt::verify {

/// The inputs of one draw, for a program, its original, an exact evaluation and
/// many noisy ones: drawing costs more than what most kernels compute. Gives
/// what DrawnInputs gives.
class CachedInputs : public InputSource {
public:
  CachedInputs(uint64_t seed, InputFamily family, int64_t integerBound,
               uint32_t draw = 0)
      : source(seed, family, integerBound, draw), seed(seed), family(family),
        draw(draw) {}
  void floats(Domain &domain, unsigned argument, FloatKind kind,
              ArrayRef<int64_t> shape, ArrayRef<int64_t> indices,
              void *out) override;
  void integers(unsigned argument, unsigned width, ArrayRef<int64_t> shape,
                ArrayRef<int64_t> indices, int64_t *out) override {
    source.integers(argument, width, shape, indices, out);
  }

private:
  static constexpr int64_t runLength = 32, pageLength = 32 * runLength;
  struct Page {
    uint32_t drawn = 0; ///< runs that are
    std::unique_ptr<double[]> values;
  };
  Page &pageOf(unsigned argument, int64_t number);

  DrawnInputs source;
  uint64_t seed;
  InputFamily family;
  uint32_t draw;
  /// Per argument, by number.
  std::map<unsigned, llvm::DenseMap<int64_t, Page>> pages;
  size_t count = 0;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ACCURACY_CACHEDINPUTS_H
