//===- Replay.cpp - What was decided before, decided again ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Replay.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Search/Rules.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/JSONReader.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;
namespace json = llvm::json;

//===----------------------------------------------------------------------===//
// From a search
//===----------------------------------------------------------------------===//

json::Object search::handOver(const SearchResult &result,
                              const Environment &environment) {
  json::Array checks;
  for (const WinningKernel &kernel : result.kernels)
    if (kernel.check.verdict == "verified")
      checks.push_back(json::Object{{"kernel", kernel.kernel.hash},
                                    {"scheduled", kernel.check.finalHash},
                                    {"ptx", kernel.evaluation.ptxHash},
                                    {"record", kernel.check.record}});
  json::Array sets;
  for (const SetText &set : result.rewriteSets)
    sets.push_back(json::Object{{"name", set.name}, {"text", set.text}});
  return json::Object{{"candidate", result.candidate.toJSON()},
                      {"seconds", result.bestSeconds},
                      {"measured", !result.device.empty()},
                      {"rewrite_sets", std::move(sets)},
                      {"build", environment.build},
                      {"checks", std::move(checks)}};
}

llvm::Expected<std::unique_ptr<Replay>>
Replay::fromHandOver(const json::Value &value, const nvptx::PtxOptions &compile,
                     ArrayRef<std::string> schedules) {
  JSONErrors errors;
  JSONReader reader(&value, "", errors);
  std::unique_ptr<Replay> replay(new Replay);
  replay->seconds = reader.number("seconds");
  replay->isMeasured = reader.boolean("measured", false);
  auto environment = findEnvironment(compile, schedules);
  if (!environment)
    return environment.takeError();
  bool sameBuild = reader.string("build") == environment->build;
  reader.each("checks", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader check(&each, at, errors);
                std::string kernel = check.string("kernel");
                std::string scheduled = check.string("scheduled");
                std::string ptx = check.string("ptx");
                const json::Value *record = check.value("record");
                check.finish();
                if (record && sameBuild)
                  replay->checks[{kernel, scheduled}] = {*record, ptx};
              });
  reader.each("rewrite_sets", true,
              [&](const json::Value &each, const std::string &at) {
                JSONReader set(&each, at, errors);
                replay->rewriteSets.push_back(
                    {set.string("name"), set.string("text")});
                set.finish();
              });
  const json::Value *candidate = reader.value("candidate");
  reader.finish();
  if (llvm::Error error = errors.take("result of a search"))
    return std::move(error);
  auto read = Candidate::fromJSON(*candidate);
  if (!read)
    return read.takeError();
  replay->candidate = std::move(*read);
  replay->fromProgram = true;
  return replay;
}

llvm::Expected<std::unique_ptr<Replay>>
Replay::fromArchive(StringRef path, const nvptx::PtxOptions &compile,
                    ArrayRef<std::string> schedules) {
  std::unique_ptr<Replay> replay(new Replay);
  // Whoever brings schedules of his own wants to see them used.
  if (schedules.empty()) {
    auto shipped = ShippedWinners::load(compile.target);
    if (!shipped)
      return shipped.takeError();
    replay->shipped = std::move(*shipped);
  }
  if (path.empty() || !llvm::sys::fs::exists(path))
    return replay;
  auto environment = findEnvironment(compile, schedules);
  if (!environment)
    return environment.takeError();
  replay->environment = *environment;
  auto store = Store::open(path, *environment, /*writable=*/false);
  if (!store)
    return store.takeError();
  replay->store = std::move(*store);
  return replay;
}

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

void Replay::decide(optimizer::Options &options) {
  options.decisions.rewrite = [this, &options](ModuleOp module) {
    if (failed(rewrite(module)))
      return failure();
    if (candidate)
      options.decisions.fusionPlan = candidate->graph.fusionPlan;
    for (const SetText &set : rewriteSets)
      options.scheduleTexts.push_back({set.name, set.text});
    return success();
  };
  options.decisions.schedule = [this](kopt::KernelOp kernel) {
    return scheduleOf(kernel);
  };
  options.decisions.recall = [this](kopt::KernelOp kernel,
                                    gpu::GPUFuncOp program) {
    return recall(kernel, program);
  };
  options.decisions.recallFunction = [this](StringRef source,
                                            StringRef target) {
    return recallFunction(source, target);
  };
}

std::optional<optimizer::FunctionCheck>
Replay::recallFunction(StringRef source, StringRef target) {
  for (const optimizer::FunctionCheck &check : functions)
    if (check.source == source && check.target == target)
      return check;
  return std::nullopt;
}

static LogicalResult report(ModuleOp module, llvm::Error error) {
  return module.emitError("cannot use the archive: ")
         << llvm::toString(std::move(error));
}

LogicalResult Replay::rewrite(ModuleOp module) {
  if (store) {
    if (llvm::Error error = store->prepareProgram(structuralHash(module)))
      return report(module, std::move(error));
    auto winner = store->winner();
    if (!winner)
      return report(module, winner.takeError());
    if (*winner) {
      candidate = std::move((*winner)->candidate);
      rewriteSets = std::move((*winner)->rewriteSets);
      seconds = (*winner)->seconds;
      isMeasured = (*winner)->measured;
      functions = std::move((*winner)->functions);
      fromProgram = true;
    }
  }
  if (!candidate && (candidate = shipped.forProgram(module)))
    fromProgram = fromShipped = true;
  if (!candidate || candidate->graph.rules.empty())
    return success();
  auto book = RuleBook::load(module.getContext(), rewriteSets);
  if (failed(book))
    return failure();
  // The kernels are compared with the program that was read, and with that what
  // rules did to it.
  RuleResult applied = applyRules(module, candidate->graph.rules, *book,
                                  /*check=*/false);
  if (applied.state == "applied")
    return success();
  return module.emitError("the archived candidate cannot be applied: ")
         << applied.reason << "; another --database, or a search, helps";
}

static optimizer::ScheduleChoice convert(const KernelChoice &choice) {
  optimizer::ScheduleChoice converted;
  converted.strategy = choice.strategy;
  for (const auto &[name, value] : choice.knobs)
    converted.knobs[name] = value;
  // What an earlier version found may not fit any more.
  converted.required = false;
  return converted;
}

/// Loads what the archive knows of a kernel.
void Replay::prepare(kopt::KernelOp kernel) {
  if (!store)
    return;
  KernelInfo info;
  info.hash = kernel::kernelHash(kernel);
  describeTypes(kernel, info);
  if (llvm::Error error = store->prepare(info))
    kernel.emitWarning("cannot use the archive: ")
        << llvm::toString(std::move(error));
}

std::optional<optimizer::ScheduleChoice>
Replay::scheduleOf(kopt::KernelOp kernel) {
  prepare(kernel);
  std::string hash = kernel::kernelHash(kernel);
  if (candidate) {
    auto found = candidate->kernels.find(hash);
    if (found == candidate->kernels.end())
      return std::nullopt;
    ++chosen;
    return convert(found->second);
  }
  std::optional<KernelChoice> choice;
  if (store) {
    auto best = store->bestChoice(hash);
    if (best)
      choice = std::move(*best);
    else
      llvm::consumeError(best.takeError());
  }
  if (!choice && (choice = shipped.forKernel(hash)))
    fromShipped = true;
  if (!choice)
    return std::nullopt;
  ++chosen;
  return convert(*choice);
}

std::optional<optimizer::ProgramChecks> Replay::recall(kopt::KernelOp kernel,
                                                       gpu::GPUFuncOp program) {
  std::string source = kernel::kernelHash(kernel);
  std::string scheduled = programHash(program);
  std::optional<KnownCheck> known;
  auto found = checks.find({source, scheduled});
  if (found != checks.end())
    known = found->second;
  else if (store)
    known = store->verifiedProgram(source, scheduled);
  if (!known)
    return std::nullopt;
  auto result = readCheckRecord(known->record);
  if (!result) {
    kernel.emitWarning("the archived check cannot be read: ")
        << llvm::toString(result.takeError());
    return std::nullopt;
  }
  if (result->check.verdict != verify::Verdict::Verified)
    return std::nullopt;
  ++recalled;
  expectedPtx[kernel.getKernelName().str()] = known->ptxHash;
  return std::move(*result);
}

llvm::Error Replay::confirm(const optimizer::Outcome &outcome) const {
  for (const optimizer::KernelRecord &record : outcome.kernels) {
    auto expected = expectedPtx.find(record.name);
    if (expected == expectedPtx.end())
      continue;
    std::string found = ptxHash(record.compiled.ptx, record.name);
    if (found != expected->second)
      return llvm::createStringError(
          "the PTX of kernel '" + record.name + "' has the hash " + found +
          ", expected " + expected->second +
          " as when it was checked; --database=none checks it anew");
  }
  return llvm::Error::success();
}

std::string Replay::describe() const {
  if (!chosen && !recalled)
    return "";
  std::string text = fromProgram ? "a candidate of the whole program"
                                 : "the best known schedules";
  if (fromShipped)
    text += " (shipped)";
  if (seconds)
    text += llvm::formatv(" ({0} {1:F2} us)",
                          isMeasured ? "measured" : "modelled", *seconds * 1e6);
  return text + "; " + std::to_string(recalled) +
         " checks of equal programs recalled";
}
