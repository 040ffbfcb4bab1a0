//===- FamilyCheck.cpp - One family of inputs ---------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FamilyCheck.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>
#include <tuple>

using namespace kernel_opt;
using namespace kernel_opt::verify;

std::optional<FloatKind> AccuracySetup::kindOf(unsigned output) const {
  MemRefType type = compiled.arguments()[firstOutput() + output].type;
  return getFloatKind(type.getElementType());
}

size_t AccuracySetup::mostSamples() const {
  size_t most = 1;
  for (const SampleSet &set : samples)
    most = std::max(most, set.size());
  return most;
}

bool AccuracySetup::hasFloats() const {
  return llvm::any_of(llvm::seq<unsigned>(outputs()),
                      [&](unsigned o) { return kindOf(o).has_value(); });
}

uint64_t AccuracySetup::seedOf(InputFamily family, unsigned draw) const {
  return mixHash(options.nonce,
                 0xacc0 + uint64_t(family) + (uint64_t(draw) << 32));
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

CachedInputs AccuracySetup::inputsOf(InputFamily family, unsigned draw) const {
  // Draws of one seed have spikes at different places.
  if (isSpiked(family))
    return CachedInputs(seedOf(family, 0), family, integerBoundOf(source),
                        draw);
  return CachedInputs(seedOf(family, draw), family, integerBoundOf(source));
}

InputSource &FamilyCheck::inputsOf(unsigned draw) {
  if (!drawn || drawnFor != draw) {
    drawn.emplace(setup.inputsOf(family, draw));
    drawnFor = draw;
  }
  return *drawn;
}

LogicalResult FamilyCheck::runBlocks(
    Domain &domain, unsigned draw,
    function_ref<void(size_t, int64_t, const void *)> visit) {
  for (const BlockRange &range : setup.blocks) {
    ProgramInputs read(setup.source, inputsOf(draw), domain, setup.compiled,
                       setup.inputs);
    LaunchSpec launch;
    launch.checkCompleteness = launch.watchMemory = false;
    range.append(launch.blocks);
    auto run = interpret(setup.compiled, domain, read.bind(), launch);
    if (failed(run) || read.isBroken())
      return failure();
    for (size_t o = 0; o < setup.outputs(); ++o)
      run->forEachWritten(
          setup.firstOutput() + o,
          [&](int64_t index, const void *value) { visit(o, index, value); });
  }
  return success();
}

FailureOr<std::vector<Values>> FamilyCheck::runProgram(Domain &domain,
                                                       unsigned draw) {
  std::vector<Values> values(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o) {
    values[o].high.resize(setup.samples[o].size());
    values[o].low.resize(setup.samples[o].size());
  }
  auto keep = [&](size_t o, int64_t index, const void *value) {
    for (size_t at : setup.samples[o].positions(index))
      if (setup.kindOf(o))
        domain.toReal(value, &values[o].high[at], &values[o].low[at], 1);
      else
        values[o].high[at] = double(*static_cast<const int64_t *>(value));
  };
  if (failed(runBlocks(domain, draw, keep)))
    return failure();
  return values;
}

FailureOr<std::vector<Values>> FamilyCheck::runSource(Domain &domain,
                                                      unsigned draw,
                                                      ReductionOrder order,
                                                      bool tensorCores) {
  SmallVector<SmallVector<int64_t>> shapes;
  for (Type type : setup.source.getArgumentTypes()) {
    auto shaped = dyn_cast<ShapedType>(type);
    shapes.push_back(shaped ? SmallVector<int64_t>(shaped.getShape())
                            : SmallVector<int64_t>());
  }
  ReferenceOptions referenceOptions;
  referenceOptions.order = order;
  referenceOptions.tensorCores = tensorCores;
  auto reference =
      Reference::create(setup.source, domain, shapes, referenceOptions);
  if (failed(reference))
    return failure();
  InputSource &inputs = inputsOf(draw);
  std::vector<Values> values(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o)
    for (const Box &box : setup.samples[o].boxes()) {
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

FailureOr<FamilyCheck::Evaluated> FamilyCheck::evaluate(Domain &device,
                                                        unsigned draw) {
  auto q = runProgram(device, draw);
  auto p = runSource(device, draw, ReductionOrder::Chunks16, true);
  std::unique_ptr<Domain> exact = createDoubleDoubleDomain();
  auto r = runSource(*exact, draw, ReductionOrder::Sequential, false);
  if (failed(q) || failed(p) || failed(r))
    return failure();
  return Evaluated{std::move(*q), std::move(*p), std::move(*r)};
}

bool FamilyCheck::orderDecides(unsigned draw, size_t output, size_t sample) {
  if (anyOrder.empty() || anyOrderFor != draw) {
    anyOrder.clear();
    // Comparisons may go either way, and not at all.
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (double overflowed : {std::nan(""), infinity, -infinity}) {
      std::unique_ptr<Domain> domain = createAnyOrderDomain(overflowed);
      auto values = runSource(*domain, draw, ReductionOrder::Sequential, false);
      // What could be evaluated before can be now.
      if (failed(values))
        return false;
      anyOrder.push_back(std::move(*values));
    }
    anyOrderFor = draw;
  }
  return llvm::any_of(anyOrder, [&](const std::vector<Values> &values) {
    return !std::isfinite(values[output].high[sample]);
  });
}

std::optional<double> FamilyCheck::maskedAt(size_t output, size_t sample) {
  if (masked.empty()) {
    std::unique_ptr<Domain> domain = createMaskedDomain();
    auto values = runSource(*domain, 0, ReductionOrder::Sequential, false);
    if (failed(values))
      return std::nullopt;
    masked = std::move(*values);
  }
  return masked[output].high[sample];
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

void FamilyCheck::judge(FamilyAccuracy &record, const Errors &errors) {
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
  if (record.passes || !findings.inaccurate.empty())
    return;
  std::string lost =
      record.notFinite ? llvm::formatv("; {0} not finite where the original is",
                                       record.notFinite)
                             .str()
                       : std::string();
  findings.inaccurate =
      llvm::formatv(
          "inputs '{0}', output {1}{2}: RMS error {3:f2}, at most 1.25 x "
          "{4:f2} + 0.5 is allowed; largest {5:f2}, at most 2 x {6:f2} + 2{7}; "
          "worst at {8}",
          getName(family), record.output,
          record.wide ? " before it is rounded to 16 bits" : "", record.rmsQ,
          record.rmsP, record.maxQ, record.maxP, lost, record.worst)
          .str();
}

/// Integers have no error: each must be what the original gives, or what is
/// exact (a maximum of sums may lie elsewhere than the original finds it).
void FamilyCheck::judgeIntegers(unsigned output, ArrayRef<Values> p,
                                ArrayRef<Values> q, ArrayRef<Values> r) {
  FamilyAccuracy record;
  record.family = family;
  record.output = output;
  record.n = setup.samples[output].size();
  for (size_t i = 0; i < record.n; ++i) {
    double ours = q[output].high[i];
    if (ours == p[output].high[i] || ours == r[output].high[i])
      continue;
    if (record.maxQ == 0)
      record.worst =
          llvm::formatv("{0}: {1} instead of {2}",
                        setup.samples[output].place(i), ours, p[output].high[i])
              .str();
    record.maxQ += 1;
  }
  record.passes = record.maxQ == 0;
  if (!record.passes && findings.inaccurate.empty()) {
    findings.inaccurate =
        llvm::formatv(
            "inputs '{0}', output {1}: {2} of {3} integers differ; {4}",
            getName(family), output, record.maxQ, record.n, record.worst)
            .str();
  }
  findings.rounding.push_back(std::move(record));
}

LogicalResult FamilyCheck::checkRounding(bool wide, unsigned draws,
                                         unsigned from) {
  firstDraw = from;
  std::vector<FamilyAccuracy> records(setup.outputs());
  std::vector<Errors> errors(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o) {
    records[o].family = family;
    records[o].output = o;
    records[o].wide = wide;
  }
  for (unsigned draw = from; draw < from + draws; ++draw)
    if (failed(compare(wide, draw, records, errors)))
      return failure();
  for (size_t o = 0; o < setup.outputs(); ++o) {
    if (!setup.kindOf(o))
      continue;
    judge(records[o], errors[o]);
    findings.rounding.push_back(std::move(records[o]));
  }
  return success();
}

FailureOr<std::vector<std::vector<double>>>
FamilyCheck::noiseOf(bool wide, unsigned draw, ArrayRef<Values> exact) {
  std::vector<std::vector<double>> noise(setup.outputs());
  for (size_t o = 0; o < setup.outputs(); ++o)
    noise[o].resize(setup.samples[o].size());
  for (unsigned run = 0; run < setup.noiseRuns; ++run) {
    std::unique_ptr<Domain> domain =
        createNoiseDomain(mixHash(setup.options.nonce, run), wide);
    auto x = runSource(*domain, draw, ReductionOrder::Sequential, false);
    if (failed(x))
      return failure();
    for (size_t o = 0; o < setup.outputs(); ++o)
      for (size_t i = 0; i < noise[o].size(); ++i) {
        double d = ((*x)[o].high[i] - exact[o].high[i]) - exact[o].low[i];
        noise[o][i] += std::isfinite(d) ? d * d / setup.noiseRuns : 0;
      }
  }
  for (std::vector<double> &squares : noise)
    for (double &square : squares)
      square = std::sqrt(square);
  return noise;
}

LogicalResult FamilyCheck::compare(bool wide, unsigned draw,
                                   MutableArrayRef<FamilyAccuracy> records,
                                   MutableArrayRef<Errors> errors) {
  std::unique_ptr<Domain> device = createDeviceDomain(wide);
  auto evaluated = evaluate(*device, draw);
  auto p2 = runSource(*device, draw, ReductionOrder::Lanes32, true);
  if (failed(evaluated) || failed(p2))
    return failure();
  const auto &[q, p, r] = *evaluated;
  if (!wide && draw == 0)
    first = *evaluated;
  auto noise = noiseOf(wide, draw, r);
  if (failed(noise))
    return failure();
  for (size_t o = 0; o < setup.outputs(); ++o) {
    std::optional<FloatKind> kind = setup.kindOf(o);
    if (!kind) {
      if (!wide && draw == firstDraw)
        judgeIntegers(o, p, q, r);
      continue;
    }
    if (wide && (*kind == FloatKind::BF16 || *kind == FloatKind::F16))
      kind = FloatKind::F32;
    FamilyAccuracy &record = records[o];
    for (size_t i = 0; i < setup.samples[o].size(); ++i) {
      double exactly = r[o].high[i], rest = r[o].low[i];
      double original = p[o].high[i], ours = q[o].high[i];
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
      } else if (orderDecides(draw, o, i)) {
        continue;
      } else {
        ++record.notFinite;
      }
      if (error > errors[o].worst) {
        errors[o].worst = error;
        record.worst =
            llvm::formatv("{0}: {1:e} instead of {2:e}, the original "
                          "gives {3:e}",
                          setup.samples[o].place(i), ours, exactly, original)
                .str();
      }
    }
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Special values
//===----------------------------------------------------------------------===//

namespace {
enum class Class : uint8_t { Finite, PlusInf, MinusInf, NaN };
} // namespace

static Class classify(double value) {
  return std::isnan(value)     ? Class::NaN
         : !std::isinf(value)  ? Class::Finite
         : std::signbit(value) ? Class::MinusInf
                               : Class::PlusInf;
}

/// Q must be of P's class, or of the exact result's. Where P overflowed on the
/// way (out of finite inputs, or although the exact result is finite), the
/// order of P's sums decided what came of it, and anything goes. The same where
/// P would overflow in another order (orderDecides). Where what P has of Inf or
/// NaN is masked, Q may be of the class of what is left (maskedAt).
static bool isRightClass(Class q, Class p, Class r, bool finiteInputs) {
  bool overflowed = p != Class::Finite && (r == Class::Finite || finiteInputs);
  return q == p || q == r || overflowed;
}

static bool isMaskedClass(Class q, std::optional<double> masked) {
  return masked && q == classify(*masked);
}

LogicalResult FamilyCheck::checkSpecials() {
  if (!first) {
    std::unique_ptr<Domain> device = createDeviceDomain(false);
    auto evaluated = evaluate(*device, 0);
    if (failed(evaluated))
      return failure();
    first = std::move(*evaluated);
  }
  const auto &[q, p, r] = *first;
  FamilySpecials record;
  record.family = family;
  for (size_t o = 0; o < setup.outputs(); ++o) {
    std::optional<FloatKind> kind = setup.kindOf(o);
    if (!kind) {
      // Out of NaN and infinities integers come as out of other numbers.
      if (drawsSpecialValues(family))
        judgeIntegers(o, p, q, r);
      continue;
    }
    for (size_t i = 0; i < setup.samples[o].size(); ++i) {
      Class ours = classify(q[o].high[i]);
      Class original = classify(p[o].high[i]);
      Class exactly = classify(roundToKind(*kind, r[o].high[i]));
      ++record.n;
      record.special += original != Class::Finite;
      record.moreFinite += ours == Class::Finite && original != Class::Finite;
      bool finiteInputs = !drawsSpecialValues(family);
      if (isRightClass(ours, original, exactly, finiteInputs) ||
          (finiteInputs && orderDecides(0, o, i)) ||
          isMaskedClass(ours, maskedAt(o, i)))
        continue;
      if (record.different++ == 0)
        record.worst =
            llvm::formatv(
                "output {0} at {1}: {2:e}, the original gives {3:e}, the "
                "exact result is {4:e}",
                o, setup.samples[o].place(i), q[o].high[i], p[o].high[i],
                r[o].high[i])
                .str();
    }
  }
  if (record.different && findings.wrongClass.empty()) {
    findings.wrongClass =
        llvm::formatv("inputs '{0}': {1} of {2} elements differ in class; {3}",
                      getName(family), record.different, record.n, record.worst)
            .str();
  }
  findings.specials.push_back(std::move(record));
  return success();
}
