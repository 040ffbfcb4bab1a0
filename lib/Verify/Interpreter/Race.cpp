//===- Race.cpp - Shadow state: races, initialization, proxies ------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

static std::string place(const BufferInfo &info, int64_t index) {
  return info.name + formatIndices(info, index);
}

/// A read of an element that is not plainly initialized, or that was written
/// since the last barrier of the block.
void Machine::slowSharedRead(Warp &w, unsigned lane, SharedBuffer &buffer,
                             int64_t index, uint32_t site) {
  SharedShadow &s = buffer.shadow[index];
  if (s.flags & ShadowPendingWrite) {
    sink.add(Fault::PendingAccess, site, s.writeSite, [&] {
      return threadName(w, lane) + " reads " + place(buffer.info, index) +
             ", which an asynchronous copy has yet to write; wait for it first";
    });
    return;
  }
  if (!(s.flags & ShadowInit)) {
    sink.add(Fault::Uninitialized, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " reads " + place(buffer.info, index) +
             ", which nobody has written";
    });
    return;
  }
  if (s.flags & ShadowAtomic)
    for (const AccessMark &mark : buffer.atomics[index])
      if (!w.clock.covers(lane, mark.agent, mark.time))
        race(w, lane, site, "reads", buffer.info, index, unit, mark.agent,
             mark.site);
  if (s.writeInterval >= w.interval && !isWriteOrdered(w, lane, s))
    race(w, lane, site, "reads", buffer.info, index, unit, s.writeAgent,
         s.writeSite);
}

/// Are all reads since the last write ordered before what `lane` does now?
bool Machine::sharedReadersOrdered(Warp &w, unsigned lane, SharedBuffer &buffer,
                                   int64_t index, uint32_t &agent) {
  ThreadBlock &block = blockOf(w);
  uint32_t firstAgent = blocks[block.clusterFirst].firstWarp * warpSize;
  if (orderedReaders.size() < buffer.warps)
    orderedReaders.resize(buffer.warps);
  for (unsigned other = 0; other < buffer.warps; ++other) {
    if (!buffer.readers[other])
      continue;
    const SharedReader &reader = buffer.readers[other][index];
    // Most elements of a buffer were read at the same time by the same lanes,
    // and what a lane once knows it does not forget.
    OrderedReader &known = orderedReaders[other];
    OrderedReader now = {unit, w.agent(lane), reader};
    if (known == now)
      continue;
    if (reader.collective) {
      bool over = false;
      for (unsigned k = 0; k < warpSize && !over; ++k) {
        agent = firstAgent + other * warpSize + k;
        over = w.clock.covers(lane, agent, reader.collective);
      }
      if (!over)
        return false;
    }
    if (reader.time)
      for (uint32_t lanes = reader.lanes; lanes; lanes &= lanes - 1) {
        agent = firstAgent + other * warpSize + llvm::countr_zero(lanes);
        if (!w.clock.covers(lane, agent, reader.time))
          return false;
      }
    known = now;
  }
  return true;
}

void Machine::sharedWrite(Warp &w, unsigned lane, SharedBuffer &buffer,
                          int64_t index, uint32_t site) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  if (LLVM_UNLIKELY((s.flags & (ShadowPendingWrite | ShadowAtomic)) ||
                    s.pendingReads)) {
    if (s.flags & ShadowPendingWrite || s.pendingReads)
      sink.add(Fault::PendingAccess, site, s.writeSite, [&] {
        return threadName(w, lane) + " writes " + place(buffer.info, index) +
               (s.pendingReads
                    ? ", which an asynchronous operation still reads"
                    : ", which an asynchronous copy has yet to write");
      });
    if (s.flags & ShadowAtomic)
      for (const AccessMark &mark : buffer.atomics[index])
        if (!w.clock.covers(lane, mark.agent, mark.time))
          race(w, lane, site, "writes", buffer.info, index, unit, mark.agent,
               mark.site);
  }
  if (s.writeInterval >= w.interval && !isWriteOrdered(w, lane, s))
    race(w, lane, site, "writes", buffer.info, index, unit, s.writeAgent,
         s.writeSite);
  uint32_t reader;
  if (s.readInterval >= w.interval &&
      !sharedReadersOrdered(w, lane, buffer, index, reader))
    race(w, lane, site, "writes", buffer.info, index, unit, reader, s.readSite);
  s.writeAgent = w.agent(lane);
  s.writeTime = w.clock.time;
  s.writeInterval = w.interval;
  s.writeSite = site;
  s.readInterval = 0;
  s.flags = ShadowInit | ShadowGeneric | (s.flags & ShadowPendingWrite);
}

void Machine::sharedAtomic(Warp &w, unsigned lane, SharedBuffer &buffer,
                           int64_t index, uint32_t site) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  if ((s.flags & (ShadowInit | ShadowPendingWrite)) != ShadowInit) {
    slowSharedRead(w, lane, buffer, index, site);
    return;
  }
  uint32_t reader;
  if (s.writeInterval >= w.interval && !isWriteOrdered(w, lane, s))
    race(w, lane, site, "atomically updates", buffer.info, index, unit,
         s.writeAgent, s.writeSite);
  if (s.readInterval >= w.interval &&
      !sharedReadersOrdered(w, lane, buffer, index, reader))
    race(w, lane, site, "atomically updates", buffer.info, index, unit, reader,
         s.readSite);
  auto &list = buffer.atomics[index];
  if (!(s.flags & ShadowAtomic))
    list.clear();
  llvm::erase_if(list, [&](const AccessMark &mark) {
    return w.clock.covers(lane, mark.agent, mark.time);
  });
  list.push_back({unit, w.agent(lane), w.clock.time, site});
  s.flags |= ShadowAtomic | ShadowGeneric;
}

//===----------------------------------------------------------------------===//
// Asynchronous use of shared memory
//===----------------------------------------------------------------------===//

void Machine::asyncSharedRead(Warp &w, unsigned lane, SharedBuffer &buffer,
                              int64_t index, uint32_t site) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  ++s.pendingReads;
  if ((s.flags & (ShadowInit | ShadowPendingWrite | ShadowAtomic)) !=
      ShadowInit)
    return slowSharedRead(w, lane, buffer, index, site);
  if (s.writeInterval >= w.interval && !isWriteOrdered(w, lane, s)) {
    race(w, lane, site, "asynchronously reads", buffer.info, index, unit,
         s.writeAgent, s.writeSite);
    return;
  }
  if ((s.flags & ShadowGeneric) &&
      !w.clock.coversAsync(lane, s.writeAgent, s.writeTime))
    sink.add(Fault::MissingFence, site, s.writeSite, [&] {
      return "the asynchronous read of " + place(buffer.info, index) + " by " +
             threadName(w, lane) +
             " sees an ordinary write that no 'kgpu.fence async_shared' made "
             "visible to the async proxy";
    });
}

void Machine::beginSharedWrite(Warp &w, unsigned lane, SharedBuffer &buffer,
                               int64_t index, uint32_t site) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  uint8_t before = s.flags & (ShadowInit | ShadowAtomic);
  sharedWrite(w, lane, buffer, index, site);
  s.flags = ShadowPendingWrite | (before & ShadowInit);
}

void Machine::endSharedWrite(SharedBuffer &buffer, int64_t index,
                             uint32_t agent, uint32_t time, uint32_t interval,
                             uint32_t site, bool generic) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  s.flags = ShadowInit | (generic ? ShadowGeneric : 0);
  s.writeAgent = agent;
  s.writeTime = time;
  s.writeInterval = interval;
  s.writeSite = site;
}

void Machine::endSharedRead(Warp &w, SharedBuffer &buffer, int64_t index,
                            uint32_t site) {
  if (!watches)
    return;
  SharedShadow &s = buffer.shadow[index];
  --s.pendingReads;
  s.readInterval = w.interval;
  s.readSite = site;
  buffer.readersOf(w.clusterWarp)[index].collective = w.clock.time;
}

//===----------------------------------------------------------------------===//
// Global memory
//===----------------------------------------------------------------------===//

/// Are reads by other warps ordered before what `lane` does now?
static const ReaderMark *unorderedReader(Warp &w, unsigned lane, uint32_t unit,
                                         ArrayRef<ReaderMark> readers,
                                         uint32_t &agent) {
  for (const ReaderMark &mark : readers)
    for (uint32_t lanes = mark.lanes; lanes; lanes &= lanes - 1) {
      agent = mark.firstAgent + llvm::countr_zero(lanes);
      if (mark.unit != unit || !w.clock.covers(lane, agent, mark.time))
        return &mark;
    }
  return nullptr;
}

void Machine::globalRead(Warp &w, unsigned lane, Segment &segment,
                         int64_t index, uint32_t site) {
  if (!watches)
    return;
  const BufferInfo &info = segment.info;
  if (info.access == ArgumentAccess::Write)
    sink.add(Fault::AccessViolation, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " reads " + place(info, index) +
             " of an argument with kgpu.access = \"write\"";
    });
  GlobalShadow &s = segment.shadow(index);
  if (s.flags & ShadowPendingWrite)
    sink.add(Fault::PendingAccess, site, s.write.site, [&] {
      return threadName(w, lane) + " reads " + place(info, index) +
             ", which a bulk store has yet to write";
    });
  else if (!(s.flags & ShadowInit))
    sink.add(Fault::Uninitialized, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " reads " + place(info, index) +
             ", which nobody has written";
    });
  if (s.write.unit && (s.write.unit != unit ||
                       !w.clock.covers(lane, s.write.agent, s.write.time)))
    race(w, lane, site, "reads", info, index, s.write.unit, s.write.agent,
         s.write.site);
  if (s.flags & ShadowAtomic)
    for (const AccessMark &mark : segment.atomicLists[s.atomics - 1])
      if (mark.unit != unit || !w.clock.covers(lane, mark.agent, mark.time))
        race(w, lane, site, "reads", info, index, mark.unit, mark.agent,
             mark.site);
  if (!s.readers) {
    segment.readerLists.emplace_back();
    s.readers = segment.readerLists.size();
  }
  auto &list = segment.readerLists[s.readers - 1];
  uint32_t bit = 1u << lane;
  for (ReaderMark &mark : list)
    if (mark.unit == unit && mark.firstAgent == w.clock.firstAgent) {
      bool fresh = mark.time == w.clock.time || mark.time > w.clock.syncTime;
      mark.lanes = fresh ? mark.lanes | bit : bit;
      mark.time = w.clock.time;
      mark.site = site;
      return;
    }
  list.push_back({unit, w.clock.firstAgent, w.clock.time, bit, site});
}

/// All that is kept of a write where memory is not watched: that it was.
static void noteWritten(Segment &segment, int64_t index) {
  GlobalShadow &s = segment.shadow(index);
  if (s.writes++ == 0)
    ++segment.written;
}

void Machine::globalWrite(Warp &w, unsigned lane, Segment &segment,
                          int64_t index, uint32_t site) {
  if (!watches)
    return noteWritten(segment, index);
  const BufferInfo &info = segment.info;
  GlobalShadow &s = segment.shadow(index);
  if ((s.flags & ShadowPendingWrite) || s.pendingReads)
    sink.add(Fault::PendingAccess, site, s.write.site, [&] {
      return threadName(w, lane) + " writes " + place(info, index) +
             ", which an asynchronous operation still uses";
    });
  bool raced = false;
  if (s.write.unit && (s.write.unit != unit ||
                       !w.clock.covers(lane, s.write.agent, s.write.time))) {
    raced = true;
    race(w, lane, site, "writes", info, index, s.write.unit, s.write.agent,
         s.write.site);
  }
  if (s.flags & ShadowAtomic)
    for (const AccessMark &mark : segment.atomicLists[s.atomics - 1])
      if (mark.unit != unit || !w.clock.covers(lane, mark.agent, mark.time))
        race(w, lane, site, "writes", info, index, mark.unit, mark.agent,
             mark.site);
  if (s.readers) {
    auto &list = segment.readerLists[s.readers - 1];
    uint32_t agent;
    if (const ReaderMark *mark = unorderedReader(w, lane, unit, list, agent))
      race(w, lane, site, "writes", info, index, mark->unit, agent, mark->site);
    list.clear();
  }
  ++s.writes;
  if (s.writes == 1)
    ++segment.written;
  segment.maxWrites = std::max<uint64_t>(segment.maxWrites, s.writes);
  if (info.access == ArgumentAccess::Write && s.writes > 1 && !raced)
    sink.add(Fault::MultipleWrites, site, s.write.site, [&] {
      return threadName(w, lane) + " writes " + place(info, index) +
             " for the " + std::to_string(s.writes) + ". time, after " +
             agentName(s.write.unit, s.write.agent);
    });
  s.write = {unit, w.agent(lane), w.clock.time, site};
  s.flags = ShadowInit | ShadowGeneric | (s.flags & ShadowPendingWrite);
}

void Machine::globalAtomic(Warp &w, unsigned lane, Segment &segment,
                           int64_t index, uint32_t site) {
  if (!watches)
    return noteWritten(segment, index);
  const BufferInfo &info = segment.info;
  GlobalShadow &s = segment.shadow(index);
  if (!(s.flags & ShadowInit))
    sink.add(Fault::Uninitialized, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " atomically updates " + place(info, index) +
             ", which nobody has written";
    });
  if (s.write.unit && (s.write.unit != unit ||
                       !w.clock.covers(lane, s.write.agent, s.write.time)))
    race(w, lane, site, "atomically updates", info, index, s.write.unit,
         s.write.agent, s.write.site);
  if (s.readers) {
    uint32_t agent;
    if (const ReaderMark *mark = unorderedReader(
            w, lane, unit, segment.readerLists[s.readers - 1], agent))
      race(w, lane, site, "atomically updates", info, index, mark->unit, agent,
           mark->site);
  }
  if (!s.atomics) {
    segment.atomicLists.emplace_back();
    s.atomics = segment.atomicLists.size();
  }
  auto &list = segment.atomicLists[s.atomics - 1];
  if (!(s.flags & ShadowAtomic))
    list.clear();
  llvm::erase_if(list, [&](const AccessMark &mark) {
    return mark.unit == unit && w.clock.covers(lane, mark.agent, mark.time);
  });
  list.push_back({unit, w.agent(lane), w.clock.time, site});
  s.flags |= ShadowInit | ShadowAtomic;
  ++s.writes;
  if (s.writes == 1)
    ++segment.written;
}
