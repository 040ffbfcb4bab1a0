//===- KoptDialect.h - The kopt dialect -------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_H
#define KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/Dialect.h"

#include "kernel-opt/Dialect/Kopt/KoptDialect.h.inc"

namespace kernel_opt::kopt {

/// Registers how `kopt.launch` bufferizes.
void registerBufferizableOpInterfaceModels(DialectRegistry &registry);

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_KOPTDIALECT_H
