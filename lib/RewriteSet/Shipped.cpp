//===- Shipped.cpp - The shipped rewrite sets -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Support/EmbeddedFile.h"

using namespace kernel_opt;
using namespace kernel_opt::rewrite;

static constexpr EmbeddedFile shippedFiles[] = {
#include "ShippedRewrites.inc"
};

FailureOr<std::vector<RewriteSet>>
RewriteSet::loadShipped(MLIRContext *context) {
  std::vector<RewriteSet> sets;
  for (const EmbeddedFile &file : shippedFiles) {
    FailureOr<RewriteSet> set = parse(file.text, file.name, context);
    if (failed(set))
      return failure();
    sets.push_back(std::move(*set));
  }
  return sets;
}
