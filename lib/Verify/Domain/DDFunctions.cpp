//===- DDFunctions.cpp - Functions of double-doubles -------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DDFunctions.h"
#include "FloatFunctions.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include <array>
#include <cmath>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static DD scale(DD x, int exponent) {
  // ldexp is a call; in the middle of the range a product does.
  if (exponent >= -1000 && exponent <= 1000) {
    double power = llvm::bit_cast<double>(uint64_t(1023 + exponent) << 52);
    return {x.high * power, x.low * power};
  }
  return {std::ldexp(x.high, exponent), std::ldexp(x.low, exponent)};
}

DD verify::sqrtDD(DD x) {
  double root = std::sqrt(x.high);
  if (root == 0 || !isFinite(root))
    return special(root);
  // One step of Newton's method, in the form that needs one long subtraction.
  DD rest = x - twoProduct(root, root);
  return fastTwoSum(root, rest.high / (2 * root));
}

/// e^r - 1 for |r| <= ln(2) / 2, by the series at r / 512 and nine doublings
/// (e^2r - 1 = 2 s + s^2, which keeps the relative accuracy).
static DD expm1Reduced(DD r) {
  static const auto reciprocals = [] {
    std::array<DD, 12> result;
    for (int i = 1; i < 12; ++i)
      result[i] = DD{1, 0} / DD{double(i), 0};
    return result;
  }();
  r = scale(r, -9);
  DD sum = {0, 0};
  for (int i = 11; i > 0; --i)
    sum = r * (sum + 1.0) * reciprocals[i];
  for (int i = 0; i < 9; ++i)
    sum = scale(sum, 1) + sum * sum;
  return sum;
}

/// 2^(j/64) for j from -32 to 32.
static const std::array<DD, 65> &rootsOfTwo() {
  static const auto table = [] {
    std::array<DD, 65> result;
    for (int j = -32; j <= 32; ++j)
      result[size_t(j + 32)] = expm1Reduced(ddLn2 * (j / 64.0)) + 1.0;
    return result;
  }();
  return table;
}

/// e^r for |r| <= ln(2) / 128: the series, whose terms from r^6 on are below
/// 2^-54 and need no low part.
static DD expTiny(DD r) {
  static const DD sixth = DD{1, 0} / DD{6, 0};
  static const DD twentyFourth = DD{1, 0} / DD{24, 0};
  static const DD oneBy120 = DD{1, 0} / DD{120, 0};
  double x = r.high, rest = 1.0 / 39916800;
  for (double factorial : {3628800.0, 362880.0, 40320.0, 5040.0, 720.0})
    rest = rest * x + 1 / factorial;
  DD sum = oneBy120 + rest * x;
  sum = sum * r + twentyFourth;
  sum = sum * r + sixth;
  sum = sum * r + 0.5;
  sum = sum * r + 1.0;
  return sum * r + 1.0;
}

DD verify::expDD(DD x) {
  if (!isFinite(x) || x.high > 709.7 || x.high < -745)
    return special(std::exp(x.high));
  // The first two parts of ln 2 have 40 bits: their multiples are exact.
  double k = std::nearbyint(x.high / ddLn2.high);
  DD r = x - k * 0x1.62e42fefa4000p-1;
  r = r - k * -0x1.8432a1b0e2000p-43;
  r = r - DD{-0x1.8cff81a12a17ep-85, -0x1.979b31ace93a5p-141} * k;
  double j = std::nearbyint(r.high * (64 / ddLn2.high));
  r = r - ddLn2 * (j / 64);
  return scale(expTiny(r) * rootsOfTwo()[size_t(int(j) + 32)], int(k));
}

DD verify::logDD(DD x) {
  double guess = std::log(x.high);
  if (!isFinite(guess) || x.high <= 0)
    return special(guess);
  // Newton's method on exp: the error of the guess, about 2^-53, is squared.
  // Scaled so that the exponential stays in range.
  int exponent = std::ilogb(x.high);
  DD fraction = scale(x, -exponent);
  double y = std::log(fraction.high);
  DD t = fraction * expDD({-y, 0}) - 1.0;
  // log(1 + t) to the third order.
  DD log1 = t - t * t * 0.5 + t * t * t * (1.0 / 3);
  return log1 + y + ddLn2 * double(exponent);
}

/// Sine and cosine of |r| <= pi/4.
static void sinCosReduced(DD r, DD &sine, DD &cosine) {
  DD square = r * r;
  DD s = {1, 0}, c = {1, 0};
  for (int i = 27; i > 1; i -= 2) {
    s = DD{1, 0} - square * s / DD{double(i * (i - 1)), 0};
    c = DD{1, 0} - square * c / DD{double((i - 1) * (i - 2)), 0};
  }
  sine = r * s;
  cosine = c;
}

static void sinCos(DD x, DD &sine, DD &cosine) {
  if (!isFinite(x)) {
    sine = cosine = special(std::numeric_limits<double>::quiet_NaN());
    return;
  }
  double k = std::nearbyint(x.high / (ddPi.high / 2));
  DD r = x;
  for (double part :
       {0x1.921fb54400000p+0, 0x1.0b4611a600000p-34, 0x1.3198a2e000000p-69})
    r = r - twoProduct(k, part);
  r = r - DD{0x1.b839a252049c1p-104, 0} * k;
  DD s, c;
  sinCosReduced(r, s, c);
  switch (int(std::fmod(std::fmod(k, 4) + 4, 4))) {
  case 0:
    sine = s, cosine = c;
    break;
  case 1:
    sine = c, cosine = -s;
    break;
  case 2:
    sine = -s, cosine = -c;
    break;
  default:
    sine = -c, cosine = s;
  }
}

/// The angle of (x, y): one step from libm's.
static DD angle(DD y, DD x) {
  double guess = std::atan2(y.high, x.high);
  if (!isFinite(x) || !isFinite(y) || (x.high == 0 && y.high == 0))
    return special(guess);
  DD s, c;
  sinCos({guess, 0}, s, c);
  DD delta = (y * c - x * s) / (x * c + y * s);
  return delta + guess;
}

static DD erfDD(DD x) {
  if (!isFinite(x) || std::fabs(x.high) > 8.7)
    return special(std::erf(x.high));
  // 2/sqrt(pi) e^(-x^2) sum of 2^n x^(2n+1) / (1 3 5 ... (2n+1)), all positive.
  DD square = x * x, term = x, sum = x;
  for (int n = 1; n < 500; ++n) {
    term = term * square * 2.0 / DD{double(2 * n + 1), 0};
    sum = sum + term;
    if (std::fabs(term.high) <= std::fabs(sum.high) * 0x1p-110)
      break;
  }
  DD factor = {0x1.20dd750429b6dp+0, 0x1.1ae3a914fed80p-56};
  return factor * expDD(-square) * sum;
}

static DD integerPart(DD x, double (*fn)(double)) {
  double whole = fn(x.high);
  if (whole != x.high)
    return {whole, 0};
  return fastTwoSum(whole, fn(x.low));
}

static DD roundDD(DD x, bool toEven) {
  DD below = integerPart(x, std::floor);
  DD rest = x - below;
  DD half = {0.5, 0};
  bool odd = std::fmod(below.high, 2) != std::fmod(below.low, 2);
  bool up = half < rest || (rest == half && (toEven ? odd : !(x.high < 0)));
  return up ? below + 1.0 : below;
}

static DD tanhDD(DD x) {
  DD t = expDD(DD{std::fabs(x.high), x.high < 0 ? -x.low : x.low} * -2.0);
  DD y = (DD{1, 0} - t) / (t + 1.0);
  return x.high < 0 ? -y : y;
}

static DD cbrtDD(DD x) {
  double y = std::cbrt(x.high);
  if (y == 0 || !isFinite(y))
    return special(y);
  DD rest = x - twoProduct(y, y) * y;
  return rest / (twoProduct(y, y) * 3.0) + y;
}

DD verify::applyDD(UnaryFn fn, DD x) {
  DD s, c;
  if (x.high != x.high)
    return x;
  switch (fn) {
  case UnaryFn::Neg:
    return -x;
  case UnaryFn::Abs:
    return std::signbit(x.high) ? -x : x;
  case UnaryFn::Exp:
    return expDD(x);
  case UnaryFn::Exp2:
    if (x.low == 0 && std::trunc(x.high) == x.high && std::fabs(x.high) < 1000)
      return special(std::ldexp(1.0, int(x.high)));
    return isFinite(x) ? expDD(x * ddLn2) : special(std::exp2(x.high));
  case UnaryFn::Expm1:
    return std::fabs(x.high) < 0.3 ? expm1Reduced(x) : expDD(x) - 1.0;
  case UnaryFn::Log:
    return logDD(x);
  case UnaryFn::Log2:
    return logDD(x) / ddLn2;
  case UnaryFn::Log10:
    return logDD(x) / ddLn10;
  case UnaryFn::Log1p:
    return logDD(x + 1.0);
  case UnaryFn::Sqrt:
    return sqrtDD(x);
  case UnaryFn::Rsqrt:
    return DD{1, 0} / sqrtDD(x);
  case UnaryFn::Cbrt:
    return cbrtDD(x);
  case UnaryFn::Sin:
    return sinCos(x, s, c), s;
  case UnaryFn::Cos:
    return sinCos(x, s, c), c;
  case UnaryFn::Tan:
    return sinCos(x, s, c), s / c;
  case UnaryFn::Tanh:
    return tanhDD(x);
  case UnaryFn::Sinh:
    return (expDD(x) - expDD(-x)) * 0.5;
  case UnaryFn::Cosh:
    return (expDD(x) + expDD(-x)) * 0.5;
  case UnaryFn::Asin:
    return angle(x, sqrtDD((DD{1, 0} - x) * (x + 1.0)));
  case UnaryFn::Acos:
    return angle(sqrtDD((DD{1, 0} - x) * (x + 1.0)), x);
  case UnaryFn::Atan:
    return isFinite(x) ? angle(x, {1, 0}) : special(std::atan(x.high));
  case UnaryFn::Erf:
    return erfDD(x);
  case UnaryFn::Erfc: {
    if (x.high < 2)
      return DD{1, 0} - erfDD(x);
    long double y = erfcl((long double)x.high + x.low);
    return twoSum(double(y), double(y - double(y)));
  }
  case UnaryFn::Floor:
    return integerPart(x, std::floor);
  case UnaryFn::Ceil:
    return integerPart(x, std::ceil);
  case UnaryFn::Trunc:
    return x.high < 0 ? integerPart(x, std::ceil) : integerPart(x, std::floor);
  case UnaryFn::Round:
    return roundDD(x, /*toEven=*/false);
  case UnaryFn::RoundEven:
    return roundDD(x, /*toEven=*/true);
  }
  llvm_unreachable("function outside its enum");
}

static DD powDD(DD a, DD b) {
  bool whole = b.low == 0 && std::trunc(b.high) == b.high;
  if (whole && std::fabs(b.high) <= 1024 && isFinite(a)) {
    DD result = {1, 0}, factor = a;
    for (auto n = uint64_t(std::fabs(b.high)); n; n >>= 1) {
      result = n & 1 ? result * factor : result;
      factor = factor * factor;
    }
    return b.high < 0 ? DD{1, 0} / result : result;
  }
  double plain = std::pow(a.high, b.high);
  if (!isFinite(plain) || a.high <= 0 || plain == 0)
    return special(plain);
  return expDD(b * logDD(a));
}

static DD remDD(DD a, DD b) {
  if (!isFinite(a) || !isFinite(b) || (a.low == 0 && b.low == 0))
    return special(std::fmod(a.high, b.high));
  return a - applyDD(UnaryFn::Trunc, a / b) * b;
}

DD verify::applyDD(BinaryFn fn, DD a, DD b) {
  bool nanA = a.high != a.high, nanB = b.high != b.high;
  switch (fn) {
  case BinaryFn::Add:
    return a + b;
  case BinaryFn::Sub:
    return a - b;
  case BinaryFn::Mul:
    return a * b;
  case BinaryFn::Div:
    return a / b;
  case BinaryFn::Rem:
    return remDD(a, b);
  case BinaryFn::Pow:
    return powDD(a, b);
  case BinaryFn::Atan2:
    return angle(a, b);
  case BinaryFn::CopySign:
    return std::signbit(a.high) == std::signbit(b.high) ? a : -a;
  case BinaryFn::Maximum:
    return nanA ? a : nanB ? b : a < b ? b : a;
  case BinaryFn::Minimum:
    return nanA ? a : nanB ? b : b < a ? b : a;
  case BinaryFn::MaxNum:
    return nanA ? b : nanB ? a : a < b ? b : a;
  case BinaryFn::MinNum:
    return nanA ? b : nanB ? a : b < a ? b : a;
  }
  llvm_unreachable("function outside its enum");
}

bool verify::compareReals(CompareFn fn, DD a, DD b) {
  // Bit 0: greater, 1: equal, 2: less, 3: unordered, as the enum counts them.
  static constexpr uint8_t masks[] = {0,  2, 1,  3,  4,  6,  5, 7,
                                      10, 9, 11, 12, 14, 13, 8, 15};
  bool unordered = a.high != a.high || b.high != b.high;
  uint8_t relation = unordered ? 8 : b < a ? 1 : a < b ? 4 : 2;
  return masks[unsigned(fn)] & relation;
}

double verify::slope(UnaryFn fn, double x, double fx) {
  switch (fn) {
  case UnaryFn::Neg:
  case UnaryFn::Abs:
  case UnaryFn::Sin:
  case UnaryFn::Cos:
  case UnaryFn::Tanh:
    return 1;
  case UnaryFn::Exp:
  case UnaryFn::Exp2:
    return std::fabs(fx);
  case UnaryFn::Expm1:
    return std::fabs(fx) + 1;
  case UnaryFn::Sinh:
  case UnaryFn::Cosh:
    return std::cosh(x);
  case UnaryFn::Log:
  case UnaryFn::Log2:
  case UnaryFn::Log10:
    return 1.5 / std::fabs(x);
  case UnaryFn::Log1p:
    return 1 / std::fabs(1 + x);
  case UnaryFn::Sqrt:
    return 0.5 / fx;
  case UnaryFn::Rsqrt:
    return std::fabs(0.5 * fx / x);
  case UnaryFn::Cbrt:
    return std::fabs(fx / x);
  case UnaryFn::Tan:
    return 1 + fx * fx;
  case UnaryFn::Asin:
  case UnaryFn::Acos:
    return 1 / std::sqrt(1 - x * x);
  case UnaryFn::Atan:
    return 1;
  case UnaryFn::Erf:
  case UnaryFn::Erfc:
    return 1.13;
  case UnaryFn::Floor:
  case UnaryFn::Ceil:
  case UnaryFn::Round:
  case UnaryFn::RoundEven:
  case UnaryFn::Trunc:
    return 0;
  }
  llvm_unreachable("function outside its enum");
}

DD verify::toDD(const llvm::APFloat &value) {
  bool losesInfo;
  llvm::APFloat high = value;
  high.convert(llvm::APFloat::IEEEdouble(), llvm::APFloat::rmNearestTiesToEven,
               &losesInfo);
  return special(high.convertToDouble());
}

DD verify::intToDD(bool isSigned, int64_t value) {
  double high = isSigned ? double(value >> 32) * 0x1p32
                         : double(uint64_t(value) >> 32) * 0x1p32;
  return twoSum(high, double(uint64_t(value) & 0xffffffff));
}

int64_t verify::ddToInt(bool isSigned, DD value) {
  DD whole = applyDD(UnaryFn::Trunc, value);
  double limit = isSigned ? 0x1p63 : 0x1p64;
  if (whole.low == 0 || !(std::fabs(whole.high) <= limit))
    return doubleToInt(isSigned, whole.high);
  // Away from the limits both parts fit and their sum is exact.
  if (std::fabs(whole.high) < limit)
    return int64_t(uint64_t(doubleToInt(isSigned, whole.high)) +
                   uint64_t(int64_t(whole.low)));
  return whole.low < 0 && whole.high > 0 ? int64_t((isSigned ? 1ull << 63 : 0) +
                                                   uint64_t(int64_t(whole.low)))
                                         : doubleToInt(isSigned, whole.high);
}

std::string verify::str(DD value) {
  if (!isFinite(value))
    return value.high != value.high ? "nan" : value.high > 0 ? "inf" : "-inf";
  llvm::APFloat sum(llvm::APFloat::IEEEquad(), 0), low = sum;
  bool losesInfo;
  auto nearest = llvm::APFloat::rmNearestTiesToEven;
  sum = llvm::APFloat(value.high);
  sum.convert(llvm::APFloat::IEEEquad(), nearest, &losesInfo);
  low = llvm::APFloat(value.low);
  low.convert(llvm::APFloat::IEEEquad(), nearest, &losesInfo);
  sum.add(low, nearest);
  SmallString<48> text;
  sum.toString(text, /*FormatPrecision=*/24);
  return std::string(text);
}
