//===- ExecControl.cpp - Structured control flow --------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each region pushes a frame with the mask to come back to. A side that no lane
// takes is jumped over, so uniform branches cost one test.
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

/// Bit per lane of an i1 column.
static uint32_t lanesWhere(const int64_t *column) {
  uint32_t lanes = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    lanes |= uint32_t(column[lane] != 0) << lane;
  return lanes;
}

void exec::branchIf(Machine &m, Warp &w, const Inst &i) {
  uint32_t yes = w.mask & lanesWhere(w.ints(i.a));
  uint32_t no = w.mask & ~yes;
  size_t at = size_t(&i - m.program.code.data());
  m.taken[at] += yes != 0;
  m.notTaken[at] += no != 0;
  w.frames.push_back({w.mask, no});
  if (yes) {
    w.setMask(yes);
    return;
  }
  // Straight to the code behind branchElse.
  w.setMask(no);
  w.frames.back().other = 0;
  w.pc = i.aux;
}

void exec::branchElse(Machine &, Warp &w, const Inst &i) {
  uint32_t other = w.frames.back().other;
  if (!other) {
    w.pc = i.aux;
    return;
  }
  w.frames.back().other = 0;
  w.setMask(other);
}

void exec::endIf(Machine &, Warp &w, const Inst &) {
  w.setMask(w.frames.back().saved);
  w.frames.pop_back();
}

void exec::beginLoop(Machine &, Warp &w, const Inst &) {
  w.frames.push_back({w.mask, 0});
}

/// Leaves a loop or narrows the mask to the lanes that go on.
static void continueLoop(Machine &m, Warp &w, const Inst &i, uint32_t lanes) {
  size_t at = size_t(&i - m.program.code.data());
  m.taken[at] += lanes != 0;
  m.notTaken[at] += lanes != w.mask;
  if (lanes) {
    if (lanes != w.mask)
      w.setMask(lanes);
    return;
  }
  w.setMask(w.frames.back().saved);
  w.frames.pop_back();
  w.pc = i.aux;
}

void exec::loopWhile(Machine &m, Warp &w, const Inst &i) {
  continueLoop(m, w, i, w.mask & lanesWhere(w.ints(i.a)));
}

void exec::loopFor(Machine &m, Warp &w, const Inst &i) {
  const int64_t *a = w.ints(i.a), *b = w.ints(i.b);
  uint32_t lanes = 0;
  if (i.c != noReg)
    for (uint32_t rest = w.mask; rest; rest &= rest - 1)
      if (int64_t step = w.ints(i.c)[llvm::countr_zero(rest)]; step <= 0) {
        m.fault(Fault::UndefinedArithmetic, w, llvm::countr_zero(rest), i.site,
                "counts by " + Twine(step) + ", which leads nowhere");
        return continueLoop(m, w, i, 0);
      }
  if (i.flag)
    for (unsigned lane = 0; lane < warpSize; ++lane)
      lanes |= uint32_t(uint64_t(a[lane]) < uint64_t(b[lane])) << lane;
  else
    for (unsigned lane = 0; lane < warpSize; ++lane)
      lanes |= uint32_t(a[lane] < b[lane]) << lane;
  continueLoop(m, w, i, w.mask & lanes);
}

void exec::jump(Machine &, Warp &w, const Inst &i) { w.pc = i.aux; }

void exec::endKernel(Machine &m, Warp &w, const Inst &) { m.finishWarp(w); }

bool verify::isBranch(const Inst &inst) {
  return inst.run == branchIf || inst.run == loopWhile || inst.run == loopFor;
}
