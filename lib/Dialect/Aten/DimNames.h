//===- DimNames.h - Names of dynamic sizes ----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_DIALECT_ATEN_DIMNAMES_H
#define KERNEL_OPT_LIB_DIALECT_ATEN_DIMNAMES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinTypes.h"
#include <string>

namespace kernel_opt::aten {

/// The names that the encoding of `type` gives its dimensions; empty for
/// static sizes and where there is none.
SmallVector<StringRef> dimNames(RankedTensorType type);

/// The encoding that names the dynamic dimensions `names`, in order.
Attribute dimNamesAttr(MLIRContext *context, ArrayRef<std::string> names);

/// The size called `name`: a name, or an expression over names and integers
/// with + - * floordiv ceildiv mod and parentheses. `symbol` gives the size of
/// one name, null if it has none; `opaque` that of a text whose parts mean
/// nothing here.
AffineExpr parseDimName(StringRef name,
                        llvm::function_ref<AffineExpr(StringRef)> symbol,
                        llvm::function_ref<AffineExpr()> opaque,
                        MLIRContext *context);

/// The inverse: `expr` as a text, with the symbols' names from `symbol`.
std::string printDimName(AffineExpr expr,
                         llvm::function_ref<std::string(unsigned)> symbol);

} // namespace kernel_opt::aten

#endif // KERNEL_OPT_LIB_DIALECT_ATEN_DIMNAMES_H
