//===- PDLRules.h - Raw patterns --------------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_REWRITESET_PDLRULES_H
#define KERNEL_OPT_LIB_REWRITESET_PDLRULES_H

#include "kernel-opt/RewriteSet/Match.h"
#include "mlir/Dialect/PDL/IR/PDL.h"
#include "mlir/Dialect/PDL/IR/PDLOps.h"

namespace kernel_opt::rewrite {

/// The native constraints that a pattern may apply.
bool isAllowedConstraint(StringRef name);

/// Appends the matches of the raw pattern `rule` in `function`.
void findPatternMatches(Operation *rule, Operation *function, unsigned limit,
                        std::vector<Match> &found);

/// Applies one of them.
LogicalResult applyPattern(const Match &match, RewriterBase &rewriter,
                           std::string &why);

} // namespace kernel_opt::rewrite

#endif // KERNEL_OPT_LIB_REWRITESET_PDLRULES_H
