//===- PeelMasks.cpp - Steps in which no mask is needed ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A mask that compares coordinates holds for whole tiles up to some step: below
// a diagonal, before the end of what is there. Steps up to the first in which
// it may not hold become a loop of their own, without the mask.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
/// A tile of truth values, all of which are true where none of `least` is
/// negative: expressions of the loop's variable and `symbols`.
struct Mask {
  Operation *op;
  SmallVector<AffineExpr> least;
};

class Peeler {
public:
  explicit Peeler(scf::ForOp loop) : loop(loop), context(loop.getContext()) {}
  bool run();

private:
  /// The value of each element of an index tile, over `dims` and symbols.
  AffineExpr coordinate(Value tile, ArrayRef<AffineExpr> dims);
  AffineExpr symbol(Value value);
  /// The mask holds only where `expr` is not negative; false if its least value
  /// over the tile is not known.
  bool addLeast(Mask &mask, AffineExpr expr, ArrayRef<int64_t> shape);
  bool addBounds(Mask &mask, ktile::InBoundsOp op, ArrayRef<AffineExpr> dims,
                 ArrayRef<int64_t> shape);
  bool addComparison(Mask &mask, arith::CmpIOp op, ArrayRef<AffineExpr> dims,
                     ArrayRef<int64_t> shape);
  void findMask(Operation &op);
  /// The masks that hold from the first step on, with the ends of their steps.
  void findEnds(SmallVectorImpl<Operation *> &dropped,
                SmallVectorImpl<AffineExpr> &ends);
  /// The first value of the loop's variable at which `expr`, of slope
  /// `-slope`, is negative.
  AffineExpr end(AffineExpr expr, int64_t slope);

  scf::ForOp loop;
  MLIRContext *context;
  SmallVector<Value> symbols; ///< the loop's variable is not among them
  SmallVector<Mask> masks;
  static constexpr unsigned variable = 0; ///< its dimension in `least`
};
} // namespace

AffineExpr Peeler::symbol(Value value) {
  if (value == loop.getInductionVar())
    return getAffineDimExpr(variable, context);
  if (!loop.isDefinedOutsideOfLoop(value))
    return {};
  auto *found = llvm::find(symbols, value);
  if (found == symbols.end()) {
    symbols.push_back(value);
    found = &symbols.back();
  }
  return getAffineSymbolExpr(found - symbols.begin(), context);
}

AffineExpr Peeler::coordinate(Value tile, ArrayRef<AffineExpr> dims) {
  if (auto view = tile.getDefiningOp<ktile::ViewOp>()) {
    SmallVector<AffineExpr> inside(
        cast<RankedTensorType>(view.getSource().getType()).getRank());
    for (auto [d, from] : llvm::enumerate(view.getFrom()))
      if (from >= 0)
        inside[from] = dims[d];
    return coordinate(view.getSource(), inside);
  }
  DenseElementsAttr constant;
  if (matchPattern(tile, m_Constant(&constant)) && constant.isSplat())
    return getAffineConstantExpr(constant.getSplatValue<APInt>().getSExtValue(),
                                 context);
  auto index = tile.getDefiningOp<ktile::IndexOp>();
  if (!index)
    return {};
  SmallVector<AffineExpr> values;
  for (Value value : index.getSymbols())
    values.push_back(symbol(value));
  if (llvm::is_contained(values, AffineExpr()))
    return {};
  return index.getMap().getResult(0).replaceDimsAndSymbols(dims, values);
}

bool Peeler::addLeast(Mask &mask, AffineExpr expr, ArrayRef<int64_t> shape) {
  unsigned rank = shape.size();
  for (auto [d, extent] : llvm::enumerate(shape)) {
    AffineExpr dim = getAffineDimExpr(d + 1, context);
    auto slope = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
        expr.replace(dim, dim + 1) - expr, rank + 1, symbols.size()));
    if (!slope)
      return false;
    expr = expr.replace(
        dim,
        getAffineConstantExpr(slope.getValue() < 0 ? extent - 1 : 0, context));
  }
  mask.least.push_back(simplifyAffineExpr(expr, rank + 1, symbols.size()));
  return true;
}

bool Peeler::addBounds(Mask &mask, ktile::InBoundsOp op,
                       ArrayRef<AffineExpr> dims, ArrayRef<int64_t> shape) {
  SmallVector<AffineExpr> values;
  for (Value value : op.getSymbols())
    values.push_back(symbol(value));
  if (llvm::is_contained(values, AffineExpr()))
    return false;
  for (auto [expr, bound] :
       llvm::zip(op.getMap().getResults(), op.getBounds())) {
    AffineExpr place = expr.replaceDimsAndSymbols(dims, values);
    if (!addLeast(mask, place, shape) ||
        !addLeast(mask, bound - 1 - place, shape))
      return false;
  }
  return true;
}

bool Peeler::addComparison(Mask &mask, arith::CmpIOp op,
                           ArrayRef<AffineExpr> dims, ArrayRef<int64_t> shape) {
  AffineExpr left = coordinate(op.getLhs(), dims),
             right = coordinate(op.getRhs(), dims);
  if (!left || !right)
    return false;
  using Predicate = arith::CmpIPredicate;
  Predicate predicate = op.getPredicate();
  // Unsigned ones are signed ones where neither side is negative.
  if (llvm::is_contained(
          {Predicate::ule, Predicate::ult, Predicate::uge, Predicate::ugt},
          predicate))
    for (AffineExpr side : {left, right})
      if (!addLeast(mask, side, shape))
        return false;
  switch (predicate) {
  case Predicate::ule:
  case Predicate::sle:
    return addLeast(mask, right - left, shape);
  case Predicate::ult:
  case Predicate::slt:
    return addLeast(mask, right - left - 1, shape);
  case Predicate::uge:
  case Predicate::sge:
    return addLeast(mask, left - right, shape);
  case Predicate::ugt:
  case Predicate::sgt:
    return addLeast(mask, left - right - 1, shape);
  default:
    return false;
  }
}

void Peeler::findMask(Operation &op) {
  auto type = op.getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op.getResult(0).getType())
                  : RankedTensorType();
  if (!type)
    return;
  // Dimensions of the tile follow the loop's variable.
  SmallVector<AffineExpr> dims;
  for (unsigned d = 0; d < type.getRank(); ++d)
    dims.push_back(getAffineDimExpr(d + 1, context));
  Mask mask{&op, {}};
  bool found = false;
  if (auto inside = dyn_cast<ktile::InBoundsOp>(op))
    found = addBounds(mask, inside, dims, type.getShape());
  else if (auto compare = dyn_cast<arith::CmpIOp>(op))
    found = addComparison(mask, compare, dims, type.getShape());
  if (found)
    masks.push_back(mask);
}

AffineExpr Peeler::end(AffineExpr expr, int64_t slope) {
  AffineExpr start = expr.replace(getAffineDimExpr(variable, context),
                                  getAffineConstantExpr(0, context));
  return simplifyAffineExpr(start.floorDiv(slope) + 1, 0, symbols.size());
}

/// Whether `expr`, which is free of the loop's variable, is never negative.
static bool isNeverNegative(AffineExpr expr, ValueRange symbols) {
  return rangeOf(expr, {}, symbols).low >= 0;
}

/// `condition` is true: what is chosen by it, and what it is joined to.
static void assumeTrue(Value condition) {
  for (OpOperand &use : llvm::make_early_inc_range(condition.getUses())) {
    Operation *user = use.getOwner();
    if (auto select = dyn_cast<arith::SelectOp>(user);
        select && use.getOperandNumber() == 0)
      select.replaceAllUsesWith(select.getTrueValue());
    else if (isa<arith::AndIOp>(user))
      user->getResult(0).replaceAllUsesWith(
          user->getOperand(1 - use.getOperandNumber()));
    else if (isa<arith::OrIOp, ktile::ViewOp>(user))
      assumeTrue(user->getResult(0));
  }
}

void Peeler::findEnds(SmallVectorImpl<Operation *> &dropped,
                      SmallVectorImpl<AffineExpr> &ends) {
  AffineExpr at = getAffineDimExpr(variable, context);
  AffineExpr first = getAffineSymbolExpr(symbols.size(), context);
  SmallVector<Value> all(symbols);
  all.push_back(loop.getLowerBound());
  for (Mask &mask : masks) {
    SmallVector<AffineExpr> own;
    bool fits = true;
    for (AffineExpr expr : mask.least) {
      auto slope = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
          expr.replace(at, at + 1) - expr, 1, symbols.size()));
      if (slope && slope.getValue() < 0)
        own.push_back(end(expr, -slope.getValue()));
      else // What grows is least at the first step.
        fits &= slope && isNeverNegative(expr.replace(at, first), all);
    }
    if (!fits || own.empty())
      continue;
    dropped.push_back(mask.op);
    for (AffineExpr expr : own)
      if (!llvm::is_contained(ends, expr))
        ends.push_back(expr);
  }
}

bool Peeler::run() {
  APInt step;
  if (!matchPattern(loop.getStep(), m_ConstantInt(&step)))
    return false;
  for (Operation &op : loop.getBody()->without_terminator())
    findMask(op);
  SmallVector<Operation *> dropped;
  SmallVector<AffineExpr> ends;
  findEnds(dropped, ends);
  if (dropped.empty())
    return false;

  OpBuilder b(loop);
  Location loc = loop.getLoc();
  Value upper = loop.getUpperBound(), lower = loop.getLowerBound();
  Value bound;
  for (AffineExpr expr : ends) {
    Value next = affine::AffineApplyOp::create(
        b, loc, AffineMap::get(0, symbols.size(), expr), symbols);
    bound =
        bound ? arith::MinSIOp::create(b, loc, bound, next).getResult() : next;
  }
  // The first step that is left: at `lower` and a multiple of the step.
  AffineExpr from = getAffineSymbolExpr(0, context),
             to = getAffineSymbolExpr(1, context);
  int64_t by = step.getSExtValue();
  Value rest = affine::AffineApplyOp::create(
      b, loc, AffineMap::get(0, 2, (to - from).ceilDiv(by) * by + from),
      ValueRange{lower, arith::MaxSIOp::create(b, loc, bound, lower)});
  Value whole = arith::MinSIOp::create(b, loc, bound, upper);
  IRMapping mapping;
  auto first = cast<scf::ForOp>(b.clone(*loop, mapping));
  first.getUpperBoundMutable().assign(whole);
  for (Operation *op : dropped)
    assumeTrue(mapping.lookup(op->getResult(0)));
  loop.getLowerBoundMutable().assign(rest);
  loop.getInitArgsMutable().assign(first.getResults());
  return true;
}

unsigned schedule::peelMasks(gpu::GPUFuncOp func) {
  SmallVector<scf::ForOp> loops;
  func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
  unsigned count = 0;
  for (scf::ForOp loop : loops)
    count += Peeler(loop).run();
  // What only the masks needed.
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
  return count;
}
