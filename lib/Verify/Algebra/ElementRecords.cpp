//===- ElementRecords.cpp - What is known of each element -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementRecords.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/ADT/bit.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// So many draws settle an element that mostly is the literal of a maximum or
/// a mask.
static constexpr uint8_t enoughConstants = 16;

bool ElementRecords::isSettled(const Record &record) const {
  return record.evidence >= options.leastEvidence ||
         (!record.isOpen && record.constants >= enoughConstants);
}

uint64_t ElementRecords::countOpen() const {
  uint64_t open = 0;
  for (const auto &[output, of] : records)
    open += llvm::count_if(
        of, [&](const Record &record) { return !isSettled(record); });
  return open;
}

double ElementRecords::leastEvidence() const {
  double least = maxEvidence;
  for (const auto &[output, of] : records)
    for (const Record &record : of)
      if (record.evidence >= options.leastEvidence)
        least = std::min<double>(least, record.evidence);
  return least;
}

void ElementRecords::compareElement(TowerDomain &domain, const Tile &expected,
                                    const Tile &actual, size_t i,
                                    InputFamily family, Record &record,
                                    Comparison &comparison) {
  if (!expected.values.kind) {
    bool equal = expected.values.ints[i] == actual.values.ints[i];
    comparison = equal ? Comparison::Equal : Comparison::Different;
    result.digest = mixHash(result.digest, uint64_t(actual.values.ints[i]));
    // Integers carry no residues: what they agree on is as it was drawn.
    record.evidence = float(options.leastEvidence);
    return;
  }
  const void *a = expected.values.floatAt(domain, i);
  const void *b = actual.values.floatAt(domain, i);
  comparison = domain.compareOutputs(*expected.values.kind, a, b);
  double x, y;
  domain.toReal(a, &x, nullptr, 1);
  domain.toReal(b, &y, nullptr, 1);
  result.digest = mixHash(result.digest, llvm::bit_cast<uint64_t>(y));
  bool special = !std::isfinite(x) || !std::isfinite(y);
  // Where the source is NaN it is no real function; after -Inf has come in,
  // sums in another order may be NaN. Small integers hit poles (x / 0), where
  // the source is no real function either.
  bool excused = std::isnan(x) ||
                 (std::isnan(y) && family == InputFamily::MinusInfMasked) ||
                 (std::isinf(x) && family == InputFamily::SmallInts);
  if (comparison == Comparison::Different && excused) {
    if (!llvm::is_contained(result.specialsDiffer, family))
      result.specialsDiffer.push_back(family);
    result.lessFinite |= std::isfinite(x);
    comparison = Comparison::Equal;
    return;
  }
  // An Inf may be a number that the shadow cannot hold.
  if (special && domain.statistics().overflows)
    return;
  bool isConstant = special || (domain.isConstant(a) && domain.isConstant(b));
  if (comparison == Comparison::Undecided) {
    ++result.tainted;
    // The root of a literal may be missing in this draw's fields; that says
    // nothing about what else it could be.
    record.isOpen |= !isConstant;
  }
  if (comparison != Comparison::Equal ||
      !llvm::is_contained(genericFamilies, family))
    return;
  if (!isConstant)
    record.evidence += float(domain.evidence(a, b));
  else if (record.constants < enoughConstants)
    ++record.constants;
}

void ElementRecords::compareTiles(TowerDomain &domain, const Tile &expected,
                                  const Tile &actual, InputFamily family,
                                  Witness &witness) {
  size_t n = size_t(expected.box.volume());
  std::vector<Record> &of = records[witness.output];
  size_t base = witness.compared;
  if (of.size() < base + n)
    of.resize(base + n);
  size_t i = 0;
  auto visit = [&](ArrayRef<int64_t> index) {
    Comparison comparison;
    compareElement(domain, expected, actual, i, family, of[base + i],
                   comparison);
    if (comparison == Comparison::Different && witness.different++ == 0) {
      witness.index.assign(index.begin(), index.end());
      if (auto kind = expected.values.kind) {
        witness.expected =
            domain.str(*kind, expected.values.floatAt(domain, i));
        witness.actual = domain.str(*kind, actual.values.floatAt(domain, i));
      } else {
        witness.expected = std::to_string(expected.values.ints[i]);
        witness.actual = std::to_string(actual.values.ints[i]);
      }
    }
    ++i;
  };
  SmallVector<int64_t> index(expected.box.offsets);
  for (size_t done = 0; done < n; ++done) {
    visit(index);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < expected.box.offsets[d] + expected.box.sizes[d])
        break;
      index[d] = expected.box.offsets[d];
    }
  }
  witness.compared += n;
}
