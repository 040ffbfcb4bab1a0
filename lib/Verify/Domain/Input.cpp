//===- Input.cpp - Input families ------------------------------------ ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Counter-based: a value is a function of (seed, argument, family, index) and
// of nothing else, in pure integer and double arithmetic, so that every machine
// draws the same.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Hash.h"
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static constexpr StringLiteral familyNames[] = {
    "normal",      "uniform01",   "uniform-sym",      "lognormal",
    "cancelling",  "big-first",   "big-last",         "ascending",
    "descending",  "alternating", "graded",           "rank-one",
    "sparse",      "one-hot",     "small-ints",       "powers-of-two",
    "wide",        "wide-mirror", "near-overflow",    "subnormal",
    "constant",    "ties",        "minus-inf-masked", "zeros",
    "shifted",     "logits-88",   "logits-10000",     "far-below-zero",
    "spiked",      "opposed",     "largest-first",    "largest-second",
    "with-nan",    "with-inf",    "zeros-and-inf",    "minus-inf-rows",
    "spiked-below"};
static_assert(std::size(familyNames) == numInputFamilies);

StringRef verify::getName(InputFamily family) {
  return familyNames[unsigned(family)];
}

std::optional<InputFamily> verify::getInputFamily(StringRef name) {
  for (unsigned i = 0; i < numInputFamilies; ++i)
    if (familyNames[i] == name)
      return InputFamily(i);
  return std::nullopt;
}

namespace {
/// The random numbers of one element: `tag` tells independent ones apart.
struct Draw {
  uint64_t base;

  uint64_t bits(uint64_t counter, uint64_t tag = 0) const {
    return mixHash(mixHash(base + tag), counter);
  }
  /// [0, 1), 53 bits.
  double uniform(uint64_t counter, uint64_t tag = 0) const {
    return double(bits(counter, tag) >> 11) * 0x1p-53;
  }
  /// Mean 0, deviation 1, from the sum of eight uniform numbers (Irwin-Hall)
  /// with a fine-grained ninth below them; at most 4.9 in magnitude. Tails
  /// matter less here than having no libm in the value.
  double normal(uint64_t counter, uint64_t tag = 0) const {
    uint64_t x = bits(counter, tag), y = bits(counter, tag + 101);
    uint64_t z = bits(counter, tag + 202);
    uint64_t sum = 0;
    for (int shift = 0; shift < 64; shift += 16)
      sum += ((x >> shift) & 0xffff) + ((y >> shift) & 0xffff);
    double centred =
        double(int64_t(sum) - 4 * 65536) + double(z >> 32) * 0x1p-32;
    return centred * (0x1.3988e1409212ep0 * 0x1p-16); // sqrt(3/2) / 2^16
  }
};
} // namespace

/// 2^x by range reduction and a Taylor series; exact for integers, otherwise
/// within 2^-50, and the same on every machine.
static double powerOfTwo(double x) {
  double whole = std::floor(x + 0.5);
  double t = (x - whole) * 0x1.62e42fefa39efp-1; // ln 2
  static const auto reciprocals = [] {
    std::array<double, 19> result;
    for (int i = 1; i < 19; ++i)
      result[size_t(i)] = 1.0 / i;
    return result;
  }();
  double sum = 1;
  for (size_t i = t == 0 ? 0 : 18; i > 0; --i)
    sum = 1 + sum * t * reciprocals[i];
  return std::ldexp(sum, int(whole));
}

static int maxExponent(FloatKind kind) {
  return kind == FloatKind::F64 ? 127 : std::ilogb(getLargest(kind));
}

/// The least normal value's exponent.
static int minExponent(FloatKind kind) {
  switch (kind) {
  case FloatKind::F64:
    return -1022;
  case FloatKind::F16:
  case FloatKind::F8E5M2:
    return -14;
  case FloatKind::F8E4M3FN:
    return -6;
  default:
    return -126;
  }
}

/// About 2^-120 or 2^110; narrower kinds have both in their range.
static double wideScale(FloatKind kind, bool high) {
  double range = maxExponent(kind) / 127.0;
  double exponent = std::floor((high ? 110 : -120) * range);
  return powerOfTwo(std::max(exponent, double(minExponent(kind) + 1)));
}

InputDrawer::InputDrawer(const InputKey &key, FloatKind kind)
    : family(key.family), kind(kind),
      base(mixHash(key.seed,
                   uint64_t(key.argument) << 8 | uint64_t(key.family))),
      columns(key.shape.empty() ? 1 : std::max<int64_t>(key.shape.back(), 1)),
      rows(1) {
  for (int64_t extent : key.shape.drop_back(key.shape.empty() ? 0 : 1))
    rows *= extent;
  bool oddArgument = key.argument & 1;
  switch (family) {
  case InputFamily::WideExponents:
    scale = wideScale(kind, oddArgument);
    break;
  case InputFamily::WideExponentsMirror:
    scale = wideScale(kind, !oddArgument);
    break;
  case InputFamily::LogNormal:
    // Beyond 2^+-(range) the value would not be finite in a narrow kind.
    scale = maxExponent(kind) - 1;
    break;
  case InputFamily::NearOverflow:
    scale = getLargest(kind);
    break;
  case InputFamily::LargestFirst:
  case InputFamily::LargestSecond:
    if (key.argument <= 1)
      scale = oddArgument == (family == InputFamily::LargestSecond)
                  ? getLargest(kind)
                  : wideScale(kind, false);
    break;
  case InputFamily::Opposed:
    scale = oddArgument ? -64 : 64;
    break;
  case InputFamily::Spiked:
  case InputFamily::SpikedBelow:
    placeSpikes(key.draw);
    break;
  default:
    break;
  }
}

/// A maximum that misses a part of what it is taken of shows where the largest
/// element lies in that part. Steps near the golden section of the length, and
/// prime to it, meet each stretch of the row, and each lane that takes every
/// 2^n-th element, nearly as soon as so many places can.
void InputDrawer::placeSpikes(uint32_t draw) {
  // Where rows are short, what is reduced may lie across them: every other draw
  // has one spike among many rows.
  constexpr int64_t sparse = 1024;
  bool acrossRows = columns < sparse && (columns == 1 || (draw & 1));
  int64_t total = rows * columns;
  spikeLength = columns;
  uint64_t number = draw;
  if (acrossRows)
    spikeLength = std::min(total, columns * ((sparse + columns - 1) / columns));
  if (columns < sparse)
    number = columns == 1 ? draw : draw / 2;
  spikeLength = std::max<int64_t>(spikeLength, 1);
  spikeStep = int64_t(double(spikeLength) * 0.6180339887498949) | 1;
  while (std::gcd(spikeStep, spikeLength) != 1)
    spikeStep += 2;
  spikeStep %= spikeLength;
  auto before = number * uint64_t(total / spikeLength) % uint64_t(spikeLength);
  uint64_t first = mixHash(base, 0x5b1ce + acrossRows) % uint64_t(spikeLength);
  firstSpike =
      int64_t((first + before * uint64_t(spikeStep)) % uint64_t(spikeLength));
  // What is no spike differs from draw to draw, too.
  if (draw)
    base = mixHash(base, draw);
}

bool InputDrawer::isSpike(int64_t index) const {
  int64_t part = index / spikeLength % spikeLength;
  return index % spikeLength == (firstSpike + part * spikeStep) % spikeLength;
}

/// -2..2 over the row with a random part below the step, so strictly monotonic
/// wherever the kind can tell neighbours apart.
static double drawAscending(const Draw &draw, int64_t column, int64_t columns,
                            int64_t index) {
  return -4 + 8 * (double(column) + draw.uniform(index)) / double(columns);
}

/// Whether an element is special: one in about every other row, for what all
/// elements depend on says nothing about the others. Where there are few rows,
/// exactly every other one has one; a few elements are where there is but one.
static bool isSpecial(const Draw &draw, int64_t row, int64_t rows,
                      int64_t column, int64_t columns) {
  auto place = [&](uint64_t counter) {
    return int64_t(draw.bits(counter, 2) % uint64_t(columns));
  };
  bool odd = draw.bits(0, 4) & 1;
  if (rows >= 8)
    return (draw.bits(uint64_t(row), 4) & 1) && column == place(uint64_t(row));
  if (rows > 1)
    return (row & 1) == odd && column == place(uint64_t(row));
  for (uint64_t k = 0; k < 4; ++k)
    if (column == place(k))
      return columns > 1 || odd;
  return false;
}

/// Normal with special values.
static double drawSpecial(const Draw &draw, InputFamily family, int64_t row,
                          int64_t rows, int64_t columns, int64_t index) {
  constexpr double inf = std::numeric_limits<double>::infinity();
  double signedInf = draw.bits(index, 1) & 1 ? -inf : inf;
  bool chosen = isSpecial(draw, row, rows, index % columns, columns);
  if (family == InputFamily::MinusInfRows)
    return row & 1 ? -inf : draw.normal(index);
  if (chosen)
    return family == InputFamily::WithNaN
               ? std::numeric_limits<double>::quiet_NaN()
               : signedInf;
  if (family == InputFamily::ZerosAndInf && draw.bits(index, 3) % 4 == 0)
    return std::copysign(0.0, signedInf);
  return draw.normal(index);
}

/// Families in which all elements are alike.
double InputDrawer::drawAlike(int64_t index) const {
  Draw draw{base};
  switch (family) {
  case InputFamily::Normal:
    return draw.normal(index);
  case InputFamily::Uniform01:
    return draw.uniform(index);
  case InputFamily::UniformSym:
    return 2 * draw.uniform(index) - 1;
  case InputFamily::LogNormal: {
    // Beyond 2^+-(range) the value would not be finite in a narrow kind.
    double e = draw.normal(index) * (4 * 0x1.71547652b82fep0);
    e = std::clamp(e, -scale, scale);
    return (draw.bits(index, 1) & 1 ? -1 : 1) * powerOfTwo(e);
  }
  case InputFamily::Sparse:
    return draw.uniform(index, 1) < 0.01 ? draw.normal(index) : 0;
  case InputFamily::SmallInts:
    return double(int64_t(draw.bits(index) % 17) - 8);
  case InputFamily::PowersOfTwo: {
    double magnitude = powerOfTwo(double(int64_t(draw.bits(index) % 13) - 6));
    return draw.bits(index, 1) & 1 ? -magnitude : magnitude;
  }
  case InputFamily::WideExponents:
  case InputFamily::WideExponentsMirror:
    return draw.normal(index) * scale;
  case InputFamily::NearOverflow: {
    double x = scale * (0.125 + 0.875 * draw.uniform(index));
    return draw.bits(index, 1) & 1 ? -x : x;
  }
  case InputFamily::Subnormal: {
    double x = std::ldexp(draw.uniform(index), minExponent(kind));
    return draw.bits(index, 1) & 1 ? -x : x;
  }
  case InputFamily::Constant:
    return draw.normal(0);
  case InputFamily::Ties:
    return draw.normal(draw.bits(index) % 4, 1);
  case InputFamily::Zeros:
    return 0;
  case InputFamily::Shifted:
    return 64 + draw.normal(index);
  case InputFamily::Logits88:
    return 176 * draw.uniform(index) - 88;
  case InputFamily::Logits10000:
    return 20000 * draw.uniform(index) - 10000;
  case InputFamily::FarBelowZero:
    return draw.normal(index) - 10000;
  case InputFamily::Opposed:
    return scale + draw.normal(index);
  case InputFamily::LargestFirst:
  case InputFamily::LargestSecond: {
    if (scale <= 1)
      return draw.normal(index) * scale;
    // Some are beyond what a format of fewer bits can hold.
    double x = scale * (1 - 0x1p-8 * draw.uniform(index));
    return draw.bits(index, 1) & 1 ? -x : x;
  }
  default:
    return drawInRow(index, index / columns, index % columns);
  }
}

/// Families in which the place in the row matters.
double InputDrawer::drawInRow(int64_t index, int64_t row,
                              int64_t column) const {
  Draw draw{base};
  switch (family) {
  case InputFamily::CancellingPairs: {
    double x = draw.normal(column & ~int64_t(1), 1 + 3 * uint64_t(row));
    return column & 1 ? -x * (1 + 0x1p-8 * draw.uniform(index)) : x;
  }
  case InputFamily::BigFirst:
    return draw.normal(index) * (column == 0 ? 4096 : 1);
  case InputFamily::BigLast:
    return draw.normal(index) * (column == columns - 1 ? 4096 : 1);
  case InputFamily::Ascending:
    return drawAscending(draw, column, columns, index);
  case InputFamily::Descending:
    return drawAscending(draw, columns - 1 - column, columns, index);
  case InputFamily::Alternating:
    return (column & 1 ? -1 : 1) * (0.5 + draw.uniform(index));
  case InputFamily::Graded:
    return row % 7 == 6 ? 0
                        : draw.normal(index) * powerOfTwo(-double(row % 12));
  case InputFamily::RankOne:
    return draw.normal(row, 1) * draw.normal(column, 2);
  case InputFamily::Spiked:
    return draw.normal(index) + (isSpike(index) ? 1000 : 0);
  case InputFamily::SpikedBelow:
    return draw.normal(index) - (isSpike(index) ? 1000 : 0);
  case InputFamily::OneHot:
    return column == int64_t(draw.bits(row) % uint64_t(columns)) ? 1 : 0;
  case InputFamily::MinusInfMasked: {
    int64_t masked = columns > 1 ? std::max<int64_t>(columns / 4, 1) : 0;
    return column >= columns - masked ? -std::numeric_limits<double>::infinity()
                                      : draw.normal(index);
  }
  case InputFamily::WithNaN:
  case InputFamily::WithInf:
  case InputFamily::ZerosAndInf:
  case InputFamily::MinusInfRows:
    return drawSpecial(draw, family, row, rows, columns, index);
  default:
    llvm_unreachable("family outside its enum");
  }
}

double InputDrawer::operator()(int64_t index) const {
  double value = drawAlike(index);
  double rounded = roundToKind(kind, value);
  // A finite draw stays finite; E4M3FN has no Inf to mask with.
  if (std::isfinite(rounded) || kind != FloatKind::F8E4M3FN)
    if (std::isfinite(rounded) || !std::isfinite(value))
      return rounded;
  return std::copysign(getLargest(kind), value);
}

double verify::drawPoison(unsigned pattern, FloatKind kind, uint64_t index) {
  if (pattern == 1)
    return std::min(0x1p100, getLargest(kind));
  Draw draw{mixHash(0x706f69736f6eull, pattern)};
  return roundToKind(kind, 4 * draw.normal(index));
}
