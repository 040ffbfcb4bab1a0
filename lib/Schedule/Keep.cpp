//===- Keep.cpp - Reading once what several passes need ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Keep.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Dialect/Kopt/HiddenLiterals.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Utils/Utils.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

static LogicalResult unrollLoops(gpu::GPUFuncOp func, int64_t mostRounds) {
  SmallVector<scf::ForOp> loops; // inner ones first
  func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
  if (loops.empty())
    return func.emitError("no loop reads anything twice");
  for (scf::ForOp loop : loops) {
    std::optional<APInt> rounds = loop.getStaticTripCount();
    if (!rounds || rounds->sgt(mostRounds))
      return loop.emitError("a loop of ")
             << (rounds ? std::to_string(rounds->getSExtValue())
                        : std::string("unknown"))
             << " rounds, at most " << mostRounds
             << " can stay in registers: use larger tiles";
    if (failed(loopUnrollFull(loop)))
      return loop.emitError("the loop cannot be unrolled");
  }
  return success();
}

/// Reads of the same tile become one; stores in between go elsewhere.
static void mergeLoads(gpu::GPUFuncOp func) {
  DenseMap<std::tuple<Value, Attribute, Attribute, Type>,
           SmallVector<ktile::LoadOp>>
      seen;
  for (Operation &op :
       llvm::make_early_inc_range(func.getBody().front().getOperations())) {
    auto load = dyn_cast<ktile::LoadOp>(op);
    if (!load || kgpu::declaredAccess(load.getSource()) != kgpu::kAccessRead)
      continue;
    auto &same = seen[{load.getSource(), load.getMapAttr(), load.getPadding(),
                       load.getResult().getType()}];
    auto *first = llvm::find_if(same, [&](ktile::LoadOp other) {
      return llvm::equal(other.getSymbols(), load.getSymbols());
    });
    if (first == same.end()) {
      same.push_back(load);
      continue;
    }
    load.getResult().replaceAllUsesWith(first->getResult());
    load.erase();
  }
}

LogicalResult schedule::keepTiles(gpu::GPUFuncOp func, int64_t mostRounds) {
  if (failed(unrollLoops(func, mostRounds)))
    return failure();
  // Unrolling leaves each round's offset as a sum: what lies where is only seen
  // in the constant that it comes to.
  {
    kopt::HiddenLiterals hidden(func, kopt::Hide::Inexact);
    if (failed(applyPatternsGreedily(func, FrozenRewritePatternSet())))
      return func.emitError("constants do not settle");
  }
  IRRewriter rewriter(func.getContext());
  auto mergeEqual = [&] {
    DominanceInfo dominance(func);
    eliminateCommonSubExpressions(rewriter, dominance, func);
  };
  mergeEqual();
  mergeLoads(func);
  mergeEqual();
  return success();
}
