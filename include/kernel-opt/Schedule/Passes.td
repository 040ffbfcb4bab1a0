//===- Passes.td - Passes that schedule kernels ------------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SCHEDULE_PASSES_TD
#define KERNEL_OPT_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ScheduleKernels : Pass<"kopt-schedule-kernels", "::mlir::ModuleOp"> {
  let summary = "make a GPU program of each kernel";
  let description = [{
    Applies to each `kopt.kernel` the first strategy that matches and fits: those
    of `files`, then the shipped ones, of which the last one always fits. Beside
    the kernel, which stays as what the program must be equal to, stands then a
    `gpu.module` `<kernel>_program` with the scheduled program; a kernel that has
    one already keeps it. A remark says which
    strategy it was and why earlier ones did not fit.

    `strategy` and `knobs` choose one by hand, for every kernel that it matches.

    (* example filepath=test/Schedule/schedule-kernels.mlir *)
  }];
  let options = [
    ListOption<"files", "files", "std::string",
               "Files of schedules that are tried before the shipped ones">,
    Option<"strategy", "strategy", "std::string", "",
           "Name of the strategy; empty: the first one that fits">,
    ListOption<"knobs", "knobs", "std::string",
               "Values of knobs of that strategy, as name=value">,
    ListOption<"passOver", "pass-over", "std::string",
               "Strategies that kernels are not to have, as kernel:strategy">,
    Option<"leave", "leave", "bool", "false",
           "Make operations of kernels that no strategy fits, with a warning">,
  ];
  let dependentDialects = [
    "::mlir::gpu::GPUDialect", "::mlir::transform::TransformDialect"
  ];
}

#endif // KERNEL_OPT_SCHEDULE_PASSES_TD
