//===- LaunchPlanNames.h - Names in the JSON form of plans ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_RUNTIME_LAUNCHPLANNAMES_H
#define KERNEL_OPT_LIB_RUNTIME_LAUNCHPLANNAMES_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"

namespace kernel_opt::runtime {

inline constexpr StringLiteral versionKey = "kernel_opt_launch_plan";
inline constexpr StringLiteral roleNames[] = {"input", "output", "workspace",
                                              "prepared", "constant"};
/// In the order of TensorMap::Element.
inline constexpr StringLiteral mapElementNames[] = {
    "u8",  "u16", "u32",  "i32",     "u64",  "i64",     "f16",
    "f32", "f64", "bf16", "f32_ftz", "tf32", "tf32_ftz"};

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_LIB_RUNTIME_LAUNCHPLANNAMES_H
