//===- ExecMemory.cpp - Loads, stores, atomics ----------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

namespace {
/// The columns of an access, as bytes.
std::byte *columns(Warp &w, Reg reg, bool isFloat) {
  return isFloat ? w.floats(reg) : reinterpret_cast<std::byte *>(w.ints(reg));
}

/// The buffer that a lane's access goes to: its block's, or that of another
/// block of the cluster.
SharedBuffer *sharedTarget(Machine &m, Warp &w, const AccessInfo &access,
                           const BufferInfo &info, unsigned lane,
                           uint32_t site) {
  if (access.rank == noReg)
    return &m.sharedOf(w, info);
  const ThreadBlock &own = m.blockOf(w);
  int64_t rank = w.ints(access.rank)[lane];
  if (uint64_t(rank) >= uint64_t(m.program.cluster.volume())) {
    m.fault(Fault::OutOfBounds, w, lane, site,
            "names block " + Twine(rank) + " of a cluster of " +
                Twine(m.program.cluster.volume()));
    return nullptr;
  }
  ThreadBlock &target = m.blocks[own.clusterFirst + rank];
  m.noteRemoteUse(w, lane, target, site);
  return target.shared[info.index].get();
}

template <typename Size>
void loadShared(Machine &m, Warp &w, const AccessInfo &access,
                const BufferInfo &info, uint32_t site, uint32_t lanes,
                const int64_t *linear, const int32_t *counts, std::byte *out,
                Size bytes) {
  SharedBuffer *buffer = &m.sharedOf(w, info);
  SharedReader *readers = m.readersOf(w, *buffer);
  if (lanes == ~0u && access.length == 1 && access.rank == noReg &&
      access.valid == noReg) {
    for (unsigned lane = 0; lane < warpSize; ++lane) {
      m.sharedRead(w, lane, *buffer, linear[lane], site, readers);
      std::memcpy(out + lane * bytes, buffer->value(linear[lane]), bytes);
    }
    return;
  }
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    if (access.rank != noReg) {
      buffer = sharedTarget(m, w, access, info, lane, site);
      if (!buffer)
        continue;
      readers = m.readersOf(w, *buffer);
    }
    for (int32_t e = 0; e < counts[lane]; ++e) {
      m.sharedRead(w, lane, *buffer, linear[lane] + e, site, readers);
      std::memcpy(out + (e * warpSize + lane) * bytes,
                  buffer->value(linear[lane] + e), bytes);
    }
  }
}

template <typename Size>
void loadGlobal(Machine &m, Warp &w, Segment &segment, uint32_t site,
                uint32_t lanes, const int64_t *linear, const int32_t *counts,
                std::byte *out, Size bytes) {
  bool tracked = m.watches && segment.tracked();
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    for (int32_t e = 0; e < counts[lane]; ++e) {
      int64_t index = linear[lane] + e;
      if (tracked)
        m.globalRead(w, lane, segment, index, site);
      std::memcpy(out + (e * warpSize + lane) * bytes, segment.value(index),
                  bytes);
    }
  }
}

/// Fills lanes that read nothing, or less than all, with the padding.
void fillPadding(Machine &m, Warp &w, const AccessInfo &access, bool isFloat,
                 uint32_t lanes, const int32_t *counts, std::byte *out,
                 size_t bytes) {
  if (access.padding == noReg)
    return;
  const std::byte *padding = columns(w, access.padding, isFloat);
  for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    int32_t e = (lanes >> lane & 1) ? counts[lane] : 0;
    for (; e < int32_t(access.length); ++e)
      std::memcpy(out + (e * warpSize + lane) * bytes, padding + lane * bytes,
                  bytes);
  }
}
} // namespace

void exec::load(Machine &m, Warp &w, const Inst &i) {
  const AccessInfo &access = m.program.accesses[i.aux];
  const BufferInfo &info = m.program.buffers[access.buffer];
  int64_t linear[warpSize];
  int32_t counts[warpSize];
  uint32_t wanted = m.lanesWhere(w, access.predicate);
  uint32_t lanes =
      m.computeAddresses(w, access, i.site, wanted, linear, counts);
  m.countTraffic(w, access, info, lanes, linear);
  bool isFloat = info.element.isFloat;
  size_t bytes = isFloat ? m.valueBytes : sizeof(int64_t);
  std::byte *out = columns(w, access.value, isFloat);
  withSize(bytes, [&](auto size) {
    if (info.shared)
      loadShared(m, w, access, info, i.site, lanes, linear, counts, out, size);
    else
      loadGlobal(m, w, m.segmentOf(info), i.site, lanes, linear, counts, out,
                 size);
  });
  if (lanes != w.mask || access.valid != noReg)
    fillPadding(m, w, access, isFloat, lanes, counts, out, bytes);
}

template <typename Size>
static void storeValues(Machine &m, Warp &w, const AccessInfo &access,
                        const BufferInfo &info, uint32_t site, uint32_t lanes,
                        const int64_t *linear, const int32_t *counts,
                        const std::byte *in, Size bytes) {
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    SharedBuffer *buffer =
        info.shared ? sharedTarget(m, w, access, info, lane, site) : nullptr;
    if (info.shared && !buffer)
      continue;
    for (int32_t e = 0; e < counts[lane]; ++e) {
      int64_t index = linear[lane] + e;
      std::byte *to;
      if (buffer) {
        m.sharedWrite(w, lane, *buffer, index, site);
        to = buffer->changedValue(index);
      } else {
        Segment &segment = m.segmentOf(info);
        m.globalWrite(w, lane, segment, index, site);
        to = segment.value(index);
      }
      std::memcpy(to, in + (e * warpSize + lane) * bytes, bytes);
    }
  }
}

void exec::store(Machine &m, Warp &w, const Inst &i) {
  const AccessInfo &access = m.program.accesses[i.aux];
  const BufferInfo &info = m.program.buffers[access.buffer];
  int64_t linear[warpSize];
  int32_t counts[warpSize];
  uint32_t lanes = m.computeAddresses(
      w, access, i.site, m.lanesWhere(w, access.predicate), linear, counts);
  m.countTraffic(w, access, info, lanes, linear);
  bool isFloat = info.element.isFloat;
  size_t bytes = isFloat ? m.valueBytes : sizeof(int64_t);
  const std::byte *in = columns(w, access.value, isFloat);
  if (!info.shared && info.access == ArgumentAccess::Read) {
    if (lanes)
      m.fault(Fault::AccessViolation, w, llvm::countr_zero(lanes), i.site,
              "writes " + Twine(info.name) +
                  ", an argument with kgpu.access = \"read\"");
    return;
  }
  withSize(bytes, [&](auto size) {
    storeValues(m, w, access, info, i.site, lanes, linear, counts, in, size);
  });
}

void exec::atomic(Machine &m, Warp &w, const Inst &i) {
  const AccessInfo &access = m.program.accesses[i.aux];
  const BufferInfo &info = m.program.buffers[access.buffer];
  int64_t linear[warpSize];
  int32_t counts[warpSize];
  uint32_t lanes =
      m.computeAddresses(w, access, i.site, w.mask, linear, counts);
  m.countTraffic(w, access, info, lanes, linear);
  bool isFloat = info.element.isFloat;
  size_t bytes = isFloat ? m.valueBytes : sizeof(int64_t);
  if (!info.shared && (info.access == ArgumentAccess::Read ||
                       info.access == ArgumentAccess::Write)) {
    if (lanes)
      m.fault(Fault::AccessViolation, w, llvm::countr_zero(lanes), i.site,
              "atomically updates " + Twine(info.name) +
                  ", which kgpu.access does not allow");
    return;
  }
  const std::byte *in = columns(w, i.a, isFloat);
  std::byte *out = i.d == noReg ? nullptr : columns(w, i.d, isFloat);
  for (uint32_t rest = lanes; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    std::byte *at;
    if (info.shared) {
      SharedBuffer *buffer = sharedTarget(m, w, access, info, lane, i.site);
      if (!buffer)
        continue;
      m.sharedAtomic(w, lane, *buffer, linear[lane], i.site);
      at = buffer->changedValue(linear[lane]);
    } else {
      Segment &segment = m.segmentOf(info);
      m.globalAtomic(w, lane, segment, linear[lane], i.site);
      at = segment.value(linear[lane]);
    }
    const std::byte *operand = in + lane * bytes;
    if (out)
      std::memcpy(out + lane * bytes, at, bytes);
    if (i.imm == 1) {
      std::memcpy(at, operand, bytes);
    } else if (isFloat) {
      m.domain.binary(BinaryFn(i.fn), i.kind, at, operand, at, 1);
    } else {
      auto *value = reinterpret_cast<int64_t *>(at);
      *value = wrapInteger(
          combineIntegers(IntFn(i.fn), *value,
                          *reinterpret_cast<const int64_t *>(operand)),
          i.wrap);
    }
  }
}
