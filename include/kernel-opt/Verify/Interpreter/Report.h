//===- Report.h - What a run found wrong ---------------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Faults that the interpreter of the scheduled IR reports: each one breaks the
// promise that the kernel is memory-safe, race-free and defines its outputs.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_INTERPRETER_REPORT_H
#define KERNEL_OPT_VERIFY_INTERPRETER_REPORT_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Location.h"
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kernel_opt::verify {

/// The kinds of faults. Each names one obligation of a kernel.
enum class Fault : uint8_t {
  Race,                ///< conflicting accesses that nothing orders
  OutOfBounds,         ///< an index outside the memref's extent
  Misaligned,          ///< a vector or bulk access at an unaligned address
  Uninitialized,       ///< a read of memory that nobody wrote
  PendingAccess,       ///< an access to what an async operation still uses
  MissingFence,        ///< generic-proxy write not fenced for the async proxy
  AccessViolation,     ///< against `kgpu.access` of the argument
  MultipleWrites,      ///< an output element defined more than once
  Unwritten,           ///< an output element never defined
  DivergentBarrier,    ///< a barrier that not all of its threads reach
  InactiveLane,        ///< a shuffle or warp reduction with inactive lanes
  PartialWarp,         ///< a matrix instruction without its whole warp(group)
  BarrierMisuse,       ///< mbarrier: arrivals, bytes, phase or initialization
  Deadlock,            ///< no warp can go on
  UndefinedArithmetic, ///< division by zero, shift out of range, ...
  UnfinishedAsync,     ///< asynchronous work not waited for
  StepLimit,           ///< the run was stopped by its step budget
  Unsupported,         ///< the domain cannot evaluate this
};

/// Number of kinds.
constexpr unsigned numFaults = unsigned(Fault::Unsupported) + 1;

/// "race", "out of bounds", ...
StringRef stringifyFault(Fault fault);

/// One fault, with the first instance in words and the number of instances
/// with the same kind and the same pair of locations.
struct Report {
  Fault fault;
  Location where;
  /// The other access of a race, the write that lacks a fence, ...
  std::optional<Location> other;
  /// First instance: threads, address as (buffer, indices).
  std::string message;
  uint64_t count = 1;
};

/// Prints "location: fault: message (n times)" and a note for the other place.
void printReport(const Report &report, raw_ostream &os);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_INTERPRETER_REPORT_H
