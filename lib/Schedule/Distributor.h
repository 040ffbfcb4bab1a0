//===- Distributor.h - State of the distribution to threads -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SCHEDULE_DISTRIBUTOR_H
#define KERNEL_OPT_LIB_SCHEDULE_DISTRIBUTOR_H

#include "kernel-opt/Dialect/KTile/KTileOps.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include <map>

namespace kernel_opt::schedule {
using namespace mlir;

class Distributor {
public:
  explicit Distributor(gpu::GPUFuncOp source);
  FailureOr<gpu::GPUFuncOp> run();

private:
  /// One memory access of a tile, as its threads see it.
  struct Access {
    Value memref;
    AffineMap map;
    SmallVector<Value> symbols; ///< in the target
    SmallVector<Value> sourceSymbols;
    ktile::LinearLayout layout;
    SmallVector<int64_t> shape;
    int64_t vector;                          ///< registers of one access
    std::map<unsigned, Value> linearIndices; ///< per map result, registers at 0
  };
  /// Where and under which condition one access goes.
  struct Place {
    SmallVector<Value> indices;
    Value predicate; ///< null: always
    Value valid;     ///< null: all elements
  };

  LogicalResult distributeBlock(Block &block);
  LogicalResult distributeOp(Operation *op);
  LogicalResult distributeElementwise(Operation *op);
  LogicalResult distributeLoad(ktile::LoadOp op);
  LogicalResult distributeStore(ktile::StoreOp op);
  LogicalResult distributeCopy(ktile::CopyOp op);
  LogicalResult distributeIndex(ktile::IndexOp op);
  LogicalResult distributeInBounds(ktile::InBoundsOp op);
  LogicalResult distributeView(ktile::ViewOp op);
  LogicalResult distributeConvert(ktile::ConvertOp op);
  LogicalResult distributeReduce(ktile::ReduceOp op);
  LogicalResult distributeScan(ktile::ScanOp op);
  LogicalResult distributeDot(ktile::DotOp op);
  LogicalResult distributeMma(ktile::DotOp op);
  LogicalResult distributeFor(scf::ForOp op);
  LogicalResult distributeIf(scf::IfOp op);
  LogicalResult distributeFromRegisters(ktile::FromRegistersOp op);
  LogicalResult distributeToRegisters(ktile::ToRegistersOp op);
  LogicalResult distributeStoreMatrix(ktile::StoreMatrixOp op);
  LogicalResult distributeStorePanels(ktile::StorePanelsOp op);
  LogicalResult distributeApply(affine::AffineApplyOp op);

  static ktile::LinearLayout layoutOf(Value tile);
  static RankedTensorType tileOf(Value tile) {
    return cast<RankedTensorType>(tile.getType());
  }
  Type convertType(Type type);
  Value constantIndex(int64_t value);
  SmallVector<Value> mapped(ValueRange values);

  /// Coordinate along `dim` of the thread's register 0.
  Value threadCoordinate(const ktile::LinearLayout &layout, unsigned dim);
  /// True in one of the threads (of the cluster, or of each block) that hold
  /// the same elements; null if all differ.
  Value firstHolder(const ktile::LinearLayout &layout, bool ofEachBlock);
  /// Packs those bits of the thread number that `wanted` selects.
  Value packThreadBits(ArrayRef<unsigned> wanted);

  Access makeAccess(Value memref, AffineMap map, ValueRange symbols,
                    const ktile::LinearLayout &layout, ArrayRef<int64_t> shape);
  Place placeOf(Access &access, int64_t reg, Location loc);
  Value indexOf(Access &access, unsigned result, ArrayRef<int64_t> offsets,
                Location loc);
  Value expand(AffineExpr expr, const Access &access, ArrayRef<Value> dims,
               Location loc);
  void storeRegisters(Access &access, Value registers, Value holder,
                      Location loc);
  Value loadRegisters(Access &access, TypedAttr padding, Type element,
                      Location loc);

  /// One kgpu.load_matrix of `length` elements a lane, `row` and `column` away
  /// from the first one; `swapped` says that the buffer holds columns as rows.
  Value loadFragments(Value buffer, ValueRange leading,
                      const ktile::LinearLayout &addresses, int64_t row,
                      int64_t column, bool swapped, bool transpose,
                      int64_t length, Location loc);
  /// Fragments of an operand of kgpu.mma at `step` along K.
  SmallVector<Value> leftFragments(ktile::DotOp op,
                                   const ktile::LinearLayout &accumulator,
                                   ArrayRef<int64_t> rows, int64_t step);
  SmallVector<Value> rightFragments(ktile::DotOp op,
                                    const ktile::LinearLayout &accumulator,
                                    ArrayRef<int64_t> columns, int64_t step);

  Value pick(Value vector, ArrayRef<int64_t> registers, Location loc);
  Value concat(ArrayRef<Value> parts, Location loc);
  /// Repeats the combiner on vectors.
  SmallVector<Value> combine(Block &body, ArrayRef<Value> left,
                             ArrayRef<Value> right);
  SmallVector<Value> combine(ktile::ReduceOp op, ArrayRef<Value> left,
                             ArrayRef<Value> right) {
    return combine(op.getCombiner().front(), left, right);
  }
  /// What the lanes hold whose numbers differ in `bit`.
  SmallVector<Value> fromOtherLanes(ArrayRef<Value> vectors, unsigned bit,
                                    Location loc);
  /// Combines registers whose numbers differ in `bit`, which disappears.
  SmallVector<Value> reduceRegisterBit(ktile::ReduceOp op,
                                       ArrayRef<Value> vectors, unsigned bit);
  SmallVector<Value> reduceLanes(ktile::ReduceOp op, ArrayRef<Value> vectors,
                                 ArrayRef<int64_t> laneBits);
  SmallVector<Value> reduceWarps(ktile::ReduceOp op, ArrayRef<Value> vectors,
                                 const ktile::LinearLayout &partial,
                                 ArrayRef<unsigned> warpBits);
  /// Combines what the blocks of a cluster hold that differ in `blockBits`.
  SmallVector<Value> reduceBlocks(ktile::ReduceOp op, ArrayRef<Value> vectors,
                                  const ktile::LinearLayout &partial,
                                  ArrayRef<unsigned> blockBits);
  /// The partial results of warps that differ in `warpBits`, of each register,
  /// after all of them were brought to shared memory: [vector][warp]. `partial`
  /// is the layout of what remains when they are combined.
  SmallVector<SmallVector<Value>>
  gatherWarps(Operation *op, ArrayRef<Value> vectors,
              const ktile::LinearLayout &partial, ArrayRef<unsigned> warpBits);
  struct WarpExchange;
  WarpExchange exchangeOf(const ktile::LinearLayout &partial,
                          ArrayRef<unsigned> warpBits, Location loc);
  Value storePartial(const WarpExchange &exchange, Value vector, Location loc);
  SmallVector<Value> loadPartials(const WarpExchange &exchange, Value buffer,
                                  Type element, Location loc);

  // Products by scalar fused multiply-add.
  struct PatchSide;
  SmallVector<Value> loadPatchSide(const PatchSide &side, Value step,
                                   Type element, Location loc);
  /// Adds `count` steps along K, from `first` on, to a vector of sums.
  Value multiplyPatch(const PatchSide &rows, const PatchSide &columns,
                      Value first, int64_t count, Value acc, Location loc);

  // Scans (DistributeScan.cpp).
  struct ScanLevel;
  void scanRegisters(ktile::ScanOp op, ScanLevel &level);
  void scanLanes(ktile::ScanOp op, ScanLevel &level);
  void scanWarps(ktile::ScanOp op, ScanLevel &level);
  SmallVector<Value> scanUpwards(ktile::ScanOp op,
                                 const ktile::LinearLayout &layout,
                                 MutableArrayRef<ScanLevel> levels);
  SmallVector<Value> scanDownwards(ktile::ScanOp op, const ScanLevel &level,
                                   bool lowest, ArrayRef<Value> before);
  SmallVector<Value> prefixOf(ktile::ScanOp op, const ScanLevel &level,
                              int64_t i, bool lowest, ArrayRef<Value> before);
  SmallVector<Value> neutralVectors(ktile::ScanOp op, int64_t length);
  SmallVector<Value> selectVectors(Value condition, ArrayRef<Value> then,
                                   ArrayRef<Value> otherwise, Location loc);

  /// The number that the fields of `number` (of `bits` bits) moved to the
  /// places that the masks say give: one mask for each bit, zero to drop it.
  /// Null if all are dropped.
  Value moveBits(Value number, unsigned bits, ArrayRef<int64_t> masks);

  /// A buffer in shared memory; `op` will write and then read it.
  Value scratch(ArrayRef<int64_t> shape, Type element, Location loc);
  void barrierBeforeReuse(Operation *op);
  /// Among all threads that hold tiles.
  void barrier(Location loc);
  /// Registers as memory can hold them, which knows neither truth values nor
  /// indices, and back.
  Value toStorage(Value vector, Location loc);
  Value fromStorage(Value vector, Type element, Location loc);

  gpu::GPUFuncOp source, target;
  OpBuilder builder;
  IRMapping values;
  Value thread; ///< number of the thread in its block
  Value rank;   ///< of the block in its cluster; null without clusters
  unsigned threadBits = 0;
  int64_t roleThreads = 0; ///< of the role whose branch this is; 0: no roles
  unsigned rankBits = 0;
  /// The last read of another block's shared memory.
  Operation *lastPeerRead = nullptr;
  Operation *prologueEnd = nullptr;
  std::map<std::pair<std::vector<int64_t>, unsigned>, Value> coordinates;
};

} // namespace kernel_opt::schedule

#endif // KERNEL_OPT_LIB_SCHEDULE_DISTRIBUTOR_H
