//===- KoptOps.td - Operations of the kopt dialect ---------*- tablegen -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD
#define KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD

include "kernel-opt/Dialect/Kopt/KoptDialect.td"

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTOPS_TD
