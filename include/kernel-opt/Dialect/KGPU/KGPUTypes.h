//===- KGPUTypes.h - Types of the kgpu dialect ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_H
#define KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Types.h"

#define GET_TYPEDEF_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUTypes.h.inc"

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUTYPES_H
