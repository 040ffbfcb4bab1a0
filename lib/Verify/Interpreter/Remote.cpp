//===- Remote.cpp - What blocks of a cluster owe each other ---------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Shared memory of others
//===----------------------------------------------------------------------===//

void Machine::noteRemoteUse(Warp &w, unsigned lane, ThreadBlock &target,
                            uint32_t site) {
  if (!watches || &target == &blockOf(w))
    return;
  // Something that a thread of the other block did must be known.
  bool begun = false;
  for (uint32_t k = 0; k < target.warps && !begun; ++k) {
    const WarpClock &clock = warps[target.firstWarp + k].clock;
    for (unsigned other = 0; other < warpSize && !begun; ++other)
      begun = w.clock.covers(lane, clock.firstAgent + other, 1);
  }
  if (!begun)
    fault(Fault::Race, w, lane, site,
          "uses shared memory of another block of the cluster, which need not "
          "have begun");
  target.remoteUses[w.agent(lane)] = {unit, w.agent(lane), w.clock.time, site};
}

void Machine::checkRemoteUses() {
  for (ThreadBlock &block : blocks)
    for (const auto &entry : block.remoteUses) {
      uint32_t agent = entry.first;
      const AccessMark &use = entry.second;
      bool outlived = false;
      for (uint32_t k = 0; k < block.warps && !outlived; ++k) {
        const Warp &w = warps[block.firstWarp + k];
        for (uint32_t rest = w.full; rest && !outlived; rest &= rest - 1)
          outlived = w.clock.covers(llvm::countr_zero(rest), agent, use.time);
      }
      if (outlived)
        continue;
      sink.add(Fault::Race, use.site, ReportSink::noSite, [&] {
        return agentName(unit, agent) +
               " uses shared memory of another block of the cluster, which may "
               "have left the kernel by then";
      });
    }
}

//===----------------------------------------------------------------------===//
// Registers that warpgroups give to each other
//===----------------------------------------------------------------------===//

/// Of a multiprocessor, and what one thread can name.
static constexpr int64_t registerFile = 65536, mostRegisters = 255;

/// Of each thread when the kernel begins: all that there are, in eights.
static int64_t registersAtFirst(int64_t threads) {
  return std::min(registerFile / threads, mostRegisters) / 8 * 8;
}

void exec::setMaxRegisters(Machine &m, Warp &w, const Inst &i) {
  int64_t now =
      w.registers ? w.registers : registersAtFirst(m.blockDim.volume());
  if (w.mask != w.full)
    m.fault(Fault::PartialWarp, w, llvm::countr_zero(w.mask), i.site,
            "changes its registers without its whole warp");
  if (i.flag ? i.imm > now : i.imm < now)
    m.fault(Fault::BarrierMisuse, w, llvm::countr_zero(w.full), i.site,
            Twine(i.flag ? "decreases" : "increases") + " its registers from " +
                Twine(now) + " to " + Twine(i.imm));
  w.registers = i.imm;
  w.registerSite = i.site;
}

void Machine::checkRegisters() {
  int64_t first = registersAtFirst(blockDim.volume());
  for (const ThreadBlock &block : blocks) {
    int64_t used = 0;
    const Warp *changed = nullptr;
    for (uint32_t k = 0; k < block.warps; ++k) {
      const Warp &w = warps[block.firstWarp + k];
      used += (w.registers ? w.registers : first) * warpSize;
      if (w.registers > first)
        changed = &w;
    }
    if (!changed || used <= first * int64_t(block.warps) * warpSize)
      continue;
    sink.add(Fault::Deadlock, changed->registerSite, ReportSink::noSite, [&] {
      return "the warps of the block ask for " + std::to_string(used) +
             " registers, and it has " +
             std::to_string(first * int64_t(block.warps) * warpSize);
    });
  }
}
