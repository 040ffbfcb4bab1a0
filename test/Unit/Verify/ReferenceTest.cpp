//===- ReferenceTest.cpp - Evaluator of linalg on tensors -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../../lib/Verify/Reference/Evaluator.h"
#include "ReferenceTesting.h"
#include "mlir/IR/Diagnostics.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::verify;

static double in(unsigned argument, int64_t i) {
  return PatternInputs::valueOf(argument, i);
}

TEST_F(ReferenceTest, MatmulOfOneTileReadsItsRowsOnly) {
  StringRef text = R"(
    func.func @f(%a: tensor<512x64xf32>, %b: tensor<64x512xf32>)
        -> tensor<512x512xf32> {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<512x512xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<512x512xf32>)
          -> tensor<512x512xf32>
      %r = linalg.matmul ins(%a, %b : tensor<512x64xf32>, tensor<64x512xf32>)
          outs(%i : tensor<512x512xf32>) -> tensor<512x512xf32>
      return %r : tensor<512x512xf32>
    })";
  Box box = {{100, 200}, {3, 5}};
  auto values = run(text, {{512, 64}, {64, 512}}, box);
  ASSERT_EQ(values.size(), 15u);
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 5; ++j) {
      double sum = 0;
      for (int k = 0; k < 64; ++k)
        sum += in(0, (100 + i) * 64 + k) * in(1, k * 512 + 200 + j);
      EXPECT_EQ(values[i * 5 + j], sum);
    }
  EXPECT_EQ(inputs.asked, 8u * 64);
}

TEST_F(ReferenceTest, ConvolutionPoolingAndPadding) {
  StringRef text = R"(
    func.func @f(%x: tensor<1x2x5x5xf32>, %w: tensor<3x2x3x3xf32>)
        -> tensor<1x3x2x2xf32> {
      %zero = arith.constant 0.0 : f32
      %low = arith.constant 0xFF800000 : f32
      %p = tensor.pad %x low[0, 0, 1, 1] high[0, 0, 1, 1] {
      ^bb0(%a: index, %b: index, %c: index, %d: index):
        tensor.yield %zero : f32
      } : tensor<1x2x5x5xf32> to tensor<1x2x7x7xf32>
      %e = tensor.empty() : tensor<1x3x5x5xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1x3x5x5xf32>)
          -> tensor<1x3x5x5xf32>
      %c = linalg.conv_2d_nchw_fchw {strides = dense<1> : tensor<2xi64>}
          ins(%p, %w : tensor<1x2x7x7xf32>, tensor<3x2x3x3xf32>)
          outs(%i : tensor<1x3x5x5xf32>) -> tensor<1x3x5x5xf32>
      %window = tensor.empty() : tensor<2x2xf32>
      %e2 = tensor.empty() : tensor<1x3x2x2xf32>
      %i2 = linalg.fill ins(%low : f32) outs(%e2 : tensor<1x3x2x2xf32>)
          -> tensor<1x3x2x2xf32>
      %r = linalg.pooling_nchw_max {strides = dense<2> : tensor<2xi64>}
          ins(%c, %window : tensor<1x3x5x5xf32>, tensor<2x2xf32>)
          outs(%i2 : tensor<1x3x2x2xf32>) -> tensor<1x3x2x2xf32>
      return %r : tensor<1x3x2x2xf32>
    })";
  auto values = run(text, {{1, 2, 5, 5}, {3, 2, 3, 3}});
  ASSERT_EQ(values.size(), 12u);
  auto conv = [](int f, int y, int x) {
    double sum = 0;
    for (int c = 0; c < 2; ++c)
      for (int dy = 0; dy < 3; ++dy)
        for (int dx = 0; dx < 3; ++dx) {
          int iy = y + dy - 1, ix = x + dx - 1;
          if (iy >= 0 && iy < 5 && ix >= 0 && ix < 5)
            sum += in(0, c * 25 + iy * 5 + ix) *
                   in(1, ((f * 2 + c) * 3 + dy) * 3 + dx);
        }
    return sum;
  };
  for (int f = 0; f < 3; ++f)
    for (int y = 0; y < 2; ++y)
      for (int x = 0; x < 2; ++x) {
        double best = -INFINITY;
        for (int d = 0; d < 4; ++d)
          best = std::max(best, conv(f, 2 * y + d / 2, 2 * x + d % 2));
        EXPECT_EQ(values[f * 4 + y * 2 + x], best);
      }
}

TEST_F(ReferenceTest, ReductionsWithAnyPayload) {
  // The position of the maximum, carried along with it.
  StringRef text = R"(
    func.func @f(%x: tensor<4x9xf32>) -> tensor<4xi64> {
      %low = arith.constant 0xFF800000 : f32
      %zero = arith.constant 0 : i64
      %e = tensor.empty() : tensor<4xf32>
      %m = linalg.fill ins(%low : f32) outs(%e : tensor<4xf32>)
          -> tensor<4xf32>
      %e2 = tensor.empty() : tensor<4xi64>
      %p = linalg.fill ins(%zero : i64) outs(%e2 : tensor<4xi64>)
          -> tensor<4xi64>
      %r:2 = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>,
                           affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i)>],
          iterator_types = ["parallel", "reduction"]}
          ins(%x : tensor<4x9xf32>) outs(%m, %p : tensor<4xf32>, tensor<4xi64>) {
      ^bb0(%v: f32, %best: f32, %at: i64):
        %j = linalg.index 1 : index
        %jj = arith.index_cast %j : index to i64
        %more = arith.cmpf ogt, %v, %best : f32
        %b = arith.select %more, %v, %best : f32
        %a = arith.select %more, %jj, %at : i64
        linalg.yield %b, %a : f32, i64
      } -> (tensor<4xf32>, tensor<4xi64>)
      return %r#1 : tensor<4xi64>
    })";
  auto values = run(text, {{4, 9}});
  ASSERT_EQ(values.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    int at = 0;
    for (int j = 1; j < 9; ++j)
      at = in(0, i * 9 + j) > in(0, i * 9 + at) ? j : at;
    EXPECT_EQ(values[i], at);
  }
}

TEST_F(ReferenceTest, DataMovement) {
  StringRef text = R"(
    func.func @f(%x: tensor<6x8xf32>, %y: tensor<2x3xf32>) -> tensor<48xf32> {
      %s = tensor.extract_slice %x[1, 2] [2, 3] [2, 1]
          : tensor<6x8xf32> to tensor<2x3xf32>
      %d = arith.subf %y, %s : tensor<2x3xf32>
      %i = tensor.insert_slice %d into %x[0, 1] [2, 3] [3, 2]
          : tensor<2x3xf32> into tensor<6x8xf32>
      %w = tensor.expand_shape %i [[0, 1], [2, 3]] output_shape [2, 3, 4, 2]
          : tensor<6x8xf32> into tensor<2x3x4x2xf32>
      %e = tensor.empty() : tensor<3x2x4x2xf32>
      %t = linalg.transpose ins(%w : tensor<2x3x4x2xf32>)
          outs(%e : tensor<3x2x4x2xf32>) permutation = [1, 0, 2, 3]
      %c = tensor.collapse_shape %t [[0, 1, 2, 3]]
          : tensor<3x2x4x2xf32> into tensor<48xf32>
      return %c : tensor<48xf32>
    })";
  double x[6][8];
  for (int i = 0; i < 48; ++i)
    x[i / 8][i % 8] = in(0, i);
  double y[6][8];
  std::copy_n(&x[0][0], 48, &y[0][0]);
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      y[3 * i][1 + 2 * j] = in(1, i * 3 + j) - x[1 + 2 * i][2 + j];
  auto all = run(text, {{6, 8}, {2, 3}});
  ASSERT_EQ(all.size(), 48u);
  for (int i = 0; i < 48; ++i) {
    int a = i / 16, b = i / 8 % 2;
    EXPECT_EQ(all[i], y[b * 3 + a][i % 8]) << i;
  }
  // Parts are the same as cut out of the whole.
  for (int64_t start : {0, 5, 30}) {
    auto part = run(text, {{6, 8}, {2, 3}}, Box{{start}, {17}});
    ASSERT_EQ(part.size(), 17u);
    for (int i = 0; i < 17; ++i)
      EXPECT_EQ(part[i], all[start + i]);
  }
}

TEST_F(ReferenceTest, DynamicSizesAndGather) {
  StringRef text = R"(
    func.func @f(%table: tensor<?x?xf32>, %ids: tensor<?xi64>)
        -> tensor<?x?xf32> {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %n = tensor.dim %ids, %c0 : tensor<?xi64>
      %w = tensor.dim %table, %c1 : tensor<?x?xf32>
      %e = tensor.empty(%n, %w) : tensor<?x?xf32>
      %r = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
          ins(%ids : tensor<?xi64>) outs(%e : tensor<?x?xf32>) {
      ^bb0(%id: i64, %o: f32):
        %row = arith.index_cast %id : i64 to index
        %j = linalg.index 1 : index
        %v = tensor.extract %table[%row, %j] : tensor<?x?xf32>
        linalg.yield %v : f32
      } -> tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    })";
  auto values = run(text, {{3, 4}, {5}});
  ASSERT_EQ(values.size(), 20u);
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(values[i], in(0, i / 4 % 3 * 4 + i % 4));
  // A table of two rows has no row 2.
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    message = d.str();
    return success();
  });
  EXPECT_TRUE(run(text, {{2, 4}, {5}}).empty());
  EXPECT_NE(message.find("index 2 of dimension 0 is out of bounds"),
            std::string::npos);
}

TEST_F(ReferenceTest, ChunkedSumsRoundOtherwise) {
  StringRef text = R"(
    func.func @f(%x: tensor<2x100xf32>) -> tensor<2xf32> {
      %zero = arith.constant 0.5 : f32
      %e = tensor.empty() : tensor<2xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>)
          -> tensor<2xf32>
      %r = linalg.reduce ins(%x : tensor<2x100xf32>)
          outs(%i : tensor<2xf32>) dimensions = [1]
          (%v: f32, %acc: f32) {
            %third = arith.constant 0.333333343 : f32
            %scaled = arith.divf %v, %third : f32
            %sum = arith.addf %acc, %scaled : f32
            linalg.yield %sum : f32
          }
      return %r : tensor<2xf32>
    })";
  ReferenceOptions chunks;
  chunks.order = ReductionOrder::Chunks16;
  auto sequential = run(text, {{2, 100}});
  auto chunked = run(text, {{2, 100}}, std::nullopt, chunks);
  ASSERT_EQ(sequential.size(), 2u);
  for (int i = 0; i < 2; ++i) {
    float plain = 0.5f, sum = 0.5f;
    for (int start = 0; start < 100; start += 16) {
      float chunk = 0;
      for (int j = start; j < std::min(start + 16, 100); ++j) {
        float term = float(in(0, i * 100 + j)) / 0.333333343f;
        plain += term;
        chunk += term;
      }
      sum += chunk;
    }
    EXPECT_EQ(sequential[i], plain);
    EXPECT_EQ(chunked[i], sum);
  }
}

// Three places of an expanded row lie 1000 elements apart: what is between them
// is not asked for.
TEST_F(ReferenceTest, ScatteredPartsOfAnExpansion) {
  StringRef text = R"(
    func.func @f(%x: tensor<2x4000xf32>) -> tensor<2x4x1000xf32> {
      %r = tensor.expand_shape %x [[0], [1, 2]] output_shape [2, 4, 1000]
          : tensor<2x4000xf32> into tensor<2x4x1000xf32>
      return %r : tensor<2x4x1000xf32>
    })";
  auto values = run(text, {{2, 4000}}, Box{{1, 1, 500}, {1, 3, 2}});
  ASSERT_EQ(values.size(), 6u);
  for (int64_t i = 0; i < 3; ++i)
    for (int64_t j = 0; j < 2; ++j)
      EXPECT_EQ(values[i * 2 + j], in(0, 4000 + (1 + i) * 1000 + 500 + j));
  EXPECT_EQ(inputs.asked, 6u);
}

TEST_F(ReferenceTest, LongRowsInPieces) {
  StringRef text = R"(
    func.func @f(%x: tensor<2x393216xf32>) -> tensor<2xf32> {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<2xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<2xf32>)
          -> tensor<2xf32>
      %r = linalg.reduce { arith.addf } ins(%x : tensor<2x393216xf32>)
          outs(%i : tensor<2xf32>) dimensions = [1]
      return %r : tensor<2xf32>
    })";
  auto values = run(text, {{2, 393216}}, Box{{1}, {1}});
  ASSERT_EQ(values.size(), 1u);
  double sum = 0;
  for (int64_t i = 0; i < 393216; ++i)
    sum += in(0, 393216 + i);
  EXPECT_EQ(values[0], sum);
  EXPECT_EQ(inputs.asked, 393216u);
}

TEST_F(ReferenceTest, ScansNeedWhatLiesBefore) {
  StringRef text = R"(
    func.func @f(%x: tensor<3x10x4xf32>) -> tensor<3x10x4xf32> {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<3x4xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<3x4xf32>)
          -> tensor<3x4xf32>
      %o = tensor.empty() : tensor<3x10x4xf32>
      %r:2 = linalg.generic {
          indexing_maps = [affine_map<(i, j, k) -> (i, j, k)>,
                           affine_map<(i, j, k) -> (i, j, k)>,
                           affine_map<(i, j, k) -> (i, k)>],
          iterator_types = ["parallel", "reduction", "parallel"]}
        ins(%x : tensor<3x10x4xf32>)
        outs(%o, %i : tensor<3x10x4xf32>, tensor<3x4xf32>) {
        ^bb0(%v: f32, %old: f32, %a: f32):
          %s = arith.addf %a, %v : f32
          linalg.yield %s, %s : f32, f32
        } -> (tensor<3x10x4xf32>, tensor<3x4xf32>)
      return %r#0 : tensor<3x10x4xf32>
    })";
  auto values = run(text, {{3, 10, 4}}, Box{{1, 6, 2}, {2, 3, 2}});
  ASSERT_EQ(values.size(), 12u);
  size_t at = 0;
  for (int i = 1; i < 3; ++i)
    for (int j = 6; j < 9; ++j)
      for (int k = 2; k < 4; ++k, ++at) {
        double sum = 0;
        for (int l = 0; l <= j; ++l)
          sum += in(0, (i * 10 + l) * 4 + k);
        EXPECT_EQ(values[at], sum);
      }
  EXPECT_EQ(inputs.asked, 2u * 9 * 2);
}

TEST_F(ReferenceTest, ReportsAllUnsupportedOperations) {
  StringRef text = R"(
    func.func @f(%x: tensor<4xf32>, %c: complex<f32>) -> tensor<4xf32> {
      %a = tensor.cast %x : tensor<4xf32> to tensor<?xf32>
      %r = tensor.rank %x : tensor<4xf32>
      %s = bufferization.to_buffer %x : tensor<4xf32> to memref<4xf32>
      return %x : tensor<4xf32>
    })";
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    messages += d.str() + "\n";
    return success();
  });
  EXPECT_TRUE(run(text, {{4}, {}}).empty());
  for (const char *expected :
       {"operation is not supported", "type 'memref<4xf32>' is not supported",
        "argument of type 'complex<f32>' is not supported"})
    EXPECT_NE(messages.find(expected), std::string::npos) << expected << " in\n"
                                                          << messages;
  EXPECT_EQ(llvm::count(messages, '\n'), 3);
}

TEST_F(ReferenceTest, ChecksShapesOfArguments) {
  StringRef text = R"(
    func.func @f(%x: tensor<4x?xf32>) -> tensor<4x?xf32> {
      return %x : tensor<4x?xf32>
    })";
  EXPECT_EQ(run(text, {{4, 2}}).size(), 8u);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    message = d.str();
    return success();
  });
  EXPECT_TRUE(run(text, {{5, 2}}).empty());
  EXPECT_NE(message.find("cannot have sizes [5, 2]"), std::string::npos);
}

TEST(TileIndexTest, FindsTilesThatContainABox) {
  auto tileAt = [](SmallVector<int64_t> offsets, SmallVector<int64_t> sizes) {
    auto tile = std::make_shared<Tile>();
    tile->box = {offsets, sizes};
    return TilePtr(tile);
  };
  TileIndex index({64, 100});
  TilePtr row = tileAt({3, 0}, {1, 100}), block = tileAt({0, 0}, {8, 32});
  auto rowAt = index.insert(row);
  auto blockAt = index.insert(block);
  EXPECT_EQ(index.find({{3, 90}, {1, 10}}), row);
  EXPECT_EQ(index.find({{7, 31}, {1, 1}}), block);
  EXPECT_EQ(index.find({{0, 0}, {8, 32}}), block);
  // Between the first and the last element of a tile, and not in it.
  EXPECT_EQ(index.find({{1, 40}, {1, 2}}), nullptr);
  EXPECT_EQ(index.find({{7, 31}, {2, 1}}), nullptr);
  EXPECT_EQ(index.find({{2, 0}, {2, 40}}), nullptr);
  // Both contain it, until one is gone.
  Box both = {{3, 5}, {1, 3}};
  EXPECT_TRUE(index.find(both) == row || index.find(both) == block);
  index.erase(rowAt);
  EXPECT_EQ(index.find(both), block);
  index.erase(blockAt);
  EXPECT_EQ(index.find(both), nullptr);
  // A scalar has one box.
  TileIndex scalar({});
  EXPECT_EQ(scalar.find(Box()), nullptr);
  TilePtr one = tileAt({}, {});
  scalar.insert(one);
  EXPECT_EQ(scalar.find(Box()), one);
}
