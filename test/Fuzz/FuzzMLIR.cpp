//===- FuzzMLIR.cpp - Any text as a module ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parses a module (and verifies it, as parsing does), reads it as a rewrite
// set, and prints it: operations, types, layouts and attributes of all our
// dialects, rules, fusion plans and schedules go through here.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/InitAll.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace kernel_opt;

static MLIRContext &context() {
  static MLIRContext *instance = [] {
    DialectRegistry registry;
    registerKernelOptDialects(registry);
    registry.insert<arith::ArithDialect, func::FuncDialect, gpu::GPUDialect,
                    linalg::LinalgDialect, scf::SCFDialect,
                    tensor::TensorDialect, transform::TransformDialect>();
    auto *made = new MLIRContext(registry, MLIRContext::Threading::DISABLED);
    made->loadAllAvailableDialects();
    return made;
  }();
  return *instance;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // The parser wants a terminated buffer.
  std::string text(reinterpret_cast<const char *>(data), size);
  ScopedDiagnosticHandler silent(&context(),
                                 [](Diagnostic &) { return success(); });
  auto module = parseSourceString<ModuleOp>(text, &context());
  if (!module)
    return 0;
  std::string printed;
  llvm::raw_string_ostream os(printed);
  module->print(os);
  if (!parseSourceString<ModuleOp>(printed, &context()))
    __builtin_trap(); // what is printed must be readable
  (void)rewrite::RewriteSet::parse(text, "fuzz", &context());
  return 0;
}
