//===- StepMemory.cpp - Who brings what a step multiplies -------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers and mbarriers of a pipeline of steps, and the warpgroup that fills
// them.
//
//===----------------------------------------------------------------------===//

#include "StepPipeline.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

void StepPipeline::allocate() {
  OpBuilder top(&func.getBody().front().front());
  MLIRContext *context = func.getContext();
  for (StepOperand &s : operands) {
    unsigned swizzle = s.width * 2;
    MemRefType source = s.load.getSource().getType();
    SmallVector<int64_t> extents(source.getRank(), 1);
    extents[s.box.along[s.box.contiguous]] = s.width;
    extents[s.box.along[1 - s.box.contiguous]] = s.rows;
    s.map = kgpu::TensorMapOp::create(
        top, loc,
        kgpu::TensorMapType::get(context, extents, elementType, swizzle),
        s.load.getSource());
    s.buffer = kgpu::AllocSharedOp::create(
        top, loc,
        MemRefType::get({s.resident ? 1 : depth, s.panels, s.rows, s.width},
                        elementType, MemRefLayoutAttrInterface(),
                        kgpu::SharedAttr::get(context, swizzle)));
  }
  auto barriers = [&](int64_t count) -> Value {
    return kgpu::MBarrierAllocOp::create(
        top, loc, kgpu::MBarriersType::get(context, count));
  };
  if (llvm::any_of(operands, [](StepOperand &s) { return s.resident; }))
    resident = barriers(1);
  for (StepProduct &product : products)
    if (!product.brought.empty()) {
      product.full = barriers(depth);
      product.empty = barriers(depth);
    }
}

void StepPipeline::initialize(OpBuilder &b) {
  Value zero = constant(b, 0), one = constant(b, 1);
  OpBuilder inside = onThread(b, 0);
  if (resident)
    kgpu::MBarrierInitOp::create(inside, loc, resident, zero, 1);
  auto each =
      scf::ForOp::create(inside, loc, zero, constant(inside, depth), one);
  OpBuilder body = OpBuilder::atBlockTerminator(each.getBody());
  Value stage = each.getInductionVar();
  for (StepProduct &product : products)
    if (product.full) {
      kgpu::MBarrierInitOp::create(body, loc, product.full, stage, 1);
      kgpu::MBarrierInitOp::create(body, loc, product.empty, stage, groups * 4);
    }
  kgpu::FenceOp::create(inside, loc, kgpu::FenceKind::MBarrierInit);
  gpu::BarrierOp::create(b, loc);
}

/// Brings what `operand` is at `at`, the loop's variable.
void StepPipeline::fill(OpBuilder &b, const StepOperand &operand, Value at,
                        Value stage, Value barriers) {
  MLIRContext *context = func.getContext();
  ktile::LoadOp load = operand.load;
  SmallVector<Value> symbols;
  for (Value symbol : load.getSymbols())
    symbols.push_back(symbol == loop.getInductionVar() ? at : symbol);
  for (int64_t panel = 0; panel < operand.panels; ++panel) {
    SmallVector<AffineExpr> origin(2, getAffineConstantExpr(0, context));
    origin[operand.box.contiguous] =
        getAffineConstantExpr(panel * operand.width, context);
    SmallVector<Value> coordinates;
    for (AffineExpr expr : load.getMap().getResults()) {
      expr = simplifyAffineExpr(expr.replaceDims(origin), 0, symbols.size());
      if (auto known = dyn_cast<AffineConstantExpr>(expr))
        coordinates.push_back(constant(b, known.getValue()));
      else
        coordinates.push_back(affine::AffineApplyOp::create(
            b, loc, AffineMap::get(0, symbols.size(), expr), symbols));
    }
    kgpu::TmaLoadOp::create(b, loc, operand.map, coordinates, operand.buffer,
                            ValueRange{stage, constant(b, panel)}, barriers,
                            stage, Value(), Value());
  }
}

/// One thread of the last warpgroup loads.
void StepPipeline::produce(OpBuilder &b) {
  OpBuilder inside = onThread(b, loadingThread());
  auto announce = [&](OpBuilder &b, Value barriers, Value stage,
                      int64_t bytes) {
    kgpu::MBarrierArriveOp::create(b, loc, barriers, stage, constant(b, bytes),
                                   Value(), Value());
  };
  if (resident) {
    int64_t bytes = 0;
    for (StepOperand &operand : operands)
      bytes += operand.resident ? operand.bytes() : 0;
    Value first = constant(inside, 0);
    announce(inside, resident, first, bytes);
    for (StepOperand &operand : operands)
      if (operand.resident)
        fill(inside, operand, Value(), first, resident);
  }
  auto each = scf::ForOp::create(inside, loc, loop.getLowerBound(),
                                 loop.getUpperBound(), constant(inside, by));
  OpBuilder body = OpBuilder::atBlockTerminator(each.getBody());
  Value at = each.getInductionVar(), number = numberOf(body, at);
  Value stage = stageOf(body, number);
  for (StepProduct &product : products) {
    if (!product.full)
      continue;
    // The first round finds the stages empty: the phase before the first
    // counts as complete.
    kgpu::MBarrierWaitOp::create(body, loc, product.empty, stage,
                                 parityOf(body, number, true));
    int64_t bytes = 0;
    for (unsigned operand : product.brought)
      bytes += operands[operand].bytes();
    announce(body, product.full, stage, bytes);
    for (unsigned operand : product.brought)
      fill(body, operands[operand], at, stage, product.full);
  }
}

Operation *StepPipeline::firstOnTiles() {
  auto isTile = [](Type type) { return isa<RankedTensorType>(type); };
  Operation *first = loop;
  for (Operation &op : *loop->getBlock())
    if (!isa<arith::ConstantOp>(op) &&
        (llvm::any_of(op.getResultTypes(), isTile) ||
         llvm::any_of(op.getOperandTypes(), isTile))) {
      first = &op;
      break;
    }
  for (Operation *op = first; op != loop;) {
    Operation *next = op->getNextNode();
    if (isPure(op) && (isa<arith::ConstantOp>(op) ||
                       (llvm::none_of(op->getResultTypes(), isTile) &&
                        llvm::none_of(op->getOperandTypes(), isTile))))
      op->moveBefore(first);
    op = next;
  }
  return first;
}
