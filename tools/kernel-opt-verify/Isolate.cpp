//===- Isolate.cpp - Work that may end its process --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Parsers of upstream operations crash on some text that is wrong. What they do
// to this tool must still be one error and an exit code that says so.
//
//===----------------------------------------------------------------------===//

#include "Isolate.h"
#include "llvm/Support/WithColor.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <csignal>
#include <cstring>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace kernel_opt;

int kernel_opt::runIsolated(StringRef what, int crashed,
                            llvm::function_ref<int()> body) {
  llvm::outs().flush();
  llvm::errs().flush();
  pid_t child = ::fork();
  // Without a process to spare it is done here.
  if (child < 0)
    return body();
  if (child == 0) {
    // Nobody waits for it once the outer process is gone, which says how it
    // ended; a trace would drown that.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (int number : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL})
      ::signal(number, SIG_DFL);
    return body();
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR)
      return crashed;
  if (WIFEXITED(status))
    return WEXITSTATUS(status);
  int number = WTERMSIG(status);
  llvm::WithColor::error(llvm::errs(), "kernel-opt-verify")
      << "the check of '" << what << "' was ended by signal " << number << " ("
      << ::strsignal(number) << "); --isolate=false shows where it was\n";
  return crashed;
}
