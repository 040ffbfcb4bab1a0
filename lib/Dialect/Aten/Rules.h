//===- Rules.h - Shape rules of single operations ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Each takes the rule with the operands' shapes and the op's attributes, adds
// the results, and fails after a report if operands or attributes are wrong.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_DIALECT_ATEN_RULES_H
#define KERNEL_OPT_LIB_DIALECT_ATEN_RULES_H

#include "kernel-opt/Dialect/Aten/AtenOps.h"

namespace kernel_opt::aten::rules {

/// Fails unless operands `first` to the last all have the element type of
/// operand 0.
LogicalResult sameTypes(ShapeRule &rule, unsigned first = 1);

/// Fails unless operand `index`, called `what`, has the sizes `dims`.
LogicalResult expectShape(ShapeRule &rule, unsigned index, ArrayRef<Dim> dims,
                          StringRef what);

// PointwiseRules.cpp
LogicalResult where(ShapeRule &rule);
LogicalResult maskedFill(ShapeRule &rule);
LogicalResult clamp(ShapeRule &rule, std::optional<APFloat> min,
                    std::optional<APFloat> max);
LogicalResult prelu(ShapeRule &rule);
LogicalResult glu(ShapeRule &rule, int64_t dim);
LogicalResult reduceOne(ShapeRule &rule, std::optional<int64_t> dim,
                        bool keepdim, Type elementType);
LogicalResult withIndices(ShapeRule &rule, int64_t dim, bool keepdim);
LogicalResult alongDim(ShapeRule &rule, int64_t dim);
LogicalResult scan(ShapeRule &rule, int64_t dim);
LogicalResult layerNorm(ShapeRule &rule, ArrayRef<int64_t> shape);
LogicalResult rmsNorm(ShapeRule &rule, ArrayRef<int64_t> shape);
LogicalResult groupNorm(ShapeRule &rule, int64_t groups);
LogicalResult instanceNorm(ShapeRule &rule);
LogicalResult batchNorm(ShapeRule &rule);
LogicalResult loss(ShapeRule &rule, LossReduction reduction);
LogicalResult crossEntropy(ShapeRule &rule, LossReduction reduction,
                           const APFloat &smoothing);
LogicalResult tripletMargin(ShapeRule &rule, LossReduction reduction);

// ContractionRules.cpp
LogicalResult mm(ShapeRule &rule);
LogicalResult bmm(ShapeRule &rule);
LogicalResult matmul(ShapeRule &rule);
LogicalResult linear(ShapeRule &rule);
LogicalResult addmm(ShapeRule &rule);
LogicalResult baddbmm(ShapeRule &rule);
LogicalResult einsum(ShapeRule &rule, StringRef equation);
LogicalResult attention(ShapeRule &rule, bool causal);
LogicalResult recurrence(ShapeRule &rule, Cell cell);

// WindowRules.cpp
struct ConvolutionAttrs {
  ArrayRef<int64_t> stride, padding, dilation;
  bool transposed;
  ArrayRef<int64_t> outputPadding;
  int64_t groups;
};
LogicalResult convolution(ShapeRule &rule, ConvolutionAttrs attrs);
struct PoolAttrs {
  ArrayRef<int64_t> kernel, stride, padding, dilation;
  bool ceilMode;
};
/// With two results, the second holds indices.
LogicalResult pool(ShapeRule &rule, PoolAttrs attrs, unsigned results);
LogicalResult adaptivePool(ShapeRule &rule, ArrayRef<int64_t> outputSize);
LogicalResult unfold(ShapeRule &rule, int64_t dim, int64_t size, int64_t step);

// ViewRules.cpp
LogicalResult reshape(ShapeRule &rule, ArrayRef<int64_t> shape);
LogicalResult flatten(ShapeRule &rule, int64_t start, int64_t end);
LogicalResult unflatten(ShapeRule &rule, int64_t dim, ArrayRef<int64_t> sizes);
LogicalResult transpose(ShapeRule &rule, int64_t dim0, int64_t dim1);
LogicalResult permute(ShapeRule &rule, ArrayRef<int64_t> dims);
LogicalResult expand(ShapeRule &rule, ArrayRef<int64_t> size);
LogicalResult expandAs(ShapeRule &rule);
LogicalResult squeeze(ShapeRule &rule, ArrayRef<int64_t> dims);
LogicalResult unsqueeze(ShapeRule &rule, int64_t dim);
LogicalResult repeat(ShapeRule &rule, ArrayRef<int64_t> repeats);
LogicalResult full(ShapeRule &rule, ArrayRef<int64_t> size, Type dtype);
LogicalResult arange(ShapeRule &rule, const APFloat &start, const APFloat &end,
                     const APFloat &step, Type dtype);
LogicalResult eye(ShapeRule &rule, int64_t n, int64_t m, Type dtype);

// PlacementRules.cpp
LogicalResult slice(ShapeRule &rule, int64_t dim, int64_t start,
                    std::optional<int64_t> end, int64_t step);
LogicalResult select(ShapeRule &rule, int64_t dim, int64_t index);
LogicalResult cat(ShapeRule &rule, int64_t dim);
LogicalResult stack(ShapeRule &rule, int64_t dim);
LogicalResult flip(ShapeRule &rule, ArrayRef<int64_t> dims);
LogicalResult roll(ShapeRule &rule, ArrayRef<int64_t> shifts,
                   ArrayRef<int64_t> dims);
LogicalResult pad(ShapeRule &rule, ArrayRef<int64_t> pad, PadMode mode);
LogicalResult triangle(ShapeRule &rule);
LogicalResult diagonal(ShapeRule &rule, int64_t offset, int64_t dim1,
                       int64_t dim2);
LogicalResult embedding(ShapeRule &rule);
LogicalResult indexSelect(ShapeRule &rule, int64_t dim);
LogicalResult gather(ShapeRule &rule, int64_t dim);
LogicalResult index(ShapeRule &rule, ArrayRef<int64_t> dims);

} // namespace kernel_opt::aten::rules

#endif // KERNEL_OPT_LIB_DIALECT_ATEN_RULES_H
