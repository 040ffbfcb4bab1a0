//===- KGPUAccessTest.cpp - What kgpu ops do to memory ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/InitAll.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

namespace {

/// Parses one operation in a kernel with operands of all kinds at hand and
/// gives its accesses.
class Accesses : public ::testing::Test {
protected:
  Accesses() {
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  SmallVector<Access> of(const std::string &text) {
    std::string source = R"(
gpu.module @m {
gpu.func @k(%x: memref<64x48xf32>, %h: memref<256x64xbf16>, %p: i1,
            %v: vector<4xf32>, %f: vector<8xbf16>, %i: index) kernel {
  %t = kgpu.tensor_map %h : memref<256x64xbf16> to !kgpu.tensor_map<64x64xbf16, swizzle = 128>
  %s = kgpu.alloc_shared : memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>
  %w = kgpu.alloc_shared : memref<4x32xf32, #kgpu.shared>
  %b = kgpu.mbarrier_alloc : !kgpu.mbarriers<2>
)" + text + "\n  gpu.return\n}\n}\n";
    module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    SmallVector<Access> accesses;
    if (!module)
      return accesses;
    module->walk([&](AccessInterface op) { op.getAccesses(accesses); });
    return accesses;
  }

  MLIRContext context;
  OwningOpRef<mlir::ModuleOp> module;
};

using Shape = SmallVector<int64_t>;

TEST_F(Accesses, Load) {
  auto accesses = of("%r = kgpu.load %x[%i, %i] if %p valid %i padding 0.0 : "
                     "f32 : memref<64x48xf32> -> vector<4xf32>");
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_EQ(accesses[0].shape, Shape({1, 4}));
  EXPECT_EQ(accesses[0].bytes, 16);
  EXPECT_FALSE(accesses[0].isWrite);
  EXPECT_EQ(accesses[0].proxy, Proxy::Generic);
  EXPECT_FALSE(accesses[0].asynchronous);
  EXPECT_TRUE(accesses[0].predicate);
  EXPECT_TRUE(accesses[0].valid);
  EXPECT_FALSE(accesses[0].collective);
}

TEST_F(Accesses, Store) {
  auto accesses = of("kgpu.store %v, %x[%i, %i] : vector<4xf32>, "
                     "memref<64x48xf32>");
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_TRUE(accesses[0].isWrite);
  EXPECT_EQ(accesses[0].indices.size(), 2u);
  EXPECT_FALSE(accesses[0].predicate);
}

TEST_F(Accesses, AsyncCopy) {
  auto accesses =
      of("kgpu.async_copy %x[%i, %i], %w[%i, %i] if %p {count = 4} : "
         "memref<64x48xf32>, memref<4x32xf32, #kgpu.shared>");
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_FALSE(accesses[0].isWrite);
  EXPECT_TRUE(accesses[0].asynchronous);
  EXPECT_TRUE(accesses[0].predicate);
  // Zeros are written where nothing is read.
  EXPECT_TRUE(accesses[1].isWrite);
  EXPECT_TRUE(accesses[1].asynchronous);
  EXPECT_FALSE(accesses[1].predicate);
  EXPECT_EQ(accesses[1].bytes, 16);
}

TEST_F(Accesses, Matrices) {
  auto accesses = of("%r = kgpu.load_matrix %s[%i, %i, %i] : memref<2x64x64x"
                     "bf16, #kgpu.shared<swizzle = 128>> -> vector<4xbf16>");
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_EQ(accesses[0].shape, Shape({1, 1, 8}));
  EXPECT_EQ(accesses[0].lanes, 16u);
  accesses = of("kgpu.store_matrix %f, %s[%i, %i, %i] : vector<8xbf16>, "
                "memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>");
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_TRUE(accesses[0].isWrite);
  EXPECT_EQ(accesses[0].lanes, 32u);
}

TEST_F(Accesses, TensorMemoryAccelerator) {
  auto accesses =
      of("kgpu.tma_load %t[%i, %i], %s[%i], %b[%i] if %p : "
         "!kgpu.tensor_map<64x64xbf16, swizzle = 128>, memref<2x64x64xbf16, "
         "#kgpu.shared<swizzle = 128>>, !kgpu.mbarriers<2>");
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_TRUE(isa<mlir::BlockArgument>(accesses[0].memref));
  EXPECT_TRUE(accesses[0].clipped);
  EXPECT_FALSE(accesses[0].isWrite);
  EXPECT_EQ(accesses[1].shape, Shape({1, 64, 64}));
  EXPECT_EQ(accesses[1].indices.size(), 1u);
  EXPECT_TRUE(accesses[1].isWrite);
  EXPECT_EQ(accesses[1].proxy, Proxy::Async);
  EXPECT_EQ(accesses[1].bytes, 8192);

  accesses = of("kgpu.tma_store %s[%i], %t[%i, %i] : memref<2x64x64xbf16, "
                "#kgpu.shared<swizzle = 128>>, !kgpu.tensor_map<64x64xbf16, "
                "swizzle = 128>");
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_FALSE(accesses[0].isWrite);
  EXPECT_FALSE(accesses[0].clipped);
  EXPECT_TRUE(accesses[1].isWrite);
  EXPECT_TRUE(accesses[1].clipped);
}

TEST_F(Accesses, Wgmma) {
  auto accesses =
      of("%r = kgpu.wgmma %s[%i, %i, %i], %s[%i, %i, %i] {shape = array<i64: "
         "64, 64, 16>} : memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>>, "
         "memref<2x64x64xbf16, #kgpu.shared<swizzle = 128>> -> "
         "!kgpu.pending<32xf32>");
  ASSERT_EQ(accesses.size(), 2u);
  EXPECT_EQ(accesses[0].shape, Shape({1, 64, 16}));
  EXPECT_TRUE(accesses[0].collective);
  EXPECT_TRUE(accesses[0].asynchronous);
  // Contiguous along N and wider than a panel: two panels of 16 rows.
  accesses =
      of("%r = kgpu.wgmma %f, %s[%i, %i, %i] {shape = array<i64: 64, 128, 16>, "
         "bMajor = #kgpu.major<mn>} : vector<8xbf16>, memref<2x64x64xbf16, "
         "#kgpu.shared<swizzle = 128>> -> !kgpu.pending<64xf32>");
  ASSERT_EQ(accesses.size(), 1u);
  EXPECT_EQ(accesses[0].shape, Shape({2, 16, 64}));
  EXPECT_EQ(accesses[0].bytes, 2 * 16 * 64 * 2);
}

TEST(Swizzle, MatchesTheHardware) {
  // 128 bytes: unit u of row r lies at unit u ^ (r mod 8).
  for (int64_t row = 0; row < 16; ++row)
    for (int64_t unit = 0; unit < 8; ++unit)
      EXPECT_EQ(swizzledOffset(row * 128 + unit * 16 + 4, 128),
                row * 128 + (unit ^ (row % 8)) * 16 + 4);
  // 64 bytes: two rows share one line of 128.
  EXPECT_EQ(swizzledOffset(2 * 64, 64), 2 * 64 + 16);
  EXPECT_EQ(swizzledOffset(1 * 64, 64), 1 * 64);
  // 32 bytes: four rows do.
  EXPECT_EQ(swizzledOffset(4 * 32, 32), 4 * 32 + 16);
  EXPECT_EQ(swizzledOffset(12345, 0), 12345);
}

} // namespace
