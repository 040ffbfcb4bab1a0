//===- PlacementRules.cpp - Rules of elements in other places ---*- C++ -*-===//
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

/// The axis that `dim` means, of a tensor that has one.
static FailureOr<int64_t> axisOf(ShapeRule &rule, unsigned operand,
                                 int64_t dim) {
  int64_t rank = rule.operand(operand).rank();
  if (rank == 0)
    return rule.error("expected operand #" + Twine(operand) +
                      " of rank 1 or more, found rank 0");
  return rule.wrapDim(dim, rank);
}

LogicalResult rules::slice(ShapeRule &rule, int64_t dim, int64_t start,
                           std::optional<int64_t> end, int64_t step) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  FailureOr<int64_t> axis = axisOf(rule, 0, dim);
  if (failed(axis))
    return failure();
  if (step < 1)
    return rule.error("expected a 'step' of 1 or more, found " + Twine(step));
  Dim &size = dims[*axis];
  if (std::optional<int64_t> known = constantSize(size)) {
    auto bound = [&](int64_t place) {
      place = place < 0 ? place + *known : place;
      return std::min(std::max<int64_t>(place, 0), *known);
    };
    int64_t first = bound(start);
    int64_t last = std::max(first, end ? bound(*end) : *known);
    size = rule.constant((last - first + step - 1) / step);
  } else if (start >= 0 && (!end || *end < 0)) {
    // Limits do not matter if the dimension is long enough, which is taken
    // for granted: a dynamic slice is not empty by chance.
    size = (size + end.value_or(0) - start).ceilDiv(step);
  } else if (start < 0 && (!end || *end < 0)) {
    size = rule.constant((end.value_or(0) - start + step - 1) / step);
  } else if (start >= 0 && end) {
    size =
        rule.constant(std::max<int64_t>(0, (*end - start + step - 1) / step));
  } else {
    size = Dim();
  }
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::select(ShapeRule &rule, int64_t dim, int64_t index) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  FailureOr<int64_t> axis = axisOf(rule, 0, dim);
  if (failed(axis))
    return failure();
  std::optional<int64_t> size = constantSize(dims[*axis]);
  if (size && (index < -*size || index >= *size))
    return rule.error("expected an index from " + Twine(-*size) + " to " +
                      Twine(*size - 1) + ", found " + Twine(index));
  dims.erase(dims.begin() + *axis);
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::cat(ShapeRule &rule, int64_t dim) {
  if (rule.numOperands() == 0)
    return rule.error("expected one tensor or more, found none");
  FailureOr<int64_t> axis = axisOf(rule, 0, dim);
  if (failed(axis))
    return failure();
  SmallVector<Dim> dims = rule.operand(0).dims;
  for (const Shape &shape : rule.getOperands().drop_front()) {
    if (shape.dims.size() != dims.size())
      return rule.error("expected tensors of rank " + Twine(dims.size()) +
                        ", found rank " + Twine(shape.rank()));
    for (auto [index, size] : llvm::enumerate(shape.dims)) {
      if (static_cast<int64_t>(index) == *axis) {
        dims[index] = dims[index] && size ? dims[index] + size : Dim();
        continue;
      }
      FailureOr<Dim> both =
          rule.unify(dims[index], size, "dimensions that are not joined");
      if (failed(both))
        return failure();
      dims[index] = *both;
    }
  }
  return rule.result(dims, rule.promote(rule.getOperands()));
}

LogicalResult rules::stack(ShapeRule &rule, int64_t dim) {
  if (rule.numOperands() == 0)
    return rule.error("expected one tensor or more, found none");
  SmallVector<Dim> dims = rule.operand(0).dims;
  FailureOr<int64_t> axis = rule.wrapDim(dim, dims.size() + 1);
  if (failed(axis))
    return failure();
  for (unsigned index = 1; index < rule.numOperands(); ++index) {
    if (failed(expectShape(rule, index, dims, "each tensor")))
      return failure();
    for (auto [own, other] : llvm::zip(dims, rule.operand(index).dims))
      own = *rule.unify(own, other, "dimensions");
  }
  dims.insert(dims.begin() + *axis, rule.constant(rule.numOperands()));
  return rule.result(dims, rule.promote(rule.getOperands()));
}

LogicalResult rules::flip(ShapeRule &rule, ArrayRef<int64_t> dims) {
  if (failed(rule.wrapDims(dims, rule.operand(0).rank())))
    return failure();
  return rule.same();
}

LogicalResult rules::roll(ShapeRule &rule, ArrayRef<int64_t> shifts,
                          ArrayRef<int64_t> dims) {
  if (shifts.size() != dims.size() || dims.empty())
    return rule.error("expected as many shifts as dimensions, found " +
                      Twine(shifts.size()) + " and " + Twine(dims.size()));
  return flip(rule, dims);
}

LogicalResult rules::pad(ShapeRule &rule, ArrayRef<int64_t> pad, PadMode mode) {
  SmallVector<Dim> dims = rule.operand(0).dims;
  if (pad.size() % 2 != 0 || pad.size() / 2 > dims.size())
    return rule.error("expected pairs for at most " + Twine(dims.size()) +
                      " dimensions in 'pad', found " + Twine(pad.size()) +
                      " entries");
  for (size_t i = 0; i < pad.size() / 2; ++i) {
    Dim &dim = dims[dims.size() - 1 - i];
    int64_t before = pad[2 * i], after = pad[2 * i + 1];
    std::optional<int64_t> size = constantSize(dim);
    int64_t most =
        mode == PadMode::Circular ? size.value_or(0) : size.value_or(0) - 1;
    if ((mode == PadMode::Reflect || mode == PadMode::Circular) && size &&
        std::max(before, after) > most)
      return rule.error("expected padding of at most " + Twine(most) +
                        " in this mode, found " +
                        Twine(std::max(before, after)));
    dim = dim ? dim + before + after : dim;
    if (constantSize(dim).value_or(0) < 0)
      return rule.error("expected a padded size of 0 or more, found " +
                        Twine(*constantSize(dim)));
  }
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::triangle(ShapeRule &rule) {
  if (rule.operand(0).rank() < 2)
    return rule.error("expected a tensor of rank 2 or more, found rank " +
                      Twine(rule.operand(0).rank()));
  return rule.same();
}

LogicalResult rules::diagonal(ShapeRule &rule, int64_t offset, int64_t dim1,
                              int64_t dim2) {
  const Shape &self = rule.operand(0);
  FailureOr<SmallVector<int64_t>> axes =
      rule.wrapDims({dim1, dim2}, self.rank());
  if (failed(axes))
    return failure();
  if (self.rank() < 2)
    return triangle(rule);
  std::optional<int64_t> rows = constantSize(self.dims[(*axes)[0]]);
  std::optional<int64_t> columns = constantSize(self.dims[(*axes)[1]]);
  Dim length;
  if (rows && columns)
    length = rule.constant(std::max<int64_t>(
        0, std::min(*rows + std::min<int64_t>(offset, 0),
                    *columns - std::max<int64_t>(offset, 0))));
  else if (offset == 0 && self.dims[(*axes)[0]] == self.dims[(*axes)[1]])
    length = self.dims[(*axes)[0]];
  SmallVector<Dim> dims;
  for (auto [index, dim] : llvm::enumerate(self.dims))
    if (!llvm::is_contained(*axes, static_cast<int64_t>(index)))
      dims.push_back(dim);
  dims.push_back(length);
  return rule.result(dims, self.elementType);
}

//===----------------------------------------------------------------------===//
// Computed places
//===----------------------------------------------------------------------===//

LogicalResult rules::embedding(ShapeRule &rule) {
  if (rule.operand(0).rank() != 2)
    return rule.error("expected a weight of rank 2, found rank " +
                      Twine(rule.operand(0).rank()));
  SmallVector<Dim> dims = rule.operand(1).dims;
  dims.push_back(rule.operand(0).dims[1]);
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::indexSelect(ShapeRule &rule, int64_t dim) {
  FailureOr<int64_t> axis = axisOf(rule, 0, dim);
  if (failed(axis))
    return failure();
  if (rule.operand(1).rank() != 1)
    return rule.error("expected an index of rank 1, found rank " +
                      Twine(rule.operand(1).rank()));
  SmallVector<Dim> dims = rule.operand(0).dims;
  dims[*axis] = rule.operand(1).dims[0];
  return rule.result(dims, rule.operand(0).elementType);
}

LogicalResult rules::gather(ShapeRule &rule, int64_t dim) {
  const Shape &self = rule.operand(0), &index = rule.operand(1);
  FailureOr<int64_t> axis = axisOf(rule, 0, dim);
  if (failed(axis))
    return failure();
  if (index.rank() != self.rank())
    return rule.error("expected an index of rank " + Twine(self.rank()) +
                      ", found rank " + Twine(index.rank()));
  for (auto [place, own, wanted] : llvm::enumerate(self.dims, index.dims)) {
    std::optional<int64_t> limit = constantSize(own),
                           size = constantSize(wanted);
    if (static_cast<int64_t>(place) != *axis && limit && size && *size > *limit)
      return rule.error("expected an index of size " + Twine(*limit) +
                        " or less in dimension " + Twine(place) + ", found " +
                        Twine(*size));
  }
  return rule.result(index.dims, self.elementType);
}

LogicalResult rules::index(ShapeRule &rule, ArrayRef<int64_t> dims) {
  const Shape &self = rule.operand(0);
  if (dims.empty() || dims.size() + 1 != rule.numOperands())
    return rule.error("expected one index tensor for each of 'dims', found " +
                      Twine(rule.numOperands() - 1) + " for " +
                      Twine(dims.size()));
  FailureOr<SmallVector<int64_t>> axes = rule.wrapDims(dims, self.rank());
  if (failed(axes))
    return failure();
  if (axes->empty() || !llvm::is_sorted(*axes))
    return rule.error("expected ascending 'dims'");
  SmallVector<Dim> places;
  for (const Shape &shape : rule.getOperands().drop_front()) {
    FailureOr<SmallVector<Dim>> both = rule.broadcast(places, shape.dims);
    if (failed(both))
      return failure();
    places = *both;
  }
  bool adjacent =
      axes->back() - axes->front() + 1 == static_cast<int64_t>(axes->size());
  SmallVector<Dim> result;
  size_t at = 0;
  for (auto [place, dim] : llvm::enumerate(self.dims)) {
    if (adjacent && static_cast<int64_t>(place) == axes->front())
      at = result.size();
    if (!llvm::is_contained(*axes, static_cast<int64_t>(place)))
      result.push_back(dim);
  }
  result.insert(result.begin() + at, places.begin(), places.end());
  return rule.result(result, self.elementType);
}
