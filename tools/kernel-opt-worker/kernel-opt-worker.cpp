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

#include "Tools.h"
#include "kernel-opt/InitAll.h"
#include "kernel-opt/Search/Worker.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;

#ifdef KERNELOPT_TEST_PASSES
namespace kernel_opt::test {
void registerTestPasses();
} // namespace kernel_opt::test
#endif

int kernel_opt::kernelOptWorkerMain(int argc, char **argv) {
  llvm::cl::ParseCommandLineOptions(
      argc, argv,
      "worker of kernel-opt's search\n\n"
      "  Reads requests from standard input, a JSON object a line, and writes "
      "an answer a line.\n");
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
#ifdef KERNELOPT_TEST_PASSES
  test::registerTestPasses();
#endif
  return search::serveCandidates(registry);
}
