//===- ComparedOutput.cpp - What a program writes, as it should be --------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ComparedOutput.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

void Evidence::extend(const std::vector<int64_t> &written) {
  if (written == indices)
    return;
  std::map<int64_t, double> all;
  for (int64_t index : written)
    all[index] = 0;
  for (auto [index, had] : llvm::zip_equal(indices, bits))
    all[index] = had;
  indices.clear();
  bits.clear();
  for (auto [index, had] : all) {
    indices.push_back(index);
    bits.push_back(had);
  }
}

static SmallVector<int64_t> delinearize(int64_t index,
                                        ArrayRef<int64_t> shape) {
  SmallVector<int64_t> coordinates(shape.size());
  for (int64_t d = shape.size() - 1; d >= 0; --d) {
    coordinates[d] = index % shape[d];
    index /= shape[d];
  }
  return coordinates;
}

static std::string placeOf(int64_t index, ArrayRef<int64_t> shape) {
  std::string text = "[";
  llvm::raw_string_ostream os(text);
  llvm::interleaveComma(delinearize(index, shape), os);
  return text + "]";
}

ComparedOutput::Written ComparedOutput::collect(const RunResult &run,
                                                const Domain &domain) const {
  Written written;
  bool isFloat = isa<FloatType>(type.getElementType());
  int64_t width = type.getRank() == 0 ? 1 : type.getShape().back();
  size_t bytes = domain.valueBytes(), count = run.writtenElements(argument);
  written.indices.reserve(count);
  if (isFloat)
    written.floats.reserve(count * bytes);
  run.forEachWritten(argument, [&](int64_t index, const void *value) {
    bool goesOn = !written.indices.empty() &&
                  index == written.indices.back() + 1 && index % width != 0;
    if (goesOn)
      ++written.rows.back().length;
    else
      written.rows.push_back({index, 1});
    written.indices.push_back(index);
    const char *from = static_cast<const char *>(value);
    if (isFloat)
      written.floats.insert(written.floats.end(), from, from + bytes);
    else
      written.integers.push_back(*static_cast<const int64_t *>(value));
  });
  bound(written);
  return written;
}

void ComparedOutput::bound(Written &written) const {
  ArrayRef<int64_t> shape = type.getShape();
  written.low.assign(shape.size(), std::numeric_limits<int64_t>::max());
  written.high.assign(shape.size(), -1);
  for (const Row &row : written.rows)
    for (int64_t end : {row.first, row.first + row.length - 1}) {
      SmallVector<int64_t> at = delinearize(end, shape);
      for (size_t d = 0; d < shape.size(); ++d) {
        written.low[d] = std::min(written.low[d], at[d]);
        written.high[d] = std::max(written.high[d], at[d]);
      }
    }
}

/// A scalar lies in memory as one element, and has no coordinates.
Box ComparedOutput::boxOf(const Written &written) const {
  Box box;
  for (size_t d = 0; d < rank; ++d) {
    box.offsets.push_back(written.low[d]);
    box.sizes.push_back(written.high[d] - written.low[d] + 1);
  }
  return box;
}

FailureOr<std::optional<ComparedOutput::Difference>>
ComparedOutput::compare(const RunResult &run, Reference &reference,
                        InputSource &inputs, TowerDomain &domain) {
  std::optional<Difference> first;
  Written written = collect(run, domain);
  if (written.indices.empty())
    return first;
  Box box = boxOf(written);
  FailureOr<Tile> expected = reference.evaluate(output, box, inputs);
  if (failed(expected))
    return failure();
  gathered.extend(written.indices);
  pairs += written.indices.size();
  // A decision on the way may have gone either way: no witness of anything.
  bool undecided = run.undecided != 0 || domain.undecided() != 0;
  size_t n = 0;
  for (const Row &row : written.rows) {
    SmallVector<int64_t> at = delinearize(row.first, type.getShape());
    int64_t position = 0;
    for (size_t d = 0; d < rank; ++d)
      position = position * box.sizes[d] + at[d] - box.offsets[d];
    for (int64_t i = 0; i < row.length; ++i, ++n, ++position) {
      auto difference = compareElement(written, n, *expected, position, domain);
      if (difference && !first && !undecided)
        first = std::move(difference);
    }
  }
  return first;
}

std::optional<ComparedOutput::Difference>
ComparedOutput::compareElement(const Written &written, size_t n,
                               const Tile &expected, int64_t position,
                               TowerDomain &domain) {
  int64_t index = written.indices[n];
  // Mostly, all that was ever written is written again.
  size_t slot = n;
  if (gathered.indices.size() != written.indices.size())
    slot = size_t(llvm::lower_bound(gathered.indices, index) -
                  gathered.indices.begin());
  const Column &values = expected.values;
  if (!values.kind) {
    int64_t want = values.ints[position], have = written.integers[n];
    if (want != have)
      return differAt(index, std::to_string(want), std::to_string(have));
    gathered.bits[slot] += 64;
    return std::nullopt;
  }
  const void *want = values.floatAt(domain, position);
  const void *have = written.floats.data() + n * domain.valueBytes();
  switch (domain.compareOutputs(*values.kind, want, have)) {
  case Comparison::Equal:
    gathered.bits[slot] += domain.evidence(want, have);
    return std::nullopt;
  case Comparison::Undecided:
    return std::nullopt;
  case Comparison::Different:
    return differAt(index, domain.str(*values.kind, want),
                    domain.str(*values.kind, have));
  }
  llvm_unreachable("unknown comparison");
}

ComparedOutput::Difference ComparedOutput::differAt(int64_t index,
                                                    std::string expected,
                                                    std::string found) const {
  return {placeOf(index, type.getShape()), std::move(expected),
          std::move(found)};
}
