//===- KernelCheck.cpp - A scheduled program against its kernel -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/KernelCheck.h"
#include "BlockUniformity.h"
#include "ComparedOutput.h"
#include "Coverage.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Reference.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include <chrono>
#include <random>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// One draw: what the inputs are, and how the program is run.
struct Draw {
  uint64_t seed;
  InputFamily family = InputFamily::Normal;
  unsigned variant = 0; ///< of poison, landing and order
};

class KernelChecker {
public:
  KernelChecker(Block &source, gpu::GPUFuncOp program,
                const KernelCheckOptions &options)
      : source(source), program(program), options(options) {}
  FailureOr<KernelCheckResult> run();

private:
  FailureOr<bool> check(ArrayRef<int64_t> blocks, bool everyFamily);
  /// Runs and compares once; false if the domain could not decide.
  FailureOr<bool> draw(ArrayRef<int64_t> blocks, const Draw &how);
  LogicalResult compareOutputs(const RunResult &run, DrawnInputs &inputs,
                               TowerDomain &domain, const Draw &how);
  void count(const RunResult &run);
  void refute(std::string text);
  std::vector<int64_t> sampleBlocks();
  /// Forgets what was compared.
  void startComparing();
  ArgumentSource bindInputs(DrawnInputs &inputs, Domain &domain) const;

  Block &source;
  gpu::GPUFuncOp program;
  const KernelCheckOptions &options;
  std::optional<CompiledKernel> compiled;
  KernelCheckResult result;
  /// Of the current blocks.
  std::vector<ComparedOutput> outputs;
  std::mt19937_64 random;
};
} // namespace

void KernelChecker::refute(std::string text) {
  if (result.verdict != Verdict::Refuted)
    result.witness = std::move(text);
  result.verdict = Verdict::Refuted;
}

void KernelChecker::startComparing() {
  outputs.clear();
  unsigned argument = source.getNumArguments();
  for (auto [n, type] :
       llvm::enumerate(source.getTerminator()->getOperandTypes())) {
    size_t rank = cast<ShapedType>(type).getRank();
    outputs.emplace_back(n, rank, argument + n,
                         compiled->arguments()[argument + n].type);
  }
}

//===----------------------------------------------------------------------===//
// Which blocks
//===----------------------------------------------------------------------===//

/// Elements of arguments up to which a grid of few blocks runs whole.
static constexpr int64_t mostElementsWhole = int64_t(1) << 22;

static int64_t elementsOf(const CompiledKernel &kernel) {
  int64_t elements = 0;
  for (const KernelArgument &argument : kernel.arguments())
    elements += argument.type.getNumElements();
  return elements;
}

std::vector<int64_t> KernelChecker::sampleBlocks() {
  int64_t count = compiled->gridSize().volume();
  std::vector<int64_t> blocks;
  bool whole = count <= options.wholeGrid &&
               (!result.uniform || elementsOf(*compiled) <= mostElementsWhole);
  if (compiled->blocksCommunicate() || whole) {
    for (int64_t b = 0; b < count; ++b)
      blocks.push_back(b);
    return blocks;
  }
  std::set<int64_t> chosen = {0, count - 1};
  // The corners of the grid that the schedule says it made; a hint, no more:
  // each kind of ragged edge lies at one.
  auto shape = program->getAttrOfType<DenseI64ArrayAttr>("kopt.block_shape");
  if (shape && guardsDependOnBlock(program)) {
    SmallVector<int64_t> corners = {0};
    for (int64_t extent : shape.asArrayRef()) {
      SmallVector<int64_t> next;
      for (int64_t corner : corners)
        for (int64_t at : {int64_t(0), extent - 1})
          next.push_back(corner * extent + at);
      corners = std::move(next);
    }
    for (int64_t corner : corners)
      if (corner >= 0 && corner < count && chosen.size() < 16)
        chosen.insert(corner);
  }
  unsigned more = roundsDependOnBlock(program) ? options.blocksOfRounds : 0;
  for (unsigned i = 0; i < options.randomBlocks + more; ++i)
    chosen.insert(int64_t(random() % uint64_t(count)));
  blocks.assign(chosen.begin(), chosen.end());
  return blocks;
}

//===----------------------------------------------------------------------===//
// One draw
//===----------------------------------------------------------------------===//

ArgumentSource KernelChecker::bindInputs(DrawnInputs &inputs,
                                         Domain &domain) const {
  // One source for both sides: the reference calls it directly.
  ArgumentSource bound;
  bound.floats = [&](unsigned argument, FloatKind kind, const int64_t *indices,
                     void *out, size_t n) {
    inputs.floats(domain, argument, kind,
                  compiled->arguments()[argument].type.getShape(),
                  ArrayRef(indices, n), out);
  };
  bound.integers = [&](unsigned argument, unsigned width,
                       const int64_t *indices, int64_t *out, size_t n) {
    // Truth values lie in bytes that hold 0 or 1.
    Type type = source.getArgument(argument).getType();
    bool truth = getElementTypeOrSelf(type).isInteger(1);
    inputs.integers(argument, truth ? 1 : width,
                    compiled->arguments()[argument].type.getShape(),
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

void KernelChecker::count(const RunResult &run) {
  result.laneOps += run.counters.laneOps;
  result.sectorsRead += run.counters.globalSectorsRead;
  result.sectorsWritten += run.counters.globalSectorsWritten;
  result.leastSectorsRead += run.counters.leastSectorsRead;
  result.leastSectorsWritten += run.counters.leastSectorsWritten;
  result.instructionCoverage =
      std::max(result.instructionCoverage, run.instructionCoverage());
  result.branchCoverage = std::max(result.branchCoverage, run.branchCoverage());
}

LogicalResult KernelChecker::compareOutputs(const RunResult &run,
                                            DrawnInputs &inputs,
                                            TowerDomain &domain,
                                            const Draw &how) {
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
    result.compared += output.compared() - before;
    if (failed(difference))
      return failure();
    if (*difference && result.verdict != Verdict::Refuted)
      refute(llvm::formatv("output {0} at {1} (inputs '{2}', seed {3}): "
                           "expected {4}, found {5}",
                           number, (*difference)->place, getName(how.family),
                           how.seed, (*difference)->expected,
                           (*difference)->found)
                 .str());
  }
  return success();
}

FailureOr<bool> KernelChecker::draw(ArrayRef<int64_t> blocks, const Draw &how) {
  TowerOptions towerOptions;
  towerOptions.levels = result.levels;
  towerOptions.key = result.nonce;
  std::unique_ptr<TowerDomain> domain = createTowerDomain(towerOptions);
  DrawnInputs inputs(how.seed, how.family, integerBoundOf(source));
  LaunchSpec launch;
  launch.blocks.assign(blocks.begin(), blocks.end());
  launch.poison = how.variant & 1;
  launch.landing = how.variant & 1 ? Landing::Early : Landing::Late;
  launch.warpOrder = how.variant & 1 ? RunOrder::Reverse : RunOrder::Forward;
  launch.blockOrder = how.variant & 1 ? RunOrder::Shuffled : RunOrder::Forward;
  launch.orderSeed = how.seed;
  FailureOr<RunResult> run =
      interpret(*compiled, *domain, bindInputs(inputs, *domain), launch);
  if (failed(run))
    return failure();
  ++result.runs;
  if (result.levels < maxTowerLevels && domain->statistics().depthExceeded) {
    ++result.levels;
    return draw(blocks, how);
  }
  // A root is known at a level only if its argument is a square there: more
  // levels, more chances.
  if (result.levels < maxTowerLevels && domain->statistics().roots) {
    result.levels = maxTowerLevels;
    return draw(blocks, how);
  }
  count(*run);
  if (!run->clean()) {
    refute(describe(run->reports.front()));
    return true;
  }
  if (failed(compareOutputs(*run, inputs, *domain, how)))
    return failure();
  return domain->undecided() == 0 && run->undecided == 0;
}

//===----------------------------------------------------------------------===//
// All draws
//===----------------------------------------------------------------------===//

/// Whether some operation asks how large a value is. Without any, both sides
/// are the same rational and exponential expressions for all inputs, and no
/// family tells more than another.
static bool valuesDecide(Operation *root) {
  WalkResult walked = root->walk([](Operation *op) {
    bool harmless =
        isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
            arith::NegFOp, arith::ExtFOp, arith::TruncFOp, arith::ConstantOp,
            math::ExpOp, math::Exp2Op, math::FmaOp, vector::FMAOp,
            vector::BroadcastOp, vector::ExtractOp, vector::InsertOp,
            vector::FromElementsOp, vector::ToElementsOp, vector::ShapeCastOp,
            vector::ExtractStridedSliceOp, vector::InsertStridedSliceOp,
            vector::ShuffleOp, vector::LoadOp, vector::StoreOp, scf::ForOp,
            scf::IfOp, scf::YieldOp, memref::LoadOp, memref::StoreOp,
            gpu::ShuffleOp>(op) ||
        isa_and_nonnull<kgpu::KGPUDialect, linalg::LinalgDialect,
                        tensor::TensorDialect, kopt::KoptDialect,
                        gpu::GPUDialect>(op->getDialect());
    auto reduce = dyn_cast<kgpu::WarpReduceOp>(op);
    if (reduce && reduce.getKind() != kgpu::CombineKind::Add)
      harmless = false;
    // Integers are no values of the algebra.
    bool noFloats = llvm::none_of(op->getOperandTypes(), [](Type type) {
      return isa<FloatType>(getElementTypeOrSelf(type));
    });
    if (noFloats && isa_and_nonnull<arith::ArithDialect>(op->getDialect()))
      harmless = true;
    return harmless ? WalkResult::advance() : WalkResult::interrupt();
  });
  return walked.wasInterrupted();
}

FailureOr<bool> KernelChecker::check(ArrayRef<int64_t> blocks,
                                     bool everyFamily) {
  startComparing();
  double least = 0;
  // Logarithms and roots are NaN of what is negative, and so are variances that
  // come as inputs: positive ones, below one and above, alternate with others.
  static constexpr InputFamily families[] = {
      InputFamily::Normal, InputFamily::Uniform01, InputFamily::Shifted};
  for (unsigned n = 0; n < options.mostSeeds; ++n) {
    // What gave no evidence so often will not.
    if (2 * n >= options.mostSeeds && least == 0)
      break;
    InputFamily family = n < options.seeds ? families[0] : families[n % 3];
    FailureOr<bool> decided = draw(blocks, {random(), family, n});
    if (failed(decided))
      return failure();
    if (result.verdict == Verdict::Refuted)
      return true;
    least = std::numeric_limits<double>::infinity();
    for (const ComparedOutput &output : outputs)
      for (double bits : output.evidence())
        least = std::min(least, bits);
    if (n + 1 >= options.seeds && least >= options.leastEvidence)
      break;
  }
  if (llvm::all_of(outputs, [](const ComparedOutput &output) {
        return output.evidence().empty();
      }))
    return true;
  result.evidence = result.evidence ? std::min(result.evidence, least) : least;
  if (everyFamily &&
      (valuesDecide(source.getParentOp()) || valuesDecide(program)))
    for (InputFamily family : options.families) {
      if (failed(draw(blocks, {random(), family, 0})))
        return failure();
      if (result.verdict == Verdict::Refuted)
        return true;
    }
  return true;
}

FailureOr<KernelCheckResult> KernelChecker::run() {
  auto begin = std::chrono::steady_clock::now();
  FailureOr<CompiledKernel> kernel = CompiledKernel::compile(program);
  if (failed(kernel))
    return failure();
  compiled.emplace(std::move(*kernel));
  size_t outputs = source.getTerminator()->getNumOperands();
  if (compiled->arguments().size() < source.getNumArguments() + outputs)
    return program.emitError("takes ")
           << compiled->arguments().size() << " arguments, the kernel has "
           << source.getNumArguments() << " inputs and " << outputs
           << " results";
  result.nonce =
      options.nonce ? *options.nonce : std::random_device{}() * 2654435761ull;
  random.seed(result.nonce);
  result.blocks = compiled->gridSize().volume();
  result.uniform = isUniformInBlock(program);
  std::vector<int64_t> chosen = sampleBlocks();
  result.blocksRun = chosen.size();
  bool whole = chosen.size() == result.blocks;
  if (whole) {
    if (failed(check(chosen, true)))
      return failure();
  } else {
    for (auto [n, block] : llvm::enumerate(chosen))
      if (failed(check(block, n == 0)))
        return failure();
      else if (result.verdict == Verdict::Refuted)
        break;
  }
  result.covered = whole;
  if (!whole && result.verdict != Verdict::Refuted) {
    Coverage coverage =
        checkCoverage(program, source.getNumArguments(), options.mostElements);
    result.covered = coverage.verdict == Verdict::Verified;
    if (coverage.verdict == Verdict::Refuted)
      refute(coverage.reason);
    result.uncovered = coverage.reason;
  }
  if (result.verdict != Verdict::Refuted) {
    if (result.evidence < options.leastEvidence)
      result.reason =
          llvm::formatv("evidence of {0:f0} bits is less than {1:f0}",
                        result.evidence, options.leastEvidence)
              .str();
    else if (!whole && !result.uniform)
      result.reason = "not shown that blocks that were not run behave alike";
    else if (compiled->controlDependsOnContents() ||
             compiled->addressesDependOnContents())
      result.reason = "control or addresses depend on what tensors hold";
    else
      result.verdict = Verdict::Verified;
  }
  result.seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
          .count();
  return result;
}

FailureOr<KernelCheckResult>
verify::checkKernel(Block &source, gpu::GPUFuncOp program,
                    const KernelCheckOptions &options) {
  return KernelChecker(source, program, options).run();
}

llvm::json::Object KernelCheckResult::toJSON() const {
  llvm::json::Object record{
      {"verdict", getName(verdict)},
      {"nonce", llvm::utohexstr(nonce)},
      {"primes", int64_t(levels)},
      {"runs", int64_t(runs)},
      {"compared", int64_t(compared)},
      {"evidence_bits", evidence},
      {"blocks", int64_t(blocks)},
      {"blocks_run", int64_t(blocksRun)},
      {"covered", covered},
      {"uniform_in_block", uniform},
      {"instruction_coverage", instructionCoverage},
      {"branch_coverage", branchCoverage},
      {"lane_ops", int64_t(laneOps)},
      {"sectors_read", int64_t(sectorsRead)},
      {"sectors_written", int64_t(sectorsWritten)},
      {"least_sectors_read", int64_t(leastSectorsRead)},
      {"least_sectors_written", int64_t(leastSectorsWritten)},
      {"seconds", seconds}};
  if (!reason.empty())
    record["reason"] = reason;
  if (!witness.empty())
    record["witness"] = witness;
  return record;
}
