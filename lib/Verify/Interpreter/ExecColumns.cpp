//===- ExecColumns.cpp - Moves between columns and lanes ------------------===//
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

bool exec::needsWholeWarp(Machine &m, Warp &w, const Inst &i, Fault fault,
                          const char *what) {
  if (LLVM_LIKELY(w.mask == w.full && w.full == ~0u))
    return false;
  unsigned missing = llvm::countr_zero(~w.mask);
  m.sink.add(fault, i.site, ReportSink::noSite, [&] {
    return std::string(what) + " needs all 32 lanes of the warp, but " +
           m.threadName(w, missing) +
           (w.full >> missing & 1 ? " is inactive" : " does not exist");
  });
  return true;
}

void exec::permute(Machine &m, Warp &w, const Inst &i) {
  const Permutation &sources = m.program.permutations[i.aux];
  if (i.flag) {
    size_t bytes = w.floatColumnBytes;
    std::byte *d = w.floats(i.d);
    for (Reg source : sources) {
      std::memcpy(d, w.floats(source), bytes);
      d += bytes;
    }
    return;
  }
  int64_t *d = w.ints(i.d);
  for (Reg source : sources) {
    std::memcpy(d, w.ints(source), warpSize * sizeof(int64_t));
    d += warpSize;
  }
}

/// Reports a column number outside the vector; true if it is inside.
static bool inVector(Machine &m, Warp &w, const Inst &i, unsigned lane,
                     int64_t column, int64_t size) {
  if (uint64_t(column) < uint64_t(size))
    return true;
  m.fault(Fault::OutOfBounds, w, lane, i.site,
          "uses element " + Twine(column) + " of a vector of " + Twine(size));
  return false;
}

void exec::extractDynamic(Machine &m, Warp &w, const Inst &i) {
  const int64_t *index = w.ints(i.b);
  for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    if (!inVector(m, w, i, lane, index[lane], i.imm))
      continue;
    size_t from = size_t(index[lane]) * warpSize + lane;
    if (i.flag)
      std::memcpy(w.floats(i.d) + lane * m.valueBytes,
                  w.floats(i.a) + from * m.valueBytes, m.valueBytes);
    else
      w.ints(i.d)[lane] = w.ints(i.a)[from];
  }
}

void exec::insertDynamic(Machine &m, Warp &w, const Inst &i) {
  const int64_t *index = w.ints(i.c);
  if (i.d != i.a) {
    if (i.flag)
      std::memcpy(w.floats(i.d), w.floats(i.a), i.length * w.floatColumnBytes);
    else
      std::memcpy(w.ints(i.d), w.ints(i.a),
                  i.length * warpSize * sizeof(int64_t));
  }
  for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
    unsigned lane = llvm::countr_zero(rest);
    if (!inVector(m, w, i, lane, index[lane], i.length))
      continue;
    size_t to = size_t(index[lane]) * warpSize + lane;
    if (i.flag)
      std::memcpy(w.floats(i.d) + to * m.valueBytes,
                  w.floats(i.b) + lane * m.valueBytes, m.valueBytes);
    else
      w.ints(i.d)[to] = w.ints(i.b)[lane];
  }
}

/// Copies active lanes of columns.
static void copyColumns(Warp &w, std::byte *to, const std::byte *from,
                        uint32_t length, size_t bytes) {
  if (w.mask == ~0u) {
    std::memcpy(to, from, size_t(length) * warpSize * bytes);
    return;
  }
  for (uint32_t e = 0; e < length; ++e)
    for (uint32_t rest = w.mask; rest; rest &= rest - 1) {
      size_t at = (e * warpSize + llvm::countr_zero(rest)) * bytes;
      std::memcpy(to + at, from + at, bytes);
    }
}

static std::byte *columnsOf(Warp &w, Reg reg, bool isFloat) {
  return isFloat ? w.floats(reg) : reinterpret_cast<std::byte *>(w.ints(reg));
}

void exec::moves(Machine &m, Warp &w, const Inst &i) {
  const std::vector<Move> &list = m.program.moves[i.aux];
  auto bytesOf = [&](const Move &move) {
    return move.isFloat ? m.valueBytes : sizeof(int64_t);
  };
  if (!i.flag) {
    for (const Move &move : list)
      copyColumns(w, columnsOf(w, move.to, move.isFloat),
                  columnsOf(w, move.from, move.isFloat), move.length,
                  bytesOf(move));
    return;
  }
  // Some target is another's source: read all before writing any.
  std::vector<std::byte> saved;
  for (const Move &move : list) {
    const std::byte *from = columnsOf(w, move.from, move.isFloat);
    saved.insert(saved.end(), from,
                 from + size_t(move.length) * warpSize * bytesOf(move));
  }
  const std::byte *next = saved.data();
  for (const Move &move : list) {
    copyColumns(w, columnsOf(w, move.to, move.isFloat), next, move.length,
                bytesOf(move));
    next += size_t(move.length) * warpSize * bytesOf(move);
  }
}

/// The lane that `lane` reads in a shuffle, or -1 if that is outside.
static int shuffleSource(unsigned mode, unsigned lane, int64_t offset,
                         unsigned width) {
  unsigned first = lane / width * width;
  int64_t source = mode == 0   ? int64_t(lane) ^ offset
                   : mode == 1 ? int64_t(lane) - offset
                   : mode == 2 ? int64_t(lane) + offset
                               : int64_t(first) + offset;
  if (source < int64_t(first) || source >= int64_t(first) + int64_t(width))
    return -1;
  return int(source);
}

void exec::shuffle(Machine &m, Warp &w, const Inst &i) {
  needsWholeWarp(m, w, i, Fault::InactiveLane, "a shuffle");
  const int64_t *offset = w.ints(i.b);
  size_t bytes = i.flag ? m.valueBytes : sizeof(int64_t);
  std::vector<std::byte> result(size_t(i.length) * warpSize * bytes);
  const std::byte *from = columnsOf(w, i.a, i.flag);
  int64_t valid[warpSize];
  for (unsigned lane = 0; lane < warpSize; ++lane) {
    int source = shuffleSource(i.fn, lane, offset[lane], unsigned(i.imm));
    valid[lane] = source >= 0;
    for (uint32_t e = 0; e < i.length; ++e)
      std::memcpy(result.data() + (e * warpSize + lane) * bytes,
                  from + (e * warpSize + (source < 0 ? lane : source)) * bytes,
                  bytes);
  }
  copyColumns(w, columnsOf(w, i.d, i.flag), result.data(), i.length, bytes);
  if (i.c != noReg)
    copyColumns(w, columnsOf(w, i.c, false),
                reinterpret_cast<std::byte *>(valid), 1, sizeof(int64_t));
  w.clock.synchronize(w.full, m.agents);
}

void exec::warpReduce(Machine &m, Warp &w, const Inst &i) {
  if (needsWholeWarp(m, w, i, Fault::InactiveLane, "kgpu.warp_reduce"))
    return;
  size_t bytes = i.flag ? m.valueBytes : sizeof(int64_t);
  size_t n = size_t(i.length) * warpSize;
  std::vector<std::byte> other(n * bytes);
  std::byte *d = columnsOf(w, i.d, i.flag);
  if (i.d != i.a)
    std::memcpy(d, columnsOf(w, i.a, i.flag), n * bytes);
  for (int64_t bit : m.program.lists[i.aux]) {
    for (size_t k = 0; k < n; ++k)
      std::memcpy(other.data() + k * bytes,
                  d + (k ^ (size_t(1) << bit)) * bytes, bytes);
    if (i.flag) {
      m.domain.binary(BinaryFn(i.fn), i.kind, d, other.data(), d, n);
      continue;
    }
    auto *ints = reinterpret_cast<int64_t *>(d);
    auto *others = reinterpret_cast<int64_t *>(other.data());
    for (size_t k = 0; k < n; ++k) {
      int64_t value = combineIntegers(IntFn(i.fn), ints[k], others[k]);
      ints[k] = wrapInteger(value, i.wrap);
    }
  }
  w.clock.synchronize(w.full, m.agents);
}
