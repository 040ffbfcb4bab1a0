//===- BlockUniformityTest.cpp - Do all blocks behave alike? ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockUniformity.h"
#include "InterpreterTesting.h"
#include "kernel-opt/Verify/KernelCheck.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

/// A program of blocks of 32 threads: %b and %t, and what follows.
static std::string blocks(StringRef body) {
  std::string known = R"mlir(
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %b = gpu.block_id x
    %t = gpu.thread_id x
)mlir";
  return programText("memref<64x128xf32>", "memref<64x128xf32>", "32, 1, 1",
                     "64, 1, 1", known + body.str());
}

static bool guards(const std::string &text) {
  ProgramUnderTest parsed(text);
  return guardsDependOnBlock(parsed.program);
}

static bool isUniform(const std::string &text) {
  ProgramUnderTest parsed(text);
  return isUniformInBlock(parsed.program);
}

static bool rounds(const std::string &text) {
  ProgramUnderTest parsed(text);
  return roundsDependOnBlock(parsed.program);
}

/// A row for each block, in an order that arithmetic makes.
static const std::string plain = blocks(R"mlir(
    %low = arith.remui %b, %c8 : index
    %high = arith.divui %b, %c8 : index
    %first = arith.muli %low, %c8 : index
    %row = arith.addi %first, %high : index
    %v = kgpu.load %x[%row, %t] : memref<64x128xf32> -> vector<4xf32>
    %w = memref.load %x[%row, %t] : memref<64x128xf32>
    kgpu.store %v, %y[%row, %t] : vector<4xf32>, memref<64x128xf32>
    memref.store %w, %y[%row, %t] : memref<64x128xf32>
)mlir");

TEST(GuardsDependOnBlock, NotByAddresses) {
  EXPECT_FALSE(guards(plain));
  EXPECT_FALSE(guards(blocks(R"mlir(
    %s = kgpu.alloc_shared : memref<64xf32, #kgpu.shared>
    %in = arith.cmpi ult, %t, %c8 : index
    kgpu.async_copy %x[%b, %t], %s[%t] if %in {count = 1}
      : memref<64x128xf32>, memref<64xf32, #kgpu.shared>
)mlir")));
  // What is asked of the thread alone is the same in all blocks.
  EXPECT_FALSE(guards(with(with(plain, "%low = ",
                                "%in = arith.cmpi ult, %t, %c8 : index\n"
                                "%low = "),
                           "%y[%row, %t]", "%y[%row, %t] if %in valid %t")));
}

TEST(GuardsDependOnBlock, ByPredicates) {
  std::string compared =
      with(plain, "%v = ", "%in = arith.cmpi ult, %row, %c8 : index\n%v = ");
  EXPECT_TRUE(guards(with(
      compared, "%x[%row, %t] :", "%x[%row, %t] if %in padding 0.0 : f32 :")));
  EXPECT_TRUE(
      guards(with(compared, "%v, %y[%row, %t]", "%v, %y[%row, %t] if %in")));
}

TEST(GuardsDependOnBlock, ByPartsOfVectorsThatCount) {
  EXPECT_TRUE(
      guards(with(plain, "%v, %y[%row, %t]", "%v, %y[%row, %t] valid %row")));
  EXPECT_TRUE(guards(with(
      plain, "%x[%row, %t] :", "%x[%row, %t] valid %row padding 0.0 : f32 :")));
}

TEST(GuardsDependOnBlock, ByWhatIsNotKnownToBeAnAddress) {
  std::string applied =
      with(plain, "%row = arith.addi %first, %high : index",
           "%row = affine.apply affine_map<(i, j) -> (i + j)>(%first, %high)");
  EXPECT_TRUE(guards(applied));
  EXPECT_TRUE(guards(with(plain, "arith.addi", "arith.minui")));
}

/// One thread of each block moves a box of 16 x 32.
static std::string boxes(int64_t rows, bool load) {
  std::string type = "memref<" + std::to_string(rows) + "x128xf32>";
  std::string map = "!kgpu.tensor_map<16x32xf32, swizzle = 128>";
  std::string shared = "memref<1x16x32xf32, #kgpu.shared<swizzle = 128>>";
  std::string body = "%height = arith.constant 16 : index\n"
                     "%c0 = arith.constant 0 : index\n"
                     "%b = gpu.block_id x\n%t = gpu.thread_id x\n"
                     "%one = arith.cmpi eq, %t, %c0 : index\n"
                     "%row = arith.muli %b, %height : index\n"
                     "%s = kgpu.alloc_shared : " +
                     shared + "\n%map = kgpu.tensor_map " +
                     (load ? "%x : " : "%y : ") + type + " to " + map + "\n";
  if (load)
    body += "%full = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>\n"
            "kgpu.tma_load %map[%row, %c0], %s[%c0], %full[%c0] if %one : " +
            map + ", " + shared + ", !kgpu.mbarriers<1>\n";
  else
    body += "kgpu.tma_store %s[%c0], %map[%row, %c0] if %one : " + shared +
            ", " + map + "\n";
  return programText(type, type, "32, 1, 1", "4, 1, 1", body);
}

TEST(GuardsDependOnBlock, ByBoxesThatHangOver) {
  for (bool load : {false, true}) {
    EXPECT_FALSE(guards(boxes(64, load))) << load;
    EXPECT_TRUE(guards(boxes(60, load))) << load;
  }
}

TEST(IsUniformInBlock, WherePlacesAreAddressesAndGuards) {
  EXPECT_TRUE(isUniform(plain));
  EXPECT_TRUE(isUniform(boxes(60, /*load=*/true)));
  EXPECT_TRUE(isUniform(boxes(60, /*load=*/false)));
  EXPECT_TRUE(isUniform(
      with(plain, "%v, %y[%row, %t]", "%v, %y[%row, %t] valid %row")));
  // As bounds of loops, and what is counted from there.
  EXPECT_TRUE(isUniform(blocks(R"mlir(
    %v = arith.constant 0.0 : f32
    scf.for %r = %b to %c8 step %c1 {
      kgpu.store %v, %y[%r, %t] : f32, memref<64x128xf32>
    }
)mlir")));
  // A mask chooses between an element and its padding.
  EXPECT_TRUE(isUniform(blocks(R"mlir(
    %zero = arith.constant 0.0 : f32
    %v = kgpu.load %x[%b, %t] : memref<64x128xf32> -> f32
    %in = arith.cmpi ult, %b, %c8 : index
    %w = arith.select %in, %v, %zero : f32
    kgpu.store %w, %y[%b, %t] : f32, memref<64x128xf32>
)mlir")));
}

TEST(IsUniformInBlock, NotWherePlacesAreValuesOrDecideWhatIsDone) {
  // Stored, as it is or as a float.
  EXPECT_FALSE(isUniform(programText("memref<64xf32>", "memref<64xindex>",
                                     "1, 1, 1", "64, 1, 1", R"mlir(
    %b = gpu.block_id x
    memref.store %b, %y[%b] : memref<64xindex>
)mlir")));
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    %n = arith.index_cast %b : index to i32
    %v = arith.sitofp %n : i32 to f32
    kgpu.store %v, %y[%b, %t] : f32, memref<64x128xf32>
)mlir")));
  // A branch may do anything.
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    %v = arith.constant 0.0 : f32
    %in = arith.cmpi ult, %b, %c8 : index
    scf.if %in {
      kgpu.store %v, %y[%b, %t] : f32, memref<64x128xf32>
    }
)mlir")));
  // What a loop counts from there, and what it carries.
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    scf.for %r = %b to %c8 step %c1 {
      %n = arith.index_cast %r : index to i32
      %v = arith.sitofp %n : i32 to f32
      kgpu.store %v, %y[%r, %t] : f32, memref<64x128xf32>
    }
)mlir")));
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    %v = arith.constant 0.0 : f32
    %end = scf.for %k = %c0 to %c8 step %c1 iter_args(%r = %b) -> (index) {
      kgpu.store %v, %y[%r, %t] : f32, memref<64x128xf32>
      %next = arith.addi %r, %c1 : index
      scf.yield %next : index
    }
)mlir")));
  // Where a copy writes within the block.
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    %s = kgpu.alloc_shared : memref<64xf32, #kgpu.shared>
    kgpu.async_copy %x[%c0, %t], %s[%b] {count = 1}
      : memref<64x128xf32>, memref<64xf32, #kgpu.shared>
)mlir")));
  // A mask may not choose places.
  EXPECT_FALSE(isUniform(blocks(R"mlir(
    %v = arith.constant 0.0 : f32
    %in = arith.cmpi ult, %t, %c8 : index
    %r = arith.select %in, %b, %c0 : index
    kgpu.store %v, %y[%r, %t] : f32, memref<64x128xf32>
)mlir")));
}

TEST(RoundsDependOnBlock, WhereBoundsAreNotConstant) {
  auto loop = [](StringRef from, StringRef to) {
    return blocks(("%v = arith.constant 0.0 : f32\nscf.for %r = " + from +
                   " to " + to +
                   " step %c1 {\n"
                   "kgpu.store %v, %y[%r, %t] : f32, memref<64x128xf32>\n}")
                      .str());
  };
  EXPECT_FALSE(rounds(plain));
  EXPECT_FALSE(rounds(loop("%c0", "%c8")));
  EXPECT_TRUE(rounds(loop("%b", "%c8")));
  EXPECT_TRUE(rounds(loop("%c0", "%b")));
}
