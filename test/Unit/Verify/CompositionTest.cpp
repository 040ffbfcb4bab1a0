//===- CompositionTest.cpp - Large programs piece by piece ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
/// Programs of layers x := f(x * w), of 64 x 64 each: every element of a layer
/// needs a row of the one before, so that the work of evaluating the last grows
/// with the number of layers.
class CompositionTest : public testing::Test {
protected:
  CompositionTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        kopt::KoptDialect, linalg::LinalgDialect,
                        math::MathDialect, tensor::TensorDialect>();
  }

  /// The text of f in layer i is lines(i), of %p to %y, where %x, %w and %v are
  /// the layer's input and the weights of this and the next layer.
  static std::string program(StringRef name, unsigned layers,
                             llvm::function_ref<std::string(unsigned)> lines) {
    std::string types = "tensor<64x64xf32>";
    std::string text = "func.func @" + name.str() + "(%y0: " + types +
                       ", %w0: " + types + ", %w1: " + types + ") -> " + types +
                       " {\n  %z = arith.constant 0.0 : f32\n  %e = "
                       "tensor.empty() : tensor<64x64xf32>\n  %f = linalg.fill "
                       "ins(%z : f32) outs(%e : tensor<64x64xf32>) -> "
                       "tensor<64x64xf32>\n";
    for (unsigned i = 0; i < layers; ++i) {
      std::string layer = "%p = linalg.matmul ins(%x, %w : " + types + ", " +
                          types + ") outs(%f : " + types + ") -> " + types +
                          "\n" + lines(i) + "\n";
      for (char local : StringRef("pqrsty"))
        replace(layer, {'%', local}, ("%" + Twine(local) + Twine(i + 1)).str());
      replace(layer, "%x", "%y" + std::to_string(i));
      replace(layer, "%w", "%w" + std::to_string(i % 2));
      replace(layer, "%v", "%w" + std::to_string((i + 1) % 2));
      text += layer;
    }
    return text + "  return %y" + std::to_string(layers) + " : " + types +
           "\n}\n";
  }

  FailureOr<Composed> compose(const std::string &source,
                              const std::string &target) {
    auto module = mlir::parseSourceString<ModuleOp>(source + target, &context);
    EXPECT_TRUE(module);
    if (!module)
      return failure();
    auto body = [&](StringRef name) -> Block & {
      return module->lookupSymbol<func::FuncOp>(name).getBody().front();
    };
    EquivalenceOptions options, glance;
    options.nonce = glance.nonce = 7;
    options.families = glance.families = {InputFamily::Normal};
    options.allElements = options.tileElements = 64;
    // A layer alone, and no more.
    options.mostWork = 4'000'000;
    glance.allElements = glance.tileElements = 1;
    glance.tiles = 2;
    glance.seeds = 1;
    glance.mostWork = options.mostWork / 8;
    comparisons = 0;
    return composeWindows(body("src"), body("tgt"), glance,
                          [&](Block &before, Block &after) {
                            ++comparisons;
                            return checkEquivalence(before, after, options);
                          });
  }

  MLIRContext context;
  unsigned comparisons = 0; ///< of the last composition

private:
  static void replace(std::string &text, const std::string &from,
                      const std::string &to) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
         at += to.size())
      text.replace(at, from.size(), to);
  }
};
} // namespace

/// p * p + p * x, and p * (p + x).
static std::string apart(unsigned) {
  return "%q = arith.mulf %p, %p : tensor<64x64xf32>\n"
         "%r = arith.mulf %p, %x : tensor<64x64xf32>\n"
         "%y = arith.addf %q, %r : tensor<64x64xf32>";
}
static std::string together(unsigned) {
  return "%s = arith.addf %p, %x : tensor<64x64xf32>\n"
         "%y = arith.mulf %p, %s : tensor<64x64xf32>";
}

TEST_F(CompositionTest, LayersAreComparedOnce) {
  auto found = compose(program("src", 12, apart), program("tgt", 12, together));
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(found->result.verdict, Verdict::Verified) << found->result.reason;
  EXPECT_EQ(found->windows, 12u);
  EXPECT_EQ(found->distinct, 1u);
  EXPECT_EQ(comparisons, 1u);
  EXPECT_GE(found->result.evidence, 60);
}

TEST_F(CompositionTest, OneLayerThatDiffersIsNoticed) {
  for (unsigned wrong : {0, 4}) {
    const char *others[] = {
        "%s = arith.subf %p, %x : tensor<64x64xf32>\n"
        "%y = arith.mulf %p, %s : tensor<64x64xf32>",
        "%s = arith.addf %p, %w : tensor<64x64xf32>\n"
        "%y = arith.mulf %p, %s : tensor<64x64xf32>",
        "%s = arith.addf %p, %x : tensor<64x64xf32>\n"
        "%y = arith.mulf %s, %s : tensor<64x64xf32>",
    };
    for (const char *other : others) {
      auto found = compose(program("src", 5, apart),
                           program("tgt", 5, [&](unsigned layer) {
                             return layer == wrong ? other : together(layer);
                           }));
      ASSERT_TRUE(succeeded(found));
      EXPECT_EQ(found->result.verdict, Verdict::Unproven) << wrong << other;
      EXPECT_EQ(found->windows, wrong);
      EXPECT_FALSE(found->result.reason.empty());
    }
  }
}

// A layer that is left out or done twice, or takes the weights of another.
TEST_F(CompositionTest, LayersOfOtherOrderAreNoticed) {
  std::string source = program("src", 6, apart);
  auto verdict = [&](const std::string &target) {
    auto found = compose(source, target);
    EXPECT_TRUE(succeeded(found));
    return succeeded(found) ? found->result.verdict : Verdict::Refuted;
  };
  EXPECT_EQ(verdict(program("tgt", 6, together)), Verdict::Verified);
  EXPECT_EQ(verdict(program("tgt", 5, together)), Verdict::Unproven);
  EXPECT_EQ(verdict(program("tgt", 7, together)), Verdict::Unproven);
  std::string swapped = program("tgt", 6, together);
  size_t at = swapped.find("ins(%y2, %w0");
  ASSERT_NE(at, std::string::npos);
  swapped.replace(at, 12, "ins(%y2, %w1");
  EXPECT_EQ(verdict(swapped), Verdict::Unproven);
}

// Reshapes change no names, but the places of elements.
TEST_F(CompositionTest, SizesBelongToAnOperand) {
  auto program = [](StringRef name, bool reshaped) {
    std::string type = reshaped ? "tensor<16x4xf32>" : "tensor<4x16xf32>";
    return "func.func @" + name.str() + R"mlir((%x: tensor<4x16xf32>)
        -> (tensor<4x4xf32>, tensor<4x4xf32>) {
      %flat = tensor.collapse_shape %x [[0, 1]]
          : tensor<4x16xf32> into tensor<64xf32>
      %r = tensor.expand_shape %flat [[0, 1]] output_shape [16, 4]
          : tensor<64xf32> into tensor<16x4xf32>
      %e = tensor.empty() : tensor<4x4xf32>
      %y = linalg.generic {
          indexing_maps = [affine_map<(i, j) -> (i, j)>],
          iterator_types = ["parallel", "parallel"]}
          outs(%e : tensor<4x4xf32>) {
      ^bb0(%o: f32):
        %i = linalg.index 0 : index
        %j = linalg.index 1 : index
        %v = tensor.extract )mlir" +
           (reshaped ? "%r" : "%x") + "[%i, %j] : " + type + R"mlir(
        linalg.yield %v : f32
      } -> tensor<4x4xf32>
      %s = tensor.extract_slice )mlir" +
           (reshaped ? "%r" : "%x") + "[0, 0] [4, 4] [1, 1] : " + type +
           R"mlir( to tensor<4x4xf32>
      return %y, %s : tensor<4x4xf32>, tensor<4x4xf32>
    })mlir";
  };
  auto module = mlir::parseSourceString<ModuleOp>(
      program("src", false) + program("tgt", true), &context);
  ASSERT_TRUE(module);
  auto body = [&](StringRef name) -> Block & {
    return module->lookupSymbol<func::FuncOp>(name).getBody().front();
  };
  auto window = cutCommonParts(body("src"), body("tgt"));
  ASSERT_TRUE(window);
  EXPECT_EQ(window->outputs, 2u);
  auto found = compose(program("src", false), program("tgt", true));
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(found->result.verdict, Verdict::Unproven);
}

// The same with and without dimensions of one: no value of the target has the
// sizes of one of the source.
TEST_F(CompositionTest, DimensionsOfOneAreNoDifference) {
  auto source = program("src", 6, apart);
  std::string target = "func.func @tgt(%y0: tensor<64x64xf32>, %w0: "
                       "tensor<64x64xf32>, %w1: tensor<64x64xf32>) -> "
                       "tensor<64x64xf32> {\n"
                       "%z = arith.constant 0.0 : f32\n"
                       "%e = tensor.empty() : tensor<1x64x64xf32>\n"
                       "%f = linalg.fill ins(%z : f32) outs(%e : "
                       "tensor<1x64x64xf32>) -> tensor<1x64x64xf32>\n";
  auto wide = [](const std::string &to, const std::string &from) {
    return to + " = tensor.expand_shape " + from +
           " [[0, 1], [2]] output_shape [1, 64, 64] : tensor<64x64xf32> into "
           "tensor<1x64x64xf32>\n";
  };
  target += wide("%x0", "%y0") + wide("%v0", "%w0") + wide("%v1", "%w1");
  for (unsigned i = 0; i < 6; ++i) {
    std::string n = std::to_string(i), next = std::to_string(i + 1);
    std::string type = "tensor<1x64x64xf32>";
    target += "%p" + n + " = linalg.batch_matmul ins(%x" + n + ", %v" +
              std::to_string(i % 2) + " : " + type + ", " + type +
              ") outs(%f : " + type + ") -> " + type + "\n%s" + n +
              " = arith.addf %p" + n + ", %x" + n + " : " + type + "\n%x" +
              next + " = arith.mulf %p" + n + ", %s" + n + " : " + type + "\n";
  }
  target += "%y = tensor.collapse_shape %x6 [[0, 1], [2]] : "
            "tensor<1x64x64xf32> into tensor<64x64xf32>\n"
            "return %y : tensor<64x64xf32>\n}\n";
  auto found = compose(source, target);
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(found->result.verdict, Verdict::Verified) << found->result.reason;
  EXPECT_LE(found->distinct, 3u);
}

// What a value is computed from one by one on one side, and at once on the
// other: a window begins where both can.
TEST_F(CompositionTest, WindowsGoBackToWhatBothHave) {
  auto source = program("src", 4, [](unsigned) {
    return "%q = arith.addf %p, %x : tensor<64x64xf32>\n"
           "%r = arith.mulf %q, %q : tensor<64x64xf32>\n"
           "%y = arith.subf %r, %p : tensor<64x64xf32>";
  });
  // %q is there as well, and nothing is computed from it.
  auto target = program("tgt", 4, [](unsigned) {
    return "%q = arith.addf %p, %x : tensor<64x64xf32>\n"
           "%s = arith.addf %x, %p : tensor<64x64xf32>\n"
           "%t = arith.mulf %s, %s : tensor<64x64xf32>\n"
           "%y = arith.subf %t, %p : tensor<64x64xf32>";
  });
  auto found = compose(source, target);
  ASSERT_TRUE(succeeded(found));
  EXPECT_EQ(found->result.verdict, Verdict::Verified) << found->result.reason;
}

// Values between may take any value in a window; then it goes further back.
TEST_F(CompositionTest, WhatHoldsForSomeValuesAlone) {
  auto source = program("src", 3, [](unsigned) {
    return "%q = arith.mulf %p, %p : tensor<64x64xf32>\n"
           "%r = arith.maximumf %q, %f : tensor<64x64xf32>\n"
           "%y = arith.addf %r, %x : tensor<64x64xf32>";
  });
  auto target = program("tgt", 3, [](unsigned) {
    return "%q = arith.mulf %p, %p : tensor<64x64xf32>\n"
           "%y = arith.addf %q, %x : tensor<64x64xf32>";
  });
  auto found = compose(source, target);
  ASSERT_TRUE(succeeded(found));
  EXPECT_NE(found->result.verdict, Verdict::Refuted);
}
