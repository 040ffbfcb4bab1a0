//===- AtenDialect.h - The aten dialect -------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_H
#define KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Dialect.h"

#include "kernel-opt/Dialect/Aten/AtenDialect.h.inc"

#endif // KERNEL_OPT_DIALECT_ATEN_ATENDIALECT_H
