//===- Machine.h - State of a run ----------------------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Warps, blocks and the unit of blocks that run together; the scheduler; what
// instructions call to check and to report.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_MACHINE_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_MACHINE_H

#include "Clock.h"
#include "Memory.h"
#include "Program.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "llvm/ADT/Twine.h"
#include "llvm/ADT/bit.h"
#include <deque>
#include <map>
#include <random>

namespace kernel_opt::verify {

/// Saved masks of a structured region.
struct Frame {
  uint32_t saved, other;
};

enum class WarpStatus : uint8_t { Ready, Blocked, Done };
enum class WaitKind : uint8_t {
  None,
  Barrier,
  NamedBarrier,
  MBarrier,
  Flag,
  ClusterBarrier,
  GridBarrier
};

/// A cp.async of one lane that no wait has covered yet.
struct PendingCopy {
  uint32_t lane, group;
  uint32_t count;
  Segment *source;
  int64_t from; ///< element; -1: zeros
  SharedBuffer *target;
  int64_t to;
  uint32_t site;
  bool landed;
};
/// A bulk store of one lane.
struct PendingStore {
  uint32_t lane, group;
  SharedBuffer *source;
  std::vector<int64_t> from, to; ///< elements; from -> to of segment
  Segment *target;
  uint32_t site;
  bool sourceFree = false;
};
/// Shared memory that a wgmma still reads.
struct PendingMatrix {
  uint32_t group;
  SharedBuffer *buffer;
  std::vector<int64_t> elements;
  uint32_t site;
};

/// Products of a chain of wgmma whose sums wait for its last one.
struct MatrixChain {
  std::vector<std::byte> acc;
  std::vector<std::vector<std::byte>> a;
  std::vector<std::shared_ptr<const SharedFactor>> b;
};

/// One warp. Lanes that do not exist (block size no multiple of 32) are absent
/// from `full`.
struct Warp {
  uint32_t mask = 0, full = 0;
  uint32_t active = 0; ///< number of bits in mask
  uint32_t pc = 0;
  int64_t *intBank[2] = {};
  std::byte *floatBank[2] = {};
  size_t floatColumnBytes = 0;
  uint32_t interval = 1; ///< of its block; copied here for speed
  uint32_t unit = 0;
  uint32_t index = 0;       ///< in the block
  uint32_t block = 0;       ///< in the unit
  uint32_t clusterWarp = 0; ///< in the cluster
  WarpStatus status = WarpStatus::Ready;
  WaitKind wait = WaitKind::None;
  uint32_t waitSite = 0;
  uint64_t waitObject = 0;
  WarpClock clock;
  std::vector<Frame> frames;

  uint32_t copyGroup[warpSize] = {}; ///< closed groups of cp.async
  std::deque<PendingCopy> copies;
  uint32_t storeGroup[warpSize] = {}; ///< closed bulk groups
  std::vector<PendingStore> stores;
  uint32_t matrixGroup = 0, matrixDone = 0; ///< closed, finished wgmma groups
  std::vector<PendingMatrix> matrices;
  MatrixChain chain;
  bool matrixFenced = false;
  uint64_t matrixHash = 0; ///< of the sites of all wgmma, for convergence
  /// Arrived at a barrier of the cluster (grid) in this phase, not yet waited.
  bool arrivedAt[2] = {};
  bool namedPhase = false; ///< woken from a named barrier, yet to acquire
  int64_t registers = 0;   ///< of a thread, once the warp has changed it
  uint32_t registerSite = 0;
  uint64_t arrivedPhase[2] = {};

  int64_t *ints(Reg r) const {
    return intBank[r >> 31] + size_t(r & ~constantBank) * warpSize;
  }
  std::byte *floats(Reg r) const {
    return floatBank[r >> 31] + (r & ~constantBank) * floatColumnBytes;
  }
  void setMask(uint32_t m) {
    mask = m;
    active = llvm::popcount(m);
  }
  uint32_t agent(unsigned lane) const { return clock.firstAgent + lane; }
};

/// A barrier that counts threads.
struct ThreadBarrier {
  uint32_t arrived = 0, expected = 0;
  uint32_t site = 0;
  uint64_t phase = 0;
  Knowledge known, completed;
  SmallVector<Warp *, 8> waiting, participants;
};

struct MBarrier {
  bool initialized = false;
  bool initFenced = false; ///< by a fence of whoever initialized it
  AccessMark init;
  int64_t expected = 0, pending = 0, bytes = 0;
  uint64_t phase = 0; ///< number of the phase in progress
  Knowledge arriving, completed;
  uint32_t agent = 0, agentTime = 0; ///< what its bulk copies write as
  uint32_t lastSite = 0;
};

struct ThreadBlock {
  ThreadBlock() = default;
  ThreadBlock(ThreadBlock &&) = default;
  int64_t id = 0;
  int64_t coordinates[3] = {};
  uint32_t clusterRank = 0;
  uint32_t clusterFirst = 0; ///< first block of the cluster, in the unit
  uint32_t firstWarp = 0, warps = 0;
  uint32_t live = 0; ///< warps not done
  uint32_t interval = 1;
  std::vector<std::unique_ptr<SharedBuffer>> shared;
  std::vector<MBarrier> mbarriers;
  ThreadBarrier barrier;
  ThreadBarrier named[16];
  ThreadBarrier cluster; ///< of the first block of a cluster
  /// Last uses of its shared memory by threads of other blocks, by agent.
  DenseMap<uint32_t, AccessMark> remoteUses;
};

/// A bulk load in flight.
struct PendingLoad {
  Segment *source;
  std::vector<int64_t> from; ///< -1: outside, arrives as zero
  struct Target {
    SharedBuffer *buffer;
    MBarrier *barrier;
  };
  SmallVector<Target, 1> targets;
  std::vector<int64_t> to;
  int64_t bytes;
  uint32_t site;
  uint32_t issueBlock;
};

/// Released state of a flag in global or shared memory: all signals, since a
/// wait may see any of those that are large enough.
struct FlagState {
  struct Signal {
    int64_t value;
    uint8_t scope;  ///< kgpu::Scope
    uint32_t block; ///< in the unit
    AccessMark by;
    Knowledge known;
  };
  SmallVector<Signal, 1> signals;
};

/// Collects reports; one entry per kind and pair of places.
class ReportSink {
public:
  ReportSink(const Program &program, unsigned limit)
      : program(program), limit(limit) {}
  /// `message` is asked for only when the report is new.
  void add(Fault fault, uint32_t site, uint32_t other,
           function_ref<std::string()> message);
  static constexpr uint32_t noSite = ~0u;
  std::vector<Report> reports;
  uint64_t counts[numFaults] = {};

private:
  const Program &program;
  unsigned limit;
  std::map<std::tuple<Fault, uint32_t, uint32_t>, size_t> known;
};

struct TrafficMemo {
  bool valid = false;
  uint32_t lanes = 0;
  int64_t base = 0;
  int64_t relative[warpSize];
  uint32_t cost = 0;
};

class Machine {
public:
  Machine(const Program &program, Domain &domain, const ArgumentSource &inputs,
          const LaunchSpec &launch, Extent3 grid, Extent3 block);

  /// Runs the blocks (linear ids) as one unit.
  void runUnit(ArrayRef<int64_t> ids);

  const Program &program;
  Domain &domain;
  const ArgumentSource &inputs;
  const LaunchSpec &launch;
  const Extent3 grid, blockDim;
  const bool watches; ///< LaunchSpec::watchMemory
  const size_t valueBytes;
  std::shared_ptr<Memory> memory;
  ReportSink sink;
  RunCounters counters;
  std::vector<uint64_t> executed, taken, notTaken; ///< per instruction

  // The unit that is running.
  uint32_t unit = 0;
  size_t agents = 0;
  std::vector<ThreadBlock> blocks;
  std::vector<Warp> warps;
  std::deque<PendingLoad> loads;
  ThreadBarrier gridBarrier;
  std::pair<const void *, int64_t> gridCounter; ///< of the phase in progress
  std::map<std::pair<const void *, int64_t>, FlagState> flags;
  bool stopped = false;
  bool useIntervals = true;

  /// Factors in shared memory that warps share, by buffer, place and extents,
  /// and how often the buffer had changed when they were read.
  using FactorKey =
      std::tuple<const SharedBuffer *, int64_t, bool, int64_t, int64_t>;
  struct Factor {
    uint64_t changes;
    std::shared_ptr<const SharedFactor> factor;
  };
  std::map<FactorKey, Factor> factors;

  // Scratch columns, large enough for any instruction.
  std::vector<std::byte> scratch[4];
  std::vector<uint8_t> bits;
  std::byte *scratchFloats(unsigned which, size_t values) {
    auto &column = scratch[which];
    if (column.size() < values * valueBytes)
      column.resize(values * valueBytes);
    return column.data();
  }

  ThreadBlock &blockOf(const Warp &w) { return blocks[w.block]; }
  SharedBuffer &sharedOf(const Warp &w, const BufferInfo &info) {
    return *blocks[w.block].shared[info.index];
  }
  /// Where reads by the warp are noted; null if nobody looks.
  SharedReader *readersOf(const Warp &w, SharedBuffer &buffer) const {
    return watches ? buffer.readersOf(w.clusterWarp) : nullptr;
  }
  Segment &segmentOf(const BufferInfo &info) {
    return *memory->segments[info.index];
  }

  // Reporting (Report.cpp).
  std::string threadName(const Warp &w, unsigned lane) const;
  std::string agentName(uint32_t markUnit, uint32_t agent) const;
  void fault(Fault fault, const Warp &w, unsigned lane, uint32_t site,
             const Twine &what, uint32_t other = ReportSink::noSite);
  void race(const Warp &w, unsigned lane, uint32_t site, const char *kind,
            const BufferInfo &info, int64_t index, uint32_t otherUnit,
            uint32_t otherAgent, uint32_t otherSite);

  // Shadow state (Race.cpp).
  void slowSharedRead(Warp &w, unsigned lane, SharedBuffer &buffer,
                      int64_t index, uint32_t site);
  /// `readers` are those of the reading warp in the buffer.
  void sharedRead(Warp &w, unsigned lane, SharedBuffer &buffer, int64_t index,
                  uint32_t site, SharedReader *readers) {
    if (!watches)
      return;
    SharedShadow &s = buffer.shadow[size_t(index)];
    if (LLVM_UNLIKELY((s.flags & ~ShadowGeneric) != ShadowInit ||
                      s.writeInterval >= w.interval))
      slowSharedRead(w, lane, buffer, index, site);
    s.readInterval = w.interval;
    s.readSite = site;
    SharedReader &reader = readers[index];
    uint32_t bit = 1u << lane;
    // An older read that every lane knows of is implied by this one.
    bool keeps = reader.time == w.clock.time || reader.time > w.clock.syncTime;
    reader.lanes = (keeps ? reader.lanes : 0) | bit;
    reader.time = w.clock.time;
  }
  void sharedWrite(Warp &w, unsigned lane, SharedBuffer &buffer, int64_t index,
                   uint32_t site);
  void globalRead(Warp &w, unsigned lane, Segment &segment, int64_t index,
                  uint32_t site);
  void globalWrite(Warp &w, unsigned lane, Segment &segment, int64_t index,
                   uint32_t site);
  void sharedAtomic(Warp &w, unsigned lane, SharedBuffer &buffer, int64_t index,
                    uint32_t site);
  void globalAtomic(Warp &w, unsigned lane, Segment &segment, int64_t index,
                    uint32_t site);
  /// Async proxy reads an element on behalf of a lane; pending until released.
  void asyncSharedRead(Warp &w, unsigned lane, SharedBuffer &buffer,
                       int64_t index, uint32_t site);
  /// The reading is over for the warp: from now on ordinary order counts.
  void endSharedRead(Warp &w, SharedBuffer &buffer, int64_t index,
                     uint32_t site);
  /// An async write is issued: nobody may use the element until it completes.
  void beginSharedWrite(Warp &w, unsigned lane, SharedBuffer &buffer,
                        int64_t index, uint32_t site);
  /// ... and completes as a write of `agent`.
  void endSharedWrite(SharedBuffer &buffer, int64_t index, uint32_t agent,
                      uint32_t time, uint32_t interval, uint32_t site,
                      bool generic);
  /// Per warp, reads of it that were found to come before what an agent does.
  struct OrderedReader {
    uint32_t unit = 0, agent = 0;
    SharedReader reader = {0, 0, 0};
    bool operator==(const OrderedReader &other) const {
      return unit == other.unit && agent == other.agent &&
             reader.time == other.reader.time &&
             reader.lanes == other.reader.lanes &&
             reader.collective == other.reader.collective;
    }
  };
  std::vector<OrderedReader> orderedReaders;
  /// The write that was last found to come before what an agent does: most
  /// elements of a box were written by one copy.
  struct OrderedWrite {
    uint32_t unit = 0, agent = 0, writer = 0, time = 0;
  };
  OrderedWrite orderedWrite;
  bool isWriteOrdered(const Warp &w, unsigned lane, const SharedShadow &s) {
    OrderedWrite now = {unit, w.agent(lane), s.writeAgent, s.writeTime};
    if (now.unit == orderedWrite.unit && now.agent == orderedWrite.agent &&
        now.writer == orderedWrite.writer && now.time == orderedWrite.time)
      return true;
    if (!w.clock.covers(lane, s.writeAgent, s.writeTime))
      return false;
    orderedWrite = now;
    return true;
  }
  bool sharedReadersOrdered(Warp &w, unsigned lane, SharedBuffer &buffer,
                            int64_t index, uint32_t &agent);

  // Addresses (Address.cpp): fills linear element indices of active lanes,
  // reports and removes lanes that are out of bounds or misaligned.
  uint32_t computeAddresses(Warp &w, const AccessInfo &access, uint32_t site,
                            uint32_t lanes, int64_t *linear, int32_t *counts);
  void checkAlignment(Warp &w, const AccessInfo &access, const BufferInfo &info,
                      uint32_t site, uint32_t lanes, const int64_t *linear,
                      const int32_t *counts);
  /// Sectors (global) or extra passes (shared) of one warp access.
  void countTraffic(Warp &w, const AccessInfo &access, const BufferInfo &info,
                    uint32_t lanes, const int64_t *linear);
  std::vector<TrafficMemo> memos; ///< per access

  // Synchronization (Sync.cpp, Async.cpp).
  void block(Warp &w, WaitKind kind, uint64_t object, uint32_t site);
  void wake(Warp &w);
  /// All of the block's live warps have arrived.
  void completeBlockBarrier(ThreadBlock &block);
  MBarrier *findMBarrier(Warp &w, const MBarrierUse &use, unsigned lane,
                         uint32_t site);
  void arriveMBarrier(MBarrier &barrier, Warp &w, uint32_t lanes,
                      uint32_t site);
  /// Notes that a lane uses shared memory of another block, which must have
  /// begun and must not end before.
  void noteRemoteUse(Warp &w, unsigned lane, ThreadBlock &target,
                     uint32_t site);
  void creditMBarrier(MBarrier &barrier, int64_t bytes, uint32_t site);
  void checkPhase(MBarrier &barrier, uint32_t site);
  void landLoad(PendingLoad &load);
  void wakeWaiters(WaitKind kind, uint64_t object);
  /// Lanes of the mask whose predicate holds.
  uint32_t lanesWhere(Warp &w, Reg predicate);
  void finishWarp(Warp &w);

private:
  void setUp(ArrayRef<int64_t> ids);
  void schedule();
  void runWarp(Warp &w);
  void reportDeadlock();
  void checkEnd();
  void checkRemoteUses();
  void checkRegisters();
  void makeConstants();

  std::vector<int64_t> intFile, intConstants;
  std::vector<std::byte> floatFile, floatConstants;
  std::mt19937_64 random;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_MACHINE_H
