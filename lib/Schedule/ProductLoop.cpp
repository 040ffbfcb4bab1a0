//===- ProductLoop.cpp - The loop over K of a tile program ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductLoop.h"
#include "mlir/IR/Matchers.h"
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

static FailureOr<unsigned> addOperand(ProductLoop &found, ktile::DotOp dot,
                                      Value tile, bool isLeft) {
  auto load = tile.getDefiningOp<ktile::LoadOp>();
  StringRef side = isLeft ? "left" : "right";
  if (!load)
    return dot.emitError("the ")
           << side << " operand is computed, not loaded: only what comes "
           << "straight from memory can be pipelined";
  for (auto [i, known] : llvm::enumerate(found.operands))
    if (known.load == load && known.isLeft == isLeft)
      return unsigned(i);
  auto padding = dyn_cast<FloatAttr>(load.getPadding());
  if (!padding || !padding.getValue().isZero())
    return load.emitError("the ")
           << side << " operand pads with " << load.getPadding()
           << ", the tensor memory accelerator with zero";
  if (load.getSource().getType().getMemorySpace())
    return load.emitError("the ") << side << " operand is no global memory";
  std::string reason;
  std::optional<BoxAccess> box =
      boxAccess(load.getSource().getType(), load.getMap(), reason);
  if (!box)
    return load.emitError("the tensor memory accelerator cannot load the ")
           << side << " operand: " << reason;
  found.operands.push_back({load, *box, isLeft});
  return unsigned(found.operands.size() - 1);
}

/// Follows a chain of products back to the zeros that it begins with.
static LogicalResult collectProducts(ProductLoop &found, ktile::DotOp last) {
  SmallVector<ktile::DotOp> chain = {last};
  while (auto before = chain.back().getAcc().getDefiningOp<ktile::DotOp>())
    chain.push_back(before);
  if (!isZero(chain.back().getAcc()))
    return chain.back().emitError(
        "the products of a step must begin with zeros");
  for (ktile::DotOp dot : llvm::reverse(chain)) {
    if (dot != last && !dot->hasOneUse())
      return dot.emitError("a product inside of a step is used twice");
    auto a = addOperand(found, dot, dot.getA(), true);
    if (failed(a))
      return failure();
    auto b = addOperand(found, dot, dot.getB(), false);
    if (failed(b))
      return failure();
    found.products.push_back({*a, *b});
  }
  return success();
}

static std::optional<int64_t> tripCount(scf::ForOp loop) {
  APInt lower, upper, step;
  if (!matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) ||
      !matchPattern(loop.getUpperBound(), m_ConstantInt(&upper)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&step)) || !lower.isZero() ||
      !step.isStrictlyPositive())
    return std::nullopt;
  return llvm::divideCeil(upper.getSExtValue(), step.getSExtValue());
}

FailureOr<ProductLoop> schedule::findProductLoop(gpu::GPUFuncOp func) {
  SmallVector<ktile::DotOp> last;
  func.walk([&](ktile::DotOp dot) {
    if (!dot->hasOneUse() || !isa<ktile::DotOp>(*dot->user_begin()))
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
    std::optional<int64_t> trips = tripCount(found.loop);
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
  found.m = acc.getDimSize(0);
  found.n = acc.getDimSize(1);
  found.k = cast<ShapedType>(dot.getA().getType()).getShape().back();
  if (failed(collectProducts(found, dot)))
    return failure();
  return found;
}
