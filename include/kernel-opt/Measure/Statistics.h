//===- Statistics.h - Medians, intervals, quantiles ----------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_MEASURE_STATISTICS_H
#define KERNEL_OPT_MEASURE_STATISTICS_H

#include "kernel-opt/Support/LLVM.h"

namespace kernel_opt::measure {

/// NaN if there are no values; the mean of the middle two of an even number.
double median(ArrayRef<double> values);
double mean(ArrayRef<double> values);
/// Of a sample: divided by n - 1. NaN for fewer than two values.
double deviation(ArrayRef<double> values);

/// P(T <= t) for Student's t with `freedom` degrees of freedom, by the
/// regularized incomplete beta function (Abramowitz and Stegun 26.7.1).
double studentCDF(double t, double freedom);
/// The t with P(T <= t) = p, for 0 < p < 1.
double studentQuantile(double p, double freedom);

/// A mean with a confidence interval.
struct Interval {
  double mean = 0;
  double halfWidth = 0; ///< Infinite for fewer than two values.
  double low() const { return mean - halfWidth; }
  double high() const { return mean + halfWidth; }
};
/// t-interval of the mean at `confidence`, for example 0.95.
Interval meanInterval(ArrayRef<double> values, double confidence);

} // namespace kernel_opt::measure

#endif // KERNEL_OPT_MEASURE_STATISTICS_H
