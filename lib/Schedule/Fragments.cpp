//===- Fragments.cpp - Layouts that matrix units ask for --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Fragments.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

LinearLayout schedule::mmaAccumulator(int64_t m, int64_t n, int64_t warps,
                                      bool rowsOnly) {
  // What one warp computes: halved along the longer side for each warp bit.
  int64_t rows = m, columns = n;
  SmallVector<char> split;
  for (int64_t left = warps; left > 1; left /= 2) {
    bool byRows = rows > mmaRows && (rowsOnly || rows >= columns);
    bool byColumns = !byRows && !rowsOnly && columns > mmaColumns;
    if (!byRows && !byColumns && !rowsOnly)
      byRows = rows > mmaRows;
    split.push_back(byRows ? 'm' : byColumns ? 'n' : '-');
    (byRows ? rows : columns) /= byRows || byColumns ? 2 : 1;
  }

  LinearLayout layout(2);
  auto append = [&](Holder holder, unsigned dim, int64_t from, int64_t to) {
    for (int64_t extent = from; extent < to; extent *= 2)
      layout.append(holder, dim, llvm::Log2_64(extent));
  };
  append(Holder::Register, 1, 1, 2);
  append(Holder::Register, 0, 8, 16);
  append(Holder::Register, 1, 8, columns);
  append(Holder::Register, 0, 16, rows);
  append(Holder::Lane, 1, 2, 8);
  append(Holder::Lane, 0, 1, 8);
  for (char side : split) {
    if (side == '-') {
      layout.appendZero(Holder::Warp);
      continue;
    }
    int64_t &held = side == 'm' ? rows : columns;
    append(Holder::Warp, side == 'm' ? 0 : 1, held, 2 * held);
    held *= 2;
  }
  return layout;
}

/// The part of the warps' bases along `from`, put along `to`.
static void appendWarps(LinearLayout &layout, const LinearLayout &accumulator,
                        unsigned from, unsigned to) {
  for (const LinearLayout::Basis &basis : accumulator.bases(Holder::Warp)) {
    LinearLayout::Basis moved(2, 0);
    moved[to] = basis[from];
    layout.append(Holder::Warp, moved);
  }
}

LinearLayout schedule::mmaLeftOperand(const LinearLayout &accumulator,
                                      int64_t k) {
  LinearLayout layout(2);
  layout.append(Holder::Register, 1, 0);
  layout.append(Holder::Register, 0, 3);
  for (int64_t extent = 8; extent < k; extent *= 2)
    layout.append(Holder::Register, 1, llvm::Log2_64(extent));
  for (const LinearLayout::Basis &basis : accumulator.bases(Holder::Register))
    if (basis[0] >= mmaRows)
      layout.append(Holder::Register, {basis[0], 0});
  for (unsigned bit : {1, 2})
    layout.append(Holder::Lane, 1, bit);
  for (unsigned bit : {0, 1, 2})
    layout.append(Holder::Lane, 0, bit);
  appendWarps(layout, accumulator, 0, 0);
  return layout;
}

LinearLayout schedule::mmaLeftAddresses(const LinearLayout &accumulator,
                                        bool transposed) {
  // The four matrices: both halves of the rows, then both halves of K.
  LinearLayout layout(2);
  for (unsigned bit : {0, 1, 2})
    layout.append(Holder::Lane, transposed ? 1 : 0, bit);
  layout.append(Holder::Lane, 0, 3);
  layout.append(Holder::Lane, 1, 3);
  appendWarps(layout, accumulator, 0, 0);
  return layout;
}

LinearLayout schedule::mmaRightAddresses(const LinearLayout &accumulator,
                                         bool transposed, unsigned fragments) {
  // Both halves of K, then the next eight columns.
  LinearLayout layout(2);
  for (unsigned bit : {0, 1, 2})
    layout.append(Holder::Lane, transposed ? 1 : 0, bit);
  layout.append(Holder::Lane, 0, 3);
  if (fragments > 1)
    layout.append(Holder::Lane, 1, 3);
  else
    layout.appendZero(Holder::Lane);
  appendWarps(layout, accumulator, 1, 1);
  return layout;
}

/// What is computed from `value` element by element.
static bool feedsRows(Value value, DenseSet<Value> &seen) {
  if (!seen.insert(value).second)
    return false;
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (auto reduce = dyn_cast<ktile::ReduceOp>(user))
      return true;
    if (auto dot = dyn_cast<ktile::DotOp>(user)) {
      if (&use == &dot.getAMutable())
        return true;
      continue;
    }
    if (OpTrait::hasElementwiseMappableTraits(user) &&
        llvm::any_of(user->getResults(),
                     [&](Value v) { return feedsRows(v, seen); }))
      return true;
  }
  return false;
}

bool schedule::wantsWholeRows(ktile::DotOp dot) {
  DenseSet<Value> seen;
  return isa<RankedTensorType>(dot.getA().getType()) ||
         feedsRows(dot.getResult(), seen);
}

LinearLayout schedule::wgmmaAccumulator(int64_t m, int64_t n, int64_t groups) {
  LinearLayout layout(2);
  int64_t rows = m / groups;
  layout.append(Holder::Register, 1, 0);
  layout.append(Holder::Register, 0, 3);
  for (unsigned bit = 3, e = llvm::Log2_64(n); bit < e; ++bit)
    layout.append(Holder::Register, 1, bit);
  // One instruction has 64 rows; the next ones follow.
  for (unsigned bit = 6, e = llvm::Log2_64(rows); bit < e; ++bit)
    layout.append(Holder::Register, 0, bit);
  for (unsigned bit : {1u, 2u})
    layout.append(Holder::Lane, 1, bit);
  for (unsigned bit : {0u, 1u, 2u})
    layout.append(Holder::Lane, 0, bit);
  for (unsigned bit : {4u, 5u})
    layout.append(Holder::Warp, 0, bit);
  for (unsigned bit = llvm::Log2_64(rows), e = llvm::Log2_64(m); bit < e; ++bit)
    layout.append(Holder::Warp, 0, bit);
  return layout;
}
