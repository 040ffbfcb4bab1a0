//===- DimAttributes.h - Attributes that name dimensions --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_REWRITESET_DIMATTRIBUTES_H
#define KERNEL_OPT_LIB_REWRITESET_DIMATTRIBUTES_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"

namespace kernel_opt::rewrite {

/// Whether `attribute` of an aten op numbers dimensions of its first operand.
bool isDimAttribute(StringRef attribute);

/// Translates dimensions as a rule counts them, where a name may stand for
/// several, to those of an actual tensor. Both are of the first operand of
/// `op`, whose dimensional attributes may count one more (aten.unsqueeze).
class DimTranslation {
public:
  DimTranslation(kopt::RuleOp rule, Operation *op, RankedTensorType actual);

  /// The dimension of the actual tensor, from the front, that the rule calls
  /// `dim`; fails if that stands for several or there is none.
  FailureOr<int64_t> operator()(int64_t dim) const;
  /// The same for an attribute: an integer or a list.
  FailureOr<Attribute> operator()(Attribute attribute) const;
  /// `attribute` of the actual operation, counted from the front.
  FailureOr<Attribute> normalizeActual(Attribute attribute) const;

private:
  int64_t extra = 0, patternRank = 0, actualRank = 0;
  /// Position of the name that stands for several dimensions.
  std::optional<int64_t> sequence;
};

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_LIB_REWRITESET_DIMATTRIBUTES_H
