//===- KoptOps.cpp - Operations of the kopt dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptOps.h"

using namespace kernel_opt;
using namespace kernel_opt::kopt;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Kopt/KoptOps.cpp.inc"
