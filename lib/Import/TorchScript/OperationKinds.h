//===- OperationKinds.h - Which operations libtorch computes ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_OPERATIONKINDS_H
#define KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_OPERATIONKINDS_H

#include <string>

namespace kernel_opt::import {

/// Operations on numbers, strings and containers, whatever is in these. Only
/// these are run by libtorch: an archive may name any operation that it has.
bool isPlainOperation(const std::string &name);

/// What is known of a tensor whose elements are not.
bool isOnMetadata(const std::string &name);

/// Operations that take elements of tensors to the host.
bool isOnHost(const std::string &name);

} // namespace kernel_opt::import

#endif // KERNEL_OPT_LIB_IMPORT_TORCHSCRIPT_OPERATIONKINDS_H
