//===- VerifyProgram.cpp - All checks of a scheduled program ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProgramVerifier.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;
using verify::Level;
using verify::Obligation;
using verify::Verdict;
namespace obligation = verify::obligation;

void optimizer::recordStage(ModuleOp module, StringRef stage, StringRef by,
                            Outcome &outcome) {
  Verification &state = *outcome.verification;
  state.chain.push_back({stage.str(), structuralHash(module), by.str()});
  if (stage == "linalg")
    state.original = module.clone();
}

std::string optimizer::subjectOf(kopt::KernelOp kernel) {
  return ("kernel @" + kernel.getKernelName()).str();
}

Obligation &ProgramVerifier::add(StringRef name, StringRef layer,
                                 std::string subject, Level level) {
  Obligation &added = state.obligations.emplace_back();
  added.name = name.str();
  added.layer = layer.str();
  added.subject = std::move(subject);
  added.level = level;
  return added;
}

uint64_t optimizer::nonceOf(uint64_t nonce, StringRef source,
                            StringRef target) {
  std::string text = hashText(
      (Twine(llvm::utohexstr(nonce)) + " " + source + " " + target).str());
  uint64_t result = 0;
  StringRef(text)
      .drop_front(strlen("sha256:"))
      .take_front(16)
      .getAsInteger(16, result);
  return result;
}

//===----------------------------------------------------------------------===//
// L0
//===----------------------------------------------------------------------===//

LogicalResult ProgramVerifier::admit() {
  llvm::Expected<nvptx::Chip> chip = nvptx::findChip(options.compile.target);
  if (!chip)
    return module.emitError() << llvm::toString(chip.takeError());
  verify::ResourceLimits limits;
  limits.threadsPerBlock = chip->limits.threadsPerBlock;
  limits.sharedPerBlock = chip->limits.sharedPerBlock;
  bool ok = true;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module)) {
    FailureOr<gpu::GPUFuncOp> program = programOf(kernel);
    if (failed(program))
      return failure();
    KernelRecord &record = outcome.getOrCreate(kernel.getKernelName());
    record.admission = {};
    std::string why;
    ScopedDiagnosticHandler handler(
        module.getContext(), [&](Diagnostic &diagnostic) {
          if (why.empty() &&
              diagnostic.getSeverity() == DiagnosticSeverity::Error)
            why = diagnostic.str();
          return failure(); // on to whoever shows it
        });
    bool admitted = succeeded(verify::admitKernel(kernel, record.admission)) &&
                    succeeded(verify::admitProgram(
                        (*program)->getParentOfType<gpu::GPUModuleOp>(), limits,
                        record.admission));
    ok &= admitted;
    add(obligation::admission, "L0", subjectOf(kernel),
        admitted ? Level::Proved : Level::Refuted)
        .detail = why;
  }
  return success(ok);
}

//===----------------------------------------------------------------------===//
// Kernels against the program on tensors
//===----------------------------------------------------------------------===//

LogicalResult ProgramVerifier::checkFunction(func::FuncOp original,
                                             func::FuncOp formed) {
  std::string subject = ("function @" + original.getName()).str();
  StringRef ignored[] = {"kopt.id"};
  std::string before = structuralHash(original, "", ignored);
  std::string after = structuralHash(formed, "", ignored);
  if (before == after) {
    add(obligation::sameFunction, "L2", subject, Level::Proved).detail =
        "kernels hold the operations of the program as they are";
    return success();
  }
  if (!original.getBody().hasOneBlock() || !formed.getBody().hasOneBlock()) {
    add(obligation::sameFunction, "L2", subject, Level::Unknown).detail =
        "control flow between blocks is not evaluated";
    return success();
  }
  auto result =
      checkEquivalence(original.getBody().front(), formed.getBody().front(),
                       before, after, subject);
  if (succeeded(result) && result->verdict == Verdict::Refuted)
    original.emitError("the kernels of '")
        << original.getName()
        << "' are another function: " << state.obligations.back().detail;
  return success(succeeded(result) && result->verdict != Verdict::Refuted);
}

/// Notes what an earlier comparison of the same programs found, if there was
/// one.
bool ProgramVerifier::recallFunction(StringRef sourceHash, StringRef targetHash,
                                     const std::string &subject) {
  if (!options.decisions.recallFunction)
    return false;
  std::optional<FunctionCheck> known =
      options.decisions.recallFunction(sourceHash, targetHash);
  const llvm::json::Object *record =
      known ? known->record.getAsObject() : nullptr;
  if (!record)
    return false;
  Obligation &added =
      add(obligation::sameFunction, "L2", subject, Level::Checked);
  added.bits = known->bits;
  added.detail = known->detail;
  assume(known->assumptions);
  llvm::json::Object copy = *record;
  // Drawn at another time, when these programs were fixed as well.
  copy["own_nonce"] = true;
  state.records[subject] = std::move(copy);
  state.functionChecks.push_back(std::move(*known));
  return true;
}

void ProgramVerifier::assume(ArrayRef<std::string> assumptions) {
  for (const std::string &assumption : assumptions)
    if (!llvm::is_contained(state.assumptions, assumption))
      state.assumptions.push_back(assumption);
}

/// A verdict that took no comparison.
static verify::EquivalenceResult verified() {
  verify::EquivalenceResult result;
  result.verdict = Verdict::Verified;
  return result;
}

namespace {
/// What of a large result is compared: elements that are all compared if there
/// are no more, otherwise tiles of about so many.
struct Sample {
  int64_t elements;
  unsigned tiles;
  uint64_t work; ///< Steps of the reference that this may cost.
};
} // namespace

/// Where an element costs a pass over a huge row, fewer of them are compared,
/// each with the evidence that is asked for.
static constexpr Sample samples[] = {
    {1 << 10, 4, 400'000'000}, {32, 4, 400'000'000}, {1, 2, 1'600'000'000}};

/// Compares two programs, as many elements as the work allows.
static FailureOr<verify::EquivalenceResult>
compareSamples(Block &source, Block &target,
               verify::EquivalenceOptions equivalence) {
  FailureOr<verify::EquivalenceResult> result = failure();
  for (const Sample &sample : samples) {
    equivalence.allElements = equivalence.tileElements = sample.elements;
    equivalence.tiles = sample.tiles;
    equivalence.mostWork = sample.work;
    result = verify::checkEquivalence(source, target, equivalence);
    if (failed(result) || !result->outOfWork)
      break;
  }
  return result;
}

/// Compares what is left of two programs without their common parts; nothing
/// if that decides nothing. `detail` says what was compared.
FailureOr<std::optional<verify::EquivalenceResult>>
ProgramVerifier::checkWindow(const verify::Window &window,
                             const verify::EquivalenceOptions &equivalence,
                             std::string &detail) {
  auto result = compareSamples(window.source(), window.target(), equivalence);
  if (failed(result))
    return failure();
  // A difference need not be one of the programs: what was cut off takes any
  // value in a window.
  if (result->verdict != Verdict::Verified)
    return std::optional<verify::EquivalenceResult>();
  detail = llvm::formatv("{0} operations against {1}, with {2} values that "
                         "both compute alike as inputs",
                         window.sourceOperations, window.targetOperations,
                         window.cut)
               .str();
  return std::optional(std::move(*result));
}

/// Notes what a comparison found.
void ProgramVerifier::noteEquivalence(const verify::EquivalenceResult &result,
                                      StringRef sourceHash,
                                      StringRef targetHash,
                                      const std::string &subject,
                                      std::string detail) {
  Obligation &added =
      add(obligation::sameFunction, "L2", subject, Level::Unknown);
  if (result.verdict == Verdict::Verified) {
    added.level = Level::Checked;
    added.bits = std::min(result.evidence, 1000.0);
    added.detail = std::move(detail);
  } else if (result.verdict == Verdict::Refuted) {
    added.level = Level::Refuted;
    added.detail = "expected " + result.witness->expected + ", found " +
                   result.witness->actual;
  } else {
    added.detail = result.reason;
  }
  assume(result.assumptions);
  llvm::json::Object record = verify::withoutTimes(result.toJSON());
  if (options.kernelNonces.count(subject) != 0)
    record["own_nonce"] = true;
  if (result.verdict == Verdict::Verified)
    state.functionChecks.push_back(
        {sourceHash.str(), targetHash.str(), added.bits, added.detail,
         std::vector<std::string>(result.assumptions.begin(),
                                  result.assumptions.end()),
         llvm::json::Object(record)});
  state.records[subject] = std::move(record);
}

/// Compares two programs on tensors in the exact algebra and notes the outcome.
FailureOr<verify::EquivalenceResult>
ProgramVerifier::checkEquivalence(Block &source, Block &target,
                                  StringRef sourceHash, StringRef targetHash,
                                  const std::string &subject) {
  if (recallFunction(sourceHash, targetHash, subject))
    return verified();
  verify::EquivalenceOptions equivalence;
  equivalence.nonce = nonceOf(state.nonce, sourceHash, targetHash);
  auto own = options.kernelNonces.find(subject);
  if (own != options.kernelNonces.end())
    equivalence.nonce = own->second;
  equivalence.families = {verify::InputFamily::Normal,
                          verify::InputFamily::Ascending,
                          verify::InputFamily::Ties};
  equivalence.dependence = false;
  // An element that mostly is a literal, and seldom a root, takes many.
  equivalence.redraws = 96;
  std::string detail;
  std::optional<verify::EquivalenceResult> result;
  if (std::optional<verify::Window> window =
          verify::cutCommonParts(source, target)) {
    if (window->outputs == 0) {
      add(obligation::sameFunction, "L2", subject, Level::Proved).detail =
          "kernels hold the operations of the program, in another order";
      return verified();
    }
    auto ofWindow = checkWindow(*window, equivalence, detail);
    if (failed(ofWindow))
      return failure();
    result = std::move(*ofWindow);
  }
  if (!result) {
    auto ofPrograms = compareSamples(source, target, equivalence);
    if (failed(ofPrograms))
      return failure();
    result = std::move(*ofPrograms);
  }
  noteEquivalence(*result, sourceHash, targetHash, subject, std::move(detail));
  return std::move(*result);
}

/// Kernels that do the work of one must do just that.
LogicalResult ProgramVerifier::checkWhole(kopt::KernelOp kernel) {
  auto whole = kopt::lookupWhole(kernel);
  if (failed(whole))
    return failure();
  if (!*whole)
    return success();
  FailureOr<kopt::WholeKernel> composed = kopt::composeWhole(kernel, **whole);
  if (failed(composed))
    return failure();
  kopt::KernelOp one = (*whole)->kernel, several = composed->kernel;
  auto result = checkEquivalence(*one.getBlock(), *several.getBlock(),
                                 structuralHash(one), structuralHash(several),
                                 subjectOf(kernel) + " and those before it");
  if (succeeded(result) && result->verdict == Verdict::Refuted)
    kernel.emitError("kernel '")
        << kernel.getKernelName()
        << "' and those before it are another function than the one that they "
           "stand for: "
        << state.obligations.back().detail;
  return success(succeeded(result) && result->verdict != Verdict::Refuted);
}

LogicalResult ProgramVerifier::checkFunctions() {
  if (!state.original) {
    for (auto function : module.getOps<func::FuncOp>())
      add(obligation::sameFunction, "L2",
          ("function @" + function.getName()).str(), Level::Unknown)
          .detail = "the program on tensors was not kept";
    return success();
  }
  FailureOr<OwningOpRef<ModuleOp>> formed = inlined(module);
  FailureOr<OwningOpRef<ModuleOp>> original = inlined(*state.original);
  if (failed(formed) || failed(original))
    return failure();
  bool ok = true;
  for (auto function : (*original)->getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    auto other = (*formed)->lookupSymbol<func::FuncOp>(function.getName());
    if (!other) {
      add(obligation::sameFunction, "L2",
          ("function @" + function.getName()).str(), Level::Unknown)
          .detail = "it is not in the scheduled module";
      continue;
    }
    ok &= succeeded(checkFunction(function, other));
    // The contract that everything is judged by.
    std::string contract;
    llvm::raw_string_ostream(contract) << kopt::ContractAttr::lookup(function);
    state.contract[function.getName()] = contract;
  }
  return success(ok);
}

//===----------------------------------------------------------------------===//
// All of it
//===----------------------------------------------------------------------===//

LogicalResult ProgramVerifier::run() {
  // Everything that is checked is fixed now.
  state.nonce = options.nonce ? *options.nonce
                              : uint64_t(std::random_device{}()) << 32 |
                                    std::random_device{}();
  state.obligations.clear();
  state.functionChecks.clear();
  state.assumptions.clear();
  state.scheduled.clear();
  llvm::raw_string_ostream(state.scheduled) << module;
  state.chain.push_back({"scheduled", hashText(state.scheduled),
                         "formation of kernels and schedules"});
  if (failed(admit()))
    return failure();
  bool ok = succeeded(checkFunctions());
  for (kopt::KernelOp kernel : kopt::distinctKernels(module))
    ok &= succeeded(checkWhole(kernel)) && succeeded(checkKernel(kernel));
  return success(ok);
}

LogicalResult optimizer::verifyKernels(ModuleOp module, const Options &options,
                                       Outcome &outcome) {
  llvm::Expected<verify::Policy> policy = verify::Policy::find(options.policy);
  if (!policy)
    return module.emitError() << llvm::toString(policy.takeError());
  return ProgramVerifier(module, options, *policy, outcome).run();
}
