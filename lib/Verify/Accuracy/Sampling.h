//===- Sampling.h - Which blocks and elements are looked at -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ACCURACY_SAMPLING_H
#define KERNEL_OPT_LIB_VERIFY_ACCURACY_SAMPLING_H

#include "kernel-opt/Verify/Reference.h"
#include "llvm/ADT/DenseMap.h"
#include <string>
#include <vector>

namespace kernel_opt::verify {

/// Blocks that run together: neighbours write neighbouring elements.
struct BlockRange {
  int64_t begin, end;
  void append(std::vector<int64_t> &blocks) const {
    for (int64_t b = begin; b < end; ++b)
      blocks.push_back(b);
  }
};

/// About `wanted` of `count` blocks: the first, the last, and some at random,
/// in so many ranges that are multiples of `unit` (a cluster). One range is
/// anywhere.
std::vector<BlockRange> chooseBlocks(int64_t count, int64_t wanted,
                                     int64_t unit, int64_t ranges,
                                     uint64_t nonce);

/// Elements of one output, as boxes, for the reference computes boxes.
class SampleSet {
public:
  /// Adds about `quota` of the written elements (ascending linear indices).
  void add(ArrayRef<int64_t> written, ArrayRef<int64_t> shape, int64_t quota,
           uint64_t nonce);

  ArrayRef<Box> boxes() const { return all; }
  size_t size() const { return indices.size(); }
  /// The samples that are the element of a linear index.
  ArrayRef<size_t> positions(int64_t index) const {
    auto it = where.find(index);
    return it == where.end() ? ArrayRef<size_t>() : ArrayRef(it->second);
  }
  /// "[3, 17]"
  std::string place(size_t sample) const;

private:
  void addBox(Box box);

  SmallVector<int64_t> shape;
  std::vector<Box> all;
  std::vector<int64_t> indices;
  llvm::DenseMap<int64_t, SmallVector<size_t, 1>> where;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ACCURACY_SAMPLING_H
