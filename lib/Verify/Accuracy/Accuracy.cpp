//===- Accuracy.cpp - Is a program at least as accurate? --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Accuracy.h"
#include "AccuracyDomains.h"
#include "Sampling.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Reference.h"
#include "llvm/Support/FormatVariadic.h"
#include <chrono>
#include <cmath>

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

enum class Class : uint8_t { Finite, PlusInf, MinusInf, NaN };

class AccuracyChecker {
public:
  AccuracyChecker(Block &source, gpu::GPUFuncOp program,
                  const AccuracyOptions &options)
      : source(source), program(program), options(options) {}
  FailureOr<AccuracyResult> run();

private:
  LogicalResult family(InputFamily family, bool wide);
  LogicalResult specials(InputFamily family);
  /// Chooses the blocks and elements that every family looks at.
  LogicalResult choose();
  FailureOr<std::vector<Values>> runProgram(Domain &domain, InputFamily family);
  FailureOr<std::vector<Values>> runSource(Domain &domain, InputFamily family,
                                           ReductionOrder order,
                                           bool tensorCores);
  std::optional<FloatKind> kindOf(unsigned output) const {
    MemRefType type =
        compiled->arguments()[source.getNumArguments() + output].type;
    return getFloatKind(type.getElementType());
  }
  size_t outputs() const { return source.getTerminator()->getNumOperands(); }
  void judgeIntegers(InputFamily family, unsigned output, ArrayRef<Values> p,
                     ArrayRef<Values> q, ArrayRef<Values> r);
  void judge(FamilyAccuracy &record, ArrayRef<double> errorsP,
             ArrayRef<double> errorsQ);

  Block &source;
  gpu::GPUFuncOp program;
  const AccuracyOptions &options;
  std::optional<CompiledKernel> compiled;
  AccuracyResult result;
  std::vector<BlockRange> blocks;
  /// Per output, where it is compared.
  std::vector<SampleSet> samples;
};
} // namespace

static uint64_t seedOf(uint64_t nonce, InputFamily family) {
  return mixHash(nonce, 0xacc0 + uint64_t(family));
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

static ArgumentSource bind(DrawnInputs &inputs, Domain &domain,
                           const CompiledKernel &compiled) {
  ArgumentSource bound;
  bound.floats = [&](unsigned argument, FloatKind kind, const int64_t *indices,
                     void *out, size_t n) {
    inputs.floats(domain, argument, kind,
                  compiled.arguments()[argument].type.getShape(),
                  ArrayRef(indices, n), out);
  };
  bound.integers = [&](unsigned argument, unsigned width,
                       const int64_t *indices, int64_t *out, size_t n) {
    inputs.integers(argument, width,
                    compiled.arguments()[argument].type.getShape(),
                    ArrayRef(indices, n), out);
  };
  return bound;
}

LogicalResult AccuracyChecker::choose() {
  int64_t count = compiled->gridSize().volume();
  std::unique_ptr<Domain> domain = createDeviceDomain(false);
  DrawnInputs inputs(seedOf(options.nonce, InputFamily::Normal),
                     InputFamily::Normal);
  LaunchSpec launch;
  launch.blocks = {0};
  launch.checkCompleteness = false;
  auto first =
      interpret(*compiled, *domain, bind(inputs, *domain, *compiled), launch);
  if (failed(first))
    return failure();
  uint64_t written = 0;
  for (size_t o = 0; o < outputs(); ++o)
    written += first->writtenElements(source.getNumArguments() + o);
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
  blocks = chooseBlocks(count, int64_t(wanted), executed, options.nonce);
  samples.resize(outputs());
  for (const BlockRange &range : blocks) {
    LaunchSpec some;
    some.checkCompleteness = false;
    range.append(some.blocks);
    auto run =
        interpret(*compiled, *domain, bind(inputs, *domain, *compiled), some);
    if (failed(run))
      return failure();
    result.blocksRun += run->executedBlocks.size();
    for (size_t o = 0; o < outputs(); ++o) {
      std::vector<int64_t> indices;
      run->forEachWritten(
          source.getNumArguments() + o,
          [&](int64_t i, const void *) { indices.push_back(i); });
      MemRefType type =
          compiled->arguments()[source.getNumArguments() + o].type;
      samples[o].add(indices, type.getShape(),
                     int64_t(target / blocks.size()) + 1,
                     mixHash(options.nonce, o));
    }
  }
  return success();
}

FailureOr<std::vector<Values>> AccuracyChecker::runProgram(Domain &domain,
                                                           InputFamily family) {
  std::vector<Values> values(outputs());
  for (size_t o = 0; o < outputs(); ++o) {
    values[o].high.resize(samples[o].size());
    values[o].low.resize(samples[o].size());
  }
  for (const BlockRange &range : blocks) {
    DrawnInputs inputs(seedOf(options.nonce, family), family);
    LaunchSpec launch;
    launch.checkCompleteness = false;
    range.append(launch.blocks);
    auto run =
        interpret(*compiled, domain, bind(inputs, domain, *compiled), launch);
    if (failed(run))
      return failure();
    for (size_t o = 0; o < outputs(); ++o) {
      bool isFloat = kindOf(o).has_value();
      run->forEachWritten(source.getNumArguments() + o, [&](int64_t index,
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

FailureOr<std::vector<Values>> AccuracyChecker::runSource(Domain &domain,
                                                          InputFamily family,
                                                          ReductionOrder order,
                                                          bool tensorCores) {
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
  DrawnInputs inputs(seedOf(options.nonce, family), family);
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

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

void AccuracyChecker::judge(FamilyAccuracy &record, ArrayRef<double> errorsP,
                            ArrayRef<double> errorsQ) {
  record.n = errorsP.size();
  double squaresP = 0, squaresQ = 0;
  for (auto [p, q] : llvm::zip_equal(errorsP, errorsQ)) {
    squaresP += p * p;
    squaresQ += q * q;
    record.maxP = std::max(record.maxP, p);
    record.maxQ = std::max(record.maxQ, q);
  }
  if (record.n) {
    record.rmsP = std::sqrt(squaresP / double(record.n));
    record.rmsQ = std::sqrt(squaresQ / double(record.n));
  }
  record.passes = record.notFinite == 0 &&
                  record.rmsQ <= 1.25 * record.rmsP + 0.5 &&
                  record.maxQ <= 2 * record.maxP + 2;
  if (record.passes || result.accuracy == Verdict::Refuted)
    return;
  result.accuracy = Verdict::Refuted;
  result.accuracyReason =
      llvm::formatv(
          "inputs '{0}', output {1}{2}: RMS error {3:f2}, at most 1.25 x "
          "{4:f2} + 0.5 is allowed; largest {5:f2}, at most 2 x {6:f2} + 2{7}; "
          "worst at {8}",
          getName(record.family), record.output,
          record.wide ? " before it is rounded to 16 bits" : "", record.rmsQ,
          record.rmsP, record.maxQ, record.maxP,
          record.notFinite ? llvm::formatv("; {0} not finite where the "
                                           "original is",
                                           record.notFinite)
                                 .str()
                           : std::string(),
          record.worst)
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
  std::unique_ptr<Domain> device = createDeviceDomain(wide);
  auto q = runProgram(*device, family);
  auto p = runSource(*device, family, ReductionOrder::Chunks16, true);
  std::unique_ptr<Domain> exact = createDoubleDoubleDomain();
  auto r = runSource(*exact, family, ReductionOrder::Sequential, false);
  if (failed(q) || failed(p) || failed(r))
    return failure();
  std::vector<std::vector<double>> noise(outputs());
  for (size_t o = 0; o < outputs(); ++o)
    noise[o].resize(samples[o].size());
  for (unsigned run = 0; run < options.noiseRuns; ++run) {
    std::unique_ptr<Domain> domain =
        createNoiseDomain(mixHash(options.nonce, run), wide);
    auto x = runSource(*domain, family, ReductionOrder::Sequential, false);
    if (failed(x))
      return failure();
    for (size_t o = 0; o < outputs(); ++o)
      for (size_t i = 0; i < noise[o].size(); ++i) {
        double d = ((*x)[o].high[i] - (*r)[o].high[i]) - (*r)[o].low[i];
        noise[o][i] += std::isfinite(d) ? d * d : 0;
      }
  }
  for (size_t o = 0; o < outputs(); ++o) {
    std::optional<FloatKind> kind = kindOf(o);
    if (!kind) {
      if (!wide)
        judgeIntegers(family, o, *p, *q, *r);
      continue;
    }
    if (wide && (*kind == FloatKind::BF16 || *kind == FloatKind::F16))
      kind = FloatKind::F32;
    FamilyAccuracy record;
    record.family = family;
    record.output = o;
    record.wide = wide;
    std::vector<double> errorsP, errorsQ;
    double worst = -1;
    for (size_t i = 0; i < samples[o].size(); ++i) {
      double exactly = (*r)[o].high[i], rest = (*r)[o].low[i];
      double original = (*p)[o].high[i], ours = (*q)[o].high[i];
      // Where the original overflows on the way there is no accuracy to keep.
      if (!std::isfinite(original) || !std::isfinite(exactly))
        continue;
      double error = std::numeric_limits<double>::infinity();
      if (std::isfinite(ours)) {
        double w = std::max({std::sqrt(noise[o][i] / options.noiseRuns),
                             unitRoundoff(*kind) * std::fabs(exactly),
                             leastPositive(*kind) / 2});
        error = std::fabs((ours - exactly) - rest) / w;
        errorsP.push_back(std::fabs((original - exactly) - rest) / w);
        errorsQ.push_back(error);
      } else {
        ++record.notFinite;
      }
      if (error > worst) {
        worst = error;
        record.worst =
            llvm::formatv("{0}: {1} instead of {2}, the original "
                          "gives {3}",
                          samples[o].place(i), ours, exactly, original)
                .str();
      }
    }
    judge(record, errorsP, errorsQ);
    result.families.push_back(std::move(record));
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
/// order of P's sums decided what came of it, and anything goes.
static bool isRightClass(Class q, Class p, Class r, bool finiteInputs) {
  bool overflowed = p != Class::Finite && (r == Class::Finite || finiteInputs);
  return q == p || q == r || overflowed;
}

LogicalResult AccuracyChecker::specials(InputFamily family) {
  std::unique_ptr<Domain> device = createDeviceDomain(false);
  auto q = runProgram(*device, family);
  auto p = runSource(*device, family, ReductionOrder::Chunks16, true);
  std::unique_ptr<Domain> exact = createDoubleDoubleDomain();
  auto r = runSource(*exact, family, ReductionOrder::Sequential, false);
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
      if (isRightClass(ours, original, exactly, !drawsSpecialValues(family)))
        continue;
      if (record.different++ == 0)
        record.worst =
            llvm::formatv("output {0} at {1}: {2}, the original gives {3}, the "
                          "exact result is {4}",
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
  if (compiled->arguments().size() < source.getNumArguments() + outputs())
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
  for (InputFamily inputs : options.families)
    for (bool wide : {false, true})
      if ((!wide || hasNarrow) && failed(family(inputs, wide)))
        return failure();
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
  return llvm::json::Object{
      {"accuracy", getName(accuracy)},
      {"special_values", getName(specialValues)},
      {"families", std::move(rounding)},
      {"specials", std::move(classes)},
      {"blocks_run", int64_t(blocksRun)},
      {"original", "linalg, sums in chunks of 16; 16-bit products as on "
                   "tensor cores"},
      {"seconds", seconds}};
}
