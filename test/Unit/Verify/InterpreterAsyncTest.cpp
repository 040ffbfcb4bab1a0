//===- InterpreterAsyncTest.cpp - Asynchronous copies, roles, clusters ----===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Right kernels run clean, landing late and early; each planted bug is a fault.
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

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

/// What the program gives if nobody watches how it uses its memory.
static std::vector<double> runUnwatched(const std::string &text,
                                        Landing landing, unsigned output) {
  KernelUnderTest kernel(text);
  auto domain = createFloatDomain();
  LaunchSpec launch;
  launch.watchMemory = false;
  launch.landing = landing;
  RunResult result = kernel.run(*domain, small, launch);
  return outputs(kernel, result, *domain, output);
}

TEST(InterpreterAsyncTest, CopiesLandEarlyOrLate) {
  std::string hasty = with(copyPipeline, "async_wait 1", "async_wait 2");
  std::vector<double> right = runClean(copyPipeline, 1);
  EXPECT_EQ(runUnwatched(hasty, Landing::Early, 1), right);
  EXPECT_NE(runUnwatched(hasty, Landing::Late, 1), right);
  // Early ones land where others still read.
  std::string one = with(copyPipeline, "%other = arith.andi %next, %c1",
                         "%other = arith.andi %k, %c1");
  EXPECT_NE(runUnwatched(one, Landing::Early, 1), right);
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
  expectFault(with(roles,
                   "kgpu.mbarrier_wait %empty[%slot] parity %parity : "
                   "!kgpu.mbarriers<2>",
                   ""),
              {Fault::Race, Fault::Deadlock});
  // Wrong phase: everybody waits.
  expectFault(with(roles, "%parity = arith.cmpi eq, %bit",
                   "%parity = arith.cmpi ne, %bit"),
              Fault::Deadlock);
  // Only the first lane arrives: what the others wrote is not published.
  std::string oneArrival =
      with(with(with(roles, "%full[%c0] arrivals 32", "%full[%c0] arrivals 1"),
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
  expectFault(
      with(namedBarriers, "      kgpu.named_barrier 1 threads 64 arrive", ""),
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
  expectFault(with(splitK,
                   "%seen = kgpu.wait %f[%k] least %one scope device : "
                   "memref<4xi32>, i32",
                   ""),
              Fault::Race);
  expectFault(with(splitK,
                   "kgpu.signal %f[%b], %one scope device if %leader : "
                   "memref<4xi32>, i32",
                   ""),
              Fault::Deadlock);
  // What flags begin with is enough, so that nothing was waited for.
  expectFault(with(with(splitK, "%one = arith.constant 1",
                        "%none = arith.constant 0 : i32\n    %one = "
                        "arith.constant 1"),
                   "least %one", "least %none"),
              {Fault::Race, Fault::Uninitialized});
  // Other blocks need not hear what is said to the own one.
  expectFault(with(splitK, "%one scope device if", "%one scope block if"),
              Fault::Race);
  // All lanes signal, the last one writes: who hears of any of them has not
  // seen that. Whoever hears of the leader behind the barrier has.
  std::string last =
      with(splitK, "%p = memref.load %w[%k, %t]",
           "%c31 = arith.constant 31 : index\n        %p = memref.load "
           "%w[%k, %c31]");
  runClean(last, 3);
  expectFault(with(with(last, "    gpu.barrier\n", ""), "if %leader : memref",
                   ": memref"),
              Fault::Race);
  // Which of two values stays is left to chance.
  expectFault(with(splitK, "    %last = arith.cmpi",
                   "    %two = arith.constant 2 : i32\n    %second = "
                   "arith.cmpi eq, %t, %c1 : index\n    kgpu.signal %f[%b], "
                   "%two scope device if %second : memref<4xi32>, i32\n    "
                   "%last = arith.cmpi"),
              Fault::Race);
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
  // The counter is one for all, and nobody else's.
  expectFault(with(gridSum, "%f[%c0]", "%f[%c3]"), Fault::OutOfBounds);
  std::string own = with(gridSum, "%f: memref<1xi32>", "%f: memref<4xi32>");
  own = with(own, "%f[%c0] : memref<1xi32>", "%f[%b] : memref<4xi32>");
  expectFault(own, Fault::BarrierMisuse);
  expectFault(with(gridSum, "    kgpu.grid_barrier",
                   "    memref.store %i, %f[%c0] : memref<1xi32>\n    "
                   "kgpu.grid_barrier"),
              {Fault::BarrierMisuse, Fault::Race});
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
  // Nobody may leave while others read what it has.
  expectFault(with(cluster,
                   "    kgpu.cluster_barrier wait\n    memref.store %i, "
                   "%s[%t] : memref<32xi32, #kgpu.shared>\n",
                   ""),
              Fault::Race);
}

/// Each block of a cluster writes into the other's shared memory.
static const char *const remoteStores = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<2x32xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 32, 1, 1>,
                  known_grid_size = array<i32: 2, 1, 1>,
                  kgpu.cluster_size = array<i32: 2, 1, 1>} {
    %s = kgpu.alloc_shared : memref<32xi32, #kgpu.shared>
    %c1 = arith.constant 1 : index
    %t = gpu.thread_id x
    %b = gpu.block_id x
    %i = arith.index_cast %b : index to i32
    %other = arith.subi %c1, %b : index
    %remote = kgpu.cluster_shared %s in %other : memref<32xi32, #kgpu.shared>
    kgpu.cluster_barrier // begun
    memref.store %i, %remote[%t] : memref<32xi32, #kgpu.shared>
    kgpu.cluster_barrier // written
    %v = memref.load %s[%t] : memref<32xi32, #kgpu.shared>
    memref.store %v, %z[%b, %t] : memref<2x32xi32>
    gpu.return
  }
})mlir";

TEST(InterpreterAsyncTest, RemoteStores) {
  EXPECT_EQ(runClean(remoteStores, 0)[0], 1.0);
  // The other block need not have begun.
  expectFault(with(remoteStores, "kgpu.cluster_barrier // begun", ""),
              Fault::Race);
}

TEST(InterpreterAsyncTest, Registers) {
  const char *const roles = R"mlir(
gpu.module @m {
  gpu.func @kernel(%z: memref<384xi32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 384, 1, 1>,
                  known_grid_size = array<i32: 1, 1, 1>} {
    %c256 = arith.constant 256 : index
    %t = gpu.thread_id x
    %works = arith.cmpi ult, %t, %c256 : index
    scf.if %works {
      kgpu.set_max_registers 232
    } else {
      kgpu.set_max_registers 40 decrease
    }
    %i = arith.index_cast %t : index to i32
    memref.store %i, %z[%t] : memref<384xi32>
    gpu.return
  }
})mlir";
  EXPECT_EQ(runClean(roles, 0)[5], 5.0);
  // There are not so many.
  expectFault(with(roles, "registers 232", "registers 240"), Fault::Deadlock);
  expectFault(with(roles, "kgpu.set_max_registers 40 decrease", ""),
              Fault::Deadlock);
  expectFault(with(roles, "registers 40 decrease", "registers 240 decrease"),
              Fault::BarrierMisuse);
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
  for (const char *barrier :
       {"gpu.barrier // first", "gpu.barrier // second"}) {
    KernelUnderTest mutant(with(text, barrier, ""));
    EXPECT_NE(mutant.run(*domain, values).count(Fault::Race), 0u) << barrier;
  }
}
