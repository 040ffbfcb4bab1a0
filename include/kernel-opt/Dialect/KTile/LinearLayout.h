//===- LinearLayout.h - Which thread holds which element --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tile's elements are spread over the registers of the lanes of the warps of
// the blocks of a cluster. The spread is a linear map over F2 (the field of two
// elements) from the bits of (register, lane, warp, block) to the bits of the
// element's coordinates:
// each input bit has a basis, one XOR mask per dimension. Blocked layouts,
// matrix fragments and swizzles are all of this kind (the observation is that
// of "Linear Layouts", Zhou et al., arXiv 2505.23819). An input bit whose basis
// is zero replicates: both its values hold the same element.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KTILE_LINEARLAYOUT_H
#define KERNEL_OPT_DIALECT_KTILE_LINEARLAYOUT_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <array>
#include <cstdint>
#include <optional>

namespace kernel_opt::ktile {

/// The places that an element's holder is named by; a block is one of a
/// cluster.
enum class Holder { Register = 0, Lane = 1, Warp = 2, Block = 3 };
inline constexpr Holder allHolders[] = {Holder::Register, Holder::Lane,
                                        Holder::Warp, Holder::Block};

class LinearLayout {
public:
  /// One XOR mask for each dimension of the tile.
  using Basis = SmallVector<int64_t, 4>;

  LinearLayout() = default;
  explicit LinearLayout(unsigned rank) : rank(rank) {}

  unsigned getRank() const { return rank; }
  ArrayRef<Basis> bases(Holder holder) const { return bits[unsigned(holder)]; }
  void append(Holder holder, Basis basis);
  /// One more bit of `holder` that moves 2^`bit` along dimension `dim`.
  void append(Holder holder, unsigned dim, unsigned bit);
  void appendZero(Holder holder) { append(holder, Basis(rank, 0)); }

  int64_t numRegisters() const {
    return int64_t(1) << bases(Holder::Register).size();
  }
  int64_t numWarps() const { return int64_t(1) << bases(Holder::Warp).size(); }
  int64_t numBlocks() const {
    return int64_t(1) << bases(Holder::Block).size();
  }

  /// Coordinates of the element that register `reg` of (`lane`, `warp`,
  /// `block`) holds.
  SmallVector<int64_t, 4> apply(int64_t reg, int64_t lane, int64_t warp,
                                int64_t block = 0) const;

  /// The layout of a tile that has only the dimensions `kept` of this one, in
  /// that order, each element being where any element of its fibre is. Register
  /// bits that become zero are dropped: a thread does not hold an element
  /// twice.
  LinearLayout project(ArrayRef<int64_t> kept) const;

  /// Adds dimensions: dimension d of the result is dimension `from[d]` of this
  /// one, or a new one of extent `shape[d]` held in registers where `from[d]`
  /// is -1.
  LinearLayout expand(ArrayRef<int64_t> from, ArrayRef<int64_t> shape) const;

  /// A layout for `shape` in which `vector` elements along `order[0]` lie in
  /// one thread, then lanes, then warps, then the blocks of a cluster, then
  /// further registers run along `order[0]`, `order[1]`, ... Bits left over
  /// when the tile is exhausted replicate.
  static LinearLayout blocked(ArrayRef<int64_t> shape, ArrayRef<int64_t> order,
                              int64_t vector, int64_t numWarps,
                              int64_t numBlocks = 1);

  /// Whether the blocks of a cluster hold different parts.
  bool sharedByBlocks() const;

  /// Whether lane, warp and block bits have the same bases in both.
  bool sameThreads(const LinearLayout &other) const;
  bool operator==(const LinearLayout &other) const {
    return rank == other.rank && bits == other.bits;
  }
  bool operator!=(const LinearLayout &other) const { return !(*this == other); }

  /// Whether each element of a tile of `shape` is held somewhere, and nothing
  /// outside of it: fails with a reason.
  std::optional<std::string> check(ArrayRef<int64_t> shape) const;

private:
  unsigned rank = 0;
  std::array<SmallVector<Basis, 8>, 4> bits;
};

} // namespace kernel_opt::ktile

#endif // KERNEL_OPT_DIALECT_KTILE_LINEARLAYOUT_H
