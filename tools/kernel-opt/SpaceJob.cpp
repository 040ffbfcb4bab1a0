//===- SpaceJob.cpp - How much there is to choose ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpaceJob.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Schedule/ScheduleLibrary.h"
#include "kernel-opt/Search/Builtin.h"
#include "kernel-opt/Search/Evaluation.h"
#include "kernel-opt/Search/Shipped.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;

namespace {
/// Counts the legal points of one strategy for one kernel.
class SpaceCounter {
public:
  SpaceCounter(const schedule::ScheduleLibrary &library,
               const schedule::Strategy &strategy, ModuleOp isolated,
               const verify::ResourceLimits &limits)
      : library(library), strategy(strategy), isolated(isolated),
        limits(limits) {}

  uint64_t total() const {
    uint64_t product = 1;
    for (const schedule::Knob &knob : strategy.knobs)
      product *= knob.options.size();
    return product;
  }
  bool isLegal(uint64_t point);

  /// Why points were not legal, with how many.
  std::map<std::string, unsigned> reasons;

private:
  const schedule::ScheduleLibrary &library;
  const schedule::Strategy &strategy;
  ModuleOp isolated;
  const verify::ResourceLimits &limits;
};
} // namespace

bool SpaceCounter::isLegal(uint64_t point) {
  schedule::KnobValues values;
  for (const schedule::Knob &knob : strategy.knobs) {
    values[knob.name] = knob.options[point % knob.options.size()];
    point /= knob.options.size();
  }
  std::string error;
  ScopedDiagnosticHandler keep(isolated.getContext(), [&](Diagnostic &found) {
    if (found.getSeverity() == DiagnosticSeverity::Error && error.empty())
      error = found.str();
    return success();
  });
  OwningOpRef<ModuleOp> module = isolated.clone();
  kopt::KernelOp kernel = kopt::distinctKernels(*module).front();
  SmallVector<std::string> why;
  auto program = library.apply(kernel, strategy, values, why);
  verify::AdmissionRecord record;
  if (succeeded(program) &&
      succeeded(verify::admitProgram(
          (*program)->getParentOfType<gpu::GPUModuleOp>(), limits, record)))
    return true;
  if (!why.empty())
    error = why.back();
  ++reasons[error];
  return false;
}

static void printStrategy(raw_ostream &os, const schedule::Strategy &strategy,
                          SpaceCounter &counter, unsigned most) {
  os << "  " << strategy.name << "\n";
  for (const schedule::Knob &knob : strategy.knobs) {
    os << "    " << knob.name << ": ";
    llvm::interleaveComma(knob.options, os);
    os << "\n";
  }
  uint64_t total = counter.total(), legal = 0, tried = 0;
  search::RandomStream random(/*seed=*/0, /*candidate=*/total);
  bool all = total <= most;
  for (; tried < (all ? total : most); ++tried)
    legal += counter.isLegal(all ? tried : random.next() % total);
  if (all)
    os << "    " << legal << " of " << total << " combinations are legal\n";
  else
    os << "    about " << legal * total / tried << " of " << total
       << " combinations are legal (" << legal << " of " << tried
       << " that were drawn)\n";
  const auto *commonest =
      static_cast<const std::pair<const std::string, unsigned> *>(nullptr);
  for (const auto &reason : counter.reasons)
    if (!commonest || reason.second > commonest->second)
      commonest = &reason;
  if (commonest)
    os << "    not legal, most often: " << commonest->first << "\n";
}

LogicalResult kernel_opt::listSpace(ModuleOp module,
                                    const optimizer::Options &options,
                                    unsigned most, raw_ostream &os) {
  // By these names the archive and what is shipped know them.
  std::string program = search::programIdentity(module);
  os << "program " << (program.empty() ? "of several functions" : program)
     << "\n";
  optimizer::Outcome outcome;
  if (failed(optimizer::prepareProgram(module, options, outcome)) ||
      failed(optimizer::formKernels(module, options)))
    return failure();
  MLIRContext *context = module.getContext();
  module->setAttr("kopt.target",
                  StringAttr::get(context, options.compile.target));
  auto library = schedule::ScheduleLibrary::load(context, options.schedules,
                                                 options.scheduleTexts);
  llvm::Expected<nvptx::Chip> chip = nvptx::findChip(options.compile.target);
  if (!chip)
    return module.emitError(llvm::toString(chip.takeError()));
  if (failed(library))
    return failure();
  verify::ResourceLimits limits;
  limits.threadsPerBlock = chip->limits.threadsPerBlock;
  limits.sharedPerBlock = chip->limits.sharedPerBlock;
  for (kopt::KernelOp kernel : kopt::distinctKernels(module)) {
    os << kernel.getKernelName() << " " << kernel::kernelHash(kernel) << "\n";
    auto isolated = parseSourceString<ModuleOp>(search::isolateKernel(kernel),
                                                context, "kernel");
    if (!isolated)
      return failure();
    (*isolated)->setAttr("kopt.target", module->getAttr("kopt.target"));
    for (const schedule::Strategy *strategy : library->match(kernel)) {
      SpaceCounter counter(*library, *strategy, *isolated, limits);
      printStrategy(os, *strategy, counter, most);
    }
  }
  return success();
}
