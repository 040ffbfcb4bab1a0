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
#include "kernel-opt/Verify/AccuracyDomains.h"
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
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Orders of sums and products
//===----------------------------------------------------------------------===//

namespace {
class AnyOrderTest : public testing::Test {
protected:
  using Value = std::vector<char>;

  Value literal(double x) {
    Value value(domain->valueBytes());
    domain->constant(APFloat(x), FloatKind::F32, "", value.data(), 1);
    return value;
  }
  Value apply(BinaryFn fn, const Value &a, const Value &b) {
    Value value(domain->valueBytes());
    domain->binary(fn, FloatKind::F32, a.data(), b.data(), value.data(), 1);
    return value;
  }
  Value chain(BinaryFn fn, ArrayRef<double> values) {
    Value value = literal(values.front());
    for (double x : values.drop_front())
      value = apply(fn, value, literal(x));
    return value;
  }
  double real(const Value &value) {
    double high;
    domain->toReal(value.data(), &high, nullptr, 1);
    return high;
  }

  std::unique_ptr<Domain> domain = createAnyOrderDomain(NAN);
};
} // namespace

TEST_F(AnyOrderTest, SumsThatOverflowInAnotherOrder) {
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Add, {3e38, -3e38, 3e38}))));
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Sub, {3e38, 3e38, -3e38}))));
  // A sum of sums is one sum.
  Value halves = apply(BinaryFn::Add, chain(BinaryFn::Add, {3e38, -2e38}),
                       chain(BinaryFn::Add, {1e38, -2e38}));
  EXPECT_TRUE(std::isnan(real(halves)));
}

TEST_F(AnyOrderTest, RoundingMayAddToSums) {
  // The largest number of f32 is below 3.40282347e38 + half of its last place.
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Add, {1.7e38, 1.7028234e38}))));
  EXPECT_FALSE(std::isnan(real(chain(BinaryFn::Add, {1.7e38, 1.7028e38}))));
}

TEST_F(AnyOrderTest, SumsThatDoNotOverflowInAnyOrder) {
  EXPECT_EQ(real(chain(BinaryFn::Add, {3e38, -3e38, 1})), 1);
  EXPECT_EQ(real(chain(BinaryFn::Sub, {1, 3, -5})), 3);
  // What is scaled is no longer a sum of what it was computed from.
  Value scaled =
      apply(BinaryFn::Mul, chain(BinaryFn::Add, {3e38, -3e38}), literal(0.5));
  EXPECT_EQ(real(apply(BinaryFn::Add, scaled, literal(3e38f))), double(3e38f));
}

TEST_F(AnyOrderTest, ProductsThatOverflowInAnotherOrder) {
  EXPECT_TRUE(std::isnan(real(chain(BinaryFn::Mul, {1e30, 1e-30, 1e30}))));
  EXPECT_EQ(real(chain(BinaryFn::Mul, {4, 0.25, 8})), 8);
}

TEST_F(AnyOrderTest, WhatIsComputedFromSuchASumIsMarkedAsWell) {
  Value sum = chain(BinaryFn::Add, {3e38, -3e38, 3e38}), value = sum;
  domain->unary(UnaryFn::Tanh, FloatKind::F32, sum.data(), value.data(), 1);
  EXPECT_TRUE(std::isnan(real(value)));
  EXPECT_TRUE(std::isnan(real(apply(BinaryFn::MaxNum, literal(1), sum))));
}

TEST_F(AnyOrderTest, ComparisonsSeeWhatIsAskedFor) {
  for (double overflowed : {double(INFINITY), double(-INFINITY)}) {
    domain = createAnyOrderDomain(overflowed);
    Value sum = chain(BinaryFn::Add, {3e38, -3e38, 3e38}), zero = literal(0);
    uint8_t isLess;
    domain->compare(CompareFn::OLT, FloatKind::F32, sum.data(), zero.data(),
                    &isLess, 1);
    EXPECT_EQ(isLess, overflowed < 0);
    EXPECT_TRUE(std::isnan(real(sum)));
  }
}

namespace {
/// Noise of sums whose terms cancel: exact in every order, and still off by one
/// roundoff of the sum of magnitudes, up or down.
class NoiseTest : public testing::Test {
protected:
  static constexpr unsigned columns = 64;
  static constexpr double u = 0x1p-24; // of f32

  /// Sums of 3, -3 and 0.5 in each column, less what is exact.
  std::vector<double> reduced(uint64_t run) {
    std::unique_ptr<Domain> domain = createNoiseDomain(run, false);
    std::vector<double> sums(columns);
    domain->reduce(BinaryFn::Add, FloatKind::F32, terms().data(), 3, columns,
                   sums.data());
    for (double &sum : sums)
      sum -= 0.5;
    return sums;
  }
  static std::vector<double> terms() {
    std::vector<double> result;
    for (double term : {3.0, -3.0, 0.5})
      result.insert(result.end(), columns, term);
    return result;
  }
};
} // namespace

TEST_F(NoiseTest, OfASumIsASignTimesTheMagnitudesOfItsTerms) {
  unsigned up = 0;
  constexpr unsigned runs = 16;
  for (unsigned run = 0; run < runs; ++run)
    for (double noise : reduced(run)) {
      EXPECT_NEAR(std::fabs(noise) / (u * 6.5), 1, 1e-6);
      up += noise > 0;
    }
  // Both signs, about equally often: five deviations are 80.
  EXPECT_NEAR(up, runs * columns / 2, 80);
}

TEST_F(NoiseTest, OfASumHasOneSignInAllItsParts) {
  // A sum that is continued is one sum: its parts do not cancel.
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> sums(columns);
  for (size_t r = 0; r < 3; ++r)
    domain->reduce(BinaryFn::Add, FloatKind::F32, &terms()[r * columns], 1,
                   columns, sums.data());
  std::vector<double> whole = reduced(5);
  for (unsigned i = 0; i < columns; ++i)
    EXPECT_NEAR((sums[i] - 0.5) / whole[i], 1, 1e-6) << i;
}

TEST_F(NoiseTest, OfAProductOfMatricesIsThatOfASum) {
  // One row of ones: the columns' sums again.
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> ones(3, 1), sums(columns);
  domain->contract(FloatKind::F32, true, 1, columns, 3, ones.data(),
                   terms().data(), sums.data());
  std::vector<double> whole = reduced(5);
  for (unsigned i = 0; i < columns; ++i)
    EXPECT_NEAR((sums[i] - 0.5) / whole[i], 1, 1e-6) << i;
}

TEST_F(NoiseTest, MaximaRoundNothing) {
  std::unique_ptr<Domain> domain = createNoiseDomain(5, false);
  std::vector<double> largest(columns);
  domain->reduce(BinaryFn::Maximum, FloatKind::F32, terms().data(), 3, columns,
                 largest.data());
  EXPECT_EQ(largest, std::vector<double>(columns, 3));
}

TEST_F(NoiseTest, RunningSumsAreSumsOfAllBeforeThem) {
  // 1 - 1 + 2^-10: exact step by step, and still a sum of terms of magnitude 1.
  double terms[] = {1, -1, 0x1p-10}, squares[3] = {};
  constexpr unsigned runs = 400;
  for (unsigned run = 0; run < runs; ++run) {
    std::unique_ptr<Domain> domain = createNoiseDomain(run, false);
    double sum = 0, running[3];
    domain->scan(BinaryFn::Add, FloatKind::F32, terms, 3, 1, &sum, running);
    double exact = 0;
    for (unsigned i = 0; i < 3; ++i) {
      exact += terms[i];
      squares[i] += (running[i] - exact) * (running[i] - exact) / runs;
    }
    EXPECT_EQ(sum, running[2]);
  }
  double magnitudes = 0;
  for (unsigned i = 0; i < 3; ++i) {
    magnitudes += std::fabs(terms[i]);
    EXPECT_NEAR(std::sqrt(squares[i]) / (u * magnitudes), 1, 0.2) << i;
  }
}

//===----------------------------------------------------------------------===//
// What is masked
//===----------------------------------------------------------------------===//

namespace {
/// sum(exp(logit) * value) over two keys, the second of which is `logit` and
/// `value`; by products and sums, or fused.
class MaskedTest : public testing::Test {
protected:
  double weighted(double logit, double value, bool fused) {
    double weights[] = {0, logit}, values[] = {3, value};
    domain->unary(UnaryFn::Exp, FloatKind::F32, weights, weights, 2);
    return contracted(weights, values, fused);
  }
  double contracted(const double *weights, const double *values, bool fused) {
    double sum = 0, high;
    domain->contract(FloatKind::F32, fused, 1, 1, 2, weights, values, &sum);
    domain->toReal(&sum, &high, nullptr, 1);
    return high;
  }

  std::unique_ptr<Domain> domain = createMaskedDomain();
};
} // namespace

TEST_F(MaskedTest, WhatIsMaskedTakesNoPart) {
  for (bool fused : {false, true}) {
    EXPECT_EQ(weighted(-INFINITY, INFINITY, fused), 3);
    EXPECT_EQ(weighted(-INFINITY, NAN, fused), 3);
    EXPECT_EQ(weighted(0, 4, fused), 7);
  }
}

TEST_F(MaskedTest, WhatIsNotMaskedDoes) {
  for (bool fused : {false, true}) {
    EXPECT_TRUE(std::isnan(weighted(0, NAN, fused)));
    EXPECT_EQ(weighted(0, -INFINITY, fused), -INFINITY);
    EXPECT_TRUE(std::isnan(weighted(NAN, 1, fused)));
    // A weight too small for f32 is a rounded zero; one that is a literal masks
    // nothing either.
    EXPECT_TRUE(std::isnan(weighted(-1000, INFINITY, fused)));
    double weights[] = {1, 0}, values[] = {3, INFINITY};
    EXPECT_TRUE(std::isnan(contracted(weights, values, fused)));
  }
}

TEST_F(MaskedTest, WeightsAreNormalizedAndConverted) {
  double weights[] = {0, -INFINITY}, total[] = {4, 4}, zeros[] = {0, 0};
  domain->unary(UnaryFn::Exp2, FloatKind::F32, weights, weights, 2);
  domain->binary(BinaryFn::Div, FloatKind::F32, weights, total, weights, 2);
  domain->convert(FloatKind::F32, FloatKind::F16, weights, weights, 2);
  double values[] = {8, NAN};
  EXPECT_EQ(contracted(weights, values, true), 2);
  // Added to something it is a zero as any other, and so it is in a comparison.
  uint8_t isEqual[2];
  domain->compare(CompareFn::OEQ, FloatKind::F32, weights, zeros, isEqual, 2);
  EXPECT_TRUE(isEqual[1]);
  domain->binary(BinaryFn::Add, FloatKind::F32, weights, zeros, weights, 2);
  EXPECT_TRUE(std::isnan(contracted(weights, values, true)));
}

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

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
