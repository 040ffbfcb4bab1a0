//===- InferTypes.h - Types of results without an operation -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_ATEN_INFERTYPES_H
#define KERNEL_OPT_DIALECT_ATEN_INFERTYPES_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace kernel_opt::aten {

/// The types of the results that the aten operation `name` ("aten.relu") has
/// with these attributes and operand types, by its shape rule and its verifier.
/// Fails after a diagnostic at an unknown location.
LogicalResult inferTypes(MLIRContext *context, StringRef name,
                         mlir::DictionaryAttr attributes,
                         ArrayRef<Type> operands,
                         SmallVectorImpl<Type> &results);

} // namespace kernel_opt::aten

#endif // KERNEL_OPT_DIALECT_ATEN_INFERTYPES_H
