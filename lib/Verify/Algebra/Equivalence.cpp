//===- Equivalence.cpp - Same function over the reals? ----------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Equivalence.h"
#include "ElementRecords.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Reference.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Block.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// One comparison of two programs, for one instance of their sizes.
class Checker {
public:
  Checker(Block &source, Block &target, const EquivalenceOptions &options,
          EquivalenceResult &result, const Instance &instance, uint64_t &work)
      : source(source), target(target), options(options), result(result),
        instance(instance), work(work) {}

  /// Runs all families, then as many draws more as open elements need.
  LogicalResult run();

private:
  enum class Draw : uint8_t { Done, Redraw, NeedsLevels, OutOfWork, Refuted };

  FailureOr<Draw> draw(InputFamily family, uint64_t seed);
  LogicalResult drawUntilDone(InputFamily family);
  LogicalResult drawLargeNumbers(uint64_t share);
  FailureOr<Draw> compareOutput(TowerDomain &domain, Reference &p, Reference &q,
                                InputSource &inputs, InputFamily family,
                                unsigned output);
  SmallVector<Box> boxesOf(ArrayRef<int64_t> shape);
  void addStatistics(const TowerStatistics &stats);
  void giveUp();
  LogicalResult findIgnoredInputs();
  FailureOr<std::vector<Tile>> evaluateAll(TowerDomain &domain,
                                           InputSource &inputs);
  ReferenceOptions referenceOptions() {
    ReferenceOptions reference;
    reference.work = options.mostWork ? &work : nullptr;
    return reference;
  }
  /// After draws that left elements open: what might settle them.
  void changeDraws() {
    // Among many roots there is always one of no square.
    tower.complex |= metRoots;
    // exp of a long sum of squares is no number that the shadow can hold,
    // unless they are small.
    if (metOverflow)
      tower.scale = tower.scale == 1 ? 0x1p-12 : 1;
    // Which side a comparison takes may hang on which argument is the larger.
    tower.spread = tower.spread ? 0 : 6;
  }
  bool isOutOfWork() const { return options.mostWork && work == 0; }
  int64_t integerBound() const {
    int64_t bound = std::min(integerBoundOf(source), integerBoundOf(target));
    // Sizes that types leave open are bounds as well.
    for (auto [type, shape] :
         llvm::zip_equal(source.getArgumentTypes(), instance))
      if (auto tensor = dyn_cast<ShapedType>(type);
          tensor && !tensor.hasStaticShape())
        for (int64_t size : shape)
          bound = std::min(bound, std::max<int64_t>(size, 1));
    return std::min(bound, options.integerBound);
  }

  Block &source, &target;
  const EquivalenceOptions &options;
  EquivalenceResult &result;
  const Instance &instance;
  ElementRecords records{options, result};
  /// Steps that are left, if they are bounded.
  uint64_t &work;
  /// Of the draws to come.
  TowerOptions tower;
  /// What the last draw met.
  bool metRoots = false, metOverflow = false, metMasks = false;
  uint64_t currentSeed = 0;
  uint64_t counter = 0;
};
} // namespace

/// The boxes of a result that are compared: all of it, or its first and last
/// corner and two tiles inside.
SmallVector<Box> Checker::boxesOf(ArrayRef<int64_t> shape) {
  Box all = Box::all(shape);
  if (all.volume() <= options.allElements)
    return {all};
  result.sampled = true;
  SmallVector<Box> boxes;
  // Longer in the last dimension.
  SmallVector<int64_t> sizes(shape.size(), 1);
  int64_t volume = 1;
  for (size_t d = shape.size(); d-- > 0 && volume < options.tileElements;) {
    sizes[d] = std::min<int64_t>(shape[d], 32);
    volume *= sizes[d];
  }
  for (unsigned i = 0; i < options.tiles; ++i) {
    Box box = {SmallVector<int64_t>(shape.size(), 0), sizes};
    for (size_t d = 0; d < shape.size(); ++d) {
      int64_t room = shape[d] - sizes[d];
      box.offsets[d] =
          i == 0   ? 0
          : i == 1 ? room
                   : int64_t(mixHash(result.nonce + i, d) % uint64_t(room + 1));
    }
    boxes.push_back(box);
  }
  return boxes;
}

FailureOr<Checker::Draw> Checker::compareOutput(TowerDomain &domain,
                                                Reference &p, Reference &q,
                                                InputSource &inputs,
                                                InputFamily family,
                                                unsigned output) {
  FailureOr<SmallVector<int64_t>> expectedShape = p.getResultShape(output);
  FailureOr<SmallVector<int64_t>> actualShape = q.getResultShape(output);
  if (failed(expectedShape) || failed(actualShape))
    return failure();
  Witness witness;
  witness.instance = instance;
  witness.family = family;
  witness.seed = currentSeed;
  witness.output = output;
  witness.different = witness.compared = 0;
  if (*expectedShape != *actualShape) {
    auto sizes = [](ArrayRef<int64_t> shape) {
      std::string text = "sizes [";
      llvm::raw_string_ostream stream(text);
      llvm::interleaveComma(shape, stream);
      return text + "]";
    };
    witness.expected = sizes(*expectedShape);
    witness.actual = sizes(*actualShape);
    witness.different = witness.compared = 1;
    result.witness = witness;
    return Draw::Refuted;
  }
  for (const Box &box : boxesOf(*expectedShape)) {
    FailureOr<Tile> expected = p.evaluate(output, box, inputs);
    FailureOr<Tile> actual = q.evaluate(output, box, inputs);
    if (failed(expected) || failed(actual))
      return failure();
    // A decision on the way may have gone either way: nothing counts.
    if (domain.undecided())
      return Draw::Redraw;
    records.compareTiles(domain, *expected, *actual, family, witness);
  }
  result.compared += witness.compared;
  if (witness.different == 0)
    return Draw::Done;
  result.witness = witness;
  return Draw::Refuted;
}

void Checker::addStatistics(const TowerStatistics &stats) {
  result.degree = std::max(result.degree, stats.degree);
  result.expDepth = std::max(result.expDepth, stats.expDepth);
  auto assume = [&](const Twine &text) {
    std::string line = text.str();
    if (!llvm::is_contained(result.assumptions, line))
      result.assumptions.push_back(line);
  };
  if (stats.maskedExps)
    assume("exp(x) = 0 for x < " + Twine(int(maskedExpBound)));
  if (stats.badProvenance)
    assume("provenance that does not parse was ignored");
}

/// One draw: both programs, all results. Records of elements stay even if the
/// draw must be repeated; they only ever gather evidence of equality.
FailureOr<Checker::Draw> Checker::draw(InputFamily family, uint64_t seed) {
  currentSeed = seed;
  tower.levels = result.levels;
  tower.key = mixHash(seed, 1);
  auto domain = createTowerDomain(tower);
  DrawnInputs inputs(seed, family, integerBound());
  auto p = Reference::create(source, *domain, instance, referenceOptions());
  auto q = Reference::create(target, *domain, instance, referenceOptions());
  if (failed(p) || failed(q))
    return failure();
  Draw outcome = Draw::Done;
  for (unsigned i = 0; i < (*p)->getNumResults(); ++i) {
    FailureOr<Draw> compared =
        compareOutput(*domain, **p, **q, inputs, family, i);
    if (failed(compared) && isOutOfWork())
      return Draw::OutOfWork;
    if (failed(compared))
      return failure();
    outcome = *compared;
    if (outcome != Draw::Done)
      break;
  }
  const TowerStatistics &stats = domain->statistics();
  if (stats.depthExceeded && result.levels < maxTowerLevels &&
      outcome != Draw::Refuted)
    return Draw::NeedsLevels;
  if (outcome != Draw::Redraw)
    addStatistics(stats);
  metRoots = stats.roots != 0;
  metOverflow = stats.overflows != 0;
  metMasks = stats.maskedExps != 0;
  return outcome;
}

LogicalResult Checker::drawUntilDone(InputFamily family) {
  while (true) {
    uint64_t seed = mixHash(result.nonce, ++counter);
    FailureOr<Draw> outcome = draw(family, seed);
    if (failed(outcome))
      return failure();
    switch (*outcome) {
    case Draw::Done:
      ++result.draws;
      return success();
    case Draw::Refuted:
      ++result.draws;
      result.verdict = Verdict::Refuted;
      return success();
    case Draw::NeedsLevels:
      ++result.levels;
      break;
    case Draw::OutOfWork:
      giveUp();
      return success();
    case Draw::Redraw:
      if (++result.redraws > options.redraws) {
        result.verdict = Verdict::Unproven;
        result.reason = ("comparisons of values that lie closer than the "
                         "error of their shadows, in every draw of family " +
                         getName(family))
                            .str();
        return success();
      }
    }
  }
}

/// Whether some operation asks how large a value is: then what is equal for
/// small numbers need not be for large ones.
static bool asksForSize(Block &program) {
  auto walked = program.walk([](Operation *op) {
    bool asks =
        isa<arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
            arith::MinNumFOp, arith::CmpFOp, arith::FPToSIOp, arith::FPToUIOp,
            arith::RemFOp, math::AbsFOp, math::CopySignOp, math::FloorOp,
            math::CeilOp, math::RoundOp, math::RoundEvenOp, math::TruncOp>(op);
    return asks ? mlir::WalkResult::interrupt() : mlir::WalkResult::advance();
  });
  return walked.wasInterrupted();
}

/// Bounds that no number of the families reaches: exp(4 z) of either sign lies
/// on both sides of most numbers. Exponentials of that are zero or infinite;
/// they get numbers of some size.
LogicalResult Checker::drawLargeNumbers(uint64_t share) {
  if (!llvm::is_contained(options.families, InputFamily::Normal) ||
      (!asksForSize(source) && !asksForSize(target)))
    return success();
  using Numbers = std::pair<InputFamily, double>;
  static constexpr Numbers any[] = {{InputFamily::LogNormal, 1},
                                    {InputFamily::LogNormal, 0x1p36},
                                    {InputFamily::LogNormal, 0x1p-36},
                                    {InputFamily::LogNormal, 0x1p90},
                                    {InputFamily::LogNormal, 0x1p-90}};
  static constexpr Numbers some[] = {{InputFamily::Normal, 8},
                                     {InputFamily::Normal, 24},
                                     {InputFamily::Normal, 24}};
  TowerOptions before = tower;
  for (auto [family, scale] :
       result.expDepth ? ArrayRef(some) : ArrayRef(any)) {
    EquivalenceResult known = result;
    tower.scale = scale;
    uint64_t left = std::exchange(work, options.mostWork ? share : 0);
    FailureOr<Draw> outcome = draw(family, mixHash(result.nonce, ++counter));
    bool outOfWork = isOutOfWork();
    work = left;
    tower = before;
    if (failed(outcome) && !outOfWork)
      return failure();
    if (failed(outcome) || *outcome == Draw::OutOfWork) {
      giveUp();
      return success();
    }
    // A power that is taken as zero, or as infinite, is not the function.
    if (metMasks || metOverflow) {
      result = known;
      continue;
    }
    result.draws += *outcome == Draw::Done || *outcome == Draw::Refuted;
    if (*outcome == Draw::Refuted) {
      result.verdict = Verdict::Refuted;
      return success();
    }
  }
  return success();
}

void Checker::giveUp() {
  result.verdict = Verdict::Unproven;
  result.outOfWork = true;
  result.reason =
      "too large to be evaluated: " + std::to_string(options.mostWork) +
      " steps were not enough";
}

LogicalResult Checker::run() {
  uint64_t draws = options.families.size() * options.seeds;
  for (InputFamily family : options.families)
    for (unsigned i = 0; i < options.seeds; ++i) {
      // One draw costs about what another does: the end is seen in the first.
      uint64_t share = std::min(work, 2 * options.mostWork / draws);
      uint64_t reserved = std::exchange(work, share) - share;
      if (failed(drawUntilDone(family)))
        return failure();
      work += reserved;
      if (result.verdict == Verdict::Refuted || !result.reason.empty())
        return success();
    }
  if (failed(drawLargeNumbers(2 * options.mostWork / draws)))
    return failure();
  if (result.verdict == Verdict::Refuted || !result.reason.empty())
    return success();
  for (unsigned i = 0; i < options.redraws && records.countOpen(); ++i) {
    changeDraws();
    // Where one of them decides nothing, another may.
    FailureOr<Draw> outcome =
        draw(genericFamilies[i % 3], mixHash(result.nonce, ++counter));
    if (failed(outcome))
      return failure();
    ++result.redraws;
    result.draws += *outcome == Draw::Done || *outcome == Draw::Refuted;
    result.levels += *outcome == Draw::NeedsLevels;
    if (*outcome == Draw::Refuted) {
      result.verdict = Verdict::Refuted;
      return success();
    }
  }
  if (uint64_t open = records.countOpen())
    result.reason =
        std::to_string(open) +
        " elements of the results were never compared without doubt: "
        "functions that are known by congruence alone, or square roots";
  result.evidence = std::min(result.evidence, records.leastEvidence());
  if (options.dependence && result.reason.empty())
    return findIgnoredInputs();
  return success();
}

//===----------------------------------------------------------------------===//
// Dependence
//===----------------------------------------------------------------------===//

FailureOr<std::vector<Tile>> Checker::evaluateAll(TowerDomain &domain,
                                                  InputSource &inputs) {
  auto p = Reference::create(source, domain, instance, referenceOptions());
  if (failed(p))
    return failure();
  std::vector<Tile> tiles;
  for (unsigned i = 0; i < (*p)->getNumResults(); ++i) {
    FailureOr<SmallVector<int64_t>> shape = (*p)->getResultShape(i);
    if (failed(shape))
      return failure();
    for (const Box &box : boxesOf(*shape)) {
      FailureOr<Tile> tile = (*p)->evaluate(i, box, inputs);
      if (failed(tile))
        return failure();
      tiles.push_back(std::move(*tile));
    }
  }
  return tiles;
}

/// Draws each argument anew, alone. Two programs that agree on all draws agree
/// in what matters, so the source alone tells.
LogicalResult Checker::findIgnoredInputs() {
  uint64_t seed = mixHash(result.nonce, ++counter);
  auto domain = createTowerDomain({result.levels, mixHash(seed, 1)});
  DrawnInputs inputs(seed, InputFamily::Normal, integerBound());
  FailureOr<std::vector<Tile>> base = evaluateAll(*domain, inputs);
  if (failed(base))
    return success(isOutOfWork());
  for (unsigned argument = 0; argument < source.getNumArguments(); ++argument) {
    inputs.perturbed = argument;
    FailureOr<std::vector<Tile>> other = evaluateAll(*domain, inputs);
    if (failed(other))
      return success(isOutOfWork());
    bool reacts = false;
    for (auto [a, b] : llvm::zip_equal(*base, *other)) {
      if (!a.values.kind) {
        reacts |= a.values.ints != b.values.ints;
        continue;
      }
      for (size_t i = 0, n = a.values.size(*domain); i < n && !reacts; ++i)
        reacts = domain->compareOutputs(
                     *a.values.kind, a.values.floatAt(*domain, i),
                     b.values.floatAt(*domain, i)) != Comparison::Equal;
    }
    if (!reacts)
      result.ignoredInputs.push_back(argument);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Entry point
//===----------------------------------------------------------------------===//

static LogicalResult checkSignatures(Block &source, Block &target) {
  Location loc = target.getParentOp()->getLoc();
  auto check = [&](mlir::TypeRange expected, mlir::TypeRange actual,
                   StringRef what) -> LogicalResult {
    if (expected.size() != actual.size())
      return mlir::emitError(loc, "expected ")
             << expected.size() << " " << what << "s as in the source, found "
             << actual.size();
    for (auto [i, types] : llvm::enumerate(llvm::zip_equal(expected, actual))) {
      auto [a, b] = types;
      auto x = dyn_cast<RankedTensorType>(a), y = dyn_cast<RankedTensorType>(b);
      bool equal = x && y ? x.getElementType() == y.getElementType() &&
                                succeeded(mlir::verifyCompatibleShape(x, y))
                          : a == b;
      if (!equal)
        return mlir::emitError(loc, "expected type ")
               << a << " of " << what << " " << i << " as in the source, found "
               << b;
    }
    return success();
  };
  if (failed(check(source.getArgumentTypes(), target.getArgumentTypes(),
                   "argument")))
    return failure();
  return check(source.getTerminator()->getOperandTypes(),
               target.getTerminator()->getOperandTypes(), "result");
}

FailureOr<EquivalenceResult>
verify::checkEquivalence(Block &source, Block &target,
                         const EquivalenceOptions &options) {
  if (failed(checkSignatures(source, target)))
    return failure();
  EquivalenceResult result;
  result.sourceHash = structuralHash(source.getParentOp());
  result.targetHash = structuralHash(target.getParentOp());
  std::random_device entropy;
  result.nonce =
      options.nonce ? *options.nonce : uint64_t(entropy()) << 32 | entropy();
  // Seeds depend on the programs, so that none can be made for a nonce.
  uint64_t nonce = result.nonce;
  for (StringRef hash : {result.sourceHash, result.targetHash})
    for (char c : hash)
      nonce = mixHash(nonce, uint8_t(c));
  result.levels = 2;
  result.evidence = maxEvidence;
  SmallVector<Instance> instances = options.instances;
  if (instances.empty())
    instances = chooseInstances(source);
  uint64_t work = options.mostWork;
  for (const Instance &instance : instances) {
    uint64_t shown = std::exchange(result.nonce, nonce);
    LogicalResult ran =
        Checker(source, target, options, result, instance, work).run();
    result.nonce = shown;
    if (failed(ran))
      return failure();
    if (result.verdict == Verdict::Refuted || !result.reason.empty())
      return result;
    nonce = mixHash(nonce, 1);
  }
  result.verdict = Verdict::Verified;
  return result;
}
