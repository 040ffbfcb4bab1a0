//===- VerifyFunctions.cpp - Programs on tensors against others -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The exact algebra on tensors: kernels against the program that they were
// formed from, and kernels that do the work of one against that.
//
//===----------------------------------------------------------------------===//

#include "ProgramVerifier.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/WholeKernel.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::optimizer;

//===----------------------------------------------------------------------===//
// One comparison
//===----------------------------------------------------------------------===//

namespace {
/// What of a large result is compared: all elements, if there are no more than
/// so many, otherwise tiles of about so many.
struct Sample {
  int64_t all, tile;
  unsigned tiles;
  uint64_t work; ///< Steps of the reference that this may cost.
};
} // namespace

/// Where an element costs a pass over a huge row, fewer of them are compared,
/// each with the evidence that is asked for.
static constexpr Sample samples[] = {{1 << 10, 1 << 10, 4, 400'000'000},
                                     {32, 32, 4, 400'000'000},
                                     {1, 1, 2, 1'600'000'000}};

/// What is computed from a value that is found on the way to a result is not
/// compared with it, so that more of it is looked at.
static constexpr Sample pieceSamples[] = {{1 << 18, 1 << 10, 64, 400'000'000},
                                          {1 << 10, 1 << 10, 16, 400'000'000},
                                          samples[0],
                                          samples[1],
                                          samples[2]};

/// Operations of two programs, without what they have in common, from which on
/// they are compared piece by piece first.
static constexpr unsigned manyOperations = 64;

/// Compares two programs, as many elements as the work allows.
static FailureOr<verify::EquivalenceResult>
compareSamples(Block &source, Block &target,
               verify::EquivalenceOptions equivalence,
               ArrayRef<Sample> attempts = samples) {
  FailureOr<verify::EquivalenceResult> result = failure();
  for (const Sample &sample : attempts) {
    equivalence.allElements = sample.all;
    equivalence.tileElements = sample.tile;
    equivalence.tiles = sample.tiles;
    equivalence.mostWork = sample.work;
    result = verify::checkEquivalence(source, target, equivalence);
    if (failed(result) || !result->outOfWork)
      break;
  }
  return result;
}

namespace {
/// Two programs on tensors, and what comparing them in the exact algebra found.
struct Comparison {
  Block &source, &target;
  std::string sourceHash, targetHash, subject;
  verify::EquivalenceOptions options;
  bool isCommon = false; ///< they compute the same, in another order
  FailureOr<verify::EquivalenceResult> result = failure();
  std::string detail = {}; ///< what was compared, if not all of it

  void compute();

private:
  bool compareWindow(verify::Window &window);
  bool comparePieces();
};
} // namespace

/// Compares what is left of the programs without their common parts; false if
/// that decides nothing.
bool Comparison::compareWindow(verify::Window &window) {
  result = compareSamples(window.source(), window.target(), options);
  // A difference need not be one of the programs: what was cut off takes any
  // value in a window.
  if (succeeded(result) && result->verdict != Verdict::Verified)
    return false;
  detail = llvm::formatv("{0} operations against {1}, with {2} values that "
                         "both compute alike as inputs",
                         window.sourceOperations, window.targetOperations,
                         window.cut)
               .str();
  return true;
}

/// Finds values that both compute on the way to the results, one after the
/// other; false if not all results are.
bool Comparison::comparePieces() {
  verify::EquivalenceOptions glance = options;
  glance.families = {verify::InputFamily::Normal};
  glance.seeds = 1;
  glance.redraws = 0;
  glance.allElements = glance.tileElements = 1;
  glance.tiles = 2;
  glance.mostWork = samples[0].work / 8;
  FailureOr<verify::Composed> composed = verify::composeWindows(
      source, target, glance, [&](Block &before, Block &after) {
        return compareSamples(before, after, options, pieceSamples);
      });
  if (failed(composed) || composed->result.verdict != Verdict::Verified)
    return false;
  result = std::move(composed->result);
  detail = llvm::formatv("piece by piece: {0} values on the way are equal, by "
                         "{1} different windows",
                         composed->windows, composed->distinct)
               .str();
  return true;
}

void Comparison::compute() {
  std::optional<verify::Window> window = verify::cutCommonParts(source, target);
  isCommon = window && window->outputs == 0;
  if (isCommon)
    return;
  // Where one draw would have to decide all of a long program, it seldom does.
  bool isLong = window && window->sourceOperations + window->targetOperations >=
                              manyOperations;
  if (isLong && comparePieces())
    return;
  if (window && compareWindow(*window))
    return;
  // More of a program costs more.
  if (failed(result) || !result->outOfWork)
    result = compareSamples(source, target, options);
  if (!isLong && succeeded(result) && result->verdict == Verdict::Unproven)
    comparePieces();
}

//===----------------------------------------------------------------------===//
// Questions about programs on tensors
//===----------------------------------------------------------------------===//

/// Notes what an earlier comparison of the same programs found.
void ProgramVerifier::noteKnown(FunctionCheck known,
                                const std::string &subject) {
  Obligation &added =
      add(obligation::sameFunction, "L2", subject, Level::Checked);
  added.bits = known.bits;
  added.detail = known.detail;
  assume(known.assumptions);
  llvm::json::Object copy = *known.record.getAsObject();
  // Drawn at another time, when these programs were fixed as well.
  copy["own_nonce"] = true;
  state.records[subject] = std::move(copy);
  state.functionChecks.push_back(std::move(known));
}

void ProgramVerifier::assume(ArrayRef<std::string> assumptions) {
  for (const std::string &assumption : assumptions)
    if (!llvm::is_contained(state.assumptions, assumption))
      state.assumptions.push_back(assumption);
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

void ProgramVerifier::askEquivalence(Block &source, Block &target,
                                     StringRef sourceHash, StringRef targetHash,
                                     const std::string &subject,
                                     std::function<void()> refuted) {
  std::optional<FunctionCheck> known;
  if (options.decisions.recallFunction)
    known = options.decisions.recallFunction(sourceHash, targetHash);
  if (known && known->record.getAsObject()) {
    questions.push_back({nullptr, [this, known = std::move(*known), subject] {
                           noteKnown(known, subject);
                           return success();
                         }});
    return;
  }
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
  auto asked = std::make_shared<Comparison>(
      Comparison{source, target, sourceHash.str(), targetHash.str(), subject,
                 std::move(equivalence)});
  auto answer = [this, asked, refuted = std::move(refuted)]() -> LogicalResult {
    if (asked->isCommon) {
      add(obligation::sameFunction, "L2", asked->subject, Level::Proved)
          .detail = "kernels hold the operations of the program, in another "
                    "order";
      return success();
    }
    if (failed(asked->result))
      return failure();
    noteEquivalence(*asked->result, asked->sourceHash, asked->targetHash,
                    asked->subject, asked->detail);
    if (asked->result->verdict != Verdict::Refuted)
      return success();
    refuted();
    return failure();
  };
  questions.push_back({[asked] { asked->compute(); }, std::move(answer)});
}

/// Answers without a comparison.
void ProgramVerifier::askNothing(const std::string &subject, Level level,
                                 StringRef detail) {
  questions.push_back(
      {nullptr, [this, subject, level, text = detail.str()] {
         add(obligation::sameFunction, "L2", subject, level).detail = text;
         return success();
       }});
}

void ProgramVerifier::askFunction(func::FuncOp original, func::FuncOp formed) {
  std::string subject = ("function @" + original.getName()).str();
  StringRef ignored[] = {"kopt.id"};
  std::string before = structuralHash(original, "", ignored);
  std::string after = structuralHash(formed, "", ignored);
  if (before == after)
    return askNothing(subject, Level::Proved,
                      "kernels hold the operations of the program as they are");
  if (!original.getBody().hasOneBlock() || !formed.getBody().hasOneBlock())
    return askNothing(subject, Level::Unknown,
                      "control flow between blocks is not evaluated");
  askEquivalence(original.getBody().front(), formed.getBody().front(), before,
                 after, subject, [this, original]() mutable {
                   original.emitError("the kernels of '")
                       << original.getName() << "' are another function: "
                       << state.obligations.back().detail;
                 });
}

LogicalResult ProgramVerifier::askWhole(kopt::KernelOp kernel) {
  auto whole = kopt::lookupWhole(kernel);
  if (failed(whole))
    return failure();
  if (!*whole)
    return success();
  FailureOr<kopt::WholeKernel> composed = kopt::composeWhole(kernel, **whole);
  if (failed(composed))
    return failure();
  kopt::KernelOp one = (*whole)->kernel, several = composed->kernel;
  auto refuted = [this, kernel]() mutable {
    kernel.emitError("kernel '")
        << kernel.getKernelName()
        << "' and those before it are another function than the one that they "
           "stand for: "
        << state.obligations.back().detail;
  };
  askEquivalence(*one.getBlock(), *several.getBlock(), structuralHash(one),
                 structuralHash(several),
                 subjectOf(kernel) + " and those before it", refuted);
  held.push_back(std::move((*whole)->holder));
  held.push_back(std::move(composed->holder));
  return success();
}

LogicalResult ProgramVerifier::askFunctions() {
  if (!state.original) {
    for (auto function : module.getOps<func::FuncOp>())
      askNothing(("function @" + function.getName()).str(), Level::Unknown,
                 "the program on tensors was not kept");
    return success();
  }
  FailureOr<OwningOpRef<ModuleOp>> formed = inlined(module);
  FailureOr<OwningOpRef<ModuleOp>> original = inlined(*state.original);
  if (failed(formed) || failed(original))
    return failure();
  for (auto function : (*original)->getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    auto other = (*formed)->lookupSymbol<func::FuncOp>(function.getName());
    if (!other) {
      askNothing(("function @" + function.getName()).str(), Level::Unknown,
                 "it is not in the scheduled module");
      continue;
    }
    askFunction(function, other);
    // The contract that everything is judged by.
    std::string contract;
    llvm::raw_string_ostream(contract) << kopt::ContractAttr::lookup(function);
    state.contract[function.getName()] = contract;
  }
  held.push_back(std::move(*formed));
  held.push_back(std::move(*original));
  return success();
}
