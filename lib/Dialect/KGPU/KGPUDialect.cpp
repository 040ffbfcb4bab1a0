//===- KGPUDialect.cpp - The kgpu dialect -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

#include "kernel-opt/Dialect/KGPU/KGPUDialect.cpp.inc"

void KGPUDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/KGPU/KGPUOps.cpp.inc"
      >();
}
