//===- Scan.cpp - Reductions that show their accumulators ----------- ===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A structured operation one of whose results runs along a reduction loop: it
// holds what the body yields at each step, while results without the loop carry
// the accumulators from one step to the next. So are running sums written.
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include <numeric>

using namespace kernel_opt;
using namespace kernel_opt::verify;

/// The loop that a scan runs along; reports what is none.
static FailureOr<unsigned> scanLoop(linalg::LinalgOp op) {
  SmallVector<unsigned> loops;
  op.getReductionDims(loops);
  bool ok = loops.size() == 1;
  for (OpOperand &init : op.getDpsInitsMutable())
    if (ok && op.getMatchingIndexingMap(&init).isFunctionOfDim(loops[0]))
      ok &= op.getMatchingBlockArgument(&init).use_empty();
  if (!ok)
    return op.emitError("a result along a reduction loop needs one such loop, "
                        "and a body that does not read the result");
  return loops[0];
}

/// One accumulator of n values, combined by one operation: what it is after
/// each row of terms.
static Column runningValues(Domain &domain, BinaryFn fn, const Column &terms,
                            size_t n, Column &acc) {
  Column running = terms;
  domain.scan(fn, *terms.kind, terms.floats.data(), terms.size(domain) / n, n,
              acc.floats.data(), running.floats.data());
  return running;
}

/// Runs over `points`, whose rows run along the loop, and gives what is yielded
/// for the result at each of them.
FailureOr<Column> Evaluator::scanRows(Structured &s, const Box &points,
                                      ArrayRef<unsigned> order,
                                      std::vector<Column> &accs) {
  Payload payload;
  payload.points = size_t(points.volume());
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
  size_t n = payload.points / size_t(points.sizes[order[0]]);
  auto carried = [&](unsigned i) {
    return !s.maps[s.op.getNumDpsInputs() + i].isFunctionOfDim(order[0]);
  };
  ValueRange yields = s.op.getBlock()->getTerminator()->getOperands();
  auto arguments = s.op.getRegionOutputArgs();
  if (n == payload.points) {
    // One row: whatever the body does.
    for (size_t i = 0; i < accs.size(); ++i)
      if (carried(i))
        payload.known[arguments[i]] = accs[i];
    std::vector<Column> next = accs;
    for (size_t i = 0; i < accs.size(); ++i) {
      if (!carried(i))
        continue;
      FailureOr<Column> value = evalPayload(payload, yields[i]);
      if (failed(value))
        return failure();
      next[i] = std::move(*value);
    }
    accs = std::move(next);
    return evalPayload(payload, s.yielded);
  }
  for (size_t i = 0; i < accs.size(); ++i) {
    if (!carried(i))
      continue;
    auto match = matchReduction(s.op, yields[i], arguments[i]);
    FailureOr<Column> terms = evalPayload(payload, match->second);
    if (failed(terms))
      return failure();
    payload.known[yields[i]] =
        runningValues(domain, match->first, *terms, n, accs[i]);
  }
  return evalPayload(payload, s.yielded);
}

LogicalResult Evaluator::computeScan(Structured &s, Tile &tile) {
  FailureOr<unsigned> loop = scanLoop(s.op);
  if (failed(loop))
    return failure();
  SmallVector<unsigned> order = {*loop};
  Box others;
  unsigned along = 0;
  SmallVector<int64_t> strides = getStrides(s.box.sizes), kept;
  for (auto [i, d] : llvm::enumerate(s.parallel)) {
    if (d == *loop) {
      along = i;
      continue;
    }
    order.push_back(d);
    others.offsets.push_back(0);
    others.sizes.push_back(s.box.sizes[i]);
    kept.push_back(strides[i]);
  }
  auto n = size_t(others.volume());

  // Whether many rows can be taken at once.
  bool simple = true;
  std::vector<Column> accs(s.op.getNumDpsInits());
  auto arguments = s.op.getRegionOutputArgs();
  for (auto [i, init] : llvm::enumerate(s.op.getDpsInitsMutable())) {
    AffineMap map = s.maps[init.getOperandNumber()];
    if (map.isFunctionOfDim(*loop))
      continue;
    Value yielded = s.op.getBlock()->getTerminator()->getOperand(i);
    simple &= matchReduction(s.op, yielded, arguments[i]).has_value();
    SmallVector<unsigned> others(ArrayRef(order).drop_front());
    Box points = s.loops;
    points.offsets[*loop] = 0;
    points.sizes[*loop] = 1;
    FailureOr<Column> acc = readOperand(s, init, points, others);
    if (failed(acc))
      return failure();
    simple &= acc->kind.has_value();
    accs[i] = std::move(*acc);
  }

  // An element depends on all before it.
  int64_t first = s.box.offsets[along], end = first + s.box.sizes[along];
  int64_t rows =
      simple ? std::max<int64_t>(columnPoints * 4 / int64_t(n), 2) : 1;
  for (int64_t row = 0; row < end; row += rows) {
    Box points = s.loops;
    points.offsets[*loop] = row;
    points.sizes[*loop] = std::min(rows, end - row);
    FailureOr<Column> values = scanRows(s, points, order, accs);
    if (failed(values))
      return failure();
    for (int64_t r = std::max(row, first); r < row + points.sizes[*loop]; ++r) {
      size_t from = size_t(r - row) * n;
      (void)forEachPoint(others, [&](ArrayRef<int64_t> index) {
        int64_t at =
            std::inner_product(index.begin(), index.end(), kept.begin(),
                               (r - first) * strides[along]);
        copyValues(domain, *values, from++, tile.values, size_t(at), 1);
        return success();
      });
    }
  }
  return success();
}
