//===- DistributeThreads.cpp - Which elements a thread holds ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <numeric>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

Value Distributor::packThreadBits(ArrayRef<unsigned> wanted) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(prologueEnd);
  Location loc = source.getLoc();
  Value packed;
  for (size_t i = 0; i < wanted.size();) {
    size_t run = 1;
    while (i + run < wanted.size() && wanted[i + run] == wanted[i] + run)
      ++run;
    Value part = thread;
    if (wanted[i])
      part = arith::DivUIOp::create(builder, loc, part,
                                    constantIndex(int64_t(1) << wanted[i]));
    if (wanted[i] + run < threadBits)
      part = arith::RemUIOp::create(builder, loc, part,
                                    constantIndex(int64_t(1) << run));
    if (i)
      part = arith::MulIOp::create(builder, loc, part,
                                   constantIndex(int64_t(1) << i));
    packed = packed
                 ? arith::AddIOp::create(builder, loc, packed, part).getResult()
                 : part;
    i += run;
  }
  return packed ? packed : constantIndex(0);
}

Value Distributor::moveBits(Value number, unsigned bits,
                            ArrayRef<int64_t> masks) {
  Location loc = source.getLoc();
  Value sum;
  int64_t seen = 0;
  for (size_t bit = 0; bit < masks.size();) {
    if (!masks[bit]) {
      ++bit;
      continue;
    }
    // A run of bits that move consecutive powers of two is one field.
    size_t run = 1;
    while (bit + run < masks.size() && masks[bit + run] == masks[bit] << run)
      ++run;
    Value part = number;
    if (bit)
      part = arith::DivUIOp::create(builder, loc, part,
                                    constantIndex(int64_t(1) << bit));
    if (bit + run < bits)
      part = arith::RemUIOp::create(builder, loc, part,
                                    constantIndex(int64_t(1) << run));
    if (masks[bit] != 1)
      part =
          arith::MulIOp::create(builder, loc, part, constantIndex(masks[bit]));
    int64_t moved = masks[bit] * ((int64_t(1) << run) - 1);
    if (!sum)
      sum = part;
    else if (seen & moved)
      sum = arith::XOrIOp::create(builder, loc, sum, part);
    else
      sum = arith::AddIOp::create(builder, loc, sum, part);
    seen |= moved;
    bit += run;
  }
  return sum;
}

Value Distributor::threadCoordinate(const LinearLayout &layout, unsigned dim) {
  std::vector<int64_t> masks, blockMasks;
  for (Holder holder : {Holder::Lane, Holder::Warp})
    for (const LinearLayout::Basis &basis : layout.bases(holder))
      masks.push_back(basis[dim]);
  for (const LinearLayout::Basis &basis : layout.bases(Holder::Block))
    blockMasks.push_back(basis[dim]);
  std::vector<int64_t> key = masks;
  llvm::append_range(key, blockMasks);
  auto [entry, isNew] = coordinates.insert({{key, 0}, Value()});
  if (!isNew)
    return entry->second;

  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(prologueEnd);
  Location loc = source.getLoc();
  Value inBlock = moveBits(thread, threadBits, masks);
  Value ofBlock = rank ? moveBits(rank, rankBits, blockMasks) : Value();
  auto all = [](ArrayRef<int64_t> parts) {
    return std::accumulate(parts.begin(), parts.end(), int64_t(0),
                           std::bit_or<>());
  };
  if (inBlock && ofBlock && (all(masks) & all(blockMasks)))
    entry->second = arith::XOrIOp::create(builder, loc, inBlock, ofBlock);
  else if (inBlock && ofBlock)
    entry->second = arith::AddIOp::create(builder, loc, inBlock, ofBlock);
  else
    entry->second = inBlock ? inBlock : ofBlock ? ofBlock : constantIndex(0);
  return entry->second;
}

Value Distributor::firstHolder(const LinearLayout &layout, bool ofEachBlock) {
  int64_t mask = 0, blockMask = 0;
  auto zeros = [](ArrayRef<LinearLayout::Basis> bases, unsigned first) {
    int64_t found = 0;
    for (auto [bit, basis] : llvm::enumerate(bases))
      if (llvm::all_of(basis, [](int64_t m) { return m == 0; }))
        found |= int64_t(1) << (first + bit);
    return found;
  };
  mask = zeros(layout.bases(Holder::Lane), 0) |
         zeros(layout.bases(Holder::Warp), layout.bases(Holder::Lane).size());
  if (!ofEachBlock)
    blockMask = zeros(layout.bases(Holder::Block), 0);
  if (!mask && !blockMask)
    return {};
  auto [entry, isNew] = coordinates.insert({{{mask, blockMask}, 1}, Value()});
  if (!isNew)
    return entry->second;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(prologueEnd);
  Location loc = source.getLoc();
  auto isFirst = [&](Value number, int64_t among, unsigned bits) -> Value {
    if (!among)
      return {};
    if (among != (int64_t(1) << bits) - 1)
      number =
          arith::AndIOp::create(builder, loc, number, constantIndex(among));
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, number,
                                 constantIndex(0));
  };
  Value first = isFirst(thread, mask, threadBits);
  Value firstBlock = isFirst(rank, blockMask, rankBits);
  if (first && firstBlock)
    entry->second = arith::AndIOp::create(builder, loc, first, firstBlock);
  else
    entry->second = first ? first : firstBlock;
  return entry->second;
}
