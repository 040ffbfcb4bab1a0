//===- ProgramOps.cpp - Primitives on programs ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Primitives.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Distribute.h"
#include "kernel-opt/Schedule/Keep.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Schedule/SkipMasked.h"
#include "kernel-opt/Schedule/Stage.h"
#include "kernel-opt/Schedule/Stash.h"
#include "kernel-opt/Schedule/TensorCores.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

using Results = transform::TransformResults;
using State = transform::TransformState;
using Rewriter = transform::TransformRewriter;

/// Applies `work` to each target, which must be a gpu.func, and gives what
/// becomes of them: `work` says whether it changed the program in place, or
/// gives another one.
template <typename OpTy, typename WorkFn>
static DiagnosedSilenceableFailure
onPrograms(OpTy op, Results &results, State &state, Twine what, WorkFn work) {
  SmallVector<Operation *> programs;
  for (Operation *target : state.getPayloadOps(op.getTarget())) {
    auto func = dyn_cast<gpu::GPUFuncOp>(target);
    if (!func)
      return op.emitSilenceableError()
             << "target must be a gpu.func, found " << target->getName();
    auto done = silenceably(target, what, [&]() -> LogicalResult {
      auto result = work(func);
      if (failed(result))
        return failure();
      if constexpr (std::is_same_v<decltype(result), LogicalResult>)
        programs.push_back(func);
      else
        programs.push_back(*result);
      return success();
    });
    if (!done.succeeded())
      return done;
  }
  results.set(cast<OpResult>(op.getProgram()), programs);
  return DiagnosedSilenceableFailure::success();
}

/// The one number of a primitive, which may be a parameter.
template <typename OpTy>
static DiagnosedSilenceableFailure readNumber(OpTy op, State &state,
                                              int64_t &number) {
  SmallVector<int64_t> numbers;
  auto read =
      readNumbers(op, state, op.getDynamicNumber(), op.getNumber(), numbers);
  if (read.succeeded())
    number = numbers[0];
  return read;
}

DiagnosedSilenceableFailure
schedule::KeepOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "tiles cannot be kept",
                    [](gpu::GPUFuncOp func) { return keepTiles(func); });
}

DiagnosedSilenceableFailure
schedule::StashOp::apply(Rewriter &, Results &results, State &state) {
  int64_t vectors;
  if (auto read = readNumber(*this, state, vectors); !read.succeeded())
    return read;
  return onPrograms(
      *this, results, state, "nothing can be stashed",
      [&](gpu::GPUFuncOp func) -> LogicalResult {
        if (vectors < 0)
          return func.emitError("a number of vectors is not negative, found ")
                 << vectors;
        return vectors ? stashLoads(func, vectors) : success();
      });
}

DiagnosedSilenceableFailure
schedule::ResidentOp::apply(Rewriter &, Results &results, State &state) {
  int64_t blocks;
  if (auto read = readNumber(*this, state, blocks); !read.succeeded())
    return read;
  return onPrograms(
      *this, results, state, "blocks cannot live together",
      [&](gpu::GPUFuncOp func) -> LogicalResult {
        if (blocks == 0)
          return success();
        constexpr int64_t mostThreads = 2048;
        auto size = func.getKnownBlockSize();
        if (!size)
          return func.emitError("the size of a block is not known yet");
        int64_t threads = llvm::product_of(*size);
        if (blocks < 1 || blocks * threads > mostThreads)
          return func.emitError() << blocks << " blocks of " << threads
                                  << " threads are not between 1 block and "
                                  << mostThreads << " threads";
        func->setAttr(kgpu::kResidentBlocksAttrName,
                      Builder(func).getI32IntegerAttr(blocks));
        return success();
      });
}

DiagnosedSilenceableFailure
schedule::SkipMaskedOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "nothing can be skipped",
                    [](gpu::GPUFuncOp func) { return skipMasked(func); });
}

DiagnosedSilenceableFailure
schedule::StageOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "products cannot be staged",
                    [&](gpu::GPUFuncOp func) -> LogicalResult {
                      FailureOr<unsigned> staged =
                          getUnit() == ktile::DotOp::mmaUnit
                              ? stageForMma(func)
                              : FailureOr<unsigned>(stageProducts(func));
                      if (succeeded(staged) && !*staged)
                        return func.emitError("no product of tiles to stage");
                      return staged;
                    });
}

LogicalResult schedule::StageOp::verify() {
  if (getUnit() != ktile::DotOp::fmaUnit && getUnit() != ktile::DotOp::mmaUnit)
    return emitOpError("knows no unit '")
           << getUnit() << "': '" << ktile::DotOp::fmaUnit << "' or '"
           << ktile::DotOp::mmaUnit << "'";
  return success();
}

DiagnosedSilenceableFailure
schedule::PipelineProductsOp::apply(Rewriter &, Results &results,
                                    State &state) {
  PipelineOptions options;
  int64_t producer = 0, promote = 0, byThreads = 0, split = 0, overlap = 0;
  std::tuple<OperandRange, ArrayRef<int64_t>, int64_t *> choices[] = {
      {getDynamicDepth(), getDepth(), &options.depth},
      {getDynamicProducer(), getProducer(), &producer},
      {getDynamicPromote(), getPromote(), &promote},
      {getDynamicByThreads(), getByThreads(), &byThreads},
      {getDynamicSplit(), getSplit(), &split},
      {getDynamicOverlap(), getOverlap(), &overlap},
      {getDynamicLeastBlocks(), getLeastBlocks(), &options.leastBlocks}};
  for (auto [dynamic, numbers, choice] : choices) {
    SmallVector<int64_t> read;
    auto status = readNumbers(*this, state, dynamic, numbers, read);
    if (!status.succeeded())
      return status;
    if (read.size() > 1)
      return emitSilenceableError()
             << "each choice takes one number, found " << read.size();
    if (!read.empty())
      *choice = read[0];
  }
  options.producer = producer;
  options.promote = promote;
  options.byThreads = byThreads;
  options.split = split;
  options.overlap = overlap;
  return onPrograms(
      *this, results, state, "products cannot be pipelined",
      [&](gpu::GPUFuncOp func) { return pipelineProducts(func, options); });
}

DiagnosedSilenceableFailure
schedule::InvertDivisorsOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "divisors cannot be inverted",
                    [](gpu::GPUFuncOp func) {
                      invertDivisors(func);
                      return success();
                    });
}

DiagnosedSilenceableFailure
schedule::RebaseExponentialsOp::apply(Rewriter &, Results &results,
                                      State &state) {
  return onPrograms(*this, results, state, "exponentials cannot be rebased",
                    [](gpu::GPUFuncOp func) {
                      rebaseExponentials(func);
                      return success();
                    });
}

DiagnosedSilenceableFailure
schedule::PeelMasksOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "masks cannot be peeled",
                    [](gpu::GPUFuncOp func) {
                      peelMasks(func);
                      return success();
                    });
}

DiagnosedSilenceableFailure
schedule::PrefetchOp::apply(Rewriter &, Results &results, State &state) {
  int64_t stages;
  if (auto read = readNumber(*this, state, stages); !read.succeeded())
    return read;
  if (stages < 1 || stages > 8)
    return emitSilenceableError() << "stages must be one number from 1 to 8";
  return onPrograms(*this, results, state, "copies cannot be made ahead",
                    [&](gpu::GPUFuncOp func) {
                      prefetchStaged(func, stages);
                      return success();
                    });
}

DiagnosedSilenceableFailure
schedule::AssignLayoutsOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "layouts cannot be assigned",
                    [](gpu::GPUFuncOp func) { return assignLayouts(func); });
}

DiagnosedSilenceableFailure
schedule::DistributeOp::apply(Rewriter &, Results &results, State &state) {
  return onPrograms(*this, results, state, "program cannot be distributed",
                    [](gpu::GPUFuncOp func) { return distribute(func); });
}
