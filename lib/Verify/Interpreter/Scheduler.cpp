//===- Scheduler.cpp - Runs warps until they block ------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Deterministic: warps run in turn, each until it blocks. When none can go on,
// the oldest asynchronous copy lands (late landing); when there is none left,
// what still waits is deadlocked.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include <algorithm>
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

Machine::Machine(const Program &program, Domain &domain,
                 const ArgumentSource &inputs, const LaunchSpec &launch,
                 Extent3 grid, Extent3 block)
    : program(program), domain(domain), inputs(inputs), launch(launch),
      grid(grid), blockDim(block), watches(launch.watchMemory),
      valueBytes(domain.valueBytes()), memory(std::make_shared<Memory>()),
      sink(program, launch.maxReports), executed(program.code.size()),
      taken(program.code.size()), notTaken(program.code.size()),
      useIntervals(program.cluster.volume() == 1),
      memos(program.accesses.size()), random(launch.orderSeed) {
  for (const BufferInfo &info : program.buffers)
    if (!info.shared)
      memory->segments.push_back(std::make_unique<Segment>(
          info, info.index, valueBytes, domain, inputs, launch.poison));
  makeConstants();
}

void Machine::makeConstants() {
  size_t columnBytes = warpSize * valueBytes;
  intConstants.resize(size_t(program.constantIntColumns) * warpSize);
  floatConstants.resize(program.constantFloatColumns * columnBytes);
  for (const ConstantInt &constant : program.constantInts) {
    int64_t *to =
        intConstants.data() + size_t(constant.reg & ~constantBank) * warpSize;
    for (int64_t value : constant.values)
      to = std::fill_n(to, warpSize, value);
  }
  for (const ConstantFloat &constant : program.constantFloats) {
    std::byte *to =
        floatConstants.data() + (constant.reg & ~constantBank) * columnBytes;
    for (uint32_t e = 0; e < constant.length; ++e, to += columnBytes)
      domain.constant(constant.values[constant.values.size() == 1 ? 0 : e],
                      constant.kind, constant.provenance, to, warpSize);
  }
}

void Machine::setUp(ArrayRef<int64_t> ids) {
  ++unit;
  int64_t threads = blockDim.volume();
  uint32_t warpsPerBlock = uint32_t((threads + warpSize - 1) / warpSize);
  int64_t clusterSize = program.cluster.volume();
  size_t total = ids.size() * warpsPerBlock;
  agents = total * warpSize + ids.size() * program.mbarriers;
  loads.clear();
  flags.clear();
  factors.clear();
  gridBarrier = {};
  blocks.clear();
  blocks.resize(ids.size());
  warps.clear();
  warps.resize(total);
  intFile.resize(total * program.intColumns * warpSize);
  floatFile.resize(total * program.floatColumns * warpSize * valueBytes);
  for (size_t k = 0; k < ids.size(); ++k) {
    ThreadBlock &b = blocks[k];
    b.id = ids[k];
    b.coordinates[0] = b.id % grid.x;
    b.coordinates[1] = b.id / grid.x % grid.y;
    b.coordinates[2] = b.id / (grid.x * grid.y);
    b.clusterRank = uint32_t(k % size_t(clusterSize));
    b.clusterFirst = uint32_t(k) - b.clusterRank;
    b.firstWarp = uint32_t(k * warpsPerBlock);
    b.warps = b.live = warpsPerBlock;
    b.shared.resize(program.sharedBuffers);
    for (const BufferInfo &info : program.buffers)
      if (info.shared)
        b.shared[info.index] = std::make_unique<SharedBuffer>(
            info, valueBytes, warpsPerBlock * unsigned(clusterSize), domain,
            launch.poison);
    b.mbarriers.resize(program.mbarriers);
    for (size_t j = 0; j < program.mbarriers; ++j)
      b.mbarriers[j].agent =
          uint32_t(total * warpSize + k * program.mbarriers + j);
    for (uint32_t j = 0; j < warpsPerBlock; ++j) {
      uint32_t index = b.firstWarp + j;
      Warp &w = warps[index];
      int64_t lanes = std::min<int64_t>(warpSize, threads - j * warpSize);
      w.full = lanes == warpSize ? ~0u : (1u << lanes) - 1;
      w.setMask(w.full);
      w.unit = unit;
      w.index = j;
      w.block = uint32_t(k);
      w.clusterWarp = b.clusterRank * warpsPerBlock + j;
      w.clock.firstAgent = index * warpSize;
      w.floatColumnBytes = warpSize * valueBytes;
      w.intBank[0] =
          intFile.data() + size_t(index) * program.intColumns * warpSize;
      w.intBank[1] = intConstants.data();
      w.floatBank[0] = floatFile.data() + size_t(index) * program.floatColumns *
                                              w.floatColumnBytes;
      w.floatBank[1] = floatConstants.data();
    }
  }
}

void Machine::runWarp(Warp &w) {
  const Inst *code = program.code.data();
  uint64_t steps = 0, laneOps = 0;
  while (w.status == WarpStatus::Ready) {
    const Inst &i = code[w.pc];
    ++executed[w.pc++];
    laneOps += uint64_t(w.active) * i.length;
    ++steps;
    i.run(*this, w, i);
    if (LLVM_UNLIKELY(launch.stepLimit &&
                      counters.instructions + steps >= launch.stepLimit)) {
      stopped = true;
      sink.add(Fault::StepLimit, i.site, ReportSink::noSite, [&] {
        return "stopped after " + std::to_string(launch.stepLimit) +
               " instructions";
      });
      break;
    }
  }
  counters.instructions += steps;
  counters.laneOps += laneOps;
}

void Machine::finishWarp(Warp &w) {
  w.status = WarpStatus::Done;
  ThreadBlock &b = blockOf(w);
  --b.live;
  if (!b.barrier.participants.empty() &&
      b.barrier.participants.size() == b.live)
    completeBlockBarrier(b);
}

void Machine::schedule() {
  std::vector<uint32_t> order(warps.size());
  std::iota(order.begin(), order.end(), 0u);
  if (launch.warpOrder == RunOrder::Reverse)
    std::reverse(order.begin(), order.end());
  while (!stopped) {
    if (launch.warpOrder == RunOrder::Shuffled)
      std::shuffle(order.begin(), order.end(), random);
    bool progress = false;
    for (uint32_t index : order) {
      if (warps[index].status != WarpStatus::Ready)
        continue;
      progress = true;
      runWarp(warps[index]);
      if (stopped)
        return;
    }
    if (progress)
      continue;
    bool blocked = llvm::any_of(
        warps, [](const Warp &w) { return w.status == WarpStatus::Blocked; });
    if (blocked && !loads.empty()) {
      PendingLoad load = std::move(loads.front());
      loads.pop_front();
      landLoad(load);
      continue;
    }
    if (blocked)
      reportDeadlock();
    return;
  }
}

static const char *describe(WaitKind kind) {
  switch (kind) {
  case WaitKind::None:
    return "nothing";
  case WaitKind::Barrier:
    return "the block's barrier";
  case WaitKind::NamedBarrier:
    return "named barrier ";
  case WaitKind::MBarrier:
    return "an mbarrier";
  case WaitKind::Flag:
    return "a flag";
  case WaitKind::ClusterBarrier:
    return "the cluster's barrier";
  case WaitKind::GridBarrier:
    return "the grid's barrier";
  }
  return "";
}

void Machine::reportDeadlock() {
  // One report per place, with the first warp that waits there.
  for (const Warp &w : warps) {
    if (w.status != WarpStatus::Blocked)
      continue;
    sink.add(Fault::Deadlock, w.waitSite, ReportSink::noSite, [&] {
      std::string text = "the warp of " +
                         threadName(w, llvm::countr_zero(w.full)) +
                         " waits for " + describe(w.wait);
      if (w.wait == WaitKind::NamedBarrier) {
        const ThreadBarrier &b = blocks[w.block].named[w.waitObject];
        text += std::to_string(w.waitObject) + ", which " +
                std::to_string(b.arrived) + " of " +
                std::to_string(b.expected) + " threads reached";
      }
      if (w.wait == WaitKind::MBarrier) {
        auto *b = reinterpret_cast<const MBarrier *>(w.waitObject);
        text += " in phase " + std::to_string(b->phase) + ", which lacks " +
                std::to_string(b->pending) + " arrivals and " +
                std::to_string(b->bytes) + " bytes";
      }
      return text + ", and nothing can go on";
    });
  }
}

/// What must not be left when a kernel ends.
void Machine::checkEnd() {
  for (Warp &w : warps) {
    for (PendingStore &store : w.stores) {
      if (!store.sourceFree)
        sink.add(Fault::UnfinishedAsync, store.site, ReportSink::noSite, [&] {
          return threadName(w, store.lane) +
                 " leaves the kernel while its bulk store may still read "
                 "shared memory; 'kgpu.bulk_wait' first";
        });
      for (int64_t to : store.to)
        store.target->shadow(to).flags &= ~ShadowPendingWrite;
    }
    for (PendingCopy &copy : w.copies)
      if (copy.from >= 0 && copy.source->tracked())
        for (uint32_t e = 0; e < copy.count; ++e)
          --copy.source->shadow(copy.from + e).pendingReads;
    if (w.index % 4 == 0)
      continue;
    const Warp &leader = *(&w - w.index % 4);
    if (leader.matrixHash == w.matrixHash ||
        leader.status != WarpStatus::Done || w.status != WarpStatus::Done)
      continue;
    uint32_t site = leader.matrices.empty() ? 0 : leader.matrices[0].site;
    for (size_t k = 0; k < program.code.size() && !site; ++k)
      if (StringRef(program.sites[program.code[k].site].op) == "kgpu.wgmma")
        site = program.code[k].site;
    sink.add(Fault::PartialWarp, site, ReportSink::noSite, [&] {
      return "the warps of a warpgroup, that of " + threadName(leader, 0) +
             " and that of " + threadName(w, 0) +
             ", do not execute the same sequence of wgmma";
    });
  }
}

void Machine::runUnit(ArrayRef<int64_t> ids) {
  setUp(ids);
  schedule();
  // Copies that nobody waited for would land in memory of a dead block.
  for (PendingLoad &load : loads)
    sink.add(Fault::UnfinishedAsync, load.site, ReportSink::noSite, [] {
      return std::string(
          "a bulk copy is unfinished when its block leaves the kernel");
    });
  checkEnd();
  if (stopped)
    return;
  checkRemoteUses();
  checkRegisters();
}
