//===- KoptAttrs.h - Attributes of the kopt dialect -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_H
#define KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_H

#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TensorEncoding.h"

#include "kernel-opt/Dialect/Kopt/KoptEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h.inc"

namespace kernel_opt::kopt {

/// Names of the discardable attributes of the dialect. Their forms are checked
/// by the dialect wherever they stand.

/// On a function: #kopt.contract.
inline constexpr StringLiteral kContractAttrName = "kopt.contract";
/// On a function's argument: it is a parameter of the model (unit).
inline constexpr StringLiteral kParameterAttrName = "kopt.parameter";
/// On a function's argument: #kopt.range.
inline constexpr StringLiteral kRangeAttrName = "kopt.range";
/// On a function's argument: dimensions that were `?` before the command line gave them
/// sizes (dense array of i64).
inline constexpr StringLiteral kSpecializedAttrName = "kopt.specialized";
/// On a constant: #kopt.const.
inline constexpr StringLiteral kConstAttrName = "kopt.const";
/// On an operation: the identifier by which fusion plans name it.
inline constexpr StringLiteral kIdAttrName = "kopt.id";
/// On any operation: hash of its certificate, "sha256:" and 64 hex digits.
inline constexpr StringLiteral kCertificateAttrName = "kopt.certificate";
/// On a module: the name of the weakest policy that its contents were
/// verified under.
inline constexpr StringLiteral kPolicyAttrName = "kopt.policy";

/// On an operation in a rule's *before*: a dictionary from its attributes to
/// the names that they are bound to.
inline constexpr StringLiteral kBindAttrName = "kopt.bind";
/// On an operation in a rule's *after*: a dictionary from its attributes to the
/// expressions that give their values.
inline constexpr StringLiteral kSetAttrName = "kopt.set";
/// On the declaration of a function: the operation of Torch that it stands for
/// and the texts of its arguments, "%0" for operand 0.
inline constexpr StringLiteral kTorchAttrName = "kopt.torch";
/// On an operation in a rule's *before*: the name of its first result. On a
/// function's argument: what it is called in the model.
inline constexpr StringLiteral kNameAttrName = "kopt.name";
/// On a module: it is a rewrite set (unit).
inline constexpr StringLiteral kRewriteSetAttrName = "kopt.rewrite_set";
/// On a rewrite set: version of the format, an integer.
inline constexpr StringLiteral kVersionAttrName = "kopt.version";

/// Whether `text` is "sha256:" followed by 64 lower-case hex digits.
bool isHashText(StringRef text);

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTATTRS_H
