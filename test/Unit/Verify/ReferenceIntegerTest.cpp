//===- ReferenceIntegerTest.cpp - Integers of the evaluator -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReferenceTesting.h"
#include "mlir/IR/Diagnostics.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

TEST_F(ReferenceTest, IntegersAreDrawnAsFarAsTheyArePlaces) {
  auto bound = [&](StringRef body) { return integerBoundOf(parse(body)); };
  auto gather = [](StringRef table, StringRef places, StringRef before = "") {
    return (R"mlir(
func.func @f(%t: tensor<)mlir" +
            table + R"mlir(xf32>, %p: tensor<4xi64>) -> tensor<)mlir" + places +
            R"mlir(xf32> {
      )mlir" +
            before + R"mlir(
      %e = tensor.empty() : tensor<)mlir" +
            places + R"mlir(xf32>
      %y = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
                           iterator_types = ["parallel"]}
          ins(%places : tensor<)mlir" +
            places + R"mlir(xi64>) outs(%e : tensor<)mlir" + places +
            R"mlir(xf32>) {
      ^bb0(%at: i64, %o: f32):
        %i = arith.index_cast %at : i64 to index
        %j = linalg.index 0 : index
        %x = tensor.extract %t[%i, %j] : tensor<)mlir" +
            table + R"mlir(xf32>
        linalg.yield %x : f32
      } -> tensor<)mlir" +
            places + R"mlir(xf32>
      return %y : tensor<)mlir" +
            places + R"mlir(xf32>
    })mlir")
        .str();
  };
  constexpr StringLiteral plain = "%places = tensor.cast %p : tensor<4xi64> to "
                                  "tensor<4xi64>";
  // As many as there are places, not fewer because another dimension is short.
  EXPECT_EQ(bound(gather("100x4", "4", plain)), 100);
  EXPECT_EQ(bound(gather("3x4", "4", plain)), 3);
  EXPECT_EQ(bound(gather("1x4", "4", plain)), 1);
  // No further than is worth it, and what is padded is drawn as far.
  EXPECT_EQ(bound(gather("100000x4", "4", plain)), 4096);
  constexpr StringLiteral padded = R"mlir(
      %zero = arith.constant 0 : i64
      %places = tensor.pad %p low[2] high[1] {
      ^bb0(%k: index):
        tensor.yield %zero : i64
      } : tensor<4xi64> to tensor<7xi64>)mlir";
  EXPECT_EQ(bound(gather("50x7", "7", padded)), 50);
  // Integers that are no places are small.
  EXPECT_EQ(bound(R"mlir(
    func.func @f(%p: tensor<4xi64>) -> tensor<4xi64> {
      return %p : tensor<4xi64>
    })mlir"),
            4);
}

TEST_F(ReferenceTest, IntegersOfAllWidths) {
  struct Case {
    StringRef op, type;
    int64_t a, b, expected;
  } cases[] = {
      {"addi", "i8", 127, 1, -128},     {"subi", "i8", -128, 1, 127},
      {"muli", "i16", 300, 300, 24464}, {"divsi", "i32", -7, 2, -3},
      {"divui", "i8", -1, 2, 127},      {"ceildivsi", "i32", 7, 2, 4},
      {"ceildivsi", "i32", -7, 2, -3},  {"ceildivui", "i8", -1, 2, -128},
      {"floordivsi", "i32", -7, 2, -4}, {"floordivsi", "i32", 7, -2, -4},
      {"remsi", "i32", -7, 2, -1},      {"remui", "i8", -1, 16, 15},
      {"andi", "i32", 12, 10, 8},       {"ori", "i32", 12, 10, 14},
      {"xori", "i32", 12, 10, 6},       {"shli", "i8", 3, 6, -64},
      {"shrsi", "i8", -128, 3, -16},    {"shrui", "i8", -128, 3, 16},
      {"maxsi", "i32", -1, 1, 1},       {"minsi", "i32", -1, 1, -1},
      {"maxui", "i32", -1, 1, -1},      {"minui", "i32", -1, 1, 1},
      {"divsi", "i8", -128, -1, -128},  {"remsi", "i8", -128, -1, 0},
      {"floordivsi", "i64", -8, -1, 8}, {"ceildivsi", "i32", -8, -3, 3},
  };
  for (const Case &c : cases) {
    std::string body = (R"mlir(
func.func @f() -> tensor<1x)mlir" +
                        c.type + R"mlir(> {
  %a = arith.constant )mlir" +
                        Twine(c.a) + " : " + c.type + R"mlir(
  %b = arith.constant )mlir" +
                        Twine(c.b) + " : " + c.type + R"mlir(
  %r = arith.)mlir" + c.op +
                        " %a, %b : " + c.type + R"mlir(
  %y = tensor.from_elements %r : tensor<1x)mlir" +
                        c.type + R"mlir(>
  return %y : tensor<1x)mlir" +
                        c.type + ">\n}")
                           .str();
    std::vector<double> values = run(body, {});
    ASSERT_EQ(values.size(), 1u) << body;
    EXPECT_EQ(values[0], double(c.expected)) << c.op.str();
  }
}

TEST_F(ReferenceTest, IntegersWithoutAResult) {
  mlir::ScopedDiagnosticHandler quiet(
      &context, [](mlir::Diagnostic &) { return success(); });
  for (StringRef op : {"divsi", "divui", "ceildivsi", "ceildivui", "floordivsi",
                       "remsi", "remui", "shli", "shrsi", "shrui"}) {
    StringRef right = op.starts_with("sh") ? "32" : "0";
    std::string body = ("func.func @f() -> tensor<1xi32> {\n"
                        "%a = arith.constant 1 : i32\n%b = arith.constant " +
                        right + " : i32\n%r = arith." + op +
                        " %a, %b : i32\n%y = tensor.from_elements %r : "
                        "tensor<1xi32>\nreturn %y : tensor<1xi32>\n}")
                           .str();
    EXPECT_TRUE(run(body, {}).empty()) << op.str();
  }
}
