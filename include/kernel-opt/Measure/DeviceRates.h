//===- DeviceRates.h - What a device can do at most ----------------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ceilings, for the roofline and for times that cannot be true. They are
// measured, once for a device and a driver, and kept in a file of the user's
// cache; nothing about any device is known beforehand.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_MEASURE_DEVICERATES_H
#define KERNEL_OPT_MEASURE_DEVICERATES_H

#include "kernel-opt/Runtime/PlanRunner.h"

namespace kernel_opt::measure {

/// Units that multiply. Each is kept busy by one small kernel.
enum class Unit : unsigned {
  FMA32,        ///< IEEE fp32 outside of tensor cores
  Tensor64,     ///< fp64 on tensor cores
  TensorTF32,   ///< fp32 rounded to tf32
  Tensor16,     ///< bf16 with sums of fp32; fp16 is as fast
  Tensor8,      ///< fp8 with sums of fp32
  TensorInteger ///< 8-bit integers
};
inline constexpr unsigned numUnits = 6;
StringRef stringOf(Unit unit);

struct DeviceRates {
  /// Bytes a second of large buffers: reading and writing together for a copy.
  double copy = 0, read = 0, write = 0;
  /// Operations a second, a multiplication and its addition being two; zero
  /// where the device has no such unit. By `Unit`.
  std::array<double, numUnits> peaks{};
  bool isCached = false; ///< Read from the file, not measured now.

  double peak(Unit unit) const { return peaks[unsigned(unit)]; }
  double bandwidth() const { return std::max({copy, read, write}); }
  /// The fastest unit that can compute from what the plan's inputs hold and
  /// keep their accuracy: products of fp32 may be made of several of bf16.
  double peakFor(const runtime::LaunchPlan &plan) const;

  llvm::json::Object toJSON() const;
};

/// Takes about a quarter of a second.
llvm::Expected<DeviceRates> measureRates(runtime::Session &session);

/// What was measured on this device under this driver before; measured now and
/// kept if nothing was, or if `again`. A cache that cannot be read or written
/// is as good as none.
llvm::Expected<DeviceRates> deviceRates(runtime::Session &session,
                                        bool again = false);

/// PTX of a kernel `kernel_opt_peak(sink, rounds)` for an architecture (90 for
/// compute capability 9.0), empty if it has no such unit; and the operations of
/// one round of one block of `peakThreads` threads.
struct PeakKernel {
  std::string ptx;
  double operations = 0;
};
inline constexpr unsigned peakThreads = 256;
PeakKernel peakKernel(Unit unit, int architecture);

} // namespace kernel_opt::measure

#endif // KERNEL_OPT_MEASURE_DEVICERATES_H
