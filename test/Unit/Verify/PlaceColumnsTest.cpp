//===- PlaceColumnsTest.cpp - Integers of many blocks -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlaceColumns.h"
#include "InterpreterTesting.h"
#include "llvm/Support/FormatVariadic.h"
#include <functional>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

namespace {
/// The integer that a program stores to its output, for each of 24 blocks.
struct Stored : ProgramUnderTest {
  explicit Stored(const std::string &text)
      : ProgramUnderTest(text), terms(program), columns(sizes(), terms) {
    program.walk([&](memref::StoreOp store) { value = store.getValue(); });
  }
  LaunchSizes sizes() { return LaunchSizes::of(program).value(); }
  std::vector<int64_t> operator()(int64_t thread) {
    auto places = columns.placesOf(value);
    if (!places)
      return {};
    columns.evaluate(0, 24, thread);
    std::vector<int64_t> numbers;
    for (int64_t b = 0; b < 24; ++b)
      numbers.push_back(columns[places->front().column][b] +
                        places->front().offset);
    return numbers;
  }

  PlaceTerms terms;
  PlaceColumns columns;
  Value value;
};
} // namespace

/// A grid of 4 x 3 x 2 blocks in clusters of 2, each of 8 x 4 threads.
static std::string storing(StringRef type, StringRef body) {
  std::string text = R"mlir(
    %c0 = arith.constant 0 : index
    %x1 = gpu.block_id x
    %y1 = gpu.block_id y
    %z1 = gpu.block_id z
    %tx = gpu.thread_id x
    %ty = gpu.thread_id y
    %bi = arith.index_cast %x1 : index to i32
    %ti = arith.index_cast %tx : index to i32
)mlir" + body.str() +
                     "\nmemref.store %v, %y[%c0] : memref<1x" + type.str() +
                     ">\n";
  text = with(programText("memref<1xf32>", "memref<1x" + type.str() + ">",
                          "8, 4, 1", "4, 3, 2", text),
              "known_block_size",
              "kgpu.cluster_size = array<i32: 2, 1, 1>, known_block_size");
  return text;
}

using Formula = std::function<int64_t(int64_t x, int64_t y, int64_t z,
                                      int64_t tx, int64_t ty)>;

static void expect(StringRef type, StringRef body, Formula formula) {
  Stored stored(storing(type, body));
  for (int64_t thread : {0, 1, 13, 31}) {
    std::vector<int64_t> numbers = stored(thread);
    ASSERT_EQ(numbers.size(), 24u) << body.str();
    for (int64_t b = 0; b < 24; ++b)
      EXPECT_EQ(numbers[size_t(b)], formula(b % 4, b / 4 % 3, b / 12,
                                            thread % 8, thread / 8))
          << body.str() << b << " " << thread;
  }
}

TEST(PlaceColumns, NumbersOfBlocksAndThreads) {
  expect("index", "%v = arith.addi %x1, %c0 : index",
         [](int64_t x, int64_t, int64_t, int64_t, int64_t) { return x; });
  expect("index", "%v = arith.addi %y1, %ty : index",
         [](int64_t, int64_t y, int64_t, int64_t, int64_t ty) {
           return y + ty;
         });
  expect("index", "%v = arith.subi %z1, %tx : index",
         [](int64_t, int64_t, int64_t z, int64_t tx, int64_t) {
           return z - tx;
         });
  expect("index", "%g = gpu.global_id x\n%v = arith.addi %g, %c0 : index",
         [](int64_t x, int64_t, int64_t, int64_t tx, int64_t) {
           return 8 * x + tx;
         });
  expect("index",
         "%r = gpu.cluster_block_id x\n%n = gpu.cluster_id x\n"
         "%c9 = arith.constant 9 : index\n%m = arith.muli %n, %c9 : index\n"
         "%v = arith.addi %m, %r : index",
         [](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return x / 2 * 9 + x % 2;
         });
  expect("index",
         "%l = gpu.lane_id\n%w = gpu.subgroup_id : index\n"
         "%d = gpu.block_dim x\n%g = gpu.grid_dim y\n"
         "%a = arith.muli %d, %g : index\n%s = arith.addi %l, %w : index\n"
         "%v = arith.addi %a, %s : index",
         [](int64_t, int64_t, int64_t, int64_t tx, int64_t ty) {
           return 24 + tx + 8 * ty;
         });
}

TEST(PlaceColumns, Arithmetic) {
  struct Case {
    const char *op;
    int64_t (*formula)(int64_t a, int64_t b);
  };
  // a = 3 x - 5, b = tx + 2.
  const Case cases[] = {
      {"addi", [](int64_t a, int64_t b) { return a + b; }},
      {"subi", [](int64_t a, int64_t b) { return a - b; }},
      {"muli", [](int64_t a, int64_t b) { return a * b; }},
      {"divsi", [](int64_t a, int64_t b) { return a / b; }},
      {"remsi", [](int64_t a, int64_t b) { return a % b; }},
      {"floordivsi",
       [](int64_t a, int64_t b) {
         return int64_t(std::floor(double(a) / double(b)));
       }},
      {"ceildivsi",
       [](int64_t a, int64_t b) {
         return int64_t(std::ceil(double(a) / double(b)));
       }},
      {"andi", [](int64_t a, int64_t b) { return a & b; }},
      {"ori", [](int64_t a, int64_t b) { return a | b; }},
      {"xori", [](int64_t a, int64_t b) { return a ^ b; }},
      {"minsi", [](int64_t a, int64_t b) { return std::min(a, b); }},
      {"maxsi", [](int64_t a, int64_t b) { return std::max(a, b); }},
      {"minui",
       [](int64_t a, int64_t b) {
         return int64_t(std::min(uint64_t(a), uint64_t(b)));
       }},
      {"maxui",
       [](int64_t a, int64_t b) {
         return int64_t(std::max(uint64_t(a), uint64_t(b)));
       }},
      {"shrsi", [](int64_t a, int64_t b) { return a >> b; }}};
  for (const Case &each : cases)
    for (StringRef type : {"index", "i64"}) {
      std::string cast =
          type == "index"
              ? "%a = arith.addi %a0, %c0 : index\n"
                "%b = arith.addi %b0, %c0 : index\n"
              : "%a = arith.index_cast %a0 : index to i64\n"
                "%b = arith.index_cast %b0 : index to i64\n";
      expect(type,
             "%c2 = arith.constant 2 : index\n%c3 = arith.constant 3 : index\n"
             "%c5 = arith.constant 5 : index\n"
             "%p = arith.muli %x1, %c3 : index\n"
             "%a0 = arith.subi %p, %c5 : index\n"
             "%b0 = arith.addi %tx, %c2 : index\n" +
                 cast + "%v = arith." + each.op + " %a, %b : " + type.str(),
             [&](int64_t x, int64_t, int64_t, int64_t tx, int64_t) {
               return each.formula(3 * x - 5, tx + 2);
             });
    }
}

TEST(PlaceColumns, NumbersOfFewBitsWrap) {
  // 2^31 - 2 + 3 x, as i32 and without a sign.
  std::string large = "%l = arith.constant 2147483646 : i32\n"
                      "%c3 = arith.constant 3 : i32\n"
                      "%p = arith.muli %bi, %c3 : i32\n"
                      "%s = arith.addi %l, %p : i32\n";
  auto wrapped = [](int64_t x) { return int64_t(int32_t(0x7ffffffeu + 3 * x)); };
  expect("i32", large + "%v = arith.addi %s, %l : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return int64_t(int32_t(0xfffffffcu + 3 * x));
         });
  expect("i64", large + "%v = arith.extsi %s : i32 to i64\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return wrapped(x);
         });
  expect("i64", large + "%v = arith.extui %s : i32 to i64\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return wrapped(x) & 0xffffffff;
         });
  expect("i32", large + "%v = arith.divui %s, %c3 : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return (wrapped(x) & 0xffffffff) / 3;
         });
  expect("i32", large + "%v = arith.remui %s, %c3 : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return (wrapped(x) & 0xffffffff) % 3;
         });
  expect("i32", large + "%v = arith.ceildivui %s, %c3 : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return ((wrapped(x) & 0xffffffff) + 2) / 3;
         });
  expect("i32", large + "%v = arith.shrui %s, %c3 : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return (wrapped(x) & 0xffffffff) >> 3;
         });
  expect("i32", large + "%v = arith.shli %s, %c3 : i32\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return int64_t(int32_t(uint32_t(wrapped(x)) << 3));
         });
  expect("i8", large + "%v = arith.trunci %s : i32 to i8\n",
         [&](int64_t x, int64_t, int64_t, int64_t, int64_t) {
           return int64_t(int8_t(wrapped(x)));
         });
}

TEST(PlaceColumns, ComparisonsAndChoices) {
  struct Case {
    const char *predicate;
    bool (*formula)(int64_t a, int64_t b);
  };
  const Case cases[] = {
      {"eq", [](int64_t a, int64_t b) { return a == b; }},
      {"ne", [](int64_t a, int64_t b) { return a != b; }},
      {"slt", [](int64_t a, int64_t b) { return a < b; }},
      {"sle", [](int64_t a, int64_t b) { return a <= b; }},
      {"sgt", [](int64_t a, int64_t b) { return a > b; }},
      {"sge", [](int64_t a, int64_t b) { return a >= b; }},
      {"ult", [](int64_t a, int64_t b) { return uint32_t(a) < uint32_t(b); }},
      {"ule", [](int64_t a, int64_t b) { return uint32_t(a) <= uint32_t(b); }},
      {"ugt", [](int64_t a, int64_t b) { return uint32_t(a) > uint32_t(b); }},
      {"uge", [](int64_t a, int64_t b) { return uint32_t(a) >= uint32_t(b); }}};
  for (const Case &each : cases)
    expect("i32",
           llvm::formatv("%c2 = arith.constant 2 : i32\n"
                         "%a = arith.subi %bi, %c2 : i32\n"
                         "%in = arith.cmpi {0}, %a, %ti : i32\n"
                         "%v = arith.select %in, %bi, %c2 : i32\n",
                         each.predicate)
               .str(),
           [&](int64_t x, int64_t, int64_t, int64_t tx, int64_t) {
             return each.formula(x - 2, tx) ? x : 2;
           });
  expect("i32",
         "%c2 = arith.constant 2 : i32\n"
         "%in = arith.cmpi slt, %bi, %c2 : i32\n"
         "%v = scf.if %in -> i32 {\n scf.yield %ti : i32\n} else {\n"
         "scf.yield %bi : i32\n}\n",
         [](int64_t x, int64_t, int64_t, int64_t tx, int64_t) {
           return x < 2 ? tx : x;
         });
}

TEST(PlaceColumns, ElementsThatMove) {
  expect("i32",
         "%a = vector.from_elements %bi, %ti : vector<2xi32>\n"
         "%w = vector.broadcast %bi : i32 to vector<2xi32>\n"
         "%s = vector.shuffle %a, %w [1, 2] : vector<2xi32>, vector<2xi32>\n"
         "%e:2 = vector.to_elements %s : vector<2xi32>\n"
         "%c100 = arith.constant 100 : i32\n"
         "%m = arith.muli %e#0, %c100 : i32\n"
         "%v = arith.addi %m, %e#1 : i32\n",
         [](int64_t x, int64_t, int64_t, int64_t tx, int64_t) {
           return 100 * tx + x;
         });
  expect("index",
         "%n = vector.step : vector<4xindex>\n"
         "%c = arith.constant dense<[5, 6, 7, 8]> : vector<4xindex>\n"
         "%s = arith.addi %n, %c : vector<4xindex>\n"
         "%r = vector.shape_cast %s : vector<4xindex> to vector<4x1xindex>\n"
         "%t = vector.shape_cast %r : vector<4x1xindex> to vector<4xindex>\n"
         "%e:4 = vector.to_elements %t : vector<4xindex>\n"
         "%v = arith.addi %e#3, %x1 : index\n",
         [](int64_t x, int64_t, int64_t, int64_t, int64_t) { return 11 + x; });
}

TEST(PlaceColumns, TheFirstRoundOfLoops) {
  expect("index",
         "%c7 = arith.constant 7 : index\n%c2 = arith.constant 2 : index\n"
         "%v = scf.for %k = %tx to %c7 step %c2 iter_args(%n = %x1) -> index {\n"
         "%m = arith.addi %n, %k : index\nscf.yield %m : index\n}\n",
         [](int64_t x, int64_t, int64_t, int64_t, int64_t) { return x; });
}

TEST(PlaceColumns, WhatIsNotFollowedHasNone) {
  EXPECT_TRUE(Stored(storing("i32", R"mlir(
    %f = memref.load %x[%c0] : memref<1xf32>
    %v = arith.fptosi %f : f32 to i32
)mlir"))(0)
                  .empty());
  EXPECT_TRUE(Stored(storing("index", R"mlir(
    %c1 = arith.constant 1 : index
    %v = scf.for %k = %c0 to %x1 step %c1 iter_args(%n = %c0) -> index {
      %m = arith.addi %n, %c1 : index
      scf.yield %m : index
    }
)mlir"))(0)
                  .empty());
}

TEST(PlaceColumns, EqualNumbersAreOneColumn) {
  Stored stored(storing("index", R"mlir(
    %c3 = arith.constant 3 : index
    %a = arith.muli %x1, %c3 : index
    %p = arith.addi %a, %tx : index
    %q = arith.addi %tx, %a : index
    %r = arith.addi %q, %c3 : index
    %v = arith.addi %r, %p : index
)mlir"));
  auto sum = stored.value.getDefiningOp();
  auto left = stored.columns.placesOf(sum->getOperand(0));
  auto right = stored.columns.placesOf(sum->getOperand(1));
  EXPECT_EQ(left->front().column, right->front().column);
  EXPECT_EQ(left->front().offset, right->front().offset + 3);
}
