//===- kernel-opt.cpp - The optimizer driver --------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tools.h"
#include "kernel-opt/InitAll.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

using namespace kernel_opt;

#ifdef KERNELOPT_TEST_PASSES
namespace kernel_opt::test {
void registerTestPasses();
} // namespace kernel_opt::test
#endif

int kernel_opt::kernelOptMain(int argc, char **argv) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
#ifdef KERNELOPT_TEST_PASSES
  test::registerTestPasses();
#endif
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "kernel-opt, an optimizer for GPU kernels\n", registry));
}
