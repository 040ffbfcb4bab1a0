//===- SkipMasked.cpp - Blocks whose sums nobody sees -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// select(mask, sum, other): where the mask is false for all of a block's tile,
// the sum is nobody's. A mask that compares affine functions of the coordinates
// is decided at the corners of the tile.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/SkipMasked.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Dominance.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
/// A tile of integers as an affine function of its coordinates.
struct AffineTile {
  AffineExpr expr; ///< of the tile's dimensions and the symbols
  SmallVector<Value> symbols;
};

/// A condition that is true where `value` of a tile is used.
struct Mask {
  Value condition;
  bool inverted;
};
} // namespace

static std::optional<AffineTile> affineTile(Value value, unsigned rank) {
  MLIRContext *context = value.getContext();
  DenseIntElementsAttr literal;
  if (matchPattern(value, m_Constant(&literal)) && literal.isSplat())
    return AffineTile{
        getAffineConstantExpr(literal.getSplatValue<APInt>().getSExtValue(),
                              context),
        {}};
  Operation *op = value.getDefiningOp();
  if (auto index = dyn_cast_or_null<ktile::IndexOp>(op))
    return AffineTile{index.getMap().getResult(0),
                      SmallVector<Value>(index.getSymbols())};
  if (isa_and_nonnull<arith::IndexCastOp>(op))
    return affineTile(op->getOperand(0), rank);
  if (auto view = dyn_cast_or_null<ktile::ViewOp>(op)) {
    ArrayRef<int64_t> from = view.getFrom();
    unsigned inner =
        cast<RankedTensorType>(view.getSource().getType()).getRank();
    std::optional<AffineTile> source = affineTile(view.getSource(), inner);
    if (!source)
      return std::nullopt;
    SmallVector<AffineExpr> dims(inner, getAffineConstantExpr(0, context));
    for (auto [d, s] : llvm::enumerate(from))
      if (s >= 0)
        dims[s] = getAffineDimExpr(d, context);
    source->expr = source->expr.replaceDims(dims);
    return source;
  }
  return std::nullopt;
}

/// a - b, over the symbols of both.
static AffineTile difference(const AffineTile &a, const AffineTile &b) {
  AffineTile result = a;
  unsigned before = a.symbols.size();
  llvm::append_range(result.symbols, b.symbols);
  result.expr = a.expr - b.expr.shiftSymbols(b.symbols.size(), before);
  return result;
}

/// Whether the comparison holds for some element, as a condition of the block;
/// null if that cannot be told.
static Value holdsSomewhere(OpBuilder &b, arith::CmpIOp compare,
                            bool inverted) {
  auto type = dyn_cast<RankedTensorType>(compare.getLhs().getType());
  if (!type)
    return {};
  unsigned rank = type.getRank();
  std::optional<AffineTile> left = affineTile(compare.getLhs(), rank),
                            right = affineTile(compare.getRhs(), rank);
  if (!left || !right)
    return {};
  // Everything as: some difference is at least zero.
  using Predicate = arith::CmpIPredicate;
  Predicate predicate = compare.getPredicate();
  if (inverted)
    predicate = arith::invertPredicate(predicate);
  bool isLess = predicate == Predicate::sle || predicate == Predicate::slt;
  bool isStrict = predicate == Predicate::slt || predicate == Predicate::sgt;
  if (!isLess && predicate != Predicate::sge && predicate != Predicate::sgt)
    return {};
  AffineTile distance =
      isLess ? difference(*right, *left) : difference(*left, *right);
  AffineExpr most =
      greatestOver(distance.expr, type.getShape(), distance.symbols.size());
  if (!most)
    return {};
  if (isStrict)
    most = most - 1;
  Location loc = compare.getLoc();
  Value bound = affine::AffineApplyOp::create(
      b, loc, AffineMap::get(0, distance.symbols.size(), most),
      distance.symbols);
  return arith::CmpIOp::create(b, loc, Predicate::sge, bound,
                               arith::ConstantIndexOp::create(b, loc, 0));
}

/// The same for conditions that hold together.
static Value mayHold(OpBuilder &b, const Mask &mask) {
  Operation *op = mask.condition.getDefiningOp();
  if (auto compare = dyn_cast_or_null<arith::CmpIOp>(op))
    return holdsSomewhere(b, compare, mask.inverted);
  if (!isa_and_nonnull<arith::AndIOp>(op) || mask.inverted)
    return {};
  Value left = mayHold(b, {op->getOperand(0), false}),
        right = mayHold(b, {op->getOperand(1), false});
  if (!left || !right)
    return left ? left : right;
  return arith::AndIOp::create(b, op->getLoc(), left, right);
}

/// The mask through which alone `value` is seen.
static std::optional<Mask> maskOf(Value value) {
  while (value.hasOneUse()) {
    Operation *user = *value.user_begin();
    if (auto select = dyn_cast<arith::SelectOp>(user)) {
      if (select.getCondition() == value ||
          !isa<RankedTensorType>(select.getCondition().getType()))
        return std::nullopt;
      return Mask{select.getCondition(), select.getFalseValue() == value};
    }
    if (!OpTrait::hasElementwiseMappableTraits(user) ||
        user->getNumResults() != 1)
      return std::nullopt;
    value = user->getResult(0);
  }
  return std::nullopt;
}

/// What a condition is computed from must be there before the loop.
static bool dominates(ArrayRef<Operation *> made, scf::ForOp loop) {
  DominanceInfo dominance;
  return llvm::all_of(made, [&](Operation *op) {
    return llvm::all_of(op->getOperands(), [&](Value operand) {
      return dominance.properlyDominates(operand, loop);
    });
  });
}

LogicalResult schedule::skipMasked(gpu::GPUFuncOp func) {
  unsigned skipped = 0;
  for (auto loop : llvm::make_early_inc_range(
           func.getBody().front().getOps<scf::ForOp>())) {
    bool onlyComputes = loop.getNumResults() == 1;
    loop.walk([&](Operation *op) {
      onlyComputes &= op == loop || isa<ktile::LoadOp, ktile::DotOp>(op) ||
                      isMemoryEffectFree(op);
    });
    std::optional<Mask> mask =
        onlyComputes ? maskOf(loop.getResult(0)) : std::nullopt;
    if (!mask)
      continue;
    OpBuilder b(loop);
    Operation *before = loop->getPrevNode();
    Value alive = mayHold(b, *mask);
    SmallVector<Operation *> made;
    for (Operation *op = before ? before->getNextNode()
                                : &loop->getBlock()->front();
         op != loop; op = op->getNextNode())
      made.push_back(op);
    if (!alive || !dominates(made, loop)) {
      for (Operation *op : llvm::reverse(made))
        op->erase();
      continue;
    }
    loop.setUpperBound(arith::SelectOp::create(
        b, loop.getLoc(), alive, loop.getUpperBound(), loop.getLowerBound()));
    ++skipped;
  }
  if (!skipped)
    return func.emitError("no loop computes what a mask of the coordinates may "
                          "hide from a whole block");
  return success();
}
