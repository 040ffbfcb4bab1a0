//===- Hash.h - Hashes of text and of operations ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SHA-256 names programs, kernels and evidence: in the archive's keys, in the
// certificate's chain, when candidates are compared. A hash is written as
// "sha256:" and 64 lower-case hex digits.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_HASH_H
#define KERNEL_OPT_SUPPORT_HASH_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace kernel_opt {

/// Hash of the bytes of `text`.
std::string hashText(StringRef text);

/// Hash of an operation and all that is nested in it: kinds of operations,
/// attributes, types, which value is used where, contents of constants. It
/// does not depend on names of values, locations, the order in which
/// attributes were written, or the discardable attributes in `ignored`.
/// Operands of `op` itself count by their types and by which of them are
/// equal. `context` is hashed along (a contract, a target).
std::string structuralHash(Operation *op, StringRef context = "",
                           ArrayRef<StringRef> ignored = {});

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_HASH_H
