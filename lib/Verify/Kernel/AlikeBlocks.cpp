//===- AlikeBlocks.cpp - Which blocks stand for which -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AlikeBlocks.h"
#include "BlockSites.h"
#include "llvm/Support/FormatVariadic.h"
#include <random>
#include <unordered_map>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Affine combinations
//===----------------------------------------------------------------------===//

/// Numbers modulo 2^61 - 1, far beyond what places can hold: what is an affine
/// combination over the rationals is one here, and the other way round but for
/// chance.
static constexpr uint64_t prime = (uint64_t(1) << 61) - 1;

static uint64_t reduce(unsigned __int128 x) {
  uint64_t sum = uint64_t(x & prime) + uint64_t(x >> 61);
  sum = (sum & prime) + (sum >> 61);
  return sum == prime ? 0 : sum;
}
static uint64_t residue(int64_t value) {
  return value < 0 ? (prime - reduce(-static_cast<__int128>(value))) % prime
                   : reduce(uint64_t(value));
}
static uint64_t times(uint64_t a, uint64_t b) {
  return reduce(static_cast<unsigned __int128>(a) * b);
}
static uint64_t minus(uint64_t a, uint64_t b) {
  return a >= b ? a - b : a + prime - b;
}
static uint64_t inverse(uint64_t a) {
  uint64_t result = 1;
  for (uint64_t exponent = prime - 2; exponent; exponent >>= 1, a = times(a, a))
    if (exponent & 1)
      result = times(result, a);
  return result;
}

namespace {
/// All affine combinations of some points.
class AffineHull {
public:
  AffineHull(ArrayRef<int64_t> origin, uint64_t seed)
      : origin(origin), functional(origin.size()), random(seed) {
    choose();
  }
  /// Wrong with a probability of 2^-61.
  bool contains(ArrayRef<int64_t> point) const;
  void add(ArrayRef<int64_t> point);

private:
  void choose();
  SmallVector<int64_t> origin;
  /// Rows in echelon form: each begins with a one where all others are zero.
  std::vector<std::pair<size_t, std::vector<uint64_t>>> rows;
  /// Random among those that are zero on all rows.
  std::vector<uint64_t> functional;
  std::mt19937_64 random;
};
} // namespace

bool AffineHull::contains(ArrayRef<int64_t> point) const {
  unsigned __int128 sum = 0;
  for (size_t i = 0; i < point.size(); ++i)
    sum += times(residue(point[i] - origin[i]), functional[i]);
  return reduce(sum) == 0;
}

void AffineHull::choose() {
  for (uint64_t &entry : functional)
    entry = random() % prime;
  for (const auto &[pivot, row] : rows)
    functional[pivot] = 0;
  for (const auto &[pivot, row] : rows)
    for (size_t i = 0; i < row.size(); ++i)
      if (i != pivot)
        functional[pivot] =
            minus(functional[pivot], times(row[i], functional[i]));
}

void AffineHull::add(ArrayRef<int64_t> point) {
  std::vector<uint64_t> rest(point.size());
  for (size_t i = 0; i < point.size(); ++i)
    rest[i] = residue(point[i] - origin[i]);
  auto subtract = [](std::vector<uint64_t> &from, uint64_t factor,
                     const std::vector<uint64_t> &row) {
    for (size_t i = 0; factor && i < from.size(); ++i)
      from[i] = minus(from[i], times(factor, row[i]));
  };
  for (const auto &[pivot, row] : rows)
    subtract(rest, rest[pivot], row);
  size_t pivot = 0;
  while (pivot < rest.size() && rest[pivot] == 0)
    ++pivot;
  if (pivot == rest.size())
    return;
  uint64_t scale = inverse(rest[pivot]);
  for (uint64_t &entry : rest)
    entry = times(entry, scale);
  for (auto &[other, row] : rows)
    subtract(row, row[pivot], rest);
  rows.emplace_back(pivot, std::move(rest));
  choose();
}

//===----------------------------------------------------------------------===//
// All blocks
//===----------------------------------------------------------------------===//

namespace {
/// The least and the greatest that an index is in some blocks, and where.
struct Reach {
  int64_t low = INT64_MAX, high = INT64_MIN;
  int64_t lowBlock = 0, highBlock = 0;

  void extend(int64_t index, int64_t block) {
    if (index < low) {
      low = index;
      lowBlock = block;
    }
    if (index > high) {
      high = index;
      highBlock = block;
    }
  }
};
/// By kind, then by index.
using Reaches = std::unordered_map<uint64_t, std::vector<Reach>>;

/// Looks at all blocks, of all threads where they differ.
class Finder {
public:
  Finder(BlockSites &sites, const LaunchSizes &sizes, uint64_t seed);
  AlikeBlocks find(ArrayRef<int64_t> chosen, unsigned most);

private:
  /// How the comparisons of a block fall out, as a hash; its places.
  uint64_t look(int64_t lane, size_t thread);
  void run(int64_t block);
  void extend(Reaches &reaches, uint64_t kind, int64_t lane, int64_t block);
  std::optional<int64_t> findBeyond() const;
  std::optional<int64_t> findUnlike(int64_t firstBlock, int64_t count,
                                    size_t thread);

  BlockSites &sites;
  int64_t blocks;
  uint64_t seed;
  std::vector<int64_t> threads;
  std::vector<unsigned> places;
  std::vector<unsigned> indices;
  std::vector<BlockSites::Comparison> comparisons;
  /// Of the outcomes of comparisons, in the hash of a kind.
  std::vector<uint64_t> weights;
  /// How far indices of blocks that are run reach, and those of all.
  Reaches reached, all;
  /// Places of block 0, by thread.
  std::vector<std::vector<int64_t>> first;
  std::vector<int64_t> point;
  std::unordered_map<uint64_t, AffineHull> kinds;
};
} // namespace

/// Blocks times threads up to which every thread is looked at; some, else.
static constexpr int64_t mostUnits = int64_t(1) << 18;
static constexpr int64_t someThreads = 32;

Finder::Finder(BlockSites &sites, const LaunchSizes &sizes, uint64_t seed)
    : sites(sites), blocks(sizes.blocks()), seed(seed),
      places(sites.places.begin(), sites.places.end()),
      indices(sites.indices.begin(), sites.indices.end()),
      comparisons(sites.comparisons.begin(), sites.comparisons.end()),
      point(places.size()) {
  std::mt19937_64 random(seed);
  weights.resize(comparisons.size());
  std::generate(weights.begin(), weights.end(), random);
  int64_t count = sites.hangOnThread ? sizes.threads() : 1;
  int64_t step = 1;
  if (count > someThreads && blocks > mostUnits / count)
    // Not a divisor of anything: neighbours in a warp, and all warps.
    step = count / someThreads | 1;
  for (int64_t t = 0; t < count; t += step)
    threads.push_back(t);
  if (threads.back() != count - 1)
    threads.push_back(count - 1);
  first.resize(threads.size());
}

uint64_t Finder::look(int64_t lane, size_t thread) {
  uint64_t hash = 0;
  for (const auto &[comparison, weight] :
       llvm::zip_equal(comparisons, weights)) {
    const auto &[column, range] = comparison;
    int64_t number = sites.columns[column][lane];
    hash += weight *
            ((number + range.low >= 0) + uint64_t(number + range.high >= 0));
  }
  for (size_t i = 0; i < places.size(); ++i)
    point[i] = sites.columns[places[i]][lane] -
               (first[thread].empty() ? 0 : first[thread][i]);
  return hash;
}

void Finder::extend(Reaches &reaches, uint64_t kind, int64_t lane,
                    int64_t block) {
  std::vector<Reach> &of = reaches[kind];
  of.resize(indices.size());
  for (size_t i = 0; i < indices.size(); ++i)
    of[i].extend(sites.columns[indices[i]][lane], block);
}

/// A block with an index beyond those of the blocks of its kind that are run,
/// and so perhaps beyond its memory.
std::optional<int64_t> Finder::findBeyond() const {
  for (const auto &[kind, reaches] : all) {
    const std::vector<Reach> &known = reached.at(kind);
    for (size_t i = 0; i < indices.size(); ++i) {
      if (reaches[i].low < known[i].low)
        return reaches[i].lowBlock;
      if (reaches[i].high > known[i].high)
        return reaches[i].highBlock;
    }
  }
  return std::nullopt;
}

/// Notes the places of a block that is run.
void Finder::run(int64_t block) {
  for (size_t t = 0; t < threads.size(); ++t) {
    sites.columns.evaluate(block, 1, threads[t]);
    uint64_t kind = look(0, t);
    extend(reached, kind, 0, block);
    auto [known, isNew] = kinds.try_emplace(kind, point, seed);
    if (!isNew && !known->second.contains(point))
      known->second.add(point);
  }
}

std::optional<int64_t> Finder::findUnlike(int64_t firstBlock, int64_t count,
                                          size_t thread) {
  sites.columns.evaluate(firstBlock, count, threads[thread]);
  for (int64_t lane = 0; lane < count; ++lane) {
    uint64_t kind = look(lane, thread);
    auto known = kinds.find(kind);
    if (known == kinds.end() || !known->second.contains(point))
      return firstBlock + lane;
    extend(all, kind, lane, firstBlock + lane);
  }
  return std::nullopt;
}

AlikeBlocks Finder::find(ArrayRef<int64_t> chosen, unsigned most) {
  AlikeBlocks found;
  found.places = unsigned(places.size());
  for (size_t t = 0; t < threads.size(); ++t) {
    sites.columns.evaluate(0, 1, threads[t]);
    look(0, t);
    first[t] = point;
  }
  for (int64_t block : chosen)
    run(block);
  auto add = [&](int64_t block) {
    if (found.more.size() == most) {
      found.obstacle =
          llvm::formatv("more than {0} blocks differ from those that were "
                        "run: block {1} is one",
                        most, block)
              .str();
      return false;
    }
    found.more.push_back(block);
    run(block);
    return true;
  };
  for (size_t t = 0; t < threads.size(); ++t)
    for (int64_t b = 0; b < blocks;) {
      int64_t count = std::min(PlaceColumns::most, blocks - b);
      std::optional<int64_t> unlike = findUnlike(b, count, t);
      if (unlike && !add(*unlike))
        return found;
      b = unlike ? *unlike : b + count;
    }
  while (std::optional<int64_t> beyond = findBeyond())
    if (!add(*beyond))
      break;
  return found;
}

AlikeBlocks verify::findUnlikeBlocks(gpu::GPUFuncOp program,
                                     ArrayRef<int64_t> chosen, unsigned most,
                                     uint64_t seed) {
  AlikeBlocks none;
  std::optional<LaunchSizes> sizes = LaunchSizes::of(program);
  if (!sizes) {
    none.obstacle = "the sizes of grid and block are not known";
    return none;
  }
  BlockSites sites(program, *sizes);
  if (!sites.obstacle.empty()) {
    none.obstacle = sites.obstacle;
    return none;
  }
  return Finder(sites, *sizes, seed).find(chosen, most);
}
