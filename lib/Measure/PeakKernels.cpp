//===- PeakKernels.cpp - Kernels that do nothing but multiply ------- -*- C++
//-*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Measure/DeviceRates.h"
#include "llvm/Support/FormatVariadic.h"

using namespace kernel_opt;
using namespace kernel_opt::measure;

namespace {
/// A multiplication of matrices by one warp, or by the four of a warpgroup
/// (m is 64 then).
struct Product {
  int m, n, k;
  StringRef types;    ///< results, left, right and (of warps) summands
  StringRef sums;     ///< type of a register with a sum
  int sumRegisters;   ///< of a thread
  StringRef operands; ///< type of a register with operands
  int left, right;    ///< such registers
  StringRef suffix;   ///< behind the operands, of warpgroups
};
} // namespace

static constexpr int warps = peakThreads / 32;

/// Lists `%name<first>` and the next ones.
static std::string registers(StringRef name, int first, int count) {
  std::string list = "{";
  for (int i = first; i < first + count; ++i)
    list += (i == first ? "%" : ", %") + name.str() + std::to_string(i);
  return list + "}";
}

/// `rounds` times `body`; then the sums are read, so that nothing is for
/// nobody. `zero` is a literal of the sums' type.
static std::string kernelAround(StringRef target, StringRef sumType,
                                int numSums, StringRef zero,
                                StringRef declarations, StringRef before,
                                StringRef body) {
  std::string ptx = llvm::formatv(".version {0}\n.target {1}\n"
                                  ".address_size 64\n",
                                  target == "sm_89" ? "8.4" : "8.0", target)
                        .str();
  ptx += llvm::formatv(".visible .entry kernel_opt_peak(.param .u64 pSink, "
                       ".param .u32 pRounds)\n.maxntid {0}, 1, 1\n{{\n",
                       peakThreads)
             .str();
  ptx += "  .reg .pred %p;\n  .reg .b32 %round, %rounds;\n"
         "  .reg .b64 %sink;\n";
  ptx += llvm::formatv("  .reg .{0} %s<{1}>;\n", sumType, numSums).str();
  ptx += declarations;
  ptx += "  ld.param.u64 %sink, [pSink];\n"
         "  cvta.to.global.u64 %sink, %sink;\n"
         "  ld.param.u32 %rounds, [pRounds];\n  mov.u32 %round, 0;\n";
  for (int i = 0; i < numSums; ++i)
    ptx += llvm::formatv("  mov.{0} %s{1}, {2};\n", sumType, i, zero).str();
  ptx += before;
  ptx += "loop:\n";
  ptx += body;
  ptx += "  add.u32 %round, %round, 1;\n"
         "  setp.lt.u32 %p, %round, %rounds;\n  @%p bra loop;\n";
  for (int i = 1; i < numSums; ++i)
    ptx += llvm::formatv("  add.{0} %s0, %s0, %s{1};\n", sumType, i).str();
  // Sums of zeros are zero: nobody writes.
  ptx += llvm::formatv("  setp.ne.{0} %p, %s0, {1};\n"
                       "  @%p st.global.{0} [%sink], %s0;\n  ret;\n}\n",
                       sumType, zero)
             .str();
  return ptx;
}

/// Operands lie in shared memory, in blocks of 8 rows of 16 bytes.
static PeakKernel warpgroupKernel(const Product &product) {
  constexpr int perRound = 8;
  std::string instruction =
      llvm::formatv("  wgmma.mma_async.sync.aligned.m{0}n{1}k{2}.{3} {4}, "
                    "%left, %right, %one{5};\n",
                    product.m, product.n, product.k, product.types,
                    registers("s", 0, product.sumRegisters), product.suffix)
          .str();
  std::string body = "  wgmma.fence.sync.aligned;\n";
  for (int i = 0; i < perRound; ++i)
    body += instruction;
  body += "  wgmma.commit_group.sync.aligned;\n"
          "  wgmma.wait_group.sync.aligned 0;\n";
  // Zeros in shared memory. 10 KB: 64 and 256 rows of 32 bytes.
  std::string before = R"(
  mov.u32 %a, %tid.x;
  shl.b32 %a, %a, 2;
  mov.u32 %base, tile;
  add.u32 %a, %a, %base;
  mov.u32 %i, 0;
zeros:
  st.shared.u32 [%a], 0;
  add.u32 %a, %a, 1024;
  add.u32 %i, %i, 1;
  setp.lt.u32 %p, %i, 10;
  @%p bra zeros;
  fence.proxy.async.shared::cta;
  bar.sync 0;
  and.b32 %base, %base, 0x3ffff;
  shr.u32 %base, %base, 4;
  cvt.u64.u32 %left, %base;
  or.b64 %left, %left, 0x0000001000080000;
  add.u64 %right, %left, 128;
  setp.eq.u32 %one, %i, 10;
)";
  std::string declarations = "  .reg .pred %one;\n  .reg .b32 %a, %base, %i;\n"
                             "  .reg .b64 %left, %right;\n"
                             "  .shared .align 1024 .b8 tile[10240];\n";
  StringRef zero = product.sums == "f32" ? "0f00000000" : "0";
  return {kernelAround("sm_90a", product.sums, product.sumRegisters, zero,
                       declarations, before, body),
          2.0 * product.m * product.n * product.k * perRound * warps / 4};
}

/// Operands are in registers; eight products that wait for none of the others.
static PeakKernel warpKernel(const Product &product, StringRef target) {
  constexpr int independent = 8;
  bool isDouble = product.sums == "f64";
  StringRef zero = isDouble                ? "0d0000000000000000"
                   : product.sums == "f32" ? "0f00000000"
                                           : "0";
  std::string declarations =
      llvm::formatv("  .reg .{0} %o<{1}>;\n", product.operands,
                    product.left + product.right)
          .str();
  std::string before, body;
  for (int i = 0; i < product.left + product.right; ++i)
    before += llvm::formatv("  mov.{0} %o{1}, {2};\n", product.operands, i,
                            isDouble ? zero : "0")
                  .str();
  for (int i = 0; i < independent; ++i) {
    std::string sums =
        registers("s", i * product.sumRegisters, product.sumRegisters);
    body += llvm::formatv("  mma.sync.aligned.m{0}n{1}k{2}.row.col.{3} {4}, "
                          "{5}, {6}, {4};\n",
                          product.m, product.n, product.k, product.types, sums,
                          registers("o", 0, product.left),
                          registers("o", product.left, product.right))
                .str();
  }
  return {kernelAround(target, product.sums, independent * product.sumRegisters,
                       zero, declarations, before, body),
          2.0 * product.m * product.n * product.k * independent * warps};
}

static PeakKernel fmaKernel() {
  constexpr int chains = 16, perRound = 8;
  std::string body;
  for (int i = 0; i < chains * perRound; ++i)
    body +=
        llvm::formatv("  fma.rn.f32 %s{0}, %s{0}, %x, %x;\n", i % chains).str();
  // Of no value that the compiler knows.
  return {kernelAround("sm_80", "f32", chains, "0f00000000",
                       "  .reg .f32 %x;\n",
                       "  shr.u32 %round, %rounds, 31;\n"
                       "  cvt.rn.f32.u32 %x, %round;\n"
                       "  mov.u32 %round, 0;\n",
                       body),
          2.0 * chains * perRound * peakThreads};
}

PeakKernel measure::peakKernel(Unit unit, int architecture) {
  // Warpgroups multiply on 9.0 alone; what came after has other instructions,
  // and runs those of warps.
  bool groups = architecture == 90;
  switch (unit) {
  case Unit::FMA32:
    return architecture >= 80 ? fmaKernel() : PeakKernel();
  case Unit::Tensor64:
    if (architecture < 80)
      return {};
    if (architecture < 90)
      return warpKernel({8, 8, 4, "f64.f64.f64.f64", "f64", 2, "f64", 1, 1, ""},
                        "sm_80");
    return warpKernel({16, 8, 16, "f64.f64.f64.f64", "f64", 4, "f64", 8, 4, ""},
                      "sm_90");
  case Unit::TensorTF32:
    if (groups)
      return warpgroupKernel(
          {64, 256, 8, "f32.tf32.tf32", "f32", 128, "", 0, 0, ", 1, 1"});
    return architecture < 80 ? PeakKernel()
                             : warpKernel({16, 8, 8, "f32.tf32.tf32.f32", "f32",
                                           4, "b32", 4, 2, ""},
                                          "sm_80");
  case Unit::Tensor16:
    if (groups)
      return warpgroupKernel(
          {64, 256, 16, "f32.bf16.bf16", "f32", 128, "", 0, 0, ", 1, 1, 0, 0"});
    return architecture < 80 ? PeakKernel()
                             : warpKernel({16, 8, 16, "f32.bf16.bf16.f32",
                                           "f32", 4, "b32", 4, 2, ""},
                                          "sm_80");
  case Unit::Tensor8:
    if (groups)
      return warpgroupKernel(
          {64, 256, 32, "f32.e4m3.e4m3", "f32", 128, "", 0, 0, ", 1, 1"});
    return architecture < 89 ? PeakKernel()
                             : warpKernel({16, 8, 32, "f32.e4m3.e4m3.f32",
                                           "f32", 4, "b32", 4, 2, ""},
                                          "sm_89");
  case Unit::TensorInteger:
    if (groups)
      return warpgroupKernel(
          {64, 256, 32, "s32.s8.s8", "s32", 128, "", 0, 0, ""});
    return architecture < 80 ? PeakKernel()
                             : warpKernel({16, 8, 32, "s32.s8.s8.s32", "s32", 4,
                                           "b32", 4, 2, ""},
                                          "sm_80");
  }
  llvm_unreachable("all units are handled");
}
