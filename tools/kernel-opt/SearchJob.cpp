//===- SearchJob.cpp - The main job in processes of its own -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The process that a user starts holds no compiler state: a worker reads the
// program, workers try candidates, and one more makes the output from what was
// decided. Whatever happens to them, this one can say what it was.
//
//===----------------------------------------------------------------------===//

#include "SearchJob.h"
#include "Isolation.h"
#include "JobOptions.h"
#include "ProposalJob.h"
#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Search/Replay.h"
#include "kernel-opt/Search/Search.h"
#include "kernel-opt/Support/Nesting.h"
#include "kernel-opt/Support/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"
#include <csignal>

using namespace mlir;
using namespace kernel_opt;

/// A launch on a device that takes longer hangs.
static constexpr unsigned launchSeconds = 10;

static int fail(const Twine &message) {
  llvm::WithColor::error(llvm::errs(), "kernel-opt") << message << "\n";
  return 1;
}

//===----------------------------------------------------------------------===//
// The outer process
//===----------------------------------------------------------------------===//

namespace {
/// One job as its user sees it.
class Job {
public:
  Job(int argc, char **argv, StringRef input, StringRef output,
      const MainJobOptions &options)
      : arguments(argv + 1, argv + argc), input(input), output(output),
        options(options) {}
  int run();

private:
  SubprocessOptions innerProcess(StringRef step) const;
  std::optional<std::string> runStep(StringRef step, int &status);
  std::string wrongLimit() const;
  int search();
  llvm::Error prepareSearch(search::SearchOptions &what);
  llvm::Error openProposer(search::SearchOptions &what);
  int handOver(const search::SearchResult &result,
               const search::Environment &environment);
  bool showsProgress() const {
    return !options.quiet && llvm::sys::Process::StandardErrIsDisplayed();
  }
  int keepFindings();
  int write(StringRef text);

  std::vector<std::string> arguments;
  StringRef input, output;
  const MainJobOptions &options;
  SearchAmount amount;
  std::unique_ptr<llvm::MemoryBuffer> standardInput;
  /// What the search hands to the compilation, and gets back from it.
  SmallString<128> decisionFile, findingsFile;
  std::unique_ptr<search::Store> store;
  std::unique_ptr<proposal::TranscriptWriter> transcript;
  std::unique_ptr<proposal::Proposer> proposer;
};
} // namespace

static std::string ownExecutable() {
  return llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&ownExecutable));
}

SubprocessOptions Job::innerProcess(StringRef step) const {
  SubprocessOptions process;
  process.command = {ownExecutable(), "--tool=kernel-opt"};
  llvm::append_range(process.command, arguments);
  process.environment = {stepVariable + ("=" + step).str()};
  if (!decisionFile.empty())
    process.environment.push_back(std::string(decisionVariable) + "=" +
                                  decisionFile.str().str());
  if (!findingsFile.empty())
    process.environment.push_back(std::string(findingsVariable) + "=" +
                                  findingsFile.str().str());
  process.wallTime = std::chrono::seconds(options.timeLimit);
  process.cpuSeconds = options.timeLimit;
#if !defined(__has_feature) || !__has_feature(address_sanitizer)
  process.addressSpace = uint64_t(options.memoryLimit) << 30;
#endif
  process.inheritError = true;
  process.outputBytes = size_t(8) << 30;
  return process;
}

/// The output of one step, or nothing and the exit status.
std::optional<std::string> Job::runStep(StringRef step, int &status) {
  auto result =
      runProcess(innerProcess(step),
                 standardInput ? standardInput->getBuffer() : StringRef());
  status = 1;
  if (!result) {
    fail(llvm::toString(result.takeError()));
    return std::nullopt;
  }
  if (result->result.succeeded()) {
    status = 0;
    return std::move(result->standardOutput);
  }
  if (result->result.end == ProcessResult::End::Exited) {
    // It said itself what is wrong. Verdicts are an output all the same.
    status = result->result.code;
    if (isProposalJob(options) && !result->standardOutput.empty())
      return std::move(result->standardOutput);
    return std::nullopt;
  }
  bool late = result->result.end == ProcessResult::End::TimedOut ||
              result->result.end == ProcessResult::End::CpuLimit;
  fail("the compilation of '" + input + "' " + result->result.describe() +
       (late ? "; --time-limit sets that"
             : "; --isolate=false shows where it was") +
       ". Nothing was written");
  return std::nullopt;
}

int Job::write(StringRef text) {
  if (llvm::Error error = writeOutput(output, text))
    return fail(llvm::toString(std::move(error)));
  return 0;
}

//===----------------------------------------------------------------------===//
// The search
//===----------------------------------------------------------------------===//

static std::atomic<bool> interrupted{false};

static void interrupt(int number) {
  interrupted = true;
  // Whoever asks twice does not want to wait.
  ::signal(number, SIG_DFL);
}

namespace {
/// The first of these signals ends the search, not the process.
class SignalGuard {
public:
  SignalGuard() {
    struct sigaction action = {};
    action.sa_handler = interrupt;
    ::sigaction(SIGINT, &action, &oldInterrupt);
    ::sigaction(SIGTERM, &action, &oldTerminate);
  }
  ~SignalGuard() {
    ::sigaction(SIGINT, &oldInterrupt, nullptr);
    ::sigaction(SIGTERM, &oldTerminate, nullptr);
  }

private:
  struct sigaction oldInterrupt, oldTerminate;
};
} // namespace

static void showProgress(const search::Progress &progress) {
  std::string line =
      llvm::formatv("search: {0} candidates, {1} schedules, {2} checks",
                    progress.counts.candidates,
                    progress.counts.evaluated + progress.counts.recalled,
                    progress.counts.checks + progress.counts.recalledChecks);
  if (progress.bestSeconds > 0)
    line +=
        llvm::formatv("; {0} {1:F2} us, was {2:F2} us",
                      progress.measured ? "measured" : "modelled",
                      progress.bestSeconds * 1e6, progress.firstSeconds * 1e6);
  llvm::errs() << "\r" << line << "\x1b[K";
}

/// What a search works with, from the options.
llvm::Error Job::prepareSearch(search::SearchOptions &what) {
  what.workerCommand = {ownExecutable(), "--tool=kernel-opt-worker"};
  what.session.compile = compileOptions(options);
  if (options.verify == "off")
    return llvm::createStringError(
        "--search needs the checks that --verify=off leaves out");
  what.session.policy = options.verify;
  what.session.schedules.assign(options.schedules.begin(),
                                options.schedules.end());
  auto sets = readRewriteSets(options);
  if (!sets)
    return sets.takeError();
  what.given = std::move(*sets);
  what.limits.wallTime = std::chrono::seconds(options.candidateTime);
  what.limits.cpuSeconds = options.candidateTime;
  what.limits.checkWallTime = 5 * what.limits.wallTime;
  what.limits.checkCpuSeconds = 5 * options.candidateTime;
  what.limits.addressSpace = innerProcess(compileStep).addressSpace;
  what.workers = workerCount(options);
  what.seed = options.seed;
  what.candidates = amount.candidates;
  what.time = amount.time;
  what.stop = &interrupted;
  if (showsProgress())
    what.progress = showProgress;
  if (options.measure)
    what.deviceCommand = {ownExecutable(), "--tool=kernel-opt-run", "--worker",
                          "--timeout=" +
                              std::to_string(std::min<unsigned>(
                                  launchSeconds, options.candidateTime))};
  return openProposer(what);
}

llvm::Error Job::openProposer(search::SearchOptions &what) {
  if (options.proposer == "builtin") {
    if (!options.transcript.empty())
      return llvm::createStringError(
          "--transcript: the builtin proposer has no "
          "exchanges; expected another --proposer");
    return llvm::Error::success();
  }
  proposal::ProposalLimits limits;
  limits.wallTime = std::chrono::seconds(options.proposerTime);
  auto made = proposal::makeProposer(options.proposer, limits);
  if (!made)
    return llvm::createStringError(
        "--proposer: " + llvm::toString(made.takeError()) + ", or builtin");
  proposer = std::move(*made);
  what.proposer = proposer.get();
  if (options.transcript.empty())
    return llvm::Error::success();
  auto writer = proposal::TranscriptWriter::open(options.transcript);
  if (!writer)
    return writer.takeError();
  transcript = std::move(*writer);
  return llvm::Error::success();
}

int Job::search() {
  search::SearchOptions what;
  if (llvm::Error error = prepareSearch(what))
    return fail(llvm::toString(std::move(error)));
  auto environment =
      search::findEnvironment(what.session.compile, what.session.schedules);
  if (!environment)
    return fail(llvm::toString(environment.takeError()));
  int status;
  auto program = runStep(readStep, status);
  if (!program)
    return status;
  what.session.program = std::move(*program);

  auto path = databasePath(options);
  if (!path)
    return fail(llvm::toString(path.takeError()));
  auto opened = search::Store::open(*path, *environment, /*writable=*/true);
  if (!opened)
    return fail(llvm::toString(opened.takeError()));
  store = std::move(*opened);
  if (proposer)
    proposer->recordTo([&](const proposal::WireRecord &record) {
      llvm::Error error = store->addExchange(record);
      return error || !transcript ? std::move(error)
                                  : transcript->append(record);
    });
  SignalGuard guard;
  auto result = search::runSearch(std::move(what), *store);
  if (showsProgress())
    llvm::errs() << "\r\x1b[K";
  if (!result)
    return fail("the search ended: " + llvm::toString(result.takeError()));
  if (!options.quiet)
    result->print(llvm::errs());
  if (result->failed)
    return fail("the search has no result: " + result->reason);
  if (result->kernels.empty())
    return fail("the search was interrupted before it had a first result");
  return handOver(*result, *environment);
}

/// Writes what was decided for the process that compiles.
int Job::handOver(const search::SearchResult &result,
                  const search::Environment &environment) {
  int file;
  if (std::error_code error = llvm::sys::fs::createTemporaryFile(
          "kernel-opt-decision", "json", file, decisionFile))
    return fail("cannot make a temporary file: " + error.message());
  if (std::error_code error = llvm::sys::fs::createTemporaryFile(
          "kernel-opt-findings", "json", findingsFile))
    return fail("cannot make a temporary file: " + error.message());
  llvm::raw_fd_ostream os(file, /*shouldClose=*/true);
  os << llvm::json::Value(search::handOver(result, environment));
  os.close();
  if (os.has_error()) {
    os.clear_error();
    return fail("cannot write '" + decisionFile + "'");
  }
  return 0;
}

/// Puts what the compilation found out into the archive.
int Job::keepFindings() {
  if (!store)
    return 0;
  auto file = llvm::MemoryBuffer::getFile(findingsFile);
  if (!file || (*file)->getBufferSize() == 0)
    return 0;
  auto value = parseJSON((*file)->getBuffer());
  llvm::Error error =
      value ? store->addFunctionChecks(*value) : value.takeError();
  return error ? fail("cannot keep what was found: " +
                      llvm::toString(std::move(error)))
               : 0;
}

/// What no search can work with; empty if there is nothing of the kind.
std::string Job::wrongLimit() const {
  // Each is a process of hundreds of megabytes.
  constexpr unsigned mostWorkers = 256, mostSeconds = 1000000;
  if (options.workers > mostWorkers)
    return ("--workers: expected at most " + Twine(mostWorkers) + ", found " +
            Twine(options.workers))
        .str();
  if (options.candidateTime > mostSeconds)
    return ("--candidate-time: expected at most " + Twine(mostSeconds) +
            " seconds, found " + Twine(options.candidateTime))
        .str();
  for (const std::string &path : options.schedules)
    if (amount.any() && !llvm::json::isUTF8(path))
      return "--schedules: workers get paths as UTF-8 text, which '" +
             llvm::json::fixUTF8(path) + "' is not; rename it";
  return "";
}

int Job::run() {
  // A file that may not grow any more is an error of the write.
  ::signal(SIGXFSZ, SIG_IGN);
  auto asked = parseAmount(options.search);
  if (!asked)
    return fail(
        "--search: expected off, a number of candidates, or a time such "
        "as 30s, found '" +
        options.search + "'");
  amount = *asked;
  if (amount.any() && !options.splitFactors)
    return fail("--split-factors=false expects --search=off");
  if (!options.isolate)
    return fail("--search works in processes of its own: expected no "
                "--isolate=false");
  if (std::string wrong = wrongLimit(); !wrong.empty())
    return fail(wrong);
  // Not after an hour of work.
  if (llvm::Error error = checkOutput(output))
    return fail(llvm::toString(std::move(error)));
  if (input == "-") {
    auto buffer = llvm::MemoryBuffer::getSTDIN();
    if (!buffer)
      return fail("cannot read standard input: " + buffer.getError().message());
    standardInput = std::move(*buffer);
  }
  if (options.measure && !amount.any())
    return fail("--measure is about the candidates of a search; expected "
                "--search, for example --search=120s");
  if (amount.any())
    if (int status = search())
      return status;
  llvm::FileRemover decision, findings;
  if (!decisionFile.empty()) {
    decision.setFile(decisionFile);
    findings.setFile(findingsFile);
  }
  int status;
  auto text = runStep(compileStep, status);
  if (!text)
    return status;
  if (int failed = keepFindings())
    return failed;
  int written = write(*text);
  return written ? written : status;
}

int kernel_opt::runIsolated(int argc, char **argv, StringRef input,
                            StringRef output, const MainJobOptions &options) {
  return Job(argc, argv, input, output, options).run();
}
