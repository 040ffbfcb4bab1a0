//===- Address.cpp - Addresses, bounds, alignment, traffic ----------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// Reports the first coordinate that is outside, in words.
static std::string describeOutside(const Warp &w, const AccessInfo &access,
                                   const BufferInfo &info, unsigned lane,
                                   int64_t count) {
  std::string text = access.isStore ? "writes " : "reads ";
  if (count > 1)
    text += std::to_string(count) + " elements from ";
  text += info.name + "(";
  for (size_t d = 0, e = access.dims.size(); d < e; ++d) {
    const AccessDim &dim = access.dims[d];
    int64_t index =
        dim.constant + (dim.index == noReg ? 0 : w.ints(dim.index)[lane]);
    text += (d ? ", " : "") + std::to_string(index);
  }
  text += "), extents are (";
  for (size_t d = 0, e = info.shape.size(); d < e; ++d)
    text += (d ? ", " : "") + std::to_string(info.shape[d]);
  return text + ")";
}

uint32_t Machine::lanesWhere(Warp &w, Reg predicate) {
  if (predicate == noReg)
    return w.mask;
  const int64_t *column = w.ints(predicate);
  uint32_t lanes = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    lanes |= uint32_t(column[lane] != 0) << lane;
  return lanes & w.mask;
}

/// Marks lanes whose index of a view is outside.
static uint32_t checkView(Warp &w, const AccessInfo &access, uint32_t lanes,
                          const int32_t *counts) {
  uint32_t bad = 0;
  for (const ViewCheck &check : access.checks)
    for (uint32_t rest = lanes; rest; rest &= rest - 1) {
      unsigned lane = llvm::countr_zero(rest);
      int64_t index = check.constant;
      if (check.index != noReg)
        index += w.ints(check.index)[lane];
      int64_t extent = check.extentReg == noReg ? check.extent
                                                : w.ints(check.extentReg)[lane];
      int64_t last = check.last ? counts[lane] - 1 : 0;
      if (index < 0 || index + last >= extent)
        bad |= 1u << lane;
    }
  return bad;
}

/// Adds one dimension to the linear indices. The sign bit of `outside` is set
/// for lanes whose coordinate is below 0 or above `limit`; sums and shifts
/// vectorize on any machine, comparisons and products of 64 bits do not.
static void addDimension(const AccessDim &dim, const int64_t *index,
                         const int64_t *limit, int64_t *linear,
                         int64_t *outside) {
  if (llvm::isPowerOf2_64(uint64_t(dim.stride))) {
    unsigned shift = llvm::countr_zero(uint64_t(dim.stride));
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      uint64_t i = uint64_t(index[lane]) + uint64_t(dim.constant);
      outside[lane] |= int64_t(i | (uint64_t(limit[lane]) - i));
      linear[lane] += int64_t(i << shift);
    }
    return;
  }
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    uint64_t i = uint64_t(index[lane]) + uint64_t(dim.constant);
    outside[lane] |= int64_t(i | (uint64_t(limit[lane]) - i));
    linear[lane] += int64_t(i * uint64_t(dim.stride));
  }
}

/// Elements to move per lane; lanes that move none leave the mask.
static uint32_t countElements(Warp &w, const AccessInfo &access, uint32_t lanes,
                              int32_t *counts) {
  if (access.valid == noReg) {
    for (unsigned lane = 0; lane < warpSize; ++lane)
      counts[lane] = int32_t(access.length);
    return lanes;
  }
  const int64_t *valid = w.ints(access.valid);
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    counts[lane] =
        int32_t(std::clamp<int64_t>(valid[lane], 0, int64_t(access.length)));
    if (counts[lane] == 0)
      lanes &= ~(1u << lane);
  }
  return lanes;
}

uint32_t Machine::computeAddresses(Warp &w, const AccessInfo &access,
                                   uint32_t site, uint32_t lanes,
                                   int64_t *linear, int32_t *counts) {
  const BufferInfo &info = program.buffers[access.buffer];
  lanes = countElements(w, access, lanes, counts);
  int64_t outside[warpSize] = {}, limit[warpSize];
  std::fill_n(linear, warpSize, 0);
  static constexpr int64_t zeros[warpSize] = {};
  for (size_t d = 0, rank = access.dims.size(); d < rank; ++d) {
    const AccessDim &dim = access.dims[d];
    if (d + 1 == rank)
      for (unsigned lane = 0; lane < warpSize; ++lane)
        limit[lane] = dim.extent - counts[lane];
    else
      std::fill_n(limit, warpSize, dim.extent - 1);
    addDimension(dim, dim.index == noReg ? zeros : w.ints(dim.index), limit,
                 linear, outside);
  }
  uint32_t bad = 0;
  for (unsigned lane = 0; lane < warpSize; ++lane)
    bad |= uint32_t(uint64_t(outside[lane]) >> 63) << lane;
  bad &= lanes;
  if (!access.checks.empty())
    bad |= checkView(w, access, lanes & ~bad, counts);
  for (uint32_t rest = bad; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    sink.add(Fault::OutOfBounds, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " " +
             describeOutside(w, access, info, lane, counts[lane]);
    });
  }
  lanes &= ~bad;
  if (access.alignment > int64_t(info.element.bytes()))
    checkAlignment(w, access, info, site, lanes, linear, counts);
  return lanes;
}

void Machine::checkAlignment(Warp &w, const AccessInfo &access,
                             const BufferInfo &info, uint32_t site,
                             uint32_t lanes, const int64_t *linear,
                             const int32_t *counts) {
  // All are powers of two, so this is alignment in elements. Arguments begin
  // at multiples of 256 bytes, shared buffers where the allocation puts them.
  int64_t low = access.alignment / info.element.bytes() - 1, any = 0;
  int64_t base = info.sharedOffset / info.element.bytes();
  for (unsigned lane = 0; lane < warpSize; ++lane)
    any |= (base + linear[lane]) & low;
  if (!any)
    return;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    if (counts[lane] != int32_t(access.length) ||
        ((base + linear[lane]) & low) == 0)
      continue;
    sink.add(Fault::Misaligned, site, ReportSink::noSite, [&] {
      return threadName(w, lane) + " accesses " + info.name +
             formatIndices(info, linear[lane]) + ", which is not aligned to " +
             std::to_string(access.alignment) + " bytes";
    });
  }
}

//===----------------------------------------------------------------------===//
// Traffic
//===----------------------------------------------------------------------===//

/// Number of distinct 32-byte sectors.
static uint32_t countSectors(uint32_t lanes, const int64_t *linear,
                             int64_t elementBytes, int64_t accessBytes) {
  SmallVector<int64_t, 128> sectors;
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    int64_t first = linear[llvm::countr_zero(rest)] * elementBytes;
    for (int64_t s = first >> 5, e = (first + accessBytes - 1) >> 5; s <= e;
         ++s)
      if (sectors.empty() || sectors.back() != s)
        sectors.push_back(s);
  }
  if (!llvm::is_sorted(sectors))
    llvm::sort(sectors);
  sectors.erase(llvm::unique(sectors), sectors.end());
  return sectors.size();
}

/// Swizzles a byte offset: 16-byte units are permuted by the row number within
/// a span, as `#kgpu.shared<swizzle>` says.
static int64_t swizzled(int64_t byte, unsigned swizzle) {
  if (swizzle == 0)
    return byte;
  int64_t mask = swizzle / 16 - 1;
  return byte ^ (((byte >> 7) & mask) << 4);
}

/// Passes through the 32 banks beyond the least number. 16-byte accesses go by
/// quarters of a warp, 8-byte ones by halves.
static uint32_t countConflicts(uint32_t lanes, const int64_t *linear,
                               int64_t elementBytes, int64_t accessBytes,
                               unsigned swizzle) {
  unsigned group = accessBytes >= 16 ? 8 : accessBytes >= 8 ? 16 : 32;
  uint32_t extra = 0;
  for (unsigned first = 0; first < warpSize; first += group) {
    SmallVector<int64_t, 4> banks[32];
    size_t most = 0;
    for (unsigned lane = first; lane < first + group; ++lane) {
      if (!(lanes >> lane & 1))
        continue;
      int64_t byte = linear[lane] * elementBytes;
      for (int64_t b = 0; b < std::max<int64_t>(accessBytes, 4) && b < 16;
           b += 4) {
        int64_t word = swizzled(byte + b, swizzle) >> 2;
        auto &bank = banks[word & 31];
        if (!llvm::is_contained(bank, word))
          bank.push_back(word);
        most = std::max(most, bank.size());
      }
    }
    if (most > 1)
      extra += most - 1;
  }
  return extra;
}

void Machine::countTraffic(Warp &w, const AccessInfo &access,
                           const BufferInfo &info, uint32_t lanes,
                           const int64_t *linear) {
  if (!lanes || !watches)
    return;
  TrafficMemo &memo = memos[&access - program.accesses.data()];
  int64_t elementBytes = info.element.bytes();
  // Only the base within a sector, or a period of the swizzle, matters; without
  // a swizzle, moving all lanes by whole words turns the banks.
  unsigned first = llvm::countr_zero(lanes);
  int64_t period = !info.shared ? 32 : info.swizzle ? 1024 : 4;
  int64_t base = linear[first] * elementBytes % period;
  bool same = memo.valid && memo.lanes == lanes && memo.base == base;
  if (same) {
    int64_t difference = 0;
    if (lanes == ~0u) {
      for (unsigned lane = 0; lane < warpSize; ++lane)
        difference |= (linear[lane] - linear[0]) ^ memo.relative[lane];
    } else {
      for (unsigned lane = first; lane < warpSize; ++lane)
        if (lanes >> lane & 1)
          difference |= (linear[lane] - linear[first]) ^ memo.relative[lane];
    }
    same = difference == 0;
  }
  if (!same) {
    memo.valid = true;
    memo.lanes = lanes;
    memo.base = base;
    for (unsigned lane = 0; lane < warpSize; ++lane)
      memo.relative[lane] = linear[lane] - linear[first];
    int64_t bytes = elementBytes * access.length;
    memo.cost = info.shared ? countConflicts(lanes, linear, elementBytes, bytes,
                                             info.swizzle)
                            : countSectors(lanes, linear, elementBytes, bytes);
  }
  if (info.shared) {
    counters.bankConflicts += memo.cost;
    ++counters.sharedAccesses;
    return;
  }
  (access.isStore ? counters.globalSectorsWritten
                  : counters.globalSectorsRead) += memo.cost;
  Segment &segment = segmentOf(info);
  for (uint32_t rest = lanes; rest; rest &= rest - 1)
    segment.touch(linear[llvm::countr_zero(rest)], access.length,
                  access.isStore);
}
