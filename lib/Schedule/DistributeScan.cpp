//===- DistributeScan.cpp - Running sums over threads -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bits of a place along the scanned dimension, lowest first, are registers,
// lanes, warps and again registers, say: runs of bits of one kind are levels.
// Each level scans what the one below it summed up; then what lies before a
// group is handed down. No chain is longer than the registers of one level, and
// the work is two combinations for each element plus what the sums need.
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

/// A run of bits of one kind, with vectors of the registers `alive` (bits of
/// the register's number).
struct Distributor::ScanLevel {
  Holder holder;
  SmallVector<unsigned> bits; ///< of the holder's number, lowest place first
  SmallVector<unsigned> alive;
  LinearLayout remaining;   ///< of what is left above this level
  SmallVector<Value> items; ///< what is scanned, one vector for each operand
  /// What came before each item in its group. Registers: for each place in the
  /// group, without the first, the combination up to the one before.
  SmallVector<SmallVector<Value>> before;
  SmallVector<Value> totals; ///< of the registers that stay alive

  SmallVector<unsigned> aliveAbove() const {
    SmallVector<unsigned> above;
    for (unsigned bit : alive)
      if (holder != Holder::Register || !llvm::is_contained(bits, bit))
        above.push_back(bit);
    return above;
  }
  /// The registers at place `i` of their groups, in the order of the groups.
  SmallVector<int64_t> slice(int64_t i) const {
    SmallVector<int64_t> registers;
    SmallVector<unsigned> above = aliveAbove();
    auto position = [&](unsigned bit) {
      return int64_t(1) << (llvm::find(alive, bit) - alive.begin());
    };
    for (int64_t group = 0; group < int64_t(1) << above.size(); ++group) {
      int64_t number = 0;
      for (auto [k, bit] : llvm::enumerate(above))
        number |= group >> k & 1 ? position(bit) : 0;
      for (auto [k, bit] : llvm::enumerate(bits))
        number |= i >> k & 1 ? position(bit) : 0;
      registers.push_back(number);
    }
    return registers;
  }
};

SmallVector<Value> Distributor::neutralVectors(ktile::ScanOp op,
                                               int64_t length) {
  return llvm::map_to_vector(op.getNeutral(), [&](Attribute neutral) -> Value {
    auto value = cast<TypedAttr>(neutral);
    auto type = VectorType::get(length, value.getType());
    return arith::ConstantOp::create(builder, op.getLoc(),
                                     DenseElementsAttr::get(type, value));
  });
}

SmallVector<Value> Distributor::selectVectors(Value condition,
                                              ArrayRef<Value> then,
                                              ArrayRef<Value> otherwise,
                                              Location loc) {
  SmallVector<Value> chosen;
  for (auto [a, b] : llvm::zip(then, otherwise))
    chosen.push_back(arith::SelectOp::create(builder, loc, condition, a, b));
  return chosen;
}

void Distributor::scanRegisters(ktile::ScanOp op, ScanLevel &level) {
  Block &body = op.getCombiner().front();
  SmallVector<Value> sum;
  for (int64_t i = 0; i < int64_t(1) << level.bits.size(); ++i) {
    SmallVector<Value> part;
    for (Value items : level.items)
      part.push_back(pick(items, level.slice(i), op.getLoc()));
    if (i)
      level.before.push_back(sum);
    sum = i ? combine(body, sum, part) : part;
  }
  level.totals = sum;
}

void Distributor::scanLanes(ktile::ScanOp op, ScanLevel &level) {
  Location loc = op.getLoc();
  Block &body = op.getCombiner().front();
  int64_t length = cast<VectorType>(level.items[0].getType()).getNumElements();
  SmallVector<Value> before = neutralVectors(op, length), total = level.items;
  for (unsigned bit : level.bits) {
    SmallVector<Value> other = fromOtherLanes(total, bit, loc);
    // Which half of the pair of groups this lane is in.
    Value number = packThreadBits({bit});
    Value upper = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ne,
                                        number, constantIndex(0));
    before = selectVectors(upper, combine(body, other, before), before, loc);
    total = combine(body, selectVectors(upper, other, total, loc),
                    selectVectors(upper, total, other, loc));
  }
  level.before = {before};
  level.totals = total;
}

void Distributor::scanWarps(ktile::ScanOp op, ScanLevel &level) {
  Location loc = op.getLoc();
  Block &body = op.getCombiner().front();
  int64_t length = cast<VectorType>(level.items[0].getType()).getNumElements();
  SmallVector<unsigned> threadBitsOfWarp;
  for (unsigned bit : level.bits)
    threadBitsOfWarp.push_back(5 + bit);
  auto parts = gatherWarps(op, level.items, level.remaining, threadBitsOfWarp);
  Value mine = packThreadBits(threadBitsOfWarp);
  SmallVector<Value> before = neutralVectors(op, length), sum;
  for (size_t p = 0; p < parts[0].size(); ++p) {
    SmallVector<Value> part;
    for (const SmallVector<Value> &ofOperand : parts)
      part.push_back(ofOperand[p]);
    if (p) {
      Value beyond = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::uge, mine, constantIndex(p));
      before = selectVectors(beyond, sum, before, loc);
    }
    sum = p ? combine(body, sum, part) : part;
  }
  level.before = {before};
  level.totals = sum;
}

/// The places along `dim` that each holder's bits move, lowest first; fails if
/// they are not one power of two each.
static LogicalResult
placesAlong(ktile::ScanOp op, const LinearLayout &layout,
            SmallVectorImpl<std::tuple<int64_t, Holder, unsigned>> &places) {
  for (const LinearLayout::Basis &basis : layout.bases(Holder::Block))
    if (basis[op.getDim()])
      return op.emitError(
          "the blocks of a cluster share the scanned dimension");
  for (Holder holder : {Holder::Register, Holder::Lane, Holder::Warp})
    for (auto [bit, basis] : llvm::enumerate(layout.bases(holder))) {
      int64_t along = basis[op.getDim()];
      bool only = llvm::count_if(basis, [](int64_t m) { return m != 0; }) == 1;
      if (along && (!only || !llvm::isPowerOf2_64(along)))
        return op.emitError("layout mixes the scanned dimension with another");
      if (along)
        places.push_back({along, holder, unsigned(bit)});
    }
  llvm::sort(places);
  return success();
}

/// Sums of ever larger groups. Bits that were summed replicate. Returns what is
/// left at the end: the totals.
SmallVector<Value> Distributor::scanUpwards(ktile::ScanOp op,
                                            const LinearLayout &layout,
                                            MutableArrayRef<ScanLevel> levels) {
  SmallVector<unsigned> alive = llvm::to_vector(
      llvm::seq<unsigned>(0, layout.bases(Holder::Register).size()));
  SmallVector<Value> items = mapped(op.getOperands());
  LinearLayout remaining = layout;
  for (ScanLevel &level : levels) {
    level.alive = alive;
    level.items = items;
    LinearLayout next(layout.getRank());
    SmallVector<unsigned> above = level.aliveAbove();
    for (unsigned bit : above)
      next.append(Holder::Register, layout.bases(Holder::Register)[bit]);
    for (Holder holder : {Holder::Lane, Holder::Warp})
      for (auto [bit, basis] : llvm::enumerate(remaining.bases(holder)))
        if (holder == level.holder && llvm::is_contained(level.bits, bit))
          next.appendZero(holder);
        else
          next.append(holder, basis);
    remaining = level.remaining = next;
    if (level.holder == Holder::Register)
      scanRegisters(op, level);
    else if (level.holder == Holder::Lane)
      scanLanes(op, level);
    else
      scanWarps(op, level);
    alive = above;
    items = level.totals;
  }
  return items;
}

/// What lies before each of the items at place `i` of their groups on a level,
/// given what lies `before` each group (empty: nothing); on the lowest level
/// up to and with the items themselves.
SmallVector<Value> Distributor::prefixOf(ktile::ScanOp op,
                                         const ScanLevel &level, int64_t i,
                                         bool lowest, ArrayRef<Value> before) {
  Block &body = op.getCombiner().front();
  auto after = [&](ArrayRef<Value> inGroup) -> SmallVector<Value> {
    return before.empty() ? SmallVector<Value>(inGroup)
                          : combine(body, before, inGroup);
  };
  if (level.holder != Holder::Register) {
    SmallVector<Value> prefix = after(level.before[0]);
    return lowest ? combine(body, prefix, level.items) : prefix;
  }
  if (lowest)
    return after(size_t(i) < level.before.size() ? level.before[i]
                                                 : level.totals);
  if (i)
    return after(level.before[i - 1]);
  return before.empty() ? neutralVectors(op, level.slice(0).size())
                        : SmallVector<Value>(before);
}

/// What lies before each item of a level, in the order of registers.
SmallVector<Value> Distributor::scanDownwards(ktile::ScanOp op,
                                              const ScanLevel &level,
                                              bool lowest,
                                              ArrayRef<Value> before) {
  int64_t count =
      level.holder == Holder::Register ? int64_t(1) << level.bits.size() : 1;
  SmallVector<SmallVector<Value>> slices;
  SmallVector<int64_t> order(int64_t(1) << level.alive.size());
  int64_t position = 0;
  for (int64_t i = 0; i < count; ++i) {
    slices.push_back(prefixOf(op, level, i, lowest, before));
    for (int64_t reg : level.slice(i))
      order[reg] = position++;
  }
  SmallVector<Value> result;
  for (size_t n = 0; n < op.getOperands().size(); ++n) {
    SmallVector<Value> parts;
    for (const SmallVector<Value> &slice : slices)
      parts.push_back(slice[n]);
    result.push_back(pick(concat(parts, op.getLoc()), order, op.getLoc()));
  }
  return result;
}

LogicalResult Distributor::distributeScan(ktile::ScanOp op) {
  LinearLayout layout = layoutOf(op.getOperands()[0]);
  SmallVector<std::tuple<int64_t, Holder, unsigned>> places;
  if (failed(placesAlong(op, layout, places)))
    return failure();
  std::vector<ScanLevel> levels;
  for (auto [mask, holder, bit] : places) {
    if (levels.empty() || levels.back().holder != holder)
      levels.emplace_back().holder = holder;
    levels.back().bits.push_back(bit);
  }
  SmallVector<Value> totals = scanUpwards(op, layout, levels), before;
  for (ScanLevel &level : llvm::reverse(levels))
    before = scanDownwards(op, level, &level == &levels.front(), before);
  // A dimension of one element has no levels.
  values.map(op.getRunning(), levels.empty() ? totals : before);
  values.map(op.getTotals(), totals);
  return success();
}
