//===- KernelFactsTest.cpp - Tests of kernels' facts and hashes -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/KernelFacts.h"
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
struct KernelFactsTest : testing::Test {
  KernelFactsTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        kopt::KoptDialect, linalg::LinalgDialect,
                        math::MathDialect, tensor::TensorDialect>();
  }

  kopt::KernelOp parse(StringRef text) {
    module = mlir::parseSourceString<ModuleOp>(text, &context);
    kopt::KernelOp found;
    if (module)
      module->walk([&](kopt::KernelOp kernel) { found = kernel; });
    return found;
  }
  std::string hash(StringRef text) {
    kopt::KernelOp kernel = parse(text);
    return kernel ? kernelHash(kernel) : "no kernel";
  }

  mlir::MLIRContext context;
  OwningOpRef<ModuleOp> module;
};
} // namespace

TEST_F(KernelFactsTest, MatmulWithEpilogue) {
  kopt::KernelOp kernel = parse(R"(
    func.func @f(%x: tensor<64x128xbf16>, %w: tensor<128x32xbf16>)
        -> tensor<64x32xf32> {
      %r = kopt.kernel @k (%a = %x : tensor<64x128xbf16>,
                           %b = %w : tensor<128x32xbf16>)
          -> (tensor<64x32xf32>) {
        %z = arith.constant 0.0 : f32
        %e = tensor.empty() : tensor<64x32xf32>
        %i = linalg.fill ins(%z : f32) outs(%e : tensor<64x32xf32>)
          -> tensor<64x32xf32>
        %m = linalg.matmul ins(%a, %b : tensor<64x128xbf16>, tensor<128x32xbf16>)
          outs(%i : tensor<64x32xf32>) -> tensor<64x32xf32>
        %t = math.exp %m : tensor<64x32xf32>
        kopt.yield %t : tensor<64x32xf32>
      }
      return %r : tensor<64x32xf32>
    })");
  ASSERT_TRUE(kernel);
  KernelFacts facts = analyzeKernel(kernel);
  // A multiplication, an addition and two conversions each.
  EXPECT_EQ(facts.productFlops, 4 * 64 * 32 * 128);
  EXPECT_EQ(facts.flops, facts.productFlops);
  EXPECT_EQ(facts.transcendentals, 64 * 32);
  EXPECT_EQ(facts.bytesRead, 2 * (64 * 128 + 128 * 32));
  EXPECT_EQ(facts.bytesWritten, 4 * 64 * 32);
  EXPECT_EQ(facts.rows, 64 * 32);
  EXPECT_TRUE(facts.productType.isBF16());
  EXPECT_EQ(facts.count(OpClass::Contraction), 1);
  EXPECT_EQ(facts.count(OpClass::Elementwise), 1);
  EXPECT_EQ(facts.count(OpClass::Fill), 1);
  EXPECT_FALSE(facts.isDynamic);
  EXPECT_FALSE(facts.isIncomplete);
}

TEST_F(KernelFactsTest, OnlyWhatIsReadCounts) {
  kopt::KernelOp kernel = parse(R"(
    func.func @f(%x: tensor<64x128xf32>, %y: tensor<?x4xi1>,
                 %z: tensor<8xf32>) -> tensor<8xf32> {
      %r = kopt.kernel @k (%a = %x : tensor<64x128xf32>,
                           %b = %y : tensor<?x4xi1>, %c = %z : tensor<8xf32>)
          -> (tensor<8xf32>) {
        %c0 = arith.constant 0 : index
        %n = tensor.dim %b, %c0 : tensor<?x4xi1>
        %s = tensor.extract_slice %a[%n, 0] [1, 8] [1, 1]
          : tensor<64x128xf32> to tensor<8xf32>
        %t = linalg.exp ins(%s : tensor<8xf32>) outs(%c : tensor<8xf32>)
          -> tensor<8xf32>
        kopt.yield %t : tensor<8xf32>
      }
      return %r : tensor<8xf32>
    })");
  ASSERT_TRUE(kernel);
  KernelFacts facts = analyzeKernel(kernel);
  EXPECT_EQ(facts.bytesRead, 8 * 4);
  EXPECT_EQ(facts.bytesWritten, 8 * 4);
  EXPECT_TRUE(facts.isDynamic);
}

TEST_F(KernelFactsTest, SaturatesInsteadOfOverflowing) {
  kopt::KernelOp kernel = parse(R"(
    func.func @f(%x: tensor<4294967296x4294967296xf32>)
        -> tensor<4294967296x4294967296xf32> {
      %r = kopt.kernel @k (%a = %x : tensor<4294967296x4294967296xf32>)
          -> (tensor<4294967296x4294967296xf32>) {
        %t = math.exp %a : tensor<4294967296x4294967296xf32>
        kopt.yield %t : tensor<4294967296x4294967296xf32>
      }
      return %r : tensor<4294967296x4294967296xf32>
    })");
  ASSERT_TRUE(kernel);
  KernelFacts facts = analyzeKernel(kernel);
  EXPECT_EQ(facts.transcendentals, INT64_MAX);
  EXPECT_GT(facts.bytesRead, INT64_MAX / 16);
}

static std::string kernelText(StringRef function, StringRef name,
                              StringRef values, StringRef type,
                              StringRef extra = "") {
  std::string v = values.str(), t = type.str();
  return "func.func @f(%x: " + t + ") -> " + t + " " + function.str() +
         " { %r = kopt.kernel @" + name.str() + " (%" + v + "0 = %x : " + t +
         ") -> (" + t + ") { %" + v + "1 = math.exp %" + v + "0 " +
         extra.str() + " : " + t + " kopt.yield %" + v + "1 : " + t +
         " } return %r : " + t + " }";
}

TEST_F(KernelFactsTest, HashSeesWhatIsComputed) {
  std::string base = hash(kernelText("", "k", "a", "tensor<8xf32>"));
  EXPECT_EQ(base.size(), 71u);
  // Names, identifiers and a contract that says what holds anyway.
  EXPECT_EQ(base, hash(kernelText("", "other", "zz", "tensor<8xf32>")));
  EXPECT_EQ(base, hash(kernelText("", "k", "a", "tensor<8xf32>",
                                  "{kopt.id = \"mine\"}")));
  EXPECT_EQ(base, hash(kernelText("attributes {kopt.contract = #kopt.contract}",
                                  "k", "a", "tensor<8xf32>")));
  // Shape, type, arithmetic, contract.
  EXPECT_NE(base, hash(kernelText("", "k", "a", "tensor<9xf32>")));
  EXPECT_NE(base, hash(kernelText("", "k", "a", "tensor<8xf64>")));
  EXPECT_NE(base,
            hash(kernelText("", "k", "a", "tensor<8xf32>", "fastmath<fast>")));
  EXPECT_NE(base, hash(kernelText("attributes {kopt.contract = "
                                  "#kopt.contract<specials = finite>}",
                                  "k", "a", "tensor<8xf32>")));
}

TEST_F(KernelFactsTest, JSONNamesClassesThatOccur) {
  kopt::KernelOp kernel = parse(kernelText("", "k", "a", "tensor<8xf32>"));
  ASSERT_TRUE(kernel);
  llvm::json::Value value = toJSON(analyzeKernel(kernel));
  const llvm::json::Object *object = value.getAsObject();
  ASSERT_TRUE(object);
  EXPECT_EQ(object->getInteger("bytesRead"), 32);
  const llvm::json::Object *counts = object->getObject("counts");
  ASSERT_TRUE(counts);
  EXPECT_EQ(counts->size(), 1u);
  EXPECT_EQ(counts->getInteger("elementwise"), 1);
}
