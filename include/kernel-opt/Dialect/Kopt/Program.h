//===- Program.h - Where the program of a kernel is -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_PROGRAM_H
#define KERNEL_OPT_DIALECT_KOPT_PROGRAM_H

#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include <string>

namespace kernel_opt::kopt {

/// Name of the `gpu.module` that holds a kernel's program; the `gpu.func` in it
/// has the kernel's own.
std::string programModuleName(StringRef kernelName);

/// The program of a kernel in the module around it, null if there is none.
gpu::GPUFuncOp lookupProgram(KernelOp kernel);

/// One kernel of each name in `module`, in program order: kernels of one name
/// are equal, and one program serves them.
SmallVector<KernelOp> distinctKernels(ModuleOp module);

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_PROGRAM_H
