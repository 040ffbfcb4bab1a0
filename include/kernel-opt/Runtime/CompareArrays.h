//===- CompareArrays.h - How far results are from a reference ------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_RUNTIME_COMPAREARRAYS_H
#define KERNEL_OPT_RUNTIME_COMPAREARRAYS_H

#include "kernel-opt/Runtime/HostArray.h"
#include "llvm/Support/JSON.h"

namespace kernel_opt::runtime {

/// Distance of an array from a reference. Errors are in units of u times the
/// scale of each element, u being half a unit in the last place of one in the
/// type of the result.
struct ArrayDistance {
  int64_t elements = 0;
  int64_t bitDifferences = 0;   ///< Elements that are not the same number.
  int64_t classDifferences = 0; ///< NaN, +Inf, -Inf or finite, but not both so.
  double rms = 0, max = 0;      ///< Over elements that are finite in both.
  int64_t worst = -1; ///< Element of `max`, or of the first difference
                      ///< in class.
  double worstExpected = 0, worstActual = 0;

  llvm::json::Object toJSON() const;
};

/// `scale` has the shape of the reference (for a product |A||B|). Without it
/// the scale of an element is its reference value, or the root mean square of
/// all of them where that is larger. Fails when the shapes differ.
llvm::Expected<ArrayDistance> distance(const HostArray &reference,
                                       const HostArray *scale,
                                       const HostArray &actual);

/// The accuracy rule: at least as good as the original, up to what one rounding
/// of the result does (RMS <= 1.25 x original + 0.5, max <= 2 x original + 2),
/// and special values where the reference has them.
bool isAsAccurate(const ArrayDistance &candidate,
                  const ArrayDistance &original);

} // namespace kernel_opt::runtime

#endif // KERNEL_OPT_RUNTIME_COMPAREARRAYS_H
