//===- ViewRules.cpp - Rules of other views of the same elements -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::aten;

/// The size that makes `sizes`, one of them -1, hold as many elements as
/// `dims`: equal factors cancel, so that it stays simple for symbolic sizes.
static FailureOr<Dim> missingSize(ShapeRule &rule, ArrayRef<Dim> dims,
                                  ArrayRef<int64_t> sizes) {
  int64_t given = 1, known = 1;
  for (int64_t size : sizes)
    given *= size == -1 ? 1 : size;
  Dim symbolic = rule.constant(1);
  for (Dim dim : dims) {
    if (std::optional<int64_t> size = constantSize(dim))
      known *= *size;
    else
      symbolic = dim && symbolic ? symbolic * dim : Dim();
  }
  bool isConstant = symbolic && constantSize(symbolic);
  if (given == 0 || (isConstant && known % given != 0))
    return rule.error("expected sizes that divide " + Twine(known) +
                      " elements, found " + Twine(given));
  if (!symbolic)
    return symbolic;
  if (known % given == 0)
    return symbolic * (known / given);
  return (symbolic * known).floorDiv(given);
}

/// `sizes` with -1 replaced, checked to hold the elements of `dims`.
static FailureOr<SmallVector<Dim>>
resolveSizes(ShapeRule &rule, ArrayRef<Dim> dims, ArrayRef<int64_t> sizes) {
  SmallVector<Dim> result;
  if (llvm::count(sizes, -1) > 1)
    return rule.error("expected at most one -1 among the sizes");
  for (int64_t size : sizes) {
    if (size < -1)
      return rule.error("expected sizes of -1 or more, found " + Twine(size));
    if (size != -1) {
      result.push_back(rule.constant(size));
      continue;
    }
    FailureOr<Dim> missing = missingSize(rule, dims, sizes);
    if (failed(missing))
      return failure();
    result.push_back(*missing);
  }
  if (llvm::is_contained(sizes, -1))
    return result;
  Dim before = rule.constant(1), after = rule.constant(1);
  for (Dim dim : dims)
    before = before && dim ? before * dim : Dim();
  for (Dim dim : result)
    after = after * dim;
  if (failed(rule.unify(before, after, "numbers of elements to be")))
    return failure();
  return result;
}

LogicalResult rules::reshape(ShapeRule &rule, ArrayRef<int64_t> shape) {
  const Shape &self = rule.operand(0);
  FailureOr<SmallVector<Dim>> dims = resolveSizes(rule, self.dims, shape);
  if (failed(dims))
    return failure();
  return rule.result(*dims, self.elementType);
}

LogicalResult rules::flatten(ShapeRule &rule, int64_t start, int64_t end) {
  const Shape &self = rule.operand(0);
  FailureOr<int64_t> first = rule.wrapDim(start, self.rank());
  FailureOr<int64_t> last = rule.wrapDim(end, self.rank());
  if (failed(first) || failed(last))
    return failure();
  if (*first > *last)
    return rule.error("expected 'start_dim' not after 'end_dim', found " +
                      Twine(*first) + " and " + Twine(*last));
  if (self.rank() == 0)
    return rule.result(rule.constant(1), self.elementType);
  SmallVector<Dim> dims(self.dims.begin(), self.dims.begin() + *first);
  Dim joined = rule.constant(1);
  for (int64_t dim = *first; dim <= *last; ++dim)
    joined = joined && self.dims[dim] ? joined * self.dims[dim] : Dim();
  dims.push_back(joined);
  dims.append(self.dims.begin() + *last + 1, self.dims.end());
  return rule.result(dims, self.elementType);
}

LogicalResult rules::unflatten(ShapeRule &rule, int64_t dim,
                               ArrayRef<int64_t> sizes) {
  const Shape &self = rule.operand(0);
  FailureOr<int64_t> axis = rule.wrapDim(dim, self.rank());
  if (failed(axis))
    return failure();
  if (self.rank() == 0 || sizes.empty())
    return rule.error("expected a dimension and sizes to split it into");
  FailureOr<SmallVector<Dim>> parts =
      resolveSizes(rule, self.dims[*axis], sizes);
  if (failed(parts))
    return failure();
  SmallVector<Dim> dims(self.dims.begin(), self.dims.begin() + *axis);
  dims.append(*parts);
  dims.append(self.dims.begin() + *axis + 1, self.dims.end());
  return rule.result(dims, self.elementType);
}

LogicalResult rules::transpose(ShapeRule &rule, int64_t dim0, int64_t dim1) {
  const Shape &self = rule.operand(0);
  FailureOr<int64_t> a = rule.wrapDim(dim0, self.rank());
  FailureOr<int64_t> b = rule.wrapDim(dim1, self.rank());
  if (failed(a) || failed(b))
    return failure();
  SmallVector<Dim> dims = self.dims;
  if (!dims.empty())
    std::swap(dims[*a], dims[*b]);
  return rule.result(dims, self.elementType);
}

LogicalResult rules::permute(ShapeRule &rule, ArrayRef<int64_t> order) {
  const Shape &self = rule.operand(0);
  if (static_cast<int64_t>(order.size()) != self.rank())
    return rule.error("expected " + Twine(self.rank()) +
                      " dimensions in 'dims', found " + Twine(order.size()));
  FailureOr<SmallVector<int64_t>> wrapped = rule.wrapDims(order, self.rank());
  if (failed(wrapped))
    return failure();
  SmallVector<Dim> dims;
  for (int64_t dim : *wrapped)
    dims.push_back(self.dims[dim]);
  return rule.result(dims, self.elementType);
}

LogicalResult rules::expand(ShapeRule &rule, ArrayRef<int64_t> size) {
  const Shape &self = rule.operand(0);
  int64_t added = static_cast<int64_t>(size.size()) - self.rank();
  if (added < 0)
    return rule.error("expected " + Twine(self.rank()) +
                      " or more sizes, found " + Twine(size.size()));
  SmallVector<Dim> dims;
  for (auto [index, wanted] : llvm::enumerate(size)) {
    bool isNew = static_cast<int64_t>(index) < added;
    if (wanted < (isNew ? 0 : -1))
      return rule.error("expected sizes of 0 or more, or -1 for a dimension "
                        "that is kept, found " +
                        Twine(wanted));
    Dim own = isNew ? rule.constant(1) : self.dims[index - added];
    Dim target = wanted == -1 ? own : rule.constant(wanted);
    if (constantSize(own) != 1 &&
        failed(rule.unify(own, target, "dimensions to be ones or")))
      return failure();
    dims.push_back(target);
  }
  return rule.result(dims, self.elementType);
}

LogicalResult rules::expandAs(ShapeRule &rule) {
  const Shape &self = rule.operand(0), &other = rule.operand(1);
  FailureOr<SmallVector<Dim>> dims = rule.broadcast(self.dims, other.dims);
  if (failed(dims))
    return failure();
  if (self.rank() > other.rank())
    return rule.error("expected an operand #0 of rank " + Twine(other.rank()) +
                      " or less, found rank " + Twine(self.rank()));
  for (auto [own, target] : llvm::zip(*dims, other.dims))
    if (failed(rule.unify(own, target, "dimensions to be ones or")))
      return failure();
  return rule.result(other.dims, self.elementType);
}

LogicalResult rules::squeeze(ShapeRule &rule, ArrayRef<int64_t> dims) {
  const Shape &self = rule.operand(0);
  FailureOr<SmallVector<int64_t>> dropped = rule.wrapDims(dims, self.rank());
  if (failed(dropped))
    return failure();
  SmallVector<Dim> kept;
  for (auto [index, dim] : llvm::enumerate(self.dims))
    if (constantSize(dim) != 1 ||
        !llvm::is_contained(*dropped, static_cast<int64_t>(index)))
      kept.push_back(dim);
  return rule.result(kept, self.elementType);
}

LogicalResult rules::unsqueeze(ShapeRule &rule, int64_t dim) {
  const Shape &self = rule.operand(0);
  FailureOr<int64_t> axis = rule.wrapDim(dim, self.rank() + 1);
  if (failed(axis))
    return failure();
  SmallVector<Dim> dims = self.dims;
  dims.insert(dims.begin() + *axis, rule.constant(1));
  return rule.result(dims, self.elementType);
}

LogicalResult rules::repeat(ShapeRule &rule, ArrayRef<int64_t> repeats) {
  const Shape &self = rule.operand(0);
  int64_t added = static_cast<int64_t>(repeats.size()) - self.rank();
  if (added < 0)
    return rule.error("expected " + Twine(self.rank()) +
                      " or more entries in 'repeats', found " +
                      Twine(repeats.size()));
  SmallVector<Dim> dims;
  for (auto [index, times] : llvm::enumerate(repeats)) {
    if (times < 1)
      return rule.error("expected entries of 'repeats' of 1 or more, found " +
                        Twine(times));
    bool isNew = static_cast<int64_t>(index) < added;
    Dim own = isNew ? rule.constant(1) : self.dims[index - added];
    dims.push_back(own ? own * times : own);
  }
  return rule.result(dims, self.elementType);
}

//===----------------------------------------------------------------------===//
// Tensors from attributes
//===----------------------------------------------------------------------===//

LogicalResult rules::full(ShapeRule &rule, ArrayRef<int64_t> size, Type dtype) {
  SmallVector<Dim> dims;
  for (int64_t extent : size) {
    if (extent < 0)
      return rule.error("expected sizes of 0 or more, found " + Twine(extent));
    dims.push_back(rule.constant(extent));
  }
  return rule.result(dims, dtype);
}

LogicalResult rules::arange(ShapeRule &rule, const APFloat &start,
                            const APFloat &end, const APFloat &step,
                            Type dtype) {
  double first = start.convertToDouble(), last = end.convertToDouble(),
         by = step.convertToDouble();
  double count = std::ceil((last - first) / by);
  // A number of elements that no tensor has would not survive the conversion.
  if (by == 0 || !(count >= 0 && count < 1e15))
    return rule.error("expected a 'step' that leads from 'start' to 'end', "
                      "found " +
                      llvm::formatv("{0}", by).str());
  return rule.result(rule.constant(static_cast<int64_t>(count)), dtype);
}

LogicalResult rules::eye(ShapeRule &rule, int64_t n, int64_t m, Type dtype) {
  return full(rule, {n, m}, dtype);
}
