//===- FragmentsTest.cpp - Layouts of matrix instructions -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Verify/Interpreter/Fragments.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::LinearLayout;
using verify::MatrixPlace;

/// Registers 0 to 3 of every lane hold what the interpreter says of one
/// fragment.
TEST(FragmentsTest, AccumulatorAgreesWithTheInterpreter) {
  LinearLayout layout = mmaAccumulator(64, 128, 4, false);
  EXPECT_EQ(layout.check({64, 128}), std::nullopt);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned e = 0; e < 4; ++e) {
      MatrixPlace place = verify::mmaPlaceC(lane, e);
      auto at = layout.apply(e, lane, 0);
      EXPECT_EQ(at[0], place.row);
      EXPECT_EQ(at[1], place.column);
    }
}

TEST(FragmentsTest, LeftOperandAgreesWithTheInterpreter) {
  LinearLayout layout = mmaLeftOperand(mmaAccumulator(64, 64, 4, true), 32);
  EXPECT_EQ(layout.check({64, 32}), std::nullopt);
  for (unsigned lane = 0; lane < 32; ++lane)
    for (unsigned e = 0; e < 8; ++e) {
      MatrixPlace place = verify::mmaPlaceA(lane, e, 2);
      auto at = layout.apply(e, lane, 0);
      EXPECT_EQ(at[0], place.row);
      EXPECT_EQ(at[1], place.column);
    }
}

/// What one product leaves in registers is what the next one takes.
TEST(FragmentsTest, WholeRowsChain) {
  for (int64_t rows : {16, 64, 128, 256})
    for (int64_t warps : {1, 2, 4, 8}) {
      LinearLayout scores = mmaAccumulator(rows, 64, warps, true);
      LinearLayout values = mmaAccumulator(rows, 128, warps, true);
      EXPECT_EQ(scores.check({rows, 64}), std::nullopt);
      EXPECT_EQ(scores, mmaLeftOperand(values, 64));
      // Rows are reduced inside of a warp.
      for (const LinearLayout::Basis &basis : scores.bases(ktile::Holder::Warp))
        EXPECT_EQ(basis[1], 0);
    }
}

TEST(FragmentsTest, EveryElementHasAWarp) {
  for (int64_t rows : {16, 32, 128})
    for (int64_t columns : {8, 16, 64, 256})
      for (int64_t warps : {1, 2, 4, 8, 16, 32})
        EXPECT_EQ(
            mmaAccumulator(rows, columns, warps, false).check({rows, columns}),
            std::nullopt)
            << rows << "x" << columns << " by " << warps;
}
