//===- TestMisbehave.cpp - What a bug might do ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/ErrorHandling.h"

namespace kernel_opt::test {
#define GEN_PASS_DECL_TESTMISBEHAVE
#define GEN_PASS_DEF_TESTMISBEHAVE
#include "TestPasses.h.inc"
} // namespace kernel_opt::test

using namespace kernel_opt;

namespace {
struct TestMisbehave : test::impl::TestMisbehaveBase<TestMisbehave> {
  using TestMisbehaveBase::TestMisbehaveBase;

  void runOnOperation() override {
    if (how == 1)
      for (volatile uint64_t turns = 0;; turns = turns + 1)
        ;
    if (how == 2)
      *static_cast<volatile int *>(nullptr) = 0;
    if (how == 3) {
      size_t bytes = size_t(300) << 30;
      volatile char *volatile memory = new char[bytes];
      for (size_t i = 0; i < bytes; i += 4096)
        memory[i] = 1;
      delete[] memory;
    }
    if (how == 4)
      llvm::report_fatal_error("a fatal error on purpose");
  }
};
} // namespace
