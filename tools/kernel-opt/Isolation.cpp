//===- Isolation.cpp - A process of a job with several ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Isolation.h"
#include "JobOptions.h"
#include "kernel-opt/Support/Nesting.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/WithColor.h"
#include <csignal>
#include <cstring>
#include <new>
#include <sys/prctl.h>
#include <unistd.h>

using namespace kernel_opt;

static StringRef currentStep() {
  const char *step = std::getenv(stepVariable);
  return step ? step : "";
}

bool kernel_opt::isIsolated(const MainJobOptions &options) {
  // A search has nobody but processes to work for it.
  return !currentStep().empty() ||
         (!options.isolate && options.search == "off");
}

bool kernel_opt::hasDecision() { return std::getenv(decisionVariable); }

LogicalResult kernel_opt::reportFindings(const optimizer::Outcome &outcome) {
  const char *path = std::getenv(findingsVariable);
  if (!path)
    return success();
  llvm::json::Array checks;
  for (const optimizer::FunctionCheck &check :
       outcome.verification->functionChecks)
    checks.push_back(check.toJSON());
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (!error) {
    os << llvm::json::Value(std::move(checks));
    os.close();
    error = os.error();
    os.clear_error();
  }
  if (error)
    llvm::WithColor::error(llvm::errs(), "kernel-opt")
        << "cannot write '" << path << "': " << error.message() << "\n";
  return success(!error);
}

bool kernel_opt::isInner() { return !currentStep().empty(); }

bool kernel_opt::onlyReads() { return currentStep() == readStep; }

/// What is said when memory runs out, made while there is some.
static char outOfMemory[256];

static void endOutOfMemory() {
  (void)!::write(STDERR_FILENO, outOfMemory, strlen(outOfMemory));
  ::_exit(1);
}

static void sayOutOfMemory(StringRef input, unsigned limit) {
  // Names may be long, the limit must be told.
  std::string text = llvm::formatv(
      "kernel-opt: error: the compilation of '{0}' wanted more memory than the "
      "{1} GiB that --memory-limit allows. Nothing was written\n",
      input.take_front(100), limit);
  text.copy(outOfMemory, sizeof(outOfMemory) - 1);
  std::set_new_handler(endOutOfMemory);
  llvm::install_bad_alloc_error_handler(
      [](void *, const char *, bool) { endOutOfMemory(); });
}

void kernel_opt::enterIsolation(StringRef input,
                                const MainJobOptions &options) {
  if (currentStep().empty())
    return;
  if (options.memoryLimit)
    sayOutOfMemory(input, options.memoryLimit);
  // Nobody waits for it once the outer process is gone.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The outer process says how this one ended; a trace would drown that.
  for (int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
    ::signal(number, SIG_DFL);
}

llvm::Expected<std::unique_ptr<search::Replay>>
kernel_opt::loadDecisions(const MainJobOptions &options) {
  nvptx::PtxOptions compile = compileOptions(options);
  std::vector<std::string> schedules(options.schedules.begin(),
                                     options.schedules.end());
  if (const char *path = std::getenv(decisionVariable)) {
    auto file = llvm::MemoryBuffer::getFile(path);
    if (!file)
      return llvm::createStringError(file.getError(),
                                     "cannot read what the search decided");
    auto value = parseJSON((*file)->getBuffer());
    if (!value)
      return value.takeError();
    return search::Replay::fromHandOver(*value, compile, schedules);
  }
  // Searches decide on programs with their factors split.
  if (options.database == "none" || !options.splitFactors)
    return std::unique_ptr<search::Replay>();
  auto path = databasePath(options);
  if (!path)
    return path.takeError();
  if (!options.database.empty() && !path->empty() &&
      !llvm::sys::fs::exists(*path))
    return llvm::createStringError(
        "there is no archive '" + *path +
        "'; --search makes one, --database=none does without");
  return search::Replay::fromArchive(*path, compile, schedules);
}
