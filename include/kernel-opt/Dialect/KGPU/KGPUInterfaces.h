//===- KGPUInterfaces.h - What kgpu ops do to memory ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_H
#define KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_H

#include "kernel-opt/Dialect/KGPU/Access.h"
#include "mlir/IR/OpDefinition.h"

#include "kernel-opt/Dialect/KGPU/KGPUInterfacesOp.h.inc"

#endif // KERNEL_OPT_DIALECT_KGPU_KGPUINTERFACES_H
