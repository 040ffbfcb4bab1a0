//===- AccessShape.cpp - How an access runs through memory ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/AffineMap.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// The address (in elements) of an access, as one expression.
static AffineExpr addressOf(MemRefType memref, AffineMap map) {
  AffineExpr address = getAffineConstantExpr(0, map.getContext());
  for (auto [index, extent] : llvm::zip(map.getResults(), memref.getShape()))
    address = address * extent + index;
  return simplifyAffineExpr(address, map.getNumDims(), map.getNumSymbols());
}

/// Distance in memory of neighbours along `dim`, none if it is not constant.
static std::optional<int64_t> strideOf(AffineExpr address, unsigned dim,
                                       AffineMap map) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> next;
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    next.push_back(getAffineDimExpr(d, context) + (d == dim ? 1 : 0));
  AffineExpr difference =
      simplifyAffineExpr(address.replaceDims(next) - address, map.getNumDims(),
                         map.getNumSymbols());
  if (auto constant = dyn_cast<AffineConstantExpr>(difference))
    return constant.getValue();
  return std::nullopt;
}

/// The value of `expr` at a point, all symbols being zero.
static int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (isa<AffineSymbolExpr>(expr))
    return 0;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = evaluate(binary.getLHS(), point);
  int64_t right = evaluate(binary.getRHS(), point);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(left, right);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(left, right);
  default:
    return llvm::mod(left, right);
  }
}

/// How far apart in memory neighbours along `dim` are: mostly, and on average.
static std::pair<int64_t, int64_t>
typicalStride(AffineExpr address, unsigned dim, ArrayRef<int64_t> shape) {
  constexpr int64_t samples = 256;
  SmallVector<int64_t> point(shape.size(), 0), steps;
  int64_t before = evaluate(address, point);
  for (int64_t i = 1; i < std::min(samples, shape[dim]); ++i) {
    point[dim] = i;
    int64_t here = evaluate(address, point);
    steps.push_back(std::abs(here - before));
    before = here;
  }
  if (steps.empty())
    return {0, 0};
  int64_t sum = std::accumulate(steps.begin(), steps.end(), int64_t(0));
  llvm::sort(steps);
  return {steps[steps.size() / 2],
          llvm::divideCeil(sum, int64_t(steps.size()))};
}

/// By how much `expr` grows from each element of a vector along `dim` to the
/// next one, vectors being `length` long and beginning at multiples of that;
/// none if it is not always the same.
static std::optional<int64_t> growth(AffineExpr expr, unsigned dim,
                                     int64_t length, ArrayRef<int64_t> divisors,
                                     ValueRange symbols) {
  if (!expr.isFunctionOfDim(dim))
    return 0;
  if (isa<AffineDimExpr>(expr))
    return 1;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto left = growth(binary.getLHS(), dim, length, divisors, symbols);
  auto right = growth(binary.getRHS(), dim, length, divisors, symbols);
  if (!left || !right)
    return std::nullopt;
  auto by = dyn_cast<AffineConstantExpr>(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *left + *right;
  case AffineExprKind::Mul:
    return by ? std::optional(*left * by.getValue()) : std::nullopt;
  case AffineExprKind::FloorDiv:
  case AffineExprKind::Mod: {
    // A whole vector lies between two multiples of the divisor.
    bool between = by && *left == 1 && by.getValue() % length == 0 &&
                   divisorOf(binary.getLHS(), divisors, symbols) % length == 0;
    if (!between)
      return std::nullopt;
    return expr.getKind() == AffineExprKind::Mod ? 1 : 0;
  }
  default:
    return std::nullopt;
  }
}

AccessShape schedule::accessShape(MemRefType memref, AffineMap map,
                                  ValueRange symbols, ArrayRef<int64_t> shape) {
  AccessShape result;
  AffineExpr address = addressOf(memref, map);
  SmallVector<std::pair<int64_t, int64_t>> strides;
  for (unsigned d = 0; d < shape.size(); ++d) {
    std::pair<int64_t, int64_t> stride;
    if (std::optional<int64_t> constant = strideOf(address, d, map))
      stride = {std::abs(*constant), std::abs(*constant)};
    else
      stride = typicalStride(address, d, shape);
    // What is the same for all neighbours is nobody's neighbour.
    if (stride.second == 0)
      stride.first = std::numeric_limits<int64_t>::max();
    strides.push_back(stride);
    result.order.push_back(d);
  }
  llvm::sort(result.order, [&](int64_t a, int64_t b) {
    return std::tuple(strides[a], a) < std::tuple(strides[b], b);
  });
  if (shape.empty() || strideOf(address, result.order[0], map) != 1)
    return result;

  unsigned fastest = result.order[0];
  AffineExpr last = map.getResults().back();
  unsigned bits =
      memref.getElementType().isIndex() ? 64 : memref.getElementTypeBitWidth();
  int64_t widest = std::min<int64_t>(std::max(1u, 128 / bits), shape[fastest]);
  SmallVector<int64_t> divisors(shape.size(), 1);
  for (result.vector = widest; result.vector > 1; result.vector /= 2) {
    // Vectors begin at multiples of their length.
    divisors[fastest] = result.vector;
    bool addressAligned =
        divisorOf(address, divisors, symbols) % result.vector == 0;
    bool rowAligned = divisorOf(last, divisors, symbols) % result.vector == 0;
    bool fitsRow =
        memref.getShape().back() % result.vector == 0 || memref.getRank() == 1;
    // All of the vector lies in one row.
    bool inRow =
        growth(last, fastest, result.vector, divisors, symbols) == 1 &&
        llvm::all_of(map.getResults().drop_back(), [&](AffineExpr expr) {
          return growth(expr, fastest, result.vector, divisors, symbols) == 0;
        });
    if (addressAligned && rowAligned && fitsRow && inRow)
      break;
  }
  return result;
}
