//===- InterpreterAsyncTest.cpp - Asynchronous copies, tensor cores, clusters -===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Right kernels run clean and give the right values with late and early
// landing; each planted bug is reported as the right kind of fault.
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

/// Integers between -3 and 3.
static double small(unsigned argument, int64_t index) {
  return double((index * 7 + index / 5 * 3 + argument * 11) % 7) - 3;
}

/// Replaces the first occurrence, which must be there.
static std::string with(std::string text, StringRef from, StringRef to) {
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  if (at != std::string::npos)
    text.replace(at, from.size(), to.str());
  return text;
}

static std::string describe(const RunResult &result) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const Report &report : result.reports)
    printReport(report, os);
  return text;
}

/// Runs with late and early landing, forward and in reverse; expects the same
/// values and no faults. Returns the values of an argument.
static std::vector<double> runClean(const std::string &text,
                                    unsigned argument) {
  KernelUnderTest kernel(text);
  if (!kernel.compiled)
    return {};
  auto domain = createFloatDomain();
  std::vector<double> first;
  for (Landing landing : {Landing::Late, Landing::Early})
    for (RunOrder order :
         {RunOrder::Forward, RunOrder::Reverse, RunOrder::Shuffled}) {
      LaunchSpec launch;
      launch.landing = landing;
      launch.warpOrder = launch.blockOrder = order;
      launch.poison = order == RunOrder::Reverse;
      RunResult result = kernel.run(*domain, small, launch);
      EXPECT_TRUE(result.clean()) << describe(result);
      std::vector<double> values = outputs(kernel, result, *domain, argument);
      if (first.empty())
        first = values;
      EXPECT_EQ(first, values);
    }
  return first;
}

/// Expects one of these kinds of faults, with either landing. Which one may
/// depend on the landing: a copy that nobody waits for is pending when it lands
/// late, and unordered when it lands early.
static void expectFault(const std::string &text,
                        std::initializer_list<Fault> faults) {
  KernelUnderTest kernel(text);
  if (!kernel.compiled)
    return;
  auto domain = createFloatDomain();
  for (Landing landing : {Landing::Late, Landing::Early}) {
    LaunchSpec launch;
    launch.landing = landing;
    launch.stepLimit = 1000000;
    RunResult result = kernel.run(*domain, small, launch);
    EXPECT_TRUE(llvm::any_of(
        faults, [&](Fault fault) { return result.count(fault) != 0; }))
        << "expected " << stringifyFault(*faults.begin()).str() << ", found\n"
        << describe(result);
  }
}
static void expectFault(const std::string &text, Fault fault) {
  expectFault(text, {fault});
}

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

static const char *const copyPipeline = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<8x64xf32> {kgpu.access = "read"},
                   %z: memref<64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<2x64xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %c63 = arith.constant 63 : index
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %r = arith.subi %c63, %t : index
    kgpu.async_copy %x[%c0, %t], %s[%c0, %t] {count = 1} : memref<8x64xf32>, memref<2x64xf32, #kgpu.shared>
    kgpu.async_commit
    %sum = scf.for %k = %c0 to %c8 step %c1 iter_args(%acc = %zero) -> f32 {
      %next = arith.addi %k, %c1 : index
      %more = arith.cmpi slt, %next, %c8 : index
      %slot = arith.andi %k, %c1 : index
      %other = arith.andi %next, %c1 : index
      scf.if %more {
        kgpu.async_copy %x[%next, %t], %s[%other, %t] {count = 1} : memref<8x64xf32>, memref<2x64xf32, #kgpu.shared>
      }
      kgpu.async_commit
      kgpu.async_wait 1
      gpu.barrier
      %v = memref.load %s[%slot, %r] : memref<2x64xf32, #kgpu.shared>
      %n = arith.addf %acc, %v : f32
      gpu.barrier // second
      scf.yield %n : f32
    }
    memref.store %sum, %z[%t] : memref<64xf32>
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, CopyPipeline) {
  std::vector<double> z = runClean(copyPipeline, 1);
  for (int64_t t = 0; t < 64; ++t) {
    double sum = 0;
    for (int64_t k = 0; k < 8; ++k)
      sum += small(0, k * 64 + 63 - t);
    EXPECT_EQ(z[size_t(t)], sum);
  }
}

TEST(InterpreterAsyncTest, CopyPipelineMutants) {
  expectFault(with(copyPipeline, "async_wait 1", "async_wait 2"),
              Fault::PendingAccess);
  // The first commit is missing: the group holds two copies.
  expectFault(with(copyPipeline, "kgpu.async_commit\n      kgpu.async_wait",
                   "kgpu.async_wait"),
              Fault::PendingAccess);
  // One stage.
  expectFault(with(copyPipeline, "%other = arith.andi %next, %c1",
                   "%other = arith.andi %k, %c1"),
              Fault::PendingAccess);
  // Not ordered for other threads.
  expectFault(with(copyPipeline, "kgpu.async_wait 1\n      gpu.barrier",
                   "kgpu.async_wait 1"),
              Fault::Race);
  expectFault(with(copyPipeline, "gpu.barrier // second", ""), Fault::Race);
}

//===----------------------------------------------------------------------===//
// mma.sync and ldmatrix
//===----------------------------------------------------------------------===//

/// One warp: 16 x 16 times 16 x 8 through shared memory, B transposed by
/// ldmatrix.
static const char *const mmaKernel = R"mlir(
gpu.module @m {
  gpu.func @kernel(%a: memref<16x16xbf16> {kgpu.access = "read"},
                   %b: memref<16x8xbf16> {kgpu.access = "read"},
                   %c: memref<16x8xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %sa = kgpu.alloc_shared : memref<16x16xbf16, #kgpu.shared>
    %sb = kgpu.alloc_shared : memref<16x8xbf16, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %t = gpu.lane_id
    %half = arith.divui %t, %c2 : index
    %odd = arith.remui %t, %c2 : index
    %col8 = arith.muli %odd, %c8 : index
    %va = kgpu.load %a[%half, %col8] : memref<16x16xbf16> -> vector<8xbf16>
    kgpu.store %va, %sa[%half, %col8] : vector<8xbf16>, memref<16x16xbf16, #kgpu.shared>
    %some = arith.cmpi ult, %t, %c16 : index
    %vb = kgpu.load %b[%t, %c0] if %some padding 0.0 : bf16 : memref<16x8xbf16> -> vector<8xbf16>
    kgpu.store %vb, %sb[%t, %c0] if %some : vector<8xbf16>, memref<16x8xbf16, #kgpu.shared>
    gpu.barrier
    // Lanes 0-7: rows of the upper left matrix, 8-15: lower left, ...
    %r = arith.remui %t, %c16 : index
    %q = arith.divui %t, %c16 : index
    %k = arith.muli %q, %c8 : index
    %fa = kgpu.load_matrix %sa[%r, %k] : memref<16x16xbf16, #kgpu.shared> -> vector<8xbf16>
    %fb = kgpu.load_matrix %sb[%r, %c0] transpose : memref<16x8xbf16, #kgpu.shared> -> vector<4xbf16>
    %zero = arith.constant dense<0.0> : vector<4xf32>
    %d = kgpu.mma %fa, %fb, %zero {shape = array<i64: 16, 8, 16>} : vector<8xbf16>, vector<4xbf16>, vector<4xf32>
    %row = arith.divui %t, %c4 : index
    %row8 = arith.addi %row, %c8 : index
    %quad = arith.remui %t, %c4 : index
    %col = arith.muli %quad, %c2 : index
    %lo = vector.extract_strided_slice %d {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi = vector.extract_strided_slice %d {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo, %c[%row, %col] : vector<2xf32>, memref<16x8xf32>
    kgpu.store %hi, %c[%row8, %col] : vector<2xf32>, memref<16x8xf32>
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, Mma) {
  std::vector<double> c = runClean(mmaKernel, 2);
  for (int64_t i = 0; i < 16; ++i)
    for (int64_t j = 0; j < 8; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < 16; ++k)
        sum += small(0, i * 16 + k) * small(1, k * 8 + j);
      EXPECT_EQ(c[size_t(i * 8 + j)], sum);
    }
}

TEST(InterpreterAsyncTest, MmaMutants) {
  expectFault(with(mmaKernel, "gpu.barrier", ""), Fault::Race);
  expectFault(with(mmaKernel, "known_block_size = array<i32: 32, 1, 1>",
                   "known_block_size = array<i32: 31, 1, 1>"),
              Fault::PartialWarp);
  expectFault(with(mmaKernel, "load_matrix %sa[%r, %k]",
                   "load_matrix %sa[%r, %c1]"),
              Fault::Misaligned);
}

//===----------------------------------------------------------------------===//
// TMA and wgmma
//===----------------------------------------------------------------------===//

/// C = A * B^T, 64 x 64 x 256, by one warpgroup and a pipeline of two stages.
static std::string wgmmaKernel() {
  std::string text = R"mlir(
#sw = #kgpu.shared<swizzle = 128>
gpu.module @m {
  gpu.func @kernel(%a: memref<64x256xbf16> {kgpu.access = "read"},
                   %b: memref<64x256xbf16> {kgpu.access = "read"},
                   %c: memref<64x64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %sa = kgpu.alloc_shared : memref<2x64x64xbf16, #sw>
    %sb = kgpu.alloc_shared : memref<2x64x64xbf16, #sw>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %ma = kgpu.tensor_map %a : memref<64x256xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %mb = kgpu.tensor_map %b : memref<64x256xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %bytes = arith.constant 16384 : index
    %t = gpu.thread_id x
    %leader = arith.cmpi eq, %t, %c0 : index
    scf.if %leader {
      kgpu.mbarrier_init %full[%c0] arrivals 1 : !kgpu.mbarriers<2>
      kgpu.mbarrier_init %full[%c1] arrivals 1 : !kgpu.mbarriers<2>
      kgpu.fence mbarrier_init
    }
    gpu.barrier // init
    kgpu.mbarrier_arrive %full[%c0] expect %bytes if %leader : !kgpu.mbarriers<2>
    kgpu.tma_load %ma[%c0, %c0], %sa[%c0], %full[%c0] if %leader : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<2>
    kgpu.tma_load %mb[%c0, %c0], %sb[%c0], %full[%c0] if %leader : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<2>
    %zero = arith.constant dense<0.0> : vector<32xf32>
    %sum = scf.for %k = %c0 to %c4 step %c1 iter_args(%acc = %zero) -> vector<32xf32> {
      %next = arith.addi %k, %c1 : index
      %more = arith.cmpi slt, %next, %c4 : index
      %issue = arith.andi %more, %leader : i1
      %slot = arith.andi %k, %c1 : index
      %other = arith.andi %next, %c1 : index
      %at = arith.muli %next, %c64 : index
      kgpu.mbarrier_arrive %full[%other] expect %bytes if %issue : !kgpu.mbarriers<2>
      kgpu.tma_load %ma[%c0, %at], %sa[%other], %full[%other] if %issue : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<2>
      kgpu.tma_load %mb[%c0, %at], %sb[%other], %full[%other] if %issue : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<2>
      %turn = arith.shrui %k, %c1 : index
      %bit = arith.andi %turn, %c1 : index
      %parity = arith.cmpi ne, %bit, %c0 : index
      kgpu.mbarrier_wait %full[%slot] parity %parity : !kgpu.mbarriers<2>
      kgpu.wgmma_fence
      %d0 = kgpu.wgmma %sa[%slot, %c0, %c0], %sb[%slot, %c0, %c0], %acc {shape = array<i64: 64, 64, 16>} : memref<2x64x64xbf16, #sw>, memref<2x64x64xbf16, #sw>, vector<32xf32> -> !kgpu.pending<32xf32>
      %d1 = kgpu.wgmma %sa[%slot, %c0, %c16], %sb[%slot, %c0, %c16], %d0 {shape = array<i64: 64, 64, 16>} : memref<2x64x64xbf16, #sw>, memref<2x64x64xbf16, #sw>, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
      %d2 = kgpu.wgmma %sa[%slot, %c0, %c32], %sb[%slot, %c0, %c32], %d1 {shape = array<i64: 64, 64, 16>} : memref<2x64x64xbf16, #sw>, memref<2x64x64xbf16, #sw>, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
      %d3 = kgpu.wgmma %sa[%slot, %c0, %c48], %sb[%slot, %c0, %c48], %d2 {shape = array<i64: 64, 64, 16>} : memref<2x64x64xbf16, #sw>, memref<2x64x64xbf16, #sw>, !kgpu.pending<32xf32> -> !kgpu.pending<32xf32>
      kgpu.wgmma_commit
      %v = kgpu.wgmma_wait 0 (%d3) : (!kgpu.pending<32xf32>) -> vector<32xf32>
      gpu.barrier // reuse
      scf.yield %v : vector<32xf32>
    }
    %w = arith.divui %t, %c32 : index
    %lane = arith.remui %t, %c32 : index
    %w16 = arith.muli %w, %c16 : index
    %l4 = arith.divui %lane, %c4 : index
    %row = arith.addi %w16, %l4 : index
    %quad = arith.remui %lane, %c4 : index
    %col = arith.addi %quad, %quad : index
)mlir";
  for (int e = 0; e < 32; e += 2) {
    std::string n = std::to_string(e);
    text += "    %r" + n + "c = arith.constant " + std::to_string(8 * (e / 2 % 2)) +
            " : index\n    %r" + n + " = arith.addi %row, %r" + n +
            "c : index\n    %q" + n + "c = arith.constant " +
            std::to_string(8 * (e / 4)) + " : index\n    %q" + n +
            " = arith.addi %col, %q" + n + "c : index\n    %p" + n +
            " = vector.extract_strided_slice %sum {offsets = [" + n +
            "], sizes = [2], strides = [1]} : vector<32xf32> to "
            "vector<2xf32>\n    kgpu.store %p" +
            n + ", %c[%r" + n + ", %q" + n +
            "] : vector<2xf32>, memref<64x64xf32>\n";
  }
  return text + "    gpu.return\n  }\n}\n";
}

TEST(InterpreterAsyncTest, Wgmma) {
  std::vector<double> c = runClean(wgmmaKernel(), 2);
  ASSERT_EQ(c.size(), 64u * 64u);
  for (int64_t i = 0; i < 64; ++i)
    for (int64_t j = 0; j < 64; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < 256; ++k)
        sum += small(0, i * 256 + k) * small(1, j * 256 + k);
      ASSERT_EQ(c[size_t(i * 64 + j)], sum) << i << ", " << j;
    }
}

TEST(InterpreterAsyncTest, WgmmaMutants) {
  std::string right = wgmmaKernel();
  // Too few bytes: the phase ends while the second box is in flight.
  expectFault(with(right, "constant 16384", "constant 8192"),
              {Fault::PendingAccess, Fault::Race});
  // Too many: it never ends.
  expectFault(with(right, "constant 16384", "constant 16386"),
              Fault::Deadlock);
  expectFault(with(right, "kgpu.mbarrier_wait %full[%slot] parity %parity : !kgpu.mbarriers<2>", ""),
              Fault::Race);
  expectFault(with(right, "gpu.barrier // init", ""), Fault::BarrierMisuse);
  // The leader may run ahead by two phases, which the others then miss.
  expectFault(with(right, "gpu.barrier // reuse", ""),
              {Fault::PendingAccess, Fault::Race, Fault::Deadlock});
  expectFault(with(right, "wgmma_wait 0", "wgmma_wait 1"),
              Fault::PendingAccess);
  expectFault(with(right, "      kgpu.wgmma_fence\n", ""),
              Fault::MissingFence);
  expectFault(with(right, "%sb[%slot, %c0, %c48]", "%sb[%slot, %c16, %c48]"),
              Fault::OutOfBounds);
  expectFault(with(right, "arrivals 1", "arrivals 2"), Fault::Deadlock);
  expectFault(with(right, "expect %bytes if %leader", "expect %bytes"),
              Fault::BarrierMisuse);
  // Only three warps.
  expectFault(with(right, "known_block_size = array<i32: 128, 1, 1>",
                   "known_block_size = array<i32: 96, 1, 1>"),
              Fault::PartialWarp);
}

/// C = A * B, 64 x 128 x 64: A through registers, B with N contiguous in two
/// panels of 64 columns.
static std::string panelKernel() {
  std::string text = R"mlir(
#sw = #kgpu.shared<swizzle = 128>
gpu.module @m {
  gpu.func @kernel(%a: memref<64x64xbf16> {kgpu.access = "read"},
                   %b: memref<64x128xbf16> {kgpu.access = "read"},
                   %c: memref<64x128xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 128, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %sa = kgpu.alloc_shared : memref<64x64xbf16, #sw>
    %sb = kgpu.alloc_shared : memref<2x64x64xbf16, #sw>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<1>
    %ma = kgpu.tensor_map %a : memref<64x64xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %mb = kgpu.tensor_map %b : memref<64x128xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c48 = arith.constant 48 : index
    %c64 = arith.constant 64 : index
    %bytes = arith.constant 24576 : index
    %false = arith.constant false
    %t = gpu.thread_id x
    %leader = arith.cmpi eq, %t, %c0 : index
    scf.if %leader {
      kgpu.mbarrier_init %full[%c0] arrivals 1 : !kgpu.mbarriers<1>
      kgpu.fence mbarrier_init
    }
    gpu.barrier
    kgpu.mbarrier_arrive %full[%c0] expect %bytes if %leader : !kgpu.mbarriers<1>
    kgpu.tma_load %ma[%c0, %c0], %sa[], %full[%c0] if %leader : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<64x64xbf16, #sw>, !kgpu.mbarriers<1>
    kgpu.tma_load %mb[%c0, %c0], %sb[%c0], %full[%c0] if %leader : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<1>
    kgpu.tma_load %mb[%c0, %c64], %sb[%c1], %full[%c0] if %leader : !kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, #sw>, !kgpu.mbarriers<1>
    kgpu.mbarrier_wait %full[%c0] parity %false : !kgpu.mbarriers<1>
    %w = arith.divui %t, %c32 : index
    %lane = arith.remui %t, %c32 : index
    %w16 = arith.muli %w, %c16 : index
    %l16 = arith.remui %lane, %c16 : index
    %lrow = arith.addi %w16, %l16 : index
    %lhalf = arith.divui %lane, %c16 : index
    %k0 = arith.muli %lhalf, %c8 : index
    %k1 = arith.addi %k0, %c16 : index
    %k2 = arith.addi %k0, %c32 : index
    %k3 = arith.addi %k0, %c48 : index
    %f0 = kgpu.load_matrix %sa[%lrow, %k0] : memref<64x64xbf16, #sw> -> vector<8xbf16>
    %f1 = kgpu.load_matrix %sa[%lrow, %k1] : memref<64x64xbf16, #sw> -> vector<8xbf16>
    %f2 = kgpu.load_matrix %sa[%lrow, %k2] : memref<64x64xbf16, #sw> -> vector<8xbf16>
    %f3 = kgpu.load_matrix %sa[%lrow, %k3] : memref<64x64xbf16, #sw> -> vector<8xbf16>
    kgpu.wgmma_fence
    %d0 = kgpu.wgmma %f0, %sb[%c0, %c0, %c0] {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<2x64x64xbf16, #sw> -> !kgpu.pending<64xf32>
    %d1 = kgpu.wgmma %f1, %sb[%c0, %c16, %c0], %d0 {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<2x64x64xbf16, #sw>, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    %d2 = kgpu.wgmma %f2, %sb[%c0, %c32, %c0], %d1 {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<2x64x64xbf16, #sw>, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    %d3 = kgpu.wgmma %f3, %sb[%c0, %c48, %c0], %d2 {shape = array<i64: 64, 128, 16>, bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<2x64x64xbf16, #sw>, !kgpu.pending<64xf32> -> !kgpu.pending<64xf32>
    kgpu.wgmma_commit
    %sum = kgpu.wgmma_wait 0 (%d3) : (!kgpu.pending<64xf32>) -> vector<64xf32>
    %l4 = arith.divui %lane, %c4 : index
    %row = arith.addi %w16, %l4 : index
    %quad = arith.remui %lane, %c4 : index
    %col = arith.addi %quad, %quad : index
)mlir";
  for (int e = 0; e < 64; ++e) {
    std::string n = std::to_string(e);
    text += "    %r" + n + "c = arith.constant " +
            std::to_string(8 * (e / 2 % 2)) + " : index\n    %r" + n +
            " = arith.addi %row, %r" + n + "c : index\n    %q" + n +
            "c = arith.constant " + std::to_string(8 * (e / 4) + e % 2) +
            " : index\n    %q" + n + " = arith.addi %col, %q" + n +
            "c : index\n    %p" + n + " = vector.extract %sum[" + n +
            "] : f32 from vector<64xf32>\n    memref.store %p" + n + ", %c[%r" +
            n + ", %q" + n + "] : memref<64x128xf32>\n";
  }
  return text + "    gpu.return\n  }\n}\n";
}

TEST(InterpreterAsyncTest, WgmmaPanels) {
  std::vector<double> c = runClean(panelKernel(), 2);
  ASSERT_EQ(c.size(), 64u * 128u);
  for (int64_t i = 0; i < 64; ++i)
    for (int64_t j = 0; j < 128; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < 64; ++k)
        sum += small(0, i * 64 + k) * small(1, k * 128 + j);
      ASSERT_EQ(c[size_t(i * 128 + j)], sum) << i << ", " << j;
    }
  // The second panel is past the buffer's end.
  expectFault(with(panelKernel(), "%sb[%c0, %c48, %c0]", "%sb[%c1, %c48, %c0]"),
              Fault::OutOfBounds);
}

/// TF32: registers are loaded by hand as the PTX ISA says.
TEST(InterpreterAsyncTest, MmaTF32) {
  const char *const text = R"mlir(
gpu.module @m {
  gpu.func @kernel(%a: memref<16x8xf32> {kgpu.access = "read"},
                   %b: memref<8x8xf32> {kgpu.access = "read"},
                   %c: memref<16x8xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %lane = gpu.lane_id
    %g = arith.divui %lane, %c4 : index
    %t = arith.remui %lane, %c4 : index
    %g8 = arith.addi %g, %c8 : index
    %t4 = arith.addi %t, %c4 : index
    %a0 = memref.load %a[%g, %t] : memref<16x8xf32>
    %a1 = memref.load %a[%g8, %t] : memref<16x8xf32>
    %a2 = memref.load %a[%g, %t4] : memref<16x8xf32>
    %a3 = memref.load %a[%g8, %t4] : memref<16x8xf32>
    %b0 = memref.load %b[%t, %g] : memref<8x8xf32>
    %b1 = memref.load %b[%t4, %g] : memref<8x8xf32>
    %va = vector.from_elements %a0, %a1, %a2, %a3 : vector<4xf32>
    %vb = vector.from_elements %b0, %b1 : vector<2xf32>
    %one = arith.constant dense<1.0> : vector<4xf32>
    %d = kgpu.mma %va, %vb, %one {shape = array<i64: 16, 8, 8>} : vector<4xf32>, vector<2xf32>, vector<4xf32>
    %col = arith.muli %t, %c2 : index
    %lo = vector.extract_strided_slice %d {offsets = [0], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    %hi = vector.extract_strided_slice %d {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
    kgpu.store %lo, %c[%g, %col] : vector<2xf32>, memref<16x8xf32>
    kgpu.store %hi, %c[%g8, %col] : vector<2xf32>, memref<16x8xf32>
    gpu.return
  }
})mlir";
  std::vector<double> c = runClean(text, 2);
  for (int64_t i = 0; i < 16; ++i)
    for (int64_t j = 0; j < 8; ++j) {
      double sum = 1;
      for (int64_t k = 0; k < 8; ++k)
        sum += small(0, i * 8 + k) * small(1, k * 8 + j);
      EXPECT_EQ(c[size_t(i * 8 + j)], sum);
    }
}

/// What ldmatrix reads, stmatrix puts back where it was; transposed twice too.
TEST(InterpreterAsyncTest, StoreMatrix) {
  const std::string text = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<16x16xbf16> {kgpu.access = "read"},
                   %z: memref<16x16xbf16> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<16x16xbf16, #kgpu.shared>
    %u = kgpu.alloc_shared : memref<16x16xbf16, #kgpu.shared>
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %t = gpu.lane_id
    %row = arith.divui %t, %c2 : index
    %odd = arith.remui %t, %c2 : index
    %col = arith.muli %odd, %c8 : index
    %v = kgpu.load %x[%row, %col] : memref<16x16xbf16> -> vector<8xbf16>
    kgpu.store %v, %s[%row, %col] : vector<8xbf16>, memref<16x16xbf16, #kgpu.shared>
    gpu.barrier
    %r = arith.remui %t, %c16 : index
    %q = arith.divui %t, %c16 : index
    %k = arith.muli %q, %c8 : index
    %f = kgpu.load_matrix %s[%r, %k] : memref<16x16xbf16, #kgpu.shared> -> vector<8xbf16>
    kgpu.store_matrix %f, %u[%r, %k] : vector<8xbf16>, memref<16x16xbf16, #kgpu.shared>
    gpu.barrier
    %y = kgpu.load %u[%row, %col] : memref<16x16xbf16, #kgpu.shared> -> vector<8xbf16>
    kgpu.store %y, %z[%row, %col] : vector<8xbf16>, memref<16x16xbf16>
    gpu.return
  }
})mlir";
  for (bool transpose : {false, true}) {
    std::string variant = text;
    if (transpose)
      variant = with(with(text, "load_matrix %s[%r, %k]",
                          "load_matrix %s[%r, %k] transpose"),
                     "store_matrix %f, %u[%r, %k]",
                     "store_matrix %f, %u[%r, %k] transpose");
    std::vector<double> z = runClean(variant, 1);
    for (int64_t k = 0; k < 256; ++k)
      EXPECT_EQ(z[size_t(k)], small(0, k));
  }
  // Transposed once, each 8 x 8 matrix is transposed in place.
  std::vector<double> z =
      runClean(with(text, "load_matrix %s[%r, %k]",
                    "load_matrix %s[%r, %k] transpose"),
               1);
  EXPECT_EQ(z[1 * 16 + 10], small(0, 2 * 16 + 9));
}

/// Ordinary writes to shared memory, then a bulk store of them.
static const char *const bulkStoreKernel = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<60x64xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 8, 1, 1>} {
    %s = kgpu.alloc_shared {alignment = 128} : memref<8x64xf32, #kgpu.shared>
    %m = kgpu.tensor_map %z : memref<60x64xf32> to !kgpu.tensor_map<8x64xf32>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %row = arith.muli %b, %c8 : index
    scf.for %i = %c0 to %c8 step %c1 {
      %r = arith.addi %row, %i : index
      %n = arith.addi %r, %t : index
      %n32 = arith.index_cast %n : index to i32
      %v = arith.sitofp %n32 : i32 to f32
      memref.store %v, %s[%i, %t] : memref<8x64xf32, #kgpu.shared>
    }
    kgpu.fence async_shared
    gpu.barrier
    %leader = arith.cmpi eq, %t, %c0 : index
    kgpu.tma_store %s[], %m[%row, %c0] if %leader : memref<8x64xf32, #kgpu.shared>, !kgpu.tensor_map<8x64xf32>
    kgpu.bulk_commit
    kgpu.bulk_wait 0 read
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, BulkStore) {
  std::vector<double> z = runClean(bulkStoreKernel, 0);
  for (int64_t i = 0; i < 60; ++i)
    for (int64_t j = 0; j < 64; ++j)
      EXPECT_EQ(z[size_t(i * 64 + j)], double(i + j));
  expectFault(with(bulkStoreKernel, "kgpu.fence async_shared", ""),
              Fault::MissingFence);
  expectFault(with(bulkStoreKernel, "kgpu.bulk_wait 0 read", ""),
              Fault::UnfinishedAsync);
  expectFault(with(bulkStoreKernel, "gpu.barrier", ""), Fault::Race);
  // Without the commit the wait waits for nothing.
  expectFault(with(bulkStoreKernel, "kgpu.bulk_commit", ""),
              Fault::UnfinishedAsync);
  // A fence by the issuing thread alone, after the barrier, is enough.
  runClean(with(with(bulkStoreKernel, "    kgpu.fence async_shared\n", ""),
                "gpu.barrier", "gpu.barrier\n    kgpu.fence async_shared"),
           0);
}

//===----------------------------------------------------------------------===//
// Warp roles
//===----------------------------------------------------------------------===//

/// Warp 0 fills stages with ordinary stores, warp 1 reads them; two mbarriers
/// per stage, one arrival of a leader per warp.
static const char *const roles = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<6x32xf32> {kgpu.access = "read"},
                   %z: memref<6x32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<2x32xf32, #kgpu.shared>
    %full = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %empty = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c6 = arith.constant 6 : index
    %c31 = arith.constant 31 : index
    %one = arith.constant 1.0 : f32
    %t = gpu.thread_id x
    %lane = gpu.lane_id
    %warp = gpu.subgroup_id : index
    %leader = arith.cmpi eq, %t, %c0 : index
    %first = arith.cmpi eq, %lane, %c0 : index
    scf.if %leader {
      kgpu.mbarrier_init %full[%c0] arrivals 32 : !kgpu.mbarriers<2>
      kgpu.mbarrier_init %full[%c1] arrivals 32 : !kgpu.mbarriers<2>
      kgpu.mbarrier_init %empty[%c0] arrivals 32 : !kgpu.mbarriers<2>
      kgpu.mbarrier_init %empty[%c1] arrivals 32 : !kgpu.mbarriers<2>
    }
    gpu.barrier
    %producer = arith.cmpi eq, %warp, %c0 : index
    scf.if %producer {
      scf.for %k = %c0 to %c6 step %c1 {
        %slot = arith.andi %k, %c1 : index
        %turn = arith.shrui %k, %c1 : index
        %bit = arith.andi %turn, %c1 : index
        // Passes at once in the first round.
        %parity = arith.cmpi eq, %bit, %c0 : index
        kgpu.mbarrier_wait %empty[%slot] parity %parity : !kgpu.mbarriers<2>
        %v = memref.load %x[%k, %lane] : memref<6x32xf32>
        memref.store %v, %s[%slot, %lane] : memref<2x32xf32, #kgpu.shared>
        kgpu.mbarrier_arrive %full[%slot] : !kgpu.mbarriers<2>
      }
    } else {
      scf.for %k = %c0 to %c6 step %c1 {
        %slot = arith.andi %k, %c1 : index
        %turn = arith.shrui %k, %c1 : index
        %bit = arith.andi %turn, %c1 : index
        %parity = arith.cmpi ne, %bit, %c0 : index
        kgpu.mbarrier_wait %full[%slot] parity %parity : !kgpu.mbarriers<2>
        %r = arith.subi %c31, %lane : index
        %v = memref.load %s[%slot, %r] : memref<2x32xf32, #kgpu.shared>
        memref.store %v, %z[%k, %lane] : memref<6x32xf32>
        kgpu.mbarrier_arrive %empty[%slot] : !kgpu.mbarriers<2>
      }
    }
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, Roles) {
  std::vector<double> z = runClean(roles, 1);
  for (int64_t k = 0; k < 6; ++k)
    for (int64_t t = 0; t < 32; ++t)
      EXPECT_EQ(z[size_t(k * 32 + t)], small(0, k * 32 + 31 - t));
  // No wait for the stage to be free.
  expectFault(
      with(roles,
           "kgpu.mbarrier_wait %empty[%slot] parity %parity : !kgpu.mbarriers<2>",
           ""),
      {Fault::Race, Fault::Deadlock});
  // Wrong phase: everybody waits.
  expectFault(with(roles, "%parity = arith.cmpi eq, %bit",
                   "%parity = arith.cmpi ne, %bit"),
              Fault::Deadlock);
  // Only the first lane arrives: what the others wrote is not published.
  std::string oneArrival = with(
      with(with(roles, "%full[%c0] arrivals 32", "%full[%c0] arrivals 1"),
           "%full[%c1] arrivals 32", "%full[%c1] arrivals 1"),
      "kgpu.mbarrier_arrive %full[%slot] :",
      "kgpu.mbarrier_arrive %full[%slot] if %first :");
  expectFault(oneArrival, Fault::Race);
  // With a warp-wide operation before, it is.
  runClean(with(oneArrival, "kgpu.mbarrier_arrive %full[%slot] if",
                "%sync = kgpu.warp_reduce add %one lane_bits [0] : f32\n"
                "        kgpu.mbarrier_arrive %full[%slot] if"),
           1);
}

/// Two named barriers order a producer warp and a consumer warp.
static const char *const namedBarriers = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 96, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %s = kgpu.alloc_shared : memref<32xi32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c31 = arith.constant 31 : index
    %lane = gpu.lane_id
    %warp = gpu.subgroup_id : index
    %i = arith.index_cast %lane : index to i32
    %isA = arith.cmpi eq, %warp, %c0 : index
    %isB = arith.cmpi eq, %warp, %c1 : index
    scf.if %isA {
      memref.store %i, %s[%lane] : memref<32xi32, #kgpu.shared>
      kgpu.named_barrier 1 threads 64 arrive
    }
    scf.if %isB {
      kgpu.named_barrier 1 threads 64
      %r = arith.subi %c31, %lane : index
      %v = memref.load %s[%r] : memref<32xi32, #kgpu.shared>
      memref.store %v, %z[%lane] : memref<32xi32>
    }
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, NamedBarriers) {
  std::vector<double> z = runClean(namedBarriers, 0);
  EXPECT_EQ(z[0], 31.0);
  expectFault(with(namedBarriers, "kgpu.named_barrier 1 threads 64\n", "\n"),
              Fault::Race);
  expectFault(with(namedBarriers, "threads 64 arrive", "threads 96 arrive"),
              Fault::BarrierMisuse);
  expectFault(with(namedBarriers, "      kgpu.named_barrier 1 threads 64 arrive",
                   ""),
              Fault::Deadlock);
}

//===----------------------------------------------------------------------===//
// Between blocks
//===----------------------------------------------------------------------===//

/// Each block adds its part and signals; the last block waits for all.
static const char *const splitK = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<4x32xf32> {kgpu.access = "read"},
                   %w: memref<4x32xf32> {kgpu.access = "workspace"},
                   %f: memref<4xi32> {kgpu.access = "workspace"},
                   %z: memref<32xf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %one = arith.constant 1 : i32
    %zero = arith.constant 0.0 : f32
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %v = memref.load %x[%b, %t] : memref<4x32xf32>
    memref.store %v, %w[%b, %t] : memref<4x32xf32>
    gpu.barrier
    %leader = arith.cmpi eq, %t, %c0 : index
    kgpu.signal %f[%b], %one scope device if %leader : memref<4xi32>, i32
    %last = arith.cmpi eq, %b, %c0 : index
    scf.if %last {
      %sum = scf.for %k = %c0 to %c4 step %c1 iter_args(%acc = %zero) -> f32 {
        %seen = kgpu.wait %f[%k] least %one scope device : memref<4xi32>, i32
        %p = memref.load %w[%k, %t] : memref<4x32xf32>
        %n = arith.addf %acc, %p : f32
        scf.yield %n : f32
      }
      memref.store %sum, %z[%t] : memref<32xf32>
    }
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, SignalAndWait) {
  std::vector<double> z = runClean(splitK, 3);
  for (int64_t t = 0; t < 32; ++t) {
    double sum = 0;
    for (int64_t k = 0; k < 4; ++k)
      sum += small(0, k * 32 + t);
    EXPECT_EQ(z[size_t(t)], sum);
  }
  EXPECT_TRUE(KernelUnderTest(splitK).compiled->blocksCommunicate());
  // Partial sums of the other lanes are not published.
  expectFault(with(splitK, "    gpu.barrier\n", ""), Fault::Race);
  expectFault(with(splitK, "%seen = kgpu.wait %f[%k] least %one scope device : memref<4xi32>, i32", ""),
              Fault::Race);
  expectFault(with(splitK, "kgpu.signal %f[%b], %one scope device if %leader : memref<4xi32>, i32", ""),
              Fault::Deadlock);
}

static const char *const gridSum = R"mlir(
gpu.module @m {
  gpu.func @kernel(%w: memref<4x32xi32> {kgpu.access = "workspace"},
                   %f: memref<1xi32> {kgpu.access = "workspace"},
                   %z: memref<4x32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c3 = arith.constant 3 : index
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %i = arith.index_cast %b : index to i32
    memref.store %i, %w[%b, %t] : memref<4x32xi32>
    kgpu.grid_barrier %f[%c0] : memref<1xi32>
    %r = arith.subi %c3, %b : index
    %v = memref.load %w[%r, %t] : memref<4x32xi32>
    memref.store %v, %z[%b, %t] : memref<4x32xi32>
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, GridBarrier) {
  std::vector<double> z = runClean(gridSum, 2);
  EXPECT_EQ(z[0], 3.0);
  EXPECT_EQ(z[127], 0.0);
  expectFault(with(gridSum, "kgpu.grid_barrier %f[%c0] : memref<1xi32>", ""),
              Fault::Race);
}

/// Blocks of a cluster read each other's shared memory.
static const char *const cluster = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<4x32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>,
                  kgpu.cluster_size = array<i32: 2, 1, 1>} {
    %s = kgpu.alloc_shared : memref<32xi32, #kgpu.shared>
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %rank = gpu.cluster_block_id x
    %i = arith.index_cast %b : index to i32
    memref.store %i, %s[%t] : memref<32xi32, #kgpu.shared>
    kgpu.cluster_barrier // first
    %other = arith.subi %c1, %rank : index
    %remote = kgpu.cluster_shared %s in %other : memref<32xi32, #kgpu.shared>
    %v = memref.load %remote[%t] : memref<32xi32, #kgpu.shared>
    memref.store %v, %z[%b, %t] : memref<4x32xi32>
    kgpu.cluster_barrier arrive
    kgpu.cluster_barrier wait
    memref.store %i, %s[%t] : memref<32xi32, #kgpu.shared>
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, Cluster) {
  std::vector<double> z = runClean(cluster, 0);
  EXPECT_EQ(z[0], 1.0);
  EXPECT_EQ(z[32], 0.0);
  EXPECT_EQ(z[64], 3.0);
  expectFault(with(cluster, "kgpu.cluster_barrier // first", ""), Fault::Race);
  expectFault(with(with(cluster, "kgpu.cluster_barrier arrive", ""),
                   "kgpu.cluster_barrier wait", ""),
              Fault::Race);
  expectFault(with(cluster, "    kgpu.cluster_barrier arrive\n", ""),
              Fault::BarrierMisuse);
  expectFault(with(cluster, "arith.subi %c1, %rank", "arith.addi %c1, %rank"),
              Fault::OutOfBounds);
}

TEST(InterpreterAsyncTest, Atomics) {
  const char *const histogram = R"mlir(
gpu.module @m {
  gpu.func @kernel(%x: memref<4x64xi32> {kgpu.access = "read"},
                   %z: memref<8xi32> {kgpu.access = "readwrite"}) kernel
      attributes {known_block_size = array<i32: 64, 1, 1>,
                  known_grid_size = array<i32: 4, 1, 1>} {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %three = arith.constant 3 : i32
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %s = kgpu.alloc_shared : memref<8xi32, #kgpu.shared>
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %few = arith.cmpi ult, %t, %c8 : index
    kgpu.store %zero, %s[%t] if %few : i32, memref<8xi32, #kgpu.shared>
    gpu.barrier // first
    %v = memref.load %x[%b, %t] : memref<4x64xi32>
    %bin32 = arith.addi %v, %three : i32
    %bin = arith.index_cast %bin32 : i32 to index
    %old = memref.atomic_rmw addi %one, %s[%bin] : (i32, memref<8xi32, #kgpu.shared>) -> i32
    gpu.barrier // second
    scf.if %few {
      %n = memref.load %s[%t] : memref<8xi32, #kgpu.shared>
      %before = memref.atomic_rmw addi %n, %z[%t] : (i32, memref<8xi32>) -> i32
    }
    gpu.return
  }
})mlir";
  std::string text = histogram;
  KernelUnderTest kernel(text);
  auto domain = createFloatDomain();
  auto values = [](unsigned argument, int64_t index) {
    return argument == 0 ? small(0, index) : 0.0;
  };
  RunResult result = kernel.run(*domain, values);
  EXPECT_TRUE(result.clean()) << describe(result);
  EXPECT_TRUE(kernel.compiled->addressesDependOnContents());
  std::vector<double> z = outputs(kernel, result, *domain, 1);
  double bins[8] = {};
  for (int64_t k = 0; k < 256; ++k)
    ++bins[size_t(small(0, k) + 3)];
  for (size_t k = 0; k < 8; ++k)
    EXPECT_EQ(z[k], bins[k]);
  for (const char *barrier : {"gpu.barrier // first", "gpu.barrier // second"}) {
    KernelUnderTest mutant(with(text, barrier, ""));
    EXPECT_NE(mutant.run(*domain, values).count(Fault::Race), 0u) << barrier;
  }
}
