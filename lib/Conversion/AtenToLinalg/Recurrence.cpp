//===- Recurrence.cpp - Lowering of recurrent nets --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace kernel_opt;
using namespace kernel_opt::aten;

namespace {
/// p and q of each gate at one place, and the states before the step.
struct Cells {
  Scalars &s;
  SmallVector<Value> p, q;
  Value h, c;

  Value sum(unsigned gate) { return s.add(p[gate], q[gate]); }
  Value tanh(Value x) { return s.call<math::TanhOp>(x); }

  /// The states after the step.
  SmallVector<Value> next(Cell cell) {
    switch (cell) {
    case Cell::Lstm: {
      Value kept = s.mul(s.sigmoid(sum(1)), c);
      Value added = s.mul(s.sigmoid(sum(0)), tanh(sum(2)));
      Value state = s.add(kept, added);
      return {s.mul(s.sigmoid(sum(3)), tanh(state)), state};
    }
    case Cell::Gru: {
      Value reset = s.sigmoid(sum(0)), update = s.sigmoid(sum(1));
      Value fresh = tanh(s.add(p[2], s.mul(reset, q[2])));
      return {s.add(fresh, s.mul(update, s.sub(h, fresh)))};
    }
    case Cell::RnnTanh:
      return {tanh(sum(0))};
    case Cell::RnnRelu:
      return {s.max(sum(0), s.constant(p[0].getType(), 0))};
    }
    llvm_unreachable("unknown cell");
  }
};

/// The loop over time.
struct Recurrence {
  RecurrenceOp op;
  Lowering &l;
  Cell cell = op.getCell();
  unsigned gates = cell == Cell::Lstm ? 4 : cell == Cell::Gru ? 3 : 1;
  unsigned states = cell == Cell::Lstm ? 2 : 1;
  Value bias = l.in.size() > 2 + states ? l.in[2 + states] : Value();
  Type element = l.resultElement();
  Type compute = computeTypeOf(element);
  Sizes state = l.sizesOf(l.in[2]); // B x H

  /// Part `gate` of the last dimension of `tensor`.
  Value part(Value tensor, unsigned gate) {
    Sizes sizes = l.sizesOf(tensor);
    Sizes offsets(sizes.size(), l.attr(0)), strides(sizes.size(), l.attr(1));
    sizes.back() = state[1];
    offsets.back() = l.compute(l.sym(0) * gate, state[1]);
    return l.slice(tensor, offsets, sizes, strides);
  }

  /// h x weight^T, B x G*H.
  Value recurrent(Value h) {
    Sizes sizes = {state[0], l.size(l.in[1], 0)};
    AffineMap hMap = l.map(3, {l.dim(0), l.dim(2)});
    AffineMap wMap = l.map(3, {l.dim(1), l.dim(2)});
    AffineMap result = l.map(3, {l.dim(0), l.dim(1)});
    return l.contract({{h, hMap}, {l.in[1], wMap}}, 3, result, sizes, compute);
  }

  /// The projected input of one step, B x G*H.
  Value inputAt(OpFoldResult time) {
    auto type = cast<RankedTensorType>(l.in[0].getType());
    Sizes sizes = l.sizesOf(l.in[0]);
    sizes[0] = l.attr(1);
    Sizes offsets = {time, l.attr(0), l.attr(0)}, strides(3, l.attr(1));
    return tensor::ExtractSliceOp::create(
        l.b, l.loc,
        RankedTensorType::get(type.getShape().drop_front(), element), l.in[0],
        offsets, sizes, strides);
  }

  /// The states after a step, from those before it.
  SmallVector<Value> step(Value projected, ValueRange before) {
    Value product = recurrent(before[0]);
    AffineMap identity = l.b.getMultiDimIdentityMap(2);
    SmallVector<Access> inputs, outputs;
    for (unsigned gate = 0; gate < gates; ++gate) {
      inputs.push_back({part(projected, gate), identity});
      inputs.push_back({part(product, gate), identity});
      if (bias)
        inputs.push_back({part(bias, gate), l.map(2, l.dim(1))});
    }
    // Each state is written where it stood, so that the loop needs no copies.
    for (Value old : before) {
      inputs.push_back({old, identity});
      outputs.push_back({old, identity});
    }
    return l.generic(inputs, outputs, 2, {}, [&](Scalars &s, ValueRange v) {
      Cells cells{s, {}, {}, {}, {}};
      unsigned at = 0;
      for (unsigned gate = 0; gate < gates; ++gate) {
        cells.p.push_back(s.cast(v[at++], compute));
        Value q = v[at++];
        cells.q.push_back(bias ? s.add(q, s.cast(v[at++], compute)) : q);
      }
      cells.h = s.cast(v[at++], compute);
      if (states == 2)
        cells.c = s.cast(v[at++], compute);
      SmallVector<Value> after = cells.next(cell);
      for (Value &value : after)
        value = s.cast(value, element);
      return after;
    });
  }
};
} // namespace

static LogicalResult lowerRecurrence(RecurrenceOp op, Lowering &l) {
  FailureOr<Sizes> sizes = l.resultSizes();
  if (failed(sizes))
    return failure();
  Recurrence r{op, l};
  SmallVector<Value> carried(l.in.begin() + 2, l.in.begin() + 2 + r.states);
  carried.push_back(l.empty(*sizes, r.element));
  OpFoldResult steps = l.size(l.in[0], 0);
  Value end = mlir::getValueOrCreateConstantIndexOp(l.b, l.loc, steps);
  Value zero = l.scalars.index(0), one = l.scalars.index(1);
  auto loop = scf::ForOp::create(l.b, l.loc, zero, end, one, carried);
  {
    OpBuilder::InsertionGuard guard(l.b);
    l.b.setInsertionPointToStart(loop.getBody());
    OpFoldResult time = loop.getInductionVar();
    if (op.getReverse())
      time = l.compute(l.sym(0) - l.sym(1) - 1, {steps, time});
    ValueRange before = loop.getRegionIterArgs();
    SmallVector<Value> after = r.step(r.inputAt(time), before.drop_back());
    Sizes row = {l.attr(1), r.state[0], r.state[1]};
    Sizes offsets = {time, l.attr(0), l.attr(0)}, strides(3, l.attr(1));
    Value output = tensor::InsertSliceOp::create(
        l.b, l.loc, after[0], before.back(), offsets, row, strides);
    after.push_back(output);
    scf::YieldOp::create(l.b, l.loc, after);
  }
  SmallVector<Value> results = {loop.getResults().back()};
  llvm::append_range(results, loop.getResults().drop_back());
  return l.replace(results);
}

void kernel_opt::addRecurrenceLowerings(LoweringTable &table) {
  table.add<RecurrenceOp, lowerRecurrence>();
}
