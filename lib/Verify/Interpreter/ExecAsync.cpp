//===- ExecAsync.cpp - cp.async and the tensor memory accelerator ---------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Between issue and completion an element's destination is pending: nobody may
// read or write it; nor may anybody write a source. At completion the write
// belongs to the thread that waited (cp.async, bulk stores), or to an agent of
// the mbarrier that it completed on (TMA loads), and ordinary order counts.
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

//===----------------------------------------------------------------------===//
// cp.async
//===----------------------------------------------------------------------===//

/// Moves the data; the destination stays pending.
static void land(Machine &m, PendingCopy &copy) {
  copy.landed = true;
  size_t bytes = copy.target->valueBytes;
  for (uint32_t e = 0; e < copy.count; ++e) {
    std::byte *to = copy.target->changedValue(copy.to + e);
    if (copy.from >= 0)
      std::memcpy(to, copy.source->value(copy.from + e), bytes);
    else if (copy.target->info.element.isFloat)
      m.domain.constant(
          APFloat::getZero(
              cast<FloatType>(copy.target->info.type.getElementType())
                  .getFloatSemantics()),
          copy.target->info.element.kind, "", to, 1);
    else
      std::memset(to, 0, bytes);
  }
}

void exec::asyncCopy(Machine &m, Warp &w, const Inst &i) {
  const AccessInfo &source = m.program.accesses[i.a];
  const AccessInfo &target = m.program.accesses[size_t(i.imm)];
  const BufferInfo &sourceInfo = m.program.buffers[source.buffer];
  const BufferInfo &targetInfo = m.program.buffers[target.buffer];
  int64_t from[warpSize], to[warpSize];
  int32_t counts[warpSize];
  uint32_t reads = m.computeAddresses(
      w, source, i.site, m.lanesWhere(w, source.predicate), from, counts);
  uint32_t writes = m.computeAddresses(w, target, i.site, w.mask, to, counts);
  m.countTraffic(w, source, sourceInfo, reads, from);
  m.countTraffic(w, target, targetInfo, writes, to);
  Segment &segment = m.segmentOf(sourceInfo);
  SharedBuffer &buffer = m.sharedOf(w, targetInfo);
  for (uint32_t rest = writes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    bool real = reads >> lane & 1;
    for (uint32_t e = 0; e < target.length; ++e) {
      m.beginSharedWrite(w, lane, buffer, to[lane] + e, i.site);
      if (real && m.watches && segment.tracked()) {
        m.globalRead(w, lane, segment, from[lane] + e, i.site);
        ++segment.shadow(from[lane] + e).pendingReads;
      }
    }
    w.copies.push_back({lane, w.copyGroup[lane], target.length, &segment,
                        real ? from[lane] : -1, &buffer, to[lane], i.site,
                        false});
    if (m.launch.landing == Landing::Early)
      land(m, w.copies.back());
  }
}

void exec::asyncCommit(Machine &, Warp &w, const Inst &) {
  for (uint32_t rest = w.mask; rest; rest &= rest - 1)
    ++w.copyGroup[llvm::countr_zero(rest)];
}

void exec::asyncWait(Machine &m, Warp &w, const Inst &i) {
  size_t kept = 0;
  for (size_t k = 0, n = w.copies.size(); k < n; ++k) {
    PendingCopy &copy = w.copies[k];
    bool done = (w.mask >> copy.lane & 1) &&
                int64_t(copy.group) < int64_t(w.copyGroup[copy.lane]) - i.imm;
    if (!done) {
      if (kept != k)
        w.copies[kept] = copy;
      ++kept;
      continue;
    }
    if (!copy.landed)
      land(m, copy);
    for (uint32_t e = 0; e < copy.count; ++e) {
      m.endSharedWrite(*copy.target, copy.to + e, w.agent(copy.lane),
                       w.clock.time, w.interval, copy.site, true);
      if (copy.from >= 0 && m.watches && copy.source->tracked())
        --copy.source->shadow(copy.from + e).pendingReads;
    }
  }
  w.copies.resize(kept);
}

//===----------------------------------------------------------------------===//
// Bulk copies
//===----------------------------------------------------------------------===//

/// Elements of a box in a tensor, row-major; -1 where it is outside.
static std::vector<int64_t> boxElements(Warp &w, const BufferInfo &info,
                                        const BulkInfo &bulk, unsigned lane) {
  size_t rank = bulk.map.box.size();
  int64_t volume = 1;
  for (int64_t extent : bulk.map.box)
    volume *= extent;
  std::vector<int64_t> elements(static_cast<size_t>(volume));
  for (int64_t k = 0; k < volume; ++k) {
    int64_t rest = k, element = 0;
    for (size_t d = rank; d-- > 0;) {
      int64_t at = w.ints(bulk.coordinates[d])[lane] + rest % bulk.map.box[d];
      rest /= bulk.map.box[d];
      if (element >= 0)
        element =
            at < 0 || at >= info.shape[d] ? -1 : element + at * info.strides[d];
    }
    elements[size_t(k)] = element;
  }
  return elements;
}

/// First element of the shared side; false if the box does not fit.
static bool sharedPlace(Machine &m, Warp &w, const BulkInfo &bulk,
                        unsigned lane, int64_t volume, uint32_t site,
                        int64_t &first) {
  int64_t linear[warpSize];
  int32_t counts[warpSize];
  uint32_t ok =
      m.computeAddresses(w, bulk.shared, site, 1u << lane, linear, counts);
  if (!ok)
    return false;
  first = linear[lane];
  const BufferInfo &info = m.program.buffers[bulk.shared.buffer];
  if (first + volume <= info.elements)
    return true;
  m.fault(Fault::OutOfBounds, w, lane, site,
          "copies a box of " + Twine(volume) + " elements to " + info.name +
              formatIndices(info, first) + ", which runs past its end");
  return false;
}

void Machine::landLoad(PendingLoad &load) {
  size_t bytes = load.source->valueBytes;
  std::vector<std::byte> zero(bytes);
  const BufferInfo &info = load.source->info;
  if (info.element.isFloat)
    domain.constant(
        APFloat::getZero(
            cast<FloatType>(info.type.getElementType()).getFloatSemantics()),
        info.element.kind, "", zero.data(), 1);
  for (PendingLoad::Target &target : load.targets) {
    MBarrier &barrier = *target.barrier;
    uint32_t time = ++barrier.agentTime;
    withSize(bytes, [&](auto size) {
      for (size_t k = 0; k < load.to.size(); ++k)
        std::memcpy(target.buffer->changedValue(load.to[k]),
                    load.from[k] < 0 ? zero.data()
                                     : load.source->value(load.from[k]),
                    size);
    });
    if (watches)
      for (int64_t to : load.to)
        endSharedWrite(*target.buffer, to, barrier.agent, time, alwaysCheck,
                       load.site, false);
    auto known = std::make_shared<ClockVector>(agents);
    joinInto(*known, barrier.arriving.generic, agents);
    (*known)[barrier.agent] = time;
    barrier.arriving.generic = known;
    creditMBarrier(barrier, load.bytes, load.site);
  }
  if (watches && load.source->tracked())
    for (int64_t from : load.from)
      if (from >= 0)
        --load.source->shadow(from).pendingReads;
}

/// The async proxy reads global memory that the kernel may have written.
static void readGlobalByProxy(Machine &m, Warp &w, unsigned lane,
                              Segment &segment, int64_t index, uint32_t site) {
  m.globalRead(w, lane, segment, index, site);
  GlobalShadow &s = segment.shadow(index);
  ++s.pendingReads;
  if (s.write.unit == m.unit && (s.flags & ShadowGeneric) &&
      !w.clock.coversAsync(lane, s.write.agent, s.write.time))
    m.fault(Fault::MissingFence, w, lane, site,
            "lets the async proxy read " + segment.info.name +
                formatIndices(segment.info, index) +
                ", an ordinary write that no 'kgpu.fence async_global' made "
                "visible to it",
            s.write.site);
}

/// The async proxy counts bytes on an mbarrier that was initialized by an
/// ordinary write.
static void checkInitFenced(Machine &m, Warp &w, unsigned lane,
                            const MBarrier &barrier, uint32_t site) {
  const AccessMark &init = barrier.init;
  if (!barrier.initialized)
    m.fault(Fault::BarrierMisuse, w, lane, site,
            "lets a bulk copy complete on an mbarrier that is not initialized");
  else if (!w.clock.covers(lane, init.agent, init.time))
    m.fault(Fault::BarrierMisuse, w, lane, site,
            "lets a bulk copy complete on an mbarrier whose initialization is "
            "not ordered before",
            init.site);
  else if (!barrier.initFenced &&
           !w.clock.coversAsync(lane, init.agent, init.time))
    m.fault(Fault::MissingFence, w, lane, site,
            "lets a bulk copy complete on an mbarrier whose initialization no "
            "'kgpu.fence mbarrier_init' made visible",
            init.site);
}

void exec::bulkLoad(Machine &m, Warp &w, const Inst &i) {
  const BulkInfo &bulk = m.program.bulks[i.aux];
  const BufferInfo &info = m.program.buffers[bulk.map.buffer];
  Segment &segment = m.segmentOf(info);
  for (uint32_t rest = m.lanesWhere(w, bulk.predicate); rest;
       rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    PendingLoad load;
    load.source = &segment;
    load.site = i.site;
    load.issueBlock = w.block;
    load.from = boxElements(w, info, bulk, lane);
    load.bytes = int64_t(load.from.size()) * info.element.bytes();
    int64_t first;
    if (!sharedPlace(m, w, bulk, lane, int64_t(load.from.size()), i.site,
                     first))
      continue;
    for (size_t k = 0; k < load.from.size(); ++k)
      load.to.push_back(first + int64_t(k));
    MBarrierUse use;
    use.barriers = {bulk.barrierFirst, bulk.barrierCount};
    use.index = bulk.barrier;
    MBarrier *own = m.findMBarrier(w, use, lane, i.site);
    if (!own)
      continue;
    ThreadBlock &block = m.blockOf(w);
    uint64_t mask = bulk.multicast == noReg
                        ? uint64_t(1) << block.clusterRank
                        : uint64_t(w.ints(bulk.multicast)[lane]) & 0xffff;
    size_t slot = size_t(own - block.mbarriers.data());
    for (int64_t rank = 0; rank < m.program.cluster.volume(); ++rank) {
      if (!(mask >> rank & 1))
        continue;
      ThreadBlock &target = m.blocks[block.clusterFirst + rank];
      SharedBuffer &buffer =
          *target.shared[m.program.buffers[bulk.shared.buffer].index];
      if (m.watches)
        for (int64_t to : load.to)
          m.beginSharedWrite(w, lane, buffer, to, i.site);
      MBarrier &barrier = target.mbarriers[slot];
      checkInitFenced(m, w, lane, barrier, i.site);
      m.noteRemoteUse(w, lane, target, i.site);
      load.targets.push_back({&buffer, &barrier});
    }
    if (m.watches && segment.tracked())
      for (int64_t from : load.from)
        if (from >= 0)
          readGlobalByProxy(m, w, lane, segment, from, i.site);
    m.counters.globalSectorsRead +=
        (load.bytes + 31) / 32; // boxes are aligned to 16 bytes at least
    if (m.watches)
      for (int64_t from : load.from)
        if (from >= 0)
          segment.touch(from, 1, /*isStore=*/false);
    m.loads.push_back(std::move(load));
    if (m.launch.landing == Landing::Early) {
      PendingLoad now = std::move(m.loads.back());
      m.loads.pop_back();
      m.landLoad(now);
    }
  }
}

void exec::bulkStore(Machine &m, Warp &w, const Inst &i) {
  const BulkInfo &bulk = m.program.bulks[i.aux];
  const BufferInfo &info = m.program.buffers[bulk.map.buffer];
  Segment &segment = m.segmentOf(info);
  if (info.access == ArgumentAccess::Read) {
    m.fault(Fault::AccessViolation, w, llvm::countr_zero(w.mask), i.site,
            "stores to " + Twine(info.name) +
                ", an argument with kgpu.access = \"read\"");
    return;
  }
  for (uint32_t rest = m.lanesWhere(w, bulk.predicate); rest;
       rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    PendingStore store;
    std::vector<int64_t> box = boxElements(w, info, bulk, lane);
    int64_t first;
    if (!sharedPlace(m, w, bulk, lane, int64_t(box.size()), i.site, first))
      continue;
    store.lane = lane;
    store.group = w.storeGroup[lane];
    store.source = &m.sharedOf(w, m.program.buffers[bulk.shared.buffer]);
    store.target = &segment;
    store.site = i.site;
    for (size_t k = 0; k < box.size(); ++k) {
      m.asyncSharedRead(w, lane, *store.source, first + int64_t(k), i.site);
      store.from.push_back(first + int64_t(k));
      if (box[k] < 0)
        continue;
      m.globalWrite(w, lane, segment, box[k], i.site);
      segment.shadow(box[k]).flags =
          ShadowInit | ShadowPendingWrite; // through the async proxy
      std::memcpy(segment.value(box[k]),
                  store.source->value(first + int64_t(k)), segment.valueBytes);
      segment.touch(box[k], 1, /*isStore=*/true);
      store.to.push_back(box[k]);
    }
    m.counters.globalSectorsWritten +=
        (int64_t(store.to.size()) * info.element.bytes() + 31) / 32;
    w.stores.push_back(std::move(store));
  }
}

void exec::bulkCommit(Machine &, Warp &w, const Inst &) {
  for (uint32_t rest = w.mask; rest; rest &= rest - 1)
    ++w.storeGroup[llvm::countr_zero(rest)];
}

void exec::bulkWait(Machine &m, Warp &w, const Inst &i) {
  bool readOnly = i.flag;
  llvm::erase_if(w.stores, [&](PendingStore &store) {
    bool done =
        (w.mask >> store.lane & 1) &&
        int64_t(store.group) < int64_t(w.storeGroup[store.lane]) - i.imm;
    if (!done)
      return false;
    if (!store.sourceFree)
      for (int64_t from : store.from)
        m.endSharedRead(w, *store.source, from, store.site);
    store.sourceFree = true;
    if (readOnly)
      return false;
    for (int64_t to : store.to) {
      GlobalShadow &s = store.target->shadow(to);
      s.flags &= ~ShadowPendingWrite;
      s.write = {m.unit, w.agent(store.lane), w.clock.time, store.site};
    }
    return true;
  });
}
