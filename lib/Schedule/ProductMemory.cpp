//===- ProductMemory.cpp - Who brings what is multiplied --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Buffers and mbarriers of the loop over K of one product, and who fills them:
// a producer, one thread of those who multiply, or all of these by themselves.
//
//===----------------------------------------------------------------------===//

#include "ProductPipeline.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/SplitFactors.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Steps that this block sums.
Value ProductPipeline::rounds(OpBuilder &b) {
  Value all = constant(b, loop.trips);
  if (!loop.alive)
    return all;
  return arith::SelectOp::create(b, loc, loop.alive, all, constant(b, 0));
}

void ProductPipeline::allocate() {
  OpBuilder top(&func.getBody().front().front());
  MLIRContext *context = func.getContext();
  for (Staged &s : staged) {
    unsigned swizzle = s.width * 2;
    if (!options.byThreads) {
      MemRefType source = s.operand->load.getSource().getType();
      SmallVector<int64_t> box(source.getRank(), 1);
      unsigned contiguous = s.operand->contiguous;
      box[s.operand->box->along[contiguous]] = s.width;
      box[s.operand->box->along[1 - contiguous]] = s.rows;
      s.map = kgpu::TensorMapOp::create(
          top, loc,
          kgpu::TensorMapType::get(context, box, elementType, swizzle),
          s.operand->load.getSource());
    }
    auto type = MemRefType::get({depth, s.panels, s.rows, s.width}, elementType,
                                MemRefLayoutAttrInterface(),
                                kgpu::SharedAttr::get(context, swizzle));
    s.buffer = kgpu::AllocSharedOp::create(top, loc, type);
  }
  if (options.byThreads)
    return;
  auto barriers = kgpu::MBarriersType::get(context, depth);
  full = kgpu::MBarrierAllocOp::create(top, loc, barriers);
  if (options.producer)
    empty = kgpu::MBarrierAllocOp::create(top, loc, barriers);
}

void ProductPipeline::initialize(OpBuilder &b) {
  OpBuilder inside = onThread(b, 0);
  auto each = scf::ForOp::create(inside, loc, constant(inside, 0),
                                 constant(inside, depth), constant(inside, 1));
  OpBuilder body = OpBuilder::atBlockTerminator(each.getBody());
  Value stage = each.getInductionVar();
  kgpu::MBarrierInitOp::create(body, loc, full, stage, 1);
  if (options.producer)
    kgpu::MBarrierInitOp::create(body, loc, empty, stage, groups * 4);
  kgpu::FenceOp::create(inside, loc, kgpu::FenceKind::MBarrierInit);
  gpu::BarrierOp::create(b, loc);
}

/// Coordinate `dim` of the box that begins at step `step` of K and `panel`.
Value ProductPipeline::coordinate(OpBuilder &b, const Staged &s, unsigned dim,
                                  Value step, int64_t panel) {
  ktile::LoadOp load = s.operand->load;
  MLIRContext *context = func.getContext();
  SmallVector<AffineExpr> origin(2, getAffineConstantExpr(0, context));
  origin[s.operand->contiguous] =
      getAffineConstantExpr(panel * s.width, context);
  AffineExpr expr = load.getMap().getResult(dim).replaceDims(origin);
  // The loop's variable becomes the step that is asked for.
  SmallVector<Value> symbols;
  SmallVector<AffineExpr> replacements;
  for (auto [i, symbol] : llvm::enumerate(load.getSymbols())) {
    AffineExpr s = getAffineSymbolExpr(i, context);
    bool isStep = loop.loop && symbol == loop.loop.getInductionVar();
    replacements.push_back(isStep ? s * loop.k : s);
    symbols.push_back(isStep ? step : symbol);
  }
  expr =
      simplifyAffineExpr(expr.replaceSymbols(replacements), 0, symbols.size());
  if (auto known = dyn_cast<AffineConstantExpr>(expr))
    return constant(b, known.getValue());
  return affine::AffineApplyOp::create(
      b, loc, AffineMap::get(0, symbols.size(), expr), symbols);
}

void ProductPipeline::fill(OpBuilder &b, Value stage, Value step) {
  kgpu::MBarrierArriveOp::create(b, loc, full, stage, constant(b, stageBytes),
                                 Value(), Value());
  for (const Staged &s : staged)
    for (int64_t panel = 0; panel < s.panels; ++panel) {
      SmallVector<Value> coordinates;
      unsigned rank = s.operand->load.getSource().getType().getRank();
      for (unsigned dim = 0; dim < rank; ++dim)
        coordinates.push_back(coordinate(b, s, dim, step, panel));
      kgpu::TmaLoadOp::create(b, loc, s.map, coordinates, s.buffer,
                              ValueRange{stage, constant(b, panel)}, full,
                              stage, Value(), Value());
    }
}

/// One thread of the last warpgroup loads.
void ProductPipeline::produce(OpBuilder &b) {
  OpBuilder inside = onThread(b, loadingThread());
  auto each = scf::ForOp::create(inside, loc, constant(inside, 0),
                                 rounds(inside), constant(inside, 1));
  OpBuilder body = OpBuilder::atBlockTerminator(each.getBody());
  Value step = each.getInductionVar(), stage = stageOf(body, step);
  // The first round finds the stages empty: the phase before the first counts
  // as complete.
  kgpu::MBarrierWaitOp::create(body, loc, empty, stage,
                               parityOf(body, step, true));
  fill(body, stage, step);
}

void ProductPipeline::startWithoutProducer(OpBuilder &b) {
  OpBuilder inside = onThread(b, 0);
  auto each = scf::ForOp::create(inside, loc, constant(inside, 0),
                                 constant(inside, depth), constant(inside, 1));
  OpBuilder body = OpBuilder::atBlockTerminator(each.getBody());
  fill(body, each.getInductionVar(), each.getInductionVar());
}

SmallVector<Value> ProductPipeline::bring(OpBuilder &b, Value step) {
  MLIRContext *context = func.getContext();
  Value offset = affine::AffineApplyOp::create(
      b, loc, AffineMap::get(0, 1, getAffineSymbolExpr(0, context) * loop.k),
      ValueRange{step});
  SmallVector<Value> tiles;
  for (ProductOperand &operand : loop.operands)
    tiles.push_back(cloneForStep(b, operand.tile, loop.loop, offset));
  return tiles;
}

void ProductPipeline::put(OpBuilder &b, ValueRange tiles, Value stage) {
  auto contract =
      func->getAttrOfType<kopt::ContractAttr>(kProgramContractAttrName);
  bool specials =
      !contract || contract.getSpecials() != kopt::SpecialValues::Finite;
  auto *next = staged.begin();
  for (auto [operand, tile] : llvm::zip(loop.operands, tiles)) {
    SmallVector<Value> parts = {tile};
    if (options.split)
      parts = kernel::partsOf(b, loc, tile, specials);
    for (Value part : parts)
      ktile::StorePanelsOp::create(b, loc, part, (next++)->buffer,
                                   ValueRange{stage}, operand.contiguous);
  }
}

/// While the tensor core multiplies a step, threads put the next one, which
/// they hold in registers, into the other stage and begin to load the one after
/// it.
