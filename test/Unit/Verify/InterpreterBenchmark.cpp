//===- InterpreterBenchmark.cpp - Cost of the interpreter -----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Prints nanoseconds per lane-operation of a tiled 256 x 256 x 256 product with
// all checks on, in the domains of floats, doubles and the exact tower.
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"
#include "kernel-opt/Verify/Tower.h"
#include "llvm/Support/Format.h"
#include <ctime>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static void measure(const CompiledKernel &kernel, Domain &domain) {
  ArgumentSource inputs =
      makeArgumentSource(kernel, domain, 1, InputFamily::Normal);
  double best = 1e30;
  RunCounters counters;
  for (int round = 0; round < 3; ++round) {
    std::clock_t start = std::clock(); // of the process, not of the machine
    FailureOr<RunResult> result = interpret(kernel, domain, inputs, {});
    double time = double(std::clock() - start) / CLOCKS_PER_SEC;
    if (failed(result) || !result->clean())
      return;
    best = std::min(best, time);
    counters = result->counters;
  }
  llvm::outs() << llvm::format(
      "%-8s %6.1f M lane-operations, %.3f s, %.2f ns each\n",
      domain.name().str().c_str(), double(counters.laneOps) * 1e-6, best,
      best * 1e9 / double(counters.laneOps));
}

int main() {
  unittest::KernelUnderTest kernel(unittest::tiledMatmul(256));
  if (!kernel.compiled)
    return 1;
  measure(*kernel.compiled, *createFloatDomain());
  measure(*kernel.compiled, *createF64Domain());
  measure(*kernel.compiled, *createTowerDomain({}));
  return 0;
}
