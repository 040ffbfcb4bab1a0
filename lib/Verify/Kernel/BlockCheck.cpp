//===- BlockCheck.cpp - Some blocks against the reference -----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockCheck.h"
#include "kernel-opt/Verify/Hash.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

BlockCheck::BlockCheck(Block &source, const CompiledKernel &compiled,
                       const KernelCheckOptions &options, uint64_t nonce,
                       ArrayRef<int64_t> blocks, unsigned levels)
    : source(source), compiled(compiled), options(options), nonce(nonce),
      blocks(blocks) {
  found.levels = levels;
  unsigned argument = source.getNumArguments();
  for (auto [n, type] :
       llvm::enumerate(source.getTerminator()->getOperandTypes())) {
    size_t rank = cast<ShapedType>(type).getRank();
    outputs.emplace_back(n, rank, argument + n,
                         compiled.arguments()[argument + n].type);
  }
}

void BlockCheck::refute(std::string text) {
  if (found.witness.empty())
    found.witness = std::move(text);
}

ArgumentSource BlockCheck::bindInputs(DrawnInputs &inputs,
                                      Domain &domain) const {
  // One source for both sides: the reference calls it directly.
  ArgumentSource bound;
  bound.floats = [&](unsigned argument, FloatKind kind, const int64_t *indices,
                     void *out, size_t n) {
    inputs.floats(domain, argument, kind,
                  compiled.arguments()[argument].type.getShape(),
                  ArrayRef(indices, n), out);
  };
  bound.integers = [&](unsigned argument, unsigned width,
                       const int64_t *indices, int64_t *out, size_t n) {
    // Truth values lie in bytes that hold 0 or 1.
    Type type = source.getArgument(argument).getType();
    bool truth = getElementTypeOrSelf(type).isInteger(1);
    inputs.integers(argument, truth ? 1 : width,
                    compiled.arguments()[argument].type.getShape(),
                    ArrayRef(indices, n), out);
    if (truth)
      for (size_t i = 0; i < n; ++i)
        out[i] = out[i] != 0;
  };
  return bound;
}

static std::string describe(const Report &report) {
  std::string text;
  llvm::raw_string_ostream os(text);
  printReport(report, os);
  return StringRef(text).trim().str();
}

void BlockCheck::count(const RunResult &run) {
  found.counters += run.counters;
  found.instructionCoverage =
      std::max(found.instructionCoverage, run.instructionCoverage());
  found.branchCoverage = std::max(found.branchCoverage, run.branchCoverage());
}

LogicalResult BlockCheck::compareOutputs(const RunResult &run,
                                         DrawnInputs &inputs,
                                         TowerDomain &domain, const Draw &how) {
  SmallVector<SmallVector<int64_t>> shapes;
  for (Type type : source.getArgumentTypes()) {
    auto shaped = dyn_cast<ShapedType>(type);
    shapes.push_back(shaped ? SmallVector<int64_t>(shaped.getShape())
                            : SmallVector<int64_t>());
  }
  auto reference = Reference::create(source, domain, shapes);
  if (failed(reference))
    return failure();
  for (auto [number, output] : llvm::enumerate(outputs)) {
    uint64_t before = output.compared();
    auto difference = output.compare(run, **reference, inputs, domain);
    found.compared += output.compared() - before;
    if (failed(difference))
      return failure();
    if (*difference)
      refute(llvm::formatv("output {0} at {1} (inputs '{2}', seed {3}): "
                           "expected {4}, found {5}",
                           number, (*difference)->place, getName(how.family),
                           how.seed, (*difference)->expected,
                           (*difference)->found)
                 .str());
  }
  return success();
}

LogicalResult BlockCheck::draw(const Draw &how) {
  tower.levels = found.levels;
  tower.key = nonce;
  std::unique_ptr<TowerDomain> domain = createTowerDomain(tower);
  DrawnInputs inputs(how.seed, how.family, integerBoundOf(source));
  LaunchSpec launch;
  launch.blocks.assign(blocks.begin(), blocks.end());
  launch.poison = how.variant & 1;
  launch.landing = how.variant & 1 ? Landing::Early : Landing::Late;
  launch.warpOrder = how.variant & 1 ? RunOrder::Reverse : RunOrder::Forward;
  launch.blockOrder = how.variant & 1 ? RunOrder::Shuffled : RunOrder::Forward;
  launch.orderSeed = how.seed;
  launch.watchMemory = how.watched;
  launch.stepLimit = options.mostSteps;
  FailureOr<RunResult> run =
      interpret(compiled, *domain, bindInputs(inputs, *domain), launch);
  if (failed(run))
    return failure();
  if (run->count(Fault::StepLimit))
    return source.getParentOp()->emitError("the program does not end within ")
           << options.mostSteps << " instructions of its warps";
  ++found.runs;
  if (found.levels < maxTowerLevels && domain->statistics().depthExceeded) {
    ++found.levels;
    return draw(how);
  }
  // A root is known at a level only if its argument is a square there: more
  // levels, more chances.
  if (found.levels < maxTowerLevels && domain->statistics().roots) {
    found.levels = maxTowerLevels;
    return draw(how);
  }
  count(*run);
  if (!run->clean()) {
    refute(describe(run->reports.front()));
    return success();
  }
  LogicalResult compared = compareOutputs(*run, inputs, *domain, how);
  metRoots = domain->statistics().roots != 0;
  metOverflow = domain->statistics().overflows != 0;
  return compared;
}

void BlockCheck::changeDraws() {
  // Among many roots there is always one of no square.
  if (metRoots)
    tower.complex = true;
  // exp of a long sum of squares is no number that the shadow can hold, unless
  // they are small.
  if (metOverflow)
    tower.scale = tower.scale == 1 ? 0x1p-12 : 1;
  // Which side a comparison takes may hang on which argument is the larger.
  tower.spread = tower.spread ? 0 : 6;
}

std::optional<double> BlockCheck::leastEvidence() const {
  std::optional<double> least;
  for (const ComparedOutput &output : outputs)
    for (double bits : output.evidence())
      least = least ? std::min(*least, bits) : bits;
  return least;
}

LogicalResult BlockCheck::gather(unsigned most) {
  // Logarithms and roots are NaN of what is negative, and so are variances that
  // come as inputs: positive ones, below one and above, alternate with others.
  static constexpr InputFamily families[] = {
      InputFamily::Normal, InputFamily::Uniform01, InputFamily::Shifted};
  for (; gathered < std::min(most, options.mostSeeds); ++gathered) {
    unsigned n = gathered;
    // What gave no evidence so often will not.
    if (2 * n >= options.mostSeeds && found.evidence.value_or(0) == 0)
      break;
    InputFamily family = n < options.seeds ? families[0] : families[n % 3];
    if (failed(draw({mixHash(nonce, n), family, n})))
      return failure();
    if (!found.witness.empty())
      break;
    found.evidence = leastEvidence();
    if (n + 1 >= options.seeds &&
        found.evidence.value_or(options.leastEvidence) >= options.leastEvidence)
      break;
    if (n + 1 >= options.seeds && found.evidence == 0)
      changeDraws();
  }
  return success();
}
