//===- LLVMModule.h - From an LLVM module to PTX ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_TARGET_NVPTX_LLVMMODULE_H
#define KERNEL_OPT_LIB_TARGET_NVPTX_LLVMMODULE_H

#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "llvm/IR/Module.h"

namespace kernel_opt::nvptx {

/// Links libdevice where it is needed, optimizes and generates PTX.
llvm::Expected<std::string> generatePTX(llvm::Module &module, StringRef kernel,
                                        const Chip &chip,
                                        const PtxOptions &options);

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_LIB_TARGET_NVPTX_LLVMMODULE_H
