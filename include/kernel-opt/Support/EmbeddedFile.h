//===- EmbeddedFile.h - A file in the executable ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_EMBEDDEDFILE_H
#define KERNEL_OPT_SUPPORT_EMBEDDEDFILE_H

namespace kernel_opt {

/// A file that the build puts into the executable: an entry of a Shipped*.inc.
struct EmbeddedFile {
  const char *name, *text;
};

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_EMBEDDEDFILE_H
