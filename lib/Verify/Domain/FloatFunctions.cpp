//===- FloatFunctions.cpp - Functions of one double ------------------ ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatFunctions.h"
#include "llvm/ADT/bit.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::verify;

template <typename Fn>
static void map(const double *a, double *out, size_t n, Fn fn) {
  for (size_t i = 0; i < n; ++i)
    out[i] = fn(a[i]);
}

void verify::applyUnary(UnaryFn fn, const double *a, double *out, size_t n) {
#define KERNELOPT_UNARY(NAME, EXPRESSION)                                      \
  case UnaryFn::NAME:                                                          \
    return map(a, out, n, [](double x) -> double { return EXPRESSION; });
  switch (fn) {
    KERNELOPT_UNARY(Neg, -x)
    KERNELOPT_UNARY(Abs, std::fabs(x))
    KERNELOPT_UNARY(Exp, std::exp(x))
    KERNELOPT_UNARY(Exp2, std::exp2(x))
    KERNELOPT_UNARY(Expm1, std::expm1(x))
    KERNELOPT_UNARY(Log, std::log(x))
    KERNELOPT_UNARY(Log2, std::log2(x))
    KERNELOPT_UNARY(Log1p, std::log1p(x))
    KERNELOPT_UNARY(Log10, std::log10(x))
    KERNELOPT_UNARY(Sqrt, std::sqrt(x))
    KERNELOPT_UNARY(Rsqrt, 1 / std::sqrt(x))
    KERNELOPT_UNARY(Cbrt, std::cbrt(x))
    KERNELOPT_UNARY(Sin, std::sin(x))
    KERNELOPT_UNARY(Cos, std::cos(x))
    KERNELOPT_UNARY(Tan, std::tan(x))
    KERNELOPT_UNARY(Tanh, std::tanh(x))
    KERNELOPT_UNARY(Sinh, std::sinh(x))
    KERNELOPT_UNARY(Cosh, std::cosh(x))
    KERNELOPT_UNARY(Asin, std::asin(x))
    KERNELOPT_UNARY(Acos, std::acos(x))
    KERNELOPT_UNARY(Atan, std::atan(x))
    KERNELOPT_UNARY(Erf, std::erf(x))
    KERNELOPT_UNARY(Erfc, std::erfc(x))
    KERNELOPT_UNARY(Floor, std::floor(x))
    KERNELOPT_UNARY(Ceil, std::ceil(x))
    KERNELOPT_UNARY(Round, std::round(x))
    // The rounding mode is never changed.
    KERNELOPT_UNARY(RoundEven, std::nearbyint(x))
    KERNELOPT_UNARY(Trunc, std::trunc(x))
  }
#undef KERNELOPT_UNARY
}

double verify::intToDouble(bool isSigned, int64_t value, bool toOdd) {
  bool negative = isSigned && value < 0;
  uint64_t magnitude = negative ? 0 - uint64_t(value) : uint64_t(value);
  int excess = 64 - 53 - llvm::countl_zero(magnitude);
  if (toOdd && excess > 0) {
    // Truncates, and lets the last bit tell that something was cut off.
    uint64_t cut = magnitude & ((1ull << excess) - 1);
    magnitude = (magnitude ^ cut) | (cut ? 1ull << excess : 0);
  }
  return negative ? -double(magnitude) : double(magnitude);
}

int64_t verify::doubleToInt(bool isSigned, double value) {
  if (value != value)
    return 0;
  if (isSigned)
    return value >= 0x1p63    ? std::numeric_limits<int64_t>::max()
           : value <= -0x1p63 ? std::numeric_limits<int64_t>::min()
                              : int64_t(value);
  uint64_t result = value >= 0x1p64 ? std::numeric_limits<uint64_t>::max()
                    : value <= 0    ? 0
                                    : uint64_t(value);
  return int64_t(result);
}

namespace {
/// Widths of the fields of a kind's bit pattern. TF32 lies in the upper bits
/// of 32.
struct Layout {
  int exponentBits;
  int fractionBits;
  int bias;
  bool hasInf;
};
} // namespace

static Layout getLayout(FloatKind kind) {
  switch (kind) {
  case FloatKind::F64:
    return {11, 52, 1023, true};
  case FloatKind::F32:
  case FloatKind::TF32:
    return {8, 23, 127, true};
  case FloatKind::F16:
    return {5, 10, 15, true};
  case FloatKind::BF16:
    return {8, 7, 127, true};
  case FloatKind::F8E4M3FN:
    return {4, 3, 7, false};
  case FloatKind::F8E5M2:
    return {5, 2, 15, true};
  }
  llvm_unreachable("kind outside its enum");
}

uint64_t verify::encodeFloat(FloatKind kind, double value) {
  if (kind == FloatKind::F64)
    return value != value ? 0x7ff8000000000000ull
                          : llvm::bit_cast<uint64_t>(value);
  Layout layout = getLayout(kind);
  uint64_t magnitudeBits = layout.exponentBits + layout.fractionBits;
  if (value != value)
    return (1ull << magnitudeBits) - 1;
  uint64_t sign = uint64_t(std::signbit(value)) << magnitudeBits;
  double magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return sign | ((1ull << layout.exponentBits) - 1) << layout.fractionBits;
  if (magnitude == 0)
    return sign;
  // Subnormals have the exponent of the least normal value, stored as 0.
  int exponent = std::max(std::ilogb(magnitude), 1 - layout.bias);
  auto scaled = uint64_t(std::ldexp(magnitude, layout.fractionBits - exponent));
  // The hidden bit, if there is one, carries into the exponent field.
  uint64_t field = uint64_t(exponent + layout.bias - 1) << layout.fractionBits;
  return sign | (field + scaled);
}

double verify::decodeFloat(FloatKind kind, uint64_t bits) {
  double nan = std::numeric_limits<double>::quiet_NaN();
  if (kind == FloatKind::F64) {
    double value = llvm::bit_cast<double>(bits);
    return value != value ? nan : value;
  }
  Layout layout = getLayout(kind);
  uint64_t fraction = bits & ((1ull << layout.fractionBits) - 1);
  int top = (1 << layout.exponentBits) - 1;
  int exponent = int(bits >> layout.fractionBits) & top;
  bool negative = bits >> (layout.exponentBits + layout.fractionBits) & 1;
  double magnitude;
  if (layout.hasInf && exponent == top)
    magnitude = fraction ? nan : std::numeric_limits<double>::infinity();
  else if (!layout.hasInf && exponent == top &&
           fraction == (1ull << layout.fractionBits) - 1)
    magnitude = nan;
  else if (exponent == 0)
    magnitude =
        std::ldexp(double(fraction), 1 - layout.bias - layout.fractionBits);
  else
    magnitude = std::ldexp(double(fraction | 1ull << layout.fractionBits),
                           exponent - layout.bias - layout.fractionBits);
  // TF32 has only 10 of the 23 bits of its fraction.
  if (kind == FloatKind::TF32)
    magnitude = roundToKind(kind, magnitude);
  return negative ? -magnitude : magnitude;
}
