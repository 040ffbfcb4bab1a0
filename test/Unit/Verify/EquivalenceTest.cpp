//===- EquivalenceTest.cpp - Same function over the reals? ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Verify/Equivalence.h"
#include "kernel-opt/Dialect/Kopt/KoptDialect.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

namespace {
struct Suite {
  const char *file;
  Verdict verdict;
};

class EquivalenceTest : public testing::TestWithParam<Suite> {
protected:
  EquivalenceTest() {
    context.loadDialect<arith::ArithDialect, func::FuncDialect,
                        kopt::KoptDialect, linalg::LinalgDialect,
                        math::MathDialect, tensor::TensorDialect>();
  }

  OwningOpRef<ModuleOp> read(StringRef file) {
    return mlir::parseSourceFile<ModuleOp>(
        (KERNELOPT_VERIFY_TESTS "/" + file + ".srctgt.mlir").str(), &context);
  }
  static Block &body(ModuleOp module, StringRef name) {
    return module.lookupSymbol<func::FuncOp>(name).getBody().front();
  }

  MLIRContext context;
};
} // namespace

// Other nonces than the fixed one of the command-line tests.
TEST_P(EquivalenceTest, AnyNonceGivesTheVerdict) {
  auto module = read(GetParam().file);
  ASSERT_TRUE(module);
  unsigned pairs = 0;
  for (auto source : module->getOps<func::FuncOp>()) {
    StringRef name = source.getName();
    if (!name.consume_front("src"))
      continue;
    for (uint64_t nonce : {1, 2, 3}) {
      EquivalenceOptions options;
      options.nonce = nonce;
      auto result =
          checkEquivalence(source.getBody().front(),
                           body(*module, ("tgt" + name).str()), options);
      ASSERT_TRUE(succeeded(result));
      EXPECT_EQ(result->verdict, GetParam().verdict)
          << source.getName().str() << " with nonce " << nonce << ": "
          << result->reason
          << (result->witness ? " expected " + result->witness->expected +
                                    ", found " + result->witness->actual
                              : "");
      if (result->verdict == Verdict::Verified) {
        EXPECT_GE(result->evidence, 60);
      }
      EXPECT_EQ(result->verdict == Verdict::Refuted,
                result->witness.has_value());
      ++pairs;
    }
  }
  EXPECT_GE(pairs, 3u);
}

INSTANTIATE_TEST_SUITE_P(
    Suites, EquivalenceTest,
    testing::Values(Suite{"sound/activations", Verdict::Verified},
                    Suite{"sound/attention", Verdict::Verified},
                    Suite{"sound/causal-mask", Verdict::Verified},
                    Suite{"sound/contractions", Verdict::Verified},
                    Suite{"sound/layernorm", Verdict::Verified},
                    Suite{"sound/logarithms", Verdict::Verified},
                    Suite{"sound/roots", Verdict::Verified},
                    Suite{"sound/scale-folding", Verdict::Verified},
                    Suite{"sound/softmax", Verdict::Verified},
                    Suite{"sound/windows", Verdict::Verified},
                    Suite{"unproven/opaque", Verdict::Unproven},
                    Suite{"unsound/activations", Verdict::Refuted},
                    Suite{"unsound/attention", Verdict::Refuted},
                    Suite{"unsound/causal-mask", Verdict::Refuted},
                    Suite{"unsound/contractions", Verdict::Refuted},
                    Suite{"unsound/layernorm", Verdict::Refuted},
                    Suite{"unsound/logarithms", Verdict::Refuted},
                    Suite{"unsound/roots", Verdict::Refuted},
                    Suite{"unsound/scale-folding", Verdict::Refuted},
                    Suite{"unsound/softmax", Verdict::Refuted},
                    Suite{"unsound/windows", Verdict::Refuted}));

TEST_F(EquivalenceTest, ReplaysFromItsNonce) {
  auto module = read("sound/softmax");
  ASSERT_TRUE(module);
  Block &source = body(*module, "src_online");
  Block &target = body(*module, "tgt_online");
  EquivalenceOptions options;
  options.nonce = 99;
  auto first = checkEquivalence(source, target, options);
  auto second = checkEquivalence(source, target, options);
  options.nonce.reset();
  auto third = checkEquivalence(source, target, options);
  ASSERT_TRUE(succeeded(first) && succeeded(second) && succeeded(third));
  EXPECT_EQ(first->digest, second->digest);
  EXPECT_NE(first->digest, third->digest);
  EXPECT_EQ(first->sourceHash, third->sourceHash);
  EXPECT_NE(first->sourceHash, first->targetHash);
  EXPECT_EQ(first->expDepth, 1u);
}

// Only where the maximum changes after the first element does the missing
// rescaling show.
TEST_F(EquivalenceTest, DescendingRowsAloneMissAMissingRescale) {
  auto module = read("unsound/softmax");
  ASSERT_TRUE(module);
  EquivalenceOptions options;
  options.nonce = 5;
  options.redraws = 0;
  options.families = {InputFamily::Descending};
  auto check = [&] {
    auto result =
        checkEquivalence(body(*module, "src_online_no_rescale"),
                         body(*module, "tgt_online_no_rescale"), options);
    EXPECT_TRUE(succeeded(result));
    return result->verdict;
  };
  // Not refuted; without draws in general position not verified either.
  EXPECT_EQ(check(), Verdict::Unproven);
  options.families = {InputFamily::Ascending};
  EXPECT_EQ(check(), Verdict::Refuted);
}

TEST_F(EquivalenceTest, ComparesTheBodiesOfKernels) {
  auto module = mlir::parseSourceString<ModuleOp>(R"(
    func.func @f(%x: tensor<4xf32>, %y: tensor<4xf32>)
        -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
      %a = kopt.kernel @a (%p = %x : tensor<4xf32>, %q = %y : tensor<4xf32>)
          -> (tensor<4xf32>) {
        %s = arith.addf %p, %q : tensor<4xf32>
        %d = arith.mulf %s, %s : tensor<4xf32>
        kopt.yield %d : tensor<4xf32>
      }
      %b = kopt.kernel @b (%p = %x : tensor<4xf32>, %q = %y : tensor<4xf32>)
          -> (tensor<4xf32>) {
        %s = arith.addf %p, %q : tensor<4xf32>
        %u = arith.mulf %p, %s : tensor<4xf32>
        %v = arith.mulf %q, %s : tensor<4xf32>
        %d = arith.addf %u, %v : tensor<4xf32>
        kopt.yield %d : tensor<4xf32>
      }
      %c = kopt.kernel @c (%p = %x : tensor<4xf32>, %q = %y : tensor<4xf32>)
          -> (tensor<4xf32>) {
        %u = arith.mulf %p, %p : tensor<4xf32>
        %v = arith.mulf %q, %q : tensor<4xf32>
        %d = arith.addf %u, %v : tensor<4xf32>
        kopt.yield %d : tensor<4xf32>
      }
      return %a, %b, %c : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
    })",
                                                  &context);
  ASSERT_TRUE(module);
  SmallVector<Block *> blocks;
  module->walk([&](kopt::KernelOp kernel) {
    blocks.push_back(&kernel.getBody().front());
  });
  ASSERT_EQ(blocks.size(), 3u);
  auto same = checkEquivalence(*blocks[0], *blocks[1]);
  auto other = checkEquivalence(*blocks[0], *blocks[2]);
  ASSERT_TRUE(succeeded(same) && succeeded(other));
  EXPECT_EQ(same->verdict, Verdict::Verified);
  EXPECT_EQ(same->degree, 2);
  EXPECT_EQ(other->verdict, Verdict::Refuted);
}

TEST_F(EquivalenceTest, SamplesLargeResults) {
  auto module = mlir::parseSourceString<ModuleOp>(R"(
    func.func @src(%a: tensor<1024x64xf32>, %b: tensor<64x1024xf32>)
        -> tensor<1024x1024xf32> {
      %zero = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<1024x1024xf32>
      %i = linalg.fill ins(%zero : f32) outs(%e : tensor<1024x1024xf32>)
          -> tensor<1024x1024xf32>
      %r = linalg.matmul
          ins(%a, %b : tensor<1024x64xf32>, tensor<64x1024xf32>)
          outs(%i : tensor<1024x1024xf32>) -> tensor<1024x1024xf32>
      return %r : tensor<1024x1024xf32>
    })",
                                                  &context);
  ASSERT_TRUE(module);
  EquivalenceOptions options;
  options.families = {InputFamily::Normal};
  options.dependence = false;
  auto result =
      checkEquivalence(body(*module, "src"), body(*module, "src"), options);
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->verdict, Verdict::Verified);
  EXPECT_TRUE(result->sampled);
  EXPECT_EQ(result->compared, 2u * 4 * 32 * 32);

  // As few as are asked for.
  options.allElements = options.tileElements = 1;
  options.tiles = 2;
  auto few =
      checkEquivalence(body(*module, "src"), body(*module, "src"), options);
  ASSERT_TRUE(succeeded(few));
  EXPECT_EQ(few->verdict, Verdict::Verified);
  EXPECT_EQ(few->compared, 2u * 2);
}

// Both are Inf or 0 in every draw, which says nothing about the exponents.
TEST_F(EquivalenceTest, OverflowProvesNothing) {
  auto module = mlir::parseSourceString<ModuleOp>(R"(
    func.func @src(%x: tensor<4xf32>) -> tensor<4xf32> {
      %c = arith.constant dense<1.0e4> : tensor<4xf32>
      %a = math.absf %x : tensor<4xf32>
      %y = arith.addf %a, %c : tensor<4xf32>
      %e = math.exp %y : tensor<4xf32>
      return %e : tensor<4xf32>
    }
    func.func @tgt(%x: tensor<4xf32>) -> tensor<4xf32> {
      %c = arith.constant dense<2.0e4> : tensor<4xf32>
      %a = math.absf %x : tensor<4xf32>
      %y = arith.addf %a, %c : tensor<4xf32>
      %e = math.exp %y : tensor<4xf32>
      return %e : tensor<4xf32>
    })",
                                                  &context);
  ASSERT_TRUE(module);
  auto result = checkEquivalence(body(*module, "src"), body(*module, "tgt"));
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->verdict, Verdict::Unproven);
}

// 0 / 0 on one side: the source is no function there.
TEST_F(EquivalenceTest, TargetMayBeMoreFinite) {
  auto module = mlir::parseSourceString<ModuleOp>(R"(
    func.func @src(%x: tensor<8xf32>) -> tensor<8xf32> {
      %s = arith.mulf %x, %x : tensor<8xf32>
      %y = arith.divf %s, %x : tensor<8xf32>
      return %y : tensor<8xf32>
    }
    func.func @tgt(%x: tensor<8xf32>) -> tensor<8xf32> {
      return %x : tensor<8xf32>
    })",
                                                  &context);
  ASSERT_TRUE(module);
  Block &src = body(*module, "src"), &tgt = body(*module, "tgt");
  auto more = checkEquivalence(src, tgt);
  ASSERT_TRUE(succeeded(more));
  EXPECT_EQ(more->verdict, Verdict::Verified);
  EXPECT_FALSE(more->specialsDiffer.empty());
  EXPECT_FALSE(more->lessFinite);
  auto less = checkEquivalence(tgt, src);
  ASSERT_TRUE(succeeded(less));
  EXPECT_EQ(less->verdict, Verdict::Refuted);
}

TEST_F(EquivalenceTest, ChoosesSizesByTheirNames) {
  auto module = mlir::parseSourceString<ModuleOp>(R"(
    #mk = #kopt.dims<"M", "K">
    #kn = #kopt.dims<"K", "N">
    func.func @src(%a: tensor<?x?xf32, #mk>, %b: tensor<?x?xf32, #kn>,
                   %c: tensor<3xf32>) {
      return
    })",
                                                  &context);
  ASSERT_TRUE(module);
  SmallVector<Instance> instances = chooseInstances(body(*module, "src"));
  EXPECT_GE(instances.size(), 3u);
  bool hasOne = false;
  for (const Instance &instance : instances) {
    EXPECT_EQ(instance[0][1], instance[1][0]);
    EXPECT_EQ(instance[2][0], 3);
    hasOne |= llvm::is_contained(instance[0], 1);
  }
  EXPECT_TRUE(hasOne);
  EXPECT_NE(instances[0][0][0], instances[0][0][1]);
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

/// A product of 64 x 4096 by 4096 x 64, and what is done to it.
static std::string afterProduct(StringRef name, StringRef lines) {
  return ("func.func @" + name +
          R"mlir((%a: tensor<64x4096xf32>, %b: tensor<4096x64xf32>,
                 %c: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %z = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<64x64xf32>
    %f = linalg.fill ins(%z : f32) outs(%e : tensor<64x64xf32>)
        -> tensor<64x64xf32>
    %p = linalg.matmul
        ins(%a, %b : tensor<64x4096xf32>, tensor<4096x64xf32>)
        outs(%f : tensor<64x64xf32>) -> tensor<64x64xf32>
)mlir" + lines +
          "\n    return %y : tensor<64x64xf32>\n}\n")
      .str();
}

TEST_F(EquivalenceTest, CutsOutWhatBothHave) {
  const char *doubled = "%s = arith.addf %p, %c : tensor<64x64xf32>\n"
                        "%y = arith.addf %s, %s : tensor<64x64xf32>";
  auto judge = [&](StringRef other, unsigned operations) {
    auto module = mlir::parseSourceString<ModuleOp>(
        afterProduct("src", doubled) + afterProduct("tgt", other), &context);
    EXPECT_TRUE(module);
    std::optional<Window> window =
        cutCommonParts(body(*module, "src"), body(*module, "tgt"));
    EXPECT_TRUE(window);
    EXPECT_EQ(window->targetOperations, operations);
    if (!window || window->outputs == 0)
      return Verdict::Verified;
    EXPECT_EQ(window->cut, 1u);
    EquivalenceOptions options;
    options.nonce = 1;
    // The product alone would be 16 million steps.
    options.mostWork = 4'000'000;
    auto result = checkEquivalence(window->source(), window->target(), options);
    EXPECT_TRUE(succeeded(result));
    return result->verdict;
  };
  EXPECT_EQ(judge(doubled, 0), Verdict::Verified);
  EXPECT_EQ(judge("%s = arith.addf %c, %p : tensor<64x64xf32>\n"
                  "%two = arith.constant dense<2.0> : tensor<64x64xf32>\n"
                  "%y = arith.mulf %s, %two : tensor<64x64xf32>",
                  3),
            Verdict::Verified);
  EXPECT_EQ(judge("%s = arith.subf %c, %p : tensor<64x64xf32>\n"
                  "%two = arith.constant dense<2.0> : tensor<64x64xf32>\n"
                  "%y = arith.mulf %s, %two : tensor<64x64xf32>",
                  3),
            Verdict::Refuted);
}

TEST_F(EquivalenceTest, OrderOfOperationsIsNoDifference) {
  auto module = mlir::parseSourceString<ModuleOp>(
      afterProduct("src", "%u = arith.negf %c : tensor<64x64xf32>\n"
                          "%v = math.exp %p : tensor<64x64xf32>\n"
                          "%y = arith.addf %u, %v : tensor<64x64xf32>") +
          afterProduct("tgt", "%v = math.exp %p : tensor<64x64xf32>\n"
                              "%u = arith.negf %c : tensor<64x64xf32>\n"
                              "%y = arith.addf %u, %v : tensor<64x64xf32>") +
          afterProduct("other", "%v = math.exp %p : tensor<64x64xf32>\n"
                                "%u = arith.negf %c : tensor<64x64xf32>\n"
                                "%y = arith.addf %v, %u : tensor<64x64xf32>"),
      &context);
  ASSERT_TRUE(module);
  auto same = cutCommonParts(body(*module, "src"), body(*module, "tgt"));
  ASSERT_TRUE(same);
  EXPECT_EQ(same->outputs, 0u);
  EXPECT_EQ(same->sameOutputs, 1u);
  // Operands change places: not by name.
  auto swapped = cutCommonParts(body(*module, "src"), body(*module, "other"));
  ASSERT_TRUE(swapped);
  EXPECT_EQ(swapped->outputs, 1u);
}

// A sum and a maximum in one loop, and each in one of its own.
TEST_F(EquivalenceTest, ResultsOfOneLoopAreNamedAlone) {
  auto program = [](StringRef name, StringRef second, bool together) {
    std::string head =
        ("func.func @" + name +
         R"mlir((%x: tensor<8x4096xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
      %z = arith.constant 0.0 : f32
      %e = tensor.empty() : tensor<8xf32>
      %f = linalg.fill ins(%z : f32) outs(%e : tensor<8xf32>) -> tensor<8xf32>
    )mlir")
            .str();
    auto loop = [&](StringRef results, StringRef outs, StringRef types,
                    StringRef maps, StringRef arguments, StringRef lines) {
      return (results +
              " = linalg.generic {indexing_maps = ["
              "affine_map<(i, j) -> (i, j)>" +
              maps +
              "], iterator_types = [\"parallel\", \"reduction\"]} "
              "ins(%x : tensor<8x4096xf32>) outs(" +
              outs + " : " + types + ") {\n^bb0(%v: f32, " + arguments +
              "):\n" + lines + "} -> (" + types + ")\n")
          .str();
    };
    StringRef map = ", affine_map<(i, j) -> (i)>", type = "tensor<8xf32>";
    std::string sum = "%s = arith.addf %a, %v : f32\n";
    std::string other = ("%t = " + second + " %b, %v : f32\n").str();
    std::string body =
        together ? loop("%y:2", "%f, %f", "tensor<8xf32>, tensor<8xf32>",
                        (map + map).str(), "%a: f32, %b: f32",
                        sum + other + "linalg.yield %s, %t : f32, f32\n") +
                       "return %y#0, %y#1 : tensor<8xf32>, tensor<8xf32>\n}\n"
                 : loop("%p", "%f", type, map, "%a: f32",
                        sum + "linalg.yield %s : f32\n") +
                       loop("%q", "%f", type, map, "%b: f32",
                            other + "linalg.yield %t : f32\n") +
                       "return %p, %q : tensor<8xf32>, tensor<8xf32>\n}\n";
    return head + body;
  };
  auto module = mlir::parseSourceString<ModuleOp>(
      program("src", "arith.maximumf", false) +
          program("tgt", "arith.maximumf", true) +
          program("other", "arith.minimumf", true) +
          program("mixed", "arith.addf %a, %b : f32\n%u = arith.addf", true),
      &context);
  ASSERT_TRUE(module);
  auto outputsLeft = [&](StringRef name) {
    auto window = cutCommonParts(body(*module, "src"), body(*module, name));
    EXPECT_TRUE(window);
    return window ? window->outputs : 99u;
  };
  EXPECT_EQ(outputsLeft("tgt"), 0u);
  EXPECT_EQ(outputsLeft("other"), 1u);
  // One result is made of both sums.
  EXPECT_GE(outputsLeft("mixed"), 1u);
}

// What is cut off takes any value: a window may differ where programs do not.
TEST_F(EquivalenceTest, WindowsForgetWhatValuesCanBe) {
  const char *text = R"mlir(
    func.func @src(%x: tensor<8xf32>) -> tensor<8xf32> {
      %q = arith.mulf %x, %x : tensor<8xf32>
      %z = arith.constant dense<0.0> : tensor<8xf32>
      %y = arith.maximumf %q, %z : tensor<8xf32>
      return %y : tensor<8xf32>
    }
    func.func @tgt(%x: tensor<8xf32>) -> tensor<8xf32> {
      %q = arith.mulf %x, %x : tensor<8xf32>
      return %q : tensor<8xf32>
    })mlir";
  auto module = mlir::parseSourceString<ModuleOp>(text, &context);
  ASSERT_TRUE(module);
  Block &source = body(*module, "src"), &target = body(*module, "tgt");
  EquivalenceOptions options;
  options.nonce = 1;
  std::optional<Window> window = cutCommonParts(source, target);
  ASSERT_TRUE(window);
  auto cut = checkEquivalence(window->source(), window->target(), options);
  ASSERT_TRUE(succeeded(cut));
  EXPECT_EQ(cut->verdict, Verdict::Refuted);
  auto whole = checkEquivalence(source, target, options);
  ASSERT_TRUE(succeeded(whole));
  EXPECT_EQ(whole->verdict, Verdict::Verified);
}

// A predicate in a payload is all that is different.
TEST_F(EquivalenceTest, NamesTellAttributesApart) {
  auto choice = [](const std::string &name, const std::string &predicate) {
    return "func.func @" + name + R"mlir((%x: tensor<8xf32>) -> tensor<8xf32> {
    %e = tensor.empty() : tensor<8xf32>
    %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]} ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) {
    ^bb0(%v: f32, %o: f32):
      %d = arith.addf %v, %v : f32
      %p = arith.cmpf )mlir" +
           predicate + R"mlir(, %v, %d : f32
      %s = arith.select %p, %v, %d : f32 linalg.yield %s : f32
    } -> tensor<8xf32>
    return %r : tensor<8xf32> }
)mlir";
  };
  auto module = mlir::parseSourceString<ModuleOp>(
      choice("src", "olt") + choice("same", "olt") + choice("other", "ogt"),
      &context);
  ASSERT_TRUE(module);
  auto same = cutCommonParts(body(*module, "src"), body(*module, "same"));
  auto other = cutCommonParts(body(*module, "src"), body(*module, "other"));
  ASSERT_TRUE(same && other);
  EXPECT_EQ(same->outputs, 0u);
  EXPECT_EQ(other->outputs, 1u);
}

TEST_F(EquivalenceTest, WorkIsBounded) {
  const char *lines = "%y = arith.addf %p, %c : tensor<64x64xf32>";
  auto module = mlir::parseSourceString<ModuleOp>(
      afterProduct("src", lines) + afterProduct("tgt", lines), &context);
  ASSERT_TRUE(module);
  EquivalenceOptions options;
  options.nonce = 1;
  options.mostWork = 1'000'000;
  auto result =
      checkEquivalence(body(*module, "src"), body(*module, "tgt"), options);
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->verdict, Verdict::Unproven);
  EXPECT_NE(result->reason.find("too large to be evaluated"),
            std::string::npos);
  EXPECT_TRUE(result->outOfWork);
}
