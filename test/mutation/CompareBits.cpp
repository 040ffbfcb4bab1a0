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
#include "kernel-opt/Verify/Hash.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "llvm/Support/FormatVariadic.h"
#include <cstring>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::mutation;

/// More than this would take too long whole.
static constexpr int64_t mostBlocks = 4096;

/// Of all that a run wrote to its outputs, in any order.
static BitComparer::Digest run(const CompiledKernel &kernel, InputFamily family,
                               const LaunchSpec &launch) {
  std::unique_ptr<Domain> domain = createFloatDomain();
  ArgumentSource inputs = makeArgumentSource(kernel, *domain, 7, family);
  BitComparer::Digest digest;
  FailureOr<RunResult> result = interpret(kernel, *domain, inputs, launch);
  if (failed(result)) {
    digest.fault = "cannot be run";
    return digest;
  }
  if (!result->reports.empty())
    digest.fault = result->reports.front().message;
  for (unsigned k = 0; k < kernel.arguments().size(); ++k) {
    const KernelArgument &argument = kernel.arguments()[k];
    bool isFloat = isa<FloatType>(argument.type.getElementType());
    if (argument.access == ArgumentAccess::Workspace)
      continue;
    result->forEachWritten(k, [&](int64_t index, const void *value) {
      double high = 0, low = 0;
      uint64_t bits;
      if (isFloat) {
        domain->toReal(value, &high, &low, 1);
        // All NaN are one.
        if (high != high)
          high = std::numeric_limits<double>::quiet_NaN();
        std::memcpy(&bits, &high, sizeof(bits));
      } else {
        std::memcpy(&bits, value, sizeof(bits));
      }
      digest.sum += mixHash(mixHash(k, uint64_t(index)), bits);
      ++digest.elements;
    });
  }
  return digest;
}

static LaunchSpec launchOf(const CompiledKernel &kernel, unsigned number) {
  LaunchSpec launch;
  launch.stepLimit = 200'000'000;
  launch.poison = number % 2;
  launch.landing = number % 2 ? Landing::Early : Landing::Late;
  RunOrder orders[] = {RunOrder::Forward, RunOrder::Reverse,
                       RunOrder::Shuffled};
  launch.blockOrder = launch.warpOrder = orders[number % 3];
  launch.orderSeed = number;
  if (kernel.gridSize().volume() > mostBlocks)
    launch.blocks = {0, kernel.gridSize().volume() / 2,
                     kernel.gridSize().volume() - 1};
  return launch;
}

static SmallVector<InputFamily> allFamilies() {
  SmallVector<InputFamily> families{accuracyFamilies()};
  for (InputFamily family : specialFamilies())
    if (!llvm::is_contained(families, family))
      families.push_back(family);
  return families;
}

std::vector<BitComparer::Digest> BitComparer::runAll(ModuleOp module,
                                                     bool orders) {
  std::vector<Digest> digests;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module)) {
    auto compiled = CompiledKernel::compile(kopt::lookupProgram(kernel));
    unsigned number = 0;
    for (InputFamily family : allFamilies())
      if (succeeded(compiled))
        digests.push_back(
            run(*compiled, family, launchOf(*compiled, orders ? number++ : 0)));
  }
  return digests;
}

std::string BitComparer::compare(ModuleOp mutant) {
  if (originals.empty())
    originals = runAll(original, /*orders=*/false);
  std::vector<Digest> others = runAll(mutant, /*orders=*/true);
  if (others.size() != originals.size())
    return "cannot be compiled";
  std::string first;
  unsigned different = 0;
  auto families = allFamilies();
  for (size_t k = 0; k < others.size(); ++k) {
    const Digest &x = originals[k], &y = others[k];
    std::string what;
    if (x.fault != y.fault)
      what = "fault: " + (y.fault.empty() ? x.fault : y.fault);
    else if (x.elements != y.elements)
      what = "other elements";
    else if (x.sum != y.sum)
      what = "other bits";
    else
      continue;
    ++different;
    if (first.empty())
      first =
          what + " in '" + getName(families[k % families.size()]).str() + "'";
  }
  return first.empty()
             ? "equal"
             : llvm::formatv("{0} ({1} families)", first, different).str();
}
