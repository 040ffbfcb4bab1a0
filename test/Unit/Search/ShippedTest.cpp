//===- ShippedTest.cpp - Winners that come with the program -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Search/Shipped.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::search;

namespace {
class ShippedTest : public ::testing::Test {
protected:
  ShippedTest() {
    context.loadDialect<func::FuncDialect, arith::ArithDialect>();
  }
  OwningOpRef<ModuleOp> program(StringRef name, StringRef operation) {
    return parseSourceString<ModuleOp>(
        ("func.func @" + name + "(%x: f32) -> f32 {\n  %y = arith." +
         operation + " %x, %x : f32\n  return %y : f32\n}\n")
            .str(),
        &context);
  }
  std::string file(StringRef identity) {
    return "{\"kernel-opt-winners\": 1, \"target\": \"sm_90a\"}\n\n"
           "{\"name\": \"sums\", \"program\": \"" +
           identity.str() +
           "\", \"device\": \"D\", \"candidate\": {\"rules\": [{\"rule\": "
           "\"r\", \"site\": \"#3\"}], \"fusion_plan\": \"p\", \"kernels\": "
           "{\"sha256:aa\": {\"strategy\": \"row\", \"knobs\": {\"warps\": "
           "8}}}}}\n";
  }
  MLIRContext context;
};
} // namespace

static std::string errorOf(StringRef text) {
  auto winners = ShippedWinners::parse(text, "f");
  return winners ? "none" : llvm::toString(winners.takeError());
}

TEST_F(ShippedTest, ProgramsAreKnownByWhatTheyAreNotByTheirNames) {
  auto one = program("one", "addf"), two = program("two", "addf"),
       other = program("one", "mulf");
  EXPECT_EQ(programIdentity(*one), programIdentity(*two));
  EXPECT_NE(programIdentity(*one), programIdentity(*other));
  auto winners = ShippedWinners::parse(file(programIdentity(*one)), "f");
  ASSERT_TRUE(bool(winners)) << llvm::toString(winners.takeError());
  EXPECT_EQ(winners->getTarget(), "sm_90a");
  std::optional<Candidate> found = winners->forProgram(*two);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->graph.rules.size(), 1u);
  EXPECT_EQ(found->graph.rules[0].site, "two#3");
  EXPECT_EQ(found->graph.fusionPlan, "p");
  EXPECT_FALSE(winners->forProgram(*other));
}

TEST_F(ShippedTest, KernelsAreKnownInAnyProgram) {
  auto winners = ShippedWinners::parse(file(""), "f");
  ASSERT_TRUE(bool(winners)) << llvm::toString(winners.takeError());
  std::optional<KernelChoice> choice = winners->forKernel("sha256:aa");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->str(), "row warps=8");
  EXPECT_FALSE(winners->forKernel("sha256:bb"));
  // A winner without a program is none of a module of several functions.
  auto none = parseSourceString<ModuleOp>("module {}", &context);
  EXPECT_EQ(programIdentity(*none), "");
  EXPECT_FALSE(winners->forProgram(*none));
}

TEST_F(ShippedTest, ErrorsNameTheLine) {
  EXPECT_EQ(errorOf("\n"), "f: expected a header, found nothing");
  EXPECT_NE(errorOf("{\"target\": \"sm_90a\"}").find("f:1: header: lacks"),
            std::string::npos);
  EXPECT_NE(
      errorOf("{\"kernel-opt-winners\": 2, \"target\": \"t\"}").find("f:1"),
      std::string::npos);
  EXPECT_NE(errorOf(file("") + "{\"name\": \"x\"}").find("f:4: winner: lacks"),
            std::string::npos);
  EXPECT_NE(errorOf(file("") + "[").find("f:4: "), std::string::npos);
}

TEST_F(ShippedTest, WhatIsShippedCanBeRead) {
  auto winners = ShippedWinners::load("sm_90a");
  ASSERT_TRUE(bool(winners)) << llvm::toString(winners.takeError());
  EXPECT_GE(winners->all().size(), 9u);
  for (const ShippedWinner &winner : winners->all())
    EXPECT_EQ(winner.program.size(), strlen("sha256:") + 64) << winner.name;
  auto older = ShippedWinners::load("sm_80");
  ASSERT_TRUE(bool(older)) << llvm::toString(older.takeError());
  EXPECT_TRUE(older->all().empty());
}
