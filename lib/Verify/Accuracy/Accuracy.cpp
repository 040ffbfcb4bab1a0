//===- Accuracy.cpp - Is a program at least as accurate? --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Accuracy.h"
#include "FamilyCheck.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Verify/AccuracyDomains.h"
#include "kernel-opt/Verify/Hash.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/MapVector.h"
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
      InputFamily::Logits10000,     InputFamily::FarBelowZero,
      InputFamily::Spiked,          InputFamily::SpikedBelow,
      InputFamily::Opposed};
  return families;
}

ArrayRef<InputFamily> verify::specialFamilies() {
  static constexpr InputFamily families[] = {
      InputFamily::WithNaN,      InputFamily::WithInf,
      InputFamily::ZerosAndInf,  InputFamily::MinusInfMasked,
      InputFamily::MinusInfRows, InputFamily::NearOverflow,
      InputFamily::Logits10000,  InputFamily::LargestFirst,
      InputFamily::LargestSecond};
  return families;
}

namespace {
class Probe;

class AccuracyChecker {
public:
  AccuracyChecker(Block &source, gpu::GPUFuncOp program,
                  const AccuracyOptions &options,
                  ArrayRef<ProgramInput> inputs = {})
      : source(source), program(program), options(options), inputs(inputs) {}
  FailureOr<AccuracyResult> run();

private:
  /// Chooses the blocks and elements that every family looks at, and how often.
  LogicalResult choose(AccuracySetup &setup);
  /// Returns how many elements of each output these blocks are enough for.
  FailureOr<uint64_t> chooseBlocks(AccuracySetup &setup, Probe &probe);
  /// Chooses about `target` elements of each output, of those that the blocks
  /// write. Returns the lane-operations of the blocks.
  FailureOr<uint64_t> chooseSamples(AccuracySetup &setup, Probe &probe,
                                    uint64_t target);
  void chooseDraws(AccuracySetup &setup, uint64_t opsPerDraw);
  unsigned chooseNoiseRuns(const AccuracySetup &setup,
                           uint64_t opsPerDraw) const;
  /// Families that are checked, in the order of the options; side by side.
  LogicalResult checkFamilies(const AccuracySetup &setup);
  void merge(FamilyFindings &findings);

  Block &source;
  gpu::GPUFuncOp program;
  const AccuracyOptions &options;
  ArrayRef<ProgramInput> inputs; ///< empty: those of the source
  AccuracyResult result;
};
} // namespace

//===----------------------------------------------------------------------===//
// What is looked at
//===----------------------------------------------------------------------===//

namespace {
/// Runs blocks on inputs of an ordinary family, to count what they do.
class Probe {
public:
  explicit Probe(const AccuracySetup &setup)
      : setup(setup), drawn(setup.seedOf(InputFamily::Normal, 0),
                            InputFamily::Normal, integerBoundOf(setup.source)),
        read(setup.source, drawn, *domain, setup.compiled, setup.inputs) {}

  FailureOr<RunResult> run(std::vector<int64_t> blocks) {
    LaunchSpec launch;
    launch.blocks = std::move(blocks);
    launch.checkCompleteness = launch.watchMemory = false;
    auto result = interpret(setup.compiled, *domain, read.bind(), launch);
    if (failed(result) || read.isBroken())
      return failure();
    return std::move(*result);
  }

private:
  const AccuracySetup &setup;
  std::unique_ptr<Domain> domain = createDeviceDomain(false);
  CachedInputs drawn;
  ProgramInputs read;
};
} // namespace

FailureOr<uint64_t> AccuracyChecker::chooseBlocks(AccuracySetup &setup,
                                                  Probe &probe) {
  auto first = probe.run({0});
  if (failed(first))
    return failure();
  uint64_t written = 0;
  for (size_t o = 0; o < setup.outputs(); ++o)
    written += first->writtenElements(setup.firstOutput() + o);
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
  int64_t count = setup.compiled.gridSize().volume();
  if (setup.compiled.blocksCommunicate())
    wanted = count;
  // Where one block alone is more work than that, one is looked at.
  auto ranges =
      int64_t(std::clamp<uint64_t>(options.work * 4 / opsPerBlock, 1, 4));
  setup.blocks = verify::chooseBlocks(count, int64_t(wanted), executed, ranges,
                                      options.nonce);
  return target;
}

FailureOr<uint64_t> AccuracyChecker::chooseSamples(AccuracySetup &setup,
                                                   Probe &probe,
                                                   uint64_t target) {
  setup.samples.resize(setup.outputs());
  uint64_t opsPerDraw = 0;
  for (const BlockRange &range : setup.blocks) {
    std::vector<int64_t> blocks;
    range.append(blocks);
    auto run = probe.run(std::move(blocks));
    if (failed(run))
      return failure();
    result.blocksRun += run->executedBlocks.size();
    for (size_t o = 0; o < setup.outputs(); ++o) {
      std::vector<int64_t> indices;
      run->forEachWritten(
          setup.firstOutput() + o,
          [&](int64_t i, const void *) { indices.push_back(i); });
      // That of the program may have dimensions of one more.
      Type type = source.getTerminator()->getOperand(o).getType();
      setup.samples[o].add(indices, cast<RankedTensorType>(type).getShape(),
                           int64_t(target / setup.blocks.size()) + 1,
                           mixHash(options.nonce, o));
    }
    opsPerDraw += run->counters.laneOps;
  }
  return opsPerDraw;
}

/// Of the input that has most elements.
static uint64_t rowsOf(Block &source) {
  int64_t most = 0, rows = 1;
  for (Type type : source.getArgumentTypes())
    if (auto tensor = dyn_cast<RankedTensorType>(type);
        tensor && tensor.getRank() > 0 && tensor.hasStaticShape() &&
        tensor.getNumElements() > most) {
      most = tensor.getNumElements();
      rows = most / tensor.getShape().back();
    }
  return uint64_t(rows);
}

/// Whether a reduction looks for something large (or for something small).
static bool looksFor(Block &source, InputFamily spikes) {
  auto looks = [&](Operation *op) {
    auto parent = op->getParentOfType<linalg::LinalgOp>();
    if (!parent || parent.getNumReductionLoops() == 0)
      return false;
    if (spikes == InputFamily::Spiked)
      return isa<arith::MaximumFOp, arith::MaxNumFOp, arith::CmpFOp>(op);
    return isa<arith::MinimumFOp, arith::MinNumFOp, arith::CmpFOp>(op);
  };
  auto found = source.walk([&](Operation *op) {
    return looks(op) ? mlir::WalkResult::interrupt()
                     : mlir::WalkResult::advance();
  });
  return found.wasInterrupted();
}

/// Draws of spiked inputs; each row has another spike in each.
static constexpr uint64_t mostSearched = 128;

void AccuracyChecker::chooseDraws(AccuracySetup &setup, uint64_t opsPerDraw) {
  setup.searchedDraws = unsigned(std::clamp<uint64_t>(
      16 * options.work / (opsPerDraw + 1), 4, mostSearched));
  if (!setup.hasFloats()) {
    setup.draws = setup.noiseRuns = 1;
    return;
  }
  size_t least = std::numeric_limits<size_t>::max();
  for (const SampleSet &set : setup.samples)
    least = std::min(least, std::max<size_t>(set.size(), 1));
  uint64_t missing = (options.leastOutputs + least - 1) / least;
  setup.draws = unsigned(std::clamp<uint64_t>(
      options.work / (opsPerDraw + 1), 1, std::min<uint64_t>(missing, 16)));
  // A maximum that misses a part of the row shows if the spike lies there.
  uint64_t rows = std::max<uint64_t>(rowsOf(source), 1);
  setup.spikedDraws = unsigned(std::clamp<uint64_t>(
      2 * options.work / (opsPerDraw + 1), 1, (16 + rows - 1) / rows));
  setup.noiseRuns = chooseNoiseRuns(setup, opsPerDraw);
}

/// Among so many outputs hardly any estimate of noise is far too small by
/// chance, even if it comes from few runs.
static constexpr size_t fewOutputs = 64;

unsigned AccuracyChecker::chooseNoiseRuns(const AccuracySetup &setup,
                                          uint64_t opsPerDraw) const {
  if (setup.mostSamples() * setup.draws > fewOutputs)
    return options.noiseRuns;
  // Fewer in proportion where a draw is more than four times the work that a
  // family may cost, but at least a quarter.
  return unsigned(std::clamp<uint64_t>(
      options.noiseRuns * options.work * 4 / (opsPerDraw + 1),
      (options.noiseRuns + 3) / 4, options.noiseRuns));
}

LogicalResult AccuracyChecker::choose(AccuracySetup &setup) {
  Probe probe(setup);
  FailureOr<uint64_t> target = chooseBlocks(setup, probe);
  if (failed(target))
    return failure();
  FailureOr<uint64_t> opsPerDraw = chooseSamples(setup, probe, *target);
  if (failed(opsPerDraw))
    return failure();
  chooseDraws(setup, *opsPerDraw);
  return success();
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

/// Judges one family. The errors of a few outputs are large or small by chance:
/// what fails on them is judged again with more draws, those before included.
static LogicalResult checkRounding(const AccuracySetup &setup,
                                   InputFamily family, FamilyCheck &check,
                                   bool hasNarrow) {
  for (unsigned draws = setup.drawsOf(family);; draws *= 4) {
    check.findings.rounding.clear();
    check.findings.inaccurate.clear();
    for (bool wide : {false, true})
      if ((!wide || hasNarrow) && failed(check.checkRounding(wide, draws)))
        return failure();
    if (check.findings.inaccurate.empty() || !setup.hasFloats() ||
        setup.mostSamples() * draws >= fewOutputs)
      return success();
  }
}

LogicalResult AccuracyChecker::checkFamilies(const AccuracySetup &setup) {
  bool hasNarrow = false;
  for (size_t o = 0; o < setup.outputs(); ++o)
    if (std::optional<FloatKind> kind = setup.kindOf(o))
      hasNarrow |= *kind == FloatKind::BF16 || *kind == FloatKind::F16;
  SmallVector<InputFamily> families(options.families);
  SmallVector<InputFamily> specials(options.specials);
  if (!looksFor(source, InputFamily::SpikedBelow))
    llvm::erase(families, InputFamily::SpikedBelow);
  // Without rounding in what comes out, ties and order are all that matters.
  if (!setup.hasFloats()) {
    llvm::erase_if(specials, [](InputFamily family) {
      return !drawsSpecialValues(family);
    });
    llvm::erase_if(families, [&](InputFamily family) {
      return family != InputFamily::Normal &&
             family != InputFamily::SmallInts &&
             family != InputFamily::Alternating &&
             family != InputFamily::Shifted &&
             !(isSpiked(family) && looksFor(source, family));
    });
  }
  llvm::MapVector<InputFamily, FamilyFindings> found;
  for (InputFamily family : llvm::concat<InputFamily>(families, specials))
    found[family];
  LogicalResult checked = failableParallelForEach(
      program.getContext(), found, [&](auto &entry) -> LogicalResult {
        FamilyCheck check(setup, entry.first);
        if (llvm::is_contained(families, entry.first) &&
            failed(checkRounding(setup, entry.first, check, hasNarrow)))
          return failure();
        if (llvm::is_contained(specials, entry.first) &&
            failed(check.checkSpecials()))
          return failure();
        if (isSpiked(entry.first) && looksFor(source, entry.first) &&
            check.findings.inaccurate.empty() &&
            failed(check.searchSpikes(setup.drawsOf(entry.first),
                                      setup.searchedDraws)))
          return failure();
        entry.second = std::move(check.findings);
        return success();
      });
  if (failed(checked))
    return failure();
  for (auto &[family, findings] : found)
    merge(findings);
  return success();
}

void AccuracyChecker::merge(FamilyFindings &findings) {
  llvm::move(findings.rounding, std::back_inserter(result.families));
  llvm::move(findings.specials, std::back_inserter(result.specials));
  if (!findings.inaccurate.empty() && result.accuracy != Verdict::Refuted) {
    result.accuracy = Verdict::Refuted;
    result.accuracyReason = std::move(findings.inaccurate);
  }
  if (!findings.wrongClass.empty() &&
      result.specialValues != Verdict::Refuted) {
    result.specialValues = Verdict::Refuted;
    result.specialReason = std::move(findings.wrongClass);
  }
}

FailureOr<AccuracyResult> AccuracyChecker::run() {
  auto begin = std::chrono::steady_clock::now();
  FailureOr<CompiledKernel> compiled = CompiledKernel::compile(program);
  if (failed(compiled))
    return failure();
  AccuracySetup setup{source, *compiled, options, inputs, {}, {}};
  if (failed(checkArguments(program, *compiled, setup.firstOutput(),
                            setup.outputs())))
    return failure();
  if (failed(choose(setup)) || failed(checkFamilies(setup)))
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
