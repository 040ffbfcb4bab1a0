//===- WorkerClient.cpp - Candidates in a process of their own --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Worker.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include <csignal>

using namespace kernel_opt;
using namespace kernel_opt::search;
using std::chrono::milliseconds;
namespace json = llvm::json;

json::Object Session::toJSON() const {
  json::Array sets;
  for (const SetText &set : rewriteSets)
    sets.push_back(json::Object{{"name", set.name}, {"text", set.text}});
  return json::Object{{"command", "open"},
                      {"program", program},
                      {"rewrite_sets", std::move(sets)},
                      {"schedules", json::Array(schedules)},
                      {"target", compile.target},
                      {"cuda_path", compile.cudaPath},
                      {"policy", policy}};
}

WorkerClient::WorkerClient(std::vector<std::string> command,
                           const Session &session, const WorkerLimits &limits)
    : command(std::move(command)), session(&session), limits(limits),
      group(std::make_unique<std::atomic<int>>(0)) {
  // It loads while its first request is still being thought of.
  start();
}

void WorkerClient::abandon() {
  int leader = group->exchange(-1);
  if (leader > 0)
    ::kill(-leader, SIGKILL);
}

WorkerClient::~WorkerClient() {
  if (group && worker && worker->isAlive())
    worker->process().kill();
}

void WorkerClient::start() {
  SubprocessOptions options;
  options.command = command;
  options.addressSpace = limits.addressSpace;
  // A module with large constants is one line.
  options.outputBytes = size_t(1) << 30;
  // Before the old one is reaped, its number must be forgotten.
  int old = group->load();
  if (old > 0)
    group->compare_exchange_strong(old, 0);
  worker.reset();
  opened = false;
  if (group->load() < 0) {
    startError = "the search has ended";
    return;
  }
  auto spawned = JSONLinesWorker::spawn(options);
  if (!spawned) {
    startError = llvm::toString(spawned.takeError());
    return;
  }
  ++started;
  worker.emplace(std::move(*spawned));
  int none = 0;
  if (!group->compare_exchange_strong(none, worker->process().pid()))
    worker->process().kill();
}

llvm::Expected<json::Object> WorkerClient::request(json::Object object,
                                                   milliseconds wall,
                                                   unsigned cpuSeconds) {
  if (!worker || !worker->isAlive())
    start();
  if (!worker)
    return llvm::make_error<WorkerError>("worker-lost", startError, true);
  object["cpu_seconds"] = int64_t(cpuSeconds);
  auto answer = worker->request(std::move(object), wall);
  // The next one loads while somebody thinks about this answer.
  if (!answer && !worker->isAlive())
    start();
  return answer;
}

llvm::Expected<std::string> WorkerClient::open() {
  if (!opened || !worker || !worker->isAlive()) {
    auto answer =
        request(session->toJSON(), limits.wallTime, limits.cpuSeconds);
    if (!answer)
      return answer.takeError();
    opened = true;
    programHash = answer->getString("program").value_or("").str();
  }
  return programHash;
}

/// Why a worker was lost, in the words of its limits.
static std::string explain(llvm::Error error, const WorkerLimits &limits) {
  std::string text = llvm::toString(std::move(error));
  if (StringRef(text).contains("out of memory") ||
      StringRef(text).contains("bad_alloc"))
    text = llvm::formatv("it wanted more memory than the {0:F1} GiB that a "
                         "candidate may have ({1})",
                         double(limits.addressSpace) / (1 << 30), text);
  return text;
}

llvm::Expected<Judgement> WorkerClient::judge(StringRef name, StringRef text,
                                              uint64_t nonce) {
  if (auto opened = open(); !opened)
    return opened.takeError();
  auto answer = request(json::Object{{"command", "judge"},
                                     {"name", name},
                                     {"text", text},
                                     {"nonce", llvm::utohexstr(nonce)}},
                        limits.checkWallTime, limits.checkCpuSeconds);
  if (!answer)
    return llvm::createStringError(explain(answer.takeError(), limits));
  answer->erase("id");
  answer->erase("ok");
  return Judgement::fromJSON(std::move(*answer));
}

llvm::Expected<std::string>
WorkerClient::makePrompt(ArrayRef<proposal::Attempt> history) {
  if (auto opened = open(); !opened)
    return opened.takeError();
  json::Array attempts;
  for (const proposal::Attempt &attempt : history)
    attempts.push_back(
        json::Object{{"what", attempt.what}, {"outcome", attempt.outcome}});
  auto answer = request(
      json::Object{{"command", "prompt"}, {"history", std::move(attempts)}},
      limits.wallTime, limits.cpuSeconds);
  if (!answer)
    return llvm::createStringError(explain(answer.takeError(), limits));
  return answer->getString("prompt").value_or("").str();
}

Variant WorkerClient::makeVariant(const GraphChoice &choice, bool check) {
  auto fail = [&](llvm::Error error) {
    Variant variant;
    variant.choice = choice;
    variant.state = "lost";
    variant.reason = explain(std::move(error), limits);
    return variant;
  };
  if (auto opened = open(); !opened)
    return fail(opened.takeError());
  Candidate candidate;
  candidate.graph = choice;
  auto answer = request(json::Object{{"command", "variant"},
                                     {"choice", candidate.toJSON()},
                                     {"check", check}},
                        check ? limits.checkWallTime : limits.wallTime,
                        check ? limits.checkCpuSeconds : limits.cpuSeconds);
  if (!answer)
    return fail(answer.takeError());
  answer->erase("id");
  answer->erase("ok");
  auto variant = Variant::fromJSON(std::move(*answer));
  return variant ? std::move(*variant) : fail(variant.takeError());
}

static Evaluation lostEvaluation(std::string reason) {
  Evaluation evaluation;
  evaluation.state = "lost";
  evaluation.reason = std::move(reason);
  return evaluation;
}

Evaluation WorkerClient::evaluate(const KernelInfo &kernel,
                                  const KernelChoice &choice,
                                  const std::set<std::string> &known,
                                  bool withPlan) {
  if (auto opened = open(); !opened)
    return lostEvaluation(explain(opened.takeError(), limits));
  auto answer = request(json::Object{{"command", "evaluate"},
                                     {"kernel", kernel.text},
                                     {"known", json::Array(known)},
                                     {"plan", withPlan},
                                     {"choice", choice.toJSON()}},
                        limits.wallTime, limits.cpuSeconds);
  if (!answer)
    return lostEvaluation(explain(answer.takeError(), limits));
  answer->erase("id");
  answer->erase("ok");
  auto chip = nvptx::findChip(session->compile.target);
  if (!chip)
    return lostEvaluation(llvm::toString(chip.takeError()));
  auto evaluation =
      Evaluation::fromJSON(std::move(*answer), findDeviceModel(chip->sm));
  return evaluation ? std::move(*evaluation)
                    : lostEvaluation(llvm::toString(evaluation.takeError()));
}

WorkerClient::Checked WorkerClient::check(const KernelInfo &kernel,
                                          const KernelChoice &choice,
                                          uint64_t nonce, StringRef policy) {
  auto fail = [&](llvm::Error error) {
    return Checked{"lost", explain(std::move(error), limits), "", nullptr};
  };
  if (auto opened = open(); !opened)
    return fail(opened.takeError());
  auto answer = request(
      json::Object{{"command", "check"},
                   {"kernel", kernel.text},
                   {"choice", choice.toJSON()},
                   {"policy", policy.empty() ? session->policy : policy.str()},
                   {"nonce", llvm::utohexstr(nonce)}},
      limits.checkWallTime, limits.checkCpuSeconds);
  if (!answer)
    return fail(answer.takeError());
  Checked checked;
  checked.verdict = answer->getString("verdict").value_or("unproven").str();
  checked.detail = answer->getString("detail").value_or("").str();
  checked.finalHash = answer->getString("final_hash").value_or("").str();
  if (const json::Value *record = answer->get("record"))
    checked.record = *record;
  return checked;
}
