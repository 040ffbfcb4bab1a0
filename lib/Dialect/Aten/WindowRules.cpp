//===- WindowRules.cpp - Rules of sliding windows ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// Entry `index` of a list, or `otherwise` for an empty one.
static int64_t entry(ArrayRef<int64_t> list, size_t index, int64_t otherwise) {
  return list.empty() ? otherwise : list[index];
}

/// Fails unless `list`, if it is not empty, has `count` entries, none of them
/// below `least`.
static LogicalResult expectList(ShapeRule &rule, StringRef name,
                                ArrayRef<int64_t> list, size_t count,
                                int64_t least) {
  if (!list.empty() && list.size() != count)
    return rule.error("expected " + Twine(count) + " entries in '" + name +
                      "', found " + Twine(list.size()));
  for (int64_t value : list)
    if (value < least)
      return rule.error("expected entries of '" + name + "' of " +
                        Twine(least) + " or more, found " + Twine(value));
  return success();
}

/// Fails if a size is known to be below one.
static LogicalResult expectPositive(ShapeRule &rule, Dim size) {
  std::optional<int64_t> known = constantSize(size);
  if (!known || *known >= 1)
    return success();
  return rule.error("expected windows that fit into the padded input, found "
                    "an output of size " +
                    Twine(*known));
}

LogicalResult rules::convolution(ShapeRule &rule, ConvolutionAttrs attrs) {
  ArrayRef<Dim> input = rule.operand(0).dims, weight = rule.operand(1).dims;
  if (input.size() < 3 || input.size() > 5 || weight.size() != input.size())
    return rule.error("expected an input and a weight of equal rank from 3 "
                      "to 5, found ranks " +
                      Twine(input.size()) + " and " + Twine(weight.size()));
  size_t spatial = input.size() - 2;
  if (failed(sameTypes(rule)) ||
      failed(expectList(rule, "stride", attrs.stride, spatial, 1)) ||
      failed(expectList(rule, "padding", attrs.padding, spatial, 0)) ||
      failed(expectList(rule, "dilation", attrs.dilation, spatial, 1)) ||
      failed(
          expectList(rule, "output_padding", attrs.outputPadding, spatial, 0)))
    return failure();
  if (!attrs.transposed &&
      llvm::any_of(attrs.outputPadding, [](int64_t p) { return p != 0; }))
    return rule.error("expected no 'output_padding' without 'transposed'");
  Dim groupedChannels = attrs.transposed ? input[1] : weight[0];
  std::optional<int64_t> grouped = constantSize(groupedChannels);
  if (attrs.groups < 1 || (grouped && *grouped % attrs.groups != 0))
    return rule.error("expected 'groups' to divide the channels, found " +
                      Twine(attrs.groups) +
                      (grouped ? " and " + Twine(*grouped) : Twine()));
  // Channels of the weight times groups are those of the whole.
  Dim contracted = attrs.transposed ? weight[0] : weight[1] * attrs.groups;
  if (failed(rule.unify(input[1], contracted, "channels of input and weight")))
    return failure();
  Dim channels = attrs.transposed ? weight[1] * attrs.groups : weight[0];
  if (rule.numOperands() == 3 &&
      failed(expectShape(rule, 2, channels, "the bias")))
    return failure();
  SmallVector<Dim> dims = {input[0], channels};
  for (size_t i = 0; i < spatial; ++i) {
    int64_t stride = entry(attrs.stride, i, 1);
    Dim reach = (weight[2 + i] - 1) * entry(attrs.dilation, i, 1);
    Dim padding = rule.constant(2 * entry(attrs.padding, i, 0));
    Dim size = attrs.transposed
                   ? (input[2 + i] - 1) * stride - padding + reach + 1 +
                         entry(attrs.outputPadding, i, 0)
                   : (input[2 + i] + padding - reach - 1).floorDiv(stride) + 1;
    if (failed(expectPositive(rule, size)))
      return failure();
    dims.push_back(size);
  }
  return rule.result(dims, rule.operand(0).elementType);
}

/// The number of windows over one dimension. With `ceilMode`, a last window
/// that begins beyond the input and its left padding does not count; of an
/// unknown size that is not known.
static Dim windowCount(ShapeRule &rule, Dim size, const rules::PoolAttrs &attrs,
                       size_t i) {
  int64_t kernel = attrs.kernel[i];
  int64_t stride = entry(attrs.stride, i, kernel);
  int64_t padding = entry(attrs.padding, i, 0);
  Dim free =
      size + 2 * padding - entry(attrs.dilation, i, 1) * (kernel - 1) - 1;
  if (!attrs.ceilMode)
    return free.floorDiv(stride) + 1;
  std::optional<int64_t> known = constantSize(size);
  if (!known)
    return stride == 1 ? free + 1 : Dim();
  Dim count = free.ceilDiv(stride) + 1;
  if ((*constantSize(count) - 1) * stride >= *known + padding)
    count = count - 1;
  return count;
}

LogicalResult rules::pool(ShapeRule &rule, PoolAttrs attrs, unsigned results) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  size_t spatial = attrs.kernel.size();
  if (spatial < 1 || spatial > 3)
    return rule.error("expected 1 to 3 entries in 'kernel_size', found " +
                      Twine(spatial));
  if (dims.size() != spatial + 1 && dims.size() != spatial + 2)
    return rule.error("expected an input of rank " + Twine(spatial + 1) +
                      " or " + Twine(spatial + 2) + ", found rank " +
                      Twine(dims.size()));
  if (failed(expectList(rule, "kernel_size", attrs.kernel, spatial, 1)) ||
      failed(expectList(rule, "stride", attrs.stride, spatial, 1)) ||
      failed(expectList(rule, "padding", attrs.padding, spatial, 0)) ||
      failed(expectList(rule, "dilation", attrs.dilation, spatial, 1)))
    return failure();
  size_t first = dims.size() - spatial;
  for (size_t i = 0; i < spatial; ++i) {
    // ATen asks for this, so that no window lies in the padding alone.
    if (2 * entry(attrs.padding, i, 0) > attrs.kernel[i])
      return rule.error("expected padding of at most half the window " +
                        Twine(attrs.kernel[i]) + ", found " +
                        Twine(attrs.padding[i]));
    dims[first + i] = windowCount(rule, dims[first + i], attrs, i);
    if (failed(expectPositive(rule, dims[first + i])))
      return failure();
  }
  (void)rule.result(dims, rule.operand(0).elementType);
  return results == 1 ? success() : rule.result(dims, rule.indexType());
}

LogicalResult rules::adaptivePool(ShapeRule &rule,
                                  ArrayRef<int64_t> outputSize) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  size_t spatial = outputSize.size();
  if (spatial < 1 || spatial > 3)
    return rule.error("expected 1 to 3 entries in 'output_size', found " +
                      Twine(spatial));
  if (dims.size() != spatial + 1 && dims.size() != spatial + 2)
    return rule.error("expected an input of rank " + Twine(spatial + 1) +
                      " or " + Twine(spatial + 2) + ", found rank " +
                      Twine(dims.size()));
  if (failed(expectList(rule, "output_size", outputSize, spatial, 1)))
    return failure();
  for (size_t i = 0; i < spatial; ++i)
    dims[dims.size() - spatial + i] = rule.constant(outputSize[i]);
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::unfold(ShapeRule &rule, int64_t dim, int64_t size,
                            int64_t step) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  FailureOr<int64_t> axis = rule.wrapDim(dim, dims.size());
  if (failed(axis))
    return failure();
  if (dims.empty() || size < 1 || step < 1)
    return rule.error("expected a tensor of rank 1 or more and a 'size' and "
                      "a 'step' of 1 or more, found rank " +
                      Twine(dims.size()) + ", " + Twine(size) + " and " +
                      Twine(step));
  dims[*axis] = (dims[*axis] - size).floorDiv(step) + 1;
  if (failed(expectPositive(rule, dims[*axis])))
    return failure();
  dims.push_back(rule.constant(size));
  return rule.result(dims, rule.operand(0).elementType);
}
