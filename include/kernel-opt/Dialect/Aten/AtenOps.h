//===- AtenOps.h - Operations of the aten dialect ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_ATENOPS_H
#define KERNEL_OPT_DIALECT_ATEN_ATENOPS_H

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/Aten/ShapeRule.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "kernel-opt/Dialect/Aten/AtenEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/Aten/AtenAttrs.h.inc"

namespace kernel_opt::aten {
/// The value of `aten.full` and its like as an element of type `type`: `value`
/// is an f64, i64 or boolean, converted as torch converts it.
mlir::TypedAttr elementOf(Attribute value, Type type);
} // namespace kernel_opt::aten

#define GET_OP_CLASSES
#include "kernel-opt/Dialect/Aten/AtenOps.h.inc"

#endif // KERNEL_OPT_DIALECT_ATEN_ATENOPS_H
