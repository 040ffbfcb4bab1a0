//===- Optimizer.h - The path from a program to its kernels -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Drives the rooms one after the other: operators become linalg, linalg becomes
// kernels, kernels become scheduled programs, these are checked and compiled,
// and launches take the kernels' place. Each step leaves a module that can be
// printed.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_OPTIMIZER_OPTIMIZER_H
#define KERNEL_OPT_OPTIMIZER_OPTIMIZER_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Verify/KernelCheck.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt::runtime {
struct LaunchPlan;
} // namespace kernel_opt::runtime

namespace kernel_opt::optimizer {

struct Options {
  nvptx::PtxOptions compile;
  /// Whether binaries hold machine code rather than PTX.
  bool machineCode = false;
  /// Files of schedules that come before the shipped ones.
  std::vector<std::string> schedules;
  /// Whether programs are checked before they are compiled; a result without
  /// is stamped.
  bool verify = true;
  /// Seed of the checks' nonces; drawn at random if absent.
  std::optional<uint64_t> nonce;
  /// Whether something that is not ours is an error.
  bool requireAll = false;
};

/// What became of one kernel.
struct KernelRecord {
  std::string name;
  std::string location;
  std::string strategy;
  /// The chain: structured form, scheduled IR, PTX (SHA-256, hexadecimal).
  std::string sourceHash, scheduledHash, ptxHash;
  /// Absent if checks were off.
  std::optional<verify::KernelCheckResult> check;
  nvptx::CompiledKernel compiled;
};

struct Outcome {
  std::vector<KernelRecord> kernels;
  const KernelRecord *lookup(StringRef name) const;
  KernelRecord &getOrCreate(StringRef name);
};

/// Operators (aten, TOSA) become linalg on tensors.
LogicalResult lowerToLinalg(ModuleOp module);
/// Operations on tensors become kernels; the functions are launch plans.
LogicalResult formKernels(ModuleOp module, const Options &options);
/// Each kernel gets a scheduled program beside it.
LogicalResult scheduleKernels(ModuleOp module, const Options &options);
/// Checks each kernel's program against the kernel. A refuted one is an error
/// that shows the witness; an unproven one a warning that says what is missing.
LogicalResult verifyKernels(ModuleOp module, const Options &options,
                            Outcome &outcome);
/// Programs become binaries and kernels launches of them.
LogicalResult compileKernels(ModuleOp module, const Options &options,
                             Outcome &outcome);
/// All of it.
LogicalResult optimize(ModuleOp module, const Options &options,
                       Outcome &outcome);

/// What a host does to run a function all of whose work is launches: fails,
/// with a diagnostic, at an operation that no launch plan can hold.
FailureOr<runtime::LaunchPlan> buildLaunchPlan(func::FuncOp function,
                                               const Outcome &outcome);

/// A readable account, one paragraph a kernel.
void printSummary(raw_ostream &os, const Outcome &outcome);

} // namespace kernel_opt::optimizer

#endif // KERNEL_OPT_OPTIMIZER_OPTIMIZER_H
