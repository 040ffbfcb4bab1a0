//===- AtenOps.cpp - Operations of the aten dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "Rules.h"
#include "mlir/IR/Builders.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Aten/AtenOps.cpp.inc"
