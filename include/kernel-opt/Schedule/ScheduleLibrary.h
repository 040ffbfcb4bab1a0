//===- ScheduleLibrary.h - Strategies from files ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_SCHEDULELIBRARY_H
#define KERNEL_OPT_SCHEDULE_SCHEDULELIBRARY_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Transform/IR/TransformOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace kernel_opt::schedule {

/// A number that a strategy leaves open.
struct Knob {
  std::string name;
  SmallVector<int64_t> options;
  int64_t value; ///< what the file selects
};

/// Values for some of a strategy's knobs, by name.
using KnobValues = llvm::StringMap<int64_t>;

/// One way to schedule a kernel: a named sequence, and the one that says for
/// which kernels; without that one, for all.
struct Strategy {
  std::string name;
  std::string source; ///< name of the file or text
  transform::NamedSequenceOp matcher, action;
  SmallVector<Knob> knobs;
};

/// A file of schedules, or a rewrite set, as text.
struct ScheduleText {
  std::string name; ///< stands in locations
  std::string text;
};

/// All strategies, in the order in which they are tried: texts, files given by
/// the user, then the shipped ones. A file is a module with a sequence
/// `@__kernel_schedules` that holds one `transform.foreach_match`: its table.
/// In a rewrite set the table may be left out: then each sequence of one
/// argument and no results that no other includes is a strategy, `@x` for the
/// kernels that `@match_x` accepts, or for all kernels if there is none.
class ScheduleLibrary {
public:
  /// Loads the shipped strategies after `texts` and `files`. Errors go to the
  /// context's diagnostics.
  static FailureOr<ScheduleLibrary> load(MLIRContext *context,
                                         ArrayRef<std::string> files = {},
                                         ArrayRef<ScheduleText> texts = {});

  ArrayRef<Strategy> getStrategies() const { return strategies; }
  const Strategy *lookup(StringRef name) const;
  /// Those whose matcher accepts the kernel, in order.
  SmallVector<const Strategy *> match(kopt::KernelOp kernel) const;

  /// Applies a strategy; the scheduled program is then the `gpu.func` of the
  /// kernel's name in the `gpu.module` of that name. `reasons` get what stood
  /// in the way otherwise. A strategy that changes the kernel itself, which is
  /// what the program is checked against, fails.
  FailureOr<gpu::GPUFuncOp> apply(kopt::KernelOp kernel,
                                  const Strategy &strategy,
                                  const KnobValues &knobs,
                                  SmallVectorImpl<std::string> &reasons) const;

private:
  LogicalResult add(OwningOpRef<ModuleOp> module, StringRef source);
  LogicalResult addTable(ModuleOp module, transform::ForeachMatchOp table);
  LogicalResult addSequences(ModuleOp module);

  std::vector<OwningOpRef<ModuleOp>> modules;
  std::vector<Strategy> strategies;
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_SCHEDULE_SCHEDULELIBRARY_H
