//===- HostCheckTest.cpp - What fp64 tells from a rounding ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/HostCheck.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Each element of %r from those of %a, %b and %c, at their place.
static std::string elementwise(const std::string &body) {
  return R"mlir(
    %e = tensor.empty() : tensor<1024xbf16>
    %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]}
        ins(%p, %q, %s : tensor<1024xbf16>, tensor<1024xbf16>, tensor<1024xbf16>)
        outs(%e : tensor<1024xbf16>) {
    ^bb0(%a: bf16, %b: bf16, %c: bf16, %o: bf16):
)mlir" + body +
         R"mlir(
      linalg.yield %r : bf16
    } -> tensor<1024xbf16>
)mlir";
}

/// The function as it was, and the same function done by one kernel with a
/// program beside it, a thread an element.
static std::string moduleOf(const std::string &source,
                            const std::string &program) {
  return "func.func @source(%p: tensor<1024xbf16>, %q: tensor<1024xbf16>, "
         "%s: tensor<1024xbf16>) -> tensor<1024xbf16> {" +
         elementwise(source) + R"mlir(
  return %y : tensor<1024xbf16>
}
func.func @scheduled(%x: tensor<1024xbf16>, %u: tensor<1024xbf16>, %v: tensor<1024xbf16>) -> tensor<1024xbf16> {
  %done = kopt.kernel @k (%p = %x : tensor<1024xbf16>, %q = %u : tensor<1024xbf16>, %s = %v : tensor<1024xbf16>) -> (tensor<1024xbf16>) {)mlir" +
         elementwise(source) + R"mlir(
    kopt.yield %y : tensor<1024xbf16>
  }
  return %done : tensor<1024xbf16>
}
gpu.module @k_program { gpu.func @k(
    %p: memref<1024xbf16> {kgpu.access = "read"}, %q: memref<1024xbf16> {kgpu.access = "read"},
    %s: memref<1024xbf16> {kgpu.access = "read"}, %y: memref<1024xbf16> {kgpu.access = "write"})
    kernel attributes {known_block_size = array<i32: 1024, 1, 1>, known_grid_size = array<i32: 1, 1, 1>} {
  %t = gpu.thread_id x
  %va = kgpu.load %p[%t] : memref<1024xbf16> -> vector<1xbf16>
  %vb = kgpu.load %q[%t] : memref<1024xbf16> -> vector<1xbf16>
  %vc = kgpu.load %s[%t] : memref<1024xbf16> -> vector<1xbf16>
  %a = vector.extract %va[0] : bf16 from vector<1xbf16>
  %b = vector.extract %vb[0] : bf16 from vector<1xbf16>
  %c = vector.extract %vc[0] : bf16 from vector<1xbf16>
)mlir" + program +
         R"mlir(
  %vr = vector.broadcast %r : bf16 to vector<1xbf16>
  kgpu.store %vr, %y[%t] : vector<1xbf16>, memref<1024xbf16>
  gpu.return
} })mlir";
}

namespace {
class HostCheckTest : public testing::Test {
protected:
  HostCheckTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect, gpu::GPUDialect,
                        kgpu::KGPUDialect, kopt::KoptDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        memref::MemRefDialect, tensor::TensorDialect,
                        vector::VectorDialect>();
  }
  HostCheckResult check(const std::string &source, const std::string &program,
                        InputFamily family) {
    HostCheckResult none;
    auto module =
        mlir::parseSourceString<ModuleOp>(moduleOf(source, program), &context);
    EXPECT_TRUE(module);
    if (!module)
      return none;
    HostCheckOptions options;
    options.nonce = 3;
    options.family = family;
    auto result =
        checkOnHost(module->lookupSymbol<func::FuncOp>("source"),
                    module->lookupSymbol<func::FuncOp>("scheduled"), options);
    EXPECT_TRUE(succeeded(result));
    return succeeded(result) ? *result : none;
  }

  mlir::MLIRContext context;
};
} // namespace

/// A power of itself: a number where the sum is positive or whole, NaN beside
/// what is whole.
static const std::string powerOfSum = R"mlir(
  %t1 = arith.addf %a, %b : bf16
  %t2 = arith.addf %t1, %c : bf16
  %r = math.powf %t2, %t2 : bf16)mlir";

TEST_F(HostCheckTest, ClassesThatHangOnARoundingAreExcused) {
  HostCheckResult result = check(powerOfSum, R"mlir(
  %t1 = arith.addf %b, %c : bf16
  %t2 = arith.addf %a, %t1 : bf16
  %r = math.powf %t2, %t2 : bf16)mlir",
                                 InputFamily::Normal);
  EXPECT_EQ(result.verdict, Verdict::Verified) << result.witness;
  EXPECT_GT(result.overflowed, 0u);
  EXPECT_LT(result.overflowed, result.compared / 10);
}

TEST_F(HostCheckTest, WrongClassesAreReportedThere) {
  // Numbers where the power of a negative number is none.
  HostCheckResult result = check(powerOfSum, R"mlir(
  %t1 = arith.addf %a, %b : bf16
  %t2 = arith.addf %t1, %c : bf16
  %t3 = math.absf %t2 : bf16
  %r = math.powf %t3, %t2 : bf16)mlir",
                                 InputFamily::Normal);
  EXPECT_EQ(result.verdict, Verdict::Refuted);
  EXPECT_GT(result.different, 300u);
}

/// NaN where the exponent is negative, whole or not.
static const std::string powerByLogarithm = R"mlir(
  %l = math.log2 %a : bf16
  %m = arith.mulf %a, %l : bf16
  %r = math.exp2 %m : bf16)mlir";

TEST_F(HostCheckTest, WhatIsNotRoundedHasOneClass) {
  // Beside each negative whole number lie numbers without a power, but none of
  // these inputs was rounded.
  HostCheckResult result = check("%r = math.powf %a, %a : bf16",
                                 powerByLogarithm, InputFamily::SmallInts);
  EXPECT_EQ(result.verdict, Verdict::Refuted);
  EXPECT_GT(result.different, 300u);
  EXPECT_EQ(result.overflowed, 0u);
}

TEST_F(HostCheckTest, ExactSumsAreNotRoundedEither) {
  HostCheckResult result = check(powerOfSum, R"mlir(
  %t1 = arith.addf %b, %c : bf16
  %t2 = arith.addf %a, %t1 : bf16
  %l = math.log2 %t2 : bf16
  %m = arith.mulf %t2, %l : bf16
  %r = math.exp2 %m : bf16)mlir",
                                 InputFamily::SmallInts);
  EXPECT_EQ(result.verdict, Verdict::Refuted);
  EXPECT_GT(result.different, 300u);
}
