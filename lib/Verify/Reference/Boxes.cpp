//===- Boxes.cpp - Boxes of index spaces ---------------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Boxes.h"
#include "mlir/IR/AffineExpr.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

Box Box::all(ArrayRef<int64_t> shape) {
  return {SmallVector<int64_t>(shape.size(), 0), SmallVector<int64_t>(shape)};
}

int64_t Box::volume() const {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t(1),
                         std::multiplies<int64_t>());
}

bool Box::contains(const Box &inner) const {
  for (size_t d = 0; d < rank(); ++d)
    if (inner.offsets[d] < offsets[d] ||
        inner.offsets[d] + inner.sizes[d] > offsets[d] + sizes[d])
      return false;
  return true;
}

SmallVector<int64_t> verify::getStrides(ArrayRef<int64_t> sizes) {
  SmallVector<int64_t> strides(sizes.size(), 1);
  for (size_t d = sizes.size(); d-- > 1;)
    strides[d - 1] = strides[d] * sizes[d];
  return strides;
}

namespace {
struct Interval {
  int64_t low, high; ///< both inclusive
};
} // namespace

static Interval boundExpr(AffineExpr expr, const Box &points) {
  if (auto dim = dyn_cast<mlir::AffineDimExpr>(expr)) {
    int64_t low = points.offsets[dim.getPosition()];
    return {low, low + points.sizes[dim.getPosition()] - 1};
  }
  if (auto number = dyn_cast<mlir::AffineConstantExpr>(expr))
    return {number.getValue(), number.getValue()};
  auto pair = cast<mlir::AffineBinaryOpExpr>(expr);
  Interval a = boundExpr(pair.getLHS(), points);
  Interval b = boundExpr(pair.getRHS(), points);
  switch (expr.getKind()) {
  case mlir::AffineExprKind::Add:
    return {a.low + b.low, a.high + b.high};
  case mlir::AffineExprKind::Mul: {
    auto [low, high] = std::minmax(
        {a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
    return {low, high};
  }
  case mlir::AffineExprKind::FloorDiv:
    return {llvm::divideFloorSigned(a.low, b.low),
            llvm::divideFloorSigned(a.high, b.low)};
  case mlir::AffineExprKind::CeilDiv:
    return {llvm::divideCeilSigned(a.low, b.low),
            llvm::divideCeilSigned(a.high, b.low)};
  case mlir::AffineExprKind::Mod:
    if (llvm::divideFloorSigned(a.low, b.low) ==
        llvm::divideFloorSigned(a.high, b.low))
      return {llvm::mod(a.low, b.low), llvm::mod(a.high, b.low)};
    return {0, b.low - 1};
  default:
    llvm_unreachable("not a binary affine expression");
  }
}

Box verify::imageOf(AffineMap map, const Box &points) {
  Box image;
  for (AffineExpr expr : map.getResults()) {
    Interval bounds = boundExpr(expr, points);
    image.offsets.push_back(bounds.low);
    image.sizes.push_back(std::max<int64_t>(bounds.high - bounds.low + 1, 0));
  }
  return image;
}

LogicalResult verify::forEachPart(const Box &box, int64_t limit,
                                  function_ref<LogicalResult(const Box &)> fn) {
  if (box.volume() == 0)
    return success();
  if (box.volume() <= limit)
    return fn(box);
  // Cuts the outermost dimension that is longer than one, so that parts stay
  // contiguous.
  size_t d = 0;
  while (box.sizes[d] == 1)
    ++d;
  int64_t inner = box.volume() / box.sizes[d];
  int64_t step = std::max<int64_t>(limit / inner, 1);
  for (int64_t i = 0; i < box.sizes[d]; i += step) {
    Box part = box;
    part.offsets[d] += i;
    part.sizes[d] = std::min(step, box.sizes[d] - i);
    if (failed(forEachPart(part, limit, fn)))
      return failure();
  }
  return success();
}

LogicalResult
verify::forEachPoint(const Box &box,
                     function_ref<LogicalResult(ArrayRef<int64_t>)> fn) {
  if (box.volume() == 0)
    return success();
  SmallVector<int64_t> index(box.offsets);
  while (true) {
    if (failed(fn(index)))
      return failure();
    size_t d = box.rank();
    while (d-- > 0) {
      if (++index[d] < box.offsets[d] + box.sizes[d])
        break;
      index[d] = box.offsets[d];
    }
    if (d == size_t(-1))
      return success();
  }
}

void verify::copyValues(const Domain &domain, const Column &from,
                        size_t fromIndex, Column &to, size_t toIndex,
                        size_t count) {
  if (!from.kind) {
    std::copy_n(from.ints.begin() + fromIndex, count,
                to.ints.begin() + toIndex);
    return;
  }
  size_t bytes = domain.valueBytes();
  std::memcpy(to.floats.data() + toIndex * bytes,
              from.floats.data() + fromIndex * bytes, count * bytes);
}

static bool isLinear(AffineMap map) {
  for (AffineExpr expr : map.getResults()) {
    bool linear = true;
    expr.walk([&](AffineExpr part) {
      linear &= part.getKind() != mlir::AffineExprKind::Mod &&
                part.getKind() != mlir::AffineExprKind::FloorDiv &&
                part.getKind() != mlir::AffineExprKind::CeilDiv;
    });
    if (!linear)
      return false;
  }
  return true;
}

static int64_t evaluateExpr(AffineExpr expr, ArrayRef<int64_t> point) {
  if (auto dim = dyn_cast<mlir::AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (auto number = dyn_cast<mlir::AffineConstantExpr>(expr))
    return number.getValue();
  auto pair = cast<mlir::AffineBinaryOpExpr>(expr);
  int64_t a = evaluateExpr(pair.getLHS(), point);
  int64_t b = evaluateExpr(pair.getRHS(), point);
  switch (expr.getKind()) {
  case mlir::AffineExprKind::Add:
    return a + b;
  case mlir::AffineExprKind::Mul:
    return a * b;
  case mlir::AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(a, b);
  case mlir::AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(a, b);
  case mlir::AffineExprKind::Mod:
    return llvm::mod(a, b);
  default:
    llvm_unreachable("not a binary affine expression");
  }
}

/// Position in the tile of map(point).
static int64_t positionOf(const Tile &tile, ArrayRef<int64_t> strides,
                          AffineMap map, ArrayRef<int64_t> point) {
  int64_t position = 0;
  for (auto [d, expr] : llvm::enumerate(map.getResults()))
    position += (evaluateExpr(expr, point) - tile.box.offsets[d]) * strides[d];
  return position;
}

/// One run of the innermost dimension.
static void gatherRun(const Domain &domain, const Column &from, int64_t start,
                      int64_t step, int64_t count, Column &out, size_t at) {
  if (step == 1) {
    copyValues(domain, from, start, out, at, count);
    return;
  }
  if (!from.kind) {
    for (int64_t i = 0; i < count; ++i)
      out.ints[at + i] = from.ints[start + i * step];
    return;
  }
  size_t bytes = domain.valueBytes();
  char *to = out.floats.data() + at * bytes;
  const char *source = from.floats.data() + start * bytes;
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(to + i * bytes, source + i * step * int64_t(bytes), bytes);
}

void verify::gather(const Domain &domain, const Tile &tile, AffineMap map,
                    const Box &points, ArrayRef<unsigned> order, Column &out) {
  SmallVector<int64_t> strides = getStrides(tile.box.sizes);
  Box running;
  for (unsigned d : order) {
    running.offsets.push_back(0);
    running.sizes.push_back(points.sizes[d]);
  }
  size_t total = size_t(running.volume());
  out.kind = tile.values.kind;
  if (out.kind)
    out.floats.resize(total * domain.valueBytes());
  else
    out.ints.resize(total);
  SmallVector<int64_t> point(points.offsets);
  size_t at = 0;
  if (!isLinear(map)) {
    (void)forEachPoint(running, [&](ArrayRef<int64_t> index) {
      for (auto [d, i] : llvm::zip_equal(order, index))
        point[d] = points.offsets[d] + i;
      copyValues(domain, tile.values, positionOf(tile, strides, map, point),
                 out, at++, 1);
      return success();
    });
    return;
  }
  int64_t base = positionOf(tile, strides, map, point);
  // Dimensions of one point do not count, and such that go on where the next
  // one ends are one.
  SmallVector<int64_t> steps, sizes;
  for (unsigned d : order) {
    if (points.sizes[d] == 1)
      continue;
    ++point[d];
    int64_t step = positionOf(tile, strides, map, point) - base;
    --point[d];
    if (!steps.empty() && steps.back() == step * points.sizes[d]) {
      steps.back() = step;
      sizes.back() *= points.sizes[d];
      continue;
    }
    steps.push_back(step);
    sizes.push_back(points.sizes[d]);
  }
  if (sizes.empty() || total == 0) {
    if (total)
      copyValues(domain, tile.values, base, out, 0, 1);
    return;
  }
  running = {SmallVector<int64_t>(sizes.size(), 0), sizes};
  int64_t count = running.sizes.pop_back_val(), step = steps.pop_back_val();
  running.offsets.pop_back();
  (void)forEachPoint(running, [&](ArrayRef<int64_t> index) {
    int64_t start = base;
    for (auto [i, s] : llvm::zip_equal(index, steps))
      start += i * s;
    gatherRun(domain, tile.values, start, step, count, out, at);
    at += count;
    return success();
  });
}

Tile verify::extractBox(const Domain &domain, const Tile &tile,
                        const Box &box) {
  Tile result;
  result.box = box;
  result.values.kind = tile.values.kind;
  size_t n = size_t(box.volume());
  if (result.values.kind)
    result.values.floats.resize(n * domain.valueBytes());
  else
    result.values.ints.resize(n);
  if (n == 0)
    return result;
  SmallVector<int64_t> strides = getStrides(tile.box.sizes);
  Box rows = box;
  int64_t width = box.rank() ? box.sizes.back() : 1;
  if (box.rank())
    rows.sizes.back() = 1;
  size_t at = 0;
  (void)forEachPoint(rows, [&](ArrayRef<int64_t> index) {
    int64_t position = 0;
    for (size_t d = 0; d < index.size(); ++d)
      position += (index[d] - tile.box.offsets[d]) * strides[d];
    copyValues(domain, tile.values, position, result.values, at, width);
    at += width;
    return success();
  });
  return result;
}
