//===- ReplayCertificate.h - kernel-opt-verify --replay ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_KERNEL_OPT_VERIFY_REPLAYCERTIFICATE_H
#define KERNEL_OPT_TOOLS_KERNEL_OPT_VERIFY_REPLAYCERTIFICATE_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/IR/BuiltinOps.h"

namespace kernel_opt {

/// Repeats the checks of the certificate in `path` and prints what came of it.
/// Gives the exit code: 0 verified, 1 refuted, 2 unproven, 3 error, which a
/// field that is not confirmed is, too.
int replayCertificate(StringRef path, ModuleOp input, ModuleOp output,
                      StringRef cudaPath);

/// Runs the programs of a certificate in the interpreter, whole and one after
/// the other, on `draws` draws of inputs, and the program that was read in fp64,
/// and compares all results; prints what came of it. Gives the same exit codes.
int compareOnHost(StringRef path, ModuleOp input, uint64_t nonce,
                  unsigned draws);

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_KERNEL_OPT_VERIFY_REPLAYCERTIFICATE_H
