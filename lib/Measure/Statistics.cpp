//===- Statistics.cpp - Medians, intervals, quantiles --------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/Statistics.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace kernel_opt;
using namespace kernel_opt::measure;

static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

double measure::median(ArrayRef<double> values) {
  if (values.empty())
    return notANumber;
  SmallVector<double, 64> sorted(values);
  llvm::sort(sorted);
  size_t middle = sorted.size() / 2;
  return sorted.size() % 2 ? sorted[middle]
                           : (sorted[middle - 1] + sorted[middle]) / 2;
}

double measure::mean(ArrayRef<double> values) {
  if (values.empty())
    return notANumber;
  double sum = 0;
  for (double v : values)
    sum += v;
  return sum / double(values.size());
}

double measure::deviation(ArrayRef<double> values) {
  if (values.size() < 2)
    return notANumber;
  double centre = mean(values), sum = 0;
  for (double v : values)
    sum += (v - centre) * (v - centre);
  return std::sqrt(sum / double(values.size() - 1));
}

/// Continued fraction of the incomplete beta function by Lentz's method
/// (Abramowitz and Stegun 26.5.8), for x < (a + 1) / (a + b + 2).
static double betaFraction(double a, double b, double x) {
  constexpr double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (std::fabs(d) < tiny ? tiny : d);
  double result = d;
  for (int m = 1; m < 500; ++m) {
    auto step = [&](double term) {
      d = 1 + term * d;
      d = 1 / (std::fabs(d) < tiny ? tiny : d);
      c = 1 + term / c;
      c = std::fabs(c) < tiny ? tiny : c;
      result *= c * d;
    };
    step(m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)));
    step(-(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)));
    if (std::fabs(c * d - 1) < 1e-15)
      break;
  }
  return result;
}

static double incompleteBeta(double a, double b, double x) {
  if (x <= 0 || x >= 1)
    return x <= 0 ? 0 : 1;
  double front = std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) +
                          a * std::log(x) + b * std::log1p(-x));
  return x < (a + 1) / (a + b + 2) ? front * betaFraction(a, b, x) / a
                                   : 1 - front * betaFraction(b, a, 1 - x) / b;
}

double measure::studentCDF(double t, double freedom) {
  double tail =
      incompleteBeta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2;
  return t > 0 ? 1 - tail : tail;
}

double measure::studentQuantile(double p, double freedom) {
  if (p < 0.5)
    return -studentQuantile(1 - p, freedom);
  double low = 0, high = 1;
  while (studentCDF(high, freedom) < p && high < 1e12)
    high *= 2;
  // Halving to the last bit costs less than one timed sample.
  for (int i = 0; i < 100; ++i) {
    double middle = (low + high) / 2;
    (studentCDF(middle, freedom) < p ? low : high) = middle;
  }
  return (low + high) / 2;
}

Interval measure::meanInterval(ArrayRef<double> values, double confidence) {
  Interval interval;
  interval.mean = mean(values);
  interval.halfWidth = std::numeric_limits<double>::infinity();
  if (values.size() >= 2)
    interval.halfWidth =
        studentQuantile(0.5 + confidence / 2, double(values.size() - 1)) *
        deviation(values) / std::sqrt(double(values.size()));
  return interval;
}
