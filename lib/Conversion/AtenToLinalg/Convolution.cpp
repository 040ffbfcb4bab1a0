//===- Convolution.cpp - Lowering of convolutions ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "Placement.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

namespace {
/// One convolution: the input is brought into the form that a plain one reads,
/// then contracted with the weight.
struct Convolution {
  ConvolutionOp op;
  Lowering &l;
  unsigned spatial = rankOf(l.in[0]) - 2;
  int64_t groups = op.getGroups();
  SmallVector<int64_t> stride = entries(op.getStride(), 1);
  SmallVector<int64_t> padding = entries(op.getPadding(), 0);
  SmallVector<int64_t> dilation = entries(op.getDilation(), 1);
  SmallVector<int64_t> outputPadding = entries(op.getOutputPadding(), 0);
  Type element = l.resultElement();
  Type compute = computeTypeOf(element);

  SmallVector<int64_t> entries(ArrayRef<int64_t> list, int64_t otherwise) {
    return list.empty() ? SmallVector<int64_t>(spatial, otherwise)
                        : llvm::to_vector(list);
  }

  /// The input with zeros around it.
  Value padded() {
    Sizes around = {l.attr(0), l.attr(0)};
    for (int64_t amount : padding)
      around.push_back(l.attr(amount));
    return l.pad(l.in[0], around, around,
                 l.scalars.constant(elementOf(l.in[0]), 0));
  }

  /// The input of a transposed convolution with stride - 1 zeros after each
  /// element, and around it what the window reaches beyond, less the padding.
  Value spread() {
    Sizes own = l.sizesOf(l.in[0]), kernel = l.sizesOf(l.in[1]);
    Sizes sizes = {own[0], own[1]}, offsets(2, l.attr(0)), steps(2, l.attr(1));
    Sizes crop(2, l.attr(0)), cropped = {own[0], own[1]};
    for (unsigned i = 0; i < spatial; ++i) {
      int64_t reach =
          (*mlir::getConstantIntValue(kernel[2 + i]) - 1) * dilation[i];
      int64_t low = reach - padding[i], high = low + outputPadding[i];
      AffineExpr length = (l.sym(0) - 1) * stride[i] + 1;
      cropped.push_back(l.compute(length + low + high, own[2 + i]));
      low = std::max<int64_t>(low, 0), high = std::max<int64_t>(high, 0);
      sizes.push_back(l.compute(length + low + high, own[2 + i]));
      offsets.push_back(l.attr(low));
      crop.push_back(l.attr(low - (reach - padding[i])));
      steps.push_back(l.attr(stride[i]));
    }
    Value zeros = l.zeros(sizes, elementOf(l.in[0]));
    Value spread = tensor::InsertSliceOp::create(b(), l.loc, l.in[0], zeros,
                                                 offsets, own, steps);
    Sizes ones(sizes.size(), l.attr(1));
    return l.slice(spread, crop, cropped, ones);
  }

  RewriterBase &b() { return l.b; }

  /// The contraction over loops (n, [g], o, spatial, c, window).
  Value contract(Value input, Value weight, ArrayRef<int64_t> steps,
                 ArrayRef<OpFoldResult> result) {
    bool grouped = groups != 1;
    if (grouped) {
      input = splitDim(input, 1);
      weight = splitDim(weight, 0);
    }
    unsigned o = 1 + grouped, s = o + 1, c = s + spatial, k = c + 1;
    unsigned loops = k + spatial;
    SmallVector<AffineExpr> in = {l.dim(0)}, w, out = {l.dim(0)};
    if (grouped) {
      in.push_back(l.dim(1));
      w.push_back(l.dim(1));
      out.push_back(l.dim(1));
    }
    in.push_back(l.dim(c));
    // Transposed weights hold the input's channels first.
    w.push_back(l.dim(op.getTransposed() ? c : o));
    w.push_back(l.dim(op.getTransposed() ? o : c));
    out.push_back(l.dim(o));
    Sizes sizes = {result[0]};
    if (grouped)
      sizes.push_back(l.attr(groups));
    sizes.push_back(l.compute(l.sym(0).floorDiv(groups), result[1]));
    for (unsigned i = 0; i < spatial; ++i) {
      in.push_back(l.dim(s + i) * steps[i] + l.dim(k + i) * dilation[i]);
      w.push_back(l.dim(k + i));
      out.push_back(l.dim(s + i));
      sizes.push_back(result[2 + i]);
    }
    Value y = l.contract({{input, l.map(loops, in)}, {weight, l.map(loops, w)}},
                         loops, l.map(loops, out), sizes, compute);
    if (!grouped)
      return y;
    SmallVector<SmallVector<int64_t, 2>> parts = {{0}, {1, 2}};
    for (unsigned i = 0; i < spatial; ++i)
      parts.push_back({3 + i});
    return l.collapse(y, parts);
  }

  /// Dimension `at` split into groups and the channels of each.
  Value splitDim(Value tensor, unsigned at) {
    Sizes own = l.sizesOf(tensor), sizes;
    SmallVector<SmallVector<int64_t, 2>> parts;
    for (unsigned dim = 0; dim < own.size(); ++dim) {
      int64_t place = sizes.size();
      if (dim != at) {
        sizes.push_back(own[dim]);
        parts.push_back({place});
        continue;
      }
      sizes.push_back(l.attr(groups));
      sizes.push_back(l.compute(l.sym(0).floorDiv(groups), own[dim]));
      parts.push_back({place, place + 1});
    }
    return l.expand(tensor, sizes, parts);
  }
};
} // namespace

static LogicalResult lowerConvolution(ConvolutionOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Convolution conv{op, l};
  Value input, weight = l.in[1];
  SmallVector<int64_t> steps = conv.stride;
  if (op.getTransposed()) {
    auto kernel = cast<RankedTensorType>(weight.getType()).getShape();
    if (ShapedType::isDynamicShape(kernel.drop_front(2)))
      return l.unsupported("a transposed convolution with a window of dynamic "
                           "size");
    input = conv.spread();
    SmallVector<int64_t> window;
    for (unsigned i = 0; i < conv.spatial; ++i)
      if (kernel[2 + i] != 1)
        window.push_back(2 + i);
    if (!window.empty())
      weight = flipped(l, weight, window);
    steps.assign(conv.spatial, 1);
  } else {
    input = conv.padded();
  }
  Value y = conv.contract(input, weight, steps, *sizes);
  if (l.in.size() < 3)
    return l.replace(l.convert(y, conv.element));
  unsigned rank = sizes->size();
  return l.replace(l.parallel(
      *sizes, conv.element,
      {{y, l.b.getMultiDimIdentityMap(rank)}, {l.in[2], l.map(rank, l.dim(1))}},
      [&](Scalars &s, ValueRange v) {
        return s.cast(s.add(v[0], s.cast(v[1], conv.compute)), conv.element);
      }));
}

void kernel_opt::addConvolutionLowerings(LoweringTable &table) {
  table.add<ConvolutionOp, lowerConvolution>();
}
