//===- ExecMatrix.cpp - Tensor cores --------------------------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Handlers.h"
#include "kernel-opt/Verify/Interpreter/Fragments.h"
#include <cstring>

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

/// Elements in 32 bits of a register.
static unsigned elementsPerRegister(FloatKind kind) {
  switch (kind) {
  case FloatKind::F16:
  case FloatKind::BF16:
    return 2;
  case FloatKind::F8E4M3FN:
  case FloatKind::F8E5M2:
    return 4;
  default:
    return 1;
  }
}

namespace {
/// A matrix in scratch memory, row-major.
struct Tile {
  std::byte *data;
  size_t columns, bytes;
  template <typename Size>
  std::byte *at(MatrixPlace place, Size bytes) const {
    return data + (place.row * columns + place.column) * bytes;
  }
};

/// Copies fragments to a tile or back, by `place(lane, e)`.
template <typename Place>
void toTile(Warp &w, Reg reg, uint32_t length, const Tile &tile, Place place) {
  withSize(tile.bytes, [&](auto bytes) {
    const std::byte *from = w.floats(reg);
    for (uint32_t e = 0; e < length; ++e)
      for (unsigned lane = 0; lane < warpSize; ++lane, from += bytes)
        std::memcpy(tile.at(place(lane, e), bytes), from, bytes);
  });
}
template <typename Place>
void fromTile(Warp &w, Reg reg, uint32_t length, const Tile &tile,
              Place place) {
  withSize(tile.bytes, [&](auto bytes) {
    std::byte *to = w.floats(reg);
    for (uint32_t e = 0; e < length; ++e)
      for (unsigned lane = 0; lane < warpSize; ++lane, to += bytes)
        std::memcpy(to, tile.at(place(lane, e), bytes), bytes);
  });
}
} // namespace

void exec::mma(Machine &m, Warp &w, const Inst &i) {
  if (needsWholeWarp(m, w, i, Fault::PartialWarp, "kgpu.mma"))
    return;
  const MatrixInfo &info = m.program.matrices[i.aux];
  unsigned per = elementsPerRegister(info.kind);
  size_t k = size_t(info.k), bytes = m.valueBytes;
  Tile a{m.scratchFloats(0, 16 * k), k, bytes};
  Tile b{m.scratchFloats(1, k * 8), 8, bytes};
  Tile c{m.scratchFloats(2, 16 * 8), 8, bytes};
  toTile(w, info.aReg, uint32_t(k / 2), a,
         [&](unsigned lane, unsigned e) { return mmaPlaceA(lane, e, per); });
  toTile(w, info.bReg, uint32_t(k / 4), b,
         [&](unsigned lane, unsigned e) { return mmaPlaceB(lane, e, per); });
  toTile(w, info.acc, 4, c, mmaPlaceC);
  m.domain.tensorCore(info.kind, FloatKind::F32, 16, 8, k, a.data, b.data,
                      c.data);
  fromTile(w, info.result, 4, c, mmaPlaceC);
}

//===----------------------------------------------------------------------===//
// ldmatrix, stmatrix
//===----------------------------------------------------------------------===//

/// Addresses of the 8-element rows that the first lanes name; false if one is
/// bad.
static bool rowAddresses(Machine &m, Warp &w, const Inst &i,
                         const AccessInfo &access, unsigned matrices,
                         int64_t *rows) {
  int32_t counts[warpSize];
  uint32_t lanes = matrices >= 4 ? ~0u : (1u << (8 * matrices)) - 1;
  uint32_t good = m.computeAddresses(w, access, i.site, lanes, rows, counts);
  m.countTraffic(w, access, m.program.buffers[access.buffer], good, rows);
  return good == lanes;
}

void exec::loadMatrix(Machine &m, Warp &w, const Inst &i) {
  if (needsWholeWarp(m, w, i, Fault::PartialWarp, "kgpu.load_matrix"))
    return;
  const AccessInfo &access = m.program.accesses[i.aux];
  const BufferInfo &info = m.program.buffers[access.buffer];
  unsigned matrices = i.length / 2;
  int64_t rows[warpSize];
  if (!rowAddresses(m, w, i, access, matrices, rows))
    return;
  SharedBuffer &buffer = m.sharedOf(w, info);
  SharedReader *readers = m.readersOf(w, buffer);
  for (unsigned lane = 0; lane < 8 * matrices; ++lane)
    for (unsigned e = 0; e < 8; ++e)
      m.sharedRead(w, lane, buffer, rows[lane] + e, i.site, readers);
  std::byte *to = w.floats(i.d);
  for (uint32_t e = 0; e < i.length; ++e)
    for (unsigned lane = 0; lane < warpSize; ++lane, to += m.valueBytes) {
      MatrixPlace place = ldmatrixPlace(lane, e, i.flag);
      std::memcpy(to,
                  buffer.value(rows[8 * (e / 2) + place.row] + place.column),
                  m.valueBytes);
    }
}

void exec::storeMatrix(Machine &m, Warp &w, const Inst &i) {
  if (needsWholeWarp(m, w, i, Fault::PartialWarp, "kgpu.store_matrix"))
    return;
  const AccessInfo &access = m.program.accesses[i.aux];
  const BufferInfo &info = m.program.buffers[access.buffer];
  unsigned matrices = i.length / 2;
  int64_t rows[warpSize];
  if (!rowAddresses(m, w, i, access, matrices, rows))
    return;
  SharedBuffer &buffer = m.sharedOf(w, info);
  for (unsigned lane = 0; lane < 8 * matrices; ++lane)
    for (unsigned e = 0; e < 8; ++e)
      m.sharedWrite(w, lane, buffer, rows[lane] + e, i.site);
  const std::byte *from = w.floats(i.a);
  for (uint32_t e = 0; e < i.length; ++e)
    for (unsigned lane = 0; lane < warpSize; ++lane, from += m.valueBytes) {
      MatrixPlace place = ldmatrixPlace(lane, e, i.flag);
      std::memcpy(
          buffer.changedValue(rows[8 * (e / 2) + place.row] + place.column),
          from, m.valueBytes);
    }
}

//===----------------------------------------------------------------------===//
// wgmma
//===----------------------------------------------------------------------===//

namespace {
/// Where the elements of a matrix in shared memory lie: in panels as wide as
/// the buffer's last dimension.
struct SharedMatrix {
  SharedBuffer *buffer = nullptr;
  int64_t first = 0, row = 0, panel = 0, span = 0;
  bool mnContiguous = false;

  /// Element (mn, k): mn counts rows of A or columns of B.
  int64_t element(int64_t mn, int64_t k) const {
    if (!mnContiguous)
      return first + mn * row + k;
    return first + mn / span * panel + k * row + mn % span;
  }
};
} // namespace

static bool findMatrix(Machine &m, Warp &w, const Inst &i,
                       const AccessInfo &access, bool mnContiguous,
                       int64_t extent, int64_t k, SharedMatrix &matrix) {
  const BufferInfo &info = m.program.buffers[access.buffer];
  int64_t linear[warpSize];
  int32_t counts[warpSize];
  if (!m.computeAddresses(w, access, i.site, 1, linear, counts))
    return false;
  size_t rank = info.shape.size();
  matrix.buffer = &m.sharedOf(w, info);
  matrix.first = linear[0];
  matrix.mnContiguous = mnContiguous;
  matrix.span = info.shape[rank - 1];
  matrix.row = rank >= 2 ? info.strides[rank - 2] : 0;
  matrix.panel = rank >= 3 ? info.strides[rank - 3] : 0;
  auto startOf = [&](size_t d) {
    const AccessDim &dim = access.dims[d];
    return dim.constant + (dim.index == noReg ? 0 : w.ints(dim.index)[0]);
  };
  int64_t rows = mnContiguous ? k : extent;
  bool fits = rank >= 2 && startOf(rank - 2) + rows <= info.shape[rank - 2];
  if (!mnContiguous)
    fits &= startOf(rank - 1) + k <= matrix.span;
  else if (startOf(rank - 1) + extent > matrix.span)
    fits &= startOf(rank - 1) == 0 && rank >= 3 &&
            startOf(rank - 3) + (extent + matrix.span - 1) / matrix.span <=
                info.shape[rank - 3];
  if (!fits)
    m.fault(Fault::OutOfBounds, w, 0, i.site,
            "gives wgmma a matrix of " + Twine(extent) + " by " + Twine(k) +
                " at " + info.name + formatIndices(info, matrix.first) +
                " that does not fit into the buffer");
  return fits;
}

/// Copies `extent` rows of A, or columns of B, into a tile.
static void copyMatrix(const SharedMatrix &matrix, int64_t firstMN,
                       int64_t extent, int64_t k, const Tile &tile, bool isA) {
  withSize(tile.bytes, [&](auto bytes) {
    for (int64_t mn = 0; mn < extent; ++mn)
      for (int64_t kk = 0; kk < k; ++kk) {
        MatrixPlace place = isA ? MatrixPlace{unsigned(mn), unsigned(kk)}
                                : MatrixPlace{unsigned(kk), unsigned(mn)};
        std::memcpy(tile.at(place, bytes),
                    matrix.buffer->value(matrix.element(firstMN + mn, kk)),
                    bytes);
      }
  });
}

/// Keeps the elements of a matrix pending.
static void noteRead(Machine &m, Warp &w, const Inst &i,
                     const SharedMatrix &matrix, int64_t firstMN,
                     int64_t extent, int64_t k) {
  if (!m.watches)
    return;
  PendingMatrix pending{w.matrixGroup, matrix.buffer, {}, i.site};
  pending.elements.reserve(size_t(extent * k));
  for (int64_t mn = 0; mn < extent; ++mn)
    for (int64_t kk = 0; kk < k; ++kk) {
      int64_t element = matrix.element(firstMN + mn, kk);
      m.asyncSharedRead(w, 0, *matrix.buffer, element, i.site);
      pending.elements.push_back(element);
    }
  w.matrices.push_back(std::move(pending));
}

/// Factors that are kept; a pipeline has fewer stages.
static constexpr size_t mostFactors = 128;

/// The right factor as it lies in shared memory now. All warps of a block take
/// the same ones, so that it is mostly known.
static std::shared_ptr<const SharedFactor>
factorOf(Machine &m, const SharedMatrix &matrix, int64_t n, int64_t k) {
  Machine::FactorKey key{matrix.buffer, matrix.first, matrix.mnContiguous, n,
                         k};
  auto known = m.factors.find(key);
  if (known != m.factors.end() &&
      known->second.changes == matrix.buffer->changes)
    return known->second.factor;
  if (m.factors.size() >= mostFactors)
    m.factors.clear();
  std::shared_ptr<const SharedFactor> factor =
      m.domain.makeFactor(size_t(k), size_t(n), [&](std::byte *values) {
        copyMatrix(matrix, 0, n, k, Tile{values, size_t(n), m.valueBytes},
                   false);
      });
  m.factors[key] = {matrix.buffer->changes, factor};
  return factor;
}

void exec::wgmmaFence(Machine &, Warp &w, const Inst &) {
  w.matrixFenced = true;
}

/// Registers that ordinary instructions used need a fence before wgmma does.
static void checkFenced(Machine &m, Warp &w, const Inst &i,
                        const MatrixInfo &info) {
  if (w.matrixFenced || (info.accPending && !info.aInRegisters))
    return;
  m.fault(Fault::MissingFence, w, 0, i.site,
          "starts a wgmma on registers without a 'kgpu.wgmma_fence' since its "
          "last wait");
}

void exec::wgmma(Machine &m, Warp &w, const Inst &i) {
  w.matrixHash = w.matrixHash * 0x9e3779b97f4a7c15ull + i.site + 1;
  if (needsWholeWarp(m, w, i, Fault::PartialWarp, "kgpu.wgmma"))
    return;
  if (w.index / 4 * 4 + 4 > m.blockOf(w).warps)
    m.fault(Fault::PartialWarp, w, 0, i.site,
            "executes wgmma in a warpgroup of less than four warps");
  const MatrixInfo &info = m.program.matrices[i.aux];
  checkFenced(m, w, i, info);
  size_t k = size_t(info.k), n = size_t(info.n), bytes = m.valueBytes;
  MatrixChain &chain = w.chain;
  auto placeC = [](unsigned lane, unsigned e) {
    return wgmmaPlaceC(0, lane, e);
  };
  if (!info.continues) {
    chain.a.clear();
    chain.b.clear();
    chain.acc.resize(16 * n * bytes);
    if (info.acc != noReg)
      toTile(w, info.acc, uint32_t(n / 2), Tile{chain.acc.data(), n, bytes},
             placeC);
    else
      m.domain.constant(APFloat(0.0f), FloatKind::F32, "", chain.acc.data(),
                        16 * n);
  }
  Tile a{chain.a.emplace_back(16 * k * bytes).data(), k, bytes};
  unsigned warp = w.index % 4;
  if (info.aInRegisters) {
    unsigned per = elementsPerRegister(info.kind);
    toTile(w, info.aReg, uint32_t(k / 2), a,
           [&](unsigned lane, unsigned e) { return mmaPlaceA(lane, e, per); });
  } else {
    SharedMatrix matrix;
    if (!findMatrix(m, w, i, info.a, info.aMN, 64, info.k, matrix))
      return;
    copyMatrix(matrix, 16 * warp, 16, info.k, a, true);
    noteRead(m, w, i, matrix, 16 * warp, 16, info.k);
  }
  SharedMatrix matrix;
  if (!findMatrix(m, w, i, info.b, info.bMN, info.n, info.k, matrix))
    return;
  chain.b.push_back(factorOf(m, matrix, info.n, info.k));
  noteRead(m, w, i, matrix, 0, info.n, info.k);
  std::fill_n(w.ints(info.resultTag), warpSize, int64_t(w.matrixGroup));
  if (info.defers)
    return;
  SmallVector<MatrixStep> steps;
  for (auto [left, right] : llvm::zip(chain.a, chain.b))
    steps.push_back({left.data(), right.get()});
  m.domain.tensorCoreSteps(info.kind, FloatKind::F32, 16, steps,
                           chain.acc.data());
  fromTile(w, info.result, uint32_t(n / 2), Tile{chain.acc.data(), n, bytes},
           placeC);
}

void exec::wgmmaCommit(Machine &, Warp &w, const Inst &) { ++w.matrixGroup; }

void exec::wgmmaWait(Machine &m, Warp &w, const Inst &i) {
  if (needsWholeWarp(m, w, i, Fault::PartialWarp, "kgpu.wgmma_wait"))
    return;
  int64_t finished = int64_t(w.matrixGroup) - i.imm;
  if (finished > int64_t(w.matrixDone))
    w.matrixDone = uint32_t(finished);
  llvm::erase_if(w.matrices, [&](PendingMatrix &pending) {
    if (pending.group >= w.matrixDone)
      return false;
    for (int64_t element : pending.elements)
      m.endSharedRead(w, *pending.buffer, element, pending.site);
    return true;
  });
  w.matrixFenced = false;
  for (const MatrixWait::Item &item : m.program.matrixWaits[i.aux].items) {
    if (w.ints(item.tag)[0] >= int64_t(w.matrixDone))
      m.fault(Fault::PendingAccess, w, 0, i.site,
              "takes registers of a wgmma whose group this wait does not "
              "finish");
    std::memcpy(w.floats(item.result), w.floats(item.value),
                item.length * w.floatColumnBytes);
  }
}
