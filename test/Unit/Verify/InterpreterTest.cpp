//===- InterpreterTest.cpp - Values and API of the interpreter ------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

static double product(int64_t n, int64_t m, int64_t k, int64_t row,
                      int64_t column) {
  double sum = 0;
  for (int64_t j = 0; j < k; ++j)
    sum += small(0, row * k + j) * small(1, j * n + column);
  return sum;
}

TEST(InterpreterTest, TiledMatmul) {
  KernelUnderTest kernel(tiledMatmul(64));
  auto domain = createFloatDomain();
  RunResult result = kernel.run(*domain, small);
  expectClean(result);
  std::vector<double> c = outputs(kernel, result, *domain, 2);
  for (int64_t i = 0; i < 64; ++i)
    for (int64_t j = 0; j < 64; ++j)
      ASSERT_EQ(c[size_t(i * 64 + j)], product(64, 64, 64, i, j));
  EXPECT_EQ(result.executedBlocks.size(), 16u);
  EXPECT_EQ(result.maxWrites, 1u);
  EXPECT_EQ(result.writtenElements(2), 64u * 64u);
  EXPECT_EQ(result.instructionCoverage(), 1.0);
  EXPECT_EQ(result.branchCoverage(), 1.0);
  // Each block reads 2 * 64 * 16 floats; 16-wide rows are two sectors.
  EXPECT_EQ(result.counters.globalSectorsRead, 16u * 2 * 64 * 16 / 8);
  EXPECT_EQ(result.counters.globalSectorsWritten, 64u * 64 / 8);
  // Blocks share what they read.
  EXPECT_EQ(result.counters.leastSectorsRead, 2u * 64 * 64 / 8);
  EXPECT_EQ(result.counters.leastSectorsWritten, 64u * 64 / 8);
  EXPECT_FALSE(kernel.compiled->controlDependsOnContents());
  EXPECT_FALSE(kernel.compiled->addressesDependOnContents());
  EXPECT_FALSE(kernel.compiled->blocksCommunicate());
}

TEST(InterpreterTest, SomeBlocks) {
  KernelUnderTest kernel(tiledMatmul(64));
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.blocks = {0, 5, 15};
  launch.blockOrder = RunOrder::Shuffled;
  RunResult result = kernel.run(*domain, small, launch);
  expectClean(result);
  EXPECT_EQ(result.writtenElements(2), 3u * 256u);
  std::vector<double> c = outputs(kernel, result, *domain, 2);
  EXPECT_EQ(c[63 * 64 + 63], product(64, 64, 64, 63, 63));
  EXPECT_TRUE(std::isnan(c[63 * 64]));
}

// A tensor of 2^30 elements costs what one block touches of it.
TEST(InterpreterTest, HugeTensorIsSparse) {
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<32768x32768xf32> {kgpu.access = "read"},
                   %z: memref<32768x32768xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 256, 1, 1>,
                  known_grid_size = array<i32: 128, 32768, 1>} {
    %i = gpu.global_id x
    %row = gpu.block_id y
    %v = memref.load %x[%row, %i] : memref<32768x32768xf32>
    memref.store %v, %z[%row, %i] : memref<32768x32768xf32>
    gpu.return
  }
})mlir");
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.blocks = {0, 128 * 32768 - 1};
  RunResult result = kernel.run(*domain, small, launch);
  expectClean(result);
  EXPECT_EQ(result.writtenElements(1), 512u);
  uint64_t seen = 0;
  result.forEachWritten(1, [&](int64_t index, const void *value) {
    double high, low;
    domain->toReal(value, &high, &low, 1);
    EXPECT_EQ(high, small(0, index));
    ++seen;
  });
  EXPECT_EQ(seen, 512u);
}

TEST(InterpreterTest, DivergentLoopsAndBranches) {
  // Collatz steps of each thread's number: every lane leaves at another time.
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<40xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 40, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : i32
    %c1 = arith.constant 1 : i32
    %c2 = arith.constant 2 : i32
    %c3 = arith.constant 3 : i32
    %t = gpu.thread_id x
    %i = arith.index_cast %t : index to i32
    %first = arith.addi %i, %c1 : i32
    %r:2 = scf.while (%n = %first, %steps = %c0) : (i32, i32) -> (i32, i32) {
      %go = arith.cmpi ne, %n, %c1 : i32
      scf.condition(%go) %n, %steps : i32, i32
    } do {
    ^bb0(%n: i32, %steps: i32):
      %bit = arith.andi %n, %c1 : i32
      %odd = arith.cmpi eq, %bit, %c1 : i32
      %next = scf.if %odd -> i32 {
        %a = arith.muli %n, %c3 : i32
        %b = arith.addi %a, %c1 : i32
        scf.yield %b : i32
      } else {
        %h = arith.divsi %n, %c2 : i32
        scf.yield %h : i32
      }
      %more = arith.addi %steps, %c1 : i32
      scf.yield %next, %more : i32, i32
    }
    // A loop with bounds of its own in each lane, that swaps what it carries.
    %f:2 = scf.for %k = %c0 to %i step %c1
        iter_args(%u = %c0, %v = %c1) -> (i32, i32) : i32 {
      %s = arith.addi %u, %v : i32
      scf.yield %v, %s : i32, i32
    }
    %sum = arith.addi %r#1, %f#0 : i32
    memref.store %sum, %z[%t] : memref<40xi32>
    gpu.return
  }
})mlir");
  auto domain = createFloatDomain();
  RunResult result = kernel.run(*domain, small);
  expectClean(result);
  std::vector<double> z = outputs(kernel, result, *domain, 0);
  for (int32_t t = 0; t < 40; ++t) {
    int32_t steps = 0, a = 0, b = 1;
    for (int64_t n = t + 1; n != 1; ++steps)
      n = n % 2 ? 3 * n + 1 : n / 2;
    for (int32_t k = 0; k < t; ++k) {
      int32_t s = a + b;
      a = b;
      b = s;
    }
    EXPECT_EQ(z[size_t(t)], double(steps + a)) << "thread " << t;
  }
  EXPECT_FALSE(kernel.compiled->controlDependsOnContents());
}

TEST(InterpreterTest, Integers) {
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<16x32xi64> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c6 = arith.constant 6 : index
    %c7 = arith.constant 7 : index
    %t = gpu.thread_id x
    %i = arith.index_cast %t : index to i8
    %k = arith.constant -120 : i8
    %s = arith.addi %i, %k : i8
    %m = arith.constant -7 : i8
    %q = arith.divsi %s, %m : i8
    %u = arith.divui %s, %m : i8
    %f = arith.floordivsi %s, %m : i8
    %shift = arith.constant 3 : i8
    %l = arith.shrui %s, %shift : i8
    %x = arith.muli %s, %s : i8
    %less = arith.cmpi ult, %s, %m : i8
    %e0 = arith.extsi %s : i8 to i64
    %e1 = arith.extsi %q : i8 to i64
    %e2 = arith.extui %u : i8 to i64
    %e3 = arith.extsi %f : i8 to i64
    %e4 = arith.extsi %l : i8 to i64
    %e5 = arith.extsi %x : i8 to i64
    %e6 = arith.extui %less : i1 to i64
    %e7 = arith.extsi %less : i1 to i64
    memref.store %e0, %z[%c0, %t] : memref<16x32xi64>
    memref.store %e1, %z[%c1, %t] : memref<16x32xi64>
    memref.store %e2, %z[%c2, %t] : memref<16x32xi64>
    memref.store %e3, %z[%c3, %t] : memref<16x32xi64>
    memref.store %e4, %z[%c4, %t] : memref<16x32xi64>
    memref.store %e5, %z[%c5, %t] : memref<16x32xi64>
    memref.store %e6, %z[%c6, %t] : memref<16x32xi64>
    memref.store %e7, %z[%c7, %t] : memref<16x32xi64>
    gpu.return
  }
})mlir");
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.checkCompleteness = false;
  RunResult result = kernel.run(*domain, small, launch);
  expectClean(result);
  std::vector<double> z = outputs(kernel, result, *domain, 0);
  for (int t = 0; t < 32; ++t) {
    int8_t s = int8_t(t - 120), m = -7;
    uint8_t us = uint8_t(s), um = uint8_t(m);
    auto at = [&](int row) { return z[size_t(row * 32 + t)]; };
    EXPECT_EQ(at(0), s);
    EXPECT_EQ(at(1), int8_t(s / m));
    EXPECT_EQ(at(2), us / um);
    EXPECT_EQ(at(3), int8_t(std::floor(double(s) / m)));
    EXPECT_EQ(at(4), int8_t(us >> 3));
    EXPECT_EQ(at(5), int8_t(s * s));
    EXPECT_EQ(at(6), us < um);
    EXPECT_EQ(at(7), us < um ? -1 : 0);
  }
}

TEST(InterpreterTest, ContentsDecide) {
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%i: memref<32xi32> {kgpu.access = "read"},
                   %x: memref<32xf32> {kgpu.access = "read"},
                   %z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %t = gpu.thread_id x
    %j = memref.load %i[%t] : memref<32xi32>
    %at = arith.index_cast %j : i32 to index
    %v = memref.load %x[%at] : memref<32xf32>
    memref.store %v, %z[%t] : memref<32xf32>
    gpu.return
  }
})mlir");
  EXPECT_FALSE(kernel.compiled->controlDependsOnContents());
  EXPECT_TRUE(kernel.compiled->addressesDependOnContents());
  KernelUnderTest branches(programText("memref<32xi32>", "memref<32xi32>",
                                       "32, 1, 1", "1, 1, 1",
                                       R"mlir(
    %t = gpu.thread_id x
    %v = memref.load %x[%t] : memref<32xi32>
    %three = arith.constant 3 : i32
    %large = arith.cmpi sgt, %v, %three : i32
    %r = scf.if %large -> i32 {
      scf.yield %three : i32
    } else {
      scf.yield %v : i32
    }
    memref.store %r, %y[%t] : memref<32xi32>)mlir"));
  EXPECT_TRUE(branches.compiled->controlDependsOnContents());
  EXPECT_FALSE(branches.compiled->addressesDependOnContents());
  auto domain = createFloatDomain();
  RunResult result = kernel.run(*domain, [](unsigned argument, int64_t index) {
    return argument == 0 ? double(31 - index) : double(index);
  });
  expectClean(result);
  std::vector<double> z = outputs(kernel, result, *domain, 2);
  EXPECT_EQ(z[0], 31.0);
}

TEST(InterpreterTest, LoopsThatLeadNowhere) {
  const char *const loop = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %zero = arith.constant 0 : i32
    %t = gpu.thread_id x
    %step = arith.addi %t, %c1 : index
    %sum = scf.for %i = %c0 to %c4 step %step iter_args(%s = %zero) -> i32 {
      %v = arith.index_cast %i : index to i32
      %n = arith.addi %s, %v : i32
      scf.yield %n : i32
    }
    memref.store %sum, %z[%t] : memref<32xi32>
    gpu.return
  }
})mlir";
  EXPECT_EQ(runClean(loop, 0)[1], 2.0);
  expectFault(with(loop, "step %step", "step %t"), Fault::UndefinedArithmetic);
  expectFault(with(loop, "step %step", "step %c0"), Fault::UndefinedArithmetic);
}

TEST(InterpreterTest, StepLimit) {
  KernelUnderTest kernel(R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %true = arith.constant true
    scf.while : () -> () {
      scf.condition(%true)
    } do {
      scf.yield
    }
    gpu.return
  }
})mlir");
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.stepLimit = 1000;
  RunResult result = kernel.run(*domain, small, launch);
  EXPECT_EQ(result.count(Fault::StepLimit), 1u);
  EXPECT_FALSE(result.clean());
}

TEST(InterpreterTest, MalformedLaunches) {
  KernelUnderTest kernel(tiledMatmul(64));
  auto domain = createFloatDomain();
  ArgumentSource inputs =
      makeArgumentSource(*kernel.compiled, *domain, 1, InputFamily::Normal);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(&kernel.context,
                                        [&](mlir::Diagnostic &diagnostic) {
                                          message = diagnostic.str();
                                          return success();
                                        });
  LaunchSpec launch;
  launch.blocks = {16};
  EXPECT_TRUE(failed(interpret(*kernel.compiled, *domain, inputs, launch)));
  EXPECT_EQ(message, "block 16 is not in a grid of 16 blocks");
  launch = {};
  launch.block = {2048, 1, 1};
  EXPECT_TRUE(failed(interpret(*kernel.compiled, *domain, inputs, launch)));
  EXPECT_EQ(message, "a block has at most 1024 threads, found 2048");
}

/// Threads read what their neighbours store, with a barrier in between or not,
/// and `past` elements further in the result than belongs to them.
static std::string exchange(bool synchronized, int past) {
  return std::string(R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<64xf32> {kgpu.access = "read"},
                   %y: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %past = arith.constant )mlir") +
         std::to_string(past) + R"mlir( : index
    %last = arith.constant 63 : index
    %t = gpu.thread_id x
    %s = kgpu.alloc_shared : memref<64xf32, #kgpu.shared>
    %v = kgpu.load %x[%t] : memref<64xf32> -> vector<1xf32>
    kgpu.store %v, %s[%t] : vector<1xf32>, memref<64xf32, #kgpu.shared>
    )mlir" +
         (synchronized ? "gpu.barrier" : "") +
         R"mlir(
    %other = arith.subi %last, %t : index
    %w = kgpu.load %s[%other] : memref<64xf32, #kgpu.shared> -> vector<1xf32>
    %at = arith.addi %t, %past : index
    kgpu.store %w, %y[%at] : vector<1xf32>, memref<64xf32>
    gpu.return
  }
})mlir";
}

TEST(InterpreterTest, UnwatchedMemory) {
  auto has = [](const RunResult &result, Fault fault) {
    return llvm::any_of(result.reports, [&](const Report &report) {
      return report.fault == fault;
    });
  };
  for (bool watch : {true, false}) {
    auto domain = createFloatDomain();
    LaunchSpec launch;
    launch.watchMemory = watch;
    KernelUnderTest racing(exchange(/*synchronized=*/false, 0));
    RunResult race = racing.run(*domain, small, launch);
    EXPECT_EQ(has(race, Fault::Race), watch);
    // What is right is so either way, and costs are counted where it is
    // watched.
    KernelUnderTest right(exchange(/*synchronized=*/true, 0));
    RunResult result = right.run(*domain, small, launch);
    expectClean(result);
    std::vector<double> y = outputs(right, result, *domain, 1);
    for (int64_t i = 0; i < 64; ++i)
      EXPECT_EQ(y[size_t(i)], small(0, 63 - i));
    EXPECT_EQ(result.counters.globalSectorsRead != 0, watch);
    // Out of bounds is out of bounds.
    KernelUnderTest beyond(exchange(/*synchronized=*/true, 1));
    EXPECT_TRUE(has(beyond.run(*domain, small, launch), Fault::OutOfBounds));
  }
}
