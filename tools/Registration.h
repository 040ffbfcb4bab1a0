//===- Registration.h - What tools register ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Defined in a header: whether test passes exist is a matter of each tool.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TOOLS_REGISTRATION_H
#define KERNEL_OPT_TOOLS_REGISTRATION_H

#include "kernel-opt/InitAll.h"
#include "mlir/IR/DialectRegistry.h"

#ifdef KERNELOPT_TEST_PASSES
namespace kernel_opt::test {
void registerTestPasses();
} // namespace kernel_opt::test
#endif

namespace kernel_opt {

/// All dialects and passes, those for tests included where they are built.
static inline void registerEverything(DialectRegistry &registry) {
  registerAllDialects(registry);
  registerAllPasses();
#ifdef KERNELOPT_TEST_PASSES
  test::registerTestPasses();
#endif
}

} // namespace kernel_opt

#endif // KERNEL_OPT_TOOLS_REGISTRATION_H
