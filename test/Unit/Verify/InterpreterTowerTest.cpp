//===- InterpreterTowerTest.cpp - Kernels in the exact domain -------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the interpreter is for: the lowered kernel and another form of the same
// function give equal values in the exact algebra, and a wrong one does not,
// although control flow runs with inactive lanes.
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"
#include "kernel-opt/Verify/Tower.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

/// Softmax of rows of 50 by a warp, with what is subtracted left open.
static std::string softmax(StringRef shift, StringRef scale) {
  std::string text = programText("memref<3x50xf32>", "memref<3x50xf32>",
                                 "32, 1, 1", "3, 1, 1", R"mlir(
    %c2 = arith.constant 2 : index
    %c25 = arith.constant 25 : index
    %zero = arith.constant 0.0 : f32
    %minus = arith.constant 0xFF800000 : f32
    %row = gpu.block_id x
    %lane = gpu.lane_id
    %i = arith.muli %lane, %c2 : index
    %in = arith.cmpi ult, %lane, %c25 : index
    %v = kgpu.load %x[%row, %i] if %in padding 0xFF800000 : f32 : memref<3x50xf32> -> vector<2xf32>
    %m0 = vector.reduction <maximumf>, %v : vector<2xf32> into f32
    %m = kgpu.warp_reduce max %m0 lane_bits [4, 3, 2, 1, 0] : f32
    %mv = vector.broadcast SHIFT : f32 to vector<2xf32>
    %d = arith.subf %v, %mv : vector<2xf32>
    %e = math.exp %d : vector<2xf32>
    %s0 = vector.reduction <add>, %e : vector<2xf32> into f32
    %s = kgpu.warp_reduce add %s0 lane_bits [4, 3, 2, 1, 0] : f32
    %sv = vector.broadcast SCALE : f32 to vector<2xf32>
    scf.if %in {
      %q = arith.divf %e, %sv : vector<2xf32>
      kgpu.store %q, %y[%row, %i] : vector<2xf32>, memref<3x50xf32>
    }
)mlir");
  text.replace(text.find("SHIFT"), 5, shift.str());
  text.replace(text.find("SCALE"), 5, scale.str());
  return text;
}

/// Number of output elements that differ.
static size_t countDifferent(const std::string &a, const std::string &b) {
  TowerOptions options;
  options.key = 17;
  std::unique_ptr<TowerDomain> domain = createTowerDomain(options);
  std::vector<std::vector<char>> values;
  size_t bytes = domain->valueBytes();
  KernelUnderTest first(a), second(b);
  for (const KernelUnderTest *kernel : {&first, &second}) {
    ArgumentSource inputs =
        makeArgumentSource(*kernel->compiled, *domain, 5, InputFamily::Normal);
    auto result = interpret(*kernel->compiled, *domain, inputs, {});
    EXPECT_TRUE(succeeded(result));
    expectClean(*result);
    EXPECT_EQ(result->undecided, 0u);
    values.emplace_back();
    result->forEachWritten(1, [&](int64_t, const void *value) {
      auto *begin = static_cast<const char *>(value);
      values.back().insert(values.back().end(), begin, begin + bytes);
    });
  }
  EXPECT_EQ(values[0].size(), 150 * bytes);
  EXPECT_EQ(values[1].size(), 150 * bytes);
  size_t different = 0;
  for (size_t k = 0; k < 150; ++k)
    different += domain->compareOutputs(
                     FloatKind::F32, values[0].data() + k * bytes,
                     values[1].data() + k * bytes) != Comparison::Equal;
  return different;
}

TEST(InterpreterTowerTest, Softmax) {
  std::string right = softmax("%m", "%s");
  // Without the maximum it is the same function over the reals.
  EXPECT_EQ(countDifferent(right, softmax("%zero", "%s")), 0u);
  // The sum of each lane's own elements is not the row's.
  EXPECT_EQ(countDifferent(right, softmax("%m", "%s0")), 150u);
}

TEST(InterpreterTowerTest, NoBits) {
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<32xf32> {kgpu.access = "read"},
                   %y: memref<32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    %v = memref.load %x[%t] : memref<32xf32>
    %i = arith.bitcast %v : f32 to i32
    memref.store %i, %y[%t] : memref<32xi32>
    gpu.return
  }
})mlir");
  std::unique_ptr<TowerDomain> domain = createTowerDomain({});
  ArgumentSource inputs =
      makeArgumentSource(*kernel.compiled, *domain, 5, InputFamily::Normal);
  auto result = interpret(*kernel.compiled, *domain, inputs, {});
  ASSERT_TRUE(succeeded(result));
  EXPECT_EQ(result->count(Fault::Unsupported), 1u);
}
