//===- Judge.cpp - The verifier on one mutant -----------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Judge.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Schedule/CleanProgram.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Verify/Policy.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;
using verify::Level;
using verify::Obligation;
namespace obligation = verify::obligation;

static LogicalResult runPipeline(ModuleOp module, StringRef text) {
  PassManager manager(module.getContext());
  return success(succeeded(parsePassPipeline(text, manager)) &&
                 succeeded(manager.run(module)));
}

//===----------------------------------------------------------------------===//
// The original
//===----------------------------------------------------------------------===//

LogicalResult Subject::schedule(ModuleOp module) {
  optimizer::Options path;
  // Factors of small products, too.
  std::string pipeline = "kopt-form-kernels";
  if (StringRef(options.strategy).starts_with("contraction_wgmma_parts"))
    pipeline += ",kopt-split-factors{least-reuse=1 least-results=1}";
  if (failed(runPipeline(module, pipeline)))
    return failure();
  // Kernels that the strategy is not for are scheduled by the first that fits.
  bool found = options.kernel.empty();
  path.decisions.schedule = [&](kopt::KernelOp kernel) {
    std::optional<optimizer::ScheduleChoice> choice;
    bool required = kernel.getKernelName() == options.kernel;
    found |= required;
    if (required || options.kernel.empty())
      choice = {options.strategy, options.knobs, required};
    return choice;
  };
  path.requireAll = true;
  return success(succeeded(optimizer::scheduleKernels(module, path)) && found);
}

/// Text of all programs after canonicalization: equal texts are no mutants.
static std::string canonicalText(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto program : copy->getOps<gpu::GPUModuleOp>()) {
    if (failed(schedule::cleanProgram(program)))
      os << "not to be cleaned\n";
    os << program << "\n";
  }
  return text;
}

FailureOr<std::unique_ptr<Subject>> Subject::make(ModuleOp source,
                                                  const CorpusOptions &options,
                                                  ModuleOp original) {
  std::unique_ptr<Subject> subject(new Subject(options));
  OwningOpRef<ModuleOp> module = source.clone();
  subject->given = !module->getOps<gpu::GPUModuleOp>().empty();
  if (subject->given) {
    // Somebody wrote the program, too.
    subject->linalg = module->clone();
    subject->scheduled = std::move(module);
    subject->canonical = canonicalText(*subject->scheduled);
    subject->bits.emplace(*subject->scheduled);
    return subject;
  }
  if (failed(optimizer::lowerToLinalg(*module, /*requireAll=*/true)))
    return failure();
  subject->linalg = original ? original.clone() : module->clone();
  if (original &&
      failed(optimizer::lowerToLinalg(*subject->linalg, /*requireAll=*/true)))
    return failure();
  if (failed(subject->schedule(*module)))
    return failure();
  subject->scheduled = std::move(module);
  subject->canonical = canonicalText(*subject->scheduled);
  subject->bits.emplace(*subject->scheduled);
  return subject;
}

std::string Subject::text() {
  std::string text;
  llvm::raw_string_ostream(text) << *scheduled;
  return text;
}

//===----------------------------------------------------------------------===//
// Mutants
//===----------------------------------------------------------------------===//

static Sites findSites(ModuleOp module, const Mutator &mutator) {
  Sites sites;
  if (mutator.onTensors)
    mutator.find(module, sites);
  else
    for (kopt::KernelOp kernel : kopt::distinctKernels(module))
      if (gpu::GPUFuncOp program = kopt::lookupProgram(kernel))
        mutator.find(program, sites);
  return sites;
}

size_t Subject::count(const Mutator &mutator) {
  if (given && mutator.onTensors)
    return 0;
  return findSites(mutator.onTensors ? *linalg : *scheduled, mutator)
      .all.size();
}

/// Changes one place; fails if there is nothing valid to be made of it.
static LogicalResult mutate(ModuleOp module, const Mutator &mutator,
                            size_t site, uint64_t seed, Judgement &found) {
  Sites sites = findSites(module, mutator);
  found.verdict = "invalid";
  if (site >= sites.all.size())
    return failure();
  Random random(seed);
  Site &chosen = sites.all[site];
  found.what = chosen.what;
  llvm::raw_string_ostream place(found.place);
  OpPrintingFlags flags;
  flags.skipRegions().useLocalScope();
  chosen.op->print(place, flags);
  return success(succeeded(chosen.change(random)) &&
                 succeeded(mlir::verify(module)));
}

/// The layer of an obligation in the terms of the matrix.
static std::string layerOf(const Obligation &o) {
  if (o.layer == "L4")
    return o.name == obligation::safety ? "L4 safety" : "L4 values";
  if (o.layer == "L5")
    return o.name == obligation::specialValues ? "L5-V" : "L5";
  return o.layer;
}

static void addLayer(Judgement &found, StringRef layer) {
  if (!llvm::is_contained(found.layers, layer))
    found.layers.push_back(layer.str());
}

/// What all of its subjects owe, as a certificate has it.
static std::map<std::string, SmallVector<std::string>> dueOf(ModuleOp module) {
  std::map<std::string, SmallVector<std::string>> due;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    for (StringRef name :
         {obligation::admission, obligation::sameFunction, obligation::safety,
          obligation::accuracy, obligation::specialValues})
      due[name.str()].push_back(("kernel @" + kernel.getKernelName()).str());
  return due;
}

void Subject::verify(ModuleOp candidate, Judgement &found) {
  optimizer::Options path;
  path.policy = options.policy;
  path.nonce = options.nonce;
  optimizer::Outcome outcome;
  outcome.verification->original = linalg->clone();
  bool ok = succeeded(optimizer::verifyKernels(candidate, path, outcome));
  found.verdict = ok ? "verified" : "refuted";
  const std::vector<Obligation> &all = outcome.verification->obligations;
  for (const Obligation &o : all)
    if (o.level == Level::Refuted) {
      addLayer(found, layerOf(o));
      if (found.detail.empty())
        found.detail = o.detail;
    }
  if (!ok && found.layers.empty()) {
    // Not evaluated at all: reported as an error, and no candidate passes it.
    found.verdict = "rejected";
    found.layers.push_back("L4 rejects");
  }
  if (!ok)
    return;
  llvm::Expected<verify::Policy> policy = verify::Policy::find(options.policy);
  if (!policy)
    return llvm::consumeError(policy.takeError());
  policy->least.erase(obligation::ptxLint.str());
  verify::Judgement answer = verify::judge(*policy, all, dueOf(candidate));
  if (answer.verdict != verify::Verdict::Verified) {
    found.verdict = verify::getName(answer.verdict).str();
    if (!answer.reasons.empty())
      found.detail = answer.reasons.front();
  }
}

/// Layers behind the first that refuses.
void Subject::askLayers(ModuleOp candidate, Judgement &found) {
  for (kopt::KernelOp kernel : kopt::distinctKernels(candidate)) {
    gpu::GPUFuncOp program = kopt::lookupProgram(kernel);
    verify::AdmissionRecord record;
    if (!program ||
        failed(verify::admitProgram(
            program->getParentOfType<gpu::GPUModuleOp>(), {}, record))) {
      addLayer(found, "L0");
      continue;
    }
    verify::AccuracyOptions accuracy;
    accuracy.nonce = options.nonce;
    auto result = verify::checkAccuracy(kernel, program, accuracy);
    if (failed(result))
      continue;
    if (result->accuracy == verify::Verdict::Refuted)
      addLayer(found, "L5");
    if (result->specialValues == verify::Verdict::Refuted)
      addLayer(found, "L5-V");
  }
}

static FailureOr<std::string> compileAll(ModuleOp module) {
  OwningOpRef<ModuleOp> copy = module.clone();
  std::string text;
  for (auto program :
       llvm::make_early_inc_range(copy->getOps<gpu::GPUModuleOp>())) {
    auto compiled = nvptx::compileToPTX(program, {});
    if (failed(compiled))
      return failure();
    if (llvm::Error error = nvptx::runPtxas(*compiled, {})) {
      program.emitError() << llvm::toString(std::move(error));
      return failure();
    }
    text += compiled->ptx;
    // How it is launched is no part of it.
    for (const auto &size : {compiled->gridSize, compiled->clusterSize})
      if (size)
        for (int32_t extent : *size)
          text += std::to_string(extent) + " ";
    text += std::to_string(compiled->sharedBytes) + "\n";
  }
  return text;
}

/// Programs that do not compile are not accepted; those of equal PTX are none
/// of a kind to be told apart.
void Subject::compile(ModuleOp candidate, Judgement &found) {
  if (ptx.empty()) {
    auto original = compileAll(*scheduled);
    ptx = succeeded(original) ? *original : "does not compile";
  }
  auto text = compileAll(candidate);
  if (failed(text)) {
    found.verdict = "rejected";
    addLayer(found, "compile");
  } else if (*text == ptx) {
    found.verdict = "same";
  }
}

Judgement Subject::judgeOriginal() {
  Judgement found;
  OwningOpRef<ModuleOp> candidate = scheduled->clone();
  verify(*candidate, found);
  return found;
}

Judgement Subject::judge(const Mutator &mutator, size_t site, uint64_t seed) {
  Judgement found;
  OwningOpRef<ModuleOp> candidate =
      (mutator.onTensors ? linalg : scheduled)->clone();
  if (failed(mutate(*candidate, mutator, site, seed, found)))
    return found;
  llvm::raw_string_ostream(found.text) << *candidate;
  if (mutator.onTensors)
    judgeTensors(*candidate, found);
  else
    judgeProgram(*candidate, found);
  return found;
}

void Subject::judgeProgram(ModuleOp candidate, Judgement &found) {
  std::string text = canonicalText(candidate);
  found.hash = hashText(text);
  if (text == canonical) {
    found.verdict = "same";
    return;
  }
  verify(candidate, found);
  if (found.verdict == "verified")
    compile(candidate, found);
  if (found.verdict == "verified")
    found.bits = bits->compare(candidate);
  else if (options.allLayers && found.verdict == "refuted")
    askLayers(candidate, found);
}

/// A wrong program on tensors, rightly scheduled: both the comparison on
/// tensors and that of the program with the right kernel must tell.
void Subject::judgeTensors(ModuleOp candidate, Judgement &found) {
  found.verdict = "invalid";
  if (failed(runPipeline(candidate, "canonicalize,cse")) ||
      structuralHash(candidate) == structuralHash(*linalg) ||
      failed(schedule(candidate)))
    return;
  found.hash = structuralHash(candidate);
  verify(candidate, found);
  found.onTensors = found.verdict;
  // The same programs beside the kernels that they should equal.
  OwningOpRef<ModuleOp> beside = scheduled->clone();
  SmallVector<kopt::KernelOp> kernels = kopt::distinctKernels(*beside);
  SmallVector<kopt::KernelOp> others = kopt::distinctKernels(candidate);
  if (kernels.size() != others.size())
    return;
  for (auto [kernel, other] : llvm::zip_equal(kernels, others)) {
    if (kernel.getOperandTypes() != other.getOperandTypes())
      return;
    gpu::GPUFuncOp mine = kopt::lookupProgram(kernel),
                   theirs = kopt::lookupProgram(other);
    mine->getParentOfType<gpu::GPUModuleOp>().getBodyRegion().takeBody(
        theirs->getParentOfType<gpu::GPUModuleOp>().getBodyRegion());
  }
  Judgement program;
  verify(*beside, program);
  for (const std::string &layer : program.layers)
    addLayer(found, layer);
  if (found.verdict != "refuted")
    found.verdict = program.verdict;
  else if (program.verdict != "refuted")
    found.detail += "; its program is " + program.verdict;
}
