//===- KernelCheck.cpp - A scheduled program against its kernel -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/KernelCheck.h"
#include "AlikeBlocks.h"
#include "BlockCheck.h"
#include "BlockUniformity.h"
#include "Coverage.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "kernel-opt/Verify/Tower.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Threading.h"
#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include <atomic>
#include <chrono>
#include <random>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class KernelChecker {
public:
  KernelChecker(Block &source, gpu::GPUFuncOp program,
                const KernelCheckOptions &options)
      : source(source), program(program), options(options) {}
  FailureOr<KernelCheckResult> run();

private:
  std::vector<int64_t> sampleBlocks();
  /// Runs blocks and asks all of them what they write, side by side.
  LogicalResult check(bool whole, ArrayRef<int64_t> chosen);
  void merge(const BlockFindings &findings);
  void mergeCoverage(const Coverage &coverage);
  void conclude(bool whole);

  Block &source;
  gpu::GPUFuncOp program;
  const KernelCheckOptions &options;
  std::optional<CompiledKernel> compiled;
  KernelCheckResult result;
  std::optional<double> evidence; ///< the least so far
  std::mt19937_64 random;
};
} // namespace

//===----------------------------------------------------------------------===//
// Which blocks
//===----------------------------------------------------------------------===//

/// Elements of arguments up to which a grid of few blocks runs whole.
static constexpr int64_t mostElementsWhole = int64_t(1) << 22;
/// The same of a grid of more blocks that are not alike: no sample of them
/// would tell anything.
static constexpr int64_t mostElementsUnlike = int64_t(1) << 18;

static int64_t elementsOf(const CompiledKernel &kernel) {
  int64_t elements = 0;
  for (const KernelArgument &argument : kernel.arguments())
    elements += argument.type.getNumElements();
  return elements;
}

std::vector<int64_t> KernelChecker::sampleBlocks() {
  int64_t count = compiled->gridSize().volume();
  std::vector<int64_t> blocks;
  bool whole = result.uniform
                   ? count <= options.wholeGrid &&
                         elementsOf(*compiled) <= mostElementsWhole
                   : count <= options.wholeGrid ||
                         (count <= options.wholeGridUnlike &&
                          elementsOf(*compiled) <= mostElementsUnlike);
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

/// How deep exponentials are nested, as a value in the body of an operation
/// depends on what the operation reads. Loops of a program are counted once.
static unsigned expDepth(Block &block) {
  llvm::DenseMap<Value, unsigned> depths;
  unsigned deepest = 0;
  block.walk<WalkOrder::PreOrder>([&](Operation *op) {
    unsigned depth = 0;
    for (Value operand : op->getOperands())
      depth = std::max(depth, depths.lookup(operand));
    for (Region &region : op->getRegions())
      for (Block &inner : region)
        for (BlockArgument argument : inner.getArguments())
          depths[argument] = depth;
    // What a body yields is the result of the operation around it.
    Operation *around = op->getParentOp();
    if (op->hasTrait<OpTrait::IsTerminator>() && op->getBlock() != &block)
      for (Value result : around->getResults())
        depths[result] = std::max(depths.lookup(result), depth);
    if (isa<math::ExpOp, math::Exp2Op, math::ExpM1Op, math::TanhOp,
            math::SinhOp, math::CoshOp>(op))
      ++depth;
    for (Value result : op->getResults())
      depths[result] = std::max(depths.lookup(result), depth);
    deepest = std::max(deepest, depth);
  });
  return deepest;
}

/// Primes that all tasks begin with, whichever begins when, so that a replay
/// runs what this does. One that meets more of what uses up primes takes more.
static unsigned levelsOf(Block &source) {
  // A root is known at a level only if its argument is a square there: more
  // levels, more chances. Roots of literals are known.
  WalkResult roots = source.walk([](Operation *op) {
    bool isRoot = isa<math::SqrtOp, math::RsqrtOp>(op) &&
                  !matchPattern(op->getOperand(0), m_Constant());
    return isRoot ? WalkResult::interrupt() : WalkResult::advance();
  });
  return roots.wasInterrupted()
             ? unsigned(maxTowerLevels)
             : std::min(expDepth(source) + 1, unsigned(maxTowerLevels));
}

void KernelChecker::merge(const BlockFindings &findings) {
  if (!findings.witness.empty() && result.verdict != Verdict::Refuted) {
    result.verdict = Verdict::Refuted;
    result.witness = findings.witness;
  }
  result.levels = std::max(result.levels, findings.levels);
  result.runs += findings.runs;
  result.compared += findings.compared;
  if (findings.evidence)
    evidence =
        std::min(evidence.value_or(*findings.evidence), *findings.evidence);
  result.laneOps += findings.counters.laneOps;
  result.sectorsRead += findings.counters.globalSectorsRead;
  result.sectorsWritten += findings.counters.globalSectorsWritten;
  result.leastSectorsRead += findings.counters.leastSectorsRead;
  result.leastSectorsWritten += findings.counters.leastSectorsWritten;
  result.instructionCoverage =
      std::max(result.instructionCoverage, findings.instructionCoverage);
  result.branchCoverage =
      std::max(result.branchCoverage, findings.branchCoverage);
}

void KernelChecker::mergeCoverage(const Coverage &coverage) {
  result.covered = coverage.verdict == Verdict::Verified;
  if (result.verdict == Verdict::Refuted)
    return;
  if (coverage.verdict == Verdict::Refuted) {
    result.verdict = Verdict::Refuted;
    result.witness = coverage.reason;
  }
  result.uncovered = coverage.reason;
}

LogicalResult KernelChecker::check(bool whole, ArrayRef<int64_t> chosen) {
  // Blocks are looked at one by one, or all together.
  SmallVector<ArrayRef<int64_t>> parts;
  if (whole)
    parts.push_back(chosen);
  else
    for (const int64_t &block : chosen)
      parts.push_back(block);
  unsigned levels = levelsOf(source);
  SmallVector<InputFamily> families;
  if (valuesDecide(source.getParentOp()) || valuesDecide(program))
    families = options.families;
  // Where memory is touched in the same way for all inputs, the parts tell all
  // there is to tell about it.
  bool readsDecide = compiled->controlDependsOnContents() ||
                     compiled->addressesDependOnContents();
  // One task a part, then one a family, then the question what all write.
  size_t checks = parts.size() + families.size();
  size_t count = checks + (whole ? 0 : 1);
  std::vector<std::optional<BlockFindings>> found(checks);
  std::optional<Coverage> coverage;
  std::atomic<size_t> firstRefuted(count);
  auto runTask = [&](size_t task) -> LogicalResult {
    if (task > firstRefuted)
      return success();
    if (task == checks) {
      coverage = checkCoverage(program, source.getNumArguments(),
                               options.mostElements);
      return success();
    }
    bool gathers = task < parts.size();
    BlockCheck check(source, *compiled, options,
                     mixHash(result.nonce, 2 + task), parts[gathers ? task : 0],
                     levels);
    if (failed(gathers ? check.gather()
                       : check.draw({mixHash(result.nonce, ~task),
                                     families[task - parts.size()], 0,
                                     readsDecide})))
      return failure();
    found[task] = check.findings();
    size_t before = firstRefuted;
    while (!found[task]->witness.empty() && task < before &&
           !firstRefuted.compare_exchange_weak(before, task)) {
    }
    return success();
  };
  if (failed(failableParallelForEachN(program.getContext(), 0, count, runTask)))
    return failure();
  for (const std::optional<BlockFindings> &findings : found)
    if (findings)
      merge(*findings);
  result.evidence = evidence.value_or(0);
  result.covered = whole;
  if (coverage)
    mergeCoverage(*coverage);
  return success();
}

/// The verdict, where nothing is refuted.
void KernelChecker::conclude(bool whole) {
  if (result.evidence < options.leastEvidence)
    result.reason = llvm::formatv("evidence of {0:f0} bits is less than {1:f0}",
                                  result.evidence, options.leastEvidence)
                        .str();
  else if (!whole && !result.uniform)
    result.reason = "not shown that blocks that were not run behave alike";
  else if (!whole && !result.unlike.empty())
    result.reason = "not shown that blocks that were not run behave alike: " +
                    result.unlike;
  else if (compiled->controlDependsOnContents() ||
           compiled->addressesDependOnContents())
    result.reason = "control or addresses depend on what tensors hold";
  else
    result.verdict = Verdict::Verified;
}

/// Whether arguments hold what the kernel's inputs and results do: what the
/// launch passes is memory, which has no type.
static LogicalResult checkTypes(Block &source, gpu::GPUFuncOp program,
                                ArrayRef<KernelArgument> arguments) {
  SmallVector<Type> types(source.getArgumentTypes());
  llvm::append_range(types, source.getTerminator()->getOperandTypes());
  for (size_t k = 0; k < types.size(); ++k) {
    auto tensor = dyn_cast<RankedTensorType>(types[k]);
    MemRefType memory = arguments[k].type;
    // Truth values lie in bytes.
    Type element = getElementTypeOrSelf(types[k]);
    bool same = memory.getElementType() == element ||
                (element.isInteger(1) && memory.getElementType().isInteger(8));
    int64_t count = !tensor                   ? 1
                    : tensor.hasStaticShape() ? tensor.getNumElements()
                                              : -1;
    if (!same || memory.getNumElements() != count)
      return program->emitError("argument ")
             << k << " has type " << memory << ", the kernel's is " << types[k];
  }
  return success();
}

FailureOr<KernelCheckResult> KernelChecker::run() {
  auto begin = std::chrono::steady_clock::now();
  FailureOr<CompiledKernel> kernel = CompiledKernel::compile(program);
  if (failed(kernel))
    return failure();
  compiled.emplace(std::move(*kernel));
  size_t outputs = source.getTerminator()->getNumOperands();
  if (failed(checkArguments(program, *compiled, source.getNumArguments(),
                            outputs)) ||
      failed(checkTypes(source, program, compiled->arguments())))
    return failure();
  result.nonce =
      options.nonce ? *options.nonce : std::random_device{}() * 2654435761ull;
  random.seed(result.nonce);
  result.blocks = compiled->gridSize().volume();
  result.uniform = isUniformInBlock(program);
  std::vector<int64_t> chosen = sampleBlocks();
  if (result.uniform && chosen.size() < result.blocks) {
    AlikeBlocks alike = findUnlikeBlocks(program, chosen, options.mostUnlike,
                                         mixHash(result.nonce, 1));
    llvm::append_range(chosen, alike.more);
    result.places = alike.places;
    result.unlike = alike.obstacle;
  }
  result.blocksRun = chosen.size();
  bool whole = chosen.size() == result.blocks;
  if (failed(check(whole, chosen)))
    return failure();
  if (result.verdict != Verdict::Refuted)
    conclude(whole);
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
      {"places", int64_t(places)},
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
