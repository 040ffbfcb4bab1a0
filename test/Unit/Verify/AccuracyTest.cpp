//===- AccuracyTest.cpp - What is as accurate, and what is not --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Accuracy.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class AccuracyTest : public testing::Test {
protected:
  AccuracyTest() {
    context.loadDialect<
        mlir::affine::AffineDialect, arith::ArithDialect, func::FuncDialect,
        gpu::GPUDialect, kgpu::KGPUDialect, kopt::KoptDialect,
        linalg::LinalgDialect, math::MathDialect, memref::MemRefDialect,
        scf::SCFDialect, tensor::TensorDialect, vector::VectorDialect>();
  }
  AccuracyResult judge(const std::string &source, const std::string &program,
                       const AccuracyOptions &options = {}) {
    auto module = mlir::parseSourceString<ModuleOp>(source + program, &context);
    AccuracyResult none;
    EXPECT_TRUE(module);
    if (!module)
      return none;
    gpu::GPUFuncOp found;
    module->walk([&](gpu::GPUFuncOp op) { found = op; });
    Block &body = (*module->getOps<func::FuncOp>().begin()).getBody().front();
    auto result = checkAccuracy(body, found, options);
    EXPECT_TRUE(succeeded(result));
    return succeeded(result) ? *result : none;
  }
  void expectVerified(const std::string &source, const std::string &program) {
    AccuracyResult result = judge(source, program);
    EXPECT_EQ(result.accuracy, Verdict::Verified) << result.accuracyReason;
    EXPECT_EQ(result.specialValues, Verdict::Verified) << result.specialReason;
  }

  mlir::MLIRContext context;
};
} // namespace

/// A thread for each of 1024 elements; `body` makes %r of the thread's number.
static std::string programOf(const std::string &arguments,
                             const std::string &body) {
  return "gpu.module @p { gpu.func @k(" + arguments +
         R"mlir(, %y: memref<1024xf32> {kgpu.access = "write"}) kernel attributes {
      known_block_size = array<i32: 1024, 1, 1>,
      known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
)mlir" + body +
         R"mlir(
    kgpu.store %r, %y[%t] : vector<1xf32>, memref<1024xf32>
    gpu.return
  } })mlir";
}

static const std::string rowsOfFour =
    R"mlir(%x: memref<1024x4xf32> {kgpu.access = "read"})mlir";
static const std::string loadRow = R"mlir(
    %a = kgpu.load %x[%t, %c0] : memref<1024x4xf32> -> vector<1xf32>
    %b = kgpu.load %x[%t, %c1] : memref<1024x4xf32> -> vector<1xf32>
    %c = kgpu.load %x[%t, %c2] : memref<1024x4xf32> -> vector<1xf32>
    %d = kgpu.load %x[%t, %c3] : memref<1024x4xf32> -> vector<1xf32>
)mlir";

/// The rows' elements combined by an operation.
static std::string reduction(const std::string &op, const std::string &start) {
  return R"mlir(
  func.func @source(%x: tensor<1024x4xf32>) -> tensor<1024xf32> {
    %start = arith.constant )mlir" +
         start + R"mlir( : f32
    %e = tensor.empty() : tensor<1024xf32>
    %z = linalg.fill ins(%start : f32) outs(%e : tensor<1024xf32>) -> tensor<1024xf32>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>],
        iterator_types = ["parallel", "reduction"]}
        ins(%x : tensor<1024x4xf32>) outs(%z : tensor<1024xf32>) {
    ^bb0(%v: f32, %s: f32):
      %n = )mlir" +
         op + R"mlir( %s, %v : f32
      linalg.yield %n : f32
    } -> tensor<1024xf32>
    return %r : tensor<1024xf32>
  })mlir";
}

TEST_F(AccuracyTest, SumsInAnotherOrderMayOverflowElsewhere) {
  std::string source = reduction("arith.addf", "0.0");
  expectVerified(source, programOf(rowsOfFour, loadRow + R"mlir(
    %s = arith.addf %d, %b : vector<1xf32>
    %u = arith.addf %c, %a : vector<1xf32>
    %r = arith.addf %s, %u : vector<1xf32>)mlir"));
}

TEST_F(AccuracyTest, SumsMustNotOverflowWhereNoOrderDoes) {
  // The same function, and as accurate as long as nothing overflows.
  AccuracyResult result = judge(reduction("arith.addf", "0.0"),
                                programOf(rowsOfFour, loadRow + R"mlir(
    %scale = arith.constant dense<16.0> : vector<1xf32>
    %back = arith.constant dense<0.0625> : vector<1xf32>
    %as = arith.mulf %a, %scale : vector<1xf32>
    %bs = arith.mulf %b, %scale : vector<1xf32>
    %cs = arith.mulf %c, %scale : vector<1xf32>
    %ds = arith.mulf %d, %scale : vector<1xf32>
    %s = arith.addf %as, %bs : vector<1xf32>
    %u = arith.addf %s, %cs : vector<1xf32>
    %v = arith.addf %u, %ds : vector<1xf32>
    %r = arith.mulf %v, %back : vector<1xf32>)mlir"));
  EXPECT_EQ(result.specialValues, Verdict::Refuted);
  EXPECT_NE(result.specialReason.find("near-overflow"), std::string::npos)
      << result.specialReason;
}

TEST_F(AccuracyTest, ProductsInAnotherOrder) {
  std::string source = reduction("arith.mulf", "1.0");
  expectVerified(source, programOf(rowsOfFour, loadRow + R"mlir(
    %s = arith.mulf %d, %c : vector<1xf32>
    %u = arith.mulf %b, %a : vector<1xf32>
    %r = arith.mulf %s, %u : vector<1xf32>)mlir"));
  AccuracyResult scaled = judge(source, programOf(rowsOfFour, loadRow + R"mlir(
    %scale = arith.constant dense<0x7E800000> : vector<1xf32>
    %back = arith.constant dense<0x00800000> : vector<1xf32>
    %as = arith.mulf %a, %scale : vector<1xf32>
    %s = arith.mulf %as, %b : vector<1xf32>
    %u = arith.mulf %s, %c : vector<1xf32>
    %v = arith.mulf %u, %d : vector<1xf32>
    %r = arith.mulf %v, %back : vector<1xf32>)mlir"));
  EXPECT_EQ(scaled.accuracy, Verdict::Refuted);
}

/// A value times its weight, a sum of one term.
static std::string weightedValue(const std::string &weight) {
  return R"mlir(
  func.func @source(%x: tensor<1024x1xf32>, %y: tensor<1024x1xf32>) -> tensor<1024xf32> {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<1024xf32>
    %z = linalg.fill ins(%zero : f32) outs(%e : tensor<1024xf32>) -> tensor<1024xf32>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>],
        iterator_types = ["parallel", "reduction"]}
        ins(%x, %y : tensor<1024x1xf32>, tensor<1024x1xf32>)
        outs(%z : tensor<1024xf32>) {
    ^bb0(%a: f32, %b: f32, %o: f32):
      %w = )mlir" +
         weight + R"mlir( %a : f32
      %p = arith.mulf %w, %b : f32
      %s = arith.addf %o, %p : f32
      linalg.yield %s : f32
    } -> tensor<1024xf32>
    return %r : tensor<1024xf32>
  })mlir";
}

/// The same, zero where `skipped` is true of what is weighed, %a, or of its
/// weight, %w.
static std::string skipping(const std::string &weight,
                            const std::string &skipped) {
  return programOf(R"mlir(%x: memref<1024x1xf32> {kgpu.access = "read"},
      %u: memref<1024x1xf32> {kgpu.access = "read"})mlir",
                   R"mlir(
    %zero = arith.constant dense<0.0> : vector<1xf32>
    %low = arith.constant dense<0xFF800000> : vector<1xf32>
    %a = kgpu.load %x[%t, %c0] : memref<1024x1xf32> -> vector<1xf32>
    %b = kgpu.load %u[%t, %c0] : memref<1024x1xf32> -> vector<1xf32>
    %w = )mlir" + weight +
                       R"mlir( %a : vector<1xf32>
    %p = arith.mulf %w, %b : vector<1xf32>
    %s = )mlir" + skipped +
                       R"mlir( : vector<1xf32>
    %r = arith.select %s, %zero, %p : vector<1xi1>, vector<1xf32>)mlir");
}

/// Special values alone are asked for.
static AccuracyOptions forSpecials() {
  AccuracyOptions options;
  options.families = {InputFamily::Normal};
  return options;
}

TEST_F(AccuracyTest, WhatIsMaskedMayBeSkipped) {
  AccuracyResult result =
      judge(weightedValue("math.exp"),
            skipping("math.exp", "arith.cmpf oeq, %a, %low"), forSpecials());
  EXPECT_EQ(result.specialValues, Verdict::Verified) << result.specialReason;
  EXPECT_EQ(result.accuracy, Verdict::Verified) << result.accuracyReason;
  uint64_t moreFinite = 0;
  for (const FamilySpecials &family : result.specials)
    moreFinite += family.moreFinite;
  EXPECT_GT(moreFinite, 0u);
}

TEST_F(AccuracyTest, OrdinaryZerosMustNotBeSkipped) {
  // 0 * Inf is NaN, whether zero is an input, or the square root of one.
  for (std::string weight : {"math.absf", "math.sqrt"}) {
    AccuracyResult result =
        judge(weightedValue(weight),
              skipping(weight, "arith.cmpf oeq, %w, %zero"), forSpecials());
    EXPECT_EQ(result.specialValues, Verdict::Refuted) << weight;
    EXPECT_NE(result.specialReason.find("'zeros-and-inf'"), std::string::npos)
        << result.specialReason;
  }
}

/// A choice between two numbers by a truth value.
static const std::string choice = R"mlir(
  func.func @source(%m: tensor<1024xi1>, %x: tensor<1024xf32>,
                    %y: tensor<1024xf32>) -> tensor<1024xf32> {
    %e = tensor.empty() : tensor<1024xf32>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>,
                         affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
        iterator_types = ["parallel"]}
        ins(%m, %x, %y : tensor<1024xi1>, tensor<1024xf32>, tensor<1024xf32>)
        outs(%e : tensor<1024xf32>) {
    ^bb0(%c: i1, %a: f32, %b: f32, %o: f32):
      %s = arith.select %c, %a, %b : f32
      linalg.yield %s : f32
    } -> tensor<1024xf32>
    return %r : tensor<1024xf32>
  })mlir";

static std::string chooser(const std::string &predicate) {
  return programOf(R"mlir(%m: memref<1024xi8> {kgpu.access = "read"},
      %u: memref<1024xf32> {kgpu.access = "read"},
      %v: memref<1024xf32> {kgpu.access = "read"})mlir",
                   R"mlir(
    %zero = arith.constant dense<0> : vector<1xi8>
    %c = kgpu.load %m[%t] : memref<1024xi8> -> vector<1xi8>
    %p = arith.cmpi )mlir" +
                       predicate + R"mlir(, %c, %zero : vector<1xi8>
    %a = kgpu.load %u[%t] : memref<1024xf32> -> vector<1xf32>
    %b = kgpu.load %v[%t] : memref<1024xf32> -> vector<1xf32>
    %r = arith.select %p, %a, %b : vector<1xi1>, vector<1xf32>)mlir");
}

TEST_F(AccuracyTest, TruthValuesAreTheSameOnBothSides) {
  expectVerified(choice, chooser("ne"));
  EXPECT_EQ(judge(choice, chooser("eq")).accuracy, Verdict::Refuted);
}

/// exp(x - m) of one row, in which m is the largest element (or exp(m - x), and
/// m the least).
static std::string shiftedRow(bool largest) {
  return std::string(R"mlir(
  func.func @source(%x: tensor<1x1024xf32>) -> tensor<1x1024xf32> {
    %start = arith.constant )mlir") +
         (largest ? "0xFF800000" : "0x7F800000") + R"mlir( : f32
    %e = tensor.empty() : tensor<1xf32>
    %z = linalg.fill ins(%start : f32) outs(%e : tensor<1xf32>) -> tensor<1xf32>
    %m = linalg.reduce { arith.)mlir" +
         (largest ? "maximumf" : "minimumf") + R"mlir( }
        ins(%x : tensor<1x1024xf32>) outs(%z : tensor<1xf32>) dimensions = [1]
    %w = tensor.empty() : tensor<1x1024xf32>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>,
                         affine_map<(a, b) -> (a, b)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%x, %m : tensor<1x1024xf32>, tensor<1xf32>)
        outs(%w : tensor<1x1024xf32>) {
    ^bb0(%v: f32, %s: f32, %o: f32):
      %d = arith.subf )mlir" +
         (largest ? "%v, %s" : "%s, %v") + R"mlir( : f32
      %n = math.exp %d : f32
      linalg.yield %n : f32
    } -> tensor<1x1024xf32>
    return %r : tensor<1x1024xf32>
  })mlir";
}

/// The same by one warp. Elements for which %miss holds are not seen.
static std::string shiftedRowByWarp(bool largest, const std::string &miss) {
  std::string start = largest ? "0xFF800000" : "0x7F800000";
  return R"mlir(
  gpu.module @p { gpu.func @k(%x: memref<1x1024xf32> {kgpu.access = "read"},
      %y: memref<1x1024xf32> {kgpu.access = "write"}) kernel attributes {
      known_block_size = array<i32: 32, 1, 1>,
      known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c5 = arith.constant 5 : index
    %c32 = arith.constant 32 : index
    %c1024 = arith.constant 1024 : index
    %start = arith.constant )mlir" +
         start + R"mlir( : f32
    %t = gpu.thread_id x
    %mine = scf.for %k = %c0 to %c1024 step %c32 iter_args(%acc = %start) -> f32 {
      %at = arith.addi %k, %t : index
      %v = kgpu.load %x[%c0, %at] : memref<1x1024xf32> -> f32
      %part = arith.divui %at, %c32 : index
      %lane = arith.remui %at, %c32 : index
      %miss = arith.cmpi )mlir" +
         miss + R"mlir( : index
      %seen = arith.select %miss, %start, %v : f32
      %n = arith.)mlir" +
         (largest ? "maximumf" : "minimumf") + R"mlir( %acc, %seen : f32
      scf.yield %n : f32
    }
    %m = kgpu.warp_reduce )mlir" +
         (largest ? "max" : "min") +
         R"mlir( %mine lane_bits [4, 3, 2, 1, 0] : f32
    scf.for %k = %c0 to %c1024 step %c32 {
      %at = arith.addi %k, %t : index
      %v = kgpu.load %x[%c0, %at] : memref<1x1024xf32> -> f32
      %d = arith.subf )mlir" +
         (largest ? "%v, %m" : "%m, %v") + R"mlir( : f32
      %e = math.exp %d : f32
      kgpu.store %e, %y[%c0, %at] : f32, memref<1x1024xf32>
    }
    gpu.return
  } })mlir";
}

TEST_F(AccuracyTest, MaximaThatMissAThirtySecond) {
  for (bool largest : {true, false}) {
    std::string source = shiftedRow(largest);
    expectVerified(source, shiftedRowByWarp(largest, "eq, %at, %c1024"));
    for (const char *miss : {"eq, %part, %c5", "eq, %lane, %c5"}) {
      AccuracyResult result = judge(source, shiftedRowByWarp(largest, miss));
      EXPECT_EQ(result.accuracy, Verdict::Refuted) << largest << " " << miss;
    }
  }
}

TEST_F(AccuracyTest, SixteenBitsAreJudgedBeforeTheyAreRounded) {
  std::string source = R"mlir(
  func.func @source(%x: tensor<1024xf32>, %y: tensor<1024xf32>) -> tensor<1024xf16> {
    %e = tensor.empty() : tensor<1024xf16>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a) -> (a)>, affine_map<(a) -> (a)>, affine_map<(a) -> (a)>],
        iterator_types = ["parallel"]}
        ins(%x, %y : tensor<1024xf32>, tensor<1024xf32>) outs(%e : tensor<1024xf16>) {
    ^bb0(%u: f32, %v: f32, %o: f16):
      %s = arith.addf %u, %v : f32
      %n = arith.truncf %s : f32 to f16
      linalg.yield %n : f16
    } -> tensor<1024xf16>
    return %r : tensor<1024xf16>
  })mlir";
  auto program = [](const std::string &factor) {
    return R"mlir(
  gpu.module @p { gpu.func @k(%x: memref<1024xf32> {kgpu.access = "read"},
      %y: memref<1024xf32> {kgpu.access = "read"},
      %z: memref<1024xf16> {kgpu.access = "write"}) kernel attributes {
      known_block_size = array<i32: 1024, 1, 1>,
      known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    %f = arith.constant )mlir" +
           factor + R"mlir( : f32
    %u = kgpu.load %x[%t] : memref<1024xf32> -> f32
    %v = kgpu.load %y[%t] : memref<1024xf32> -> f32
    %s = arith.addf %u, %v : f32
    %w = arith.mulf %s, %f : f32
    %n = arith.truncf %w : f32 to f16
    kgpu.store %n, %z[%t] : f16, memref<1024xf16>
    gpu.return
  } })mlir";
  };
  EXPECT_EQ(judge(source, program("1.0")).accuracy, Verdict::Verified);
  // A quarter of what rounding to 16 bits loses, and 2^11 times as much as that
  // to 32 does.
  EXPECT_EQ(judge(source, program("1.0001220703125")).accuracy,
            Verdict::Refuted);
}

TEST_F(AccuracyTest, ResultsWithoutDimensions) {
  // Two results, one of them an operand of the other; the program holds each as
  // one element of a row.
  std::string source = R"mlir(
  func.func @source(%x: tensor<f32>) -> (tensor<f32>, tensor<f32>) {
    %e = tensor.empty() : tensor<f32>
    %r = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>],
        iterator_types = []} ins(%x : tensor<f32>) outs(%e : tensor<f32>) {
    ^bb0(%a: f32, %o: f32):
      %n = math.exp %a : f32
      linalg.yield %n : f32
    } -> tensor<f32>
    %q = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>],
        iterator_types = []} ins(%r : tensor<f32>) outs(%e : tensor<f32>) {
    ^bb0(%a: f32, %o: f32):
      %n = arith.addf %a, %a : f32
      linalg.yield %n : f32
    } -> tensor<f32>
    return %r, %q : tensor<f32>, tensor<f32>
  })mlir";
  auto program = [](const std::string &last) {
    return R"mlir(
  gpu.module @p { gpu.func @k(%x: memref<1xf32> {kgpu.access = "read"},
      %y: memref<1xf32> {kgpu.access = "write"},
      %z: memref<1xf32> {kgpu.access = "write"}) kernel attributes {
      known_block_size = array<i32: 1, 1, 1>,
      known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %a = kgpu.load %x[%c0] : memref<1xf32> -> vector<1xf32>
    %e = math.exp %a : vector<1xf32>
    %s = )mlir" +
           last + R"mlir( : vector<1xf32>
    kgpu.store %e, %y[%c0] : vector<1xf32>, memref<1xf32>
    kgpu.store %s, %z[%c0] : vector<1xf32>, memref<1xf32>
    gpu.return
  } })mlir";
  };
  expectVerified(source, program("arith.addf %e, %e"));
  EXPECT_EQ(judge(source, program("arith.addf %e, %a")).accuracy,
            Verdict::Refuted);
}
