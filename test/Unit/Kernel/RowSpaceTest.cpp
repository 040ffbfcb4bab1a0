//===- RowSpaceTest.cpp - Tests of shared rows ------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/RowSpace.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::kernel;

namespace {
struct RowSpaceTest : testing::Test {
  RowSpaceTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        tensor::TensorDialect>();
  }

  /// The space of all operations of a function that compute, and of the free
  /// ones that carry the attribute `inside`.
  RowSpace analyze(StringRef body, StringRef arguments) {
    std::string text =
        ("func.func @f(" + arguments + ") { " + body + " return }").str();
    module = mlir::parseSourceString<ModuleOp>(text, &context);
    SmallVector<Operation *> ops;
    if (module)
      for (Operation &op :
           cast<func::FuncOp>(module->getBody()->front()).getBody().front())
        if (classify(&op) != OpClass::Foreign &&
            (!isFree(classify(&op)) || op.hasAttr("inside")))
          ops.push_back(&op);
    EXPECT_FALSE(ops.empty());
    return RowSpace(ops);
  }

  mlir::MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

static const char *sum = R"(
  %s = linalg.reduce { arith.addf } ins(%a : tensor<32x64xf32>)
    outs(%i : tensor<32xf32>) dimensions = [1]
)";

TEST_F(RowSpaceTest, ReductionAndWhatUsesItForItsRow) {
  RowSpace space = analyze(std::string(sum) + R"(
    %e = tensor.empty() : tensor<32x64xf32>
    %d = linalg.generic {
        indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m)>,
                         affine_map<(m, n) -> (m, n)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%a, %s : tensor<32x64xf32>, tensor<32xf32>)
        outs(%e : tensor<32x64xf32>) {
      ^bb0(%x: f32, %y: f32, %o: f32):
        %q = arith.divf %x, %y : f32
        linalg.yield %q : f32
      } -> tensor<32x64xf32>
  )",
                           "%a: tensor<32x64xf32>, %i: tensor<32xf32>");
  EXPECT_EQ(space.numRows(), 32);
  EXPECT_TRUE(space.broadcastsBack());
  EXPECT_FALSE(space.chainsReductions());
  EXPECT_FALSE(space.isTangled());
  EXPECT_FALSE(space.isUniform());
}

TEST_F(RowSpaceTest, ReductionOfAReduction) {
  RowSpace space = analyze(std::string(sum) + R"(
    %t = linalg.reduce { arith.maximumf } ins(%s : tensor<32xf32>)
      outs(%j : tensor<f32>) dimensions = [0]
  )",
                           "%a: tensor<32x64xf32>, %i: tensor<32xf32>, "
                           "%j: tensor<f32>");
  EXPECT_EQ(space.numRows(), 1);
  EXPECT_TRUE(space.chainsReductions());
  EXPECT_FALSE(space.broadcastsBack());
}

TEST_F(RowSpaceTest, RowsOfExpandedDimensions) {
  // 32 rows are 4 groups of 8: a row of the one is a row of the other.
  RowSpace space = analyze(std::string(sum) + R"(
    %v = tensor.expand_shape %s [[0, 1]] output_shape [4, 8] {inside}
      : tensor<32xf32> into tensor<4x8xf32>
    %x = math.exp %v : tensor<4x8xf32>
  )",
                           "%a: tensor<32x64xf32>, %i: tensor<32xf32>");
  EXPECT_EQ(space.numRows(), 32);
  EXPECT_FALSE(space.isTangled());
}

TEST_F(RowSpaceTest, RowsOfRegroupedDimensions) {
  // 6 x 4 as 3 x 8: only the common factor 3 of the outer sizes is a row.
  RowSpace space = analyze(
      R"(
    %0 = math.exp %a : tensor<6x4xf32>
    %1 = tensor.collapse_shape %0 [[0, 1]] {inside}
      : tensor<6x4xf32> into tensor<24xf32>
    %2 = tensor.expand_shape %1 [[0, 1]] output_shape [3, 8] {inside}
      : tensor<24xf32> into tensor<3x8xf32>
    %3 = linalg.reduce { arith.addf } ins(%2 : tensor<3x8xf32>)
      outs(%i : tensor<3xf32>) dimensions = [1]
  )",
      "%a: tensor<6x4xf32>, %i: tensor<3xf32>");
  EXPECT_EQ(space.numRows(), 3);
}

TEST_F(RowSpaceTest, NoRowsOfSizesThatDoNotDivide) {
  RowSpace space = analyze(
      R"(
    %0 = math.exp %a : tensor<6x4xf32>
    %1 = tensor.collapse_shape %0 [[0, 1]] {inside}
      : tensor<6x4xf32> into tensor<24xf32>
    %2 = tensor.expand_shape %1 [[0, 1]] output_shape [4, 6] {inside}
      : tensor<24xf32> into tensor<4x6xf32>
    %3 = math.exp %2 : tensor<4x6xf32>
  )",
      "%a: tensor<6x4xf32>");
  EXPECT_EQ(space.numRows(), 1);
}

TEST_F(RowSpaceTest, TransposedRows) {
  RowSpace space = analyze(
      std::string(R"(
    %0 = math.exp %a : tensor<32x64xf32>
    %1 = linalg.transpose ins(%0 : tensor<32x64xf32>)
      outs(%e : tensor<64x32xf32>) permutation = [1, 0] {inside}
    %2 = linalg.reduce { arith.addf } ins(%1 : tensor<64x32xf32>)
      outs(%i : tensor<64xf32>) dimensions = [1]
  )"),
      "%a: tensor<32x64xf32>, %e: tensor<64x32xf32>, %i: tensor<64xf32>");
  EXPECT_EQ(space.numRows(), 64);
  EXPECT_FALSE(space.isTangled());
}

TEST_F(RowSpaceTest, SlicesTangle) {
  RowSpace space = analyze(
      R"(
    %0 = math.exp %a : tensor<32x64xf32>
    %1 = tensor.extract_slice %0[0, 8] [32, 16] [1, 1] {inside}
      : tensor<32x64xf32> to tensor<32x16xf32>
    %2 = math.exp %1 : tensor<32x16xf32>
  )",
      "%a: tensor<32x64xf32>");
  EXPECT_EQ(space.numRows(), 32);
  EXPECT_TRUE(space.isTangled());
}

TEST_F(RowSpaceTest, ElementwiseOverOneSpace) {
  RowSpace space = analyze("%0 = math.exp %a : tensor<32x64xf32> "
                           "%1 = arith.mulf %0, %a : tensor<32x64xf32>",
                           "%a: tensor<32x64xf32>");
  EXPECT_EQ(space.numRows(), 32 * 64);
  EXPECT_TRUE(space.isUniform());
}

TEST_F(RowSpaceTest, UnknownSizesCountAsAsked) {
  RowSpace space =
      analyze("%0 = math.exp %a : tensor<?x2xf32>", "%a: tensor<?x2xf32>");
  EXPECT_EQ(space.numRows(), 2048);
}
