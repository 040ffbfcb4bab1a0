//===- PointwiseRules.cpp - Rules that keep or drop sizes -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

LogicalResult rules::sameTypes(ShapeRule &rule, unsigned first) {
  Type expected = rule.operand(0).elementType;
  for (unsigned index = first; index < rule.numOperands(); ++index) {
    Type found = rule.operand(index).elementType;
    if (found == expected)
      continue;
    std::string text;
    llvm::raw_string_ostream(text)
        << "expected operand #" << index << " with elements of type "
        << expected << ", found " << found;
    return rule.error(text);
  }
  return success();
}

LogicalResult rules::expectShape(ShapeRule &rule, unsigned index,
                                 ArrayRef<Dim> dims, StringRef what) {
  const Shape &shape = rule.operand(index);
  if (shape.rank() != static_cast<int64_t>(dims.size()))
    return rule.error("expected " + what + " of rank " + Twine(dims.size()) +
                      ", found rank " + Twine(shape.rank()));
  for (auto [expected, found] : llvm::zip(dims, shape.dims))
    if (failed(rule.unify(expected, found, "dimensions of " + what)))
      return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// Pointwise operations
//===----------------------------------------------------------------------===//

LogicalResult rules::where(ShapeRule &rule) {
  const Shape &a = rule.operand(1), &b = rule.operand(2);
  FailureOr<SmallVector<Dim>> dims = rule.broadcast(a.dims, b.dims);
  if (succeeded(dims))
    dims = rule.broadcast(*dims, rule.operand(0).dims);
  if (failed(dims))
    return failure();
  return rule.result(*dims, rule.promote({a, b}));
}

LogicalResult rules::maskedFill(ShapeRule &rule) {
  if (rule.operand(2).rank() != 0)
    return rule.error("expected a value of rank 0, found rank " +
                      Twine(rule.operand(2).rank()));
  FailureOr<SmallVector<Dim>> dims =
      rule.broadcast(rule.operand(0).dims, rule.operand(1).dims);
  if (failed(dims))
    return failure();
  return rule.result(*dims, rule.operand(0).elementType);
}

LogicalResult rules::clamp(ShapeRule &rule, std::optional<APFloat> min,
                           std::optional<APFloat> max) {
  if (!min && !max)
    return rule.error("expected a bound 'min' or 'max', found none");
  if (rule.operand(0).elementType.isInteger(1))
    return rule.error("expected numbers, found booleans");
  for (const std::optional<APFloat> &bound : {min, max})
    if (bound && !isa<FloatType>(rule.operand(0).elementType) &&
        !bound->isInteger())
      return rule.error("expected whole bounds of integers, found " +
                        llvm::formatv("{0}", bound->convertToDouble()).str());
  return rule.same();
}

LogicalResult rules::prelu(ShapeRule &rule) {
  const Shape &self = rule.operand(0);
  if (failed(sameTypes(rule)))
    return failure();
  if (rule.operand(1).rank() != 1)
    return rule.error("expected a weight of rank 1, found rank " +
                      Twine(rule.operand(1).rank()));
  if (constantSize(rule.operand(1).dims[0]) == 1)
    return rule.same();
  Dim channels = self.rank() < 2 ? rule.constant(1) : self.dims[1];
  if (failed(expectShape(rule, 1, channels, "the weight")))
    return failure();
  return rule.same();
}

LogicalResult rules::glu(ShapeRule &rule, int64_t dim) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  FailureOr<int64_t> axis = rule.wrapDim(dim, dims.size());
  if (failed(axis))
    return failure();
  if (dims.empty())
    return rule.error("expected a tensor of rank 1 or more, found rank 0");
  std::optional<int64_t> size = constantSize(dims[*axis]);
  if (size && *size % 2 != 0)
    return rule.error("expected an even size, found " + Twine(*size));
  dims[*axis] = dims[*axis].floorDiv(2);
  return rule.result(dims, rule.operand(0).elementType);
}

//===----------------------------------------------------------------------===//
// Reductions, scans and normalizations
//===----------------------------------------------------------------------===//

LogicalResult rules::reduceOne(ShapeRule &rule, std::optional<int64_t> dim,
                               bool keepdim, Type elementType) {
  if (!dim)
    return rule.reduce({}, keepdim, elementType);
  return rule.reduce(*dim, keepdim, elementType);
}

LogicalResult rules::withIndices(ShapeRule &rule, int64_t dim, bool keepdim) {
  if (failed(rule.reduce(dim, keepdim, rule.operand(0).elementType)))
    return failure();
  SmallVector<Dim> dims = rule.getResults()[0].dims;
  return rule.result(dims, rule.indexType());
}

LogicalResult rules::alongDim(ShapeRule &rule, int64_t dim) {
  if (failed(rule.wrapDim(dim, rule.operand(0).rank())))
    return failure();
  return rule.same();
}

LogicalResult rules::scan(ShapeRule &rule, int64_t dim) {
  if (failed(rule.wrapDim(dim, rule.operand(0).rank())))
    return failure();
  return rule.result(rule.operand(0).dims, rule.sumType());
}

static LogicalResult expectAffine(ShapeRule &rule, unsigned first,
                                  ArrayRef<Dim> dims) {
  if (rule.numOperands() > first + 2)
    return rule.error("expected at most a weight and a bias, found " +
                      Twine(rule.numOperands() - first) + " operands");
  for (unsigned index = first; index < rule.numOperands(); ++index)
    if (failed(rules::expectShape(rule, index, dims,
                                  index == first ? "the weight" : "the bias")))
      return failure();
  return rules::sameTypes(rule);
}

LogicalResult rules::layerNorm(ShapeRule &rule, ArrayRef<int64_t> shape) {
  ArrayRef<Dim> dims = rule.operand(0).dims;
  if (shape.empty() || shape.size() > dims.size())
    return rule.error("expected 1 to " + Twine(dims.size()) +
                      " sizes in 'normalized_shape', found " +
                      Twine(shape.size()));
  ArrayRef<Dim> last = dims.take_back(shape.size());
  for (auto [expected, found] : llvm::zip(shape, last))
    if (expected != -1 &&
        failed(rule.unify(rule.constant(expected), found,
                          "'normalized_shape' and last dimensions")))
      return failure();
  if (failed(expectAffine(rule, 1, last)))
    return failure();
  return rule.same();
}

LogicalResult rules::rmsNorm(ShapeRule &rule, ArrayRef<int64_t> shape) {
  return layerNorm(rule, shape);
}

/// The number of channels, dimension 1.
static FailureOr<Dim> channelsOf(ShapeRule &rule) {
  if (rule.operand(0).rank() < 2)
    return rule.error("expected an input of rank 2 or more, found rank " +
                      Twine(rule.operand(0).rank()));
  return rule.operand(0).dims[1];
}

LogicalResult rules::groupNorm(ShapeRule &rule, int64_t groups) {
  FailureOr<Dim> channels = channelsOf(rule);
  if (failed(channels))
    return failure();
  std::optional<int64_t> count = constantSize(*channels);
  if (groups < 1 || (count && *count % groups != 0))
    return rule.error("expected 'num_groups' to divide the number of "
                      "channels, found " +
                      Twine(groups) +
                      (count ? " and " + Twine(*count) : Twine()));
  if (failed(expectAffine(rule, 1, *channels)))
    return failure();
  return rule.same();
}

LogicalResult rules::instanceNorm(ShapeRule &rule) {
  return groupNorm(rule, 1);
}

LogicalResult rules::batchNorm(ShapeRule &rule) {
  FailureOr<Dim> channels = channelsOf(rule);
  if (failed(channels) ||
      failed(expectShape(rule, 1, *channels, "the running mean")) ||
      failed(expectShape(rule, 2, *channels, "the running variance")) ||
      failed(expectAffine(rule, 3, *channels)))
    return failure();
  return rule.same();
}

//===----------------------------------------------------------------------===//
// Losses
//===----------------------------------------------------------------------===//

static LogicalResult lossResult(ShapeRule &rule, ArrayRef<Dim> dims,
                                LossReduction reduction) {
  if (reduction != LossReduction::None)
    dims = {};
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::loss(ShapeRule &rule, LossReduction reduction) {
  FailureOr<SmallVector<Dim>> dims =
      rule.broadcast(rule.operand(0).dims, rule.operand(1).dims);
  if (failed(dims) || failed(sameTypes(rule)))
    return failure();
  return lossResult(rule, *dims, reduction);
}

LogicalResult rules::crossEntropy(ShapeRule &rule, LossReduction reduction,
                                  const APFloat &smoothing) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  double share = smoothing.convertToDouble();
  if (!(share >= 0 && share <= 1))
    return rule.error("expected 'label_smoothing' from 0 to 1, found " +
                      llvm::formatv("{0}", share).str());
  if (dims.empty())
    return rule.error("expected logits of rank 1 or more, found rank 0");
  dims.erase(dims.begin() + (dims.size() == 1 ? 0 : 1));
  if (failed(expectShape(rule, 1, dims, "the target")))
    return failure();
  return lossResult(rule, dims, reduction);
}

LogicalResult rules::tripletMargin(ShapeRule &rule, LossReduction reduction) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  for (unsigned index : {1, 2}) {
    FailureOr<SmallVector<Dim>> both =
        rule.broadcast(dims, rule.operand(index).dims);
    if (failed(both))
      return failure();
    dims = *both;
  }
  if (dims.empty())
    return rule.error("expected tensors of rank 1 or more, found rank 0");
  dims.pop_back();
  if (failed(sameTypes(rule)))
    return failure();
  return lossResult(rule, dims, reduction);
}
