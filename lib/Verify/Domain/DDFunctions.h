//===- DDFunctions.h - Functions of double-doubles --------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_DOMAIN_DDFUNCTIONS_H
#define KERNEL_OPT_LIB_VERIFY_DOMAIN_DDFUNCTIONS_H

#include "DoubleDouble.h"
#include "kernel-opt/Verify/Domain.h"

namespace kernel_opt::verify {

constexpr DD ddLn2 = {0x1.62e42fefa39efp-1, 0x1.abc9e3b39803fp-56};
constexpr DD ddLn10 = {0x1.26bb1bbb55516p+1, -0x1.f48ad494ea3e9p-53};
constexpr DD ddPi = {0x1.921fb54442d18p+1, 0x1.1a62633145c07p-53};

DD sqrtDD(DD x);
DD expDD(DD x);
DD logDD(DD x);

/// fn(x) within ddFunctionEpsilon * (|fn(x)| + 1) where |x| < 10^6. erfc beyond
/// 2 is that of long double, 2^-60.
DD applyDD(UnaryFn fn, DD x);
/// All functions but Add, Sub, Mul, Div have the accuracy of applyDD; maxima,
/// minima, remainders of doubles, and integer powers are better.
DD applyDD(BinaryFn fn, DD a, DD b);
/// Whether `relation` holds; as Domain::compare.
bool compareReals(CompareFn fn, DD a, DD b);

/// |fn'(x)|, roughly, for carrying error bounds through.
double slope(UnaryFn fn, double x, double fx);

/// The nearest double-double of a decimal or binary float.
DD toDD(const llvm::APFloat &value);
/// Exact: 64 bits fit.
DD intToDD(bool isSigned, int64_t value);
/// Truncates and clamps as Domain::toInt.
int64_t ddToInt(bool isSigned, DD value);

/// 32 decimal digits.
std::string str(DD value);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_DOMAIN_DDFUNCTIONS_H
