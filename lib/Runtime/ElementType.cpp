//===- ElementType.cpp - Element types of buffers ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/ElementType.h"
#include <cmath>
#include <cstring>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::runtime;
using verify::FloatKind;

namespace {
struct TypeFacts {
  StringLiteral name;
  unsigned bytes;
  int mantissaBits; ///< Stored ones; -1 for integers.
  int exponentBits;
};
} // namespace

static constexpr TypeFacts facts[] = {
    {"f64", 8, 52, 11}, {"f32", 4, 23, 8},     {"f16", 2, 10, 5},
    {"bf16", 2, 7, 8},  {"f8E4M3FN", 1, 3, 4}, {"f8E5M2", 1, 2, 5},
    {"i64", 8, -1, 0},  {"i32", 4, -1, 0},     {"i16", 2, -1, 0},
    {"i8", 1, -1, 0},   {"i1", 1, -1, 0},
};

static const TypeFacts &factsOf(ElementType type) {
  return facts[unsigned(type)];
}

StringRef runtime::stringOf(ElementType type) { return factsOf(type).name; }
unsigned runtime::bytesOf(ElementType type) { return factsOf(type).bytes; }

std::optional<ElementType> runtime::elementTypeOf(StringRef name) {
  for (unsigned i = 0; i < std::size(facts); ++i)
    if (facts[i].name == name)
      return ElementType(i);
  return std::nullopt;
}

std::optional<FloatKind> runtime::floatKindOf(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return FloatKind::F64;
  case ElementType::F32:
    return FloatKind::F32;
  case ElementType::F16:
    return FloatKind::F16;
  case ElementType::BF16:
    return FloatKind::BF16;
  case ElementType::F8E4M3FN:
    return FloatKind::F8E4M3FN;
  case ElementType::F8E5M2:
    return FloatKind::F8E5M2;
  default:
    return std::nullopt;
  }
}

double runtime::unitRoundoff(ElementType type) {
  int bits = factsOf(type).mantissaBits;
  return bits < 0 ? 0 : std::ldexp(1.0, -bits - 1);
}

/// Bits of a value that the format holds exactly, or of Inf or NaN.
static uint64_t bitsOfExact(const TypeFacts &f, bool hasInf, double value) {
  int m = f.mantissaBits;
  int bias = (1 << (f.exponentBits - 1)) - 1;
  uint64_t sign = uint64_t(std::signbit(value)) << (m + f.exponentBits);
  uint64_t topExponent = (uint64_t(1) << f.exponentBits) - 1;
  uint64_t fraction = (uint64_t(1) << m) - 1;
  if (std::isnan(value))
    return sign | topExponent << m |
           (hasInf ? uint64_t(1) << (m - 1) : fraction);
  if (std::isinf(value))
    return sign | topExponent << m | (hasInf ? 0 : fraction);
  if (value == 0)
    return sign;
  int exponent = std::ilogb(value);
  double magnitude = std::fabs(value);
  if (exponent < 1 - bias) // subnormal: units of the least one
    return sign | uint64_t(std::ldexp(magnitude, bias - 1 + m));
  uint64_t scaled = uint64_t(std::ldexp(magnitude, m - exponent));
  return sign | uint64_t(exponent + bias) << m | (scaled & fraction);
}

static double valueOfBits(const TypeFacts &f, bool hasInf, uint64_t bits) {
  int m = f.mantissaBits;
  int bias = (1 << (f.exponentBits - 1)) - 1;
  uint64_t topExponent = (uint64_t(1) << f.exponentBits) - 1;
  uint64_t fraction = bits & ((uint64_t(1) << m) - 1);
  uint64_t exponent = bits >> m & topExponent;
  double sign = bits >> (m + f.exponentBits) & 1 ? -1 : 1;
  bool special =
      exponent == topExponent && (hasInf || fraction == (uint64_t(1) << m) - 1);
  if (special)
    return fraction ? std::numeric_limits<double>::quiet_NaN()
                    : sign * std::numeric_limits<double>::infinity();
  if (exponent == 0)
    return sign * std::ldexp(double(fraction), 1 - bias - m);
  return sign * std::ldexp(double(fraction | uint64_t(1) << m),
                           int(exponent) - bias - m);
}

static int64_t saturate(double value, unsigned bytes) {
  double limit = std::ldexp(1.0, int(8 * bytes) - 1);
  if (std::isnan(value))
    return 0;
  if (value >= limit)
    return int64_t((uint64_t(1) << (8 * bytes - 1)) - 1);
  if (value < -limit)
    return -int64_t((uint64_t(1) << (8 * bytes - 1)) - 1) - 1;
  return int64_t(value);
}

void runtime::encodeElement(ElementType type, double value, void *to) {
  const TypeFacts &f = factsOf(type);
  if (type == ElementType::F64) {
    std::memcpy(to, &value, 8);
    return;
  }
  uint64_t bits;
  if (std::optional<FloatKind> kind = floatKindOf(type))
    bits = bitsOfExact(f, type != ElementType::F8E4M3FN,
                       verify::roundToKind(*kind, value));
  else if (type == ElementType::I1)
    bits = value != 0;
  else
    bits = uint64_t(saturate(value, f.bytes));
  // Little-endian, as every host and device that this runs on.
  std::memcpy(to, &bits, f.bytes);
}

double runtime::decodeElement(ElementType type, const void *from) {
  const TypeFacts &f = factsOf(type);
  uint64_t bits = 0;
  std::memcpy(&bits, from, f.bytes);
  if (type == ElementType::F64) {
    double value;
    std::memcpy(&value, from, 8);
    return value;
  }
  if (f.mantissaBits >= 0)
    return valueOfBits(f, type != ElementType::F8E4M3FN, bits);
  if (type == ElementType::I1)
    return bits != 0;
  unsigned shift = 64 - 8 * f.bytes;
  return double(int64_t(bits << shift) >> shift);
}
