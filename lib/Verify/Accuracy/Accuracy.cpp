//===- Accuracy.cpp - Is a program at least as accurate? --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Accuracy.h"
#include "CachedInputs.h"
#include "ProgramInputs.h"
#include "Sampling.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Reference.h"
#include "llvm/Support/FormatVariadic.h"
#include <chrono>
#include <cmath>
#include <tuple>

using namespace kernel_opt;
using namespace kernel_opt::verify;

ArrayRef<InputFamily> verify::accuracyFamilies() {
  static constexpr InputFamily families[] = {
      InputFamily::Normal,          InputFamily::Uniform01,
      InputFamily::UniformSym,      InputFamily::LogNormal,
      InputFamily::CancellingPairs, InputFamily::BigFirst,
      InputFamily::BigLast,         InputFamily::Ascending,
      InputFamily::Descending,      InputFamily::Alternating,
      InputFamily::Graded,          InputFamily::RankOne,
      InputFamily::Sparse,          InputFamily::OneHot,
      InputFamily::SmallInts,       InputFamily::PowersOfTwo,
      InputFamily::WideExponents,   InputFamily::WideExponentsMirror,
      InputFamily::NearOverflow,    InputFamily::Subnormal,
      InputFamily::Shifted,         InputFamily::Logits88,
      InputFamily::Logits10000,     InputFamily::FarBelowZero};
  return families;
}

ArrayRef<InputFamily> verify::specialFamilies() {
  static constexpr InputFamily families[] = {
      InputFamily::WithNaN,      InputFamily::WithInf,
      InputFamily::ZerosAndInf,  InputFamily::MinusInfMasked,
      InputFamily::MinusInfRows, InputFamily::NearOverflow,
      InputFamily::Logits10000};
  return families;
}

namespace {
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

enum class Class : uint8_t { Finite, PlusInf, MinusInf, NaN };

class AccuracyChecker {
public:
  AccuracyChecker(Block &source, gpu::GPUFuncOp program,
                  const AccuracyOptions &options,
                  ArrayRef<ProgramInput> inputs = {})
      : source(source), program(program), options(options), inputs(inputs) {}
  FailureOr<AccuracyResult> run();

private:
  LogicalResult family(InputFamily family, bool wide);
  LogicalResult specials(InputFamily family);
  /// Chooses the blocks and elements that every family looks at.
  LogicalResult choose();
  FailureOr<std::vector<Values>> runProgram(Domain &domain, InputFamily family,
                                            unsigned draw);
  FailureOr<std::vector<Values>> runSource(Domain &domain, InputFamily family,
                                           unsigned draw, ReductionOrder order,
                                           bool tensorCores);
  LogicalResult compare(InputFamily family, bool wide, unsigned draw,
                        MutableArrayRef<FamilyAccuracy> records,
                        MutableArrayRef<Errors> errors);
  /// Whether P would overflow at a sample if its sums and products were taken
  /// in another order. That is evaluated where it is asked for first.
  bool orderDecides(InputFamily family, unsigned draw, size_t output,
                    size_t sample);
  /// The noise of P's own roundings, per output and sample.
  FailureOr<std::vector<std::vector<double>>>
  noiseOf(InputFamily family, bool wide, unsigned draw, ArrayRef<Values> exact);
  std::optional<FloatKind> kindOf(unsigned output) const {
    MemRefType type = compiled->arguments()[firstOutput() + output].type;
    return getFloatKind(type.getElementType());
  }
  /// Number of the program's argument.
  unsigned firstOutput() const {
    return inputs.empty() ? source.getNumArguments() : inputs.size();
  }
  /// The inputs of a draw; those of the last one are kept.
  InputSource &inputsOf(InputFamily family, unsigned draw);
  size_t outputs() const { return source.getTerminator()->getNumOperands(); }
  void judgeIntegers(InputFamily family, unsigned output, ArrayRef<Values> p,
                     ArrayRef<Values> q, ArrayRef<Values> r);
  void judge(FamilyAccuracy &record, const Errors &errors);

  Block &source;
  gpu::GPUFuncOp program;
  const AccuracyOptions &options;
  ArrayRef<ProgramInput> inputs; ///< empty: those of the source
  std::optional<CompiledKernel> compiled;
  AccuracyResult result;
  std::vector<BlockRange> blocks;
  /// Per output, where it is compared.
  std::vector<SampleSet> samples;
  std::optional<CachedInputs> drawn;
  std::pair<InputFamily, unsigned> drawnFor;
  std::vector<std::vector<Values>> anyOrder;
  std::pair<InputFamily, unsigned> anyOrderFor;
  /// Draws per family: more than one where there are few outputs.
  unsigned draws = 1;
  unsigned noiseRuns = 1;
};
} // namespace

static uint64_t seedOf(uint64_t nonce, InputFamily family, unsigned draw = 0) {
  return mixHash(nonce, 0xacc0 + uint64_t(family) + (uint64_t(draw) << 32));
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

InputSource &AccuracyChecker::inputsOf(InputFamily family, unsigned draw) {
  if (!drawn || drawnFor != std::pair(family, draw)) {
    drawn.emplace(seedOf(options.nonce, family, draw), family,
                  integerBoundOf(source));
    drawnFor = {family, draw};
  }
  return *drawn;
}

LogicalResult AccuracyChecker::choose() {
  int64_t count = compiled->gridSize().volume();
  std::unique_ptr<Domain> domain = createDeviceDomain(false);
  ProgramInputs read(source, inputsOf(InputFamily::Normal, 0), *domain,
                     *compiled, inputs);
  LaunchSpec launch;
  launch.blocks = {0};
  launch.checkCompleteness = false;
  auto first = interpret(*compiled, *domain, read.bind(), launch);
  if (failed(first) || read.isBroken())
    return failure();
  uint64_t written = 0;
  for (size_t o = 0; o < outputs(); ++o)
    written += first->writtenElements(firstOutput() + o);
  auto executed = int64_t(first->executedBlocks.size());
  uint64_t perBlock = std::max<uint64_t>(written / executed, 1);
  uint64_t opsPerBlock = first->counters.laneOps / executed + 1;
  uint64_t opsPerOutput = opsPerBlock / perBlock + 1;
  // Elements of each output; then blocks enough for them, as work allows.
  uint64_t target = std::clamp<uint64_t>(
      options.work / opsPerOutput, options.leastOutputs, options.mostOutputs);
  uint64_t wanted = std::clamp<uint64_t>(
      (target + perBlock - 1) / perBlock, 1,
      std::max<uint64_t>(options.work * 4 / opsPerBlock, 1));
  if (compiled->blocksCommunicate())
    wanted = count;
  // Where one block alone is more work than that, one is looked at.
  auto ranges =
      int64_t(std::clamp<uint64_t>(options.work * 4 / opsPerBlock, 1, 4));
  blocks =
      chooseBlocks(count, int64_t(wanted), executed, ranges, options.nonce);
  samples.resize(outputs());
  uint64_t opsPerDraw = 0;
  for (const BlockRange &range : blocks) {
    LaunchSpec some;
    some.checkCompleteness = false;
    range.append(some.blocks);
    auto run = interpret(*compiled, *domain, read.bind(), some);
    if (failed(run))
      return failure();
    result.blocksRun += run->executedBlocks.size();
    for (size_t o = 0; o < outputs(); ++o) {
      std::vector<int64_t> indices;
      run->forEachWritten(firstOutput() + o, [&](int64_t i, const void *) {
        indices.push_back(i);
      });
      // That of the program may have dimensions of one more.
      Type type = source.getTerminator()->getOperand(o).getType();
      samples[o].add(indices, cast<RankedTensorType>(type).getShape(),
                     int64_t(target / blocks.size()) + 1,
                     mixHash(options.nonce, o));
    }
    opsPerDraw += run->counters.laneOps;
  }
  size_t least = std::numeric_limits<size_t>::max();
  for (const SampleSet &set : samples)
    least = std::min(least, std::max<size_t>(set.size(), 1));
  uint64_t missing = (options.leastOutputs + least - 1) / least;
  draws = unsigned(std::clamp<uint64_t>(options.work / (opsPerDraw + 1), 1,
                                        std::min<uint64_t>(missing, 16)));
  noiseRuns = unsigned(std::clamp<uint64_t>(
      options.noiseRuns * options.work * 4 / (opsPerDraw + 1),
      (options.noiseRuns + 3) / 4, options.noiseRuns));
  return success();
}

FailureOr<std::vector<Values>>
AccuracyChecker::runProgram(Domain &domain, InputFamily family, unsigned draw) {
  std::vector<Values> values(outputs());
  for (size_t o = 0; o < outputs(); ++o) {
    values[o].high.resize(samples[o].size());
    values[o].low.resize(samples[o].size());
  }
  for (const BlockRange &range : blocks) {
    ProgramInputs read(source, inputsOf(family, draw), domain, *compiled,
                       inputs);
    LaunchSpec launch;
    launch.checkCompleteness = false;
    range.append(launch.blocks);
    auto run = interpret(*compiled, domain, read.bind(), launch);
    if (failed(run) || read.isBroken())
      return failure();
    for (size_t o = 0; o < outputs(); ++o) {
      bool isFloat = kindOf(o).has_value();
      run->forEachWritten(firstOutput() + o, [&](int64_t index,
                                                 const void *value) {
        for (size_t at : samples[o].positions(index))
          if (isFloat)
            domain.toReal(value, &values[o].high[at], &values[o].low[at], 1);
          else
            values[o].high[at] = double(*static_cast<const int64_t *>(value));
      });
    }
  }
  return values;
}

FailureOr<std::vector<Values>>
AccuracyChecker::runSource(Domain &domain, InputFamily family, unsigned draw,
                           ReductionOrder order, bool tensorCores) {
  SmallVector<SmallVector<int64_t>> shapes;
  for (Type type : source.getArgumentTypes()) {
    auto shaped = dyn_cast<ShapedType>(type);
    shapes.push_back(shaped ? SmallVector<int64_t>(shaped.getShape())
                            : SmallVector<int64_t>());
  }
  ReferenceOptions referenceOptions;
  referenceOptions.order = order;
  referenceOptions.tensorCores = tensorCores;
  auto reference = Reference::create(source, domain, shapes, referenceOptions);
  if (failed(reference))
    return failure();
  InputSource &inputs = inputsOf(family, draw);
  std::vector<Values> values(outputs());
  for (size_t o = 0; o < outputs(); ++o)
    for (const Box &box : samples[o].boxes()) {
      FailureOr<Tile> tile = (*reference)->evaluate(o, box, inputs);
      if (failed(tile))
        return failure();
      auto n = size_t(box.volume());
      size_t at = values[o].high.size();
      values[o].high.resize(at + n);
      values[o].low.resize(at + n);
      if (tile->values.kind)
        domain.toReal(tile->values.floats.data(), &values[o].high[at],
                      &values[o].low[at], n);
      else
        llvm::copy(tile->values.ints, values[o].high.begin() + at);
    }
  return values;
}

bool AccuracyChecker::orderDecides(InputFamily family, unsigned draw,
                                   size_t output, size_t sample) {
  if (anyOrder.empty() || anyOrderFor != std::pair(family, draw)) {
    anyOrder.clear();
    // Comparisons may go either way, and not at all.
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double overflowed : {std::nan(""), infinity, -infinity}) {
      std::unique_ptr<Domain> domain = createAnyOrderDomain(overflowed);
      auto values =
          runSource(*domain, family, draw, ReductionOrder::Sequential, false);
      // What could be evaluated before can be now.
      if (failed(values))
        return false;
      anyOrder.push_back(std::move(*values));
    }
    anyOrderFor = {family, draw};
  }
  return llvm::any_of(anyOrder, [&](const std::vector<Values> &values) {
    return !std::isfinite(values[output].high[sample]);
  });
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

/// RMS and largest.
static std::pair<double, double> summarize(ArrayRef<double> errors) {
  double squares = 0, largest = 0;
  for (double error : errors) {
    squares += error * error;
    largest = std::max(largest, error);
  }
  return {errors.empty() ? 0 : std::sqrt(squares / double(errors.size())),
          largest};
}

void AccuracyChecker::judge(FamilyAccuracy &record, const Errors &errors) {
  record.n = errors.ours.size();
  std::tie(record.rmsQ, record.maxQ) = summarize(errors.ours);
  // Which of the two ways to sum the original takes is not known here.
  for (ArrayRef<double> way :
       {ArrayRef(errors.chunks), ArrayRef(errors.lanes)}) {
    auto [rms, largest] = summarize(way);
    record.rmsP = std::max(record.rmsP, rms);
    record.maxP = std::max(record.maxP, largest);
  }
  record.passes = record.notFinite == 0 &&
                  record.rmsQ <= 1.25 * record.rmsP + 0.5 &&
                  record.maxQ <= 2 * record.maxP + 2;
  if (record.passes || result.accuracy == Verdict::Refuted)
    return;
  result.accuracy = Verdict::Refuted;
  std::string lost =
      record.notFinite ? llvm::formatv("; {0} not finite where the original is",
                                       record.notFinite)
                             .str()
                       : std::string();
  result.accuracyReason =
      llvm::formatv(
          "inputs '{0}', output {1}{2}: RMS error {3:f2}, at most 1.25 x "
          "{4:f2} + 0.5 is allowed; largest {5:f2}, at most 2 x {6:f2} + 2{7}; "
          "worst at {8}",
          getName(record.family), record.output,
          record.wide ? " before it is rounded to 16 bits" : "", record.rmsQ,
          record.rmsP, record.maxQ, record.maxP, lost, record.worst)
          .str();
}

/// Integers have no error: each must be what the original gives, or what is
/// exact (a maximum of sums may lie elsewhere than the original finds it).
void AccuracyChecker::judgeIntegers(InputFamily family, unsigned output,
                                    ArrayRef<Values> p, ArrayRef<Values> q,
                                    ArrayRef<Values> r) {
  FamilyAccuracy record;
  record.family = family;
  record.output = output;
  record.n = samples[output].size();
  for (size_t i = 0; i < record.n; ++i) {
    double ours = q[output].high[i];
    if (ours == p[output].high[i] || ours == r[output].high[i])
      continue;
    if (record.maxQ == 0)
      record.worst =
          llvm::formatv("{0}: {1} instead of {2}", samples[output].place(i),
                        ours, p[output].high[i])
              .str();
    record.maxQ += 1;
  }
  record.passes = record.maxQ == 0;
  if (!record.passes && result.accuracy != Verdict::Refuted) {
    result.accuracy = Verdict::Refuted;
    result.accuracyReason =
        llvm::formatv(
            "inputs '{0}', output {1}: {2} of {3} integers differ; {4}",
            getName(family), output, record.maxQ, record.n, record.worst)
            .str();
  }
  result.families.push_back(std::move(record));
}

LogicalResult AccuracyChecker::family(InputFamily family, bool wide) {
  std::vector<FamilyAccuracy> records(outputs());
  std::vector<Errors> errors(outputs());
  for (size_t o = 0; o < outputs(); ++o) {
    records[o].family = family;
    records[o].output = o;
    records[o].wide = wide;
  }
  for (unsigned draw = 0; draw < draws; ++draw)
    if (failed(compare(family, wide, draw, records, errors)))
      return failure();
  for (size_t o = 0; o < outputs(); ++o) {
    if (!kindOf(o))
      continue;
    judge(records[o], errors[o]);
    result.families.push_back(std::move(records[o]));
  }
  return success();
}

FailureOr<std::vector<std::vector<double>>>
AccuracyChecker::noiseOf(InputFamily family, bool wide, unsigned draw,
                         ArrayRef<Values> exact) {
  std::vector<std::vector<double>> noise(outputs());
  for (size_t o = 0; o < outputs(); ++o)
    noise[o].resize(samples[o].size());
  for (unsigned run = 0; run < noiseRuns; ++run) {
    std::unique_ptr<Domain> domain =
        createNoiseDomain(mixHash(options.nonce, run), wide);
    auto x =
        runSource(*domain, family, draw, ReductionOrder::Sequential, false);
    if (failed(x))
      return failure();
    for (size_t o = 0; o < outputs(); ++o)
      for (size_t i = 0; i < noise[o].size(); ++i) {
        double d = ((*x)[o].high[i] - exact[o].high[i]) - exact[o].low[i];
        noise[o][i] += std::isfinite(d) ? d * d / noiseRuns : 0;
      }
  }
  for (std::vector<double> &squares : noise)
    for (double &square : squares)
      square = std::sqrt(square);
  return noise;
}

LogicalResult AccuracyChecker::compare(InputFamily family, bool wide,
                                       unsigned draw,
                                       MutableArrayRef<FamilyAccuracy> records,
                                       MutableArrayRef<Errors> errors) {
  std::unique_ptr<Domain> device = createDeviceDomain(wide);
  auto q = runProgram(*device, family, draw);
  auto p = runSource(*device, family, draw, ReductionOrder::Chunks16, true);
  auto p2 = runSource(*device, family, draw, ReductionOrder::Lanes32, true);
  std::unique_ptr<Domain> exact = createDoubleDoubleDomain();
  auto r = runSource(*exact, family, draw, ReductionOrder::Sequential, false);
  if (failed(q) || failed(p) || failed(p2) || failed(r))
    return failure();
  auto noise = noiseOf(family, wide, draw, *r);
  if (failed(noise))
    return failure();
  for (size_t o = 0; o < outputs(); ++o) {
    std::optional<FloatKind> kind = kindOf(o);
    if (!kind) {
      if (!wide && draw == 0)
        judgeIntegers(family, o, *p, *q, *r);
      continue;
    }
    if (wide && (*kind == FloatKind::BF16 || *kind == FloatKind::F16))
      kind = FloatKind::F32;
    FamilyAccuracy &record = records[o];
    for (size_t i = 0; i < samples[o].size(); ++i) {
      double exactly = (*r)[o].high[i], rest = (*r)[o].low[i];
      double original = (*p)[o].high[i], ours = (*q)[o].high[i];
      // Where the original overflows on the way there is no accuracy to keep.
      if (!std::isfinite(original) || !std::isfinite((*p2)[o].high[i]) ||
          !std::isfinite(exactly))
        continue;
      double error = std::numeric_limits<double>::infinity();
      if (std::isfinite(ours)) {
        double w =
            std::max({(*noise)[o][i], unitRoundoff(*kind) * std::fabs(exactly),
                      leastPositive(*kind) / 2});
        auto errorOf = [&](double value) {
          return std::fabs((value - exactly) - rest) / w;
        };
        error = errorOf(ours);
        errors[o].ours.push_back(error);
        errors[o].chunks.push_back(errorOf(original));
        errors[o].lanes.push_back(errorOf((*p2)[o].high[i]));
      } else if (orderDecides(family, draw, o, i)) {
        continue;
      } else {
        ++record.notFinite;
      }
      if (error > errors[o].worst) {
        errors[o].worst = error;
        record.worst =
            llvm::formatv("{0}: {1:e} instead of {2:e}, the original "
                          "gives {3:e}",
                          samples[o].place(i), ours, exactly, original)
                .str();
      }
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Special values
//===----------------------------------------------------------------------===//

static Class classify(double value) {
  return std::isnan(value)     ? Class::NaN
         : !std::isinf(value)  ? Class::Finite
         : std::signbit(value) ? Class::MinusInf
                               : Class::PlusInf;
}

/// Q must be of P's class, or of the exact result's. Where P overflowed on the
/// way (out of finite inputs, or although the exact result is finite), the
/// order of P's sums decided what came of it, and anything goes. The same where
/// P would overflow in another order (orderDecides).
static bool isRightClass(Class q, Class p, Class r, bool finiteInputs) {
  bool overflowed = p != Class::Finite && (r == Class::Finite || finiteInputs);
  return q == p || q == r || overflowed;
}

LogicalResult AccuracyChecker::specials(InputFamily family) {
  std::unique_ptr<Domain> device = createDeviceDomain(false);
  auto q = runProgram(*device, family, 0);
  auto p = runSource(*device, family, 0, ReductionOrder::Chunks16, true);
  std::unique_ptr<Domain> exact = createDoubleDoubleDomain();
  auto r = runSource(*exact, family, 0, ReductionOrder::Sequential, false);
  if (failed(q) || failed(p) || failed(r))
    return failure();
  FamilySpecials record;
  record.family = family;
  for (size_t o = 0; o < outputs(); ++o) {
    std::optional<FloatKind> kind = kindOf(o);
    if (!kind)
      continue;
    for (size_t i = 0; i < samples[o].size(); ++i) {
      Class ours = classify((*q)[o].high[i]);
      Class original = classify((*p)[o].high[i]);
      Class exactly = classify(roundToKind(*kind, (*r)[o].high[i]));
      ++record.n;
      record.special += original != Class::Finite;
      record.moreFinite += ours == Class::Finite && original != Class::Finite;
      bool finiteInputs = !drawsSpecialValues(family);
      if (isRightClass(ours, original, exactly, finiteInputs) ||
          (finiteInputs && orderDecides(family, 0, o, i)))
        continue;
      if (record.different++ == 0)
        record.worst =
            llvm::formatv("output {0} at {1}: {2:e}, the original gives {3:e}, "
                          "the exact result is {4:e}",
                          o, samples[o].place(i), (*q)[o].high[i],
                          (*p)[o].high[i], (*r)[o].high[i])
                .str();
    }
  }
  if (record.different && result.specialValues != Verdict::Refuted) {
    result.specialValues = Verdict::Refuted;
    result.specialReason =
        llvm::formatv("inputs '{0}': {1} of {2} elements differ in class; {3}",
                      getName(family), record.different, record.n, record.worst)
            .str();
  }
  result.specials.push_back(std::move(record));
  return success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

FailureOr<AccuracyResult> AccuracyChecker::run() {
  auto begin = std::chrono::steady_clock::now();
  FailureOr<CompiledKernel> kernel = CompiledKernel::compile(program);
  if (failed(kernel))
    return failure();
  compiled.emplace(std::move(*kernel));
  if (compiled->arguments().size() < firstOutput() + outputs())
    return program.emitError("takes ")
           << compiled->arguments().size() << " arguments, the kernel has "
           << source.getNumArguments() << " inputs and " << outputs()
           << " results";
  if (failed(choose()))
    return failure();
  bool hasNarrow = false;
  for (size_t o = 0; o < outputs(); ++o)
    if (std::optional<FloatKind> kind = kindOf(o))
      hasNarrow |= *kind == FloatKind::BF16 || *kind == FloatKind::F16;
  bool hasFloats = false;
  for (size_t o = 0; o < outputs(); ++o)
    hasFloats |= kindOf(o).has_value();
  SmallVector<InputFamily> families(options.families);
  // Without rounding in what comes out, ties and order are all that matters.
  if (!hasFloats) {
    draws = noiseRuns = 1;
    llvm::erase_if(families, [](InputFamily family) {
      return family != InputFamily::Normal &&
             family != InputFamily::SmallInts &&
             family != InputFamily::Alternating;
    });
  }
  for (InputFamily inputs : families)
    for (bool wide : {false, true})
      if ((!wide || hasNarrow) && failed(family(inputs, wide)))
        return failure();
  if (hasFloats)
    for (InputFamily inputs : options.specials)
      if (failed(specials(inputs)))
        return failure();
  if (result.accuracy != Verdict::Refuted)
    result.accuracy = Verdict::Verified;
  if (result.specialValues != Verdict::Refuted)
    result.specialValues = Verdict::Verified;
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  return std::move(result);
}

FailureOr<AccuracyResult>
verify::checkAccuracy(Block &source, gpu::GPUFuncOp program,
                      const AccuracyOptions &options) {
  return AccuracyChecker(source, program, options).run();
}

FailureOr<AccuracyResult>
verify::checkAccuracy(kopt::KernelOp kernel, gpu::GPUFuncOp program,
                      const AccuracyOptions &options) {
  FailureOr<std::optional<kopt::WholeKernel>> whole = kopt::lookupWhole(kernel);
  if (failed(whole))
    return failure();
  if (!*whole)
    return checkAccuracy(*kernel.getBlock(), program, options);
  auto origins = kopt::originsOf(kernel, **whole);
  if (failed(origins))
    return failure();
  SmallVector<ProgramInput> inputs;
  for (kopt::OperandOrigin &origin : *origins)
    inputs.push_back({origin.maker ? origin.maker.getBlock() : nullptr,
                      origin.result, origin.operands});
  return AccuracyChecker(*(*whole)->kernel.getBlock(), program, options, inputs)
      .run();
}

/// Four digits: enough to tell, and equal on every machine.
static double shorten(double value) {
  return std::isfinite(value) ? std::round(value * 1e4) / 1e4 : 1e300;
}

llvm::json::Object AccuracyResult::toJSON() const {
  llvm::json::Array rounding, classes;
  for (const FamilyAccuracy &f : families) {
    llvm::json::Object entry{
        {"family", getName(f.family)}, {"output", int64_t(f.output)},
        {"n", int64_t(f.n)},           {"rms_original", shorten(f.rmsP)},
        {"rms", shorten(f.rmsQ)},      {"max_original", shorten(f.maxP)},
        {"max", shorten(f.maxQ)}};
    if (f.wide)
      entry["before_rounding"] = true;
    if (f.notFinite)
      entry["not_finite"] = int64_t(f.notFinite);
    if (!f.passes)
      entry["worst"] = f.worst;
    rounding.push_back(std::move(entry));
  }
  for (const FamilySpecials &f : specials) {
    llvm::json::Object entry{{"family", getName(f.family)},
                             {"n", int64_t(f.n)},
                             {"special", int64_t(f.special)},
                             {"more_finite", int64_t(f.moreFinite)},
                             {"different", int64_t(f.different)}};
    if (f.different)
      entry["worst"] = f.worst;
    classes.push_back(std::move(entry));
  }
  return llvm::json::Object{{"accuracy", getName(accuracy)},
                            {"special_values", getName(specialValues)},
                            {"families", std::move(rounding)},
                            {"specials", std::move(classes)},
                            {"blocks_run", int64_t(blocksRun)},
                            {"original",
                             "linalg, the worse of sums in chunks of 16 and in "
                             "32 lanes; 16-bit products as on "
                             "tensor cores"},
                            {"seconds", seconds}};
}
