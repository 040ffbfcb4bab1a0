//===- DistributeCluster.cpp - What the blocks of a cluster combine -------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::LinearLayout;

/// Spreads the bits of `value` over the places `bits`.
static int64_t deposit(int64_t value, ArrayRef<unsigned> bits) {
  int64_t result = 0;
  for (auto [i, bit] : llvm::enumerate(bits))
    result |= (value >> i & 1) << bit;
  return result;
}

SmallVector<Value> Distributor::reduceBlocks(ktile::ReduceOp op,
                                             ArrayRef<Value> vectors,
                                             const LinearLayout &partial,
                                             ArrayRef<unsigned> blockBits) {
  Location loc = op.getLoc();
  // In its own shared memory each block leaves what it came to: the registers
  // of a thread side by side, one row for each thread that holds others.
  SmallVector<unsigned> groupBits;
  for (unsigned bit = 0; bit < threadBits; ++bit) {
    ktile::Holder holder = bit < 5 ? ktile::Holder::Lane : ktile::Holder::Warp;
    if (llvm::any_of(partial.bases(holder)[bit < 5 ? bit : bit - 5],
                     [](int64_t mask) { return mask != 0; }))
      groupBits.push_back(bit);
  }
  Value group = packThreadBits(groupBits);
  Value writer = firstHolder(partial, /*ofEachBlock=*/true);
  int64_t registers = partial.numRegisters();
  if (op->getParentOfType<scf::ForOp>())
    // The last round's readers, in all blocks, must be done.
    kgpu::ClusterBarrierOp::create(builder, loc, UnitAttr(), UnitAttr());
  SmallVector<Value> buffers;
  for (Value result : vectors) {
    Value stored = toStorage(result, loc);
    Type element = getElementTypeOrSelf(stored.getType());
    Value buffer =
        scratch({int64_t(1) << groupBits.size(), registers}, element, loc);
    buffers.push_back(buffer);
    for (int64_t r = 0; r < registers; ++r)
      kgpu::StoreOp::create(builder, loc, pick(stored, {r}, loc), buffer,
                            ValueRange{group, constantIndex(r)}, writer,
                            Value(), IntegerAttr(), kgpu::CacheHint::Default);
  }
  kgpu::ClusterBarrierOp::create(builder, loc, UnitAttr(), UnitAttr());

  // Everyone reads everyone's, in one order, so that all come to the same.
  int64_t combined = deposit(-1, blockBits);
  SmallVector<int64_t> others;
  for (unsigned bit = 0; bit < rankBits; ++bit)
    others.push_back(~combined & (int64_t(1) << bit));
  Value base = moveBits(rank, rankBits, others);
  SmallVector<SmallVector<Value>> gathered; // [peer][vector]
  for (int64_t p = 0, e = int64_t(1) << blockBits.size(); p < e; ++p) {
    Value peer = constantIndex(deposit(p, blockBits));
    if (base)
      peer = arith::AddIOp::create(builder, loc, base, peer);
    SmallVector<Value> &ofPeer = gathered.emplace_back();
    for (auto [vector, buffer] : llvm::zip(vectors, buffers)) {
      auto type = cast<MemRefType>(buffer.getType());
      Value there = kgpu::ClusterSharedOp::create(builder, loc, buffer, peer);
      SmallVector<Value> parts;
      for (int64_t r = 0; r < registers; ++r)
        parts.push_back(kgpu::LoadOp::create(
            builder, loc, VectorType::get(1, type.getElementType()), there,
            ValueRange{group, constantIndex(r)}, Value(), Value(), TypedAttr(),
            IntegerAttr(), kgpu::CacheHint::Default));
      lastPeerRead = parts.back().getDefiningOp();
      ofPeer.push_back(fromStorage(
          concat(parts, loc), getElementTypeOrSelf(vector.getType()), loc));
    }
  }
  // Neighbours first: a tree.
  for (size_t count = gathered.size(); count > 1; count /= 2)
    for (size_t p = 0; p < count / 2; ++p)
      gathered[p] = combine(op, gathered[2 * p], gathered[2 * p + 1]);
  return gathered[0];
}
