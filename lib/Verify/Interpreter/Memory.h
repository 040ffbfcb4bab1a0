//===- Memory.h - Segments, initialization, shadow state ------ -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every argument is a segment of its own, so that no address of one is an
// address of another. Segments are sparse: a tensor of 10^9 elements costs what
// is touched of it. Values are of the domain (floats) or int64 (integers).
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_MEMORY_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_MEMORY_H

#include "Program.h"
#include "llvm/ADT/DenseMap.h"
#include <cstdlib>
#include <memory>
#include <vector>

namespace kernel_opt::verify {

/// The unit (set of blocks that run together) that made an access, its agent
/// there, when, and from where. Unit 0 is nobody.
struct AccessMark {
  uint32_t unit = 0, agent = 0, time = 0, site = 0;
};
/// Reads of one element by lanes of one warp at one time.
struct ReaderMark {
  uint32_t unit, firstAgent, time, lanes, site;
};

enum ShadowFlags : uint8_t {
  ShadowInit = 1,         ///< somebody wrote
  ShadowPendingWrite = 2, ///< an async operation will write
  ShadowAtomic = 4,       ///< only atomics wrote since `write`
  ShadowGeneric = 8,      ///< last written through the generic proxy
};

/// State of an element of global memory that can be written.
struct GlobalShadow {
  AccessMark write;
  uint32_t writes = 0;
  uint32_t readers = 0; ///< 1 + index into Segment::readerLists, or 0
  uint32_t atomics = 0; ///< the same, of atomic accesses
  uint8_t flags = 0;
  uint8_t pendingReads = 0;
};

/// One argument's memory.
class Segment {
public:
  static constexpr unsigned pageBits = 8, pageSize = 1u << pageBits;
  static constexpr unsigned drawSize = 32; ///< inputs are drawn in such runs

  struct Page {
    std::unique_ptr<std::byte[]> values;
    std::unique_ptr<GlobalShadow[]> shadow; ///< null for read-only arguments
    uint8_t drawn = 0;                      ///< bit per run of an input
    uint64_t flagZero[pageSize / 64] = {};  ///< elements used as flags
    /// Elements that some access read, or wrote.
    uint64_t touched[2][pageSize / 64] = {};
  };

  Segment(const BufferInfo &info, unsigned argument, size_t valueBytes,
          Domain &domain, const ArgumentSource &inputs, unsigned poison);
  ~Segment();
  Segment(const Segment &) = delete;

  const BufferInfo &info;
  const unsigned argument;
  const size_t valueBytes; ///< of one stored value
  bool tracked() const { return info.access != ArgumentAccess::Read; }

  Page &page(int64_t index) {
    Page *&slot = directory[index >> pageBits];
    if (!slot)
      slot = makePage();
    return *slot;
  }
  /// The value of an element, drawn if it is an input's.
  std::byte *value(int64_t index) {
    Page &p = page(index);
    unsigned in = index & (pageSize - 1);
    if (isInput && !(p.drawn >> (in / drawSize) & 1))
      draw(p, index);
    return p.values.get() + in * valueBytes;
  }
  GlobalShadow &shadow(int64_t index) {
    return page(index).shadow[index & (pageSize - 1)];
  }
  /// Notes that `count` elements from `index` on were read or written.
  void touch(int64_t index, int64_t count, bool isStore) {
    for (int64_t end = std::min(index + count, info.elements); index < end;
         ++index) {
      unsigned in = index & (pageSize - 1);
      page(index).touched[isStore][in / 64] |= uint64_t(1) << (in % 64);
    }
  }
  /// Elements that were read, or written.
  uint64_t countTouched(bool isStore) const;

  std::vector<SmallVector<ReaderMark, 2>> readerLists;
  std::vector<SmallVector<AccessMark, 2>> atomicLists;

  /// Visits pages that exist, by increasing first index.
  void forEachPage(function_ref<void(int64_t first, Page &page)> visit) const;
  /// Elements written at least once, by anyone.
  uint64_t written = 0;
  uint64_t maxWrites = 0;

private:
  Page *makePage();
  void draw(Page &page, int64_t index);

  Page **directory; ///< calloc: pages of the directory itself are lazy, too
  int64_t directorySize;
  bool isInput;
  Domain &domain;
  const ArgumentSource &inputs;
  unsigned poison;
};

/// All segments of a run; kept alive by its result.
class Memory {
public:
  std::vector<std::unique_ptr<Segment>> segments;
};

/// State of an element of shared memory. `interval` counts the block's full
/// barriers: what happened in an earlier interval is ordered, which spares the
/// look at clocks.
struct SharedShadow {
  uint32_t writeAgent = 0, writeTime = 0, writeInterval = 0;
  uint32_t readInterval = 0;
  uint32_t writeSite = 0, readSite = 0;
  uint8_t flags = 0;
  uint16_t pendingReads = 0;
};
constexpr uint32_t alwaysCheck = ~0u; ///< interval that no barrier orders

/// Reads of an element by one warp since the last write. A collective read (of
/// wgmma) is over for all when it is over for one lane.
struct SharedReader {
  uint32_t time, lanes, collective;
};

/// One buffer of one block's shared memory.
class SharedBuffer {
public:
  SharedBuffer(const BufferInfo &info, size_t valueBytes, unsigned warps,
               Domain &domain, unsigned poison);

  const BufferInfo &info;
  const size_t valueBytes;
  const unsigned warps; ///< of the cluster
  std::vector<std::byte> values;
  std::vector<SharedShadow> shadow;
  /// Per warp of the cluster and element; made when a warp first reads.
  std::vector<std::unique_ptr<SharedReader[]>> readers;
  /// Atomic accesses by element.
  DenseMap<int64_t, SmallVector<AccessMark, 2>> atomics;

  const std::byte *value(int64_t index) const {
    return values.data() + index * valueBytes;
  }
  /// The value of an element that is about to change.
  std::byte *changedValue(int64_t index) {
    ++changes;
    return values.data() + index * valueBytes;
  }
  uint64_t changes = 0; ///< of any element so far
  SharedReader *readersOf(unsigned warp) {
    auto &slot = readers[warp];
    if (!slot)
      slot.reset(new SharedReader[info.elements]());
    return slot.get();
  }
};

/// "(3, 17)" for a row-major linear index.
std::string formatIndices(const BufferInfo &info, int64_t index);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_MEMORY_H
