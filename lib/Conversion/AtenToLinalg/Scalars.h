//===- Scalars.h - Arithmetic on elements -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_SCALARS_H
#define KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_SCALARS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace kernel_opt {

/// The type that values of `type` are computed in: f32 for f16 and bf16.
Type computeTypeOf(Type type);

/// Builds arithmetic on elements of any type that aten has: floating-point,
/// signed integer, or i1 (a truth value). Both operands of a binary operation
/// have one type.
class Scalars {
public:
  Scalars(OpBuilder &builder, Location loc) : b(builder), loc(loc) {}

  OpBuilder &b;
  Location loc;

  /// `value` in `type`; integers take its whole part.
  Value constant(Type type, double value);
  /// `value` in `type`, a rounding of what `meaning` says exactly.
  Value rounded(Type type, double value, const Twine &meaning);
  Value integer(Type type, int64_t value);
  Value index(int64_t value) { return integer(b.getIndexType(), value); }
  Value boolean(bool value) { return integer(b.getI1Type(), value); }

  Value add(Value x, Value y);
  Value sub(Value x, Value y);
  Value mul(Value x, Value y);
  /// True division of floats; truncating division of integers.
  Value div(Value x, Value y);
  /// The sign of the dividend.
  Value rem(Value x, Value y);
  Value neg(Value x);
  Value abs(Value x);
  /// NaN wins.
  Value max(Value x, Value y);
  Value min(Value x, Value y);
  Value select(Value condition, Value x, Value y);
  Value both(Value x, Value y);
  Value either(Value x, Value y);
  Value negate(Value truth);

  /// Comparisons, false for NaN (except `ne`).
  Value lt(Value x, Value y);
  Value le(Value x, Value y);
  Value gt(Value x, Value y) { return lt(y, x); }
  Value ge(Value x, Value y) { return le(y, x); }
  Value eq(Value x, Value y);
  Value ne(Value x, Value y);
  Value isNan(Value x);
  Value nonzero(Value x);

  /// A unary operation of the math dialect.
  template <typename OpTy>
  Value call(Value x) {
    return OpTy::create(b, loc, x);
  }
  Value exp(Value x);
  Value log(Value x);
  Value sqrt(Value x);
  Value sigmoid(Value x);

  /// `x` in `type`, as torch converts. Folds constants, keeping what their
  /// other attributes say.
  Value cast(Value x, Type type);

  /// The least and the greatest value of `type`; infinities of floats.
  Value lowest(Type type);
  Value highest(Type type);
};

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_ATENTOLINALG_SCALARS_H
