//===- Admission.h - What a payload may consist of --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Layer L0: a closed world. At each stage of the path only operations of a
// table, with attributes that say nothing that a lowering would believe without
// proof, are let through. Everything refused is reported at its place, with
// what to do about it. Semantics are other layers' business.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_VERIFY_ADMISSION_H
#define KERNEL_OPT_VERIFY_ADMISSION_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/Support/JSON.h"
#include <map>

namespace kernel_opt::verify {

/// Of the tables in Admission.cpp; changes when they do.
constexpr int64_t admissionVersion = 1;

struct AdmissionRecord {
  /// How often each operation occurs.
  std::map<std::string, int64_t> operations;
  llvm::json::Object toJSON() const;
};

/// Takes away what a program claims and a lowering would believe: fast-math and
/// overflow flags, exactness, `in_bounds`, `nontemporal`, alignment, and
/// attributes of `llvm` and `nvvm`, and `kgpu.flush` outside of programs. What
/// we need of it we derive ourselves.
/// Remarks tell what was taken.
void stripTrustedAttributes(Operation *root);

/// Whether the body of a kernel holds tensor operations of the table alone.
LogicalResult admitKernel(Operation *kernel, AdmissionRecord &record);

/// Limits of the chip that scheduled programs must keep.
struct ResourceLimits {
  int64_t threadsPerBlock = 1024;
  int64_t sharedPerBlock = 232448;
  int64_t gridX = 2147483647, gridYZ = 65535;
  int64_t clusterBlocks = 16;
};

/// Whether the module of a scheduled program holds one kernel, made of
/// operations of the scheduled IR, without a claim that nobody checks, and
/// within the chip's resources.
LogicalResult admitProgram(gpu::GPUModuleOp module,
                           const ResourceLimits &limits,
                           AdmissionRecord &record);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_VERIFY_ADMISSION_H
