//===- JITReferenceTest.cpp - Evaluator against compiled code ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two engines that share nothing but the inputs must agree on every function of
// the equivalence suite.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/JITReference.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
class JITReferenceTest : public testing::TestWithParam<const char *> {
protected:
  JITReferenceTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        kopt::KoptDialect, linalg::LinalgDialect,
                        math::MathDialect, tensor::TensorDialect>();
  }

  /// Compares all results of one program; returns how many values.
  size_t compare(Block &program, StringRef name) {
    DrawnInputs inputs(11, InputFamily::Normal, /*integerBound=*/3);
    auto compiled = runCompiled(program, inputs);
    auto domain = createF64Domain();
    SmallVector<SmallVector<int64_t>> shapes;
    for (Type type : program.getArgumentTypes())
      shapes.emplace_back(cast<RankedTensorType>(type).getShape());
    auto reference = Reference::create(program, *domain, shapes);
    if (failed(compiled) || failed(reference)) {
      ADD_FAILURE() << name.str();
      return 0;
    }
    size_t values = 0;
    for (auto [r, result] : llvm::enumerate(*compiled)) {
      auto tile = (*reference)->evaluate(r, Box::all(result.shape), inputs);
      if (failed(tile)) {
        ADD_FAILURE() << name.str();
        return 0;
      }
      if (!result.isFloat) {
        EXPECT_EQ(result.ints, tile->values.ints) << name.str();
        values += result.ints.size();
        continue;
      }
      std::vector<double> actual(result.floats.size());
      domain->toReal(tile->values.floats.data(), actual.data(), nullptr,
                     actual.size());
      for (size_t i = 0; i < actual.size(); ++i, ++values)
        EXPECT_NEAR(actual[i], result.floats[i],
                    1e-12 * (1 + std::fabs(actual[i])))
            << name.str() << " result " << r << " element " << i;
    }
    return values;
  }

  MLIRContext context;
};
} // namespace

TEST_P(JITReferenceTest, AgreesWithTheEvaluator) {
  std::string path =
      std::string(KERNELOPT_VERIFY_TESTS "/") + GetParam() + ".srctgt.mlir";
  auto module = mlir::parseSourceFile<ModuleOp>(path, &context);
  ASSERT_TRUE(module) << path;
  size_t values = 0;
  for (auto function : module->getOps<func::FuncOp>())
    values += compare(function.getBody().front(), function.getName());
  EXPECT_GT(values, 0u);
}

INSTANTIATE_TEST_SUITE_P(Suite, JITReferenceTest,
                         testing::Values("sound/activations", "sound/attention",
                                         "sound/causal-mask",
                                         "sound/contractions",
                                         "sound/layernorm", "sound/softmax",
                                         "sound/windows", "unsound/windows",
                                         "unsound/contractions"));

static const char *const mixed = R"(
  func.func @narrow(%x: tensor<4x6xbf16>, %i: tensor<5xi64>)
      -> (tensor<5x6xf16>, tensor<4xi64>) {
    %w = arith.extf %x : tensor<4x6xbf16> to tensor<4x6xf32>
    %t = arith.constant dense<[[0.5], [1.5], [2.5], [-1.0]]> : tensor<4x1xf32>
    %e = tensor.empty() : tensor<5x6xf16>
    %r = linalg.generic {
        indexing_maps = [affine_map<(a, b) -> (a)>, affine_map<(a, b) -> (a, b)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%i : tensor<5xi64>) outs(%e : tensor<5x6xf16>) {
    ^bb0(%at: i64, %o: f16):
      %c0 = arith.constant 0 : index
      %row = arith.index_cast %at : i64 to index
      %b = linalg.index 1 : index
      %v = tensor.extract %w[%row, %b] : tensor<4x6xf32>
      %s = tensor.extract %t[%row, %c0] : tensor<4x1xf32>
      %p = arith.mulf %v, %s : f32
      %h = arith.truncf %p : f32 to f16
      linalg.yield %h : f16
    } -> tensor<5x6xf16>
    %zero = arith.constant 0 : i64
    %n0 = tensor.empty() : tensor<4xi64>
    %n1 = linalg.fill ins(%zero : i64) outs(%n0 : tensor<4xi64>)
        -> tensor<4xi64>
    %n = linalg.generic {
        indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a)>],
        iterator_types = ["parallel", "reduction"]}
        ins(%w : tensor<4x6xf32>) outs(%n1 : tensor<4xi64>) {
    ^bb0(%v: f32, %count: i64):
      %z = arith.constant 0.0 : f32
      %one = arith.constant 1 : i64
      %positive = arith.cmpf ogt, %v, %z : f32
      %more = arith.addi %count, %one : i64
      %next = arith.select %positive, %more, %count : i64
      linalg.yield %next : i64
    } -> tensor<4xi64>
    return %r, %n : tensor<5x6xf16>, tensor<4xi64>
  })";

TEST_F(JITReferenceTest, NarrowFloatsIntegersAndGathers) {
  auto module = mlir::parseSourceString<ModuleOp>(mixed, &context);
  ASSERT_TRUE(module);
  auto function = *module->getOps<func::FuncOp>().begin();
  EXPECT_EQ(compare(function.getBody().front(), "narrow"), 34u);
}

TEST_F(JITReferenceTest, ReportsDynamicShapes) {
  auto module = mlir::parseSourceString<ModuleOp>(
      "func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {"
      " return %x : tensor<?xf32> }",
      &context);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    message = d.str();
    return success();
  });
  auto function = *module->getOps<func::FuncOp>().begin();
  DrawnInputs inputs(1, InputFamily::Normal);
  EXPECT_TRUE(failed(runCompiled(function.getBody().front(), inputs)));
  EXPECT_NE(message.find("expected tensors of static shape"),
            std::string::npos);
}
