//===- Pooling.cpp - Lowerings of pooling -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Reductions.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

namespace {
/// Windows over the last dimensions. Loops are those of the result, then one
/// for each dimension of the window, whose sizes an empty tensor gives.
struct Windows {
  Lowering &l;
  Sizes result;
  SmallVector<int64_t> kernel, stride, padding, dilation;
  unsigned spatial = kernel.size();
  unsigned rank = result.size();
  unsigned first = rank - spatial;
  unsigned loops = rank + spatial;

  Value index(Scalars &s, unsigned loop) {
    return linalg::IndexOp::create(s.b, s.loc, loop);
  }
  Value size(unsigned i) {
    return mlir::getValueOrCreateConstantIndexOp(l.b, l.loc,
                                                 l.size(l.in[0], first + i));
  }

  /// The input with `value` around it, as far as the windows reach.
  Value padded(Value value) {
    Sizes low(first, l.attr(0)), high(first, l.attr(0));
    for (unsigned i = 0; i < spatial; ++i) {
      std::optional<int64_t> count =
          mlir::getConstantIntValue(result[first + i]);
      std::optional<int64_t> own =
          mlir::getConstantIntValue(l.size(l.in[0], first + i));
      int64_t after = padding[i];
      if (count && own) {
        int64_t reach =
            (*count - 1) * stride[i] + dilation[i] * (kernel[i] - 1) + 1;
        after = std::max<int64_t>(0, reach - *own - padding[i]);
      }
      low.push_back(l.attr(padding[i]));
      high.push_back(l.attr(after));
    }
    return l.pad(l.in[0], low, high, value);
  }

  AffineMap inputMap() {
    SmallVector<AffineExpr> exprs;
    for (unsigned dim = 0; dim < first; ++dim)
      exprs.push_back(l.dim(dim));
    for (unsigned i = 0; i < spatial; ++i)
      exprs.push_back(l.dim(first + i) * stride[i] +
                      l.dim(rank + i) * dilation[i]);
    return l.map(loops, exprs);
  }
  AffineMap resultMap() { return mapWithout(l, range(rank, loops), loops); }

  /// The tensor that gives the loops over the window their sizes.
  Access window(ArrayRef<OpFoldResult> sizes) {
    return {l.empty(sizes, l.b.getI1Type()),
            mapWithout(l, range(0, rank), loops)};
  }
  Access window() {
    Sizes sizes;
    for (int64_t extent : kernel)
      sizes.push_back(l.attr(extent));
    return window(sizes);
  }

  Value fold(Value input, Value init, Body body) {
    return l.generic({{input, inputMap()}, window()},
                     {{l.filled(result, init), resultMap()}}, loops,
                     range(rank, loops), [&](Scalars &s, ValueRange v) {
                       return SmallVector<Value>{body(s, {v[2], v[0]})};
                     })[0];
  }
};
} // namespace

static SmallVector<int64_t> orElse(ArrayRef<int64_t> list, size_t count,
                                   int64_t otherwise) {
  return list.empty() ? SmallVector<int64_t>(count, otherwise)
                      : llvm::to_vector(list);
}

template <typename OpTy>
static Windows windowsOf(OpTy op, Lowering &l, const Sizes &sizes,
                         ArrayRef<int64_t> dilation) {
  ArrayRef<int64_t> kernel = op.getKernelSize(), stride = op.getStride();
  size_t count = kernel.size();
  return {l,
          sizes,
          llvm::to_vector(kernel),
          llvm::to_vector(stride.empty() ? kernel : stride),
          orElse(op.getPadding(), count, 0),
          orElse(dilation, count, 1)};
}

//===----------------------------------------------------------------------===//
// Maxima
//===----------------------------------------------------------------------===//

static LogicalResult lowerMaxPool(MaxPoolOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Windows w = windowsOf(op, l, *sizes, op.getDilation());
  Value lowest = l.scalars.lowest(l.resultElement());
  return l.replace(
      w.fold(w.padded(lowest), lowest,
             [](Scalars &s, ValueRange v) { return s.max(v[0], v[1]); }));
}

static LogicalResult lowerMaxPoolWithIndices(MaxPoolWithIndicesOp op,
                                             Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Windows w = windowsOf(op, l, *sizes, op.getDilation());
  Type place = l.b.getI64Type();
  Value lowest = l.scalars.lowest(l.resultElement());
  Value input = w.padded(lowest);
  SmallVector<Value> extents;
  for (unsigned i = 0; i < w.spatial; ++i)
    extents.push_back(w.size(i));
  Value values = l.filled(*sizes, lowest);
  Value indices = l.filled(*sizes, l.scalars.highest(place));
  return l.replace(l.generic(
      {{input, w.inputMap()}, w.window()},
      {{values, w.resultMap()}, {indices, w.resultMap()}}, w.loops,
      range(w.rank, w.loops), [&](Scalars &s, ValueRange v) {
        Value flat = s.index(0), inside = s.boolean(true);
        for (unsigned i = 0; i < w.spatial; ++i) {
          Value own =
              s.add(s.mul(w.index(s, w.first + i), s.index(w.stride[i])),
                    s.mul(w.index(s, w.rank + i), s.index(w.dilation[i])));
          own = s.sub(own, s.index(w.padding[i]));
          inside = s.both(inside,
                          s.both(s.ge(own, s.index(0)), s.lt(own, extents[i])));
          flat = s.add(s.mul(flat, extents[i]), own);
        }
        // Padding would win a tie of infinities.
        SmallVector<Value> best = combineExtreme(
            s, /*greatest=*/true, v[0], s.cast(flat, place), v[2], v[3]);
        return SmallVector<Value>{s.select(inside, best[0], v[2]),
                                  s.select(inside, best[1], v[3])};
      }));
}

//===----------------------------------------------------------------------===//
// Means
//===----------------------------------------------------------------------===//

/// The number of elements of the window at the current point.
static Value windowElements(Windows &w, Scalars &s, bool countPadding,
                            ArrayRef<Value> extents) {
  Value count = s.index(1);
  for (unsigned i = 0; i < w.spatial; ++i) {
    Value start = s.sub(s.mul(w.index(s, w.first + i), s.index(w.stride[i])),
                        s.index(w.padding[i]));
    Value end = s.min(s.add(start, s.index(w.kernel[i])),
                      s.add(extents[i], s.index(w.padding[i])));
    if (!countPadding) {
      start = s.max(start, s.index(0));
      end = s.min(end, extents[i]);
    }
    count = s.mul(count, s.sub(end, start));
  }
  return count;
}

static LogicalResult lowerAvgPool(AvgPoolOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Windows w = windowsOf(op, l, *sizes, {});
  Type element = l.resultElement(), compute = computeTypeOf(element);
  Value zero = l.scalars.constant(compute, 0);
  Value total = w.fold(w.padded(l.scalars.constant(element, 0)), zero,
                       [&](Scalars &s, ValueRange v) {
                         return s.add(v[0], s.cast(v[1], compute));
                       });
  bool noPadding = llvm::all_of(w.padding, [](int64_t p) { return p == 0; });
  bool countPadding = op.getCountIncludePad();
  // Only windows that run over an end differ in their number of elements.
  bool fixed = !op.getCeilMode() && (noPadding || countPadding);
  int64_t divisor = op.getDivisorOverride().value_or(0);
  if (divisor == 0 && fixed) {
    divisor = 1;
    for (int64_t extent : w.kernel)
      divisor *= extent;
  }
  SmallVector<Value> extents;
  for (unsigned i = 0; divisor == 0 && i < w.spatial; ++i)
    extents.push_back(w.size(i));
  return l.replace(l.parallel(
      *sizes, element, {{total, l.b.getMultiDimIdentityMap(w.rank)}},
      [&](Scalars &s, ValueRange v) {
        Value count =
            divisor != 0
                ? s.integer(compute, divisor)
                : s.cast(windowElements(w, s, countPadding, extents), compute);
        return s.cast(s.div(v[0], count), element);
      }));
}

//===----------------------------------------------------------------------===//
// Adaptive pooling
//===----------------------------------------------------------------------===//

namespace {
/// The bounds of window `o` of `count` over `size` elements.
struct Bin {
  Value start, end;

  Bin(Scalars &s, Value o, Value size, int64_t count) {
    Value n = s.index(count);
    start = s.div(s.mul(o, size), n);
    Value next = s.mul(s.add(o, s.index(1)), size);
    end = s.div(s.add(next, s.index(count - 1)), n);
  }
};

/// How far windows of unequal size reach.
struct Reach {
  /// The longest of each dimension.
  SmallVector<int64_t> longest;
  /// Elements behind the end that a loop as long as that would read.
  SmallVector<int64_t> beyond;
};
} // namespace

/// None if a size is not known.
static std::optional<Reach> reachOf(Windows &w, ArrayRef<int64_t> counts) {
  Reach reach;
  auto shape = cast<RankedTensorType>(w.l.in[0].getType()).getShape();
  for (auto [size, count] : llvm::zip(shape.take_back(counts.size()), counts)) {
    if (ShapedType::isDynamic(size))
      return std::nullopt;
    int64_t longest = 1;
    for (int64_t o = 0; o < count; ++o)
      longest =
          std::max(longest, llvm::divideCeilSigned((o + 1) * size, count) -
                                o * size / count);
    int64_t last = (count - 1) * size / count;
    reach.longest.push_back(longest);
    reach.beyond.push_back(std::max<int64_t>(0, last + longest - size));
  }
  return reach;
}

/// Windows of unequal size over an input of known sizes: a loop as long as the
/// longest, in which elements behind the end of a window count as `neutral`.
static Value foldKnownBins(Windows &w, ArrayRef<int64_t> counts,
                           const Reach &reach, Value init, Value neutral,
                           Body body) {
  Lowering &l = w.l;
  auto shape = cast<RankedTensorType>(l.in[0].getType()).getShape();
  Sizes low(w.rank, l.attr(0)), high(w.first, l.attr(0)), longest;
  SmallVector<AffineExpr> exprs;
  for (unsigned dim = 0; dim < w.first; ++dim)
    exprs.push_back(l.dim(dim));
  for (unsigned i = 0; i < w.spatial; ++i) {
    high.push_back(l.attr(reach.beyond[i]));
    longest.push_back(l.attr(reach.longest[i]));
    AffineExpr start =
        (l.dim(w.first + i) * shape[w.first + i]).floorDiv(counts[i]);
    exprs.push_back(start + l.dim(w.rank + i));
  }
  Value padded = llvm::any_of(reach.beyond, [](int64_t n) { return n > 0; })
                     ? l.pad(l.in[0], low, high, neutral)
                     : l.in[0];
  return l.generic({{padded, l.map(w.loops, exprs)}, w.window(longest)},
                   {{l.filled(w.result, init), w.resultMap()}}, w.loops,
                   range(w.rank, w.loops), [&](Scalars &s, ValueRange v) {
                     Value inside = s.boolean(true);
                     for (unsigned i = 0; i < w.spatial; ++i) {
                       Bin bin(s, w.index(s, w.first + i),
                               s.index(shape[w.first + i]), counts[i]);
                       Value own = s.add(bin.start, w.index(s, w.rank + i));
                       inside = s.both(inside, s.lt(own, bin.end));
                     }
                     Value x = s.select(inside, v[0], neutral);
                     return SmallVector<Value>{body(s, {v[2], x})};
                   })[0];
}

/// The same where sizes are not known: the input is read at computed places,
/// and elements behind the end of a window are ignored.
static Value foldBins(Windows &w, ArrayRef<int64_t> counts, Value init,
                      Body body) {
  Lowering &l = w.l;
  Sizes longest;
  SmallVector<Value> extents;
  for (unsigned i = 0; i < w.spatial; ++i) {
    // ceil((o + 1) * L / n) - floor(o * L / n) < L / n + 2.
    longest.push_back(l.compute((l.sym(0) - 1).floorDiv(counts[i]) + 2,
                                l.size(l.in[0], w.first + i)));
    extents.push_back(w.size(i));
  }
  return l.generic(
      {w.window(longest)}, {{l.filled(w.result, init), w.resultMap()}}, w.loops,
      range(w.rank, w.loops), [&](Scalars &s, ValueRange v) {
        SmallVector<Value> place;
        for (unsigned dim = 0; dim < w.first; ++dim)
          place.push_back(w.index(s, dim));
        Value inside = s.boolean(true);
        for (unsigned i = 0; i < w.spatial; ++i) {
          Bin bin(s, w.index(s, w.first + i), extents[i], counts[i]);
          Value own = s.add(bin.start, w.index(s, w.rank + i));
          inside = s.both(inside, s.lt(own, bin.end));
          place.push_back(s.min(own, s.sub(extents[i], s.index(1))));
        }
        Value x = tensor::ExtractOp::create(s.b, s.loc, l.in[0], place);
        return SmallVector<Value>{s.select(inside, body(s, {v[1], x}), v[1])};
      })[0];
}

/// The factor by which the input is longer than the output, if it is a whole
/// number everywhere; empty otherwise.
static SmallVector<int64_t> wholeFactors(Lowering &l,
                                         ArrayRef<int64_t> counts) {
  SmallVector<int64_t> factors;
  auto shape = cast<RankedTensorType>(l.in[0].getType()).getShape();
  for (auto [size, count] : llvm::zip(shape.take_back(counts.size()), counts)) {
    if (ShapedType::isDynamic(size) || size % count != 0)
      return {};
    factors.push_back(size / count);
  }
  return factors;
}

/// Reduces the windows, equal ones by an affine map. An element that is
/// `neutral` changes nothing.
static Value foldAdaptive(Lowering &l, Windows &w, ArrayRef<int64_t> counts,
                          Value init, Value neutral, Body body) {
  SmallVector<int64_t> spatial = range(w.first, w.rank);
  if (llvm::all_of(counts, [](int64_t n) { return n == 1; }))
    return l.insertOnes(l.reduce(l.in[0], spatial, init,
                                 [&](Scalars &s, ValueRange v) {
                                   return body(s, {v[1], v[0]});
                                 }),
                        spatial);
  if (w.kernel.empty()) {
    w.spatial = counts.size();
    if (std::optional<Reach> reach = reachOf(w, counts))
      return foldKnownBins(w, counts, *reach, init, neutral, body);
    return foldBins(w, counts, init, body);
  }
  return w.fold(l.in[0], init, body);
}

template <typename OpTy>
static FailureOr<Windows> adaptiveWindows(OpTy op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  ArrayRef<int64_t> counts = op.getOutputSize();
  SmallVector<int64_t> factors = wholeFactors(l, counts);
  Windows w{l,
            *sizes,
            factors,
            factors,
            SmallVector<int64_t>(counts.size(), 0),
            SmallVector<int64_t>(counts.size(), 1)};
  w.spatial = counts.size();
  w.first = w.rank - w.spatial;
  w.loops = w.rank + w.spatial;
  return w;
}

static LogicalResult lowerAdaptiveMaxPool(AdaptiveMaxPoolOp op, Lowering &l) {
  FailureOr<Windows> w = adaptiveWindows(op, l);
  if (failed(w))
    return failure();
  Value lowest = l.scalars.lowest(l.resultElement());
  return l.replace(
      foldAdaptive(l, *w, op.getOutputSize(), lowest, lowest,
                   [](Scalars &s, ValueRange v) { return s.max(v[0], v[1]); }));
}

static LogicalResult lowerAdaptiveAvgPool(AdaptiveAvgPoolOp op, Lowering &l) {
  FailureOr<Windows> windows = adaptiveWindows(op, l);
  if (failed(windows))
    return failure();
  Windows &w = *windows;
  ArrayRef<int64_t> counts = op.getOutputSize();
  Type element = l.resultElement(), compute = computeTypeOf(element);
  Value total = foldAdaptive(l, w, counts, l.scalars.constant(compute, 0),
                             l.scalars.constant(element, 0),
                             [&](Scalars &s, ValueRange v) {
                               return s.add(v[0], s.cast(v[1], compute));
                             });
  SmallVector<Value> extents;
  for (unsigned i = 0; i < w.spatial; ++i)
    extents.push_back(w.size(i));
  int64_t equal = 1;
  for (int64_t factor : w.kernel)
    equal *= factor;
  return l.replace(l.parallel(
      w.result, element, {{total, l.b.getMultiDimIdentityMap(w.rank)}},
      [&](Scalars &s, ValueRange v) {
        if (!w.kernel.empty())
          return s.cast(s.div(v[0], s.integer(compute, equal)), element);
        Value count = s.index(1);
        for (unsigned i = 0; i < w.spatial; ++i) {
          Bin bin(s, w.index(s, w.first + i), extents[i], counts[i]);
          count = s.mul(count, s.sub(bin.end, bin.start));
        }
        return s.cast(s.div(v[0], s.cast(count, compute)), element);
      }));
}

void kernel_opt::addPoolingLowerings(LoweringTable &table) {
  table.add<MaxPoolOp, lowerMaxPool>();
  table.add<MaxPoolWithIndicesOp, lowerMaxPoolWithIndices>();
  table.add<AvgPoolOp, lowerAvgPool>();
  table.add<AdaptiveMaxPoolOp, lowerAdaptiveMaxPool>();
  table.add<AdaptiveAvgPoolOp, lowerAdaptiveAvgPool>();
}
