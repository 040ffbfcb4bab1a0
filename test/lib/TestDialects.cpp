//===- TestDialects.cpp - Which dialects are loaded -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace kernel_opt::test {
#define GEN_PASS_DEF_TESTDIALECTS
#include "TestPasses.h.inc"
} // namespace kernel_opt::test

using namespace kernel_opt;

namespace {
struct TestDialects : test::impl::TestDialectsBase<TestDialects> {
  using TestDialectsBase::TestDialectsBase;

  void runOnOperation() override {
    for (StringRef name : {"aten", "kgpu", "kopt"})
      if (getContext().getLoadedDialect(name))
        getOperation().emitRemark() << "dialect '" << name << "' is loaded";
  }
};
} // namespace
