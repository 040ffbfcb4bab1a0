//===- ScheduleKernels.cpp - A program for each kernel ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Schedule/Passes.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"

namespace kernel_opt::schedule {
#define GEN_PASS_DEF_SCHEDULEKERNELS
#include "kernel-opt/Schedule/Passes.h.inc"
} // namespace kernel_opt::schedule

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {
class ScheduleKernelsPass
    : public schedule::impl::ScheduleKernelsBase<ScheduleKernelsPass> {
public:
  using ScheduleKernelsBase::ScheduleKernelsBase;
  void runOnOperation() override;

private:
  LogicalResult readKnobs(KnobValues &values);
  LogicalResult schedule(kopt::KernelOp kernel, const ScheduleLibrary &library,
                         const KnobValues &values);
};
} // namespace

LogicalResult ScheduleKernelsPass::readKnobs(KnobValues &values) {
  for (const std::string &knob : knobs) {
    auto [name, text] = StringRef(knob).split('=');
    int64_t value;
    if (name.empty() || text.getAsInteger(10, value))
      return getOperation().emitError("knobs are given as name=value, found '")
             << knob << "'";
    values[name] = value;
  }
  if (!values.empty() && strategy.empty())
    return getOperation().emitError("knobs belong to a strategy: name it, too");
  return success();
}

LogicalResult ScheduleKernelsPass::schedule(kopt::KernelOp kernel,
                                            const ScheduleLibrary &library,
                                            const KnobValues &values) {
  std::string history;
  for (const Strategy *candidate : library.match(kernel)) {
    bool chosen = candidate->name == strategy;
    if (!strategy.empty() && !chosen && candidate->name != "generic")
      continue;
    SmallVector<std::string> reasons;
    auto program = library.apply(kernel, *candidate,
                                 chosen ? values : KnobValues(), reasons);
    if (succeeded(program)) {
      kernel.emitRemark("kernel '")
          << kernel.getKernelName() << "' scheduled by '" << candidate->name
          << "'" << history;
      return success();
    }
    if (chosen)
      return kernel.emitError("strategy '")
             << strategy << "' does not fit: " << llvm::join(reasons, "; ");
    history +=
        "; '" + candidate->name + "' did not fit: " + llvm::join(reasons, "; ");
  }
  return kernel.emitError("no strategy fits kernel '")
         << kernel.getKernelName() << "'" << history;
}

void ScheduleKernelsPass::runOnOperation() {
  KnobValues values;
  FailureOr<ScheduleLibrary> library = ScheduleLibrary::load(
      &getContext(), SmallVector<std::string>(files.begin(), files.end()));
  if (failed(library) || failed(readKnobs(values)))
    return signalPassFailure();
  if (!strategy.empty() && !library->lookup(strategy)) {
    getOperation().emitError("no strategy is called '") << strategy << "'";
    return signalPassFailure();
  }
  // Kernels of one name are equal: one program serves them.
  llvm::StringMap<kopt::KernelOp> kernels;
  bool failedAny = false;
  getOperation().walk([&](kopt::KernelOp kernel) {
    // One that has its program already keeps it.
    if (!kopt::lookupProgram(kernel) &&
        kernels.try_emplace(kernel.getKernelName(), kernel).second)
      failedAny |= mlir::failed(schedule(kernel, *library, values));
  });
  if (failedAny)
    signalPassFailure();
}
