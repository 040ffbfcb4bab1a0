//===- CompareArrays.cpp - How far results are from a reference ----- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Runtime/CompareArrays.h"
#include <algorithm>
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::runtime;

/// Finite, NaN, +Inf, -Inf.
static int classOf(double value) {
  if (std::isnan(value))
    return 1;
  return std::isinf(value) ? (value > 0 ? 2 : 3) : 0;
}

static double rootMeanSquare(const HostArray &array) {
  double sum = 0;
  int64_t count = 0;
  for (int64_t i = 0, e = array.elements(); i < e; ++i) {
    double value = array.at(i);
    if (std::isfinite(value)) {
      sum += value * value;
      ++count;
    }
  }
  return count ? std::sqrt(sum / double(count)) : 0;
}

llvm::Expected<ArrayDistance> runtime::distance(const HostArray &reference,
                                                const HostArray *scale,
                                                const HostArray &actual) {
  auto shapeOf = [](const HostArray &a) {
    std::string text = "[";
    for (int64_t extent : a.shape)
      text += std::to_string(extent) + ", ";
    return (StringRef(text).rtrim(", ") + "]").str();
  };
  for (const HostArray *other : {&actual, scale})
    if (other && other->shape != reference.shape)
      return llvm::createStringError(
          "the reference has shape " + shapeOf(reference) +
          ", what is compared with it " + shapeOf(*other));
  ArrayDistance d;
  d.elements = reference.elements();
  // Integers have no roundoff: their distance is counted as it is.
  double unit = floatKindOf(actual.type) ? unitRoundoff(actual.type) : 1;
  double floor = scale ? 0 : rootMeanSquare(reference);
  double sum = 0;
  int64_t finite = 0;
  for (int64_t i = 0; i < d.elements; ++i) {
    double expected = reference.at(i), found = actual.at(i);
    int expectedClass = classOf(expected), foundClass = classOf(found);
    if (expectedClass != foundClass) {
      if (++d.classDifferences == 1) {
        d.worst = i;
        d.worstExpected = expected;
        d.worstActual = found;
      }
      ++d.bitDifferences;
      continue;
    }
    if (expectedClass)
      continue;
    ++finite;
    if (expected == found)
      continue;
    ++d.bitDifferences;
    double s =
        scale ? std::fabs(scale->at(i)) : std::max(std::fabs(expected), floor);
    double error = std::fabs(found - expected) / (s > 0 ? unit * s : 1e-300);
    sum += error * error;
    if (error > d.max) {
      d.max = error;
      if (!d.classDifferences) {
        d.worst = i;
        d.worstExpected = expected;
        d.worstActual = found;
      }
    }
  }
  d.rms = finite ? std::sqrt(sum / double(finite)) : 0;
  return d;
}

bool runtime::isAsAccurate(const ArrayDistance &candidate,
                           const ArrayDistance &original) {
  return candidate.classDifferences <= original.classDifferences &&
         candidate.rms <= 1.25 * original.rms + 0.5 &&
         candidate.max <= 2 * original.max + 2;
}

llvm::json::Object ArrayDistance::toJSON() const {
  llvm::json::Object object{{"elements", elements},
                            {"bit_differences", bitDifferences},
                            {"class_differences", classDifferences},
                            {"rms_error", rms},
                            {"max_error", max}};
  if (worst >= 0) {
    // JSON has no infinities.
    auto text = [](double value) -> llvm::json::Value {
      if (std::isfinite(value))
        return value;
      return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
    };
    object["worst"] = llvm::json::Object{{"element", worst},
                                         {"expected", text(worstExpected)},
                                         {"actual", text(worstActual)}};
  }
  return object;
}
