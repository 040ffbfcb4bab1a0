//===- BufferPlanTest.cpp - Tests of memory planning ------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Kernel/BufferPlan.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/OpClass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"
#include <random>

using namespace kernel_opt;
using namespace kernel_opt::kernel;

namespace {
struct BufferPlanTest : testing::Test {
  BufferPlanTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        kopt::KoptDialect, tensor::TensorDialect>();
  }

  FailureOr<BufferPlan> plan(StringRef text) {
    module = mlir::parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    function = cast<func::FuncOp>(module->getBody()->front());
    return planBuffers(function);
  }

  /// Kernel number `index`, which negates `operand`.
  static std::string kernelText(unsigned index, StringRef operand,
                                StringRef type) {
    std::string i = std::to_string(index), t = type.str();
    return "%v" + i + " = kopt.kernel @k" + i + " (%a = " + operand.str() +
           " : " + t + ") -> (" + t + ") { %n = arith.negf %a : " + t +
           " kopt.yield %n : " + t + " }\n";
  }

  mlir::MLIRContext context;
  OwningOpRef<ModuleOp> module;
  func::FuncOp function;
};

using Kind = BufferSlot::Kind;
} // namespace

TEST_F(BufferPlanTest, ChainNeedsTwoBuffers) {
  std::string text = "func.func @f(%x: tensor<64xf32>) -> tensor<64xf32> {\n";
  for (unsigned i = 0; i < 6; ++i)
    text += kernelText(i, i ? "%v" + std::to_string(i - 1) : "%x",
                       "tensor<64xf32>");
  auto planned = plan(text + "return %v5 : tensor<64xf32> }");
  ASSERT_TRUE(succeeded(planned));
  // The last kernel writes the result; the others take turns.
  EXPECT_EQ(planned->workspaceBytes, 2u * 256);
  EXPECT_TRUE(planned->copies.empty());
  Value last = function.getBody().front().getTerminator()->getOperand(0);
  EXPECT_EQ(planned->slots.lookup(last).kind, Kind::Result);
  BufferSlot argument = planned->slots.lookup(function.getArgument(0));
  EXPECT_EQ(argument.kind, Kind::Argument);
  EXPECT_EQ(argument.bytes, 256u);
}

TEST_F(BufferPlanTest, ViewsKeepTheirSourceAlive) {
  std::string text =
      "func.func @f(%x: tensor<64xf32>) -> tensor<8x8xf32> {\n" +
      kernelText(0, "%x", "tensor<64xf32>") +
      "%e = tensor.expand_shape %v0 [[0, 1]] output_shape [8, 8]"
      " : tensor<64xf32> into tensor<8x8xf32>\n" +
      kernelText(1, "%x", "tensor<64xf32>") +
      kernelText(2, "%v1", "tensor<64xf32>") +
      "%r = kopt.kernel @last (%a = %e : tensor<8x8xf32>, %b = %v2 :"
      " tensor<64xf32>) -> (tensor<8x8xf32>) {"
      " kopt.yield %a : tensor<8x8xf32> }\n"
      "return %r : tensor<8x8xf32> }";
  auto planned = plan(text);
  ASSERT_TRUE(succeeded(planned));
  EXPECT_EQ(planned->workspaceBytes, 3u * 256);
  Value shown, source;
  function.walk([&](tensor::ExpandShapeOp view) {
    shown = view.getResult();
    source = view.getSrc();
  });
  EXPECT_EQ(planned->slots.lookup(shown).offset,
            planned->slots.lookup(source).offset);
}

TEST_F(BufferPlanTest, ResultsThatNoKernelWritesAreCopied) {
  auto planned = plan(
      "func.func @f(%x: tensor<64xf32>)"
      " -> (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<2xf32>) {\n"
      "%c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>\n" +
      kernelText(0, "%x", "tensor<64xf32>") +
      "return %v0, %v0, %x, %c : tensor<64xf32>, tensor<64xf32>,"
      " tensor<64xf32>, tensor<2xf32> }");
  ASSERT_TRUE(succeeded(planned));
  ASSERT_EQ(planned->copies.size(), 3u);
  EXPECT_EQ(planned->copies[0].result, 1u);
  EXPECT_EQ(planned->copies[1].result, 2u);
  EXPECT_EQ(planned->copies[2].result, 3u);
  ASSERT_EQ(planned->constants.size(), 1u);
  EXPECT_EQ(planned->slots.lookup(planned->constants[0]).kind, Kind::Constant);
  EXPECT_EQ(planned->workspaceBytes, 0u);
}

// One empty tensor may be the output of several launches: their results are
// different tensors nevertheless. A workspace takes memory.
TEST_F(BufferPlanTest, LaunchesShareNoOutput) {
  auto planned = plan(R"(
    func.func @f(%x: tensor<64xf32>) -> tensor<64xf32> {
      %e = tensor.empty() : tensor<64xf32>
      %w = tensor.empty() : tensor<1000xi8>
      %a = kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
        ins(%x : tensor<64xf32>) outs(%e : tensor<64xf32>) -> tensor<64xf32>
      %b = kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
        ins(%x : tensor<64xf32>) outs(%e : tensor<64xf32>)
        workspace(%w : tensor<1000xi8>) -> tensor<64xf32>
      %c = kopt.launch @m::@k grid(1, 1, 1) block(1, 1, 1)
        ins(%a, %b : tensor<64xf32>, tensor<64xf32>)
        outs(%e : tensor<64xf32>) -> tensor<64xf32>
      return %c : tensor<64xf32>
    })");
  ASSERT_TRUE(succeeded(planned));
  EXPECT_EQ(planned->workspaceBytes, 1024u + 256 + 256);
}

TEST_F(BufferPlanTest, ReportsWhatItCannotPlan) {
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    message = d.str();
    return success();
  });
  EXPECT_TRUE(failed(plan("func.func @f(%x: tensor<?xf32>) { return }")));
  EXPECT_NE(message.find("expects static shapes"), std::string::npos);
  EXPECT_TRUE(failed(plan("func.func @f(%x: tensor<4xf32>) {"
                          " %0 = arith.negf %x : tensor<4xf32> return }")));
  EXPECT_NE(message.find("cannot plan memory around 'arith.negf'"),
            std::string::npos);
}

// Runs programs in the mind: what a kernel reads must still be there.
TEST_F(BufferPlanTest, NothingIsOverwrittenBeforeItsLastReader) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    constexpr unsigned kernels = 30;
    // Sizes alternate, so that buffers do not just take turns.
    auto typeOf = [](unsigned i) {
      return "tensor<" + std::to_string(100 + 64 * (i % 5)) + "xf32>";
    };
    std::string text =
        "func.func @f(%v0: " + typeOf(0) + ") -> " + typeOf(kernels) + " {\n";
    for (unsigned i = 1; i <= kernels; ++i) {
      unsigned a = random() % i, b = i - 1;
      text += "%v" + std::to_string(i) + " = kopt.kernel @k" +
              std::to_string(i) + " (%a = %v" + std::to_string(a) + " : " +
              typeOf(a) + ", %b = %v" + std::to_string(b) + " : " + typeOf(b) +
              ") -> (" + typeOf(i) + ") { %e = tensor.empty() : " + typeOf(i) +
              " kopt.yield %e : " + typeOf(i) + " }\n";
    }
    text +=
        "return %v" + std::to_string(kernels) + " : " + typeOf(kernels) + " }";
    auto planned = plan(text);
    ASSERT_TRUE(succeeded(planned));

    uint64_t total = 0;
    std::vector<const void *> owner(planned->workspaceBytes);
    for (auto kernel : function.getOps<kopt::KernelOp>()) {
      for (Value input : kernel.getInputs()) {
        BufferSlot slot = planned->slots.lookup(input);
        if (slot.kind != Kind::Workspace)
          continue;
        for (uint64_t i = 0; i < slot.bytes; ++i)
          ASSERT_EQ(owner[slot.offset + i], input.getAsOpaquePointer());
      }
      BufferSlot slot = planned->slots.lookup(kernel.getResult(0));
      if (slot.kind != Kind::Workspace)
        continue;
      total += slot.bytes;
      // A kernel may write before it has read everything.
      for (Value input : kernel.getInputs()) {
        BufferSlot read = planned->slots.lookup(input);
        bool apart = read.kind != Kind::Workspace ||
                     read.offset + read.bytes <= slot.offset ||
                     slot.offset + slot.bytes <= read.offset;
        ASSERT_TRUE(apart);
      }
      for (uint64_t i = 0; i < slot.bytes; ++i)
        owner[slot.offset + i] = kernel.getResult(0).getAsOpaquePointer();
    }
    EXPECT_LT(planned->workspaceBytes, total);
  }
}
