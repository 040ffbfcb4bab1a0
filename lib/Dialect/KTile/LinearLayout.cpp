//===- LinearLayout.cpp - Which thread holds which element ------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Dialect/KTile/LinearLayout.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::ktile;

void LinearLayout::append(Holder holder, Basis basis) {
  assert(basis.size() == rank && "a basis has one mask per dimension");
  bits[unsigned(holder)].push_back(std::move(basis));
}

void LinearLayout::append(Holder holder, unsigned dim, unsigned bit) {
  Basis basis(rank, 0);
  basis[dim] = int64_t(1) << bit;
  append(holder, std::move(basis));
}

SmallVector<int64_t, 4> LinearLayout::apply(int64_t reg, int64_t lane,
                                            int64_t warp, int64_t block) const {
  SmallVector<int64_t, 4> coordinates(rank, 0);
  std::array<int64_t, 4> inputs = {reg, lane, warp, block};
  for (auto [input, holderBits] : llvm::zip(inputs, bits))
    for (auto [bit, basis] : llvm::enumerate(holderBits))
      if (input >> bit & 1)
        for (unsigned d = 0; d < rank; ++d)
          coordinates[d] ^= basis[d];
  return coordinates;
}

static bool isZero(const LinearLayout::Basis &basis) {
  return llvm::all_of(basis, [](int64_t mask) { return mask == 0; });
}

LinearLayout LinearLayout::project(ArrayRef<int64_t> kept) const {
  LinearLayout result(kept.size());
  for (Holder holder : allHolders)
    for (const Basis &basis : bases(holder)) {
      Basis projected;
      for (int64_t d : kept)
        projected.push_back(basis[d]);
      if (holder != Holder::Register || !isZero(projected))
        result.append(holder, std::move(projected));
    }
  return result;
}

LinearLayout LinearLayout::expand(ArrayRef<int64_t> from,
                                  ArrayRef<int64_t> shape) const {
  LinearLayout result(from.size());
  for (Holder holder : allHolders)
    for (const Basis &basis : bases(holder)) {
      Basis expanded;
      for (int64_t source : from)
        expanded.push_back(source < 0 ? 0 : basis[source]);
      result.append(holder, std::move(expanded));
    }
  for (auto [d, source] : llvm::enumerate(from))
    if (source < 0)
      for (unsigned bit = 0, e = llvm::Log2_64(shape[d]); bit < e; ++bit)
        result.append(Holder::Register, d, bit);
  return result;
}

LinearLayout LinearLayout::blocked(ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> order, int64_t vector,
                                   int64_t numWarps, int64_t numBlocks) {
  LinearLayout layout(shape.size());
  // The tile's coordinate bits, fastest first.
  SmallVector<std::pair<unsigned, unsigned>> free;
  for (int64_t dim : order)
    for (unsigned bit = 0, e = llvm::Log2_64(shape[dim]); bit < e; ++bit)
      free.push_back({dim, bit});
  size_t next = 0;
  auto take = [&](Holder holder, unsigned count) {
    for (; count; --count) {
      if (next < free.size()) {
        layout.append(holder, free[next].first, free[next].second);
        ++next;
      } else if (holder != Holder::Register) {
        layout.appendZero(holder);
      }
    }
  };
  unsigned vectorBits = llvm::Log2_64(vector);
  if (!order.empty())
    vectorBits = std::min<unsigned>(vectorBits, llvm::Log2_64(shape[order[0]]));
  take(Holder::Register, vectorBits);
  take(Holder::Lane, 5);
  take(Holder::Warp, llvm::Log2_64(numWarps));
  take(Holder::Block, llvm::Log2_64(numBlocks));
  take(Holder::Register, free.size() - std::min(next, free.size()));
  return layout;
}

bool LinearLayout::sameThreads(const LinearLayout &other) const {
  return rank == other.rank &&
         bases(Holder::Lane) == other.bases(Holder::Lane) &&
         bases(Holder::Warp) == other.bases(Holder::Warp) &&
         bases(Holder::Block) == other.bases(Holder::Block);
}

bool LinearLayout::sharedByBlocks() const {
  return !llvm::all_of(bases(Holder::Block), isZero);
}

std::optional<std::string> LinearLayout::check(ArrayRef<int64_t> shape) const {
  if (shape.size() != rank)
    return llvm::formatv("layout of rank {0} on a tile of rank {1}", rank,
                         shape.size())
        .str();
  if (bases(Holder::Lane).size() != 5)
    return llvm::formatv("layout has {0} lane bits, expected 5",
                         bases(Holder::Lane).size())
        .str();
  // Gaussian elimination over F2 on the concatenated coordinate bits: the rank
  // must be the number of bits of the tile.
  SmallVector<unsigned> shift;
  unsigned total = 0;
  for (int64_t extent : shape) {
    if (!llvm::isPowerOf2_64(extent))
      return llvm::formatv("tile extent {0} is not a power of two", extent)
          .str();
    shift.push_back(total);
    total += llvm::Log2_64(extent);
  }
  SmallVector<uint64_t> pivots;
  for (Holder holder : allHolders)
    for (const Basis &basis : bases(holder)) {
      uint64_t word = 0;
      for (unsigned d = 0; d < rank; ++d) {
        if (basis[d] < 0 || basis[d] >= shape[d])
          return llvm::formatv("basis {0} exceeds extent {1} of dimension {2}",
                               basis[d], shape[d], d)
              .str();
        word |= uint64_t(basis[d]) << shift[d];
      }
      for (uint64_t pivot : pivots)
        word = std::min(word, word ^ pivot);
      if (word)
        pivots.push_back(word);
    }
  if (pivots.size() != total)
    return llvm::formatv("layout reaches 2^{0} of the tile's 2^{1} elements",
                         pivots.size(), total)
        .str();
  return std::nullopt;
}
