//===- KGPUOps.cpp - Operations of the kgpu dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/KGPU/KGPUOps.cpp.inc"
