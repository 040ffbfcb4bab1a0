//===- Lint.cpp - What PTX may hold -----------------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// LLVM writes one instruction or directive a line, which is what this relies
// on: a line that holds more is refused.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Target/NVPTX/Lint.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace kernel_opt;

/// Beginnings of instructions that ScheduledToNVVM writes as inline assembly.
/// One that is not here does not pass, so both must change together.
static constexpr StringLiteral kInlineOpcodes[] = {
    "wgmma.fence.sync.aligned;",
    "wgmma.mma_async.sync.aligned.",
    "wgmma.commit_group.sync.aligned;",
    "wgmma.wait_group.sync.aligned ",
    "mma.sync.aligned.m16n8k",
    "ldmatrix.sync.aligned.m8n8.x",
    "stmatrix.sync.aligned.m8n8.x",
    "mbarrier.init.shared::cta.b64 ",
    "mbarrier.arrive.shared::cta.b64 ",
    "mbarrier.arrive.expect_tx.shared::cta.b64 ",
    "mbarrier.arrive.release.cluster.shared::cluster.b64 ",
    "mbarrier.arrive.expect_tx.release.cluster.shared::cluster.b64 ",
    "mbarrier.try_wait.parity.shared::cta.b64 ",
    "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 ",
    "cp.async.ca.shared.global ",
    "cp.async.cg.shared.global ",
    "cp.async.commit_group;",
    "cp.async.wait_group ",
    "cp.async.bulk.tensor.",
    "cp.async.bulk.commit_group;",
    "cp.async.bulk.wait_group",
    "fence.proxy.async.",
    "fence.acq_rel.",
    "fence.mbarrier_init.release.cluster;",
    "bar.sync ",
    "bar.arrive ",
    "barrier.cluster.arrive.release.aligned;",
    "barrier.cluster.wait.acquire.aligned;",
    "setmaxnreg.",
    "mapa.shared::cluster.u32 ",
    "createpolicy.fractional.L2::evict_",
    "ld.global.",
    "st.global.",
    "ld.shared::cluster.",
    "st.shared::cluster.",
    "ld.acquire.",
    "st.release.",
    "atom.add.acq_rel.gpu.global.u32 ",
    "tanh.approx.f32 ",
    "setp.ne.b32 p, ",
    "setp.ge.s32 p, ",
    "setp.ge.s64 p, ",
    "sub.s32 d, ",
};

/// The same for libdevice, which is linked in.
static constexpr StringLiteral kLibdeviceOpcodes[] = {
    "rcp.approx.ftz.f32 ",
    "rsqrt.approx.ftz.f64 ",
    "bfind.shiftamt.u32 ",
    "sub.rn.",
    "sub.rz.",
    "sub.rm.",
    "sub.rp.",
    "add.cc.u32",
    "addc.",
    "sub.cc.u32",
    "subc.",
    "mul.lo.u32",
    "mul.hi.u32",
    "mad.lo.cc.u32",
    "madc.",
    "mov.b64 ",
    ".reg .u32 r0, r1, r2, r3",
    "{ .reg .pred __$temp3;",
    "setp.equ.f64 __$temp3",
    "selp.f64 ",
};

/// Tables of libdevice, which LLVM writes as initialized global variables.
static constexpr StringLiteral kLibdeviceTables[] = {
    "__cudart_i2opi_f[",
    "__cudart_i2opi_d[",
    "__cudart_sin_cos_coeffs[",
};

/// Whole lines around them.
static constexpr StringLiteral kInlineLines[] = {
    "{",      "}",     "bra retry;",    "bra.uni done;", "bra.uni retry;",
    "retry:", "done:", ".reg .pred p;", ".reg .s32 d;",
};

/// What LLVM itself writes on one line: halves of a register.
static constexpr StringLiteral kLongLines[] = {
    "{ .reg .b32 tmp; mov.b64 ",
    "{ .reg .b16 tmp; mov.b32 ",
};

/// Registers and instructions that tell the time, sleep, or leave the kernel.
static constexpr StringLiteral kForbidden[] = {
    "%clock", "%globaltimer", "nanosleep", "vprintf",  "brkpt",
    "trap;",  "%pm",          "pmevent",   "discard.", "%envreg",
};

static llvm::Error lintError(unsigned line, StringRef text, const Twine &why) {
  return llvm::createStringError("PTX line " + Twine(line) + ": " + why +
                                 ": '" + text.trim() + "'");
}

/// Whether the line is an instruction of the table, behind a guard at most.
static bool isKnownInline(StringRef text) {
  if (text.consume_front("@p ") || text.consume_front("@!p "))
    text = text.ltrim();
  auto begins = [&](StringRef opcode) { return text.starts_with(opcode); };
  return llvm::is_contained(kInlineLines, text) ||
         llvm::any_of(kInlineOpcodes, begins) ||
         llvm::any_of(kLibdeviceOpcodes, begins);
}

/// Module-level directives; `entries` counts kernels.
static llvm::Error lintDirective(unsigned number, StringRef text,
                                 StringRef kernel, unsigned &entries) {
  bool isExtern = text.consume_front(".extern ");
  bool isVisible = text.consume_front(".visible ");
  if (isExtern) {
    if (!text.starts_with(".shared ") || !text.contains("[]"))
      return lintError(number, text,
                       "only the dynamic shared array may be external");
    return llvm::Error::success();
  }
  if (text.starts_with(".entry ")) {
    StringRef name = text.drop_front(7).take_until(
        [](char c) { return c == '(' || c == ' '; });
    if (name != kernel)
      return lintError(number, text, "expected the one entry '" + kernel + "'");
    ++entries;
    return llvm::Error::success();
  }
  if (text.starts_with(".func"))
    return lintError(number, text, "a kernel has no functions beside it");
  auto isTable = [&](StringRef table) {
    return text.contains(table) && text.contains("] = {");
  };
  if (text.starts_with(".global ") && !llvm::any_of(kLibdeviceTables, isTable))
    return lintError(number, text, "a kernel has no writable global memory");
  if (isVisible || text.starts_with(".weak") || text.starts_with(".common") ||
      text.starts_with(".alias"))
    return lintError(number, text, "unexpected linkage");
  return llvm::Error::success();
}

llvm::Error kernel_opt::nvptx::lintPTX(StringRef ptx, StringRef kernel) {
  unsigned number = 0, entries = 0;
  bool isInline = false;
  while (!ptx.empty()) {
    auto [line, rest] = ptx.split('\n');
    ptx = rest;
    ++number;
    StringRef text = line.trim();
    if (text == "// begin inline asm" || text == "// end inline asm") {
      isInline = text == "// begin inline asm";
      continue;
    }
    if (text.empty() || text.starts_with("//"))
      continue;
    StringRef code = text.split("//").first.rtrim();
    for (StringRef word : kForbidden)
      if (code.contains(word))
        return lintError(number, code, "'" + word + "' is not allowed");
    auto begins = [&](StringRef start) { return code.starts_with(start); };
    bool isLong =
        !isInline && code.count(';') <= 2 && llvm::any_of(kLongLines, begins);
    if (code.count(';') > 1 && !isLong)
      return lintError(number, code, "more than one instruction on a line");
    if (isInline) {
      if (!isKnownInline(code))
        return lintError(number, code, "unknown inline assembly");
      continue;
    }
    StringRef unguarded = code;
    if (unguarded.consume_front("@"))
      unguarded = unguarded.drop_until([](char c) { return c == ' '; }).ltrim();
    if (unguarded.starts_with("call") || unguarded.starts_with("brx."))
      return lintError(number, code, "a kernel calls nothing");
    if (code.starts_with("."))
      if (llvm::Error error = lintDirective(number, code, kernel, entries))
        return error;
  }
  if (isInline)
    return llvm::createStringError("PTX ends inside inline assembly");
  if (entries != 1)
    return llvm::createStringError("PTX has " + Twine(entries) +
                                   " entries; expected one, '" + kernel + "'");
  return llvm::Error::success();
}
