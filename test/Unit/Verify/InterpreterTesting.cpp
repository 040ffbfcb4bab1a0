//===- InterpreterTesting.cpp - Kernels that several tests use ------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "InterpreterTesting.h"
#include "kernel-opt/Dialect/KGPU/KGPUDialect.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::unittest;

unittest::ProgramUnderTest::ProgramUnderTest(StringRef text) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::affine::AffineDialect, arith::ArithDialect,
                  gpu::GPUDialect, math::MathDialect, memref::MemRefDialect,
                  scf::SCFDialect, vector::VectorDialect, kgpu::KGPUDialect>();
  context.appendDialectRegistry(registry);
  module = mlir::parseSourceString<ModuleOp>(text, &context);
  EXPECT_TRUE(module) << text.str();
  if (module)
    module->walk([&](gpu::GPUFuncOp op) { program = op; });
}

unittest::KernelUnderTest::KernelUnderTest(StringRef text)
    : ProgramUnderTest(text) {
  if (!program)
    return;
  auto result = CompiledKernel::compile(program);
  if (succeeded(result))
    compiled = std::make_unique<CompiledKernel>(std::move(*result));
  EXPECT_TRUE(compiled);
}

std::string unittest::programText(StringRef input, StringRef output,
                                  StringRef block, StringRef grid,
                                  StringRef body) {
  return llvm::formatv(R"mlir(
gpu.module @m {{
  gpu.func @kernel(%x: {0} {{kgpu.access = "read"},
                   %y: {1} {{kgpu.access = "write"}) kernel
      attributes {{known_block_size = array<i32: {2}>,
                  known_grid_size = array<i32: {3}>} {{
    {4}
    gpu.return
  }
})mlir",
                       input, output, block, grid, body.trim())
      .str();
}

std::string unittest::tiledMatmul(int64_t n) {
  std::string text = R"mlir(
gpu.module @m {
  gpu.func @kernel(%a: memref<NxNxf32> {kgpu.access = "read"},
                   %b: memref<NxNxf32> {kgpu.access = "read"},
                   %c: memref<NxNxf32> {kgpu.access = "write"}) kernel
      attributes {known_block_size = array<i32: 16, 16, 1>,
                  known_grid_size = array<i32: G, G, 1>} {
    %sa = kgpu.alloc_shared : memref<16x16xf32, #kgpu.shared>
    %sb = kgpu.alloc_shared : memref<16x16xf32, #kgpu.shared>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c16 = arith.constant 16 : index
    %cN = arith.constant N : index
    %zero = arith.constant 0.0 : f32
    %tx = gpu.thread_id x
    %ty = gpu.thread_id y
    %bx = gpu.block_id x
    %by = gpu.block_id y
    %row0 = arith.muli %by, %c16 : index
    %row = arith.addi %row0, %ty : index
    %col0 = arith.muli %bx, %c16 : index
    %col = arith.addi %col0, %tx : index
    %sum = scf.for %k = %c0 to %cN step %c16
        iter_args(%acc = %zero) -> (f32) {
      %ka = arith.addi %k, %tx : index
      %kb = arith.addi %k, %ty : index
      %va = memref.load %a[%row, %ka] : memref<NxNxf32>
      %vb = memref.load %b[%kb, %col] : memref<NxNxf32>
      memref.store %va, %sa[%ty, %tx] : memref<16x16xf32, #kgpu.shared>
      memref.store %vb, %sb[%ty, %tx] : memref<16x16xf32, #kgpu.shared>
      gpu.barrier
      %inner = scf.for %j = %c0 to %c16 step %c1
          iter_args(%in = %acc) -> (f32) {
        %x = memref.load %sa[%ty, %j] : memref<16x16xf32, #kgpu.shared>
        %y = memref.load %sb[%j, %tx] : memref<16x16xf32, #kgpu.shared>
        %p = arith.mulf %x, %y : f32
        %s = arith.addf %in, %p : f32
        scf.yield %s : f32
      }
      gpu.barrier
      scf.yield %inner : f32
    }
    memref.store %sum, %c[%row, %col] : memref<NxNxf32>
    gpu.return
  }
})mlir";
  auto replace = [&](StringRef from, const std::string &to) {
    for (size_t at = 0; (at = text.find(from.str(), at)) != std::string::npos;
         at += to.size())
      text.replace(at, from.size(), to);
  };
  std::string size = std::to_string(n), tiles = std::to_string(n / 16);
  replace("NxNx", size + "x" + size + "x");
  replace("constant N ", "constant " + size + " ");
  replace("i32: G, G,", "i32: " + tiles + ", " + tiles + ",");
  return text;
}

void unittest::expectClean(const RunResult &result) {
  EXPECT_TRUE(result.clean()) << describe(result);
}

double unittest::small(unsigned argument, int64_t index) {
  return double((index * 7 + index / 5 * 3 + argument * 11) % 7) - 3;
}

std::string unittest::with(std::string text, StringRef from, StringRef to) {
  size_t at = text.find(from.str());
  EXPECT_NE(at, std::string::npos) << from.str();
  if (at != std::string::npos)
    text.replace(at, from.size(), to.str());
  return text;
}

std::string unittest::describe(const RunResult &result) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (const Report &report : result.reports)
    printReport(report, os);
  return text;
}

std::vector<double> unittest::runClean(const std::string &text,
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

void unittest::expectFault(const std::string &text,
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
