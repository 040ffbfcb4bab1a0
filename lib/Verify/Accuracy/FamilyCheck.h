//===- FamilyCheck.h - One family of inputs -*- C++ -* ------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ACCURACY_FAMILYCHECK_H
#define KERNEL_OPT_LIB_VERIFY_ACCURACY_FAMILYCHECK_H

#include "CachedInputs.h"
#include "ProgramInputs.h"
#include "Sampling.h"
#include "kernel-opt/Verify/Accuracy.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"

namespace kernel_opt::verify {

/// What the checks of all families have in common; none changes it.
struct AccuracySetup {
  Block &source;
  const CompiledKernel &compiled;
  const AccuracyOptions &options;
  ArrayRef<ProgramInput> inputs; ///< empty: those of the source
  std::vector<BlockRange> blocks;
  /// Per output, where it is compared.
  std::vector<SampleSet> samples;
  /// Draws per family: more than one where there are few outputs.
  unsigned draws = 1;
  unsigned spikedDraws = 1; ///< at least, of spiked inputs
  /// Draws of spiked inputs, with those; the others are searched for results
  /// that are suspicious.
  unsigned searchedDraws = 0;
  unsigned noiseRuns = 1;

  /// Number of the program's argument.
  unsigned firstOutput() const {
    return inputs.empty() ? source.getNumArguments() : inputs.size();
  }
  size_t outputs() const { return source.getTerminator()->getNumOperands(); }
  bool hasFloats() const;
  /// Of the output that is compared at most places, at least one.
  size_t mostSamples() const;
  /// None: integers.
  std::optional<FloatKind> kindOf(unsigned output) const;
  uint64_t seedOf(InputFamily family, unsigned draw) const;
  /// All that a family draws, the first time or again.
  CachedInputs inputsOf(InputFamily family, unsigned draw) const;
  unsigned drawsOf(InputFamily family) const {
    return isSpiked(family) ? std::max(draws, spikedDraws) : draws;
  }
};

/// The results of one evaluation, as real numbers, in the order of the samples.
struct Values {
  std::vector<double> high, low;
};

/// Errors of one output in units of noise: ours, and those of the original
/// when it sums in chunks or in lanes.
struct Errors {
  std::vector<double> ours, chunks, lanes;
  double worst = -1;
};

/// What came of one family.
struct FamilyFindings {
  std::vector<FamilyAccuracy> rounding;
  std::vector<FamilySpecials> specials;
  /// The first reason to refute, empty if there is none.
  std::string inaccurate, wrongClass;
};

/// Draws one family's inputs, and judges what the program makes of them.
/// Families share nothing that changes, so they may be checked side by side.
class FamilyCheck {
public:
  FamilyCheck(const AccuracySetup &setup, InputFamily family)
      : setup(setup), family(family) {}

  /// Errors of rounding in so many draws; `wide`: before results are rounded to
  /// 16 bits.
  LogicalResult checkRounding(bool wide, unsigned draws, unsigned from = 0);
  /// Classes of results: NaN, infinite, finite.
  LogicalResult checkSpecials();
  /// Many more draws, of which only those are judged in which the program gives
  /// something that is not finite, or far from what the original gives.
  LogicalResult searchSpikes(unsigned first, unsigned end);

  FamilyFindings findings;

private:
  /// What the program, the original, and exact arithmetic make of one draw.
  struct Evaluated {
    std::vector<Values> q, p, r;
  };
  FailureOr<Evaluated> evaluate(Domain &device, unsigned draw);
  /// Visits what the program writes: number of the output, index, value.
  LogicalResult
  runBlocks(Domain &domain, unsigned draw,
            function_ref<void(size_t, int64_t, const void *)> visit);
  FailureOr<std::vector<Values>> runProgram(Domain &domain, unsigned draw);
  /// Where a draw is to be judged, per output; empty if nowhere.
  FailureOr<std::vector<SampleSet>> findSuspects(unsigned draw);
  FailureOr<std::vector<Values>> runSource(Domain &domain, unsigned draw,
                                           ReductionOrder order,
                                           bool tensorCores);
  LogicalResult compare(bool wide, unsigned draw,
                        MutableArrayRef<FamilyAccuracy> records,
                        MutableArrayRef<Errors> errors);
  /// Whether P would overflow at a sample if its sums and products were taken
  /// in another order. That is evaluated where it is asked for first.
  bool orderDecides(unsigned draw, size_t output, size_t sample);
  /// P at a sample of the first draw without what is weighted by exp(-Inf): Q
  /// may skip that. Evaluated where it is asked for first.
  std::optional<double> maskedAt(size_t output, size_t sample);
  /// The noise of P's own roundings, per output and sample.
  FailureOr<std::vector<std::vector<double>>> noiseOf(bool wide, unsigned draw,
                                                      ArrayRef<Values> exact);
  /// The inputs of a draw; those of the last one are kept.
  InputSource &inputsOf(unsigned draw);
  void judgeIntegers(unsigned output, ArrayRef<Values> p, ArrayRef<Values> q,
                     ArrayRef<Values> r);
  void judge(FamilyAccuracy &record, const Errors &errors);

  const AccuracySetup &setup;
  InputFamily family;
  std::optional<CachedInputs> drawn;
  unsigned drawnFor = 0;
  unsigned firstDraw = 0; ///< integers are judged in that one
  std::vector<std::vector<Values>> anyOrder;
  unsigned anyOrderFor = 0;
  std::vector<Values> masked;
  /// Of the first draw, with results rounded: both checks look at it.
  std::optional<Evaluated> first;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ACCURACY_FAMILYCHECK_H
