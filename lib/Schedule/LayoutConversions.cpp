//===- LayoutConversions.cpp - Where two layouts meet -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutAssigner.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;

void LayoutAssigner::convertOperand(OpOperand &operand,
                                    const LinearLayout &layout) {
  Value value = operand.get();
  if (!isTile(value) || layouts.find(value)->second == layout)
    return;
  OpBuilder builder(operand.getOwner());
  Value converted;
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<arith::ConstantOp, ktile::IndexOp, ktile::InBoundsOp>(
          op)) {
    // Made again rather than moved: each thread knows its coordinates.
    builder.setInsertionPointAfter(op);
    converted = builder.clone(*op)->getResult(0);
  } else {
    converted = ktile::ConvertOp::create(builder, value.getLoc(),
                                         value.getType(), value);
  }
  layouts.insert({converted, layout});
  operand.set(converted);
}

void LayoutAssigner::convertResult(Value result, const LinearLayout &layout) {
  LinearLayout wanted = layouts.find(result)->second;
  if (wanted == layout)
    return;
  OpBuilder builder(result.getContext());
  builder.setInsertionPointAfterValue(result);
  auto converted = ktile::ConvertOp::create(builder, result.getLoc(),
                                            result.getType(), result);
  result.replaceAllUsesExcept(converted, converted);
  layouts.insert({converted, wanted});
  layouts.find(result)->second = layout;
}

void LayoutAssigner::convertAroundDot(ktile::DotOp dot) {
  LinearLayout layout = layoutOf(dot.getResult());
  convertOperand(dot.getAccMutable(), layout);
  if (isTile(dot.getA()) && dot.getUnitName() == ktile::DotOp::mmaUnit)
    convertOperand(dot.getAMutable(), mmaLeftOperand(layout, dot.getDepth()));
}

void LayoutAssigner::convertAroundReduce(ktile::ReduceOp reduce) {
  LinearLayout layout = layoutOf(reduce.getOperands()[0]);
  for (OpOperand &operand : reduce->getOpOperands())
    convertOperand(operand, layout);
  for (Value result : reduce.getResults())
    convertResult(result, without(layout, reduce.getDim()));
}

void LayoutAssigner::convertAroundScan(ktile::ScanOp scan) {
  LinearLayout layout = layoutOf(scan.getOperands()[0]);
  for (OpOperand &operand : scan->getOpOperands())
    convertOperand(operand, layout);
  for (Value result : scan.getRunning())
    convertResult(result, layout);
  for (Value result : scan.getTotals())
    convertResult(result, without(layout, scan.getDim()));
}

void LayoutAssigner::convertAroundLoop(scf::ForOp loop) {
  for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs())) {
    if (!isTile(argument))
      continue;
    LinearLayout layout = layoutOf(argument);
    convertOperand(loop.getInitArgsMutable()[i], layout);
    convertOperand(loop.getBody()->getTerminator()->getOpOperand(i), layout);
  }
}

void LayoutAssigner::convertLoad(ktile::LoadOp load) {
  // Neighbours in memory should be neighbours among threads.
  RankedTensorType tile = tileOf(load.getResult());
  MemRefType memref = load.getSource().getType();
  AccessShape shape =
      accessShape(memref, load.getMap(), load.getSymbols(), tile.getShape());
  bool crosses =
      !memref.getMemorySpace() && tile.getNumElements() >= 256 &&
      !shape.order.empty() && tile.getDimSize(shape.order[0]) >= 8 &&
      layoutOf(load.getResult()).bases(Holder::Lane)[0][shape.order[0]] == 0;
  if (crosses || turned.contains(load))
    convertResult(load.getResult(),
                  wish(memref, load.getMap(), load.getSymbols(), tile));
}

/// Consecutive registers, from register 0 on, that hold neighbours along `dim`.
static int64_t contiguousRegisters(const LinearLayout &layout, unsigned dim) {
  int64_t count = 1;
  for (const LinearLayout::Basis &basis : layout.bases(Holder::Register)) {
    if (basis[dim] != count)
      break;
    count *= 2;
  }
  return count;
}

void LayoutAssigner::convertStore(ktile::StoreOp store) {
  // Neighbours in memory should be neighbours among threads.
  RankedTensorType tile = tileOf(store.getValue());
  MemRefType memref = store.getDest().getType();
  AccessShape shape =
      accessShape(memref, store.getMap(), store.getSymbols(), tile.getShape());
  const LinearLayout &have = layoutOf(store.getValue());
  // ... and what a thread writes at once as wide as what it holds, or the
  // accesses of a warp leave gaps for later ones.
  bool along = shape.order.empty() || tile.getNumElements() < 256 ||
               (have.bases(Holder::Lane)[0][shape.order[0]] != 0 &&
                contiguousRegisters(have, shape.order[0]) < 4 * shape.vector);
  bool global = !memref.getMemorySpace();
  if (!along && global)
    convertOperand(store.getValueMutable(),
                   wish(memref, store.getMap(), store.getSymbols(), tile));
}

void LayoutAssigner::convertAround(Operation *op) {
  if (isElementwise(op) && op->getNumResults() && isTile(op->getResult(0))) {
    LinearLayout layout = layoutOf(op->getResult(0));
    for (OpOperand &operand : op->getOpOperands())
      convertOperand(operand, layout);
    return;
  }
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](ktile::ViewOp view) {
        convertOperand(view.getSourceMutable(),
                       sourceLayout(view, layoutOf(view.getResult())));
      })
      .Case([&](ktile::DotOp dot) { convertAroundDot(dot); })
      .Case([&](ktile::ReduceOp reduce) { convertAroundReduce(reduce); })
      .Case([&](ktile::ScanOp scan) { convertAroundScan(scan); })
      .Case([&](scf::ForOp loop) { convertAroundLoop(loop); })
      .Case([&](ktile::ToRegistersOp taken) {
        convertOperand(taken.getSourceMutable(),
                       taken.getLayout().getLinearLayout());
      })
      .Case([&](ktile::StoreMatrixOp store) {
        convertOperand(store.getValueMutable(),
                       store.getLayout().getLinearLayout());
      })
      .Case([&](ktile::LoadOp load) { convertLoad(load); })
      .Case([&](ktile::StoreOp store) { convertStore(store); });
}

void LayoutAssigner::insertConversions() {
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops)
    convertAround(op);
}
