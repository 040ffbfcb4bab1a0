//===- KTileOps.h - Operations of the ktile dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_KTILEOPS_H
#define KERNEL_OPT_DIALECT_KTILE_KTILEOPS_H

#include "kernel-opt/Dialect/KTile/KTileDialect.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/KTile/KTileOps.h.inc"

#endif // KERNEL_OPT_DIALECT_KTILE_KTILEOPS_H
