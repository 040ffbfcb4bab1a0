//===- kernel-opt-verify.cpp - Are two programs the same? --------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Isolate.h"
#include "ReplayCertificate.h"
#include "Tools.h"
#include "kernel-opt/InitAll.h"
#include "kernel-opt/Support/Nesting.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::verify;
namespace cl = llvm::cl;

namespace {
/// Exit codes, from the least to the most serious.
enum ExitCode { Verified = 0, Refuted = 1, Unproven = 2, Error = 3 };

struct Pair {
  func::FuncOp source, target;
};
} // namespace

/// Pairs `src` with `tgt`, `src_x` with `tgt_x`, and, between two modules,
/// functions of one name, or the only two there are.
static FailureOr<SmallVector<Pair>> pairFunctions(ModuleOp source,
                                                  ModuleOp target) {
  SmallVector<Pair> pairs;
  for (auto src : source.getOps<func::FuncOp>()) {
    StringRef name = src.getName();
    if (source == target && !name.consume_front("src"))
      continue;
    std::string other = (source == target ? "tgt" : "") + name.str();
    if (auto tgt = target.lookupSymbol<func::FuncOp>(other))
      pairs.push_back({src, tgt});
    else if (source == target)
      return src.emitError("no function '") << other << "' to compare with",
             failure();
  }
  auto sources = llvm::to_vector(source.getOps<func::FuncOp>());
  auto targets = llvm::to_vector(target.getOps<func::FuncOp>());
  if (pairs.empty() && source != target && sources.size() == 1 &&
      targets.size() == 1)
    pairs.push_back({sources.front(), targets.front()});
  if (pairs.empty())
    return source.emitError("expected functions 'src' and 'tgt', or functions "
                            "of one name in two files"),
           failure();
  for (Pair &pair : pairs)
    for (func::FuncOp function : {pair.source, pair.target})
      if (!function.getBody().hasOneBlock())
        return function.emitError("expected a body of one block"), failure();
  return pairs;
}

static void printWitness(llvm::raw_ostream &os, const Witness &witness) {
  os << "\nERROR: value mismatch\n\nExample:\n";
  os << "  input family " << getName(witness.family) << ", seed 0x"
     << llvm::utohexstr(witness.seed) << "\n";
  for (auto [i, shape] : llvm::enumerate(witness.instance)) {
    os << "  argument " << i << ": sizes [";
    llvm::interleaveComma(shape, os);
    os << "]\n";
  }
  os << "  result " << witness.output << " at [";
  llvm::interleaveComma(witness.index, os);
  os << "], " << witness.different << " of " << witness.compared
     << " elements differ\n";
  os << "Source value: " << witness.expected << "\n";
  os << "Target value: " << witness.actual << "\n";
}

static void printResult(llvm::raw_ostream &os, Pair pair,
                        const EquivalenceResult &result) {
  os << "----------------------------------------\n@" << pair.source.getName()
     << " => @" << pair.target.getName() << "\n";
  switch (result.verdict) {
  case Verdict::Verified:
    os << "verified: chance of a false answer below 2^-"
       << int64_t(result.evidence) << " per element, " << result.compared
       << " comparisons in " << result.draws << " draws"
       << (result.expDepth ? ", conditional on the exp conjecture" : "")
       << "\n";
    break;
  case Verdict::Refuted:
    os << "refuted\n";
    printWitness(os, *result.witness);
    break;
  case Verdict::Unproven:
    os << "unproven: " << result.reason << "\n";
    break;
  }
  for (StringRef assumption : result.assumptions)
    os << "assumption: " << assumption << "\n";
  for (unsigned argument : result.ignoredInputs)
    os << "note: no result depends on argument " << argument << "\n";
  for (InputFamily family : result.specialsDiffer)
    os << "note: special values differ for input family " << getName(family)
       << (result.lessFinite ? ", NaN where the source is a number" : "")
       << "\n";
}

static OwningOpRef<ModuleOp> parse(StringRef path, MLIRContext &context,
                                   llvm::SourceMgr &sources) {
  std::string message;
  auto file = mlir::openInputFile(path, &message);
  if (!file) {
    llvm::errs() << "error: " << message << "\n";
    return nullptr;
  }
  StringRef text = file->getBuffer();
  sources.AddNewSourceBuffer(std::move(file), llvm::SMLoc());
  if (failed(checkNesting(text, path, &context)))
    return nullptr;
  auto module = mlir::parseSourceFile<ModuleOp>(sources, &context);
  if (module && failed(checkContents(*module)))
    return nullptr;
  return module;
}

static FailureOr<SmallVector<InputFamily>> parseFamilies(StringRef text) {
  SmallVector<InputFamily> families;
  SmallVector<StringRef> names;
  text.split(names, ',');
  for (StringRef name : names) {
    std::optional<InputFamily> family = getInputFamily(name);
    if (!family) {
      llvm::errs() << "error: no input family is named '" << name
                   << "'; there are:";
      for (unsigned i = 0; i < numInputFamilies; ++i)
        llvm::errs() << ' ' << getName(InputFamily(i));
      llvm::errs() << "\n";
      return failure();
    }
    families.push_back(*family);
  }
  return families;
}

static int exitCodeOf(Verdict verdict) {
  return verdict == Verdict::Verified  ? Verified
         : verdict == Verdict::Refuted ? Refuted
                                       : Unproven;
}

/// Any error outranks any refutation, which outranks what is unproven.
static int worse(int a, int b) {
  auto rank = [](int code) {
    return code == Error ? 3 : code == Refuted ? 2 : code == Unproven ? 1 : 0;
  };
  return rank(a) > rank(b) ? a : b;
}

static int checkPairs(MutableArrayRef<Pair> pairs,
                      const EquivalenceOptions &options, StringRef jsonPath) {
  int code = Verified;
  llvm::json::Array records;
  for (Pair &pair : pairs) {
    FailureOr<EquivalenceResult> result = checkEquivalence(
        pair.source.getBody().front(), pair.target.getBody().front(), options);
    if (failed(result)) {
      code = Error;
      continue;
    }
    printResult(llvm::outs(), pair, *result);
    code = worse(code, exitCodeOf(result->verdict));
    records.push_back(result->toJSON());
  }
  if (jsonPath.empty())
    return code;
  std::string message;
  auto file = mlir::openOutputFile(jsonPath, &message);
  if (!file) {
    llvm::errs() << "error: " << message << "\n";
    return Error;
  }
  file->os() << llvm::formatv("{0:2}", llvm::json::Value(std::move(records)))
             << "\n";
  file->keep();
  return code;
}

namespace {
/// What the command line says. Made when the tool runs, since the tools of one
/// executable have options of equal names.
struct CommandLine {
  cl::OptionCategory category{"Options of kernel-opt-verify"};
  cl::opt<std::string> replay{
      "replay",
      cl::desc("Repeat every check of a certificate: SRC is the program that "
               "was read, TGT (if given) the output"),
      cl::value_desc("certificate"), cl::cat(category)};
  cl::opt<std::string> fp64{
      "fp64",
      cl::desc("Run the programs of a certificate in the interpreter, whole, "
               "and SRC in fp64, and compare all results: for programs that "
               "are small"),
      cl::value_desc("certificate"), cl::cat(category)};
  cl::opt<std::string> cuda{"cuda-path", cl::desc("Root of the CUDA toolkit"),
                            cl::value_desc("folder"), cl::cat(category)};
  cl::opt<std::string> source{cl::Positional, cl::Required, cl::desc("SRC"),
                              cl::cat(category)};
  cl::opt<std::string> target{cl::Positional, cl::desc("[TGT]"),
                              cl::cat(category)};
  cl::opt<std::string> json{
      "json", cl::desc("Write the evidence to this file (- for stdout)"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<uint64_t> nonce{"nonce",
                          cl::desc("Repeat a run; drawn at random otherwise"),
                          cl::cat(category)};
  cl::opt<unsigned> seeds{"seeds", cl::desc("Draws per input family"),
                          cl::init(2), cl::cat(category)};
  cl::opt<std::string> families{"families",
                                cl::desc("Input families, separated by commas"),
                                cl::cat(category)};
  cl::opt<bool> isolate{
      "isolate",
      cl::desc("Check in a process of its own, so that a crash becomes one "
               "error (default: true)"),
      cl::init(true), cl::cat(category)};

  bool parse(int argc, char **argv);
  bool usesCertificate() const { return !replay.empty() || !fp64.empty(); }
  FailureOr<EquivalenceOptions> equivalence() const;
};
} // namespace

bool CommandLine::parse(int argc, char **argv) {
  cl::HideUnrelatedOptions(category);
  // 1, with which LLVM would end, means refuted here.
  return cl::ParseCommandLineOptions(
      argc, argv,
      "Checks that functions on tensors are the same function over the "
      "reals\n\n"
      "Compares @src with @tgt (@src_x with @tgt_x) of one file, or functions "
      "of one\nname in two files. Exit code: 0 verified, 1 refuted, 2 "
      "unproven, 3 error.\n\n"
      "With --replay, repeats the checks of a certificate instead. A field "
      "that the\nreplay does not confirm is an error. With --fp64, runs what "
      "a certificate is\nabout on this machine.\n",
      &llvm::errs());
}

FailureOr<EquivalenceOptions> CommandLine::equivalence() const {
  EquivalenceOptions options;
  options.seeds = std::max(1u, unsigned(seeds));
  if (nonce.getNumOccurrences())
    options.nonce = nonce;
  if (!families.empty()) {
    auto parsed = parseFamilies(families);
    if (failed(parsed))
      return failure();
    options.families = *parsed;
  }
  return options;
}

static int check(const CommandLine &line, const EquivalenceOptions &options) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  if (line.usesCertificate()) {
    // A replay compiles, and both lower.
    registerAllPasses();
    context.loadAllAvailableDialects();
  }
  llvm::SourceMgr sourceText, targetText;
  mlir::SourceMgrDiagnosticHandler handler(sourceText, &context);
  OwningOpRef<ModuleOp> source = parse(line.source, context, sourceText);
  OwningOpRef<ModuleOp> target;
  if (!line.target.empty())
    target = parse(line.target, context, targetText);
  if (!source || (!line.target.empty() && !target))
    return Error;
  if (!line.replay.empty())
    return replayCertificate(line.replay, *source,
                             target ? *target : ModuleOp(), line.cuda);
  if (!line.fp64.empty())
    return compareOnHost(
        line.fp64, *source,
        options.nonce ? *options.nonce : std::random_device{}(), options.seeds);
  auto pairs = pairFunctions(*source, target ? *target : *source);
  if (failed(pairs))
    return Error;
  return checkPairs(*pairs, options, line.json);
}

int kernel_opt::kernelOptVerifyMain(int argc, char **argv) {
  CommandLine line;
  if (!line.parse(argc, argv))
    return Error;
  FailureOr<EquivalenceOptions> options = line.equivalence();
  if (failed(options))
    return Error;
  auto run = [&] { return check(line, *options); };
  return line.isolate ? runIsolated(line.source, Error, run) : run();
}
