//===- SpikeSearch.cpp - Maxima that miss a part ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Over the reals any number may stand in the place of a softmax's maximum. That
// a maximum misses elements of its row shows only if the largest one is among
// them, and then perhaps at that element alone. So many draws are needed, and
// all that is written has to be looked at; but hardly anything about each: the
// noise of the original, and what is exact, are asked for where a result is
// suspicious. What is suspicious is judged by the rule that holds everywhere.
//
//===----------------------------------------------------------------------===//

#include "FamilyCheck.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Of the elements of one output that are not finite so many are judged.
static constexpr size_t mostPlaces = 64;
/// Below this many a family's errors are large or small by chance.
static constexpr size_t enoughErrors = 64;
/// An error of that share of the largest result is suspicious.
static constexpr double suspiciousShare = 0x1p-6;

/// Whether ours differs from the original's in a way that more than rounding
/// may explain.
static bool isFar(ArrayRef<double> ours, ArrayRef<double> original,
                  bool isFloat) {
  double largest = 0;
  for (double value : original)
    if (std::isfinite(value))
      largest = std::max(largest, std::fabs(value));
  double allowed = isFloat ? suspiciousShare * largest : 0;
  for (auto [q, p] : llvm::zip_equal(ours, original))
    if (std::isfinite(p) && !(std::fabs(q - p) <= allowed))
      return true;
  return false;
}

FailureOr<std::vector<SampleSet>> FamilyCheck::findSuspects(unsigned draw) {
  std::unique_ptr<Domain> device = createDeviceDomain(false);
  std::vector<std::vector<int64_t>> places(setup.outputs());
  std::vector<Values> values(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o)
    values[o].high.resize(setup.samples[o].size());
  auto look = [&](size_t o, int64_t index, const void *value) {
    double real = 0;
    if (setup.kindOf(o))
      device->toReal(value, &real, nullptr, 1);
    else
      real = double(*static_cast<const int64_t *>(value));
    if (!std::isfinite(real))
      places[o].push_back(index);
    for (size_t at : setup.samples[o].positions(index))
      values[o].high[at] = real;
  };
  if (failed(runBlocks(*device, draw, look)))
    return failure();
  auto p = runSource(*device, draw, ReductionOrder::Chunks16, true);
  if (failed(p))
    return failure();
  std::vector<SampleSet> suspects(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o) {
    if (isFar(values[o].high, (*p)[o].high, setup.kindOf(o).has_value()))
      suspects[o] = setup.samples[o];
    size_t step = (places[o].size() + mostPlaces - 1) / mostPlaces;
    Type type = setup.source.getTerminator()->getOperand(o).getType();
    for (size_t i = 0; i < places[o].size(); i += step)
      suspects[o].add(places[o][i], cast<RankedTensorType>(type).getShape(),
                      /*quota=*/1, /*nonce=*/0);
  }
  return suspects;
}

LogicalResult FamilyCheck::searchSpikes(unsigned first, unsigned end) {
  for (unsigned draw = first; draw < end; ++draw) {
    FailureOr<std::vector<SampleSet>> suspects = findSuspects(draw);
    if (failed(suspects))
      return failure();
    size_t most = 0;
    for (const SampleSet &set : *suspects)
      most = std::max(most, set.size());
    if (most == 0)
      continue;
    AccuracySetup there = setup;
    there.samples = std::move(*suspects);
    // What is not finite needs no more draws; errors of a few outputs do.
    auto draws =
        unsigned(std::min<size_t>((enoughErrors + most - 1) / most, 16));
    FamilyCheck check(there, family);
    for (unsigned n : {1u, draws}) {
      check.findings = {};
      if (failed(check.checkRounding(/*wide=*/false, n, draw)))
        return failure();
      bool lost = llvm::any_of(check.findings.rounding,
                               [](auto &f) { return f.notFinite != 0; });
      if (lost || n == draws || check.findings.inaccurate.empty())
        break;
    }
    if (check.findings.inaccurate.empty())
      continue;
    llvm::move(check.findings.rounding, std::back_inserter(findings.rounding));
    findings.inaccurate = std::move(check.findings.inaccurate);
    return success();
  }
  return success();
}
