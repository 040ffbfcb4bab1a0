//===- CoverageTest.cpp - Is every element written, and once? ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Coverage.h"
#include "InterpreterTesting.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

namespace {
/// A program, and ways to break it.
class CoverageTest : public testing::Test {
protected:
  Coverage check(const std::string &text) {
    ProgramUnderTest parsed(text);
    // What follows addresses is made of functions.
    parsed.context.loadDialect<arith::ArithDialect, mlir::func::FuncDialect,
                               scf::SCFDialect>();
    return checkCoverage(parsed.program, /*firstOutput=*/1, int64_t(1) << 32);
  }
  void expectVerified(const std::string &text) {
    Coverage coverage = check(text);
    EXPECT_EQ(coverage.verdict, Verdict::Verified) << coverage.reason;
  }
  void expect(Verdict verdict, const std::string &text, StringRef reason) {
    Coverage coverage = check(text);
    EXPECT_EQ(coverage.verdict, verdict) << text;
    EXPECT_NE(coverage.reason.find(reason.str()), std::string::npos)
        << coverage.reason;
  }
};
} // namespace

/// 64 blocks of 32 threads, four elements a thread.
static const std::string rows = programText(
    "memref<8192xf32>", "memref<8192xf32>", "32, 1, 1", "64, 1, 1", R"mlir(
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %stride = arith.constant 128 : index
    %b = gpu.block_id x
    %t = gpu.thread_id x
    %first = arith.muli %b, %stride overflow<nsw> : index
    %mine = arith.muli %t, %c4 : index
    %i = arith.addi %first, %mine : index
    %v = kgpu.load %x[%i] : memref<8192xf32> -> vector<4xf32>
    kgpu.store %v, %y[%i] : vector<4xf32>, memref<8192xf32>
)mlir");

TEST_F(CoverageTest, BlocksBesideEachOther) {
  expectVerified(rows);
  expect(Verdict::Refuted, with(rows, "constant 128", "constant 124"),
         "element [124] of argument 1 is written twice, the second time by "
         "thread 0 of block 1, the first time by thread 31 of block 0");
  expect(Verdict::Refuted, with(rows, "i32: 64,", "i32: 63,"),
         "no block writes element [8064]");
  expect(Verdict::Refuted, with(rows, "i32: 64,", "i32: 65,"), "out of bounds");
  expect(Verdict::Refuted, with(rows, "i32: 32,", "i32: 31,"),
         "no block writes element [124]");
  expect(Verdict::Refuted, with(rows, "constant 128", "constant 129"),
         "misaligned");
}

/// What one block in the middle does, no sample need find.
TEST_F(CoverageTest, OneBlockInTheMiddle) {
  expect(Verdict::Refuted,
         with(rows, "kgpu.store %v, %y[%i] :",
              "%bad = arith.constant 37 : index\n"
              "%ok = arith.cmpi ne, %b, %bad : index\n"
              "kgpu.store %v, %y[%i] if %ok :"),
         "no block writes element [4736]");
  expect(Verdict::Refuted,
         with(rows, "gpu.return",
              "%bad = arith.constant 5000 : index\n"
              "%hit = arith.cmpi eq, %i, %bad : index\n"
              "scf.if %hit { kgpu.store %v, %y[%c0] : vector<4xf32>, "
              "memref<8192xf32> }\ngpu.return"),
         "element [0] of argument 1 is written twice, the second time by "
         "thread 2 of block 39");
}

TEST_F(CoverageTest, WhatIsNotFollowedIsUnproven) {
  expect(Verdict::Unproven,
         with(rows, "%first = arith.muli %b, %stride overflow<nsw>",
              "%w = memref.load %x[%b] : memref<8192xf32>\n"
              "%n = arith.fptoui %w : f32 to i32\n"
              "%m = arith.index_cast %n : i32 to index\n"
              "%first = arith.muli %m, %stride"),
         "'arith.fptoui' decides where something is written");
  expect(Verdict::Unproven,
         with(rows, "gpu.return",
              "%view = memref.cast %y : memref<8192xf32> to memref<?xf32>\n"
              "gpu.return"),
         "'memref.cast' uses an output");
  expect(Verdict::Unproven, with(rows, "\"write\"", "\"readwrite\""),
         "argument 1 is not only written");
}

TEST_F(CoverageTest, NothingUndefinedIsRun) {
  expect(Verdict::Refuted,
         with(rows, "%first = arith.muli %b, %stride overflow<nsw>",
              "%q = arith.divui %stride, %b : index\n"
              "%p = arith.remui %q, %stride : index\n"
              "%s = arith.maxui %p, %stride : index\n"
              "%first = arith.muli %b, %s"),
         "thread 0 of block 0: division by 0");
  const char *loop = "scf.for %k = %c0 to %end step %step {\n"
                     "kgpu.store %v, %y[%i] : vector<4xf32>, "
                     "memref<8192xf32>\n}\n";
  auto looped = [&](const char *end, const char *step) {
    return with(rows, "kgpu.store %v, %y[%i] : vector<4xf32>, memref<8192xf32>",
                std::string("%end = arith.constant ") + end +
                    " : index\n%step = arith.constant " + step + " : index\n" +
                    loop);
  };
  expectVerified(looped("1", "1"));
  expect(Verdict::Refuted, looped("2", "1"), "written twice");
  expect(Verdict::Refuted, looped("4", "0"), "step that is not positive");
  expect(Verdict::Refuted, looped("9000000000000000000", "1"),
         "more than 2^40 times");
}

/// Blocks take every 16th row; the last store of a row is cut.
static const std::string ragged = programText(
    "memref<100x70xf32>", "memref<100x70xf32>", "32, 1, 1", "16, 1, 1", R"mlir(
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c16 = arith.constant 16 : index
    %rows = arith.constant 100 : index
    %columns = arith.constant 70 : index
    %b = gpu.block_id x
    %t = gpu.thread_id x
    %v = arith.constant dense<0.0> : vector<3xf32>
    scf.for %r = %b to %rows step %c16 {
      %j = arith.muli %t, %c3 : index
      %left = arith.subi %columns, %j : index
      kgpu.store %v, %y[%r, %j] valid %left : vector<3xf32>, memref<100x70xf32>
    }
)mlir");

TEST_F(CoverageTest, LoopsAndRaggedRows) {
  expectVerified(ragged);
  expect(Verdict::Refuted, with(ragged, "step %c16", "step %c3"),
         "written twice");
  expect(Verdict::Refuted,
         with(ragged, "%c16 = arith.constant 16", "%c16 = arith.constant 17"),
         "no block writes element [16, 0]");
  expect(Verdict::Refuted, with(ragged, "constant 70", "constant 69"),
         "no block writes element [0, 69]");
  expect(Verdict::Refuted, with(ragged, "constant 70", "constant 71"),
         "out of bounds");
}

/// The number of a block runs down groups of two rows of blocks.
static const std::string raster = programText(
    "memref<8x8xf32>", "memref<8x8xf32>", "1, 1, 1", "64, 1, 1", R"mlir(
    %c2 = arith.constant 2 : index
    %c7 = arith.constant 7 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %b = gpu.block_id x
    %group = arith.divui %b, %c16 : index
    %in = arith.remui %b, %c16 : index
    %low = arith.remui %in, %c2 : index
    %high = arith.muli %group, %c2 : index
    %r = arith.addi %high, %low : index
    %column = arith.divui %in, %c2 : index
    %j = arith.xori %column, %c7 : index
    %v = arith.constant 0.0 : f32
    kgpu.store %v, %y[%r, %j] : f32, memref<8x8xf32>
)mlir");

TEST_F(CoverageTest, RasterAndSwizzle) {
  expectVerified(raster);
  expect(Verdict::Refuted,
         with(raster, "%c7 = arith.constant 7", "%c7 = arith.constant 8"),
         "out of bounds");
  expect(Verdict::Refuted, with(raster, "arith.xori", "arith.maxui"),
         "written twice");
}

/// Boxes of 16 x 64 by one thread of each block.
static const std::string boxes = programText(
    "memref<1xf32>", "memref<60x128xbf16>", "32, 1, 1", "2, 4, 1", R"mlir(
    %s = kgpu.alloc_shared : memref<1x16x64xbf16, #kgpu.shared<swizzle = 128>>
    %map = kgpu.tensor_map %y
      : memref<60x128xbf16> to !kgpu.tensor_map<16x64xbf16, swizzle = 128>
    %c0 = arith.constant 0 : index
    %width = arith.constant 64 : index
    %height = arith.constant 16 : index
    %bx = gpu.block_id x
    %by = gpu.block_id y
    %t = gpu.thread_id x
    %one = arith.cmpi eq, %t, %c0 : index
    %row = arith.muli %by, %height : index
    %column = arith.muli %bx, %width : index
    kgpu.tma_store %s[%c0], %map[%row, %column] if %one
      : memref<1x16x64xbf16, #kgpu.shared<swizzle = 128>>,
        !kgpu.tensor_map<16x64xbf16, swizzle = 128>
)mlir");

TEST_F(CoverageTest, BoxesOfTheTensorMemoryAccelerator) {
  expectVerified(boxes);
  expect(Verdict::Refuted, with(boxes, "if %one", ""),
         "element [0, 0] of argument 1 is written twice, the second time by "
         "thread 1 of block 0, the first time by thread 0 of block 0");
  expect(Verdict::Refuted, with(boxes, "constant 16", "constant 15"),
         "element [15, 0] of argument 1 is written twice");
  expect(Verdict::Refuted, with(boxes, "constant 64", "constant 56"),
         "written twice");
  expect(Verdict::Refuted, with(boxes, "i32: 2, 4,", "i32: 2, 3,"),
         "no block writes element [48, 0]");
  expect(Verdict::Refuted, with(boxes, "constant 16", "constant 17"),
         "no block writes element [16, 0]");
}
