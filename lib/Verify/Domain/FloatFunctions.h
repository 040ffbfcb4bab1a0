//===- FloatFunctions.h - Functions of one double ----------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATFUNCTIONS_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATFUNCTIONS_H

#include "kernel-opt/Verify/Domain.h"

namespace kernel_opt::verify {

/// out[i] = fn(a[i]) in double, by libm (about one unit in the last place).
void applyUnary(UnaryFn fn, const double *a, double *out, size_t n);

/// The nearest double; rounded to odd if `toOdd`, for rounding once more.
double intToDouble(bool isSigned, int64_t value, bool toOdd);
/// Truncates, and clamps to what 64 bits hold; NaN gives 0.
int64_t doubleToInt(bool isSigned, double value);

/// The bit pattern of a double that is representable in `kind`. NaN has the
/// pattern that the hardware makes, all ones but the sign (f64: quiet bit).
uint64_t encodeFloat(FloatKind kind, double value);
double decodeFloat(FloatKind kind, uint64_t bits);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_FLOATFUNCTIONS_H
