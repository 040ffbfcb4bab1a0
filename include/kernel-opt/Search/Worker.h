//===- Worker.h - Candidates in a process of their own ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Whatever is done with a candidate happens in a worker: applying it, checking
// it, compiling it. A worker that dies, hangs or wants too much memory costs
// the candidate that it was at, and is replaced. docs/Search.md lists the
// requests.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_WORKER_H
#define KERNEL_OPT_SEARCH_WORKER_H

#include "kernel-opt/Proposal/Prompt.h"
#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Search/Judgement.h"
#include "kernel-opt/Search/Variant.h"
#include "kernel-opt/Support/JSONLines.h"
#include <atomic>
#include <chrono>
#include <memory>
#include <set>

namespace kernel_opt::search {

/// What a worker does with the lines that it reads.
class CandidateServer {
public:
  explicit CandidateServer(DialectRegistry &registry);
  ~CandidateServer();

  /// The answer to a line, whatever it holds; nothing if it asks to quit.
  std::optional<llvm::json::Object> answer(StringRef line);

private:
  class Session;
  std::unique_ptr<Session> session;
};

/// Answers requests on standard input until it ends; the exit status.
int serveCandidates(DialectRegistry &registry);

/// What a candidate may cost.
struct WorkerLimits {
  std::chrono::milliseconds wallTime{std::chrono::seconds(60)};
  /// Of processor time; a check may take longer than the rest.
  unsigned cpuSeconds = 60;
  std::chrono::milliseconds checkWallTime{std::chrono::minutes(5)};
  unsigned checkCpuSeconds = 300;
  /// Bytes of address space of a worker; zero means no limit.
  uint64_t addressSpace = uint64_t(8) << 30;
};

/// What a worker must know before it is asked about candidates.
struct Session {
  std::string program; ///< Text of the module.
  /// What is good of rewrite sets that were proposed: their rules may be used,
  /// and their schedules tried.
  std::vector<SetText> rewriteSets;
  std::vector<std::string> schedules; ///< Paths.
  nvptx::PtxOptions compile;
  /// What checks are made by: a shipped policy or a file.
  std::string policy = "strict";

  llvm::json::Object toJSON() const;
};

/// One worker process, replaced when it is lost. For one thread at a time.
class WorkerClient {
public:
  /// `command` starts a worker that serves candidates.
  WorkerClient(std::vector<std::string> command, const Session &session,
               const WorkerLimits &limits);
  WorkerClient(WorkerClient &&) = default;
  ~WorkerClient();

  /// Hash of the program. Fails if it cannot be read.
  llvm::Expected<std::string> open();
  /// Sends the session again with the next request: it has changed.
  void reopen() { opened = false; }
  /// Judges a proposal. `nonce` decides the inputs that it is tried on.
  llvm::Expected<Judgement> judge(StringRef name, StringRef text,
                                  uint64_t nonce);
  /// What a proposer is told, with the attempts so far.
  llvm::Expected<std::string> makePrompt(ArrayRef<proposal::Attempt> history);
  /// Without `check`, windows are not compared: they were before.
  Variant makeVariant(const GraphChoice &choice, bool check);
  /// `known`: hashes of programs that the kernel has already. `withPlan`: with
  /// what runs it on a device.
  Evaluation evaluate(const KernelInfo &kernel, const KernelChoice &choice,
                      const std::set<std::string> &known = {},
                      bool withPlan = false);
  /// The verdict may also be "lost". `policy` empty: that of the session.
  using Checked = CheckedProgram;
  Checked check(const KernelInfo &kernel, const KernelChoice &choice,
                uint64_t nonce, StringRef policy = "");

  /// Ends what the worker is at; may be called by another thread. The request
  /// then fails, and later ones fail at once.
  void abandon();

  /// Processes started so far.
  unsigned starts() const { return started; }

private:
  void start();
  llvm::Expected<llvm::json::Object> request(llvm::json::Object object,
                                             std::chrono::milliseconds wall,
                                             unsigned cpuSeconds);

  std::vector<std::string> command;
  const Session *session;
  WorkerLimits limits;
  std::optional<JSONLinesWorker> worker;
  std::string startError;
  bool opened = false;
  std::string programHash;
  /// Process group of the worker, for `abandon`; 0: none; -1: abandoned.
  std::unique_ptr<std::atomic<int>> group;
  unsigned started = 0;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_WORKER_H
