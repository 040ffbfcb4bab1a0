//===- kernel-opt-worker.cpp - Works on candidates of a search --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Started by a search, not by people: docs/Search.md lists the requests.
//
//===----------------------------------------------------------------------===//

#include "Registration.h"
#include "Tools.h"
#include "kernel-opt/Search/Worker.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

int kernel_opt::kernelOptWorkerMain(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "worker of kernel-opt's search\n\n"
      "  Reads requests from standard input, a JSON object a line, and writes "
      "an answer a line.\n");
  DialectRegistry registry;
  registerEverything(registry);
  return search::serveCandidates(registry);
}
