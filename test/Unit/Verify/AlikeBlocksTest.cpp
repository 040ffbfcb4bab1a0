//===- AlikeBlocksTest.cpp - Which blocks stand for which -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AlikeBlocks.h"
#include "InterpreterTesting.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "gmock/gmock.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// 64 blocks of 32 threads, where `body` makes the index %i.
static std::string reading(StringRef body) {
  std::string known = R"mlir(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c12 = arith.constant 12 : index
    %c13 = arith.constant 13 : index
    %c32 = arith.constant 32 : index
    %c40 = arith.constant 40 : index
    %c48 = arith.constant 48 : index
    %b = gpu.block_id x
    %t = gpu.thread_id x
    %own = arith.muli %b, %c32 : index
    %at = arith.addi %own, %t : index
)mlir";
  return programText("memref<2048xf32>", "memref<2048xf32>", "32, 1, 1",
                     "64, 1, 1",
                     known + body.str() +
                         "%v = kgpu.load %x[%i] : memref<2048xf32> -> f32\n"
                         "kgpu.store %v, %y[%at] : f32, memref<2048xf32>\n");
}

static AlikeBlocks unlike(const std::string &text, ArrayRef<int64_t> chosen = 0,
                          unsigned most = 64) {
  ProgramUnderTest parsed(text);
  return findUnlikeBlocks(parsed.program, chosen, most, /*seed=*/7);
}

TEST(AlikeBlocks, OnALineTwoStandForAll) {
  AlikeBlocks found =
      unlike(reading("%i = arith.addi %own, %t : index\n"), {0, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, IsEmpty());
  EXPECT_EQ(found.places, 1u);
  // One is a point; any other makes it a line, and the ends are its bounds.
  found = unlike(reading("%i = arith.addi %own, %t : index\n"), 5);
  EXPECT_THAT(found.more, SizeIs(2));
  EXPECT_THAT(found.more, Contains(0));
  EXPECT_THAT(found.more, Contains(63));
}

TEST(AlikeBlocks, OnAPlaneThree) {
  AlikeBlocks found = unlike(reading(R"mlir(
    %low = arith.remui %b, %c8 : index
    %high = arith.divui %b, %c8 : index
    %back = arith.muli %low, %c8 : index
    %row = arith.addi %back, %high : index
    %first = arith.muli %row, %c32 : index
    %i = arith.addi %first, %t : index
)mlir"),
                             {0, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, SizeIs(1));
}

TEST(AlikeBlocks, OneThatArithmeticPicksMustRun) {
  // One only where b is 12, 24, 25, 36, 37, 38 and so on.
  AlikeBlocks found = unlike(reading(R"mlir(
    %one = arith.divui %b, %c12 : index
    %other = arith.divui %b, %c13 : index
    %skip = arith.subi %one, %other : index
    %i = arith.addi %at, %skip : index
)mlir"),
                             {0, 1});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(12));
}

TEST(AlikeBlocks, OneThatAChoicePicksMustRun) {
  AlikeBlocks found = unlike(reading(R"mlir(
    %low = arith.cmpi eq, %b, %c40 : index
    %i = arith.select %low, %c0, %at : index
)mlir"),
                             {0, 1, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(40));
}

TEST(AlikeBlocks, BothSidesOfAComparisonMustRun) {
  for (const char *predicate : {"ult", "ule", "slt", "sge", "ugt", "ne"}) {
    // The addresses of all blocks are on one line.
    std::string text =
        with(reading("%i = arith.addi %own, %t : index\n"
                     "%in = arith.cmpi PREDICATE, %b, %c40 : index\n"),
             "%y[%at]", "%y[%at] if %in");
    AlikeBlocks found = unlike(with(text, "PREDICATE", predicate), {0, 1});
    EXPECT_EQ(found.obstacle, "") << predicate;
    EXPECT_FALSE(found.more.empty()) << predicate;
    EXPECT_THAT(found.more, testing::Each(testing::Ge(39))) << predicate;
  }
}

TEST(AlikeBlocks, ComparisonsKnowHowFarThreadsReach) {
  // at < 40 * 32 + 8: no thread, some threads, all threads.
  std::string text = with(reading(R"mlir(
    %i = arith.addi %own, %t : index
    %edge = arith.constant 1288 : index
    %in = arith.cmpi ult, %at, %edge : index
)mlir"),
                          "%y[%at]", "%y[%at] if %in");
  AlikeBlocks found = unlike(text, {0, 1});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(40));
  EXPECT_THAT(found.more, Contains(41));
}

TEST(AlikeBlocks, WhatCountsOfAVectorIsCompared) {
  std::string text = with(reading(R"mlir(
    %i = arith.addi %own, %t : index
    %left = arith.subi %c40, %b : index
)mlir"),
                          "%y[%at]", "%y[%at] valid %left");
  text = with(text, "kgpu.store %v, ",
              "%w = vector.broadcast %v : f32 to "
              "vector<4xf32>\nkgpu.store %w, ");
  text = with(text, "left : f32", "left : vector<4xf32>");
  // All four up to block 36, then three, two, one and none.
  AlikeBlocks found = unlike(text, {0, 1});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(37));
  EXPECT_THAT(found.more, Contains(40));
}

TEST(AlikeBlocks, WhereThreadsDifferAllAreLookedAt) {
  // Rows of 48: where one begins is not the same thread in all blocks.
  AlikeBlocks found = unlike(reading(R"mlir(
    %row = arith.divui %at, %c48 : index
    %column = arith.remui %at, %c48 : index
    %first = arith.muli %row, %c48 : index
    %i = arith.addi %first, %column : index
)mlir"),
                             {0, 1, 2, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, IsEmpty());
  // What thread 9 of block 40 does otherwise.
  found = unlike(reading(R"mlir(
    %low = arith.constant 1289 : index
    %high = arith.constant 1290 : index
    %one = arith.divui %at, %low : index
    %other = arith.divui %at, %high : index
    %skip = arith.subi %one, %other : index
    %i = arith.addi %at, %skip : index
)mlir"),
                 {0, 1, 2, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(40));
}

TEST(AlikeBlocks, LoopsFromWhereTheBlockSays) {
  std::string text = reading("%i = arith.addi %own, %t : index\n");
  text = with(text, "%v = ", R"mlir(
    %end = arith.minui %b, %c40 : index
    scf.for %r = %c0 to %end step %c1 {
      %j = arith.addi %r, %own : index
      %u = kgpu.load %x[%j] : memref<2048xf32> -> f32
    }
    %v = )mlir");
  // Fewer rounds than blocks before, from the fortieth on.
  AlikeBlocks found = unlike(text, {0, 1});
  EXPECT_EQ(found.obstacle, "");
  ASSERT_FALSE(found.more.empty());
  EXPECT_THAT(found.more, testing::Each(testing::Ge(39)));
}

TEST(AlikeBlocks, StagesAreFollowedInTheFirstRound) {
  // Blocks begin with one stage of four, the other blocks with another.
  AlikeBlocks found = unlike(reading(R"mlir(
    %i = arith.addi %own, %t : index
    %c4 = arith.constant 4 : index
    %s = kgpu.alloc_shared : memref<4x32xf32, #kgpu.shared>
    %skip = arith.divui %b, %c12 : index
    scf.for %r = %c0 to %c8 step %c1 {
      %sum = arith.addi %r, %skip : index
      %stage = arith.remui %sum, %c4 : index
      %u = kgpu.load %s[%stage, %t] : memref<4x32xf32, #kgpu.shared> -> f32
    }
)mlir"),
                             {0, 1});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, Contains(12));
}

TEST(AlikeBlocks, IndicesReachNoFurtherThanThoseOfBlocksThatRun) {
  // Another index is greatest where the first is least.
  AlikeBlocks found = unlike(reading(R"mlir(
    %low = arith.remui %b, %c8 : index
    %high = arith.divui %b, %c8 : index
    %back = arith.subi %c8, %low : index
    %row = arith.muli %back, %c32 : index
    %first = arith.addi %row, %high : index
    %i = arith.addi %first, %t : index
)mlir"),
                             {0, 1, 8, 63});
  EXPECT_EQ(found.obstacle, "");
  EXPECT_THAT(found.more, SizeIs(2));
  EXPECT_THAT(found.more, Contains(7));
  EXPECT_THAT(found.more, Contains(56));
}

TEST(AlikeBlocks, TooManyAreAnObstacle) {
  AlikeBlocks found = unlike(reading(R"mlir(
    %low = arith.remui %b, %c8 : index
    %first = arith.muli %low, %c32 : index
    %i = arith.addi %first, %t : index
)mlir"),
                             {0, 1}, /*most=*/0);
  EXPECT_EQ(found.obstacle, "more than 0 blocks differ from those that were "
                            "run: block 8 is one");
  EXPECT_THAT(found.more, IsEmpty());
}

TEST(AlikeBlocks, WhatIsNotFollowedIsAnObstacle) {
  // Another number in each round.
  EXPECT_THAT(unlike(with(reading("%i = arith.addi %own, %t : index\n"),
                          "%v = ", R"mlir(
    scf.for %r = %c0 to %c8 step %c1 {
      %j = arith.muli %r, %b : index
      %u = kgpu.load %x[%j] : memref<2048xf32> -> f32
    }
    %v = )mlir"))
                  .obstacle,
              HasSubstr("in each round of a loop"));
  // What memory holds.
  EXPECT_THAT(unlike(with(reading("%u = kgpu.load %z[%t] : memref<32xi32> -> "
                                  "i32\n%k = arith.index_cast %u : i32 to "
                                  "index\n%i = arith.addi %k, %own : index\n"),
                          "%y:",
                          "%z: memref<32xi32> {kgpu.access = \"read\"}, "
                          "%y:"))
                  .obstacle,
              HasSubstr("on what memory holds"));
  // How often a loop goes round in this block.
  EXPECT_THAT(unlike(reading(R"mlir(
    %i = scf.for %r = %c0 to %b step %c1 iter_args(%n = %c0) -> index {
      %m = arith.addi %n, %c1 : index
      scf.yield %m : index
    }
)mlir"))
                  .obstacle,
              HasSubstr("is not followed"));
}
