//===- ProductLoop.cpp - The loop over K of a tile program ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductLoop.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

//===----------------------------------------------------------------------===//
// Boxes
//===----------------------------------------------------------------------===//

/// The tile dimension that `expr` runs along with step one; none if it depends
/// on no tile dimension. False if it is anything else.
static bool runsAlong(AffineExpr expr, unsigned numDims,
                      std::optional<unsigned> &dim) {
  for (unsigned d = 0; d < numDims; ++d) {
    if (!expr.isFunctionOfDim(d))
      continue;
    MLIRContext *context = expr.getContext();
    AffineExpr step =
        simplifyAffineExpr(expr.replace(getAffineDimExpr(d, context),
                                        getAffineDimExpr(d, context) + 1) -
                               expr,
                           numDims, 8);
    if (dim || step != getAffineConstantExpr(1, context))
      return false;
    dim = d;
  }
  return true;
}

std::optional<BoxAccess> schedule::boxAccess(MemRefType memref, AffineMap map,
                                             std::string &reason) {
  BoxAccess box;
  box.along.assign(map.getNumDims(), -1);
  for (auto [i, expr] : llvm::enumerate(map.getResults())) {
    std::optional<unsigned> dim;
    if (!runsAlong(expr, map.getNumDims(), dim) ||
        (dim && box.along[*dim] >= 0)) {
      reason = "its coordinates are no offsets into a box";
      return std::nullopt;
    }
    if (dim)
      box.along[*dim] = i;
  }
  if (llvm::is_contained(box.along, -1)) {
    reason = "one of its dimensions does not run along memory";
    return std::nullopt;
  }
  auto *last = llvm::find(box.along, memref.getRank() - 1);
  if (last == box.along.end()) {
    reason = "none of its dimensions is contiguous";
    return std::nullopt;
  }
  box.contiguous = last - box.along.begin();
  // (CUDA driver API, cuTensorMapEncodeTiled: strides.)
  int64_t row = memref.getShape().back() * memref.getElementTypeBitWidth() / 8;
  if (memref.getRank() > 5 || (memref.getRank() > 1 && row % 16)) {
    reason =
        llvm::formatv("rows of {0} bytes are no multiple of 16", row).str();
    return std::nullopt;
  }
  return box;
}

//===----------------------------------------------------------------------===//
// The loop
//===----------------------------------------------------------------------===//

static bool isZero(Value value) {
  return matchPattern(value, m_AnyZeroFloat()) || matchPattern(value, m_Zero());
}

/// Whether everything that `tile` is computed from can be made again for
/// another step: nothing that the loop carries.
static bool dependsOnStepOnly(Value tile, scf::ForOp loop) {
  if (!loop)
    return true;
  SmallVector<Value> pending = {tile};
  DenseSet<Value> seen;
  while (!pending.empty()) {
    Value value = pending.pop_back_val();
    if (!seen.insert(value).second ||
        !loop.getRegion().isAncestor(value.getParentRegion()) ||
        value == loop.getInductionVar())
      continue;
    Operation *op = value.getDefiningOp();
    if (!op || op->getNumRegions() ||
        !(isMemoryEffectFree(op) || isa<ktile::LoadOp>(op)))
      return false;
    llvm::append_range(pending, op->getOperands());
  }
  return true;
}

Value schedule::cloneForStep(OpBuilder &builder, Value tile, scf::ForOp loop,
                             Value step) {
  if (!loop || !loop.getRegion().isAncestor(tile.getParentRegion()))
    return tile;
  SetVector<Operation *> slice;
  SmallVector<Value> pending = {tile};
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (!op || op->getBlock() != loop.getBody() || !slice.insert(op))
      continue;
    llvm::append_range(pending, op->getOperands());
  }
  IRMapping mapping;
  mapping.map(loop.getInductionVar(), step);
  for (Operation &op : *loop.getBody())
    if (slice.contains(&op))
      builder.clone(op, mapping);
  return mapping.lookup(tile);
}

/// The tile dimension along which memory is contiguous where the tile comes
/// from; the last one if nobody says.
static unsigned contiguousDim(Value tile) {
  SmallVector<Value> pending = {tile};
  for (size_t i = 0; i < pending.size() && i < 64; ++i) {
    Operation *op = pending[i].getDefiningOp();
    if (!op)
      continue;
    if (auto load = dyn_cast<ktile::LoadOp>(op);
        load && load.getResult().getType() == tile.getType()) {
      AccessShape shape = accessShape(
          load.getSource().getType(), load.getMap(), load.getSymbols(),
          cast<RankedTensorType>(tile.getType()).getShape());
      return shape.order.front();
    }
    if (OpTrait::hasElementwiseMappableTraits(op))
      llvm::append_range(pending, op->getOperands());
  }
  return 1;
}

static FailureOr<unsigned> addOperand(ProductLoop &found, ktile::DotOp dot,
                                      Value tile, bool isLeft) {
  for (auto [i, known] : llvm::enumerate(found.operands))
    if (known.tile == tile && known.isLeft == isLeft)
      return unsigned(i);
  ProductOperand operand{tile, isLeft, tile.getDefiningOp<ktile::LoadOp>(),
                         {},   {},     1};
  if (!isa<RankedTensorType>(tile.getType()) ||
      !dependsOnStepOnly(tile, found.loop))
    return dot.emitError("the ") << (isLeft ? "left" : "right")
                                 << " operand is no tile of this step alone";
  operand.contiguous = contiguousDim(tile);
  ktile::LoadOp load = operand.load;
  auto padding = load ? dyn_cast<FloatAttr>(load.getPadding()) : FloatAttr();
  if (!load)
    operand.reason = "it is computed, not loaded";
  else if (!padding || !padding.getValue().isZero())
    operand.reason = "it is not padded with zeros";
  else if (load.getSource().getType().getMemorySpace())
    operand.reason = "it is no global memory";
  else
    operand.box =
        boxAccess(load.getSource().getType(), load.getMap(), operand.reason);
  if (operand.box)
    operand.contiguous = operand.box->contiguous;
  found.operands.push_back(std::move(operand));
  return unsigned(found.operands.size() - 1);
}

/// The product that `value` is, times a literal, which `scale` then is.
static ktile::DotOp scaledProduct(Value value, FloatAttr &scale) {
  auto scaled = value.getDefiningOp<arith::MulFOp>();
  DenseFPElementsAttr literal;
  if (!scaled || !scaled->hasOneUse() ||
      !matchPattern(scaled.getRhs(), m_Constant(&literal)) ||
      !literal.isSplat())
    return {};
  auto dot = scaled.getLhs().getDefiningOp<ktile::DotOp>();
  if (dot && dot->hasOneUse())
    scale = FloatAttr::get(literal.getElementType(),
                           literal.getSplatValue<APFloat>());
  return dot && dot->hasOneUse() ? dot : ktile::DotOp();
}

/// Follows a chain of products back to the zeros that it begins with.
static LogicalResult collectProducts(ProductLoop &found, ktile::DotOp last) {
  // From the last to the first, each with what its sum is multiplied by.
  SmallVector<std::pair<ktile::DotOp, FloatAttr>> chain = {{last, {}}};
  while (true) {
    Value acc = chain.back().first.getAcc();
    FloatAttr scale;
    auto before = acc.getDefiningOp<ktile::DotOp>();
    if (!before)
      before = scaledProduct(acc, scale);
    if (!before)
      break;
    chain.push_back({before, scale});
  }
  if (!isZero(chain.back().first.getAcc()))
    return chain.back().first.emitError(
        "the products of a step must begin with zeros");
  found.groups.emplace_back();
  for (auto [dot, scale] : llvm::reverse(chain)) {
    if (dot != last && !dot->hasOneUse())
      return dot.emitError("a product inside of a step is used twice");
    auto a = addOperand(found, dot, dot.getA(), true);
    if (failed(a))
      return failure();
    auto b = addOperand(found, dot, dot.getB(), false);
    if (failed(b))
      return failure();
    found.groups.back().products.push_back({*a, *b});
    if (scale) {
      found.groups.back().scale = scale;
      found.groups.emplace_back();
    }
  }
  return success();
}

/// Whether `dot` is added to by another product, maybe times a literal.
static bool isContinued(ktile::DotOp dot) {
  if (!dot->hasOneUse())
    return false;
  Operation *user = *dot->user_begin();
  FloatAttr scale;
  if (user->getNumResults() == 1 && user->hasOneUse() &&
      scaledProduct(user->getResult(0), scale))
    user = *user->user_begin();
  return isa<ktile::DotOp>(user);
}

/// Rounds of a loop, in blocks where `alive` holds, if not in all.
static std::optional<int64_t> tripCount(scf::ForOp loop, Value &alive) {
  APInt lower, upper, step;
  Value bound = loop.getUpperBound();
  if (auto select = bound.getDefiningOp<arith::SelectOp>();
      select && select.getFalseValue() == loop.getLowerBound()) {
    alive = select.getCondition();
    bound = select.getTrueValue();
  }
  if (!matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) ||
      !matchPattern(bound, m_ConstantInt(&upper)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&step)) || !lower.isZero() ||
      !step.isStrictlyPositive())
    return std::nullopt;
  return llvm::divideCeil(upper.getSExtValue(), step.getSExtValue());
}

FailureOr<ProductLoop> schedule::findProductLoop(gpu::GPUFuncOp func) {
  SmallVector<ktile::DotOp> last;
  func.walk([&](ktile::DotOp dot) {
    if (!isContinued(dot))
      last.push_back(dot);
  });
  if (last.size() != 1)
    return func.emitError("expected one sum of products, found ")
           << last.size();
  ktile::DotOp dot = last.front();
  auto add = dot->hasOneUse() ? dyn_cast<arith::AddFOp>(*dot->user_begin())
                              : arith::AddFOp();
  if (!add)
    return dot.emitError("the product of a step must be added to a sum");
  Value sum = add.getLhs() == dot.getResult() ? add.getRhs() : add.getLhs();

  ProductLoop found;
  found.loop = dyn_cast<scf::ForOp>(dot->getParentOp());
  found.result = add.getResult();
  found.anchor = add;
  if (found.loop) {
    std::optional<int64_t> trips = tripCount(found.loop, found.alive);
    if (!trips || found.loop.getNumResults() != 1 ||
        sum != found.loop.getRegionIterArgs()[0] ||
        found.loop.getYieldedValues()[0] != add.getResult() ||
        !isZero(found.loop.getInitArgs()[0]))
      return found.loop.emitError(
          "the loop over K must sum from zero and do nothing else");
    found.trips = *trips;
    found.result = found.loop.getResult(0);
    found.anchor = found.loop;
  } else if (!isZero(sum)) {
    return add.emitError("the sum must begin with zeros");
  }
  if (!isa<gpu::GPUFuncOp>(found.anchor->getParentOp()))
    return found.anchor->emitError(
        "a block must compute one tile: its share is cut into several");
  auto acc = cast<RankedTensorType>(dot.getResult().getType());
  if (!acc.getElementType().isF32())
    return dot.emitError("wgmma sums in f32, found sums of ")
           << acc.getElementType();
  found.m = acc.getDimSize(0);
  found.n = acc.getDimSize(1);
  found.k = cast<ShapedType>(dot.getA().getType()).getShape().back();
  if (failed(collectProducts(found, dot)))
    return failure();
  return found;
}
