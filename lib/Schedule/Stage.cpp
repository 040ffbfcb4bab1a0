//===- Stage.cpp - Staging through shared memory ----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Operands of products go to shared memory: once where they are known outside
// of the loop, together where they are known before the first product of a
// block of code. For `fma` the left one lies as K x M, the right one as K x N.
// For `mma`, 16-bit elements lie as they do in global memory, so that both
// sides move 16 bytes at a time; kgpu.load_matrix transposes where that is
// needed. A left operand that is computed from another product stays in
// registers there.
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Stage.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Schedule/Layouts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Elements of 16 bits that a row has more than it needs (16 bytes): eight rows
/// that lie so far apart fall into different banks.
static constexpr int64_t rowPadding = 8;

namespace {
class Stager {
public:
  Stager(gpu::GPUFuncOp func, bool mma) : func(func), mma(mma) {}
  FailureOr<unsigned> run();

private:
  struct Buffer {
    Value memref;
    bool transposed;
  };
  LogicalResult check(ktile::DotOp dot);
  void joinSum(ktile::DotOp dot);
  /// Sets the attributes of the unit and gives the left operand in its type.
  Value prepareMma(ktile::DotOp dot);
  void stageBlock(ArrayRef<ktile::DotOp> dots);
  Buffer allocate(Value tile, bool left);
  void fill(OpBuilder &builder, Value tile, Buffer buffer);
  /// A buffer that holds `tile`; what can be filled before `first` is listed in
  /// `early` instead of being filled at once.
  Buffer place(Value tile, bool left, ktile::DotOp dot, ktile::DotOp first,
               SmallVectorImpl<std::pair<Value, Buffer>> &early);

  gpu::GPUFuncOp func;
  bool mma;
  llvm::MapVector<Value, Buffer> buffers;
};
} // namespace

static RankedTensorType tileOf(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static bool isHalf(Type type) { return type.isF16() || type.isBF16(); }

/// What `value` is computed from inside of `block`, in program order; nothing
/// if more than loads and pure operations takes part.
static std::optional<SmallVector<Operation *>> sliceIn(Block *block,
                                                       Value value) {
  llvm::SetVector<Operation *> slice;
  SmallVector<Value> pending = {value};
  while (!pending.empty()) {
    Operation *op = pending.pop_back_val().getDefiningOp();
    if (!op || op->getBlock() != block || !slice.insert(op))
      continue;
    if (isa<ktile::DotOp>(op) || (!isPure(op) && !isa<ktile::LoadOp>(op)))
      return std::nullopt;
    llvm::append_range(pending, op->getOperands());
  }
  SmallVector<Operation *> ordered = slice.takeVector();
  llvm::sort(ordered,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  return ordered;
}

/// Whether `value` comes from a product by element-wise operations.
static bool comesFromProduct(Value value) {
  SmallVector<Value> pending = {value};
  DenseSet<Value> seen;
  while (!pending.empty()) {
    Value next = pending.pop_back_val();
    Operation *op = next.getDefiningOp();
    if (!op || !seen.insert(next).second)
      continue;
    if (isa<ktile::DotOp>(op))
      return true;
    if (OpTrait::hasElementwiseMappableTraits(op))
      llvm::append_range(pending, op->getOperands());
  }
  return false;
}

/// The dimension of a tile along which neighbours are neighbours in memory.
static int64_t fastestDim(Value tile) {
  for (Value value = tile; Operation *op = value.getDefiningOp();) {
    if (auto load = dyn_cast<ktile::LoadOp>(op)) {
      SmallVector<int64_t> order =
          accessShape(load.getSource().getType(), load.getMap(),
                      load.getSymbols(), tileOf(value).getShape())
              .order;
      return order.front();
    }
    if (!OpTrait::hasElementwiseMappableTraits(op) || !op->getNumOperands())
      break;
    value = op->getOperand(isa<arith::SelectOp>(op) ? 1 : 0);
    if (!isa<RankedTensorType>(value.getType()))
      break;
  }
  return 1;
}

LogicalResult Stager::check(ktile::DotOp dot) {
  Type left = getElementTypeOrSelf(dot.getA().getType());
  Type right = getElementTypeOrSelf(dot.getB().getType());
  Type sum = getElementTypeOrSelf(dot.getResult().getType());
  bool narrowed = left.isF32() && isHalf(right) && dot.getAWeights();
  if (!isHalf(right) || (left != right && !narrowed) || !sum.isF32())
    return dot.emitError("'mma' multiplies f16 or bf16 with sums in f32, found "
                         "factors of ")
           << left << " and " << right << " with sums of " << sum;
  ArrayRef<int64_t> shape = tileOf(dot.getResult()).getShape();
  if (shape[0] < mmaRows || shape[1] < mmaColumns || dot.getDepth() % mmaDepth)
    return dot.emitError("tiles for 'mma' must be at least ")
           << mmaRows << "x" << mmaColumns << "x" << mmaDepth << ", found "
           << shape[0] << "x" << shape[1] << "x" << dot.getDepth();
  return success();
}

void Stager::joinSum(ktile::DotOp dot) {
  // The unit sums in its accumulator; it rounds each step's sum anyway.
  auto constant = dot.getAcc().getDefiningOp<arith::ConstantOp>();
  DenseElementsAttr dense;
  if (!constant || !matchPattern(dot.getAcc(), m_Constant(&dense)) ||
      !dense.isSplat() || !dense.getSplatValue<APFloat>().isZero() ||
      !dot->hasOneUse())
    return;
  auto add = dyn_cast<arith::AddFOp>(*dot->user_begin());
  if (!add || add->getBlock() != dot->getBlock())
    return;
  Value sum = add.getLhs() == dot.getResult() ? add.getRhs() : add.getLhs();
  if (Operation *op = sum.getDefiningOp();
      op && op->getBlock() == dot->getBlock() && dot->isBeforeInBlock(op))
    dot->moveBefore(add);
  dot.getAccMutable().assign(sum);
  add.replaceAllUsesWith(dot.getResult());
  add.erase();
}

Stager::Buffer Stager::allocate(Value tile, bool left) {
  auto type = tileOf(tile);
  bool transposed = mma ? fastestDim(tile) == 0 : left;
  SmallVector<int64_t> shape(type.getShape());
  if (transposed)
    std::swap(shape[0], shape[1]);
  if (mma)
    shape[1] += rowPadding;
  OpBuilder top(&func.getBody().front().front());
  Value memref = kgpu::AllocSharedOp::create(
      top, tile.getLoc(),
      MemRefType::get(shape, type.getElementType(), MemRefLayoutAttrInterface(),
                      kgpu::SharedAttr::get(func.getContext(), 0)));
  return {memref, transposed};
}

void Stager::fill(OpBuilder &builder, Value tile, Buffer buffer) {
  MLIRContext *context = func.getContext();
  unsigned order[] = {buffer.transposed ? 1u : 0u, buffer.transposed ? 0u : 1u};
  ktile::StoreOp::create(builder, tile.getLoc(), tile, buffer.memref,
                         AffineMap::getPermutationMap(ArrayRef(order), context),
                         ValueRange{});
}

Stager::Buffer Stager::place(Value tile, bool left, ktile::DotOp dot,
                             ktile::DotOp first,
                             SmallVectorImpl<std::pair<Value, Buffer>> &early) {
  auto known = buffers.find(tile);
  if (known != buffers.end())
    return known->second;
  Buffer buffer = allocate(tile, left);
  buffers.insert({tile, buffer});
  Location loc = tile.getLoc();
  Operation *definition = tile.getDefiningOp();
  if (definition && definition->getBlock() != dot->getBlock()) {
    // Once, where it is known.
    OpBuilder builder(func.getContext());
    builder.setInsertionPointAfter(definition);
    if (definition->getParentOfType<scf::ForOp>())
      gpu::BarrierOp::create(builder, loc);
    fill(builder, tile, buffer);
    gpu::BarrierOp::create(builder, loc);
    return buffer;
  }
  if (auto slice = sliceIn(dot->getBlock(), tile)) {
    for (Operation *op : *slice)
      if (!op->isBeforeInBlock(first))
        op->moveBefore(first);
    early.push_back({tile, buffer});
    return buffer;
  }
  OpBuilder builder(dot);
  if (dot->getParentOfType<scf::ForOp>())
    gpu::BarrierOp::create(builder, loc);
  fill(builder, tile, buffer);
  gpu::BarrierOp::create(builder, loc);
  return buffer;
}

Value Stager::prepareMma(ktile::DotOp dot) {
  OpBuilder builder(dot);
  dot.setKAttr(builder.getI64IntegerAttr(dot.getDepth()));
  dot.setUnitAttr(builder.getStringAttr(ktile::DotOp::mmaUnit));
  Type element = getElementTypeOrSelf(dot.getB().getType());
  Value left = dot.getA();
  if (tileOf(left).getElementType() == element)
    return left;
  return arith::TruncFOp::create(builder, dot.getLoc(),
                                 tileOf(left).clone(element), left);
}

void Stager::stageBlock(ArrayRef<ktile::DotOp> dots) {
  SmallVector<std::pair<Value, Buffer>> early;
  for (ktile::DotOp dot : dots) {
    Value left = mma ? prepareMma(dot) : dot.getA();
    if (!mma || !comesFromProduct(left)) {
      Buffer a = place(left, /*left=*/true, dot, dots.front(), early);
      dot.setATransposed(a.transposed);
      left = a.memref;
    }
    Buffer b = place(dot.getB(), /*left=*/false, dot, dots.front(), early);
    dot.getAMutable().assign(left);
    dot.getBMutable().assign(b.memref);
    dot.setBTransposed(b.transposed);
  }
  if (early.empty())
    return;
  // One pair of barriers for all that is known before the first product.
  ktile::DotOp first = dots.front();
  OpBuilder builder(first);
  Location loc = first.getLoc();
  if (first->getParentOfType<scf::ForOp>())
    gpu::BarrierOp::create(builder, loc);
  for (auto [tile, buffer] : early)
    fill(builder, tile, buffer);
  gpu::BarrierOp::create(builder, loc);
}

FailureOr<unsigned> Stager::run() {
  llvm::MapVector<Block *, SmallVector<ktile::DotOp>> blocks;
  unsigned count = 0;
  WalkResult walked = func.walk([&](ktile::DotOp dot) {
    if (!isa<RankedTensorType>(dot.getA().getType()) ||
        !isa<RankedTensorType>(dot.getB().getType()))
      return WalkResult::advance();
    if (mma && failed(check(dot)))
      return WalkResult::interrupt();
    blocks[dot->getBlock()].push_back(dot);
    ++count;
    return WalkResult::advance();
  });
  if (walked.wasInterrupted())
    return failure();
  for (auto &[block, dots] : blocks) {
    for (ktile::DotOp dot : dots)
      if (mma)
        joinSum(dot);
    stageBlock(dots);
  }
  return count;
}

unsigned schedule::stageProducts(gpu::GPUFuncOp func) {
  return *Stager(func, /*mma=*/false).run();
}

FailureOr<unsigned> schedule::stageForMma(gpu::GPUFuncOp func) {
  return Stager(func, /*mma=*/true).run();
}
