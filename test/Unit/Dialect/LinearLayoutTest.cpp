//===- LinearLayoutTest.cpp - Which thread holds which element --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/LinearLayout.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <map>
#include <vector>

using namespace kernel_opt;
using namespace kernel_opt::ktile;

namespace {

using Point = std::vector<int64_t>;

Point at(const LinearLayout &layout, int64_t reg, int64_t lane, int64_t warp) {
  auto point = layout.apply(reg, lane, warp);
  return Point(point.begin(), point.end());
}

/// How many registers of all threads hold each element.
std::map<Point, int64_t> holders(const LinearLayout &layout) {
  std::map<Point, int64_t> counts;
  for (int64_t warp = 0; warp < layout.numWarps(); ++warp)
    for (int64_t lane = 0; lane < 32; ++lane)
      for (int64_t reg = 0; reg < layout.numRegisters(); ++reg)
        ++counts[at(layout, reg, lane, warp)];
  return counts;
}

int64_t product(ArrayRef<int64_t> shape) {
  int64_t total = 1;
  for (int64_t extent : shape)
    total *= extent;
  return total;
}

/// Every element of `shape` is held, all by equally many registers.
void expectHeldEvenly(const LinearLayout &layout, ArrayRef<int64_t> shape) {
  EXPECT_EQ(layout.check(shape), std::nullopt);
  std::map<Point, int64_t> counts = holders(layout);
  EXPECT_EQ(int64_t(counts.size()), product(shape));
  int64_t each = layout.numRegisters() * 32 * layout.numWarps() /
                 std::max<int64_t>(1, product(shape));
  for (const auto &[point, count] : counts) {
    EXPECT_EQ(count, each);
    for (auto [coordinate, extent] : llvm::zip_equal(point, shape))
      EXPECT_TRUE(coordinate >= 0 && coordinate < extent);
  }
}

} // namespace

TEST(LinearLayout, BlockedOrder) {
  // Four neighbours in a lane, then lanes, then warps, then registers.
  LinearLayout layout = LinearLayout::blocked({512}, {0}, 4, 2);
  EXPECT_EQ(layout.numRegisters(), 8);
  EXPECT_EQ(layout.numWarps(), 2);
  EXPECT_EQ(at(layout, 3, 0, 0), Point({3}));
  EXPECT_EQ(at(layout, 0, 1, 0), Point({4}));
  EXPECT_EQ(at(layout, 0, 0, 1), Point({128}));
  EXPECT_EQ(at(layout, 4, 0, 0), Point({256}));
  EXPECT_EQ(at(layout, 7, 31, 1), Point({511}));
}

TEST(LinearLayout, BlockedRunsAlongTheOrder) {
  // Columns are closest in memory: lanes fill a column before the next.
  LinearLayout layout = LinearLayout::blocked({16, 8}, {0, 1}, 2, 1);
  EXPECT_EQ(at(layout, 1, 0, 0), Point({1, 0}));
  EXPECT_EQ(at(layout, 0, 1, 0), Point({2, 0}));
  EXPECT_EQ(at(layout, 0, 8, 0), Point({0, 1}));
  EXPECT_EQ(at(layout, 2, 0, 0), Point({0, 4}));
}

TEST(LinearLayout, BlockedHoldsEveryElement) {
  const std::vector<std::vector<int64_t>> shapes = {
      {},     {1},    {2},     {32},     {64},      {4096},
      {1, 1}, {4, 8}, {64, 1}, {128, 4}, {2, 2, 2}, {8, 1, 64},
  };
  for (const std::vector<int64_t> &shape : shapes) {
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
    for (int64_t vector : {1, 2, 4, 16})
      for (int64_t warps : {1, 4, 32}) {
        expectHeldEvenly(LinearLayout::blocked(shape, order, vector, warps),
                         shape);
        SmallVector<int64_t> reversed(llvm::reverse(order));
        expectHeldEvenly(LinearLayout::blocked(shape, reversed, vector, warps),
                         shape);
      }
  }
}

TEST(LinearLayout, SmallTilesReplicate) {
  // Sixteen elements in four lanes; the other lanes and warps hold the same.
  LinearLayout layout = LinearLayout::blocked({16}, {0}, 4, 4);
  EXPECT_EQ(layout.numRegisters(), 4);
  for (int64_t lane = 0; lane < 32; ++lane)
    for (int64_t warp = 0; warp < 4; ++warp)
      EXPECT_EQ(at(layout, 0, lane, warp), Point({lane % 4 * 4}));
  // No register of a thread repeats another.
  EXPECT_NE(at(layout, 0, 0, 0), at(layout, 1, 0, 0));
}

TEST(LinearLayout, BlocksOfAClusterShareATile) {
  // 1024 elements: vectors of two, 32 lanes, 2 warps, 4 blocks, then registers.
  LinearLayout layout = LinearLayout::blocked({1024}, {0}, 2, 2, 4);
  EXPECT_EQ(layout.numBlocks(), 4);
  EXPECT_EQ(layout.numRegisters(), 4);
  EXPECT_TRUE(layout.sharedByBlocks());
  EXPECT_EQ(layout.apply(0, 0, 0, 1)[0], 128);
  EXPECT_EQ(layout.apply(2, 0, 0, 0)[0], 512);
  EXPECT_EQ(layout.check({1024}), std::nullopt);
  // What is reduced is the same in all of them.
  EXPECT_FALSE(layout.project({}).sharedByBlocks());
  EXPECT_EQ(layout.project({}).numBlocks(), 4);
  EXPECT_FALSE(layout.sameThreads(LinearLayout::blocked({1024}, {0}, 2, 2)));
}

TEST(LinearLayout, ProjectDropsRegistersAlone) {
  LinearLayout layout = LinearLayout::blocked({8, 64}, {1, 0}, 4, 2);
  LinearLayout rows = layout.project({0});
  EXPECT_EQ(rows.getRank(), 1u);
  // Four registers along the row became one; lanes and warps stay, replicated.
  EXPECT_EQ(rows.numRegisters(), layout.numRegisters() / 4);
  EXPECT_EQ(rows.numWarps(), 2);
  EXPECT_EQ(rows.check({8}), std::nullopt);
  // An element is where any element of its fibre is.
  for (int64_t lane = 0; lane < 32; ++lane)
    for (int64_t warp = 0; warp < 2; ++warp)
      EXPECT_EQ(at(rows, 0, lane, warp)[0], at(layout, 0, lane, warp)[0]);
  // Dimensions may also change places.
  LinearLayout swapped = layout.project({1, 0});
  EXPECT_EQ(swapped.check({64, 8}), std::nullopt);
  for (int64_t reg = 0; reg < layout.numRegisters(); ++reg) {
    Point point = at(layout, reg, 5, 1);
    EXPECT_EQ(at(swapped, reg, 5, 1), Point({point[1], point[0]}));
  }
}

TEST(LinearLayout, ExpandAddsRegisters) {
  LinearLayout layout = LinearLayout::blocked({64}, {0}, 2, 1);
  LinearLayout wide = layout.expand({-1, 0}, {4, 64});
  EXPECT_EQ(wide.numRegisters(), 4 * layout.numRegisters());
  expectHeldEvenly(wide, {4, 64});
  // A thread holds the same columns in every new row.
  for (int64_t lane = 0; lane < 32; ++lane)
    for (int64_t row = 0; row < 4; ++row) {
      int64_t reg = row * layout.numRegisters();
      EXPECT_EQ(at(wide, reg, lane, 0),
                Point({row, at(layout, 0, lane, 0)[0]}));
    }
  EXPECT_EQ(wide.project({1}), layout);
}

TEST(LinearLayout, Swizzles) {
  // Columns are permuted by XOR with the row: still every element once.
  LinearLayout layout(2);
  for (int64_t bit : {1, 2})
    layout.append(Holder::Register, {0, bit});
  for (int64_t bit : {1, 2})
    layout.append(Holder::Lane, {bit, bit});
  for (unsigned bit = 2; bit < 5; ++bit)
    layout.append(Holder::Lane, 0, bit);
  expectHeldEvenly(layout, {32, 4});
  EXPECT_EQ(at(layout, 3, 1, 0), Point({1, 2}));
}

TEST(LinearLayout, SameThreads) {
  LinearLayout a = LinearLayout::blocked({256}, {0}, 1, 1);
  LinearLayout b = LinearLayout::blocked({64}, {0}, 1, 1);
  EXPECT_TRUE(a.sameThreads(b));
  EXPECT_NE(a, b);
  EXPECT_FALSE(a.sameThreads(LinearLayout::blocked({256}, {0}, 2, 1)));
  EXPECT_FALSE(a.sameThreads(LinearLayout::blocked({256, 1}, {0, 1}, 1, 1)));
}

TEST(LinearLayout, CheckSaysWhatIsWrong) {
  LinearLayout layout = LinearLayout::blocked({32}, {0}, 1, 1);
  EXPECT_EQ(layout.check({32}), std::nullopt);
  EXPECT_EQ(layout.check({32, 1}), "layout of rank 1 on a tile of rank 2");
  EXPECT_EQ(layout.check({64}),
            "layout reaches 2^5 of the tile's 2^6 elements");
  EXPECT_EQ(layout.check({16}), "basis 16 exceeds extent 16 of dimension 0");
  EXPECT_EQ(layout.check({33}), "tile extent 33 is not a power of two");
  LinearLayout few(1);
  EXPECT_EQ(few.check({1}), "layout has 0 lane bits, expected 5");
}
