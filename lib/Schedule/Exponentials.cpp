//===- Exponentials.cpp - Exponentials of base two --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// exp(x) = exp2(x * log2(e)), and devices know exp2. The factor moves towards
// where it costs least: into a literal that x is multiplied by anyway, or to a
// row's number before it is repeated along the row. Literals say what they
// stand for, so that the exact algebra sees the same function.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "kernel-opt/Schedule/Stage.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
/// A literal and the number that it stands for.
struct Literal {
  std::string text;
  double value;
};

class Rebaser {
public:
  /// `value` times log2(e).
  Value rebase(Value value);

private:
  Value make(Value value);
  Value difference(OpBuilder &builder, Value left, Value right, Location loc);
  Value unscaled(Value value, Value factor);
  Value negated(Value value);
  Value constant(OpBuilder &builder, Type type, const Literal &literal,
                 Location loc);

  DenseMap<Value, Value> known, negative;
};
} // namespace

static OpBuilder after(Value value) {
  OpBuilder builder(value.getContext());
  builder.setInsertionPointAfterValue(value);
  return builder;
}

/// What a constant tile stands for, times log2(e); nothing if it does not say.
static std::optional<Literal> rebasedLiteral(Value value) {
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  auto provenance =
      constant ? constant->getAttrOfType<kopt::ConstAttr>(kopt::kConstAttrName)
               : kopt::ConstAttr();
  if (!provenance)
    return std::nullopt;
  std::string text = ("(" + provenance.getExpression() + ")*log2e").str();
  std::string error;
  FailureOr<kopt::Expression> parsed = kopt::Expression::parse(text, error);
  if (failed(parsed))
    return std::nullopt;
  kopt::Term term = parsed->evaluate(
      {[](StringRef name) { return kopt::lookupConstant(name); },
       [](StringRef, StringRef, ArrayRef<kopt::Term>) {
         return kopt::Term();
       }});
  if (!term.isNumber())
    return std::nullopt;
  return Literal{text, term.number()};
}

Value Rebaser::constant(OpBuilder &builder, Type type, const Literal &literal,
                        Location loc) {
  auto tile = cast<RankedTensorType>(type);
  auto splat = DenseElementsAttr::get(
      tile,
      Attribute(builder.getFloatAttr(tile.getElementType(), literal.value)));
  auto op = arith::ConstantOp::create(builder, loc, splat);
  op->setAttr(kopt::kConstAttrName,
              kopt::ConstAttr::get(builder.getContext(), literal.text));
  return op;
}

/// The splat number of a constant tile; null for other values.
static Attribute splatOf(Value value) {
  DenseElementsAttr dense;
  return matchPattern(value, m_Constant(&dense)) && dense.isSplat()
             ? dense.getSplatValue<Attribute>()
             : Attribute();
}

/// Whether every element is 0 or an infinity, which no positive factor changes.
static bool isUnchanged(Value value) {
  DenseElementsAttr dense;
  if (!matchPattern(value, m_Constant(&dense)) || !dense.isSplat() ||
      !isa<FloatType>(dense.getElementType()))
    return false;
  APFloat number = dense.getSplatValue<APFloat>();
  return number.isZero() || number.isInfinity();
}

/// Whether every element is -infinity.
static bool isLowest(Value value) {
  DenseElementsAttr dense;
  if (!matchPattern(value, m_Constant(&dense)) || !dense.isSplat() ||
      !isa<FloatType>(dense.getElementType()))
    return false;
  APFloat number = dense.getSplatValue<APFloat>();
  return number.isInfinity() && number.isNegative();
}

Value Rebaser::negated(Value value) {
  Value &result = negative[value];
  if (result)
    return result;
  OpBuilder builder = after(value);
  Value made;
  if (auto view = value.getDefiningOp<ktile::ViewOp>())
    made = ktile::ViewOp::create(builder, view.getLoc(), view.getType(),
                                 negated(view.getSource()), view.getFrom());
  else
    made = arith::NegFOp::create(builder, value.getLoc(), value);
  return negative[value] = made;
}

/// x where `value` repeats x * c, c being the number that `factor` repeats, or
/// what c does not change; null for other values.
Value Rebaser::unscaled(Value value, Value factor) {
  if (isUnchanged(value))
    return value;
  if (auto view = value.getDefiningOp<ktile::ViewOp>()) {
    Value source = unscaled(view.getSource(), factor);
    if (!source)
      return {};
    OpBuilder builder = after(value);
    return ktile::ViewOp::create(builder, view.getLoc(), view.getType(), source,
                                 view.getFrom());
  }
  if (auto select = value.getDefiningOp<arith::SelectOp>()) {
    Value yes = unscaled(select.getTrueValue(), factor);
    Value no = unscaled(select.getFalseValue(), factor);
    if (!yes || !no)
      return {};
    OpBuilder builder = after(value);
    return arith::SelectOp::create(builder, select.getLoc(),
                                   select.getCondition(), yes, no);
  }
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (!product || splatOf(product.getRhs()) != splatOf(factor))
    return {};
  return product.getLhs();
}

Value Rebaser::difference(OpBuilder &builder, Value left, Value right,
                          Location loc) {
  auto product = rebase(left).getDefiningOp<arith::MulFOp>();
  bool scaled = product && splatOf(product.getRhs());
  // Of multiples of one number the difference comes first: it is exactly zero
  // where they are equal (a row's maximum, whose weight is one).
  if (Value single =
          scaled ? unscaled(rebase(right), product.getRhs()) : Value())
    return arith::MulFOp::create(
        builder, loc,
        arith::SubFOp::create(builder, loc, product.getLhs(), single),
        product.getRhs());
  // One rounding where a product is subtracted from.
  if (scaled)
    return math::FmaOp::create(builder, loc, product.getLhs(), product.getRhs(),
                               negated(rebase(right)));
  return arith::SubFOp::create(builder, loc, rebase(left), rebase(right));
}

Value Rebaser::make(Value value) {
  Location loc = value.getLoc();
  Operation *op = value.getDefiningOp();
  if (isUnchanged(value))
    return value;
  if (auto view = dyn_cast_or_null<ktile::ViewOp>(op)) {
    Value source = rebase(view.getSource());
    OpBuilder builder = after(value);
    return ktile::ViewOp::create(builder, loc, view.getType(), source,
                                 view.getFrom());
  }
  if (isa_and_nonnull<arith::SubFOp>(op)) {
    rebase(op->getOperand(0));
    negated(rebase(op->getOperand(1)));
    OpBuilder builder = after(value);
    return difference(builder, op->getOperand(0), op->getOperand(1), loc);
  }
  if (auto select = dyn_cast_or_null<arith::SelectOp>(op);
      select && (isUnchanged(select.getTrueValue()) ||
                 isUnchanged(select.getFalseValue()))) {
    Value yes = rebase(select.getTrueValue()),
          no = rebase(select.getFalseValue());
    OpBuilder builder = after(value);
    return arith::SelectOp::create(builder, loc, select.getCondition(), yes,
                                   no);
  }
  OpBuilder builder = after(value);
  if (isa_and_nonnull<arith::MulFOp>(op))
    for (unsigned side : {0, 1})
      if (auto literal = rebasedLiteral(op->getOperand(side)))
        return arith::MulFOp::create(
            builder, loc, op->getOperand(1 - side),
            constant(builder, value.getType(), *literal, loc));
  Literal factor = {"log2e", 1.4426950408889634};
  return arith::MulFOp::create(builder, loc, value,
                               constant(builder, value.getType(), factor, loc));
}

Value Rebaser::rebase(Value value) {
  if (Value made = known.lookup(value))
    return made;
  return known[value] = make(value);
}

/// Whether nobody sees results below 2^-126: weights that are rounded to f16,
/// whose least number is 2^-24, or summed along rows, whose sums reach one.
static bool ignoresSubnormals(Value weights) {
  return llvm::all_of(weights.getUsers(), [](Operation *user) {
    if (auto select = dyn_cast<arith::SelectOp>(user))
      return ignoresSubnormals(select.getResult());
    if (auto dot = dyn_cast<ktile::DotOp>(user))
      return dot.getAWeights() &&
             getElementTypeOrSelf(dot.getB().getType()).isF16();
    if (auto reduce = dyn_cast<ktile::ReduceOp>(user))
      return isa<arith::AddFOp>(reduce.getCombiner().front().front());
    return isa<arith::TruncFOp>(user) &&
           getElementTypeOrSelf(user->getResult(0).getType()).isF16();
  });
}

/// The tile x of x * c, and c, a positive number; nothing if `value` is no such
/// product.
static std::optional<std::pair<Value, arith::ConstantOp>>
positiveMultiple(Value value) {
  auto product = value.getDefiningOp<arith::MulFOp>();
  if (!product)
    return std::nullopt;
  for (unsigned side : {0, 1}) {
    auto factor =
        product->getOperand(1 - side).getDefiningOp<arith::ConstantOp>();
    DenseElementsAttr dense;
    if (!factor || !matchPattern(factor.getResult(), m_Constant(&dense)) ||
        !dense.isSplat() || !isa<FloatType>(dense.getElementType()))
      continue;
    APFloat number = dense.getSplatValue<APFloat>();
    if (number.isFiniteNonZero() && !number.isNegative())
      return std::pair(product->getOperand(side), factor);
  }
  return std::nullopt;
}

/// Where a mask leaves a multiple or -infinity, it leaves that multiple of what
/// is left of the factor: all that follows shares one choice.
static void multiplySelections(gpu::GPUFuncOp func) {
  func.walk([](arith::SelectOp select) {
    if (!isLowest(select.getFalseValue()))
      return;
    auto multiple = positiveMultiple(select.getTrueValue());
    if (!multiple)
      return;
    auto [single, factor] = *multiple;
    OpBuilder builder(select);
    Value left =
        arith::SelectOp::create(builder, select.getLoc(), select.getCondition(),
                                single, select.getFalseValue());
    Value product =
        arith::MulFOp::create(builder, select.getLoc(), left, factor);
    select.replaceAllUsesWith(product);
    select.erase();
  });
}

/// Puts `value` times the number that `factor` repeats in its place, but not in
/// `except`.
static void multiplyUses(OpBuilder &builder, Value value,
                         arith::ConstantOp factor,
                         ArrayRef<Operation *> except) {
  auto type = cast<RankedTensorType>(value.getType());
  auto each = arith::ConstantOp::create(
      builder, value.getLoc(),
      DenseElementsAttr::get(type, splatOf(factor.getResult())));
  each->setDiscardableAttrs(factor->getDiscardableAttrDictionary());
  auto product = arith::MulFOp::create(builder, value.getLoc(), value, each);
  SmallPtrSet<Operation *, 2> kept(except.begin(), except.end());
  kept.insert(product);
  value.replaceAllUsesExcept(product, kept);
}

/// The maximum of positive multiples is that multiple of the maximum, exactly,
/// since rounding keeps the order: one product for each row.
static void multiplyMaxima(gpu::GPUFuncOp func) {
  SmallVector<ktile::ReduceOp> reductions;
  func.walk([&](ktile::ReduceOp reduce) { reductions.push_back(reduce); });
  for (ktile::ReduceOp reduce : reductions) {
    Block &body = reduce.getCombiner().front();
    if (reduce.getOperands().size() != 1 || !llvm::hasNItems(body, 2) ||
        !isa<arith::MaximumFOp, arith::MaxNumFOp>(body.front()))
      continue;
    auto multiple = positiveMultiple(reduce.getOperands()[0]);
    if (!multiple)
      continue;
    auto [single, factor] = *multiple;
    OpBuilder builder(reduce);
    reduce.getOperandsMutable().assign(single);
    builder.setInsertionPointAfter(reduce);
    Value result = reduce.getResults()[0];
    multiplyUses(builder, result, factor, {});
  }
}

/// What `value` is that multiple of; null if it is none.
static Value singleOf(Value value, arith::ConstantOp factor) {
  if (isUnchanged(value))
    return value;
  auto multiple = positiveMultiple(value);
  bool same = multiple && splatOf(multiple->second.getResult()) ==
                              splatOf(factor.getResult());
  return same ? multiple->first : Value();
}

/// A maximum that a loop carries, of multiples of one number, is carried
/// without that number: elements and their maximum are then multiplied by the
/// same literal, or subtracted before.
static void multiplyCarriedMaxima(gpu::GPUFuncOp func) {
  SmallVector<scf::ForOp> loops;
  func.walk([&](scf::ForOp loop) { loops.push_back(loop); });
  for (scf::ForOp loop : loops)
    for (auto [i, carried] : llvm::enumerate(loop.getRegionIterArgs())) {
      OpOperand &yielded =
          loop.getBody()->getTerminator()->getOpOperand(unsigned(i));
      Operation *maximum = yielded.get().getDefiningOp();
      if (!isa_and_nonnull<arith::MaximumFOp, arith::MaxNumFOp>(maximum))
        continue;
      unsigned side = maximum->getOperand(0) == carried ? 1 : 0;
      auto multiple = positiveMultiple(maximum->getOperand(side));
      if (!multiple || maximum->getOperand(1 - side) != carried)
        continue;
      auto [single, factor] = *multiple;
      Value init = singleOf(loop.getInitArgs()[i], factor);
      if (!init)
        continue;
      loop.getInitArgsMutable()[unsigned(i)].set(init);
      maximum->setOperand(side, single);
      OpBuilder builder = after(maximum->getResult(0));
      multiplyUses(builder, maximum->getResult(0), factor,
                   {yielded.getOwner()});
      builder.setInsertionPointToStart(loop.getBody());
      multiplyUses(builder, carried, factor, {maximum});
      builder.setInsertionPointAfter(loop);
      multiplyUses(builder, loop.getResult(unsigned(i)), factor, {});
    }
}

/// A positive multiple is infinite where what it is a multiple of is: nothing
/// is multiplied for a comparison alone, least of all in front of products.
static void compareSingles(gpu::GPUFuncOp func) {
  func.walk([](arith::CmpFOp compare) {
    auto multiple = positiveMultiple(compare.getLhs());
    if (multiple && compare.getPredicate() == arith::CmpFPredicate::OEQ &&
        isLowest(compare.getRhs()))
      compare.getLhsMutable().assign(multiple->first);
  });
}

/// Maxima of a first step, which begins with -infinity.
static void dropLowest(gpu::GPUFuncOp func) {
  func.walk([](arith::MaximumFOp maximum) {
    for (unsigned side : {0, 1})
      if (isLowest(maximum->getOperand(side))) {
        maximum.replaceAllUsesWith(maximum->getOperand(1 - side));
        maximum.erase();
        return;
      }
  });
}

/// Quotients by the ones that stand for sums not known yet.
static void dropDivisionsByOne(gpu::GPUFuncOp func) {
  func.walk([](arith::DivFOp quotient) {
    if (!matchPattern(quotient.getRhs(), m_OneFloat()))
      return;
    quotient.replaceAllUsesWith(quotient.getLhs());
    quotient.erase();
  });
}

unsigned schedule::rebaseExponentials(gpu::GPUFuncOp func) {
  dropDivisionsByOne(func);
  dropLowest(func);
  multiplySelections(func);
  multiplyMaxima(func);
  multiplyCarriedMaxima(func);
  compareSingles(func);
  SmallVector<math::ExpOp> exponentials;
  func.walk([&](math::ExpOp op) {
    auto tile = dyn_cast<RankedTensorType>(op.getType());
    if (tile && tile.getElementType().isF32())
      exponentials.push_back(op);
  });
  Rebaser rebaser;
  for (math::ExpOp op : exponentials) {
    Value exponent = rebaser.rebase(op.getOperand());
    OpBuilder builder(op);
    auto power = math::Exp2Op::create(builder, op.getLoc(), exponent);
    if (op->hasAttr(kRowWeightsAttrName) && ignoresSubnormals(op))
      power->setAttr(kgpu::kFlushAttrName, builder.getUnitAttr());
    op.replaceAllUsesWith(power.getResult());
    op.erase();
  }
  // What only the exponentials needed.
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : llvm::reverse(ops))
    if (isOpTriviallyDead(op))
      op->erase();
  return exponentials.size();
}
