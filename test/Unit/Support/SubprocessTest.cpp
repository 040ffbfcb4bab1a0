//===- SubprocessTest.cpp - Children that misbehave -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/JSONLines.h"
#include "gtest/gtest.h"
#include <csignal>
#include <unistd.h>

using namespace kernel_opt;
using namespace std::chrono_literals;
using End = ProcessResult::End;
using ReadStatus = Subprocess::ReadStatus;

static SubprocessOptions shell(std::string script) {
  SubprocessOptions options;
  options.command = {"sh", "-c", std::move(script)};
  return options;
}

static SubprocessOptions python(std::string script) {
  SubprocessOptions options;
  options.command = {PYTHON, "-c", std::move(script)};
  return options;
}

static ProcessOutput run(const SubprocessOptions &options,
                         StringRef input = {}) {
  return llvm::cantFail(runProcess(options, input));
}

static Subprocess spawn(const SubprocessOptions &options) {
  return llvm::cantFail(Subprocess::spawn(options));
}

TEST(Subprocess, PassesInputOutputAndStatus) {
  ProcessOutput out = run(shell("tr a-z A-Z; echo problem >&2; exit 3"), "abc");
  EXPECT_EQ(out.result.end, End::Exited);
  EXPECT_EQ(out.result.code, 3);
  EXPECT_FALSE(out.result.succeeded());
  EXPECT_EQ(out.standardOutput, "ABC");
  EXPECT_EQ(out.standardError, "problem\n");
  EXPECT_EQ(out.result.describe(), "exited with status 3");
}

TEST(Subprocess, MissingProgramIsAnError) {
  SubprocessOptions options;
  options.command = {"no-such-program-of-kernel-opt"};
  llvm::Expected<Subprocess> process = Subprocess::spawn(options);
  ASSERT_FALSE(bool(process));
  EXPECT_EQ(llvm::toString(process.takeError()),
            "cannot start 'no-such-program-of-kernel-opt': No such file or "
            "directory");
  llvm::Expected<Subprocess> nothing = Subprocess::spawn(SubprocessOptions());
  ASSERT_FALSE(bool(nothing));
  llvm::consumeError(nothing.takeError());
}

TEST(Subprocess, MoreThanPipesHoldBothWays) {
  std::string input(3 << 20, 'x');
  ProcessOutput out = run(shell("cat"), input);
  EXPECT_TRUE(out.result.succeeded());
  EXPECT_EQ(out.standardOutput.size(), input.size());
}

TEST(Subprocess, ChildThatIgnoresItsInputIsFine) {
  std::string input(3 << 20, 'x');
  ProcessOutput out = run(shell("exec 0<&-; echo done"), input);
  EXPECT_TRUE(out.result.succeeded());
  EXPECT_EQ(out.standardOutput, "done\n");
}

TEST(Subprocess, EnvironmentIsAddedAndReplaced) {
  SubprocessOptions options = shell("echo $ONE $TWO; test -n \"$PATH\"");
  ::setenv("TWO", "old", 1);
  options.environment = {"ONE=1", "TWO=2"};
  ProcessOutput out = run(options);
  ::unsetenv("TWO");
  EXPECT_TRUE(out.result.succeeded());
  EXPECT_EQ(out.standardOutput, "1 2\n");
}

TEST(Subprocess, HangIsStopped) {
  SubprocessOptions options = shell("echo begun; sleep 100");
  options.wallTime = 300ms;
  ProcessOutput out = run(options);
  EXPECT_EQ(out.result.end, End::TimedOut);
  EXPECT_GE(out.result.wallSeconds, 0.3);
  EXPECT_LT(out.result.wallSeconds, 20);
  EXPECT_EQ(out.standardOutput, "begun\n");
}

TEST(Subprocess, HangThatIgnoresSignalsIsStopped) {
  SubprocessOptions options = shell("trap '' TERM INT HUP; sleep 100");
  options.wallTime = 200ms;
  EXPECT_EQ(run(options).result.end, End::TimedOut);
}

TEST(Subprocess, GrandchildrenDieWithTheGroup) {
  Subprocess process = spawn(shell("sleep 100 & echo $!; wait"));
  std::string line;
  ASSERT_EQ(process.readLine(line, 20s), ReadStatus::Line);
  pid_t grandchild = std::stoi(line);
  EXPECT_EQ(::kill(grandchild, 0), 0);
  EXPECT_EQ(process.kill().end, End::Killed);
  // An orphan is reaped by init, soon but not at once.
  bool gone = false;
  for (int i = 0; i < 400 && !gone; ++i) {
    std::string state = run(shell("sed 's/.*) //' /proc/" +
                                  std::to_string(grandchild) +
                                  "/stat 2>/dev/null || true"))
                            .standardOutput;
    gone = ::kill(grandchild, 0) != 0 || StringRef(state).starts_with("Z");
    ::usleep(5000);
  }
  EXPECT_TRUE(gone);
}

TEST(Subprocess, GrandchildThatKeepsThePipesDoesNotHoldUs) {
  ProcessOutput out = run(shell("sleep 100 & echo done"));
  EXPECT_TRUE(out.result.succeeded());
  EXPECT_EQ(out.standardOutput, "done\n");
  EXPECT_LT(out.result.wallSeconds, 50);
}

TEST(Subprocess, CrashIsReported) {
  ProcessOutput out = run(shell("kill -SEGV $$"));
  EXPECT_EQ(out.result.end, End::Signaled);
  EXPECT_EQ(out.result.code, SIGSEGV);
  EXPECT_EQ(out.result.describe(),
            "was ended by signal 11 (Segmentation fault)");
}

TEST(Subprocess, MemoryIsLimited) {
  SubprocessOptions options =
      python("import sys\nsys.stdin.read()\nb = bytearray(1 << 31)");
  options.addressSpace = uint64_t(1) << 30;
  ProcessOutput out = run(options);
  EXPECT_FALSE(out.result.succeeded());
  EXPECT_NE(out.standardError.find("MemoryError"), std::string::npos);
  EXPECT_LT(out.result.peakResidentBytes, uint64_t(1) << 30);
  options.addressSpace = 0;
  EXPECT_TRUE(run(options).result.succeeded());
}

TEST(Subprocess, ProcessorTimeIsLimited) {
  SubprocessOptions options = shell("while :; do :; done");
  options.cpuSeconds = 1;
  options.wallTime = 60s;
  ProcessOutput out = run(options);
  EXPECT_EQ(out.result.end, End::CpuLimit);
  EXPECT_GE(out.result.cpuSeconds, 0.9);
}

TEST(Subprocess, OutputIsLimited) {
  SubprocessOptions options = shell("while :; do echo abcdefgh; done");
  options.outputBytes = 1 << 20;
  options.wallTime = 60s;
  ProcessOutput out = run(options);
  EXPECT_EQ(out.result.end, End::OutputLimit);
  EXPECT_EQ(out.standardOutput.size(), size_t(1) << 20);
}

TEST(Subprocess, ErrorOutputKeepsItsEnd) {
  ProcessOutput out = run(python(
      "import sys\nsys.stderr.write('x' * 100000 + 'the end')"));
  EXPECT_LE(out.standardError.size(), size_t(16 << 10));
  EXPECT_TRUE(StringRef(out.standardError).ends_with("the end"));
}

TEST(Subprocess, ReadsLines) {
  Subprocess process = spawn(shell("printf 'one\\n\\nlast'"));
  std::string line;
  ASSERT_EQ(process.readLine(line, 20s), ReadStatus::Line);
  EXPECT_EQ(line, "one");
  ASSERT_EQ(process.readLine(line, 20s), ReadStatus::Line);
  EXPECT_EQ(line, "");
  ASSERT_EQ(process.readLine(line, 20s), ReadStatus::Line);
  EXPECT_EQ(line, "last");
  EXPECT_EQ(process.readLine(line, 20s), ReadStatus::End);
  EXPECT_TRUE(process.finish().succeeded());
}

TEST(Subprocess, LineWithoutEndIsTooLong) {
  SubprocessOptions options =
      shell("while :; do printf xxxxxxxxxxxxxxxx; done");
  options.outputBytes = 4096;
  Subprocess process = spawn(options);
  std::string line;
  EXPECT_EQ(process.readLine(line, 20s), ReadStatus::TooLong);
}

TEST(Subprocess, WritingToADeadChildDoesNotKillUs) {
  Subprocess process = spawn(shell("exit 0"));
  std::string line;
  EXPECT_EQ(process.readLine(line, 20s), ReadStatus::End);
  llvm::Error e = process.write(std::string(1 << 20, 'x'), 20s);
  ASSERT_TRUE(bool(e));
  EXPECT_EQ(llvm::toString(std::move(e)),
            "the child process closed its input");
}

//===----------------------------------------------------------------------===//
// Workers
//===----------------------------------------------------------------------===//

static JSONLinesWorker worker(const SubprocessOptions &options) {
  return llvm::cantFail(JSONLinesWorker::spawn(options));
}

static std::string failureOf(JSONLinesWorker &worker,
                             std::chrono::milliseconds timeout = 20s) {
  auto answer = worker.request(llvm::json::Object{{"command", "info"}}, timeout);
  if (answer)
    return "no failure";
  return llvm::toString(answer.takeError());
}

TEST(JSONLines, AnswersInOrder) {
  JSONLinesWorker w = worker(python(
      "import json, sys\n"
      "for line in sys.stdin:\n"
      "  r = json.loads(line)\n"
      "  if r['command'] == 'quit': sys.exit(5)\n"
      "  print(json.dumps({'id': r['id'], 'ok': True, 'got': r['command']}),"
      " flush=True)\n"));
  for (StringRef command : {"info", "load"}) {
    auto answer = w.request(llvm::json::Object{{"command", command}}, 20s);
    ASSERT_TRUE(bool(answer)) << llvm::toString(answer.takeError());
    EXPECT_EQ(answer->getString("got"), command);
  }
  EXPECT_EQ(w.quit(20s).code, 5);
  EXPECT_FALSE(w.isAlive());
  EXPECT_NE(failureOf(w).find("has ended"), std::string::npos);
}

TEST(JSONLines, ErrorAnswerKeepsTheWorker) {
  JSONLinesWorker w = worker(shell(
      "read l; echo '{\"id\":1,\"ok\":false,\"error\":{\"kind\":"
      "\"out-of-memory\",\"message\":\"too big\"}}'; read l; echo "
      "'{\"id\":2,\"ok\":true}'; read l"));
  auto answer = w.request(llvm::json::Object(), 20s);
  ASSERT_FALSE(bool(answer));
  llvm::handleAllErrors(answer.takeError(), [](const WorkerError &e) {
    EXPECT_EQ(e.kind, "out-of-memory");
    EXPECT_EQ(e.message, "too big");
    EXPECT_FALSE(e.fatal);
  });
  EXPECT_TRUE(w.isAlive());
  EXPECT_TRUE(bool(w.request(llvm::json::Object(), 20s)));
}

TEST(JSONLines, FatalErrorEndsTheWorker) {
  JSONLinesWorker w = worker(shell(
      "read l; echo '{\"id\":1,\"ok\":false,\"error\":{\"kind\":"
      "\"illegal-address\",\"message\":\"m\",\"fatal\":true}}'; sleep 100"));
  EXPECT_EQ(failureOf(w), "m");
  EXPECT_FALSE(w.isAlive());
}

TEST(JSONLines, GarbageKillsTheWorker) {
  JSONLinesWorker w = worker(shell("read l; echo hello; sleep 100"));
  EXPECT_EQ(failureOf(w),
            "worker 'sh' wrote a line that is not JSON: 'hello'");
  EXPECT_FALSE(w.isAlive());
}

TEST(JSONLines, AnswerToSomethingElseKillsTheWorker) {
  JSONLinesWorker w =
      worker(shell("read l; echo '{\"id\":9,\"ok\":true}'; sleep 100"));
  EXPECT_EQ(failureOf(w),
            "worker 'sh' wrote a line that does not answer request 1");
}

TEST(JSONLines, SilenceKillsTheWorker) {
  JSONLinesWorker w = worker(shell("read l; sleep 100"));
  EXPECT_EQ(failureOf(w, 200ms), "worker 'sh' gave no answer within 0.2 s");
  EXPECT_FALSE(w.isAlive());
}

TEST(JSONLines, CrashNamesItsSignalAndLastWords) {
  JSONLinesWorker w =
      worker(shell("read l; echo alas >&2; kill -ABRT $$"));
  std::string failure = failureOf(w);
  EXPECT_NE(failure.find("was ended by signal 6"), std::string::npos)
      << failure;
  EXPECT_NE(failure.find("it wrote: alas"), std::string::npos) << failure;
}
