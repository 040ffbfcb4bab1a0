//===- Location.h - Places in files -----------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SUPPORT_LOCATION_H
#define KERNEL_OPT_SUPPORT_LOCATION_H

#include "kernel-opt/Support/LLVM.h"
#include <string>

namespace kernel_opt {

/// The first place in a file that a location names, as file:line:column. Empty
/// if it names none.
std::string placeOf(Location location);

} // namespace kernel_opt

#endif // KERNEL_OPT_SUPPORT_LOCATION_H
