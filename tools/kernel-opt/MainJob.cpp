//===- MainJob.cpp - From a program to its kernels --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MainJob.h"
#include "ImportJob.h"
#include "Isolation.h"
#include "JobOptions.h"
#include "ProposalJob.h"
#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Optimizer/Prepare.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "kernel-opt/Support/Nesting.h"
#include "kernel-opt/Support/OutputFile.h"
#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "mlir/Bytecode/BytecodeReader.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/SourceMgr.h"
#include <csignal>

using namespace mlir;
using namespace kernel_opt;

static optimizer::Options optimizerOptions(const MainJobOptions &options) {
  optimizer::Options result;
  result.compile = compileOptions(options);
  result.schedules.assign(options.schedules.begin(), options.schedules.end());
  result.verify = options.verify != "off";
  result.policy = options.verify;
  uint64_t nonce;
  if (!options.nonce.empty() &&
      !StringRef(options.nonce).getAsInteger(16, nonce))
    result.nonce = nonce;
  result.requireAll = options.requireAll;
  result.splitFactors = options.splitFactors;
  result.machineCode = options.emit == Emit::Cubin;
  return result;
}

/// Writes the certificate where it was asked for, or beside the output.
static LogicalResult
writeCertificate(StringRef output, const MainJobOptions &options,
                 const std::optional<llvm::json::Object> &certificate) {
  std::string path = options.certificate;
  // Beside a file, not beside a device.
  if (path.empty() && output != "-" &&
      (!llvm::sys::fs::exists(output) ||
       llvm::sys::fs::is_regular_file(output)))
    path = (output + ".cert.json").str();
  if (!certificate || path.empty())
    return success();
  std::string text = llvm::formatv(
      "{0:2}\n", llvm::json::Value(llvm::json::Object(*certificate)));
  if (llvm::Error error = writeOutput(path, text)) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return failure();
  }
  return success();
}

static void printVerdict(const std::optional<llvm::json::Object> &certificate) {
  if (!certificate) {
    llvm::errs() << "unproven: nothing was verified (--verify=off)\n";
    return;
  }
  llvm::errs() << *certificate->getString("verdict") << " by policy '"
               << *certificate->getObject("policy")->getString("name") << "'\n";
  for (const llvm::json::Value &reason : *certificate->getArray("reasons"))
    llvm::errs() << "  " << reason.getAsString().value_or("") << "\n";
}

/// Checks what can be checked before any work.
static LogicalResult checkOptions(ModuleOp module,
                                  const MainJobOptions &options) {
  if (llvm::Expected<nvptx::Chip> chip = nvptx::findChip(options.target); !chip)
    return module.emitError(llvm::toString(chip.takeError()));
  uint64_t nonce;
  if (!options.nonce.empty() &&
      StringRef(options.nonce).getAsInteger(16, nonce))
    return module.emitError(
               "--nonce: expected up to 16 hexadecimal digits, found '")
           << options.nonce << "'";
  if (options.emit < Emit::MLIR || onlyReads() || isProposalJob(options))
    return success();
  if (llvm::Expected<std::string> ptxas = nvptx::findPtxas(options.cudaPath);
      !ptxas)
    return module.emitError(llvm::toString(ptxas.takeError()));
  return success();
}

/// Gives arguments the types that the command line says.
static LogicalResult specialize(ModuleOp module, const MainJobOptions &options,
                                bool isImported) {
  SmallVector<RankedTensorType> types;
  // An archive was imported with them.
  if (isImported)
    return success();
  for (const std::string &text : options.inputs) {
    std::string wrong;
    auto type = optimizer::parseInputType(text, module.getContext(), wrong);
    if (failed(type))
      return module.emitError(wrong);
    types.push_back(*type);
  }
  if (types.empty())
    return success();
  return optimizer::specializeInputs(module, types);
}

/// The steps up to what is printed.
static LogicalResult runSteps(ModuleOp module, Emit emit,
                              const optimizer::Options &options,
                              StringRef fusionPlan,
                              optimizer::Outcome &outcome) {
  if (emit == Emit::Input)
    return success();
  // Rules have rewritten the program already if its stages are known.
  bool isRewritten = !outcome.verification->chain.empty();
  if (failed(isRewritten ? optimizer::lowerToLinalg(module, options.requireAll,
                                                    &outcome.left)
                         : optimizer::prepareProgram(module, options, outcome)))
    return failure();
  if (emit == Emit::Linalg)
    return success();
  if (failed(formWithPlan(module, fusionPlan, options)))
    return failure();
  if (emit == Emit::Kernels)
    return success();
  if (emit == Emit::GPU)
    return optimizer::scheduleKernels(module, options);
  if (failed(optimizer::scheduleVerified(module, options, outcome)))
    return failure();
  return optimizer::compileKernels(module, options, outcome);
}

/// "verified by strict, certificate sha256:..."
static std::string stampOf(ModuleOp module) {
  auto text = [&](StringRef name) {
    auto attribute = module->getAttrOfType<StringAttr>(name);
    return attribute ? attribute.str() : std::string();
  };
  std::string certificate = text("kopt.certificate");
  return text("kopt.verdict") + " by " + text("kopt.policy") +
         (certificate.empty() ? "" : ", certificate " + certificate);
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
  plan->origin["verified"] = stampOf(module);
  os << llvm::formatv("{0:2}\n", llvm::json::Value(plan->toJSON()));
  return success();
}

static LogicalResult print(raw_ostream &os, ModuleOp module, Emit emit,
                           const optimizer::Outcome &outcome) {
  switch (emit) {
  case Emit::PTX:
    // Before the text that is hashed and launched.
    os << "// kernel-opt: " << stampOf(module) << "\n";
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

/// Lets the search or the archive decide what they know.
static LogicalResult decide(const MainJobOptions &options, Emit emit,
                            optimizer::Options &steps,
                            std::unique_ptr<search::Replay> &decisions) {
  // What a rewrite set says is not mixed with what the archive says.
  if (emit == Emit::Input || (!options.rewriteSets.empty() && !hasDecision()))
    return success();
  auto loaded = loadDecisions(options);
  if (!loaded) {
    llvm::errs() << llvm::toString(loaded.takeError()) << "\n";
    return failure();
  }
  decisions = std::move(*loaded);
  if (decisions)
    decisions->decide(steps);
  return success();
}

static LogicalResult confirm(const search::Replay *decisions,
                             const optimizer::Outcome &outcome) {
  if (!decisions)
    return success();
  llvm::Error error = decisions->confirm(outcome);
  if (!error)
    return success();
  llvm::errs() << llvm::toString(std::move(error)) << "\n";
  return failure();
}

//===----------------------------------------------------------------------===//
// The job
//===----------------------------------------------------------------------===//

/// The program as MLIR; an archive becomes that on the way.
static std::unique_ptr<llvm::MemoryBuffer>
openInput(StringRef input, const MainJobOptions &options, bool &isImported) {
  std::string message;
  auto file = openInputFile(input, &message);
  if (!file) {
    llvm::errs() << "error: " << message << "\n";
    return {};
  }
  isImported = isTorchScript(file->getBuffer());
  if (isImported) {
    auto text = importTorchScript(input, options);
    if (text)
      return std::move(*text);
    llvm::errs() << "error: " << llvm::toString(text.takeError()) << "\n";
    return {};
  }
  // Neither the text, of which it shows lines, nor the bytecode.
  if (!isBytecode(file->getMemBufferRef()) &&
      file->getBuffer().contains('\0')) {
    llvm::errs() << "error: '" << input
                 << "' is no MLIR: expected its text or bytecode, found other "
                    "binary data\n";
    return {};
  }
  return file;
}

static OwningOpRef<ModuleOp> parseInput(StringRef input,
                                        const llvm::SourceMgr &sources,
                                        MLIRContext &context) {
  context.loadAllAvailableDialects();
  context.allowUnregisteredDialects(MlirOptMainConfig::createFromCLOptions()
                                        .shouldAllowUnregisteredDialects());
  StringRef text =
      sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
  OwningOpRef<ModuleOp> module;
  if (succeeded(checkNesting(text, input, &context)))
    module = parseSourceFile<ModuleOp>(sources, &context);
  if (!module)
    llvm::errs() << "note: '" << input
                 << "' is not read as a module; kernel-opt takes functions on "
                    "tensors, of linalg, TOSA or aten operations, and the "
                    "dialects that --show-dialects lists\n";
  else if (failed(checkContents(*module)))
    return {};
  return module;
}

namespace {
/// What a job makes of a program.
struct Product {
  optimizer::Outcome outcome;
  std::unique_ptr<search::Replay> decisions;
  bool isCompiled = false;
  std::optional<llvm::json::Object> certificate;
  std::string text;
};
} // namespace

/// Takes the program through the steps, as far as what is printed asks for.
static LogicalResult compile(ModuleOp module, const MainJobOptions &options,
                             optimizer::Options &steps, Product &product) {
  Emit emit = onlyReads() ? Emit::Input : options.emit.getValue();
  // A search has made use of the rewrite set already.
  bool useSet = emit != Emit::Input && !hasDecision();
  std::string plan;
  if (failed(decide(options, emit, steps, product.decisions)) ||
      (useSet &&
       failed(useRewriteSets(module, options, steps, plan, product.outcome))) ||
      failed(runSteps(module, emit, steps, plan, product.outcome)) ||
      failed(confirm(product.decisions.get(), product.outcome)) ||
      failed(reportFindings(product.outcome)))
    return failure();
  product.isCompiled = emit >= Emit::MLIR;
  if (product.isCompiled)
    product.certificate = optimizer::certify(module, steps, product.outcome);
  llvm::raw_string_ostream os(product.text);
  return print(os, module, emit, product.outcome);
}

static LogicalResult deliver(StringRef output, const MainJobOptions &options,
                             const Product &product) {
  if (failed(writeCertificate(output, options, product.certificate)))
    return failure();
  // An inner process hands its output to the outer one.
  if (llvm::Error error =
          writeOutput(isInner() ? StringRef("-") : output, product.text)) {
    llvm::errs() << "error: " << llvm::toString(std::move(error)) << "\n";
    return failure();
  }
  if (options.quiet || onlyReads())
    return success();
  optimizer::printSummary(llvm::errs(), product.outcome);
  if (product.isCompiled)
    printVerdict(product.certificate);
  if (std::string from = product.decisions ? product.decisions->describe() : "";
      !from.empty())
    llvm::errs() << "decided by " << from << "\n";
  return success();
}

LogicalResult kernel_opt::runMainJob(StringRef input, StringRef output,
                                     const MainJobOptions &options,
                                     DialectRegistry &registry) {
#ifdef SIGXFSZ
  // A file that grows beyond the limit is an error like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
#endif
  bool isImported = false;
  auto file = openInput(input, options, isImported);
  if (!file)
    return failure();
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
  OwningOpRef<ModuleOp> module = parseInput(input, sources, context);
  if (!module)
    return failure();
  optimizer::Options steps = optimizerOptions(options);
  if (failed(checkOptions(*module, options)) ||
      failed(specialize(*module, options, isImported)))
    return failure();
  Product product;
  LogicalResult result = success();
  if (isProposalJob(options)) {
    // Verdicts are an output even if they are bad.
    llvm::raw_string_ostream os(product.text);
    result = runProposalJob(*module, options, steps, os);
  } else if (failed(compile(*module, options, steps, product))) {
    return failure();
  }
  // Nothing is written before everything is known to be there.
  if (failed(deliver(output, options, product)))
    return failure();
  return result;
}
