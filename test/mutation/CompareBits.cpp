//===- CompareBits.cpp - Whether two programs give the same bits ----------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CompareBits.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Verify/Accuracy.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;
namespace mutation = kernel_opt::mutation;

namespace {
/// Everything that a run wrote to its outputs, as bits.
struct Written {
  std::map<std::pair<unsigned, int64_t>, std::pair<uint64_t, uint64_t>> values;
  std::string fault;
};
} // namespace

/// More than this would take too long whole.
static constexpr int64_t mostBlocks = 4096;

static std::optional<Written> run(const CompiledKernel &kernel,
                                  InputFamily family, const LaunchSpec &launch) {
  std::unique_ptr<Domain> domain = createFloatDomain();
  ArgumentSource inputs = makeArgumentSource(kernel, *domain, 7, family);
  FailureOr<RunResult> result = interpret(kernel, *domain, inputs, launch);
  if (failed(result))
    return std::nullopt;
  Written written;
  if (!result->reports.empty())
    written.fault = result->reports.front().message;
  for (unsigned k = 0; k < kernel.arguments().size(); ++k) {
    const KernelArgument &argument = kernel.arguments()[k];
    bool isFloat = isa<FloatType>(argument.type.getElementType());
    if (argument.access == ArgumentAccess::Workspace)
      continue;
    result->forEachWritten(k, [&](int64_t index, const void *value) {
      double high = 0, low = 0;
      std::pair<uint64_t, uint64_t> bits;
      if (isFloat) {
        domain->toReal(value, &high, &low, 1);
        // All NaN are one.
        if (high != high)
          high = low = NAN;
        std::memcpy(&bits.first, &high, sizeof(high));
        std::memcpy(&bits.second, &low, sizeof(low));
      } else {
        std::memcpy(&bits.first, value, sizeof(bits.first));
      }
      written.values[{k, index}] = bits;
    });
  }
  return written;
}

static LaunchSpec launchOf(const CompiledKernel &kernel, unsigned number) {
  LaunchSpec launch;
  launch.stepLimit = 200'000'000;
  launch.poison = number % 2;
  launch.landing = number % 2 ? Landing::Early : Landing::Late;
  RunOrder orders[] = {RunOrder::Forward, RunOrder::Reverse, RunOrder::Shuffled};
  launch.blockOrder = launch.warpOrder = orders[number % 3];
  launch.orderSeed = number;
  if (kernel.gridSize().volume() > mostBlocks)
    launch.blocks = {0, kernel.gridSize().volume() / 2,
                     kernel.gridSize().volume() - 1};
  return launch;
}

/// The same of one program; adds to what was found.
static void compare(const CompiledKernel &a, const CompiledKernel &b,
                    std::string &first, unsigned &different) {
  SmallVector<InputFamily> families{accuracyFamilies()};
  llvm::append_range(families, specialFamilies());
  unsigned number = 0;
  for (InputFamily family : families) {
    std::optional<Written> x = run(a, family, launchOf(a, 0));
    std::optional<Written> y = run(b, family, launchOf(b, number++));
    std::string what;
    if (!x || !y)
      what = "cannot be run";
    else if (x->fault != y->fault)
      what = "fault: " + (y->fault.empty() ? x->fault : y->fault);
    else if (x->values.size() != y->values.size())
      what = "other elements";
    else if (x->values != y->values)
      what = "other bits";
    if (what.empty())
      continue;
    ++different;
    if (first.empty())
      first = what + " in '" + getName(family).str() + "'";
  }
}

std::string mutation::compareBits(ModuleOp original, ModuleOp mutant) {
  std::string first;
  unsigned different = 0;
  for (kopt::KernelOp kernel : kopt::distinctKernels(original)) {
    auto other = kopt::lookupProgram(*llvm::find_if(
        kopt::distinctKernels(mutant), [&](kopt::KernelOp k) {
          return k.getKernelName() == kernel.getKernelName();
        }));
    auto a = CompiledKernel::compile(kopt::lookupProgram(kernel));
    auto b = CompiledKernel::compile(other);
    if (failed(a) || failed(b))
      return "cannot be compiled";
    compare(*a, *b, first, different);
  }
  if (first.empty())
    return "equal";
  return llvm::formatv("{0} ({1} families)", first, different).str();
}
