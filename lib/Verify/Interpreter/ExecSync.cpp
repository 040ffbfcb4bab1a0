//===- ExecSync.cpp - Barriers, fences, mbarriers -------------------------===//
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

//===----------------------------------------------------------------------===//
// Blocking and waking
//===----------------------------------------------------------------------===//

void Machine::block(Warp &w, WaitKind kind, uint64_t object, uint32_t site) {
  w.status = WarpStatus::Blocked;
  w.wait = kind;
  w.waitObject = object;
  w.waitSite = site;
}

void Machine::wake(Warp &w) {
  w.status = WarpStatus::Ready;
  w.wait = WaitKind::None;
}

void Machine::wakeWaiters(WaitKind kind, uint64_t object) {
  for (Warp &w : warps)
    if (w.status == WarpStatus::Blocked && w.wait == kind &&
        w.waitObject == object)
      wake(w);
}

/// A barrier needs every lane of the warp.
static void checkConverged(Machine &m, Warp &w, const Inst &i,
                           const char *what) {
  if (w.mask == w.full)
    return;
  unsigned missing = llvm::countr_zero(w.full & ~w.mask);
  m.sink.add(Fault::DivergentBarrier, i.site, ReportSink::noSite, [&] {
    return std::string(what) +
           " is reached by part of a warp: " + m.threadName(w, missing) +
           " is inactive";
  });
}

//===----------------------------------------------------------------------===//
// Barrier of the block
//===----------------------------------------------------------------------===//

void exec::barrier(Machine &m, Warp &w, const Inst &i) {
  checkConverged(m, w, i, "the barrier");
  ThreadBlock &block = m.blockOf(w);
  ThreadBarrier &barrier = block.barrier;
  if (!barrier.participants.empty() && barrier.site != i.site)
    m.sink.add(Fault::DivergentBarrier, i.site, barrier.site, [&] {
      return m.threadName(w, llvm::countr_zero(w.full)) +
             " waits here, while " +
             m.threadName(*barrier.participants.front(), 0) +
             " waits at another barrier";
    });
  barrier.site = i.site;
  barrier.participants.push_back(&w);
  m.block(w, WaitKind::Barrier, w.block, i.site);
  if (barrier.participants.size() == block.live)
    m.completeBlockBarrier(block);
}

/// What all participants know together, each lane's own accesses included.
static Knowledge joinAll(ArrayRef<Warp *> warps, size_t agents, bool async) {
  auto generic = std::make_shared<ClockVector>(agents);
  auto fenced = async ? std::make_shared<ClockVector>(agents) : nullptr;
  const ClockVector *last = nullptr, *lastAsync = nullptr;
  for (Warp *w : warps) {
    WarpClock &clock = w->clock;
    // After a barrier all warps share one clock: join it once.
    if (clock.known.generic.get() != last)
      joinInto(*generic, clock.known.generic, agents);
    last = clock.known.generic.get();
    for (const WarpClock::Private &p : clock.privates)
      joinInto(*generic, p.known.generic, agents);
    for (unsigned lane = 0; lane < warpSize; ++lane)
      (*generic)[clock.firstAgent + lane] = clock.time;
    if (!async)
      continue;
    if (clock.known.async.get() != lastAsync)
      joinInto(*fenced, clock.known.async, agents);
    lastAsync = clock.known.async.get();
    for (const WarpClock::Private &p : clock.privates)
      joinInto(*fenced, p.known.async, agents);
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      uint32_t &entry = (*fenced)[clock.firstAgent + lane];
      entry = std::max({entry, clock.asyncTime[lane], clock.asyncSyncTime});
    }
  }
  return {std::move(generic), std::move(fenced)};
}

void Machine::completeBlockBarrier(ThreadBlock &block) {
  ThreadBarrier &barrier = block.barrier;
  if (barrier.participants.size() < block.warps)
    sink.add(Fault::DivergentBarrier, barrier.site, ReportSink::noSite, [&] {
      return "only " + std::to_string(barrier.participants.size()) + " of " +
             std::to_string(block.warps) +
             " warps of the block reach this barrier; the others have left the "
             "kernel";
    });
  Knowledge all = joinAll(barrier.participants, agents, program.usesAsyncProxy);
  for (Warp *w : barrier.participants) {
    w->clock.known = all;
    w->clock.privates.clear();
    w->clock.syncTime = w->clock.time++;
    wake(*w);
  }
  barrier.participants.clear();
  if (!useIntervals)
    return;
  ++block.interval;
  for (uint32_t k = 0; k < block.warps; ++k)
    warps[block.firstWarp + k].interval = block.interval;
}

//===----------------------------------------------------------------------===//
// Named, cluster and grid barriers
//===----------------------------------------------------------------------===//

/// Ends a phase: waiters learn what everybody did before.
static void completePhase(Machine &m, ThreadBarrier &barrier) {
  barrier.completed = std::move(barrier.known);
  barrier.known = {};
  barrier.arrived = 0;
  ++barrier.phase;
  for (Warp *w : barrier.waiting)
    m.wake(*w);
  barrier.waiting.clear();
}

static void acquireCompleted(Machine &m, Warp &w, ThreadBarrier &barrier) {
  w.clock.acquireFor(w.full, w.full, barrier.completed, m.agents);
  w.clock.synchronize(w.full, m.agents);
}

void exec::namedBarrier(Machine &m, Warp &w, const Inst &i) {
  ThreadBarrier &barrier = m.blockOf(w).named[i.aux];
  if (w.namedPhase) {
    w.namedPhase = false;
    return acquireCompleted(m, w, barrier);
  }
  checkConverged(m, w, i, "the named barrier");
  if (barrier.arrived && barrier.expected != uint32_t(i.imm))
    m.sink.add(Fault::BarrierMisuse, i.site, barrier.site, [&] {
      return "named barrier " + std::to_string(i.aux) + " is used for " +
             std::to_string(i.imm) + " threads and for " +
             std::to_string(barrier.expected) + " at the same time";
    });
  barrier.expected = uint32_t(i.imm);
  barrier.site = i.site;
  barrier.arrived += warpSize;
  w.clock.release(w.full, barrier.known, m.agents);
  bool waits = !i.flag;
  if (waits) {
    w.namedPhase = true;
    --w.pc;
    barrier.waiting.push_back(&w);
    m.block(w, WaitKind::NamedBarrier, i.aux, i.site);
  }
  if (barrier.arrived >= barrier.expected)
    completePhase(m, barrier);
}

/// Arrives once, then waits for the phase; re-executed until it is over.
static void phasedBarrier(Machine &m, Warp &w, const Inst &i, unsigned slot,
                          ThreadBarrier &barrier, uint32_t expected,
                          WaitKind kind, bool arrives, bool waits) {
  bool resumed = waits && w.arrivedAt[slot] && arrives;
  if (arrives && !resumed) {
    checkConverged(m, w, i, "the barrier");
    if (w.arrivedAt[slot])
      m.fault(Fault::BarrierMisuse, w, llvm::countr_zero(w.full), i.site,
              "arrives twice without waiting");
    w.arrivedAt[slot] = true;
    w.arrivedPhase[slot] = barrier.phase;
    w.clock.release(w.full, barrier.known, m.agents);
    barrier.site = i.site;
    if (++barrier.arrived == expected)
      completePhase(m, barrier);
  }
  if (!waits)
    return;
  if (!w.arrivedAt[slot]) {
    m.fault(Fault::BarrierMisuse, w, llvm::countr_zero(w.full), i.site,
            "waits without having arrived");
    return;
  }
  if (barrier.phase == w.arrivedPhase[slot]) {
    --w.pc;
    barrier.waiting.push_back(&w);
    m.block(w, kind, 0, i.site);
    return;
  }
  w.arrivedAt[slot] = false;
  acquireCompleted(m, w, barrier);
}

void exec::clusterBarrier(Machine &m, Warp &w, const Inst &i) {
  ThreadBlock &first = m.blocks[m.blockOf(w).clusterFirst];
  uint32_t expected = first.warps * uint32_t(m.program.cluster.volume());
  phasedBarrier(m, w, i, 0, first.cluster, expected, WaitKind::ClusterBarrier,
                i.fn & 1, i.fn & 2);
}

void exec::gridBarrier(Machine &m, Warp &w, const Inst &i) {
  bool arrives = !w.arrivedAt[1];
  if (arrives && !noteGridCounter(m, w, i))
    return;
  phasedBarrier(m, w, i, 1, m.gridBarrier, uint32_t(m.warps.size()),
                WaitKind::GridBarrier, true, true);
}

/// Initializations by these lanes are visible to the async proxy from now on.
static void fenceInitializations(Machine &m, Warp &w) {
  for (MBarrier &barrier : m.blockOf(w).mbarriers)
    if (barrier.initialized && w.clock.ownAgent(barrier.init.agent) &&
        (w.mask >> (barrier.init.agent - w.clock.firstAgent) & 1))
      barrier.initFenced = true;
}

void exec::fence(Machine &m, Warp &w, const Inst &i) {
  // Memory fences of a scope order nothing by themselves: ordering between
  // threads comes from barriers, mbarriers, signals.
  auto kind = kgpu::FenceKind(i.imm);
  if (kind == kgpu::FenceKind::MBarrierInit ||
      kind == kgpu::FenceKind::AsyncShared)
    fenceInitializations(m, w);
  if (kind == kgpu::FenceKind::AsyncShared ||
      kind == kgpu::FenceKind::AsyncGlobal)
    w.clock.fenceAsync(w.mask, w.full, m.agents);
}

//===----------------------------------------------------------------------===//
// mbarriers
//===----------------------------------------------------------------------===//

MBarrier *Machine::findMBarrier(Warp &w, const MBarrierUse &use, unsigned lane,
                                uint32_t site) {
  int64_t index = w.ints(use.index)[lane];
  if (uint64_t(index) >= uint64_t(use.barriers.count)) {
    fault(Fault::OutOfBounds, w, lane, site,
          "names mbarrier " + Twine(index) + " of " +
              Twine(use.barriers.count));
    return nullptr;
  }
  ThreadBlock *block = &blockOf(w);
  if (use.rank != noReg) {
    int64_t rank = w.ints(use.rank)[lane];
    if (uint64_t(rank) >= uint64_t(program.cluster.volume())) {
      fault(Fault::OutOfBounds, w, lane, site,
            "names block " + Twine(rank) + " of a cluster of " +
                Twine(program.cluster.volume()));
      return nullptr;
    }
    block = &blocks[block->clusterFirst + rank];
    noteRemoteUse(w, lane, *block, site);
  }
  return &block->mbarriers[use.barriers.first + index];
}

/// Initialization must be ordered before any use.
static bool checkInitialized(Machine &m, Warp &w, unsigned lane,
                             const MBarrier &barrier, uint32_t site) {
  if (barrier.initialized &&
      w.clock.covers(lane, barrier.init.agent, barrier.init.time))
    return true;
  m.fault(Fault::BarrierMisuse, w, lane, site,
          barrier.initialized
              ? "uses an mbarrier whose initialization is not ordered before"
              : "uses an mbarrier that is not initialized",
          barrier.initialized ? barrier.init.site : ReportSink::noSite);
  return barrier.initialized;
}

void exec::mbarrierInit(Machine &m, Warp &w, const Inst &i) {
  const MBarrierUse &use = m.program.mbarrierUses[i.aux];
  for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    MBarrier *barrier = m.findMBarrier(w, use, lane, i.site);
    if (!barrier)
      continue;
    if (barrier->initialized)
      m.fault(Fault::BarrierMisuse, w, lane, i.site,
              "initializes an mbarrier for the second time",
              barrier->init.site);
    barrier->initialized = true;
    barrier->init = {m.unit, w.agent(lane), w.clock.time, i.site};
    barrier->expected = barrier->pending = i.imm;
  }
}

void Machine::checkPhase(MBarrier &barrier, uint32_t site) {
  barrier.lastSite = site;
  if (barrier.pending > 0)
    return;
  if (barrier.bytes < 0) {
    sink.add(Fault::BarrierMisuse, site, ReportSink::noSite, [&] {
      return "asynchronous copies brought " + std::to_string(-barrier.bytes) +
             " bytes more than this phase of the mbarrier expects";
    });
    barrier.bytes = 0;
  }
  if (barrier.bytes > 0)
    return;
  ++barrier.phase;
  barrier.pending = barrier.expected;
  barrier.completed = std::move(barrier.arriving);
  barrier.arriving = {};
  wakeWaiters(WaitKind::MBarrier, reinterpret_cast<uintptr_t>(&barrier));
}

void Machine::arriveMBarrier(MBarrier &barrier, Warp &w, uint32_t lanes,
                             uint32_t site) {
  int64_t count = llvm::popcount(lanes);
  if (count > barrier.pending) {
    fault(Fault::BarrierMisuse, w, llvm::countr_zero(lanes), site,
          "arrives at an mbarrier that expects " + Twine(barrier.expected) +
              " arrivals in a phase and has had them");
    count = barrier.pending;
  }
  barrier.pending -= count;
  w.clock.release(lanes, barrier.arriving, agents);
  checkPhase(barrier, site);
}

void Machine::creditMBarrier(MBarrier &barrier, int64_t bytes, uint32_t site) {
  barrier.bytes -= bytes;
  checkPhase(barrier, site);
}

void exec::mbarrierArrive(Machine &m, Warp &w, const Inst &i) {
  const MBarrierUse &use = m.program.mbarrierUses[i.aux];
  uint32_t lanes = m.lanesWhere(w, use.predicate);
  while (lanes) {
    unsigned lane = llvm::countr_zero(lanes);
    MBarrier *barrier = m.findMBarrier(w, use, lane, i.site);
    uint32_t same = 0;
    for (uint32_t rest = lanes; rest; rest &= rest - 1) {
      unsigned other = llvm::countr_zero(rest);
      if (m.findMBarrier(w, use, other, i.site) == barrier)
        same |= 1u << other;
    }
    lanes &= ~(same | 1u << lane);
    if (!barrier || !checkInitialized(m, w, lane, *barrier, i.site))
      continue;
    if (use.bytes != noReg)
      for (uint32_t rest = same; rest; rest &= rest - 1)
        barrier->bytes += w.ints(use.bytes)[llvm::countr_zero(rest)];
    m.arriveMBarrier(*barrier, w, same, i.site);
  }
}

void exec::mbarrierWait(Machine &m, Warp &w, const Inst &i) {
  const MBarrierUse &use = m.program.mbarrierUses[i.aux];
  uint32_t lanes = w.mask;
  SmallVector<std::pair<MBarrier *, uint32_t>, 4> passed;
  while (lanes) {
    unsigned lane = llvm::countr_zero(lanes);
    lanes &= lanes - 1;
    MBarrier *barrier = m.findMBarrier(w, use, lane, i.site);
    if (!barrier || !checkInitialized(m, w, lane, *barrier, i.site))
      continue;
    if ((barrier->phase & 1) == uint64_t(w.ints(use.parity)[lane])) {
      --w.pc;
      return m.block(w, WaitKind::MBarrier,
                     reinterpret_cast<uintptr_t>(barrier), i.site);
    }
    auto *known = llvm::find_if(
        passed, [&](const auto &entry) { return entry.first == barrier; });
    if (known != passed.end())
      known->second |= 1u << lane;
    else
      passed.push_back({barrier, 1u << lane});
  }
  for (auto [barrier, same] : passed)
    w.clock.acquireFor(same, w.full, barrier->completed, m.agents);
}
