//===- Evaluation.cpp - What is found out about one kernel's schedule -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Runtime/LaunchPlan.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

static constexpr StringLiteral isolatedName = "kernel";
/// Warp instructions after which the trial of a block stops: such a block takes
/// tens of milliseconds on a device.
static constexpr uint64_t trialSteps = 20'000'000;

//===----------------------------------------------------------------------===//
// Identity
//===----------------------------------------------------------------------===//

std::string search::programHash(gpu::GPUFuncOp program) {
  StringRef name = program.getName();
  std::string own = name.str();
  program.setName(isolatedName);
  std::string hash = structuralHash(program);
  program.setName(own);
  return hash;
}

std::string search::ptxHash(StringRef ptx, StringRef kernelName) {
  auto isName = [](char c) { return llvm::isAlnum(c) || c == '_' || c == '$'; };
  std::string text;
  for (size_t at = 0; at < ptx.size();) {
    size_t found = ptx.find(kernelName, at);
    if (found == StringRef::npos) {
      text += ptx.substr(at);
      break;
    }
    size_t end = found + kernelName.size();
    bool whole = (found == 0 || !isName(ptx[found - 1])) &&
                 (end == ptx.size() || !isName(ptx[end]) ||
                  ptx[end] == '_'); // of parameters and shared memory
    text += ptx.slice(at, found);
    text += whole ? StringRef(isolatedName) : kernelName;
    at = end;
  }
  return hashText(text);
}

void search::describeTypes(kopt::KernelOp kernel, KernelInfo &info) {
  llvm::raw_string_ostream shapes(info.shapes);
  llvm::interleaveComma(kernel->getOperandTypes(), shapes);
  shapes << " -> ";
  llvm::interleaveComma(kernel->getResultTypes(), shapes);
  if (kopt::ContractAttr contract = kernel.getContractAttr())
    llvm::raw_string_ostream(info.contract) << contract;
}

std::string search::isolateKernel(kopt::KernelOp kernel) {
  MLIRContext *context = kernel.getContext();
  Location loc = UnknownLoc::get(context);
  OwningOpRef<ModuleOp> module(ModuleOp::create(loc));
  OpBuilder builder = OpBuilder::atBlockEnd(module->getBody());
  auto type = builder.getFunctionType(kernel.getInputs().getTypes(),
                                      kernel.getResultTypes());
  auto function = func::FuncOp::create(builder, loc, "host", type);
  Block *block = function.addEntryBlock();
  builder.setInsertionPointToEnd(block);
  IRMapping mapping;
  mapping.map(kernel.getInputs(), block->getArguments());
  auto copy = cast<kopt::KernelOp>(builder.clone(*kernel, mapping));
  // Two operands may be one value.
  copy.getInputsMutable().assign(block->getArguments());
  copy.setKernelName(isolatedName);
  // Who makes its operands is not here: it is compared as it stands, and the
  // check of the whole program looks at them together.
  copy->removeDiscardableAttr(kopt::kWholeAttrName);
  func::ReturnOp::create(builder, loc, copy.getResults());
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os);
  return text;
}

//===----------------------------------------------------------------------===//
// Evaluation
//===----------------------------------------------------------------------===//

namespace {
/// Keeps the errors of a step instead of printing them.
class ErrorKeeper {
public:
  explicit ErrorKeeper(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
            if (!text.empty())
              text += "; ";
            text += diagnostic.str();
          } else if (diagnostic.getSeverity() == DiagnosticSeverity::Warning) {
            warnings.push_back(diagnostic.str());
          }
          return success();
        }) {}
  std::string text;
  std::vector<std::string> warnings;

private:
  ScopedDiagnosticHandler handler;
};
} // namespace

static kopt::KernelOp onlyKernel(ModuleOp module) {
  SmallVector<kopt::KernelOp> kernels = kopt::distinctKernels(module);
  return kernels.size() == 1 ? kernels.front() : kopt::KernelOp();
}

/// Makes the program of the only kernel.
static FailureOr<gpu::GPUFuncOp> scheduleOnly(ModuleOp module,
                                              const KernelChoice &choice,
                                              optimizer::Options &options) {
  kopt::KernelOp kernel = onlyKernel(module);
  if (!kernel)
    return module.emitError("expected one kernel");
  if (!choice.strategy.empty())
    options.decisions.schedule = [&](kopt::KernelOp) {
      optimizer::ScheduleChoice decided;
      decided.strategy = choice.strategy;
      for (const auto &[name, value] : choice.knobs)
        decided.knobs[name] = value;
      return std::optional(decided);
    };
  if (failed(optimizer::scheduleKernels(module, options)))
    return failure();
  gpu::GPUFuncOp program = kopt::lookupProgram(kernel);
  if (!program)
    return kernel.emitError("has no program");
  return program;
}

static CostFacts factsOf(kopt::KernelOp kernel) {
  kernel::KernelFacts known = kernel::analyzeKernel(kernel);
  CostFacts facts;
  facts.flops = double(known.flops);
  facts.productFlops = double(known.productFlops);
  facts.transcendentals = double(known.transcendentals);
  facts.bytesRead = double(known.bytesRead);
  facts.bytesWritten = double(known.bytesWritten);
  if (known.productType && known.productType.isIntOrFloat())
    facts.productBits = known.productType.getIntOrFloatBitWidth();
  return facts;
}

/// Runs one block in the middle of the grid, and keeps what that cost. Returns
/// what the block does wrong.
static std::string tryBlock(gpu::GPUFuncOp program, CostFacts &facts) {
  auto compiled = verify::CompiledKernel::compile(program);
  if (failed(compiled))
    return "";
  int64_t blocks = compiled->gridSize().volume();
  facts.blocks = double(blocks);
  facts.threads = unsigned(compiled->blockSize().volume());
  // What is not run counts as if nothing were wasted.
  facts.sectors =
      (facts.bytesRead + facts.bytesWritten) / 32 / std::max(1.0, facts.blocks);
  facts.instructions =
      (facts.flops + facts.transcendentals) / 32 / std::max(1.0, facts.blocks);
  facts.steps = facts.instructions;
  if (compiled->blocksCommunicate())
    return "";
  auto domain = verify::createFloatDomain();
  verify::LaunchSpec launch;
  launch.blocks = {blocks / 2};
  launch.stepLimit = trialSteps;
  launch.checkCompleteness = false;
  auto run = verify::interpret(
      *compiled, *domain,
      verify::makeArgumentSource(*compiled, *domain, /*seed=*/1,
                                 verify::InputFamily::Normal),
      launch);
  if (failed(run))
    return "";
  const verify::RunCounters &counters = run->counters;
  facts.instructions =
      std::max(double(counters.instructions), double(counters.laneOps) / 32);
  facts.steps = double(counters.instructions);
  facts.sectors =
      double(counters.globalSectorsRead + counters.globalSectorsWritten);
  facts.sharedPasses = double(counters.sharedAccesses + counters.bankConflicts);
  for (const verify::Report &report : run->reports) {
    if (report.fault == verify::Fault::StepLimit ||
        report.fault == verify::Fault::Unsupported)
      continue;
    std::string text;
    llvm::raw_string_ostream os(text);
    verify::printReport(report, os);
    return StringRef(text).trim().str();
  }
  return "";
}

/// Whether products run in tensor cores: ops of kgpu for them say so.
static bool usesTensorCores(gpu::GPUFuncOp program) {
  return program
      .walk([](Operation *op) {
        return op->getName().getStringRef().contains("mma")
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

static Evaluation fail(StringRef state, std::string reason) {
  Evaluation evaluation;
  evaluation.state = state.str();
  evaluation.reason = reason.empty() ? "no reason was given" : reason;
  return evaluation;
}

/// What ptxas found goes into the facts; a loss of performance is a reason.
static std::string takeResources(const nvptx::CompiledKernel &compiled,
                                 CostFacts &facts) {
  if (!compiled.ptxas)
    return "ptxas was not run";
  facts.registers = compiled.ptxas->registers;
  facts.spillBytes =
      compiled.ptxas->spillStoreBytes + compiled.ptxas->spillLoadBytes;
  facts.residentBlocks = compiled.occupancy.blocks;
  return llvm::join(compiled.ptxas->performanceLosses, "; ");
}

Evaluation search::evaluateKernel(ModuleOp module, const KernelChoice &choice,
                                  optimizer::Options options,
                                  ArrayRef<std::string> known, bool withPlan) {
  ErrorKeeper errors(module.getContext());
  auto program = scheduleOnly(module, choice, options);
  if (failed(program))
    return fail("illegal", errors.text);
  Evaluation evaluation;
  evaluation.finalHash = programHash(*program);
  if (llvm::is_contained(known, evaluation.finalHash)) {
    evaluation.state = "duplicate";
    return evaluation;
  }
  CostFacts facts = factsOf(onlyKernel(module));
  facts.tensorCores = usesTensorCores(*program);
  std::string wrong = tryBlock(*program, facts);
  if (!wrong.empty()) {
    evaluation.state = "invalid";
    evaluation.reason = wrong;
    return evaluation;
  }
  optimizer::Outcome outcome;
  if (failed(optimizer::compileKernels(module, options, outcome)) ||
      outcome.kernels.size() != 1)
    return fail("uncompilable", errors.text);
  const nvptx::CompiledKernel &compiled = outcome.kernels.front().compiled;
  evaluation.ptxHash = ptxHash(compiled.ptx, isolatedName);
  std::string loss = takeResources(compiled, facts);
  if (!loss.empty()) {
    evaluation.state = "slow";
    evaluation.reason = loss;
    return evaluation;
  }
  if (facts.residentBlocks == 0)
    return fail("uncompilable", "no block fits on a multiprocessor");
  if (withPlan) {
    auto functions = module.getOps<func::FuncOp>();
    auto plan = optimizer::buildLaunchPlan(*functions.begin(), outcome);
    if (failed(plan))
      return fail("uncompilable", errors.text);
    evaluation.plan = llvm::formatv("{0}", json::Value(plan->toJSON()));
  }
  evaluation.facts = facts;
  evaluation.time = modelTime(facts, findDeviceModel(compiled.chip.sm));
  return evaluation;
}

CheckedProgram search::checkKernelChoice(ModuleOp module,
                                         const KernelChoice &choice,
                                         optimizer::Options options,
                                         uint64_t nonce) {
  ErrorKeeper errors(module.getContext());
  CheckedProgram checked;
  auto program = scheduleOnly(module, choice, options);
  if (failed(program)) {
    checked.detail = errors.text;
    return checked;
  }
  checked.finalHash = programHash(*program);
  options.kernelNonces[isolatedName.str()] = nonce;
  optimizer::Outcome outcome;
  bool good = succeeded(optimizer::verifyKernels(module, options, outcome));
  checked.detail = errors.text;
  const optimizer::KernelRecord *record = outcome.lookup(isolatedName);
  if (!record || !record->check) {
    checked.verdict = "refuted"; // it was not admitted
    return checked;
  }
  json::Object parts{{"check", record->check->toJSON()}};
  if (record->accuracy)
    parts["accuracy"] = record->accuracy->toJSON();
  checked.record = std::move(parts);
  checked.verdict = good ? verify::getName(record->check->verdict).str()
                         : std::string("refuted");
  if (checked.detail.empty())
    checked.detail = record->check->reason;
  return checked;
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

json::Object Evaluation::toJSON() const {
  json::Object object{{"state", state},
                      {"reason", reason},
                      {"final_hash", finalHash},
                      {"ptx_hash", ptxHash}};
  if (facts)
    object["facts"] = facts->toJSON();
  return object;
}

llvm::Expected<Evaluation> Evaluation::fromJSON(const json::Value &value,
                                                const DeviceModel &device) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  Evaluation evaluation;
  evaluation.state = reader.string("state");
  evaluation.reason = reader.string("reason");
  evaluation.finalHash = reader.string("final_hash");
  evaluation.ptxHash = reader.string("ptx_hash");
  const json::Value *facts = reader.value("facts", /*required=*/false);
  evaluation.plan = reader.string("plan", "");
  reader.finish();
  if (llvm::Error error = errors.take("evaluation of a candidate"))
    return std::move(error);
  if (evaluation.isApplied() && !facts)
    return llvm::createStringError(
        "evaluation of a candidate: lacks 'facts' though it was applied");
  if (facts) {
    auto read = CostFacts::fromJSON(*facts);
    if (!read)
      return read.takeError();
    evaluation.facts = *read;
    evaluation.time = modelTime(*read, device);
  }
  return evaluation;
}
