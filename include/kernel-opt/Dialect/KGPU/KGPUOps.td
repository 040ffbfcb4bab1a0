//===- KGPUOps.td - Operations of the kgpu dialect ---------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD
#define KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD

include "kernel-opt/Dialect/KGPU/KGPUDialect.td"

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUOPS_TD
