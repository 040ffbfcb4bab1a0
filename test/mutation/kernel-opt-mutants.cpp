//===- kernel-opt-mutants.cpp - Makes mutants and judges them -------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// kernel-opt-mutants KERNEL.mlir --strategy=S --knobs=a=1,b=2 [--policy=P]
//
// First prints a line of JSON: the verdict of the kernel itself and how many
// places each mutator has. Then reads requests, one a line,
//
//   {"mutator": "drop-sync", "site": 3, "seed": 12}
//
// and answers each with a line. Started by mutation.py, which starts another
// one when this one crashes or hangs on a mutant.
//
//===----------------------------------------------------------------------===//

#include "Judge.h"
#include "kernel-opt/InitAll.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/JSON.h"
#include <iostream>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::mutation;
namespace cl = llvm::cl;

static llvm::json::Object toJSON(const Judgement &found) {
  llvm::json::Array layers;
  for (const std::string &layer : found.layers)
    layers.push_back(layer);
  llvm::json::Object answer{{"verdict", found.verdict},
                            {"layers", std::move(layers)},
                            {"detail", llvm::json::fixUTF8(found.detail)},
                            {"hash", found.hash},
                            {"place", found.place},
                            {"what", found.what}};
  if (!found.bits.empty())
    answer["bits"] = found.bits;
  if (!found.onTensors.empty())
    answer["on_tensors"] = found.onTensors;
  if (!found.bits.empty() || found.verdict == "unproven")
    answer["text"] = found.text;
  return answer;
}

static void print(llvm::json::Object object) {
  llvm::outs() << llvm::json::Value(std::move(object)) << "\n";
  llvm::outs().flush();
}

static void describe(Subject &subject) {
  llvm::json::Array mutators;
  for (ArrayRef<Mutator> some : {listedMutators(), genericMutators()})
    for (const Mutator &mutator : some)
      mutators.push_back(
          llvm::json::Object{{"name", mutator.name},
                             {"group", mutator.group},
                             {"killers", mutator.killers},
                             {"sites", int64_t(subject.count(mutator))}});
  llvm::json::Object first = toJSON(subject.judgeOriginal());
  first["mutators"] = std::move(mutators);
  first["text"] = subject.text();
  print(std::move(first));
}

static void serve(Subject &subject) {
  std::string line;
  while (std::getline(std::cin, line)) {
    llvm::Expected<llvm::json::Value> request = llvm::json::parse(line);
    const llvm::json::Object *object =
        request ? request->getAsObject() : nullptr;
    const Mutator *mutator =
        object ? lookupMutator(object->getString("mutator").value_or(""))
               : nullptr;
    if (!mutator) {
      llvm::consumeError(request.takeError());
      print(llvm::json::Object{{"verdict", "no such mutator"}});
      continue;
    }
    Judgement found =
        subject.judge(*mutator, object->getInteger("site").value_or(0),
                      object->getInteger("seed").value_or(0));
    print(toJSON(found));
  }
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::opt<std::string> path(cl::Positional, cl::Required, cl::desc("KERNEL"));
  cl::opt<std::string> strategy("strategy", cl::desc("Strategy of the kernel"));
  cl::list<std::string> knobs("knobs", cl::CommaSeparated,
                              cl::desc("Its knobs, name=value"));
  cl::opt<std::string> policy("policy", cl::init("strict"));
  cl::opt<std::string> kernel(
      "kernel", cl::desc("The one kernel that is scheduled by the strategy"));
  cl::opt<std::string> original(
      "original", cl::desc("Judge KERNEL as a variant of this program, only"));
  cl::opt<uint64_t> nonce("nonce", cl::init(1));
  cl::opt<bool> allLayers("all-layers", cl::desc("Ask all layers"));
  cl::opt<bool> show("show", cl::desc("Show the diagnostics of the checks"));
  cl::ParseCommandLineOptions(argc, argv, "judges mutants of one kernel\n");

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  ScopedDiagnosticHandler quiet(&context, [&](Diagnostic &d) {
    if (show)
      llvm::errs() << d << "\n";
    return success();
  });
  OwningOpRef<ModuleOp> source = parseSourceFile<ModuleOp>(path, &context);
  CorpusOptions options{strategy, {}, kernel, policy, nonce, allLayers};
  for (StringRef knob : knobs) {
    auto [name, value] = knob.split('=');
    value.getAsInteger(10, options.knobs[name]);
  }
  if (!source)
    return 1;
  if (!original.empty()) {
    auto other = parseSourceFile<ModuleOp>(original, &context);
    auto variant = FailureOr<std::unique_ptr<Subject>>(failure());
    if (other)
      variant = Subject::make(*source, options, *other);
    if (failed(variant))
      return 1;
    print(toJSON((*variant)->judgeOriginal()));
    return 0;
  }
  auto subject = Subject::make(*source, options);
  if (failed(subject))
    return 1;
  describe(**subject);
  serve(**subject);
  return 0;
}
