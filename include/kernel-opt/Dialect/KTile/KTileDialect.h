//===- KTileDialect.h - The ktile dialect -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_H
#define KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_H

#include "kernel-opt/Dialect/KTile/LinearLayout.h"
#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/TensorEncoding.h"

#include "kernel-opt/Dialect/KTile/KTileDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/KTile/KTileAttrs.h.inc"

namespace kernel_opt::ktile {
/// The layout of a tile type, null if it has none.
LayoutAttr getLayout(Type type);
/// `type` with another layout.
RankedTensorType withLayout(RankedTensorType type, const LinearLayout &layout);
} // namespace kernel_opt::ktile

#endif // KERNEL_OPT_DIALECT_KTILE_KTILEDIALECT_H
