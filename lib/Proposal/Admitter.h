//===- Admitter.h - One proposal on its way ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_PROPOSAL_ADMITTER_H
#define KERNEL_OPT_LIB_PROPOSAL_ADMITTER_H

#include "Collector.h"
#include "kernel-opt/Proposal/Admission.h"
#include "mlir/IR/OwningOpRef.h"

namespace kernel_opt::proposal {

/// Judges one proposal, item after item: text, rules, plans, schedules. Each
/// step sees the program as the good items of the steps before leave it.
class Admitter {
public:
  Admitter(StringRef text, StringRef name, ModuleOp program,
           const AdmissionOptions &options)
      : text(text), name(name), program(program), options(options),
        collector(program.getContext(), text, name) {}
  Admitted run();

private:
  // Text.
  bool parse();
  /// Parses the items one by one; false if none can be.
  bool parsePieces();
  void gather(Block &block);
  void readHeader(ModuleOp module);
  void split();
  void limitItems(size_t found);
  bool verifyItem(Operation *op, ItemReport &item);
  void verifySequences();

  // Rules.
  void admitRules();
  void judgeRule(kopt::RuleOp rule, ItemReport &item);
  void applyRule(kopt::RuleOp rule, ItemReport &item);
  bool applyOnce(kopt::RuleOp rule, Operation *function, StringRef site,
                 ItemReport &item);

  // Plans and schedules.
  bool lower();
  void admitPlans();
  void admitPlan(kopt::FusionOp plan, ItemReport &item);
  void admitSchedules();
  void admitStrategy(const schedule::ScheduleLibrary &library,
                     const schedule::Strategy &strategy, ItemReport &item);
  Use tryStrategy(const schedule::ScheduleLibrary &library,
                  const schedule::Strategy &strategy, kopt::KernelOp kernel);
  Use checkProgram(kopt::KernelOp kernel, gpu::GPUFuncOp program);
  void conclude(ItemReport &item);
  /// Whether an item goes on. Where programs are not checked, on demand, plans
  /// and schedules need no more than to be legal.
  bool isKept(const ItemReport &item) const {
    return item.verdict == ItemVerdict::Verified ||
           (item.kind != ItemKind::Rule &&
            (item.verdict == ItemVerdict::NoMatch ||
             (item.verdict == ItemVerdict::Unproven && !options.checkKernels)));
  }

  ItemReport &itemOf(Operation *op) { return items[numbers.lookup(op)]; }
  std::string printSet();

  StringRef text, name;
  ModuleOp program;
  const AdmissionOptions &options;
  Collector collector;

  ItemReport file;
  /// The proposal; only items that are still good are in it.
  OwningOpRef<ModuleOp> set;
  std::vector<ItemReport> items;
  DenseMap<Operation *, size_t> numbers;
  /// The program, as far as it has come.
  OwningOpRef<ModuleOp> current;
  Admitted result;
};

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_LIB_PROPOSAL_ADMITTER_H
