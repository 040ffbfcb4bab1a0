//===- InterpreterMatrixTest.cpp - Tensor cores and bulk copies -----------===//
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

TEST(InterpreterMatrixTest, Mma) {
  std::vector<double> c = runClean(mmaKernel, 2);
  for (int64_t i = 0; i < 16; ++i)
    for (int64_t j = 0; j < 8; ++j) {
      double sum = 0;
      for (int64_t k = 0; k < 16; ++k)
        sum += small(0, i * 16 + k) * small(1, k * 8 + j);
      EXPECT_EQ(c[size_t(i * 8 + j)], sum);
    }
}

TEST(InterpreterMatrixTest, MmaMutants) {
  expectFault(with(mmaKernel, "gpu.barrier", ""), Fault::Race);
  expectFault(with(mmaKernel, "known_block_size = array<i32: 32, 1, 1>",
                   "known_block_size = array<i32: 31, 1, 1>"),
              Fault::PartialWarp);
  expectFault(
      with(mmaKernel, "load_matrix %sa[%r, %k]", "load_matrix %sa[%r, %c1]"),
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
    text += "    %r" + n + "c = arith.constant " +
            std::to_string(8 * (e / 2 % 2)) + " : index\n    %r" + n +
            " = arith.addi %row, %r" + n + "c : index\n    %q" + n +
            "c = arith.constant " + std::to_string(8 * (e / 4)) +
            " : index\n    %q" + n + " = arith.addi %col, %q" + n +
            "c : index\n    %p" + n +
            " = vector.extract_strided_slice %sum {offsets = [" + n +
            "], sizes = [2], strides = [1]} : vector<32xf32> to "
            "vector<2xf32>\n    kgpu.store %p" +
            n + ", %c[%r" + n + ", %q" + n +
            "] : vector<2xf32>, memref<64x64xf32>\n";
  }
  return text + "    gpu.return\n  }\n}\n";
}

TEST(InterpreterMatrixTest, Wgmma) {
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

TEST(InterpreterMatrixTest, BulkCopiesLandEarlyOrLate) {
  std::string text = wgmmaKernel();
  size_t begin = text.find("      kgpu.mbarrier_wait"),
         end = text.find('\n', begin);
  ASSERT_NE(begin, std::string::npos);
  std::vector<double> right = runClean(text, 2);
  text.erase(begin, end - begin);
  KernelUnderTest kernel(text);
  for (Landing landing : {Landing::Early, Landing::Late}) {
    auto domain = createFloatDomain();
    LaunchSpec launch;
    launch.watchMemory = false;
    launch.landing = landing;
    RunResult result = kernel.run(*domain, small, launch);
    // Rows of the warp that copies: others may be ahead of it.
    std::vector<double> found = outputs(kernel, result, *domain, 2);
    bool same =
        ArrayRef(found).take_front(1024) == ArrayRef(right).take_front(1024);
    EXPECT_EQ(same, landing == Landing::Early);
  }
}

TEST(InterpreterMatrixTest, WgmmaMutants) {
  std::string right = wgmmaKernel();
  // Too few bytes: the phase ends while the second box is in flight.
  expectFault(with(right, "constant 16384", "constant 8192"),
              {Fault::PendingAccess, Fault::Race});
  // The tensor memory accelerator does not see the mbarriers.
  expectFault(with(right, "      kgpu.fence mbarrier_init\n", ""),
              Fault::MissingFence);
  // Too many: it never ends.
  expectFault(with(right, "constant 16384", "constant 16386"), Fault::Deadlock);
  expectFault(
      with(
          right,
          "kgpu.mbarrier_wait %full[%slot] parity %parity : !kgpu.mbarriers<2>",
          ""),
      Fault::Race);
  expectFault(with(right, "gpu.barrier // init", ""), Fault::BarrierMisuse);
  // The leader may run ahead by two phases, which the others then miss.
  expectFault(with(right, "gpu.barrier // reuse", ""),
              {Fault::PendingAccess, Fault::Race, Fault::Deadlock});
  expectFault(with(right, "wgmma_wait 0", "wgmma_wait 1"),
              Fault::PendingAccess);
  expectFault(with(right, "      kgpu.wgmma_fence\n", ""), Fault::MissingFence);
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

TEST(InterpreterMatrixTest, WgmmaPanels) {
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
TEST(InterpreterMatrixTest, MmaTF32) {
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
TEST(InterpreterMatrixTest, StoreMatrix) {
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
  std::vector<double> z = runClean(
      with(text, "load_matrix %s[%r, %k]", "load_matrix %s[%r, %k] transpose"),
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

TEST(InterpreterMatrixTest, BulkStore) {
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
