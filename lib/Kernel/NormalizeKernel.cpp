//===- NormalizeKernel.cpp - The form that schedules expect -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Literals.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/Siblings.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

/// Whether `op` is a transpose, broadcast or copy of its input.
static bool isPlainMovement(Operation *op) {
  return isa_and_nonnull<linalg::LinalgOp>(op) &&
         classify(op) == OpClass::Movement;
}

/// Whether `op` is a reshape of something that the kernel computes.
static bool isInnerReshape(Operation *op) {
  return isa_and_nonnull<tensor::ExpandShapeOp, tensor::CollapseShapeOp>(op) &&
         !isa<mlir::BlockArgument>(op->getOperand(0));
}

namespace {
/// linalg.exp, linalg.map, linalg.transpose and the like as linalg.generic;
/// contractions too where a transpose can become one of their indexing maps,
/// and reductions where a reshape can be folded into their loops.
struct Generalize : mlir::OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(linalg::LinalgOp op,
                                PatternRewriter &rewriter) const override {
    if (isa<linalg::GenericOp>(op))
      return failure();
    OpClass opClass = classify(op);
    bool isWanted =
        opClass == OpClass::Elementwise || opClass == OpClass::Movement ||
        (opClass == OpClass::Contraction &&
         llvm::any_of(op.getDpsInputOperands(),
                      [](OpOperand *input) {
                        return isPlainMovement(input->get().getDefiningOp());
                      })) ||
        (opClass == OpClass::Reduction &&
         llvm::any_of(op.getDpsInputOperands(), [](OpOperand *input) {
           return isInnerReshape(input->get().getDefiningOp());
         }));
    if (!isWanted)
      return failure();
    return linalg::generalizeNamedOp(rewriter, op);
  }
};
} // namespace

namespace {
/// Reads a constant tensor of one value as a literal, which keeps what the
/// constant says that it stands for.
struct FoldSplat : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    bool changed = false;
    for (OpOperand *input : op.getDpsInputOperands()) {
      mlir::BlockArgument argument = op.getMatchingBlockArgument(input);
      auto constant = input->get().getDefiningOp<arith::ConstantOp>();
      auto splat = constant
                       ? dyn_cast<mlir::SplatElementsAttr>(constant.getValue())
                       : mlir::SplatElementsAttr();
      if (!splat || argument.use_empty())
        continue;
      rewriter.setInsertionPoint(op);
      auto literal = arith::ConstantOp::create(
          rewriter, constant.getLoc(),
          cast<mlir::TypedAttr>(splat.getSplatValue<Attribute>()));
      literal->setDiscardableAttrs(constant->getDiscardableAttrDictionary());
      rewriter.replaceAllUsesWith(argument, literal.getResult());
      changed = true;
    }
    return success(changed);
  }
};
} // namespace

/// Which producers are fused into their readers.
static bool isFused(OpOperand *operand) {
  Operation *producer = operand->get().getDefiningOp();
  Operation *consumer = operand->getOwner();
  if (!producer)
    return false;
  if (isPlainMovement(producer))
    return true;
  OpClass reader = classify(consumer);
  // Places that are computed from loops alone are no computed places.
  if (isa<linalg::GenericOp>(producer) && classify(producer) == OpClass::Fill)
    return reader == OpClass::Gather;
  return classify(producer) == OpClass::Elementwise &&
         (reader == OpClass::Elementwise || reader == OpClass::Movement) &&
         producer->hasOneUse();
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// Whether a result of `op` runs along a reduction loop. That loop must stay
/// one loop.
static bool isScan(Operation *op) {
  auto loops = dyn_cast<linalg::LinalgOp>(op);
  return loops &&
         llvm::any_of(loops.getDpsInitsMutable(), [&](OpOperand &init) {
           AffineMap map = loops.getMatchingIndexingMap(&init);
           SmallVector<unsigned> reductions;
           loops.getReductionDims(reductions);
           return llvm::any_of(reductions, [&](unsigned loop) {
             return map.isFunctionOfDim(loop);
           });
         });
}

/// Whether a reshape may be folded into the elementwise operation or reduction
/// that reads it.
static bool isFoldedView(OpOperand *operand) {
  // One of what comes from outside moves to the launch plan as it is.
  if (!isInnerReshape(operand->get().getDefiningOp()) ||
      isScan(operand->getOwner()))
    return false;
  OpClass reader = classify(operand->getOwner());
  return reader == OpClass::Elementwise || reader == OpClass::Reduction ||
         reader == OpClass::Movement;
}

namespace {
/// Folds a view of a view. Greedy folding is off for the sake of literals.
template <typename View>
struct FoldView : OpRewritePattern<View> {
  using OpRewritePattern<View>::OpRewritePattern;

  LogicalResult matchAndRewrite(View view,
                                PatternRewriter &rewriter) const override {
    SmallVector<OpFoldResult> results;
    if (failed(view->fold(results)) || results.size() != 1 ||
        !isa<Value>(results.front()))
      return failure();
    Value value = cast<Value>(results.front());
    if (value.getType() != view.getType() || value == view.getResult())
      return failure();
    rewriter.replaceOp(view, value);
    return success();
  }
};

/// Reads `x[i, 0]` as `x[i, j]` if j is a parallel loop of one step that does
/// not index x yet: the same element, and no reshape.
static AffineMap useUnitLoops(linalg::GenericOp op, AffineMap map) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<AffineExpr> results(map.getResults());
  for (auto [dim, expr] : llvm::enumerate(results)) {
    auto constant = dyn_cast<mlir::AffineConstantExpr>(expr);
    if (!constant || constant.getValue() != 0)
      continue;
    for (auto [loop, extent] : llvm::enumerate(extents)) {
      auto used = AffineMap::get(map.getNumDims(), 0, results, op.getContext());
      if (extent != 1 || used.isFunctionOfDim(loop) ||
          op.getIteratorTypesArray()[loop] !=
              mlir::utils::IteratorType::parallel)
        continue;
      expr = mlir::getAffineDimExpr(loop, op.getContext());
      break;
    }
  }
  return AffineMap::get(map.getNumDims(), 0, results, op.getContext());
}

/// Reads `x[i, 0]` of a tensor<8x1xf32> as `x[i]` of a tensor<8xf32>.
struct DropUnitAccess : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op,
                                PatternRewriter &rewriter) const override {
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs(op.getInputs());
    bool changed = false;
    for (auto [input, map] : llvm::zip(inputs, maps)) {
      auto type = dyn_cast<RankedTensorType>(input.getType());
      if (!type)
        continue;
      AffineMap before = map;
      map = useUnitLoops(op, map);
      changed |= map != before;
      SmallVector<AffineExpr> kept;
      SmallVector<int64_t> sizes;
      SmallVector<SmallVector<int64_t, 2>> groups;
      for (auto [dim, expr] : llvm::enumerate(map.getResults())) {
        bool isDropped =
            isa<mlir::AffineConstantExpr>(expr) && type.getDimSize(dim) == 1;
        if (!isDropped) {
          kept.push_back(expr);
          sizes.push_back(type.getDimSize(dim));
        }
        // Leading dropped dimensions go with the first that is kept.
        if (groups.empty() || (!isDropped && kept.size() > 1))
          groups.emplace_back();
        groups.back().push_back(dim);
      }
      if (kept.size() == map.getNumResults())
        continue;
      if (kept.empty())
        groups.clear();
      auto dropped = RankedTensorType::get(sizes, type.getElementType());
      input = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), dropped,
                                              input, groups);
      map = AffineMap::get(map.getNumDims(), 0, kept, op.getContext());
      changed = true;
    }
    if (!changed)
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getInputsMutable().assign(inputs);
      op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
    });
    return success();
  }
};
} // namespace

/// Writes affine maps of loop indices, which reshapes leave behind, as
/// arithmetic: tiles of indices have no other.
static void expandIndexMaps(kopt::KernelOp kernel) {
  SmallVector<mlir::affine::AffineApplyOp> applies;
  kernel.walk([&](mlir::affine::AffineApplyOp op) { applies.push_back(op); });
  for (mlir::affine::AffineApplyOp op : applies) {
    OpBuilder builder(op);
    std::optional<SmallVector<Value, 8>> values = mlir::affine::expandAffineMap(
        builder, op.getLoc(), op.getAffineMap(), op.getMapOperands());
    if (!values)
      continue;
    op.replaceAllUsesWith(values->front());
    op.erase();
  }
  // The expansion claims that nothing overflows, which nobody checks.
  auto none = arith::IntegerOverflowFlagsAttr::get(
      kernel.getContext(), arith::IntegerOverflowFlags::none);
  kernel.walk([&](arith::ArithIntegerOverflowFlagsInterface op) {
    op->setAttr(op.getIntegerOverflowAttrName(), none);
  });
}

/// Takes away a result that nobody reads: what fusion leaves of a view that a
/// reduction reads would make a running sum of it. Where nothing else tells the
/// sizes of its loops, an input without contents does.
static void dropUnusedResults(linalg::GenericOp op) {
  SmallVector<Value> inputs(op.getInputs()), inits, sizes;
  SmallVector<AffineMap> maps, initMaps, sizeMaps;
  SmallVector<unsigned> kept;
  for (OpOperand *input : op.getDpsInputOperands())
    maps.push_back(op.getMatchingIndexingMap(input));
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    bool isUnused = op.getResult(i).use_empty() &&
                    op.getMatchingBlockArgument(&init).use_empty();
    (isUnused ? sizes : inits).push_back(init.get());
    (isUnused ? sizeMaps : initMaps).push_back(map);
    if (!isUnused)
      kept.push_back(i);
  }
  if (sizes.empty() || inits.empty())
    return;
  OpBuilder builder(op);
  SmallVector<AffineMap> all =
      llvm::to_vector(llvm::concat<AffineMap>(maps, initMaps));
  bool isKnown = bool(
      mlir::inversePermutation(mlir::concatAffineMaps(all, op.getContext())));
  auto isStatic = [](Value size) {
    return cast<ShapedType>(size.getType()).hasStaticShape();
  };
  if (!isKnown && !llvm::all_of(sizes, isStatic))
    return;
  for (auto [size, map] : llvm::zip_equal(sizes, sizeMaps)) {
    auto type = cast<RankedTensorType>(size.getType());
    if (isKnown)
      continue;
    inputs.push_back(tensor::EmptyOp::create(
        builder, op.getLoc(), type.getShape(), builder.getI1Type()));
    maps.push_back(map);
  }
  llvm::append_range(maps, initMaps);
  auto fewer = linalg::GenericOp::create(
      builder, op.getLoc(), ValueRange(inits).getTypes(), inputs, inits, maps,
      op.getIteratorTypesArray());
  fewer->setDiscardableAttrs(op->getDiscardableAttrDictionary());
  fewer.getRegion().takeBody(op.getRegion());
  Block *body = fewer.getBlock();
  unsigned before = op.getNumDpsInputs(), more = inputs.size() - before;
  auto yield = cast<linalg::YieldOp>(body->getTerminator());
  SmallVector<Value> yields;
  for (unsigned i = op.getNumDpsInits(); i-- > 0;)
    if (!llvm::is_contained(kept, i))
      body->eraseArgument(before + i);
  for (unsigned n = 0; n < more; ++n)
    body->insertArgument(before + n, builder.getI1Type(), op.getLoc());
  for (auto [n, i] : llvm::enumerate(kept)) {
    yields.push_back(yield->getOperand(i));
    op.getResult(i).replaceAllUsesWith(fewer.getResult(n));
  }
  yield->setOperands(yields);
  op.erase();
}

/// A view that depends on nothing but its source.
static bool isPlainView(Operation *op) {
  return op && classify(op) == OpClass::View && op->getNumOperands() == 1;
}

/// Views of operands move before the kernel, views of results behind it.
static void hoistViews(kopt::KernelOp kernel) {
  Block *block = kernel.getBlock();
  OpBuilder outside(kernel);
  for (Operation &op : llvm::make_early_inc_range(*block)) {
    auto source = isPlainView(&op)
                      ? dyn_cast<mlir::BlockArgument>(op.getOperand(0))
                      : mlir::BlockArgument();
    if (!source)
      continue;
    Operation *view = outside.clone(op);
    view->setOperand(0, kernel.getInputs()[source.getArgNumber()]);
    Value argument = block->addArgument(op.getResult(0).getType(), op.getLoc());
    kernel.getInputsMutable().append(view->getResult(0));
    op.getResult(0).replaceAllUsesWith(argument);
    op.erase();
  }
  outside.setInsertionPointAfter(kernel);
  kopt::YieldOp yield = kernel.getYield();
  for (OpOperand &yielded : yield->getOpOperands()) {
    OpResult result = kernel->getResult(yielded.getOperandNumber());
    SmallVector<Operation *> views;
    Value value = yielded.get();
    while (isPlainView(value.getDefiningOp())) {
      views.push_back(value.getDefiningOp());
      value = views.back()->getOperand(0);
    }
    if (views.empty())
      continue;
    yielded.set(value);
    result.setType(value.getType());
    Value shown = result;
    mlir::SmallPtrSet<Operation *, 4> made;
    for (Operation *view : llvm::reverse(views)) {
      Operation *copy = outside.clone(*view);
      copy->setOperand(0, shown);
      made.insert(copy);
      shown = copy->getResult(0);
    }
    result.replaceAllUsesExcept(shown, made);
    for (Operation *view : views)
      if (view->use_empty())
        view->erase();
  }
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

static void addViewPatterns(RewritePatternSet &patterns) {
  mlir::MLIRContext *context = patterns.getContext();
  tensor::CollapseShapeOp::getCanonicalizationPatterns(patterns, context);
  tensor::ExpandShapeOp::getCanonicalizationPatterns(patterns, context);
  tensor::populateFoldTensorEmptyPatterns(patterns);
  linalg::FillOp::getCanonicalizationPatterns(patterns, context);
  patterns.add<FoldView<tensor::CollapseShapeOp>,
               FoldView<tensor::ExpandShapeOp>, FoldView<tensor::CastOp>>(
      context);
}

static void generalize(RewritePatternSet &patterns) {
  linalg::populateElementwiseToLinalgConversionPatterns(patterns);
  patterns.add<Generalize, FoldSplat>(patterns.getContext());
}

/// Loops of one iteration say nothing and would multiply where views are
/// expanded. Windows keep their form.
static void dropUnitLoops(RewritePatternSet &patterns) {
  linalg::ControlDropUnitDims control;
  control.controlFn = [](Operation *op) -> SmallVector<unsigned> {
    auto generic = dyn_cast<linalg::GenericOp>(op);
    if (!generic ||
        !llvm::all_of(generic.getIndexingMapsArray(), [](AffineMap map) {
          return map.isProjectedPermutation(/*allowZeroInResults=*/true);
        }))
      return {};
    return llvm::to_vector(llvm::seq(generic.getNumLoops()));
  };
  linalg::populateFoldUnitExtentDimsPatterns(patterns, control);
}

static void dropUnitAccesses(RewritePatternSet &patterns) {
  patterns.add<DropUnitAccess>(patterns.getContext());
  addViewPatterns(patterns);
}

static void collapseExpansions(RewritePatternSet &patterns) {
  linalg::populateFoldReshapeOpsByCollapsingPatterns(
      patterns, [](OpOperand *operand) {
        return isFoldedView(operand) &&
               isa<tensor::ExpandShapeOp>(operand->get().getDefiningOp());
      });
  patterns.add<Generalize>(patterns.getContext());
  addViewPatterns(patterns);
}

static void expandCollapses(RewritePatternSet &patterns) {
  linalg::populateFoldReshapeOpsByExpansionPatterns(
      patterns, [](OpOperand *operand) {
        return isFoldedView(operand) &&
               isa<tensor::CollapseShapeOp>(operand->get().getDefiningOp());
      });
  patterns.add<Generalize>(patterns.getContext());
  addViewPatterns(patterns);
}

static void fuse(RewritePatternSet &patterns) {
  linalg::populateElementwiseOpsFusionPatterns(patterns, isFused);
}

LogicalResult kernel::normalizeKernel(kopt::KernelOp kernel) {
  mlir::GreedyRewriteConfig config;
  // Folding would merge literals that stand for different values.
  config.enableFolding(false).enableConstantCSE(false);
  // First readers of expansions are collapsed, so that a product keeps its
  // shape; what then reads collapsed values is expanded.
  for (auto *populate : {generalize, dropUnitLoops, dropUnitAccesses,
                         collapseExpansions, expandCollapses, fuse}) {
    RewritePatternSet patterns(kernel->getContext());
    populate(patterns);
    if (failed(mlir::applyPatternsGreedily(kernel.getBody(),
                                           std::move(patterns), config)))
      return kernel.emitOpError("cannot be brought into the form of schedules");
  }
  SmallVector<linalg::GenericOp> generics;
  kernel.walk([&](linalg::GenericOp op) { generics.push_back(op); });
  for (linalg::GenericOp op : generics)
    dropUnusedResults(op);
  expandIndexMaps(kernel);
  foldLiterals(kernel);
  mergeSiblings(kernel);
  hoistViews(kernel);
  return success();
}
