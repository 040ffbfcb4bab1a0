//===- DistributeReduce.cpp - Reductions over what threads hold -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

SmallVector<Value> Distributor::combine(Block &body, ArrayRef<Value> left,
                                        ArrayRef<Value> right) {
  int64_t length = cast<VectorType>(left[0].getType()).getNumElements();
  IRMapping mapping;
  for (size_t i = 0; i < left.size(); ++i) {
    mapping.map(body.getArgument(i), left[i]);
    mapping.map(body.getArgument(left.size() + i), right[i]);
  }
  for (Operation &inner : body.without_terminator()) {
    OperationState state(inner.getLoc(), inner.getName());
    for (Value operand : inner.getOperands())
      state.operands.push_back(mapping.lookup(operand));
    for (Type type : inner.getResultTypes())
      state.types.push_back(VectorType::get(length, type));
    state.addAttributes(inner.getAttrs());
    if (TypedAttr constant; matchPattern(&inner, m_Constant(&constant)))
      state.attributes.set(
          "value",
          DenseElementsAttr::get(cast<ShapedType>(state.types[0]), constant));
    mapping.map(inner.getResults(), builder.create(state)->getResults());
  }
  return llvm::map_to_vector(body.getTerminator()->getOperands(),
                             [&](Value v) { return mapping.lookup(v); });
}

SmallVector<Value> Distributor::reduceRegisterBit(ktile::ReduceOp op,
                                                  ArrayRef<Value> vectors,
                                                  unsigned bit) {
  int64_t length = cast<VectorType>(vectors[0].getType()).getNumElements();
  SmallVector<int64_t> clear, set;
  for (int64_t r = 0; r < length; ++r)
    (r >> bit & 1 ? set : clear).push_back(r);
  SmallVector<Value> left, right;
  for (Value vector : vectors) {
    left.push_back(pick(vector, clear, op.getLoc()));
    right.push_back(pick(vector, set, op.getLoc()));
  }
  return combine(op, left, right);
}

/// What `kgpu.warp_reduce` calls a body that is one commutative operation.
static std::optional<kgpu::CombineKind> kindOf(ktile::ReduceOp op) {
  Block &body = op.getCombiner().front();
  if (op.getOperands().size() != 1 || !llvm::hasNItems(body, 2))
    return std::nullopt;
  using Kind = std::optional<kgpu::CombineKind>;
  return llvm::TypeSwitch<Operation *, Kind>(&body.front())
      .Case<arith::AddFOp, arith::AddIOp>(
          [](auto) { return kgpu::CombineKind::Add; })
      .Case<arith::MulFOp, arith::MulIOp>(
          [](auto) { return kgpu::CombineKind::Mul; })
      .Case<arith::MaximumFOp, arith::MaxSIOp>(
          [](auto) { return kgpu::CombineKind::Max; })
      .Case<arith::MinimumFOp, arith::MinSIOp>(
          [](auto) { return kgpu::CombineKind::Min; })
      .Case([](arith::MaxNumFOp) { return kgpu::CombineKind::MaxNum; })
      .Case([](arith::MinNumFOp) { return kgpu::CombineKind::MinNum; })
      .Case([](arith::MaxUIOp) { return kgpu::CombineKind::MaxU; })
      .Case([](arith::MinUIOp) { return kgpu::CombineKind::MinU; })
      .Case([](arith::AndIOp) { return kgpu::CombineKind::And; })
      .Case([](arith::OrIOp) { return kgpu::CombineKind::Or; })
      .Case([](arith::XOrIOp) { return kgpu::CombineKind::Xor; })
      .Default([](Operation *) { return std::nullopt; });
}

SmallVector<Value> Distributor::fromOtherLanes(ArrayRef<Value> vectors,
                                               unsigned bit, Location loc) {
  SmallVector<Value> other;
  for (Value vector : vectors) {
    SmallVector<Value> elements;
    for (Value element :
         vector::ToElementsOp::create(builder, loc, vector).getElements())
      elements.push_back(gpu::ShuffleOp::create(builder, loc, element,
                                                int32_t(1) << bit, 32,
                                                gpu::ShuffleMode::XOR)
                             .getShuffleResult());
    other.push_back(vector::FromElementsOp::create(
        builder, loc, cast<VectorType>(vector.getType()), elements));
  }
  return other;
}

SmallVector<Value> Distributor::reduceLanes(ktile::ReduceOp op,
                                            ArrayRef<Value> vectors,
                                            ArrayRef<int64_t> laneBits) {
  Location loc = op.getLoc();
  if (std::optional<kgpu::CombineKind> kind = kindOf(op))
    return {kgpu::WarpReduceOp::create(builder, loc, vectors[0].getType(),
                                       *kind, vectors[0], laneBits)};
  SmallVector<Value> current(vectors);
  for (int64_t bit : laneBits) {
    SmallVector<Value> other = fromOtherLanes(current, bit, loc);
    current = combine(op, current, other);
  }
  return current;
}

/// Partial results of one element lie side by side in shared memory, in rows
/// of one for each warp that has a part.
struct Distributor::WarpExchange {
  int64_t registers;
  int64_t groups; ///< of threads with results of their own, rows of a register
  int64_t parts;
  Value group, part; ///< of the thread
  Value writer;      ///< whether it is the first that holds its part; null: all
};

Distributor::WarpExchange Distributor::exchangeOf(const LinearLayout &partial,
                                                  ArrayRef<unsigned> warpBits,
                                                  Location loc) {
  SmallVector<unsigned> groupBits;
  for (unsigned bit = 0; bit < threadBits; ++bit) {
    Holder holder = bit < 5 ? Holder::Lane : Holder::Warp;
    const LinearLayout::Basis &basis =
        partial.bases(holder)[bit < 5 ? bit : bit - 5];
    if (llvm::any_of(basis, [](int64_t m) { return m != 0; }))
      groupBits.push_back(bit);
  }
  WarpExchange exchange;
  exchange.registers = partial.numRegisters();
  exchange.groups = int64_t(1) << groupBits.size();
  exchange.parts = int64_t(1) << warpBits.size();
  exchange.group = packThreadBits(groupBits);
  exchange.part = packThreadBits(warpBits);
  // Of the threads that hold the same partial result (lanes that were combined
  // already, lanes and warps that replicate), the first one writes.
  int64_t same = 0;
  for (unsigned bit = 0; bit < threadBits; ++bit)
    if (!llvm::is_contained(groupBits, bit) &&
        !llvm::is_contained(warpBits, bit))
      same |= int64_t(1) << bit;
  if (same) {
    Value number =
        arith::AndIOp::create(builder, loc, thread, constantIndex(same));
    exchange.writer = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, number, constantIndex(0));
  }
  return exchange;
}

/// Writes a thread's results to a new buffer.
Value Distributor::storePartial(const WarpExchange &exchange, Value vector,
                                Location loc) {
  Value stored = toStorage(vector, loc);
  Value buffer = scratch({exchange.registers * exchange.groups, exchange.parts},
                         getElementTypeOrSelf(stored.getType()), loc);
  for (int64_t r = 0; r < exchange.registers; ++r) {
    Value row = arith::AddIOp::create(builder, loc, exchange.group,
                                      constantIndex(r * exchange.groups));
    Value one = pick(stored, {r}, loc);
    kgpu::StoreOp::create(builder, loc, one, buffer,
                          ValueRange{row, exchange.part}, exchange.writer,
                          Value(), IntegerAttr(), kgpu::CacheHint::Default);
  }
  return buffer;
}

/// Reads the parts of all warps: a vector of all registers for each of them.
SmallVector<Value> Distributor::loadPartials(const WarpExchange &exchange,
                                             Value buffer, Type element,
                                             Location loc) {
  Type stored = cast<MemRefType>(buffer.getType()).getElementType();
  int64_t width = std::min<int64_t>(
      exchange.parts, std::max(1u, 128 / stored.getIntOrFloatBitWidth()));
  SmallVector<Value> pieces;
  for (int64_t r = 0; r < exchange.registers; ++r) {
    Value row = arith::AddIOp::create(builder, loc, exchange.group,
                                      constantIndex(r * exchange.groups));
    for (int64_t p = 0; p < exchange.parts; p += width)
      pieces.push_back(kgpu::LoadOp::create(
          builder, loc, VectorType::get(width, stored), buffer,
          ValueRange{row, constantIndex(p)}, Value(), Value(), TypedAttr(),
          IntegerAttr(), kgpu::CacheHint::Default));
  }
  Value all = fromStorage(concat(pieces, loc), element, loc);
  SmallVector<Value> ofWarp;
  for (int64_t p = 0; p < exchange.parts; ++p) {
    SmallVector<int64_t> places;
    for (int64_t r = 0; r < exchange.registers; ++r)
      places.push_back(r * exchange.parts + p);
    ofWarp.push_back(pick(all, places, loc));
  }
  return ofWarp;
}

SmallVector<SmallVector<Value>>
Distributor::gatherWarps(Operation *op, ArrayRef<Value> vectors,
                         const LinearLayout &partial,
                         ArrayRef<unsigned> warpBits) {
  Location loc = op->getLoc();
  WarpExchange exchange = exchangeOf(partial, warpBits, loc);
  barrierBeforeReuse(op);
  SmallVector<Value> buffers;
  for (Value vector : vectors)
    buffers.push_back(storePartial(exchange, vector, loc));
  barrier(loc);
  SmallVector<SmallVector<Value>> gathered;
  for (auto [vector, buffer] : llvm::zip(vectors, buffers))
    gathered.push_back(loadPartials(
        exchange, buffer, getElementTypeOrSelf(vector.getType()), loc));
  return gathered;
}

SmallVector<Value> Distributor::reduceWarps(ktile::ReduceOp op,
                                            ArrayRef<Value> vectors,
                                            const LinearLayout &partial,
                                            ArrayRef<unsigned> warpBits) {
  auto gathered = gatherWarps(op, vectors, partial, warpBits);
  // Neighbours first: a tree.
  for (size_t count = gathered[0].size(); count > 1; count /= 2)
    for (size_t p = 0; p < count / 2; ++p) {
      SmallVector<Value> left, right;
      for (SmallVector<Value> &parts : gathered) {
        left.push_back(parts[2 * p]);
        right.push_back(parts[2 * p + 1]);
      }
      for (auto [parts, value] : llvm::zip(gathered, combine(op, left, right)))
        parts[p] = value;
    }
  return llvm::map_to_vector(
      gathered, [](const SmallVector<Value> &parts) { return parts[0]; });
}

LogicalResult Distributor::distributeReduce(ktile::ReduceOp op) {
  LinearLayout layout = layoutOf(op.getOperands()[0]);
  unsigned dim = op.getDim();
  SmallVector<Value> vectors = mapped(op.getOperands());
  auto along = [&](const LinearLayout::Basis &basis) {
    return basis[dim] != 0;
  };
  auto alongOnly = [&](const LinearLayout::Basis &basis) {
    for (auto [d, mask] : llvm::enumerate(basis))
      if (d != dim && mask)
        return false;
    return true;
  };
  for (Holder holder : ktile::allHolders)
    for (const LinearLayout::Basis &basis : layout.bases(holder))
      if (along(basis) && !alongOnly(basis))
        return op.emitError("layout mixes the reduced dimension with another");

  ArrayRef<LinearLayout::Basis> registers = layout.bases(Holder::Register);
  for (int64_t bit = registers.size() - 1; bit >= 0; --bit)
    if (along(registers[bit]))
      vectors = reduceRegisterBit(op, vectors, bit);
  SmallVector<int64_t> laneBits;
  for (int64_t bit = 4; bit >= 0; --bit)
    if (along(layout.bases(Holder::Lane)[bit]))
      laneBits.push_back(bit);
  if (!laneBits.empty())
    vectors = reduceLanes(op, vectors, laneBits);
  SmallVector<unsigned> warpBits;
  for (auto [bit, basis] : llvm::enumerate(layout.bases(Holder::Warp)))
    if (along(basis))
      warpBits.push_back(5 + bit);
  SmallVector<int64_t> kept;
  for (unsigned d = 0; d < layout.getRank(); ++d)
    if (d != dim)
      kept.push_back(d);
  if (!warpBits.empty())
    vectors = reduceWarps(op, vectors, layout.project(kept), warpBits);
  SmallVector<unsigned> blockBits;
  for (auto [bit, basis] : llvm::enumerate(layout.bases(Holder::Block)))
    if (along(basis))
      blockBits.push_back(bit);
  if (!blockBits.empty())
    vectors = reduceBlocks(op, vectors, layout.project(kept), blockBits);
  values.map(op.getResults(), vectors);
  return success();
}
