//===- DimAttributes.cpp - Attributes that name dimensions ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DimAttributes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

bool rewrite::isDimAttribute(StringRef attribute) {
  static constexpr StringLiteral names[] = {"dim",     "dims",     "dim0",
                                            "dim1",    "dim2",     "start_dim",
                                            "end_dim", "dimension"};
  return llvm::is_contained(names, attribute);
}

DimTranslation::DimTranslation(kopt::RuleOp rule, Operation *op,
                               RankedTensorType actual) {
  StringRef name = op->getName().stripDialect();
  extra = name == "unsqueeze" || name == "stack";
  if (op->getNumOperands() == 0)
    return;
  auto pattern = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!pattern || !actual)
    return;
  patternRank = pattern.getRank();
  actualRank = actual.getRank();
  for (auto [position, dim] : llvm::enumerate(kopt::DimsAttr::namesOf(pattern)))
    if (!dim.empty() && rule.isSequence(dim))
      sequence = position;
}

FailureOr<int64_t> DimTranslation::operator()(int64_t dim) const {
  int64_t rank = patternRank + extra;
  int64_t front = dim < 0 ? dim + rank : dim;
  if (front < 0 || front >= std::max<int64_t>(rank, 1))
    return failure();
  if (!sequence || front < *sequence)
    return front;
  if (front > *sequence)
    return front - rank + actualRank + extra;
  // A new dimension may come before the sequence, none is the sequence.
  if (extra)
    return front;
  return failure();
}

/// Applies `translate` to an integer or to each of a list.
static FailureOr<Attribute>
translateEach(Attribute attribute,
              llvm::function_ref<FailureOr<int64_t>(int64_t)> translate) {
  Builder builder(attribute.getContext());
  if (auto integer = dyn_cast<IntegerAttr>(attribute)) {
    FailureOr<int64_t> dim = translate(integer.getInt());
    if (failed(dim))
      return failure();
    return Attribute(builder.getIntegerAttr(integer.getType(), *dim));
  }
  auto list = dyn_cast<mlir::DenseI64ArrayAttr>(attribute);
  if (!list)
    return attribute;
  SmallVector<int64_t> dims;
  for (int64_t entry : list.asArrayRef()) {
    FailureOr<int64_t> dim = translate(entry);
    if (failed(dim))
      return failure();
    dims.push_back(*dim);
  }
  return Attribute(builder.getDenseI64ArrayAttr(dims));
}

FailureOr<Attribute> DimTranslation::operator()(Attribute attribute) const {
  return translateEach(attribute, [&](int64_t dim) { return (*this)(dim); });
}

FailureOr<Attribute>
DimTranslation::normalizeActual(Attribute attribute) const {
  int64_t rank = actualRank + extra;
  return translateEach(attribute, [&](int64_t dim) -> FailureOr<int64_t> {
    return dim < 0 ? dim + rank : dim;
  });
}
