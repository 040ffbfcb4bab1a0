//===- FuzzMLIR.cpp - Any text as a module, a set, a proposal ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Targets.h"
#include "kernel-opt/InitAll.h"
#include "kernel-opt/Proposal/Admission.h"
#include "kernel-opt/RewriteSet/RewriteSet.h"
#include "kernel-opt/Support/Nesting.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace kernel_opt;

/// Keeps what it has interned: a new context for each input takes a second.
static MLIRContext *makeContext(const DialectRegistry &registry) {
  auto *made = new MLIRContext(registry, MLIRContext::Threading::DISABLED);
  made->loadAllAvailableDialects();
  return made;
}

/// Our dialects and what stands in modules beside them. Not linalg: its parsers
/// crash on wrong text, which is why the tools parse in processes of their own.
static MLIRContext &context() {
  static MLIRContext *instance = [] {
    DialectRegistry registry;
    registerKernelOptDialects(registry);
    registry.insert<arith::ArithDialect, func::FuncDialect, gpu::GPUDialect,
                    scf::SCFDialect, tensor::TensorDialect,
                    transform::TransformDialect>();
    return makeContext(registry);
  }();
  return *instance;
}

/// All that a program may hold on its way.
static MLIRContext &wholeContext() {
  static MLIRContext *instance = [] {
    DialectRegistry registry;
    registerAllDialects(registry);
    registerAllPasses();
    return makeContext(registry);
  }();
  return *instance;
}

void fuzz::readModule(StringRef input) {
  ScopedDiagnosticHandler silent(&context(),
                                 [](Diagnostic &) { return success(); });
  auto module = parseModule(input, "input", &context());
  if (!module)
    return;
  std::string printed;
  llvm::raw_string_ostream os(printed);
  module->print(os);
  if (!parseSourceString<ModuleOp>(printed, &context()))
    defect("what is printed cannot be read:\n" + printed);
  (void)rewrite::RewriteSet::parse(input, "input", &context());
}

static constexpr StringLiteral program = R"(
func.func @f(%x: tensor<8x12xf32>) -> tensor<8x12xf32> {
  %0 = aten.neg %x : (tensor<8x12xf32>) -> tensor<8x12xf32>
  %1 = aten.neg %0 : (tensor<8x12xf32>) -> tensor<8x12xf32>
  %2 = aten.softmax %1 {dim = -1 : i64} : (tensor<8x12xf32>) -> tensor<8x12xf32>
  return %2 : tensor<8x12xf32>
})";

void fuzz::readProposal(StringRef input) {
  // Each rule that is legal is tried on values; a few show what many do.
  proposal::AdmissionOptions options;
  options.checkKernels = false;
  options.mostItems = 2;
  static const auto *module = new OwningOpRef<ModuleOp>(
      parseSourceString<ModuleOp>(program, &wholeContext()));
  // The lexer looks for a zero behind the text.
  std::string text = input.str();
  proposal::Admitted admitted =
      proposal::admit(text, "proposal.mlir", **module, options);
  std::string report =
      llvm::formatv("{0}", llvm::json::Value(admitted.report.toJSON()));
  if (!llvm::json::isUTF8(report))
    defect("the report is not text");
  if (admitted.rewriteSet.empty())
    return;
  ScopedDiagnosticHandler silent(&wholeContext(),
                                 [](Diagnostic &) { return success(); });
  if (failed(rewrite::RewriteSet::parse(admitted.rewriteSet, "admitted",
                                        &wholeContext())))
    defect("what was admitted cannot be read:\n" + admitted.rewriteSet);
}
