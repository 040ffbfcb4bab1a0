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

Value Rebaser::difference(OpBuilder &builder, Value left, Value right,
                          Location loc) {
  // One rounding where a product is subtracted from.
  auto product = rebase(left).getDefiningOp<arith::MulFOp>();
  if (product && product.getRhs().getDefiningOp<arith::ConstantOp>())
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
    Location loc = reduce.getLoc();
    OpBuilder builder(reduce);
    reduce.getOperandsMutable().assign(single);
    builder.setInsertionPointAfter(reduce);
    Value result = reduce.getResults()[0];
    auto type = cast<RankedTensorType>(result.getType());
    auto dense = cast<DenseElementsAttr>(factor.getValue());
    auto each = arith::ConstantOp::create(
        builder, loc,
        DenseElementsAttr::get(type, dense.getSplatValue<Attribute>()));
    each->setDiscardableAttrs(factor->getDiscardableAttrDictionary());
    auto product = arith::MulFOp::create(builder, loc, result, each);
    result.replaceAllUsesExcept(product, product);
  }
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
  multiplySelections(func);
  multiplyMaxima(func);
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
