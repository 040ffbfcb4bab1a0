//===- FuzzExpression.cpp - Any text as an expression -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "kernel-opt/Optimizer/Prepare.h"
#include "mlir/IR/MLIRContext.h"

using namespace kernel_opt;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  std::string message;
  (void)kopt::Expression::parse(text, message);
  (void)optimizer::parseInputType(text, &context, message);
  return 0;
}
