//===- Toolkit.h - Where ptxas and libdevice are ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TARGET_NVPTX_TOOLKIT_H
#define KERNEL_OPT_TARGET_NVPTX_TOOLKIT_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include <string>

namespace kernel_opt::nvptx {

/// Path of ptxas. Looked for in `cudaPath` (the root of a toolkit; nothing else
/// is tried when it is given), CUDA_HOME, PATH, /usr/local/cuda, and the pip
/// packages of the Python environment (VIRTUAL_ENV, CONDA_PREFIX, or the one
/// that holds python3 of PATH). The error says where it looked and how to get
/// it.
llvm::Expected<std::string> findPtxas(StringRef cudaPath);
/// The same for libdevice's bitcode.
llvm::Expected<std::string> findLibdevice(StringRef cudaPath);

} // namespace kernel_opt::nvptx

#endif // KERNEL_OPT_TARGET_NVPTX_TOOLKIT_H
