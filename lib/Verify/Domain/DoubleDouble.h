//===- DoubleDouble.h - Numbers of two doubles --------------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// An unevaluated sum high + low with |low| <= ulp(high) / 2, about 106 bits.
// Algorithms: T. J. Dekker, A floating-point technique for extending the
// available precision, 1971; M. Joldes, J.-M. Muller, V. Popescu, Tight and
// rigorous error bounds for basic building blocks of double-word arithmetic,
// 2017 (sum, product and quotient are within 2^-102 of exact).
//
// This header is also compiled for wider instruction sets; it includes only C.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_DOUBLEDOUBLE_H
#define KERNEL_OPT_VERIFY_DOUBLEDOUBLE_H

namespace kernel_opt::verify {

struct DD {
  double high;
  double low;
};

/// Relative error of one sum, product, quotient or root.
constexpr double ddEpsilon = 0x1p-102;
/// Relative error of exp and the like; absolute where the result is near 0.
constexpr double ddFunctionEpsilon = 0x1p-94;

// Everything has internal linkage, so that the copies compiled for different
// instruction sets never meet at link time.
namespace {

/// s + e = a + b exactly, s the rounded sum.
inline DD twoSum(double a, double b) {
  double s = a + b;
  double part = s - a;
  return {s, (a - (s - part)) + (b - part)};
}

/// The same, if |a| >= |b| or a = 0.
inline DD fastTwoSum(double a, double b) {
  double s = a + b;
  return {s, b - (s - a)};
}

/// s + e = a * b exactly, unless something underflows or overflows.
inline DD twoProduct(double a, double b) {
  double p = a * b;
#ifdef __FMA__
  return {p, __builtin_fma(a, b, -p)};
#else
  constexpr double splitter = 134217729; // 2^27 + 1
  double ta = splitter * a, tb = splitter * b;
  double a1 = ta - (ta - a), b1 = tb - (tb - b);
  double a2 = a - a1, b2 = b - b1;
  return {p, ((a1 * b1 - p) + a1 * b2 + a2 * b1) + a2 * b2};
#endif
}

/// Sums and products of Inf and NaN are those of the high parts.
inline DD special(double x) { return {x, 0}; }
inline bool isFinite(double x) { return x - x == 0; }
inline bool isFinite(DD x) { return isFinite(x.high); }

/// Sets `exact` to false if something may have been cut off.
inline DD add(DD a, DD b, bool &exact) {
  DD s = twoSum(a.high, b.high);
  if (!isFinite(s.high))
    return special(s.high);
  if (a.low == 0 && b.low == 0)
    return s;
  DD t = twoSum(a.low, b.low);
  DD c = twoSum(s.low, t.high);
  DD v = fastTwoSum(s.high, c.high);
  double rest = c.low + t.low;
  exact &= rest == 0;
  return fastTwoSum(v.high, v.low + rest);
}

inline DD mul(DD a, DD b, bool &exact) {
  DD p = twoProduct(a.high, b.high);
  if (!isFinite(p.high))
    return special(p.high);
  if (a.low == 0 && b.low == 0)
    // Below this the error term of the product itself may underflow.
    return exact &= p.high == 0 ? a.high == 0 || b.high == 0
                                : !(p.high < 0x1p-900 && p.high > -0x1p-900),
           p;
  exact = false;
  return fastTwoSum(p.high, p.low + (a.high * b.low + a.low * b.high));
}

inline DD operator-(DD a) { return {-a.high, -a.low}; }
inline DD operator+(DD a, DD b) {
  bool exact = true; // read before it is written
  return add(a, b, exact);
}
inline DD operator-(DD a, DD b) { return a + -b; }
inline DD operator*(DD a, DD b) {
  bool exact = true; // read before it is written
  return mul(a, b, exact);
}
inline DD operator+(DD a, double b) { return a + DD{b, 0}; }
inline DD operator-(DD a, double b) { return a + DD{-b, 0}; }
inline DD operator*(DD a, double b) { return a * DD{b, 0}; }

inline DD div(DD a, DD b, bool &exact) {
  double q1 = a.high / b.high;
  if (!isFinite(q1) || !isFinite(b.high))
    return special(q1);
  DD r = a - b * q1;
  double q2 = r.high / b.high;
  r = r - b * q2;
  double q3 = r.high / b.high;
  exact &= r.high == 0 && a.low == 0 && b.low == 0;
  DD q = fastTwoSum(q1, q2);
  return fastTwoSum(q.high, q.low + q3);
}
inline DD operator/(DD a, DD b) {
  bool exact = true; // read before it is written
  return div(a, b, exact);
}

inline bool operator<(DD a, DD b) {
  return a.high < b.high || (a.high == b.high && a.low < b.low);
}
inline bool operator==(DD a, DD b) {
  return a.high == b.high && a.low == b.low;
}

} // namespace
} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_DOUBLEDOUBLE_H
