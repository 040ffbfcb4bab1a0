//===- AdmitSchedules.cpp - Plans and schedules of a proposal ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Admitter.h"
#include "kernel-opt/Dialect/KTile/KTileDialect.h"
#include "kernel-opt/Dialect/Kopt/Program.h"
#include "kernel-opt/Kernel/FormKernels.h"
#include "kernel-opt/Kernel/KernelFacts.h"
#include "kernel-opt/Schedule/CleanProgram.h"
#include "kernel-opt/Schedule/KernelStructure.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::proposal;

//===----------------------------------------------------------------------===//
// Programs of kernels
//===----------------------------------------------------------------------===//

/// Floating-point operations of one block.
static uint64_t workOfBlock(kopt::KernelOp kernel, gpu::GPUFuncOp program) {
  uint64_t blocks = 1;
  if (auto grid = program.getKnownGridSize())
    for (int32_t extent : *grid)
      blocks *= uint64_t(std::max(extent, 1));
  kernel::KernelFacts facts = kernel::analyzeKernel(kernel);
  return uint64_t(facts.flops + facts.transcendentals) / blocks;
}

/// Runs the program of a kernel and compares.
Use Admitter::checkProgram(kopt::KernelOp kernel, gpu::GPUFuncOp program) {
  Use use{kernel.getKernelName().str(), ItemVerdict::Unproven, ""};
  if (!options.checkKernels) {
    use.detail = "its program was not run";
    return use;
  }
  uint64_t work = workOfBlock(kernel, program);
  if (options.mostBlockWork && work > options.mostBlockWork) {
    use.detail = llvm::formatv("a block does {0} operations, more than the {1} "
                               "that are run; give a block less to do",
                               work, options.mostBlockWork);
    return use;
  }
  verify::KernelCheckOptions checkOptions;
  checkOptions.nonce = options.pipeline.nonce;
  auto check = verify::checkKernel(*kernel.getBlock(), program, checkOptions);
  std::vector<std::string> diagnostics = collector.take();
  if (failed(check)) {
    use.detail = llvm::join(diagnostics, "\n");
    return use;
  }
  switch (check->verdict) {
  case verify::Verdict::Verified:
    use.verdict = ItemVerdict::Verified;
    use.detail = llvm::formatv(
        "{0} of {1} blocks run, {2} values compared in the exact "
        "algebra, {3:f0} bits of evidence",
        check->blocksRun, check->blocks, check->compared, check->evidence);
    break;
  case verify::Verdict::Refuted:
    use.verdict = ItemVerdict::Refuted;
    use.detail = check->witness;
    break;
  case verify::Verdict::Unproven:
    use.detail = check->reason;
    break;
  }
  return use;
}

/// The item is as good as the worst place where it was tried; one that fits
/// nowhere is illegal, one that fits somewhere is not for what it does not fit.
void Admitter::conclude(ItemReport &item) {
  ItemVerdict worst = ItemVerdict::NoMatch;
  bool fits = false;
  for (const Use &use : item.uses) {
    if (use.verdict == ItemVerdict::Illegal)
      continue;
    worst = fits ? std::max(worst, use.verdict) : use.verdict;
    fits = true;
    item.applied += use.verdict == ItemVerdict::Verified;
    if (use.verdict == ItemVerdict::Refuted && item.witness.empty())
      item.witness = use.detail;
  }
  item.verdict = fits || item.uses.empty() ? worst : ItemVerdict::Illegal;
}

//===----------------------------------------------------------------------===//
// Plans
//===----------------------------------------------------------------------===//

bool Admitter::lower() {
  if (succeeded(optimizer::lowerToLinalg(*current)))
    return true;
  file.notes.push_back("the program cannot be lowered, so that plans and "
                       "schedules were not judged: " +
                       llvm::join(collector.take(), "\n"));
  for (Operation &op : *set->getBody())
    if (isa<kopt::FusionOp, transform::NamedSequenceOp>(op))
      itemOf(&op).verdict = ItemVerdict::Unproven;
  return false;
}

/// Forms the kernels of `module` with `plan` in front; the plan stays outside.
static LogicalResult formWith(ModuleOp module, kopt::FusionOp plan,
                              const optimizer::Options &options) {
  Operation *copy = plan->clone();
  module.getBody()->push_front(copy);
  LogicalResult formed = optimizer::formKernels(module, options);
  copy->erase();
  return formed;
}

/// Makes the kernels of a plan and runs the programs that they get.
void Admitter::admitPlan(kopt::FusionOp plan, ItemReport &item) {
  bool hasFunction = llvm::any_of(
      current->getOps<FunctionOpInterface>(),
      [&](FunctionOpInterface function) {
        return !plan.getFunction() || function.getName() == *plan.getFunction();
      });
  if (!hasFunction) {
    item.verdict = ItemVerdict::NoMatch;
    item.notes.push_back("the program has no function '@" +
                         plan.getFunction()->str() + "'");
    return;
  }
  OwningOpRef<ModuleOp> copy(cast<ModuleOp>(current->clone()));
  optimizer::Options pipeline = options.pipeline;
  if (failed(formWith(*copy, plan, pipeline))) {
    item.verdict = ItemVerdict::Illegal;
    llvm::append_range(item.diagnostics, collector.take());
    return;
  }
  // Only the kernels of the plan are its own.
  SmallVector<kopt::KernelOp> others;
  copy->walk([&](kopt::KernelOp kernel) {
    if (!plan.getKernels().contains(kernel.getKernelName()))
      others.push_back(kernel);
  });
  for (kopt::KernelOp kernel : others)
    kernel::inlineKernel(kernel);
  if (failed(optimizer::scheduleKernels(*copy, pipeline))) {
    item.verdict = ItemVerdict::Illegal;
    llvm::append_range(item.diagnostics, collector.take());
    return;
  }
  collector.take();
  for (kopt::KernelOp kernel : kopt::distinctKernels(*copy))
    if (gpu::GPUFuncOp func = kopt::lookupProgram(kernel))
      item.uses.push_back(checkProgram(kernel, func));
  conclude(item);
}

void Admitter::admitPlans() {
  optimizer::Options pipeline = options.pipeline;
  llvm::raw_string_ostream os(result.fusionPlan);
  // One plan a function: the first good one counts.
  llvm::StringSet<> planned;
  SmallVector<Operation *> inserted;
  for (auto plan : set->getOps<kopt::FusionOp>()) {
    ItemReport &item = itemOf(plan);
    admitPlan(plan, item);
    if (!isKept(item) || item.verdict == ItemVerdict::NoMatch)
      continue;
    StringRef function = plan.getFunction() ? *plan.getFunction() : "";
    if (!planned.insert(function).second) {
      item.notes.push_back("another plan for the same function comes first");
      continue;
    }
    plan->print(os);
    os << "\n";
    inserted.push_back(plan->clone());
  }
  Block *body = current->getBody();
  for (Operation *plan : llvm::reverse(inserted))
    body->push_front(plan);
  if (failed(optimizer::formKernels(*current, pipeline)))
    file.notes.push_back("no kernels can be formed: " +
                         llvm::join(collector.take(), "\n"));
  for (Operation *plan : inserted)
    plan->erase();
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

Use Admitter::tryStrategy(const schedule::ScheduleLibrary &library,
                          const schedule::Strategy &strategy,
                          kopt::KernelOp kernel) {
  // The original stays as it is for the strategies to come.
  OwningOpRef<ModuleOp> copy(cast<ModuleOp>(current->clone()));
  kopt::KernelOp target;
  copy->walk([&](kopt::KernelOp each) {
    if (!target && each.getKernelName() == kernel.getKernelName())
      target = each;
  });
  SmallVector<std::string> reasons;
  FailureOr<gpu::GPUFuncOp> func =
      library.apply(target, strategy, schedule::KnobValues(), reasons);
  llvm::append_range(reasons, collector.take());
  Use use{kernel.getKernelName().str(), ItemVerdict::Illegal, ""};
  if (failed(func)) {
    use.detail = "does not fit: " + llvm::join(reasons, "\n");
    return use;
  }
  auto module = (*func)->getParentOfType<gpu::GPUModuleOp>();
  if (failed(schedule::cleanProgram(module))) {
    use.detail = llvm::join(collector.take(), "\n");
    return use;
  }
  gpu::GPUFuncOp program = kopt::lookupProgram(target);
  WalkResult tiles = program.walk([](Operation *op) {
    return isa_and_present<ktile::KTileDialect>(op->getDialect())
               ? WalkResult::interrupt()
               : WalkResult::advance();
  });
  if (tiles.wasInterrupted()) {
    use.detail = "leaves a tile program; end it with "
                 "'transform.kopt.assign_layouts' and "
                 "'transform.kopt.distribute'";
    return use;
  }
  return checkProgram(target, program);
}

void Admitter::admitStrategy(const schedule::ScheduleLibrary &library,
                             const schedule::Strategy &strategy,
                             ItemReport &item) {
  std::string structures;
  for (kopt::KernelOp kernel : kopt::distinctKernels(*current)) {
    if (!llvm::is_contained(library.match(kernel), &strategy)) {
      StringRef kind = schedule::stringify(
          schedule::KernelStructure(*kernel.getBlock(),
                                    kernel.getYield().getValues())
              .getKind());
      structures += (structures.empty() ? "'" : ", '") + kind.str() + "'";
      continue;
    }
    item.uses.push_back(tryStrategy(library, strategy, kernel));
  }
  conclude(item);
  if (item.verdict == ItemVerdict::NoMatch)
    item.notes.push_back("its matcher accepts no kernel; there are kernels of "
                         "the structures " +
                         structures);
  std::string knobs;
  for (const schedule::Knob &knob : strategy.knobs)
    knobs += (knobs.empty() ? "" : ", ") + knob.name + "=" +
             std::to_string(knob.value);
  if (!knobs.empty())
    item.notes.push_back("tried with " + knobs);
}

void Admitter::admitSchedules() {
  if (set->getOps<transform::NamedSequenceOp>().empty())
    return;
  // What the library reads are the sequences that are well-formed.
  auto library = schedule::ScheduleLibrary::load(program.getContext(), {},
                                                 {{name.str(), printSet()}});
  std::vector<std::string> why = collector.take();
  llvm::StringSet<> strategies;
  if (succeeded(library))
    for (const schedule::Strategy &strategy : library->getStrategies()) {
      if (strategy.source != name)
        break; // The others are shipped.
      auto op = set->lookupSymbol<transform::NamedSequenceOp>(strategy.name);
      if (!strategies.insert(strategy.name).second)
        continue;
      admitStrategy(*library, strategy, itemOf(op));
      // Without the table the matcher is found by its name.
      std::string matcher = "match_" + strategy.name;
      transform::NamedSequenceOp found = strategy.matcher;
      if (found && !set->lookupSymbol(matcher)) {
        Operation *copy = found->clone();
        SymbolTable::setSymbolName(copy, matcher);
        set->getBody()->push_back(copy);
        numbers[copy] = items.size();
        items.emplace_back().verdict = ItemVerdict::Verified;
      }
    }
  for (auto op :
       llvm::make_early_inc_range(set->getOps<transform::NamedSequenceOp>())) {
    if (strategies.contains(op.getSymName()))
      continue;
    ItemReport &item = itemOf(op);
    item.verdict =
        succeeded(library) ? ItemVerdict::Verified : ItemVerdict::Illegal;
    item.kind = succeeded(library) ? ItemKind::File : ItemKind::Schedule;
    item.diagnostics = why;
    if (op.getSymName() == "__kernel_schedules")
      op.erase();
  }
}
