//===- ScheduleVerified.cpp - Schedules that stand the checks ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Stages.h"
#include "kernel-opt/Support/Hash.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

namespace {
/// Schedules and checks, and takes the next strategy where one of the shipped
/// ones was refuted: first strategies that fit are a guess. What somebody else
/// decided about is theirs to answer for.
class VerifiedScheduler {
public:
  VerifiedScheduler(ModuleOp module, const Options &given, Outcome &outcome)
      : module(module), given(given), options(given), outcome(outcome) {}
  LogicalResult run();

private:
  LogicalResult check();
  /// Notes what was refuted and takes these programs away. Fails where another
  /// strategy would not help.
  LogicalResult passOver();
  bool isDecided(kopt::KernelOp kernel, StringRef strategy) const;
  void keepChecks();
  void recallChecks();

  ModuleOp module;
  const Options &given;
  Options options;
  Outcome &outcome;
  std::vector<Diagnostic> diagnostics;
  std::optional<schedule::ScheduleLibrary> library;
  /// What was found of programs that stay, by the hashes of both sides.
  std::map<std::pair<std::string, std::string>, ProgramChecks> checks;
  std::vector<FunctionCheck> functionChecks;
};
} // namespace

/// Strategies of one kernel are fewer, and each round refutes one of them.
static constexpr unsigned mostRounds = 32;

LogicalResult VerifiedScheduler::check() {
  diagnostics.clear();
  // Errors of this round may become warnings.
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &d) {
    diagnostics.push_back(std::move(d));
  });
  return verifyKernels(module, options, outcome);
}

bool VerifiedScheduler::isDecided(kopt::KernelOp kernel,
                                  StringRef strategy) const {
  if (given.decisions.schedule)
    if (auto choice = given.decisions.schedule(kernel))
      if (choice->strategy == strategy)
        return true;
  const schedule::Strategy *found = library->lookup(strategy);
  return !found || llvm::is_contained(given.schedules, found->source) ||
         llvm::any_of(given.scheduleTexts, [&](const auto &text) {
           return text.name == found->source;
         });
}

LogicalResult VerifiedScheduler::passOver() {
  if (!library) {
    auto loaded = schedule::ScheduleLibrary::load(
        module.getContext(), given.schedules, given.scheduleTexts);
    if (failed(loaded))
      return failure();
    library = std::move(*loaded);
  }
  llvm::StringMap<kopt::KernelOp> kernels;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    kernels[("kernel @" + kernel.getKernelName()).str()] = kernel;
  std::vector<PassedOver> found;
  for (const verify::Obligation &o : outcome.verification->obligations) {
    if (o.level != verify::Level::Refuted)
      continue;
    kopt::KernelOp kernel = kernels.lookup(o.subject);
    gpu::GPUFuncOp program = kernel ? kopt::lookupProgram(kernel) : nullptr;
    auto strategy = program
                        ? program->getAttrOfType<StringAttr>("kopt.strategy")
                        : StringAttr();
    if (!strategy || isDecided(kernel, strategy))
      return failure();
    // A program can fail on several counts.
    if (found.empty() || found.back().kernel != kernel.getKernelName())
      found.push_back({kernel.getKernelName().str(), strategy.str(),
                       o.name + ": " + o.detail});
  }
  for (PassedOver &p : found) {
    kopt::KernelOp kernel = kernels.lookup("kernel @" + p.kernel);
    kernel.emitWarning("strategy '")
        << p.strategy << "' does not stand the checks on kernel '" << p.kernel
        << "', and the next one is tried: " << p.reason;
    kopt::lookupProgram(kernel)->getParentOfType<gpu::GPUModuleOp>().erase();
    options.passOver.push_back(p.kernel + ":" + p.strategy);
    outcome.passedOver.push_back(std::move(p));
  }
  return success(!found.empty());
}

void VerifiedScheduler::keepChecks() {
  for (KernelRecord &record : outcome.kernels)
    if (record.check)
      checks[{record.sourceHash, record.scheduledHash}] = {
          std::move(*record.check), std::move(record.accuracy)};
  functionChecks = std::move(outcome.verification->functionChecks);
}

void VerifiedScheduler::recallChecks() {
  options.decisions.recall =
      [this](kopt::KernelOp kernel,
             gpu::GPUFuncOp program) -> std::optional<ProgramChecks> {
    auto it = checks.find({structuralHash(kernel), structuralHash(program)});
    if (it != checks.end())
      return it->second;
    return given.decisions.recall ? given.decisions.recall(kernel, program)
                                  : std::nullopt;
  };
  options.decisions.recallFunction =
      [this](StringRef source,
             StringRef target) -> std::optional<FunctionCheck> {
    for (const FunctionCheck &known : functionChecks)
      if (known.source == source && known.target == target)
        return known;
    return given.decisions.recallFunction
               ? given.decisions.recallFunction(source, target)
               : std::nullopt;
  };
}

LogicalResult VerifiedScheduler::run() {
  if (failed(scheduleKernels(module, options)))
    return failure();
  if (!options.verify)
    return success();
  size_t links = outcome.verification->chain.size();
  for (unsigned round = 0;; ++round) {
    LogicalResult verified = check();
    bool again =
        failed(verified) && round < mostRounds && succeeded(passOver());
    if (!again) {
      for (Diagnostic &diagnostic : diagnostics)
        module.getContext()->getDiagEngine().emit(std::move(diagnostic));
      return verified;
    }
    keepChecks();
    recallChecks();
    outcome.kernels.clear();
    outcome.verification->chain.resize(links);
    outcome.verification->records = {};
    if (failed(scheduleKernels(module, options)))
      return failure();
  }
}

LogicalResult optimizer::scheduleVerified(ModuleOp module,
                                          const Options &options,
                                          Outcome &outcome) {
  return VerifiedScheduler(module, options, outcome).run();
}
