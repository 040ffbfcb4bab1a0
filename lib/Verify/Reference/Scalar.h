//===- Scalar.h - Operations on scalars, by columns --------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_REFERENCE_SCALAR_H
#define KERNEL_OPT_LIB_VERIFY_REFERENCE_SCALAR_H

#include "kernel-opt/Verify/Reference.h"

namespace kernel_opt::verify {

/// Whether evalScalar knows the operation (constants not among them).
bool isScalarOp(Operation *op);

/// Applies an arith or math operation, on scalars or elementwise on tensors, to
/// columns of `n` values. Reports failures (a division of integers by zero).
LogicalResult evalScalar(Operation *op, Domain &domain,
                         ArrayRef<const Column *> operands, size_t n,
                         Column &result);

/// A column of `n` zeros (whatever the domain's zero bytes mean) of the type.
Column makeColumn(const Domain &domain, Type elementType, size_t n);
/// Copies of an attribute's value. Provenance as in Domain::constant.
Column splatAttribute(Domain &domain, Attribute value, StringRef provenance,
                      size_t n);
/// n copies of the only value.
Column repeat(const Domain &domain, const Column &one, size_t n);

/// The width of an integer; 64 for index.
unsigned getIntegerWidth(Type type);
/// Cuts to the width and extends again.
int64_t normalizeInteger(int64_t value, unsigned width);

/// `fn` of an accumulating operation (acc, x) -> acc, if it is a BinaryFn.
std::optional<BinaryFn> getBinaryFn(Operation *op);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_REFERENCE_SCALAR_H
