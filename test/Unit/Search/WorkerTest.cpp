//===- WorkerTest.cpp - Workers that are lost, and those that are not -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Worker.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::search;
using std::chrono::milliseconds;

/// A worker that is a shell script: it answers `open`, then does `then`.
static std::vector<std::string> shell(StringRef then) {
  return {"/bin/sh", "-c",
          "read line; echo '{\"id\": 1, \"ok\": true, \"program\": \"p\"}'; "
          "read line; " +
              then.str()};
}

static Session makeSession() {
  Session session;
  session.program = "module {}";
  return session;
}

static WorkerLimits shortLimits() {
  WorkerLimits limits;
  limits.wallTime = milliseconds(400);
  limits.checkWallTime = milliseconds(400);
  return limits;
}

static Evaluation evaluateBy(StringRef script, const WorkerLimits &limits) {
  Session session = makeSession();
  WorkerClient worker(shell(script), session, limits);
  return worker.evaluate(KernelInfo(), KernelChoice());
}

TEST(Worker, OneThatHangsIsStopped) {
  auto start = std::chrono::steady_clock::now();
  Evaluation evaluation = evaluateBy("sleep 100", shortLimits());
  EXPECT_EQ(evaluation.state, "lost");
  EXPECT_NE(evaluation.reason.find("no answer within 0.4 s"), std::string::npos)
      << evaluation.reason;
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(Worker, OneThatCrashesSaysHow) {
  WorkerLimits limits;
  Evaluation evaluation = evaluateBy("kill -SEGV $$", limits);
  EXPECT_EQ(evaluation.state, "lost");
  EXPECT_NE(evaluation.reason.find("signal 11"), std::string::npos)
      << evaluation.reason;
}

TEST(Worker, WantOfMemoryIsNamed) {
  WorkerLimits limits;
  limits.addressSpace = uint64_t(2) << 30;
  Evaluation evaluation =
      evaluateBy("echo 'LLVM ERROR: out of memory' >&2; kill -ABRT $$", limits);
  EXPECT_EQ(evaluation.state, "lost");
  EXPECT_NE(evaluation.reason.find("more memory than the 2.0 GiB"),
            std::string::npos)
      << evaluation.reason;
}

TEST(Worker, NonsenseIsNoAnswer) {
  WorkerLimits limits;
  EXPECT_EQ(evaluateBy("echo hello; sleep 100", limits).state, "lost");
  EXPECT_EQ(
      evaluateBy("echo '{\"id\": 7, \"ok\": true}'; sleep 100", limits).state,
      "lost");
  // An answer that is one, but lacks what it is about.
  Evaluation evaluation =
      evaluateBy("echo '{\"id\": 2, \"ok\": true}'; sleep 100", limits);
  EXPECT_EQ(evaluation.state, "lost");
  EXPECT_NE(evaluation.reason.find("lacks 'state'"), std::string::npos)
      << evaluation.reason;
}

TEST(Worker, IsReplacedAfterItWasLost) {
  Session session = makeSession();
  WorkerClient worker(shell("kill -KILL $$"), session, WorkerLimits());
  EXPECT_EQ(worker.evaluate(KernelInfo(), KernelChoice()).state, "lost");
  EXPECT_EQ(worker.starts(), 2u) << "the next one starts ahead of need";
  EXPECT_EQ(worker.evaluate(KernelInfo(), KernelChoice()).state, "lost");
  EXPECT_EQ(worker.starts(), 3u);
}

TEST(Worker, AnswersAreRead) {
  Session session = makeSession();
  WorkerClient worker(
      shell("echo '{\"id\": 2, \"ok\": true, \"state\": \"illegal\", "
            "\"reason\": \"too large\", \"final_hash\": \"\", \"ptx_hash\": "
            "\"\"}'; cat"),
      session, WorkerLimits());
  auto program = worker.open();
  ASSERT_TRUE(bool(program)) << llvm::toString(program.takeError());
  EXPECT_EQ(*program, "p");
  Evaluation evaluation = worker.evaluate(KernelInfo(), KernelChoice());
  EXPECT_EQ(evaluation.state, "illegal");
  EXPECT_EQ(evaluation.reason, "too large");
  EXPECT_EQ(worker.starts(), 1u);
}

TEST(Worker, AbandonedOnesFailAtOnce) {
  Session session = makeSession();
  WorkerClient worker(shell("sleep 100"), session, WorkerLimits());
  worker.abandon();
  EXPECT_EQ(worker.evaluate(KernelInfo(), KernelChoice()).state, "lost");
  EXPECT_EQ(worker.starts(), 1u);
}

TEST(Worker, CannotBeStarted) {
  Session session = makeSession();
  WorkerClient worker({"/no/such/program"}, session, WorkerLimits());
  Evaluation evaluation = worker.evaluate(KernelInfo(), KernelChoice());
  EXPECT_EQ(evaluation.state, "lost");
  EXPECT_NE(evaluation.reason.find("/no/such/program"), std::string::npos)
      << evaluation.reason;
}
