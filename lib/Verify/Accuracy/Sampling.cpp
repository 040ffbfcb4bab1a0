//===- Sampling.cpp - Which blocks and elements are looked at ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Sampling.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace kernel_opt;
using namespace kernel_opt::verify;

std::vector<BlockRange> verify::chooseBlocks(int64_t count, int64_t wanted,
                                             int64_t unit, int64_t ranges,
                                             uint64_t nonce) {
  if (wanted * 2 >= count)
    return {{0, count}};
  int64_t length = std::max<int64_t>(wanted / ranges, 1);
  length = (length + unit - 1) / unit * unit;
  if (length * ranges >= count)
    return {{0, count}};
  if (ranges == 1) {
    int64_t at =
        int64_t(mixHash(nonce, 0xb10c) % uint64_t(count / length)) * length;
    return {{at, at + length}};
  }
  std::vector<BlockRange> result = {{0, length}};
  // Between the first and the last, each in a part of its own.
  int64_t room = (count - 2 * length) / unit, parts = ranges - 2;
  for (int64_t i = 0; i < parts && room / parts * unit >= length; ++i) {
    int64_t free = room / parts - length / unit + 1;
    int64_t at = int64_t(mixHash(nonce, 0xb10c + i) % uint64_t(free));
    int64_t begin = length + (room / parts * i + at) * unit;
    result.push_back({begin, begin + length});
  }
  result.push_back({count - length, count});
  return result;
}

static SmallVector<int64_t> coordinatesOf(int64_t index,
                                          ArrayRef<int64_t> shape) {
  SmallVector<int64_t> at(shape.size());
  for (size_t d = shape.size(); d-- > 0;) {
    at[d] = index % shape[d];
    index /= shape[d];
  }
  return at;
}

namespace {
/// Neighbours in the last dimension, and equal ones in consecutive rows.
struct Run {
  int64_t row, rows, begin, length;
};
} // namespace

static std::vector<Run> runsOf(ArrayRef<int64_t> written, int64_t columns) {
  std::vector<Run> rows, result;
  for (int64_t index : written) {
    int64_t row = index / columns, column = index % columns;
    if (!rows.empty() && rows.back().row == row &&
        rows.back().begin + rows.back().length == column)
      ++rows.back().length;
    else
      rows.push_back({row, 1, column, 1});
  }
  for (const Run &run : rows) {
    if (!result.empty() && result.back().row + result.back().rows == run.row &&
        result.back().begin == run.begin && result.back().length == run.length)
      ++result.back().rows;
    else
      result.push_back(run);
  }
  return result;
}

void SampleSet::addBox(Box box) {
  SmallVector<int64_t> at(box.offsets);
  int64_t volume = box.volume();
  for (int64_t n = 0; n < volume; ++n) {
    int64_t rest = n, index = 0, stride = 1;
    for (size_t d = shape.size(); d-- > 0;) {
      index += (box.offsets[d] + rest % box.sizes[d]) * stride;
      stride *= shape[d];
      rest /= box.sizes[d];
    }
    where[index].push_back(indices.size());
    indices.push_back(index);
  }
  all.push_back(std::move(box));
}

void SampleSet::add(ArrayRef<int64_t> written, ArrayRef<int64_t> ofShape,
                    int64_t quota, uint64_t nonce) {
  shape.assign(ofShape.begin(), ofShape.end());
  if (written.empty())
    return;
  size_t rank = shape.size();
  if (rank == 0)
    return addBox(Box());
  int64_t columns = shape.back(), height = rank > 1 ? shape[rank - 2] : 1;
  std::vector<Run> runs = runsOf(written, columns);
  // Too many runs: evenly spread ones.
  size_t most = std::max<size_t>(size_t(quota) / 16, 8);
  size_t step = (runs.size() + most - 1) / most;
  int64_t used = (int64_t(runs.size()) + int64_t(step) - 1) / int64_t(step);
  int64_t each = std::max<int64_t>(quota / used, 1);
  for (size_t n = mixHash(nonce, 7) % step; n < runs.size(); n += step) {
    Run run = runs[n];
    // Wide parts: what a whole row depends on is computed once.
    int64_t width =
        std::min(run.length, std::max<int64_t>(each / run.rows, 128));
    int64_t rows = std::min(run.rows, std::max<int64_t>(each / width, 1));
    width = std::min(run.length, std::max<int64_t>(each / rows, 1));
    auto pick = [&](int64_t free, uint64_t tag) {
      return int64_t(mixHash(nonce + n, tag) % uint64_t(free + 1));
    };
    int64_t row = run.row + pick(run.rows - rows, 1);
    int64_t column = run.begin + pick(run.length - width, 2);
    // A box must not wrap into the next matrix.
    while (rows > 0) {
      int64_t now = std::min(rows, height - row % height);
      Box box;
      box.offsets = coordinatesOf(row * columns + column, shape);
      box.sizes.assign(rank, 1);
      box.sizes[rank - 1] = width;
      if (rank > 1)
        box.sizes[rank - 2] = now;
      addBox(std::move(box));
      row += now;
      rows -= now;
    }
  }
}

std::string SampleSet::place(size_t sample) const {
  std::string text = "[";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(coordinatesOf(indices[sample], shape), os);
  return text + "]";
}
