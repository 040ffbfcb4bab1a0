//===- KoptOps.h - Operations of the kopt dialect ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTOPS_H
#define KERNEL_OPT_DIALECT_KOPT_KOPTOPS_H

#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/RuleExpression.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Kopt/KoptOps.h.inc"

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTOPS_H
