//===- KoptDialect.cpp - The kopt dialect -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

#include "kernel-opt/Dialect/Kopt/KoptDialect.cpp.inc"

void KoptDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/Kopt/KoptOps.cpp.inc"
      >();
}
