//===- RegistrationTest.cpp - Registration of our dialects ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Aten/AtenDialect.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/InitAll.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace kernel_opt;

TEST(Registration, OwnDialectsAlone) {
  DialectRegistry registry;
  registerKernelOptDialects(registry);
  // The registry itself adds the builtin dialect.
  for (StringRef name : registry.getDialectNames())
    EXPECT_TRUE(name == "aten" || name == "kgpu" || name == "kopt" ||
                name == "ktile" || name == "builtin")
        << name.str();
  MLIRContext context(registry);
  EXPECT_NE(context.getOrLoadDialect<aten::AtenDialect>(), nullptr);
  EXPECT_NE(context.getOrLoadDialect<kgpu::KGPUDialect>(), nullptr);
  EXPECT_NE(context.getOrLoadDialect<kopt::KoptDialect>(), nullptr);
}

TEST(Registration, AllDialectsLoadTogether) {
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  for (StringRef name : {"aten", "kgpu", "kopt", "linalg", "gpu", "nvvm"})
    EXPECT_NE(context.getLoadedDialect(name), nullptr) << name.str();
}
