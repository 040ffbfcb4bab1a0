//===- ExecFlags.cpp - Flags and counters in memory -----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

/// The flag that a lane's access names: value and ordering state.
static int64_t *flagValue(Machine &m, Warp &w, const BufferInfo &info,
                          unsigned lane, int64_t index, uint32_t site,
                          FlagState *&state) {
  if (info.shared) {
    SharedBuffer &buffer = m.sharedOf(w, info);
    state = &m.flags[{&buffer, index}];
    auto *value = reinterpret_cast<int64_t *>(buffer.changedValue(index));
    if (!(buffer.shadow[index].flags & ShadowInit))
      *value = 0;
    return value;
  }
  Segment &segment = m.segmentOf(info);
  state = &m.flags[{&segment, index}];
  auto *value = reinterpret_cast<int64_t *>(segment.value(index));
  GlobalShadow &s = segment.shadow(index);
  // Flags begin as zero: the launch plan clears them.
  if (!(s.flags & ShadowInit))
    *value = 0;
  else if (!(s.flags & ShadowAtomic) && s.write.unit &&
           (s.write.unit != m.unit ||
            !w.clock.covers(lane, s.write.agent, s.write.time)))
    m.race(w, lane, site, "uses as a flag", info, index, s.write.unit,
           s.write.agent, s.write.site);
  return value;
}

namespace {
/// The flags that the lanes of a warp name.
struct FlagAccess {
  const BufferInfo &info;
  uint32_t lanes = 0; ///< those of a flag, all within bounds
  int64_t linear[warpSize];

  /// `predicate` chooses lanes; none: all that are active.
  FlagAccess(Machine &m, Warp &w, const Inst &i, Reg predicate);
};
} // namespace

FlagAccess::FlagAccess(Machine &m, Warp &w, const Inst &i, Reg predicate)
    : info(m.program.buffers[m.program.accesses[i.aux].buffer]) {
  int32_t counts[warpSize];
  uint32_t asked = m.lanesWhere(w, predicate);
  uint32_t found = m.computeAddresses(w, m.program.accesses[i.aux], i.site,
                                      asked, linear, counts);
  if (info.shared || info.access == ArgumentAccess::Workspace ||
      info.access == ArgumentAccess::ReadWrite)
    lanes = found;
  else if (found)
    m.fault(Fault::AccessViolation, w, llvm::countr_zero(found), i.site,
            "uses " + Twine(info.name) +
                " for flags; that takes a workspace argument");
}

/// What somebody who reads one of several signals knows at least: whoever sees
/// a value need not have seen those before it.
static void meetInto(SharedClock &into, const SharedClock &other, bool first) {
  if (first || !into || !other) {
    into = first ? other : nullptr;
    return;
  }
  auto least = std::make_shared<ClockVector>(*into);
  for (size_t k = 0; k < least->size(); ++k)
    (*least)[k] = std::min((*least)[k], (*other)[k]);
  into = std::move(least);
}

void exec::signal(Machine &m, Warp &w, const Inst &i) {
  auto [info, lanes, linear] =
      FlagAccess(m, w, i, m.program.accesses[i.aux].predicate);
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    FlagState *state;
    int64_t *value = flagValue(m, w, info, lane, linear[lane], i.site, state);
    *value = w.ints(i.a)[lane];
    if (info.shared) {
      m.sharedOf(w, info).shadow[linear[lane]].flags |= ShadowInit;
    } else {
      GlobalShadow &s = m.segmentOf(info).shadow(linear[lane]);
      if (!(s.flags & ShadowInit))
        s.flags |= ShadowInit;
      m.globalAtomic(w, lane, m.segmentOf(info), linear[lane], i.site);
    }
    // Which of two signals stays must not be left to chance.
    for (const FlagState::Signal &before : state->signals)
      if (before.value != *value &&
          !w.clock.covers(lane, before.by.agent, before.by.time))
        m.race(w, lane, i.site, "signals another value through", info,
               linear[lane], m.unit, before.by.agent, before.by.site);
    FlagState::Signal &signal = state->signals.emplace_back();
    signal.value = *value;
    signal.scope = i.fn;
    signal.block = w.block;
    signal.by = {m.unit, w.agent(lane), w.clock.time, i.site};
    w.clock.release(1u << lane, signal.known, m.agents);
  }
  m.wakeWaiters(WaitKind::Flag, 0);
}

/// Both sides must speak to each other: a release to the own block tells other
/// blocks nothing.
static void checkScope(Machine &m, Warp &w, unsigned lane, const Inst &i,
                       const FlagState::Signal &signal) {
  auto needed = kgpu::Scope::Device;
  if (signal.block == w.block)
    needed = kgpu::Scope::Block;
  else if (m.blocks[signal.block].clusterFirst == m.blockOf(w).clusterFirst)
    needed = kgpu::Scope::Cluster;
  if (kgpu::Scope(signal.scope) < needed || kgpu::Scope(i.fn) < needed)
    m.fault(Fault::Race, w, lane, i.site,
            "waits for the signal of another block with a scope that does not "
            "reach it, on one side or the other",
            signal.by.site);
}

/// What a wait for a value learns of a flag.
static Knowledge learn(Machine &m, Warp &w, unsigned lane, const Inst &i,
                       const FlagState &state) {
  Knowledge known;
  // Flags begin as zero: a wait for no more may be over before any signal.
  if (w.ints(i.a)[lane] <= 0)
    return known;
  bool first = true;
  for (const FlagState::Signal &signal : state.signals) {
    if (signal.value < w.ints(i.a)[lane])
      continue;
    checkScope(m, w, lane, i, signal);
    meetInto(known.generic, signal.known.generic, first);
    meetInto(known.async, signal.known.async, first);
    first = false;
  }
  return known;
}

void exec::wait(Machine &m, Warp &w, const Inst &i) {
  auto [info, lanes, linear] = FlagAccess(m, w, i, noReg);
  SmallVector<std::pair<unsigned, FlagState *>, 32> seen;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    FlagState *state;
    int64_t value = *flagValue(m, w, info, lane, linear[lane], i.site, state);
    if (value < w.ints(i.a)[lane]) {
      --w.pc;
      return m.block(w, WaitKind::Flag, 0, i.site);
    }
    w.ints(i.d)[lane] = value;
    seen.push_back({lane, state});
  }
  // Lanes that look at one flag for one value learn together.
  while (!seen.empty()) {
    auto [lane, state] = seen.front();
    int64_t least = w.ints(i.a)[lane];
    uint32_t same = 0;
    llvm::erase_if(seen, [&, state = state](auto &entry) {
      if (entry.second != state || w.ints(i.a)[entry.first] != least)
        return false;
      same |= 1u << entry.first;
      return true;
    });
    w.clock.acquireFor(same, w.full, learn(m, w, lane, i, *state), m.agents);
  }
}

//===----------------------------------------------------------------------===//
// Counter of the grid's barrier
//===----------------------------------------------------------------------===//

bool exec::noteGridCounter(Machine &m, Warp &w, const Inst &i) {
  auto [info, lanes, linear] = FlagAccess(m, w, i, noReg);
  if (!lanes)
    return false;
  unsigned lane = llvm::countr_zero(lanes);
  Segment &segment = m.segmentOf(info);
  if (m.gridBarrier.arrived == 0)
    m.gridCounter = {&segment, linear[lane]};
  for (uint32_t rest = lanes; rest; rest &= rest - 1)
    if (m.gridCounter != std::pair<const void *, int64_t>(
                             &segment, linear[llvm::countr_zero(rest)])) {
      m.fault(Fault::BarrierMisuse, w, llvm::countr_zero(rest), i.site,
              "meets other threads at a counter that is not theirs",
              m.gridBarrier.site);
      return false;
    }
  GlobalShadow &s = segment.shadow(linear[lane]);
  if (s.write.unit || m.flags.count(m.gridCounter))
    m.fault(Fault::BarrierMisuse, w, lane, i.site,
            "counts in " + Twine(info.name) +
                formatIndices(info, linear[lane]) +
                ", which is written or used as a flag as well",
            s.write.unit ? s.write.site : ReportSink::noSite);
  s.flags |= ShadowInit;
  m.globalAtomic(w, lane, segment, linear[lane], i.site);
  return true;
}
