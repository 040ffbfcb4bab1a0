//===- Ranges.cpp - Bounds and divisors of index values ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include <numeric>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

// Wide enough for every real address, small enough that products of a few of
// them do not wrap around in 128 bits.
static constexpr int64_t limit = int64_t(1) << 62;
static const IndexRange unknown = {-limit, limit};

static int64_t clampWide(__int128 value) {
  return value > limit ? limit : value < -limit ? -limit : int64_t(value);
}

static std::optional<int64_t> constantOf(Value value) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.getSExtValue();
  return std::nullopt;
}

namespace {
/// One summand: factor times expr.
struct Summand {
  int64_t factor;
  AffineExpr expr;
};
} // namespace

static void addSummands(AffineExpr expr, int64_t factor,
                        SmallVectorImpl<Summand> &summands) {
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (binary && expr.getKind() == AffineExprKind::Add) {
    addSummands(binary.getLHS(), factor, summands);
    addSummands(binary.getRHS(), factor, summands);
    return;
  }
  auto by = binary ? dyn_cast<AffineConstantExpr>(binary.getRHS())
                   : AffineConstantExpr();
  if (by && expr.getKind() == AffineExprKind::Mul)
    return addSummands(binary.getLHS(), factor * by.getValue(), summands);
  summands.push_back({factor, expr});
}

/// Remainders, which simplification spells out: of a * x - (a * b) * (x
/// floordiv b), the part a * (x mod b) is taken out and its range given.
static std::optional<IndexRange>
takeRemainder(SmallVectorImpl<Summand> &summands) {
  for (Summand &quotient : summands) {
    auto binary = dyn_cast<AffineBinaryOpExpr>(quotient.expr);
    auto by = binary && binary.getKind() == AffineExprKind::FloorDiv
                  ? dyn_cast<AffineConstantExpr>(binary.getRHS())
                  : AffineConstantExpr();
    if (!by || by.getValue() <= 0)
      continue;
    for (Summand &whole : summands) {
      int64_t a = whole.factor, b = by.getValue();
      if (whole.expr != binary.getLHS() || quotient.factor != -a * b)
        continue;
      AffineExpr first = whole.expr, second = quotient.expr;
      llvm::erase_if(summands, [&](const Summand &s) {
        return (s.expr == first && s.factor == a) ||
               (s.expr == second && s.factor == -a * b);
      });
      int64_t most = a * (b - 1);
      return IndexRange{std::min<int64_t>(most, 0), std::max<int64_t>(most, 0)};
    }
  }
  return std::nullopt;
}

static IndexRange rangeOfExpr(AffineExpr expr,
                              function_ref<IndexRange(AffineExpr)> rangeOfLeaf);

/// The range of a sum in which remainders are spelled out; none if there are
/// none.
static std::optional<IndexRange>
rangeWithRemainders(AffineExpr expr,
                    function_ref<IndexRange(AffineExpr)> rangeOfLeaf) {
  SmallVector<Summand> summands;
  addSummands(expr, 1, summands);
  IndexRange sum = {0, 0};
  auto add = [&](IndexRange range, int64_t factor) {
    __int128 low = __int128(range.low) * factor,
             high = __int128(range.high) * factor;
    if (factor < 0)
      std::swap(low, high);
    sum = {clampWide(sum.low + low), clampWide(sum.high + high)};
  };
  bool found = false;
  while (std::optional<IndexRange> range = takeRemainder(summands)) {
    add(*range, 1);
    found = true;
  }
  if (!found)
    return std::nullopt;
  for (const Summand &summand : summands)
    add(rangeOfExpr(summand.expr, rangeOfLeaf), summand.factor);
  return sum;
}

static IndexRange
rangeOfExpr(AffineExpr expr, function_ref<IndexRange(AffineExpr)> rangeOfLeaf) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return {constant.getValue(), constant.getValue()};
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return rangeOfLeaf(expr);
  if (expr.getKind() == AffineExprKind::Add)
    if (auto range = rangeWithRemainders(expr, rangeOfLeaf))
      return *range;
  IndexRange l = rangeOfExpr(binary.getLHS(), rangeOfLeaf);
  IndexRange r = rangeOfExpr(binary.getRHS(), rangeOfLeaf);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return {clampWide(__int128(l.low) + r.low),
            clampWide(__int128(l.high) + r.high)};
  case AffineExprKind::Mul: {
    std::array<__int128, 4> corners = {
        __int128(l.low) * r.low, __int128(l.low) * r.high,
        __int128(l.high) * r.low, __int128(l.high) * r.high};
    auto [low, high] = std::minmax_element(corners.begin(), corners.end());
    return {clampWide(*low), clampWide(*high)};
  }
  case AffineExprKind::FloorDiv:
    if (r.low != r.high || r.low <= 0)
      return unknown;
    return {llvm::divideFloorSigned(l.low, r.low),
            llvm::divideFloorSigned(l.high, r.low)};
  case AffineExprKind::CeilDiv:
    if (r.low != r.high || r.low <= 0)
      return unknown;
    return {llvm::divideCeilSigned(l.low, r.low),
            llvm::divideCeilSigned(l.high, r.low)};
  case AffineExprKind::Mod:
    if (r.low != r.high || r.low <= 0)
      return unknown;
    if (l.low >= 0 && l.high < r.low)
      return l;
    return {0, r.low - 1};
  default:
    return unknown;
  }
}

IndexRange schedule::rangeOf(AffineExpr expr, ArrayRef<int64_t> shape,
                             ValueRange symbols) {
  return rangeOfExpr(expr, [&](AffineExpr leaf) -> IndexRange {
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      return {0, shape[dim.getPosition()] - 1};
    return rangeOf(symbols[cast<AffineSymbolExpr>(leaf).getPosition()]);
  });
}

static IndexRange rangeOfId(Operation *op, gpu::Dimension dimension,
                            bool block) {
  auto func = op->getParentOfType<gpu::GPUFuncOp>();
  auto sizes = !func   ? std::nullopt
               : block ? func.getKnownGridSize()
                       : func.getKnownBlockSize();
  if (!sizes)
    return {0, limit};
  return {0, int64_t((*sizes)[unsigned(dimension)]) - 1};
}

static IndexRange rangeOfApply(affine::AffineApplyOp op) {
  AffineMap map = op.getAffineMap();
  return rangeOfExpr(map.getResult(0), [&](AffineExpr leaf) {
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      return rangeOf(op.getMapOperands()[dim.getPosition()]);
    unsigned symbol = cast<AffineSymbolExpr>(leaf).getPosition();
    return rangeOf(op.getMapOperands()[map.getNumDims() + symbol]);
  });
}

static IndexRange rangeOfLoop(scf::ForOp loop) {
  IndexRange lower = rangeOf(loop.getLowerBound()),
             upper = rangeOf(loop.getUpperBound());
  std::optional<int64_t> step = constantOf(loop.getStep());
  int64_t high = upper.high - 1;
  if (step && *step > 0 && lower.low == lower.high && upper.low == upper.high &&
      high >= lower.low)
    high = lower.low + (high - lower.low) / *step * *step;
  else if (step && *step > 0 && high >= 0 &&
           divisorOf(loop.getLowerBound()) % *step == 0)
    high = high / *step * *step;
  return {lower.low, high};
}

IndexRange schedule::rangeOf(Value value) {
  if (std::optional<int64_t> constant = constantOf(value))
    return {*constant, *constant};
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    return loop && argument == loop.getInductionVar() ? rangeOfLoop(loop)
                                                      : unknown;
  }
  return llvm::TypeSwitch<Operation *, IndexRange>(value.getDefiningOp())
      .Case([](gpu::BlockIdOp op) {
        return rangeOfId(op, op.getDimension(), true);
      })
      .Case([](gpu::ThreadIdOp op) {
        return rangeOfId(op, op.getDimension(), false);
      })
      .Case([](affine::AffineApplyOp op) { return rangeOfApply(op); })
      .Case([](arith::AddIOp op) -> IndexRange {
        IndexRange l = rangeOf(op.getLhs()), r = rangeOf(op.getRhs());
        return {clampWide(__int128(l.low) + r.low),
                clampWide(__int128(l.high) + r.high)};
      })
      .Case([](arith::MinSIOp op) -> IndexRange {
        IndexRange l = rangeOf(op.getLhs()), r = rangeOf(op.getRhs());
        return {std::min(l.low, r.low), std::min(l.high, r.high)};
      })
      .Case([](arith::MaxSIOp op) -> IndexRange {
        IndexRange l = rangeOf(op.getLhs()), r = rangeOf(op.getRhs());
        return {std::max(l.low, r.low), std::max(l.high, r.high)};
      })
      .Default([](Operation *) { return unknown; });
}

//===----------------------------------------------------------------------===//
// Divisors
//===----------------------------------------------------------------------===//

/// Zero stands for "every number".
static int64_t divisorOfExpr(AffineExpr expr,
                             function_ref<int64_t(AffineExpr)> divisorOfLeaf) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return std::abs(constant.getValue());
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return divisorOfLeaf(expr);
  int64_t l = divisorOfExpr(binary.getLHS(), divisorOfLeaf);
  int64_t r = divisorOfExpr(binary.getRHS(), divisorOfLeaf);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
  case AffineExprKind::Mod:
    return std::gcd(l, r);
  case AffineExprKind::Mul: {
    __int128 product = __int128(l) * r;
    return product > limit ? std::max(l, r) : int64_t(product);
  }
  case AffineExprKind::FloorDiv:
  case AffineExprKind::CeilDiv:
    return r > 0 && l % r == 0 ? l / r : 1;
  default:
    return 1;
  }
}

int64_t schedule::divisorOf(AffineExpr expr, ArrayRef<int64_t> dimDivisors,
                            ValueRange symbols) {
  return divisorOfExpr(expr, [&](AffineExpr leaf) {
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      return dimDivisors[dim.getPosition()];
    return divisorOf(symbols[cast<AffineSymbolExpr>(leaf).getPosition()]);
  });
}

int64_t schedule::divisorOf(Value value) {
  if (std::optional<int64_t> constant = constantOf(value))
    return std::abs(*constant);
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || argument != loop.getInductionVar())
      return 1;
    return std::gcd(divisorOf(loop.getLowerBound()), divisorOf(loop.getStep()));
  }
  if (Operation *op = value.getDefiningOp();
      isa_and_nonnull<arith::AddIOp, arith::MinSIOp, arith::MaxSIOp>(op))
    return std::gcd(divisorOf(op->getOperand(0)), divisorOf(op->getOperand(1)));
  auto apply = value.getDefiningOp<affine::AffineApplyOp>();
  if (!apply)
    return 1;
  AffineMap map = apply.getAffineMap();
  return divisorOfExpr(map.getResult(0), [&](AffineExpr leaf) {
    if (auto dim = dyn_cast<AffineDimExpr>(leaf))
      return divisorOf(apply.getMapOperands()[dim.getPosition()]);
    unsigned symbol = cast<AffineSymbolExpr>(leaf).getPosition();
    return divisorOf(apply.getMapOperands()[map.getNumDims() + symbol]);
  });
}

AffineExpr schedule::greatestOver(AffineExpr expr, ArrayRef<int64_t> shape,
                                  unsigned numSymbols) {
  MLIRContext *context = expr.getContext();
  for (auto [d, extent] : llvm::enumerate(shape)) {
    AffineExpr dim = getAffineDimExpr(d, context);
    auto slope = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
        expr.replace(dim, dim + 1) - expr, shape.size(), numSymbols));
    if (!slope)
      return {};
    int64_t at = slope.getValue() > 0 ? extent - 1 : 0;
    expr = expr.replace(dim, getAffineConstantExpr(at, context));
  }
  return simplifyAffineExpr(expr, 0, numSymbols);
}
