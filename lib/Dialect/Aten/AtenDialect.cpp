//===- AtenDialect.cpp - The aten dialect -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/Aten/AtenOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

#include "kernel-opt/Dialect/Aten/AtenDialect.cpp.inc"
#include "kernel-opt/Dialect/Aten/AtenEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/Aten/AtenAttrs.cpp.inc"

void AtenDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "kernel-opt/Dialect/Aten/AtenAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "kernel-opt/Dialect/Aten/AtenOps.cpp.inc"
      >();
}
