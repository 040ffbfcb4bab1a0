//===- RangesTest.cpp - Bounds and divisors of index values -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Ranges.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

namespace {

/// A kernel of 4 blocks of 64 threads whose values carry a name each.
const char *const program = R"mlir(
gpu.module @m {
  gpu.func @k(%argument: index) kernel attributes {
      known_block_size = array<i32: 64, 1, 1>,
      known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c5 = arith.constant {name = "five"} 5 : index
    %c16 = arith.constant 16 : index
    %c100 = arith.constant 100 : index
    %b = gpu.block_id x {name = "block"}
    %t = gpu.thread_id x {name = "thread"}
    %o = affine.apply affine_map<(d0) -> (d0 * 48)>(%b) {name = "offset"}
    %n = affine.apply affine_map<()[s0, s1] -> (s0 * 4 - s1 + 8)>()[%t, %c16] {name = "sum"}
    %m = arith.muli %b, %c16 {name = "opaque"} : index
    scf.for %i = %c0 to %c100 step %c16 {
      %x = affine.apply affine_map<(d0) -> (d0)>(%i) {name = "step"}
      scf.for %j = %i to %c100 step %argument {
        %y = affine.apply affine_map<(d0) -> (d0)>(%j) {name = "inner"}
      }
    }
    gpu.return
  }
}
)mlir";

class RangesTest : public testing::Test {
protected:
  RangesTest() {
    context.loadDialect<affine::AffineDialect, arith::ArithDialect,
                        gpu::GPUDialect, scf::SCFDialect>();
    module = parseSourceString<ModuleOp>(program, &context);
  }

  Value value(StringRef name) {
    Value found;
    module->walk([&](Operation *op) {
      if (auto attr = op->getAttrOfType<StringAttr>("name"))
        if (attr.getValue() == name)
          found = op->getResult(0);
    });
    EXPECT_TRUE(found) << name.str();
    return found;
  }

  void expectRange(StringRef name, int64_t low, int64_t high) {
    IndexRange range = rangeOf(value(name));
    EXPECT_EQ(range.low, low) << name.str();
    EXPECT_EQ(range.high, high) << name.str();
  }

  AffineExpr dim(unsigned d) { return getAffineDimExpr(d, &context); }
  AffineExpr symbol(unsigned s) { return getAffineSymbolExpr(s, &context); }

  MLIRContext context;
  OwningOpRef<ModuleOp> module;
};

} // namespace

TEST_F(RangesTest, Values) {
  ASSERT_TRUE(module);
  expectRange("five", 5, 5);
  expectRange("block", 0, 3);
  expectRange("thread", 0, 63);
  expectRange("offset", 0, 144);
  expectRange("sum", -8, 244);
  // The last step begins at 96, not at 99.
  expectRange("step", 0, 96);
  // A step that is not known leaves the bounds.
  expectRange("inner", 0, 99);
  // What nothing is known of may be anything.
  IndexRange range = rangeOf(value("opaque"));
  EXPECT_LT(range.low, -(int64_t(1) << 60));
  EXPECT_GT(range.high, int64_t(1) << 60);
}

TEST_F(RangesTest, Divisors) {
  ASSERT_TRUE(module);
  EXPECT_EQ(divisorOf(value("five")), 5);
  EXPECT_EQ(divisorOf(value("block")), 1);
  EXPECT_EQ(divisorOf(value("offset")), 48);
  EXPECT_EQ(divisorOf(value("sum")), 4);
  EXPECT_EQ(divisorOf(value("step")), 16);
  EXPECT_EQ(divisorOf(value("inner")), 1);
  EXPECT_EQ(divisorOf(value("opaque")), 1);
}

TEST_F(RangesTest, Expressions) {
  ASSERT_TRUE(module);
  SmallVector<Value> symbols = {value("offset")};
  auto range = [&](AffineExpr expr) {
    IndexRange r = rangeOf(expr, {8, 32}, symbols);
    return std::pair(r.low, r.high);
  };
  using Range = std::pair<int64_t, int64_t>;
  EXPECT_EQ(range(dim(0)), Range(0, 7));
  EXPECT_EQ(range(dim(0) + symbol(0)), Range(0, 151));
  EXPECT_EQ(range(dim(1) * 2 - 3), Range(-3, 59));
  EXPECT_EQ(range(dim(1) * -2), Range(-62, 0));
  EXPECT_EQ(range((dim(1) - 4).floorDiv(8)), Range(-1, 3));
  EXPECT_EQ(range((dim(1) + 1).ceilDiv(8)), Range(1, 4));
  EXPECT_EQ(range(dim(1) % 10), Range(0, 9));
  // Smaller than the divisor already.
  EXPECT_EQ(range(dim(0) % 10), Range(0, 7));
  EXPECT_EQ(range((dim(0) - 1) % 10), Range(0, 9));
}

TEST_F(RangesTest, DivisorsOfExpressions) {
  ASSERT_TRUE(module);
  SmallVector<Value> symbols = {value("offset")};
  auto divisor = [&](AffineExpr expr) {
    return divisorOf(expr, {4, 1}, symbols);
  };
  EXPECT_EQ(divisor(dim(0)), 4);
  EXPECT_EQ(divisor(dim(0) + symbol(0)), 4);
  EXPECT_EQ(divisor(dim(0) + dim(1) * 6), 2);
  EXPECT_EQ(divisor(dim(0) + dim(1) * 8 + 4), 4);
  EXPECT_EQ(divisor((dim(0) * 8).floorDiv(4)), 8);
  EXPECT_EQ(divisor(dim(0).floorDiv(3)), 1);
  EXPECT_EQ(divisor(dim(0) % 6), 2);
  // Every number divides zero.
  EXPECT_EQ(divisor(getAffineConstantExpr(0, &context)), 0);
}
