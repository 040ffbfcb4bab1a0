//===- ProposalJob.cpp - Prompts and proposals ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProposalJob.h"
#include "Isolation.h"
#include "SpaceJob.h"
#include "kernel-opt/Proposal/Admission.h"
#include "kernel-opt/Proposal/Prompt.h"
#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/RewriteSet/Match.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace kernel_opt;

bool kernel_opt::isProposalJob(const MainJobOptions &options) {
  return options.printPrompt || !options.checkProposal.empty() ||
         options.listSpace;
}

static LogicalResult fail(const Twine &message) {
  llvm::errs() << "error: " << message << "\n";
  return failure();
}

llvm::Expected<std::string> kernel_opt::readProposal(const std::string &path) {
  std::string message;
  auto file = openInputFile(path, &message);
  if (!file)
    return llvm::createStringError("cannot read rewrite set '" + path +
                                   "': " + message);
  proposal::ProposalLimits limits;
  StringRef text = file->getBuffer();
  if (text.size() > limits.responseBytes)
    return llvm::createStringError("expected a proposal of at most " +
                                   Twine(limits.responseBytes) + " bytes in '" +
                                   path + "', found " + Twine(text.size()));
  llvm::Expected<std::string> mlir =
      proposal::extractMLIR(text, limits.mlirBytes);
  if (!mlir)
    return llvm::createStringError("'" + path + "' holds no proposal: " +
                                   llvm::toString(mlir.takeError()));
  return mlir;
}

/// Reads a proposal and judges it.
static FailureOr<proposal::Admitted>
admitFile(ModuleOp module, const std::string &path,
          const optimizer::Options &steps) {
  llvm::Expected<std::string> mlir = readProposal(path);
  if (!mlir)
    return fail(llvm::toString(mlir.takeError()));
  proposal::AdmissionOptions admission;
  admission.pipeline = steps;
  admission.checkKernels = steps.verify;
  return proposal::admit(*mlir, llvm::sys::path::filename(path), module,
                         admission);
}

LogicalResult kernel_opt::runProposalJob(ModuleOp module,
                                         const MainJobOptions &options,
                                         const optimizer::Options &steps,
                                         raw_ostream &os) {
  if (options.listSpace) {
    // The kernels that the program has as it would be compiled.
    auto decisions = loadDecisions(options);
    if (!decisions)
      return fail(llvm::toString(decisions.takeError()));
    optimizer::Options decided = steps;
    if (*decisions)
      (*decisions)->decide(decided);
    return listSpace(module, decided, options.listSpace, os);
  }
  if (options.printPrompt) {
    proposal::PromptOptions promptOptions;
    promptOptions.pipeline = steps;
    FailureOr<std::string> prompt = proposal::makePrompt(module, promptOptions);
    if (failed(prompt))
      return failure();
    os << *prompt;
    return success();
  }
  auto admitted = admitFile(module, options.checkProposal, steps);
  if (failed(admitted))
    return failure();
  if (options.json)
    os << llvm::formatv("{0:2}\n",
                        llvm::json::Value(admitted->report.toJSON()));
  else
    admitted->report.print(os);
  return success(admitted->report.isLegal());
}

/// Notes the program as it was: the kernels are checked against that one, so
/// that what rules do to it is checked along.
static LogicalResult recordOriginal(ModuleOp module,
                                    optimizer::Outcome &outcome) {
  optimizer::recordStage(module, "input", "read", outcome);
  OwningOpRef<ModuleOp> original(module.clone());
  if (failed(optimizer::lowerToLinalg(*original)))
    return failure();
  optimizer::recordStage(*original, "linalg", "lowering", outcome);
  return success();
}

/// Applies the uses of rules, which were found on a copy of the module.
static LogicalResult applyUses(ModuleOp module,
                               const proposal::Admitted &admitted,
                               optimizer::Outcome &outcome) {
  if (admitted.uses.empty())
    return success();
  auto set = rewrite::RewriteSet::parse(admitted.rewriteSet, "rewrite set",
                                        module.getContext());
  bool isFirst = outcome.verification->chain.empty();
  if (failed(set) || (isFirst && failed(recordOriginal(module, outcome))))
    return failure();
  IRRewriter rewriter(module.getContext());
  for (const auto &[name, site] : admitted.uses) {
    Operation *rule = SymbolTable::lookupSymbolIn(set->getModule(), name);
    FailureOr<rewrite::Match> match = failure();
    for (auto function : module.getOps<FunctionOpInterface>())
      if (failed(match) && !function.isExternal())
        match = rewrite::findMatch(rule, function, site);
    std::string why = "it does not match there";
    if (failed(match) ||
        rewrite::applyMatch(*match, rewriter, why) == rewrite::Applied::Illegal)
      return module.emitError("rule '")
             << name << "' cannot be applied at '" << site << "': " << why;
  }
  optimizer::recordStage(module, "rewritten", "rules of a rewrite set",
                         outcome);
  return success();
}

LogicalResult kernel_opt::useRewriteSets(ModuleOp module,
                                         const MainJobOptions &options,
                                         optimizer::Options &steps,
                                         std::string &fusionPlan,
                                         optimizer::Outcome &outcome) {
  for (const std::string &path : options.rewriteSets) {
    // It may take a while, and nobody should have to guess at what.
    if (!options.quiet)
      llvm::errs() << "judging " << path << "\n";
    auto admitted = admitFile(module, path, steps);
    if (failed(admitted))
      return failure();
    if (!options.quiet || !admitted->report.isLegal())
      admitted->report.print(llvm::errs());
    // One good item is enough; a file of which nothing is left was meant
    // otherwise.
    if (!admitted->report.isLegal() && admitted->rewriteSet.empty() &&
        admitted->fusionPlan.empty())
      return fail("nothing in the rewrite set '" + path +
                  "' can be used: see the verdicts above");
    if (failed(applyUses(module, *admitted, outcome)))
      return failure();
    if (!admitted->rewriteSet.empty())
      steps.scheduleTexts.push_back({path, admitted->rewriteSet});
    fusionPlan += admitted->fusionPlan;
  }
  return success();
}

LogicalResult kernel_opt::formWithPlan(ModuleOp module, StringRef fusionPlan,
                                       const optimizer::Options &steps) {
  OwningOpRef<ModuleOp> plans = parseSourceString<ModuleOp>(
      fusionPlan, module.getContext(), "fusion plan");
  if (!plans)
    return failure();
  SmallVector<Operation *> inserted;
  for (Operation &plan : llvm::make_early_inc_range(*plans->getBody())) {
    plan.moveBefore(module.getBody(), module.getBody()->begin());
    inserted.push_back(&plan);
  }
  LogicalResult formed = optimizer::formKernels(module, steps);
  for (Operation *plan : inserted)
    plan->erase();
  return formed;
}
