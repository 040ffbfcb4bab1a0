//===- MainJob.cpp - From a program to its kernels --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MainJob.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace kernel_opt;

static optimizer::Options optimizerOptions(const MainJobOptions &options) {
  optimizer::Options result;
  result.compile.target = options.target;
  result.compile.cudaPath = options.cudaPath;
  result.schedules.assign(options.schedules.begin(), options.schedules.end());
  result.verify = options.verify;
  result.machineCode = options.emit == Emit::Cubin;
  return result;
}

/// The steps up to what is printed.
static LogicalResult runSteps(ModuleOp module, Emit emit,
                              const optimizer::Options &options,
                              optimizer::Outcome &outcome) {
  if (emit == Emit::Input)
    return success();
  if (failed(optimizer::lowerToLinalg(module)))
    return failure();
  if (emit == Emit::Linalg)
    return success();
  if (failed(optimizer::formKernels(module, options)))
    return failure();
  if (emit == Emit::Kernels)
    return success();
  if (failed(optimizer::scheduleKernels(module, options)))
    return failure();
  if (emit == Emit::GPU)
    return success();
  if (options.verify &&
      failed(optimizer::verifyKernels(module, options, outcome)))
    return failure();
  return optimizer::compileKernels(module, options, outcome);
}

static LogicalResult printPlan(raw_ostream &os, ModuleOp module,
                               const optimizer::Outcome &outcome) {
  auto functions = llvm::to_vector(module.getOps<func::FuncOp>());
  if (functions.size() != 1)
    return module.emitError("a launch plan is made of one function, found ")
           << functions.size();
  auto plan = optimizer::buildLaunchPlan(functions.front(), outcome);
  if (failed(plan))
    return failure();
  os << llvm::formatv("{0:2}\n", llvm::json::Value(plan->toJSON()));
  return success();
}

static LogicalResult print(raw_ostream &os, ModuleOp module, Emit emit,
                           const optimizer::Outcome &outcome) {
  switch (emit) {
  case Emit::PTX:
    for (const optimizer::KernelRecord &record : outcome.kernels)
      os << record.compiled.ptx;
    return success();
  case Emit::Cubin:
    if (outcome.kernels.size() != 1)
      return module.emitError("machine code is printed of one kernel, found ")
             << outcome.kernels.size();
    os << outcome.kernels.front().compiled.ptxas->cubin;
    return success();
  case Emit::Plan:
    return printPlan(os, module, outcome);
  default:
    module->print(os, OpPrintingFlags());
    os << "\n";
    return success();
  }
}

LogicalResult kernel_opt::runMainJob(StringRef input, StringRef output,
                                     const MainJobOptions &options,
                                     DialectRegistry &registry) {
  std::string message;
  auto file = openInputFile(input, &message);
  if (!file) {
    llvm::errs() << message << "\n";
    return failure();
  }
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(file), SMLoc());
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  SourceMgrDiagnosticHandler handler(sources, &context,
                                     [&](Location) { return true; });
  // What was decided is told by the account at the end.
  ScopedDiagnosticHandler noRemarks(&context, [](Diagnostic &diagnostic) {
    return success(diagnostic.getSeverity() == DiagnosticSeverity::Remark);
  });
  context.loadAllAvailableDialects();
  OwningOpRef<ModuleOp> module = parseSourceFile<ModuleOp>(sources, &context);
  optimizer::Outcome outcome;
  std::string text;
  llvm::raw_string_ostream os(text);
  if (!module ||
      failed(runSteps(*module, options.emit, optimizerOptions(options),
                      outcome)) ||
      failed(print(os, *module, options.emit, outcome)))
    return failure();
  // Nothing is written before everything is known to be there.
  auto out = openOutputFile(output, &message);
  if (!out) {
    llvm::errs() << message << "\n";
    return failure();
  }
  out->os() << text;
  out->os().flush();
  if (out->os().has_error()) {
    llvm::errs() << "cannot write '" << output
                 << "': " << out->os().error().message() << "\n";
    out->os().clear_error();
    return failure();
  }
  out->keep();
  if (!options.quiet)
    optimizer::printSummary(llvm::errs(), outcome);
  return success();
}
