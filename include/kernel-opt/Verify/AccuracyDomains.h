//===- AccuracyDomains.h - Floats with noise, and as a device has them *- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_ACCURACYDOMAINS_H
#define KERNEL_OPT_VERIFY_ACCURACYDOMAINS_H

#include "kernel-opt/Verify/Domain.h"

namespace kernel_opt::verify {

/// The unit roundoff of a kind: 2^-24 for f32.
double unitRoundoff(FloatKind kind);
/// The least positive number of a kind.
double leastPositive(FloatKind kind);

/// Bit-exact floats with the functions that the device computes approximately
/// off by as much as their documentation allows. The error is a function of
/// the argument, so that equal calls give equal results. With `wide`, 16-bit
/// kinds round as f32.
std::unique_ptr<Domain> createDeviceDomain(bool wide);

/// fp64 in which each rounding to a kind is noise of one unit roundoff, as a
/// Monte-Carlo estimate of the condition wants it. `run` picks the noise.
std::unique_ptr<Domain> createNoiseDomain(uint64_t run, bool wide);

/// Floats whose roundings fall anywhere within about `ulps` unit roundoffs (of
/// the sum of magnitudes, for a sum): what a program may give whose operations
/// are the same functions, rounded elsewhere. Inputs, and what is computed of
/// them without rounding, stay as they are. `run` picks the roundings.
std::unique_ptr<Domain> createRandomRoundingDomain(uint64_t run, double ulps);

/// As the device domain; but a value is NaN if a sum or a product that it
/// depends on would overflow in another order of its terms or factors. For
/// comparisons such a sum is `overflowed`: an infinity, or NaN.
std::unique_ptr<Domain> createAnyOrderDomain(double overflowed);

/// As the device domain; but what is weighted by exp(-Inf) takes no part, be it
/// infinite or NaN: 0 * Inf is NaN in a softmax that masks by -Inf, and a
/// program that skips what is masked is more finite. Only such zeros do so, not
/// literals or inputs that happen to be zero.
std::unique_ptr<Domain> createMaskedDomain();

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_ACCURACYDOMAINS_H
