//===- Evaluator.h - State of the reference evaluator ------*- C++ -*- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_REFERENCE_EVALUATOR_H
#define KERNEL_OPT_LIB_VERIFY_REFERENCE_EVALUATOR_H

#include "Boxes.h"
#include "Scalar.h"
#include "kernel-opt/Verify/Reference.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include <deque>
#include <map>

namespace kernel_opt::verify {

using mlir::BlockArgument;

/// Points per column: large enough to pay for dispatch, small enough for the
/// caches.
constexpr int64_t columnPoints = 4096;

using TilePtr = std::shared_ptr<const Tile>;

/// Tiles of one tensor, by where they begin in row-major order.
class TileIndex {
public:
  using Position = std::multimap<int64_t, TilePtr>::iterator;

  explicit TileIndex(ArrayRef<int64_t> shape);
  /// A tile that contains the box; null if there is none.
  TilePtr find(const Box &box) const;
  Position insert(TilePtr tile);
  void erase(Position position) { tiles.erase(position); }

private:
  /// First element of a box, and the distance to its last one.
  std::pair<int64_t, int64_t> spanOf(const Box &box) const;

  SmallVector<int64_t> strides;
  std::multimap<int64_t, TilePtr> tiles;
  int64_t longest = 0; ///< distance in any tile
};

class Evaluator {
public:
  Evaluator(Block &block, Domain &domain, ArrayRef<SmallVector<int64_t>> shapes,
            ReferenceOptions options)
      : block(block), domain(domain), shapes(shapes), options(options) {}

  Block &getBlock() { return block; }
  void setInputs(InputSource *source) { inputs = source; }
  void reset();

  /// A tile that contains the box of a tensor, or the value of a scalar.
  FailureOr<TilePtr> request(Value value, const Box &box);
  /// The values of a box, in its order.
  FailureOr<Column> requestColumn(Value value, const Box &box);
  FailureOr<SmallVector<int64_t>> getShape(Value value);
  /// The value of a scalar integer.
  FailureOr<int64_t> getInteger(Value value);
  FailureOr<int64_t> getInteger(OpFoldResult value);

private:
  struct Payload;
  struct Structured;
  class Contraction;

  /// Fails, without a report, if that is more work than is left.
  LogicalResult spend(uint64_t steps);
  FailureOr<Tile> compute(Value value, const Box &box);
  FailureOr<Tile> computeArgument(BlockArgument argument, const Box &box);
  FailureOr<Tile> computeConstant(Operation *op, const Box &box);
  FailureOr<Tile> computeElementwise(Operation *op, const Box &box);
  FailureOr<SmallVector<int64_t>> inferShape(Value value);
  FailureOr<SmallVector<int64_t>> shapeOfSlice(tensor::ExtractSliceOp op);
  FailureOr<SmallVector<int64_t>> shapeOfPad(tensor::PadOp op);
  FailureOr<SmallVector<int64_t>> shapeOfConcat(tensor::ConcatOp op);
  /// Of an operation whose last operands are the sizes that its type lacks.
  FailureOr<SmallVector<int64_t>> shapeOfMade(Operation *op);
  FailureOr<SmallVector<int64_t>> resolve(ArrayRef<OpFoldResult> sizes);

  // Moving data (TensorOps.cpp).
  FailureOr<Tile> computeTensorOp(Operation *op, const Box &box);
  FailureOr<Tile> computeExtractSlice(tensor::ExtractSliceOp op,
                                      const Box &box);
  FailureOr<Tile> computeInsertSlice(tensor::InsertSliceOp op, const Box &box);
  FailureOr<Tile> computePad(tensor::PadOp op, const Box &box);
  FailureOr<Tile> computeReshape(Value source, const Box &box, Value result);
  FailureOr<Tile> computeConcat(tensor::ConcatOp op, const Box &box);
  FailureOr<Tile> computeGenerate(tensor::GenerateOp op, const Box &box);
  FailureOr<Tile> computeFromElements(tensor::FromElementsOp op,
                                      const Box &box);
  FailureOr<Tile> computeSplat(tensor::SplatOp op, const Box &box);
  FailureOr<Tile> computeExtract(tensor::ExtractOp op);
  /// The body of a region whose arguments are the indices of a result, for all
  /// points of a box.
  FailureOr<Column> evalIndexRegion(Region &region, const Box &box);
  FailureOr<Column> gatherElements(Location loc, Value tensor,
                                   ArrayRef<const Column *> indices, size_t n);

  // Structured operations (Structured.cpp, Contraction.cpp).
  LogicalResult computeStructured(linalg::LinalgOp op, unsigned result,
                                  const Box &box, Tile &tile);
  FailureOr<SmallVector<int64_t>> getLoopSizes(linalg::LinalgOp op);
  LogicalResult computeParallel(Structured &s, Tile &tile);
  LogicalResult computeReduction(Structured &s, Tile &tile);
  LogicalResult computeStepwise(Structured &s, Tile &tile);
  LogicalResult addTerms(Structured &s, const Box &points, size_t n,
                         MutableArrayRef<Column> accs);
  LogicalResult requestOperands(Structured &s, const Box &points);
  LogicalResult computeContraction(Structured &s, Tile &tile, bool &done);
  LogicalResult computeScan(Structured &s, Tile &tile);
  FailureOr<Column> scanRows(Structured &s, const Box &points,
                             ArrayRef<unsigned> order,
                             std::vector<Column> &accs);
  FailureOr<Column> readOperand(Structured &s, OpOperand &operand,
                                const Box &points, ArrayRef<unsigned> order);
  void accumulate(BinaryFn fn, FloatKind kind, const Column &terms, size_t rows,
                  size_t n, Column &acc, size_t &inChunk, Column &chunk);
  FailureOr<Column> readInit(Structured &s, const Box &box);
  /// Evaluates the values of the payload that `value` depends on.
  FailureOr<Column> evalPayload(Payload &payload, Value value);
  FailureOr<Column> evalPayloadOp(Payload &payload, Operation *op, Value value);

  TileIndex &indexOf(Value value);
  void remember(Value value, TilePtr tile);

  Block &block;
  Domain &domain;
  SmallVector<SmallVector<int64_t>> shapes;
  ReferenceOptions options;
  InputSource *inputs = nullptr;

  llvm::DenseMap<Value, std::unique_ptr<TileIndex>> tiles;
  llvm::DenseMap<Value, SmallVector<int64_t>> knownShapes;
  /// Tiles in the order they were made, for forgetting the oldest.
  std::deque<std::pair<TileIndex *, TileIndex::Position>> history;
  size_t cachedBytes = 0;
};

/// What a payload reads at the points of one column.
struct Evaluator::Payload {
  size_t points = 0;
  llvm::DenseMap<Value, Column> known;
  /// The index of a dimension at each point.
  std::function<Column(unsigned)> index;
};

/// One structured operation and the part of it that is computed.
struct Evaluator::Structured {
  linalg::LinalgOp op;
  unsigned result;
  Box box;   ///< of the result
  Box loops; ///< all points that the box depends on
  SmallVector<AffineMap> maps;
  AffineMap resultMap;
  SmallVector<unsigned> parallel;  ///< dimensions of the result, in its order
  SmallVector<unsigned> reduction; ///< all others, outermost first
  Value yielded;
  BlockArgument accumulator;
};

/// acc = fn(acc, x) with x free of accumulators: gives fn and x.
std::optional<std::pair<BinaryFn, Value>>
matchReduction(linalg::LinalgOp op, Value yielded, BlockArgument accumulator);

/// What linalg.index gives at `points`, whose dimensions run in `order`.
std::function<Column(unsigned)> indexReader(const Box &points,
                                            ArrayRef<unsigned> order);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_REFERENCE_EVALUATOR_H
