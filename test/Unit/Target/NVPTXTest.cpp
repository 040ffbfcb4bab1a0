//===- NVPTXTest.cpp - Chips, occupancy, lint, ptxas reports ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Target/NVPTX/Chip.h"
#include "kernel-opt/Target/NVPTX/CompiledKernel.h"
#include "kernel-opt/Target/NVPTX/Lint.h"
#include "kernel-opt/Target/NVPTX/Toolkit.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::nvptx;

static std::string message(llvm::Error error) {
  return llvm::toString(std::move(error));
}

TEST(Chip, KnownAndUnknown) {
  llvm::Expected<Chip> chip = findChip("sm_90a");
  ASSERT_TRUE(!!chip);
  EXPECT_EQ(chip->sm, 90u);
  EXPECT_EQ(chip->features(), "+ptx83");
  llvm::Expected<Chip> unknown = findChip("sm_42");
  ASSERT_FALSE(!!unknown);
  std::string text = message(unknown.takeError());
  EXPECT_NE(text.find("unknown target 'sm_42'"), std::string::npos);
  for (const Chip &known : knownChips())
    EXPECT_NE(text.find(known.name.str()), std::string::npos);
}

//===----------------------------------------------------------------------===//
// Occupancy, against NVIDIA's occupancy calculator
//===----------------------------------------------------------------------===//

static Occupancy onHopper(unsigned threads, unsigned registers,
                          uint64_t shared) {
  return computeOccupancy(findChip("sm_90a")->limits, threads, registers,
                          shared);
}

TEST(Occupancy, Registers) {
  // 168 registers: 5376 per warp, 3 warps in each bank of 16384.
  Occupancy occupancy = onHopper(384, 168, 0);
  EXPECT_EQ(occupancy.blocks, 1u);
  EXPECT_EQ(occupancy.limit, "registers");
  EXPECT_EQ(occupancy.warps, 12u);
  EXPECT_DOUBLE_EQ(occupancy.fraction, 12.0 / 64);
  EXPECT_EQ(onHopper(256, 32, 0).blocks, 8u);
  EXPECT_EQ(onHopper(256, 33, 0).blocks, 6u);
}

TEST(Occupancy, Shared) {
  // 1024 bytes are taken from each block.
  EXPECT_EQ(onHopper(128, 16, 232448).blocks, 1u);
  EXPECT_EQ(onHopper(128, 16, 232448).limit, "shared memory");
  EXPECT_EQ(onHopper(128, 16, 115712).blocks, 2u);
  EXPECT_EQ(onHopper(128, 16, 115713).blocks, 1u);
}

TEST(Occupancy, ThreadsAndBlocks) {
  EXPECT_EQ(onHopper(1024, 16, 0).blocks, 2u);
  EXPECT_EQ(onHopper(1024, 16, 0).limit, "threads");
  EXPECT_EQ(onHopper(32, 16, 0).blocks, 32u);
  EXPECT_EQ(onHopper(32, 16, 0).limit, "blocks");
}

TEST(Occupancy, Impossible) {
  EXPECT_EQ(onHopper(1025, 16, 0).blocks, 0u);
  EXPECT_EQ(onHopper(128, 256, 0).blocks, 0u);
  EXPECT_EQ(onHopper(128, 16, 232449).blocks, 0u);
  EXPECT_EQ(onHopper(1024, 255, 0).blocks, 0u);
  EXPECT_EQ(onHopper(0, 16, 0).blocks, 0u);
}

//===----------------------------------------------------------------------===//
// Lint
//===----------------------------------------------------------------------===//

static std::string lintBody(const std::string &body) {
  return message(lintPTX(".version 8.3\n.target sm_90a\n"
                         ".visible .entry k(\n)\n{\n" +
                             body + "ret;\n}\n",
                         "k"));
}

TEST(Lint, AcceptsWhatWeWrite) {
  EXPECT_EQ(lintBody("// begin inline asm\n{\n.reg .pred p;\n"
                     "setp.ne.b32 p, %r1, 0;\n@p st.release.gpu.global.b32 "
                     "[%rd1], %r2;\n}\n// end inline asm\n"),
            "");
  EXPECT_EQ(message(lintPTX(".extern .shared .align 1024 .b8 k_shared[];\n"
                            ".visible .entry k(\n)\n{\nret;\n}\n",
                            "k")),
            "");
}

TEST(Lint, Entries) {
  EXPECT_EQ(message(lintPTX(".visible .entry l(\n)\n{\n}\n", "k")),
            "PTX line 1: expected the one entry 'k': '.entry l('");
  EXPECT_EQ(message(lintPTX(".version 8.3\n", "k")),
            "PTX has 0 entries; expected one, 'k'");
  EXPECT_EQ(message(lintPTX(".visible .entry k(\n)\n{\n}\n"
                            ".visible .entry k(\n)\n{\n}\n",
                            "k")),
            "PTX has 2 entries; expected one, 'k'");
  EXPECT_EQ(message(lintPTX(".func f(\n)\n{\n}\n", "k")),
            "PTX line 1: a kernel has no functions beside it: '.func f('");
}

TEST(Lint, Memory) {
  EXPECT_EQ(message(lintPTX(".global .align 4 .b32 cache;\n", "k")),
            "PTX line 1: a kernel has no writable global memory: '.global "
            ".align 4 .b32 cache;'");
  EXPECT_EQ(
      message(lintPTX(".visible .global .align 4 .b32 c;\n", "k")),
      "PTX line 1: a kernel has no writable global memory: '.global .align "
      "4 .b32 c;'");
  EXPECT_EQ(message(lintPTX(".extern .global .b32 x;\n", "k")),
            "PTX line 1: only the dynamic shared array may be external: "
            "'.global .b32 x;'");
  EXPECT_EQ(message(lintPTX(".extern .func vprintf;\n", "k")),
            "PTX line 1: 'vprintf' is not allowed: '.extern .func vprintf;'");
}

TEST(Lint, Instructions) {
  EXPECT_EQ(lintBody("mov.u64 %rd1, %globaltimer;\n"),
            "PTX line 6: '%globaltimer' is not allowed: 'mov.u64 %rd1, "
            "%globaltimer;'");
  EXPECT_EQ(lintBody("mov.u32 %r1, %clock;\n"),
            "PTX line 6: '%clock' is not allowed: 'mov.u32 %r1, %clock;'");
  EXPECT_EQ(lintBody("nanosleep.u32 100;\n"),
            "PTX line 6: 'nanosleep' is not allowed: 'nanosleep.u32 100;'");
  EXPECT_EQ(lintBody("@%p1 call.uni f, ();\n"),
            "PTX line 6: a kernel calls nothing: '@%p1 call.uni f, ();'");
  EXPECT_EQ(lintBody("// begin inline asm\nred.global.add.u32 [%rd1], 1;\n"
                     "// end inline asm\n"),
            "PTX line 7: unknown inline assembly: 'red.global.add.u32 [%rd1], "
            "1;'");
  EXPECT_EQ(lintBody("// begin inline asm\nfence.acq_rel.gpu; exit;\n"
                     "// end inline asm\n"),
            "PTX line 7: more than one instruction on a line: "
            "'fence.acq_rel.gpu; exit;'");
  EXPECT_EQ(lintBody("// begin inline asm\n"),
            "PTX line 7: unknown inline assembly: 'ret;'");
}

//===----------------------------------------------------------------------===//
// ptxas and the toolkit
//===----------------------------------------------------------------------===//

TEST(Ptxas, ParsesItsReport) {
  PtxasReport report = parsePtxasOutput(
      "ptxas info    : 0 bytes gmem\n"
      "ptxas info    : Compiling entry function 'gemm' for 'sm_90a'\n"
      "ptxas info    : Function properties for gemm\n"
      "    16 bytes stack frame, 8 bytes spill stores, 12 bytes spill loads\n"
      "ptxas info    : Used 154 registers, used 3 barriers, 16 bytes "
      "cumulative "
      "stack size, 1024 bytes smem\n"
      "ptxas info    : (C7510) Potential Performance Loss: wgmma.mma_async "
      "instructions are serialized due to insufficient register resources\n");
  EXPECT_EQ(report.registers, 154u);
  EXPECT_EQ(report.barriers, 3u);
  EXPECT_EQ(report.stackBytes, 16u);
  EXPECT_EQ(report.spillStoreBytes, 8u);
  EXPECT_EQ(report.spillLoadBytes, 12u);
  EXPECT_EQ(report.staticSharedBytes, 1024u);
  ASSERT_EQ(report.performanceLosses.size(), 2u);
  EXPECT_NE(report.performanceLosses[0].find("serialized"), std::string::npos);
  EXPECT_EQ(report.performanceLosses[1],
            "registers spill: 8 bytes stored, 12 loaded");
}

/// A kernel of the given PTX body; skips the test where there is no ptxas.
static CompiledKernel kernelOf(const std::string &body) {
  CompiledKernel kernel;
  kernel.name = "k";
  kernel.chip = *findChip("sm_90a");
  kernel.ptx = ".version 8.3\n.target sm_90a\n.address_size 64\n"
               ".visible .entry k()\n.reqntid 256, 1, 1\n{\n" +
               body + "ret;\n}\n";
  kernel.blockSize = {256, 1, 1};
  return kernel;
}

static bool hasPtxas() {
  llvm::Expected<std::string> ptxas = findPtxas("");
  if (ptxas)
    return true;
  llvm::consumeError(ptxas.takeError());
  return false;
}

TEST(Ptxas, Runs) {
  if (!hasPtxas())
    GTEST_SKIP() << "no ptxas";
  CompiledKernel kernel = kernelOf("");
  kernel.sharedBytes = 100000;
  EXPECT_EQ(message(runPtxas(kernel, PtxOptions())), "");
  ASSERT_TRUE(kernel.ptxas);
  EXPECT_EQ(kernel.ptxas->spillStoreBytes, 0u);
  EXPECT_EQ(kernel.ptxas->cubin.substr(1, 3), "ELF");
  EXPECT_EQ(kernel.occupancy.blocks, 2u);
  EXPECT_EQ(kernel.occupancy.limit, "shared memory");
}

// More values are alive than a thread has registers: it runs, and has failed.
TEST(Ptxas, ReportsSpills) {
  if (!hasPtxas())
    GTEST_SKIP() << "no ptxas";
  std::string body = ".reg .b32 %r<300>;\n.reg .b64 %a;\nmov.b64 %a, 0;\n";
  for (std::string op : {"ld.volatile.global.b32 %r#, [%a];\n",
                         "st.volatile.global.b32 [%a], %r#;\n"})
    for (int i = 0; i < 300; ++i) {
      std::string line = op;
      line.replace(line.find('#'), 1, std::to_string(i));
      body += line;
    }
  CompiledKernel kernel = kernelOf(body);
  EXPECT_EQ(message(runPtxas(kernel, PtxOptions())), "");
  ASSERT_TRUE(kernel.ptxas);
  EXPECT_GT(kernel.ptxas->spillStoreBytes, 0u);
  ASSERT_EQ(kernel.ptxas->performanceLosses.size(), 1u);
  EXPECT_EQ(kernel.ptxas->performanceLosses[0].find("registers spill: "), 0u);
}

TEST(Ptxas, Fails) {
  if (!hasPtxas())
    GTEST_SKIP() << "no ptxas";
  CompiledKernel kernel = kernelOf("frobnicate.u32 %r1;\n");
  std::string text = message(runPtxas(kernel, PtxOptions()));
  EXPECT_EQ(text.find("ptxas exited with status"), 0u) << text;
  EXPECT_NE(text.find("line 7"), std::string::npos) << text;
  EXPECT_NE(text.find("frobnicate"), std::string::npos) << text;
  EXPECT_FALSE(kernel.ptxas);
}

TEST(Ptxas, RunsNoLongerThanItMay) {
  if (!hasPtxas())
    GTEST_SKIP() << "no ptxas";
  CompiledKernel kernel = kernelOf("");
  PtxOptions options;
  options.ptxasTime = std::chrono::milliseconds(1);
  EXPECT_NE(message(runPtxas(kernel, options)).find("limit on its time"),
            std::string::npos);
}

TEST(Toolkit, SaysWhereItLooked) {
  llvm::Expected<std::string> ptxas = findPtxas("/nonexistent/cuda");
  ASSERT_FALSE(!!ptxas);
  EXPECT_EQ(
      message(ptxas.takeError()),
      "ptxas not found: looked for bin/ptxas in /nonexistent/cuda; name a "
      "CUDA toolkit with --cuda-path or CUDA_HOME, or run 'pip install "
      "nvidia-cuda-nvcc'");
  llvm::Expected<std::string> library = findLibdevice("/nonexistent/cuda");
  ASSERT_FALSE(!!library);
  EXPECT_EQ(message(library.takeError()),
            "libdevice not found: looked for nvvm/libdevice/libdevice.10.bc in "
            "/nonexistent/cuda; name a CUDA toolkit with --cuda-path or "
            "CUDA_HOME, or run 'pip install nvidia-nvvm'");
}
