//===- ScheduleKernels.cpp - A program for each kernel ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/OpClass.h"
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
  bool isPassedOver(kopt::KernelOp kernel, const Strategy &candidate) const {
    return llvm::is_contained(
        passOver, (kernel.getKernelName() + ":" + candidate.name).str());
  }
  /// Whether a strategy fits; `history` says why others did not.
  FailureOr<bool> schedule(kopt::KernelOp kernel,
                           const ScheduleLibrary &library,
                           const KnobValues &values, std::string &history);
  LogicalResult scheduleOrSplit(kopt::KernelOp kernel,
                                const ScheduleLibrary &library,
                                const KnobValues &values);
  SmallVector<kopt::KernelOp> split(StringRef name);
  kopt::KernelOp findKernel(StringRef name);
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

FailureOr<bool> ScheduleKernelsPass::schedule(kopt::KernelOp kernel,
                                              const ScheduleLibrary &library,
                                              const KnobValues &values,
                                              std::string &history) {
  SmallVector<const Strategy *> candidates = library.match(kernel);
  // The one that is asked for, even if it comes behind the one that always
  // fits.
  auto chosenOne = llvm::find_if(
      candidates, [&](const Strategy *s) { return s->name == strategy; });
  if (chosenOne != candidates.end())
    std::rotate(candidates.begin(), chosenOne, std::next(chosenOne));
  for (const Strategy *candidate : candidates) {
    bool chosen = candidate->name == strategy;
    if (!strategy.empty() && !chosen && candidate->name != "generic")
      continue;
    if (isPassedOver(kernel, *candidate)) {
      history += "; '" + candidate->name + "' is passed over";
      continue;
    }
    SmallVector<std::string> reasons;
    auto program = library.apply(kernel, *candidate,
                                 chosen ? values : KnobValues(), reasons);
    if (succeeded(program)) {
      kernel.emitRemark("kernel '")
          << kernel.getKernelName() << "' scheduled by '" << candidate->name
          << "'" << history;
      return true;
    }
    if (chosen)
      return kernel.emitError("strategy '")
             << strategy << "' does not fit: " << llvm::join(reasons, "; ");
    // Whoever gives a file wants to know when it is of no use.
    if (llvm::is_contained(files, candidate->source))
      kernel.emitWarning("strategy '")
          << candidate->name << "' of '" << candidate->source
          << "' does not fit kernel '" << kernel.getKernelName()
          << "', and the next one is tried: " << llvm::join(reasons, "; ");
    history +=
        "; '" + candidate->name + "' did not fit: " + llvm::join(reasons, "; ");
  }
  return false;
}

/// Kernels of one name, first by their results and then by their operations,
/// in parts. None if nothing is left to split.
SmallVector<kopt::KernelOp> ScheduleKernelsPass::split(StringRef name) {
  SmallVector<kopt::KernelOp> equal;
  llvm::StringSet<> names;
  getOperation().walk([&](kopt::KernelOp kernel) {
    names.insert(kernel.getKernelName());
    if (kernel.getKernelName() == name)
      equal.push_back(kernel);
  });
  std::string prefix = (name + "_part").str();
  while (llvm::any_of(names.keys(),
                      [&](StringRef n) { return n.starts_with(prefix); }))
    prefix += "_";
  kernel::SplitBy splitBy = equal.front().getNumResults() > 1
                                ? kernel::SplitBy::Results
                                : kernel::SplitBy::Operations;
  if (splitBy == kernel::SplitBy::Operations &&
      llvm::count_if(equal.front().getBlock()->without_terminator(),
                     [](Operation &op) {
                       return !kernel::isFree(kernel::classify(&op)) &&
                              kernel::classify(&op) != kernel::OpClass::Scalar;
                     }) < 2)
    return {};
  SmallVector<kopt::KernelOp> parts;
  for (kopt::KernelOp kernel : equal) {
    auto made = kernel::splitKernel(kernel, prefix, splitBy);
    if (parts.empty())
      parts = made;
  }
  return parts;
}

kopt::KernelOp ScheduleKernelsPass::findKernel(StringRef name) {
  for (kopt::KernelOp kernel : kopt::distinctKernels(getOperation()))
    if (kernel.getKernelName() == name)
      return kernel;
  return {};
}

LogicalResult
ScheduleKernelsPass::scheduleOrSplit(kopt::KernelOp kernel,
                                     const ScheduleLibrary &library,
                                     const KnobValues &values) {
  std::string history, name = kernel.getKernelName().str();
  FailureOr<bool> done = schedule(kernel, library, values, history);
  if (failed(done) || *done)
    return done;
  Location loc = kernel.getLoc();
  unsigned results = kernel.getNumResults();
  // What is read at computed places fits no strategy, sums over all do.
  bool spread = false;
  getOperation().walk([&](kopt::KernelOp equal) {
    if (equal.getKernelName() == name)
      spread |= kernel::spreadGathers(equal);
  });
  if (spread) {
    emitRemark(loc, "kernel '")
        << name << "' reads at computed places by sums over all" << history;
    return scheduleOrSplit(findKernel(name), library, values);
  }
  SmallVector<kopt::KernelOp> parts = split(name);
  // A kernel whose results come out of one operation stays what it was.
  if (parts.empty() ||
      (parts.size() == 1 && parts.front().getNumResults() == results)) {
    if (!leave)
      return emitError(loc, "no strategy fits kernel '")
             << name << "'" << history;
    emitWarning(loc, "kernel '")
        << name << "' stays operations on tensors: no strategy fits it"
        << history;
    std::string stays =
        parts.empty() ? name : parts.front().getKernelName().str();
    SmallVector<kopt::KernelOp> equal;
    getOperation().walk([&](kopt::KernelOp kernel) {
      if (kernel.getKernelName() == stays)
        equal.push_back(kernel);
    });
    for (kopt::KernelOp kernel : equal)
      kernel::inlineKernel(kernel);
    return success();
  }
  emitRemark(loc, "kernel '")
      << name << "' became " << parts.size() << " kernels" << history;
  bool good = true;
  for (kopt::KernelOp part : parts)
    good &= succeeded(scheduleOrSplit(part, library, values));
  return success(good);
}

void ScheduleKernelsPass::runOnOperation() {
  KnobValues values;
  FailureOr<ScheduleLibrary> library = ScheduleLibrary::load(
      &getContext(), SmallVector<std::string>(files.begin(), files.end()));
  if (failed(library) || failed(readKnobs(values)))
    return signalPassFailure();
  for (StringRef pair : passOver)
    if (!library->lookup(pair.split(':').second)) {
      getOperation().emitError("pass-over expects kernel:strategy, found '")
          << pair << "'";
      return signalPassFailure();
    }
  if (!strategy.empty() && !library->lookup(strategy)) {
    getOperation().emitError("no strategy is called '") << strategy << "'";
    return signalPassFailure();
  }
  // Kernels of one name are equal: one program serves them.
  bool failedAny = false;
  for (kopt::KernelOp kernel : kopt::distinctKernels(getOperation()))
    // One that has its program already keeps it.
    if (!kopt::lookupProgram(kernel))
      failedAny |= mlir::failed(scheduleOrSplit(kernel, *library, values));
  if (failedAny)
    signalPassFailure();
}
