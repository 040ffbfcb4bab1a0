//===- Structured.cpp - Structured operations --------------------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/TypeUtilities.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Payloads
//===----------------------------------------------------------------------===//

static LogicalResult evalAffine(Operation *op,
                                ArrayRef<const Column *> operands, size_t n,
                                Column &result) {
  AffineMap map = TypeSwitch<Operation *, AffineMap>(op)
                      .Case<affine::AffineApplyOp, affine::AffineMinOp,
                            affine::AffineMaxOp>(
                          [](auto affine) { return affine.getMap(); });
  for (size_t i = 0; i < n; ++i) {
    SmallVector<Attribute> values, results;
    for (const Column *operand : operands)
      values.push_back(
          IntegerAttr::get(IndexType::get(op->getContext()), operand->ints[i]));
    if (failed(map.constantFold(values, results)))
      return op->emitError("affine map cannot be evaluated");
    int64_t best = cast<IntegerAttr>(results.front()).getInt();
    for (Attribute value : results) {
      int64_t x = cast<IntegerAttr>(value).getInt();
      best =
          isa<affine::AffineMinOp>(op) ? std::min(best, x) : std::max(best, x);
    }
    result.ints.push_back(best);
  }
  return success();
}

FailureOr<Column> Evaluator::evalPayload(Payload &payload, Value value) {
  auto known = payload.known.find(value);
  if (known != payload.known.end())
    return known->second;
  Operation *op = value.getDefiningOp();
  FailureOr<Column> column;
  // What stands outside of the payload is one value for all points, as are
  // constants wherever they stand.
  bool isCaptured =
      !op || op->getBlock() == &block || isa<arith::ConstantOp>(op);
  if (!isCaptured) {
    column = evalPayloadOp(payload, op, value);
  } else {
    column = requestColumn(value, Box());
    if (succeeded(column))
      column = repeat(domain, *column, payload.points);
  }
  if (succeeded(column))
    payload.known[value] = *column;
  return column;
}

FailureOr<Column> Evaluator::evalPayloadOp(Payload &payload, Operation *op,
                                           Value value) {
  if (auto index = dyn_cast<linalg::IndexOp>(op))
    return payload.index(unsigned(index.getDim()));
  if (isa<tensor::DimOp>(op)) {
    FailureOr<Tile> size = computeTensorOp(op, Box());
    if (failed(size))
      return failure();
    return repeat(domain, size->values, payload.points);
  }
  // A tensor that is read from stands outside; its indices are columns.
  auto extract = dyn_cast<tensor::ExtractOp>(op);
  SmallVector<Column> columns;
  for (Value operand : op->getOperands().drop_front(extract ? 1 : 0)) {
    FailureOr<Column> column = evalPayload(payload, operand);
    if (failed(column))
      return failure();
    columns.push_back(std::move(*column));
  }
  SmallVector<const Column *> operands;
  for (const Column &column : columns)
    operands.push_back(&column);
  if (extract)
    return gatherElements(extract.getLoc(), extract.getTensor(), operands,
                          payload.points);
  Column result;
  if (isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(
          op)) {
    if (failed(evalAffine(op, operands, payload.points, result)))
      return failure();
    return result;
  }
  if (failed(evalScalar(op, domain, operands, payload.points, result)))
    return failure();
  return result;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

FailureOr<SmallVector<int64_t>> Evaluator::getLoopSizes(linalg::LinalgOp op) {
  SmallVector<int64_t> sizes;
  for (Value operand : op->getOperands()) {
    auto shape = getShape(operand);
    if (failed(shape))
      return failure();
    sizes.append(*shape);
  }
  AffineMap map = op.getShapesToLoopsMap();
  if (!map)
    return op.emitError("sizes of the loops do not follow from the operands"),
           failure();
  return SmallVector<int64_t>(map.compose(sizes));
}

LogicalResult Evaluator::computeStructured(linalg::LinalgOp op, unsigned result,
                                           const Box &box, Tile &tile) {
  FailureOr<SmallVector<int64_t>> sizes = getLoopSizes(op);
  if (failed(sizes))
    return failure();
  Structured s;
  s.op = op;
  s.result = result;
  s.box = box;
  s.loops = Box::all(*sizes);
  s.maps = op.getIndexingMapsArray();
  s.resultMap = s.maps[op.getNumDpsInputs() + result];
  llvm::SmallBitVector inResult(sizes->size());
  for (auto [i, expr] : llvm::enumerate(s.resultMap.getResults())) {
    unsigned d = cast<mlir::AffineDimExpr>(expr).getPosition();
    s.parallel.push_back(d);
    inResult.set(d);
    s.loops.offsets[d] = box.offsets[i];
    s.loops.sizes[d] = box.sizes[i];
  }
  for (unsigned d = 0; d < sizes->size(); ++d)
    if (!inResult.test(d))
      s.reduction.push_back(d);
  s.yielded = op.getBlock()->getTerminator()->getOperand(result);
  s.accumulator = op.getMatchingBlockArgument(op.getDpsInitOperand(result));
  tile.box = box;
  tile.values = makeColumn(
      domain, mlir::getElementTypeOrSelf(op->getResult(result).getType()),
      size_t(box.volume()));
  for (unsigned d : s.parallel)
    if (s.op.getIteratorTypesArray()[d] == mlir::utils::IteratorType::reduction)
      return computeScan(s, tile);
  if (s.reduction.empty())
    return computeParallel(s, tile);
  bool done = false;
  if (failed(computeContraction(s, tile, done)))
    return failure();
  return done ? success() : computeReduction(s, tile);
}

/// The values of an operand at the points, visited in an order of dimensions.
FailureOr<Column> Evaluator::readOperand(Structured &s, OpOperand &operand,
                                         const Box &points,
                                         ArrayRef<unsigned> order) {
  AffineMap map = s.maps[operand.getOperandNumber()];
  Column column;
  if (!isa<RankedTensorType>(operand.get().getType())) {
    FailureOr<Column> scalar = requestColumn(operand.get(), Box());
    if (failed(scalar))
      return failure();
    return repeat(domain, *scalar, size_t(points.volume()));
  }
  Box needed = imageOf(map, points);
  FailureOr<TilePtr> tile = request(operand.get(), needed);
  if (failed(tile))
    return failure();
  gather(domain, **tile, map, points, order, column);
  return column;
}

std::function<Column(unsigned)> verify::indexReader(const Box &points,
                                                    ArrayRef<unsigned> order) {
  return [points, order = SmallVector<unsigned>(order)](unsigned dim) {
    Box running;
    size_t position = 0;
    for (auto [i, d] : llvm::enumerate(order)) {
      running.offsets.push_back(points.offsets[d]);
      running.sizes.push_back(points.sizes[d]);
      position = d == dim ? i : position;
    }
    Column column;
    (void)forEachPoint(running, [&](ArrayRef<int64_t> index) {
      column.ints.push_back(index[position]);
      return success();
    });
    return column;
  };
}

LogicalResult Evaluator::computeParallel(Structured &s, Tile &tile) {
  size_t at = 0;
  return forEachPart(s.box, columnPoints, [&](const Box &part) {
    Box points = s.loops;
    for (auto [i, d] : llvm::enumerate(s.parallel)) {
      points.offsets[d] = part.offsets[i];
      points.sizes[d] = part.sizes[i];
    }
    Payload payload;
    payload.points = size_t(part.volume());
    payload.index = indexReader(points, s.parallel);
    for (OpOperand &operand : s.op->getOpOperands()) {
      BlockArgument argument = s.op.getMatchingBlockArgument(&operand);
      if (argument.use_empty())
        continue;
      FailureOr<Column> column = readOperand(s, operand, points, s.parallel);
      if (failed(column))
        return failure();
      payload.known[argument] = std::move(*column);
    }
    FailureOr<Column> result = evalPayload(payload, s.yielded);
    if (failed(result))
      return failure();
    copyValues(domain, *result, 0, tile.values, at, payload.points);
    at += payload.points;
    return success();
  });
}

FailureOr<Column> Evaluator::readInit(Structured &s, const Box &box) {
  return requestColumn(s.op.getDpsInits()[s.result], box);
}

/// Whether `value` depends on one of the accumulators.
static bool dependsOnInits(linalg::LinalgOp op, Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return argument.getOwner() == op.getBlock() &&
           argument.getArgNumber() >= op.getNumDpsInputs();
  Operation *def = value.getDefiningOp();
  return def && def->getBlock() == op.getBlock() &&
         llvm::any_of(def->getOperands(), [&](Value operand) {
           return dependsOnInits(op, operand);
         });
}

std::optional<std::pair<BinaryFn, Value>>
verify::matchReduction(linalg::LinalgOp op, Value yielded,
                       BlockArgument accumulator) {
  Operation *combiner = yielded.getDefiningOp();
  if (!combiner || combiner->getBlock() != op.getBlock() ||
      combiner->getNumOperands() != 2)
    return std::nullopt;
  auto fn = getBinaryFn(combiner);
  if (!fn || (*fn != BinaryFn::Add && *fn != BinaryFn::Mul &&
              *fn != BinaryFn::Maximum && *fn != BinaryFn::Minimum &&
              *fn != BinaryFn::MaxNum && *fn != BinaryFn::MinNum))
    return std::nullopt;
  for (int side = 0; side < 2; ++side)
    if (combiner->getOperand(side) == accumulator &&
        !dependsOnInits(op, combiner->getOperand(1 - side)))
      return std::pair(*fn, combiner->getOperand(1 - side));
  return std::nullopt;
}

constexpr size_t numLanes = 32;

/// Deals `rows` rows of n terms to the lanes in turn; `next` is the lane that
/// is due.
static void dealToLanes(Domain &domain, FloatKind kind, const Column &terms,
                        size_t rows, size_t n, Column &lanes, size_t &next) {
  size_t bytes = domain.valueBytes();
  if (lanes.floats.empty()) {
    lanes.kind = kind;
    lanes.floats.resize(numLanes * n * bytes);
    domain.constant(APFloat(0.0), kind, "", lanes.floats.data(), numLanes * n);
  }
  for (size_t r = 0; r < rows; ++r, next = (next + 1) % numLanes) {
    char *lane = lanes.floats.data() + next * n * bytes;
    domain.binary(BinaryFn::Add, kind, lane,
                  terms.floats.data() + r * n * bytes, lane, n);
  }
}

/// Adds the lanes in pairs, and their sum to `acc`.
static void addLanes(Domain &domain, FloatKind kind, size_t n, Column &lanes,
                     Column &acc) {
  char *sums = lanes.floats.data();
  size_t bytes = domain.valueBytes();
  for (size_t half = numLanes / 2; half; half /= 2)
    domain.binary(BinaryFn::Add, kind, sums, sums + half * n * bytes, sums,
                  half * n);
  domain.binary(BinaryFn::Add, kind, acc.floats.data(), sums, acc.floats.data(),
                n);
}

/// Adds `rows` rows of n terms. In chunked order sums of 16 terms are formed
/// from zero first; `inChunk` counts the terms of the open one.
void Evaluator::accumulate(BinaryFn fn, FloatKind kind, const Column &terms,
                           size_t rows, size_t n, Column &acc, size_t &inChunk,
                           Column &chunk) {
  if (options.order == ReductionOrder::Lanes32 && fn == BinaryFn::Add)
    return dealToLanes(domain, kind, terms, rows, n, chunk, inChunk);
  bool chunked =
      options.order == ReductionOrder::Chunks16 && fn == BinaryFn::Add;
  if (!chunked)
    return domain.reduce(fn, kind, terms.floats.data(), rows, n,
                         acc.floats.data());
  size_t bytes = domain.valueBytes();
  for (size_t done = 0; done < rows;) {
    size_t count = std::min(rows - done, 16 - inChunk);
    if (inChunk == 0) {
      chunk.kind = kind;
      chunk.floats.resize(n * bytes);
      domain.constant(APFloat(0.0), kind, "", chunk.floats.data(), n);
    }
    domain.reduce(fn, kind, terms.floats.data() + done * n * bytes, count, n,
                  chunk.floats.data());
    done += count;
    inChunk = (inChunk + count) % 16;
    if (inChunk == 0)
      domain.binary(fn, kind, acc.floats.data(), chunk.floats.data(),
                    acc.floats.data(), n);
  }
}

LogicalResult Evaluator::computeReduction(Structured &s, Tile &tile) {
  auto match = matchReduction(s.op, s.yielded, s.accumulator);
  if (!match || !tile.values.kind)
    return computeStepwise(s, tile);
  BinaryFn fn = match->first;
  Value term = match->second;
  FloatKind kind = *tile.values.kind;
  SmallVector<unsigned> order(s.reduction);
  order.append(s.parallel);
  Box space;
  for (unsigned d : s.reduction) {
    space.offsets.push_back(s.loops.offsets[d]);
    space.sizes.push_back(s.loops.sizes[d]);
  }
  size_t at = 0;
  return forEachPart(s.box, columnPoints / 4, [&](const Box &part) {
    FailureOr<Column> acc = readInit(s, part);
    if (failed(acc))
      return failure();
    auto n = size_t(part.volume());
    size_t inChunk = 0;
    Column chunk;
    auto step = [&](const Box &terms) {
      Box points = s.loops;
      for (auto [i, d] : llvm::enumerate(s.parallel))
        points.offsets[d] = part.offsets[i], points.sizes[d] = part.sizes[i];
      for (auto [i, d] : llvm::enumerate(s.reduction))
        points.offsets[d] = terms.offsets[i], points.sizes[d] = terms.sizes[i];
      Payload payload;
      payload.points = size_t(points.volume());
      if (failed(spend(payload.points)))
        return LogicalResult::failure();
      payload.index = indexReader(points, order);
      for (OpOperand *operand : s.op.getDpsInputOperands()) {
        BlockArgument argument = s.op.getMatchingBlockArgument(operand);
        if (argument.use_empty())
          continue;
        FailureOr<Column> column = readOperand(s, *operand, points, order);
        if (failed(column))
          return failure();
        payload.known[argument] = std::move(*column);
      }
      FailureOr<Column> values = evalPayload(payload, term);
      if (failed(values))
        return failure();
      accumulate(fn, kind, *values, payload.points / n, n, *acc, inChunk,
                 chunk);
      return success();
    };
    // Rows of terms, so many that a column is full but not too long.
    int64_t rows = std::max<int64_t>(columnPoints * 4 / int64_t(n), 1);
    if (failed(forEachPart(space, rows, step)))
      return failure();
    if (options.order == ReductionOrder::Lanes32 && !chunk.floats.empty())
      addLanes(domain, kind, n, chunk, *acc);
    else if (inChunk)
      domain.binary(fn, kind, acc->floats.data(), chunk.floats.data(),
                    acc->floats.data(), n);
    copyValues(domain, *acc, 0, tile.values, at, n);
    at += n;
    return success();
  });
}

/// Lets the terms at `points`, one for each element of the result, join.
LogicalResult Evaluator::addTerms(Structured &s, const Box &points, size_t n,
                                  MutableArrayRef<Column> accs) {
  if (failed(spend(n)))
    return failure();
  Payload payload;
  payload.points = n;
  SmallVector<unsigned> order(s.reduction);
  order.append(s.parallel);
  payload.index = indexReader(points, order);
  for (OpOperand *operand : s.op.getDpsInputOperands()) {
    BlockArgument argument = s.op.getMatchingBlockArgument(operand);
    if (argument.use_empty())
      continue;
    FailureOr<Column> column = readOperand(s, *operand, points, s.parallel);
    if (failed(column))
      return failure();
    payload.known[argument] = std::move(*column);
  }
  for (auto [i, argument] : llvm::enumerate(s.op.getRegionOutputArgs()))
    payload.known[argument] = accs[i];
  Operation *yield = s.op.getBlock()->getTerminator();
  for (auto [i, value] : llvm::enumerate(yield->getOperands())) {
    FailureOr<Column> next = evalPayload(payload, value);
    if (failed(next))
      return failure();
    accs[i] = std::move(*next);
  }
  return success();
}

/// Computes the operands of many points at once; each point then finds them.
LogicalResult Evaluator::requestOperands(Structured &s, const Box &points) {
  for (OpOperand *operand : s.op.getDpsInputOperands())
    if (isa<RankedTensorType>(operand->get().getType()) &&
        !s.op.getMatchingBlockArgument(operand).use_empty() &&
        failed(request(operand->get(),
                       imageOf(s.maps[operand->getOperandNumber()], points))))
      return failure();
  return success();
}

/// Any payload: one point of the reduction after the other, all accumulators
/// carried.
LogicalResult Evaluator::computeStepwise(Structured &s, Tile &tile) {
  Box space;
  for (unsigned d : s.reduction) {
    space.offsets.push_back(s.loops.offsets[d]);
    space.sizes.push_back(s.loops.sizes[d]);
  }
  for (OpOperand &init : s.op.getDpsInitsMutable())
    if (s.maps[init.getOperandNumber()] != s.resultMap)
      return s.op.emitError("results of a reduction with different maps are "
                            "not supported by the reference evaluator");
  size_t at = 0;
  return forEachPart(s.box, columnPoints, [&](const Box &part) {
    SmallVector<Column> accs;
    for (Value init : s.op.getDpsInits()) {
      FailureOr<Column> acc = requestColumn(init, part);
      if (failed(acc))
        return failure();
      accs.push_back(std::move(*acc));
    }
    auto n = size_t(part.volume());
    Box points = s.loops;
    for (auto [i, d] : llvm::enumerate(s.parallel))
      points.offsets[d] = part.offsets[i], points.sizes[d] = part.sizes[i];
    auto step = [&](ArrayRef<int64_t> term) {
      for (auto [i, d] : llvm::enumerate(s.reduction))
        points.offsets[d] = term[i], points.sizes[d] = 1;
      return addTerms(s, points, n, accs);
    };
    auto steps = [&](const Box &terms) {
      for (auto [i, d] : llvm::enumerate(s.reduction))
        points.offsets[d] = terms.offsets[i], points.sizes[d] = terms.sizes[i];
      if (failed(requestOperands(s, points)))
        return failure();
      return forEachPoint(terms, step);
    };
    int64_t rows = std::max<int64_t>(columnPoints * 4 / int64_t(n), 1);
    if (failed(forEachPart(space, rows, steps)))
      return failure();
    copyValues(domain, accs[s.result], 0, tile.values, at, n);
    at += n;
    return success();
  });
}
