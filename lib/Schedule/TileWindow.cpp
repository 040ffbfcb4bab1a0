//===- TileWindow.cpp - Reductions over windows -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pooling and convolutions of single channels read each element as often as
// windows overlap. The part of the operand that a tile of results needs, with
// the seam around it, goes to shared memory once, row after row; each place of
// the window is then one step of the reduction, whose tiles are loads from
// there at shifted places.
//
//===----------------------------------------------------------------------===//

#include "TileBuilder.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/Ranges.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

/// Most bytes of a part that is kept: several blocks fit a multiprocessor.
static constexpr int64_t maxWindowBytes = 72 * 1024;
/// Steps of a reduction that may follow each other in one sum.
static constexpr int64_t longestChain = 32;

static bool isLinear(AffineExpr expr) {
  bool linear = true;
  expr.walk([&](AffineExpr e) {
    linear &= e.getKind() != AffineExprKind::FloorDiv &&
              e.getKind() != AffineExprKind::CeilDiv &&
              e.getKind() != AffineExprKind::Mod;
  });
  return linear;
}

std::optional<std::pair<SmallVector<AffineExpr>, SmallVector<int64_t>>>
TileBuilder::windowBox(OpOperand &operand, const Iteration &space,
                       ArrayRef<ReductionDim> dims) {
  auto op = cast<linalg::LinalgOp>(operand.getOwner());
  // The loops of the reduction as further dimensions.
  SmallVector<AffineExpr> coordinates(space.coordinates);
  SmallVector<int64_t> shape(space.shape);
  for (const ReductionDim &dim : dims)
    for (auto [loop, extent] : llvm::zip(dim.loops, dim.extents)) {
      coordinates[loop] = getAffineDimExpr(shape.size(), context);
      shape.push_back(extent);
    }
  SmallVector<AffineExpr> zeros(shape.size(),
                                getAffineConstantExpr(0, context));
  std::pair<SmallVector<AffineExpr>, SmallVector<int64_t>> box;
  unsigned symbols = space.symbols.size();
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults()) {
    expr = simplifyAffineExpr(expr.replaceDims(coordinates), shape.size(),
                              symbols);
    if (!isLinear(expr))
      return std::nullopt;
    AffineExpr base = expr.replaceDims(zeros);
    AffineExpr local = simplifyAffineExpr(expr - base, shape.size(), symbols);
    for (unsigned s = 0; s < symbols; ++s)
      if (local.isFunctionOfSymbol(s))
        return std::nullopt;
    IndexRange range = rangeOf(local, shape, {});
    box.first.push_back(
        simplifyAffineExpr(base + range.low, shape.size(), symbols));
    box.second.push_back(range.high - range.low + 1);
  }
  return box;
}

/// Whether one coordinate of the operand is a sum of loops.
static bool readsWindows(OpOperand &operand) {
  auto op = cast<linalg::LinalgOp>(operand.getOwner());
  return isa<RankedTensorType>(operand.get().getType()) &&
         !op.getMatchingBlockArgument(&operand).use_empty() &&
         llvm::any_of(op.getMatchingIndexingMap(&operand).getResults(),
                      [](AffineExpr expr) {
                        return !isa<AffineDimExpr, AffineConstantExpr>(expr);
                      });
}

bool TileBuilder::isWindowed(linalg::LinalgOp op, const Iteration &space,
                             ArrayRef<ReductionDim> dims) {
  int64_t places = 1;
  for (const ReductionDim &dim : dims)
    places *= dim.extent();
  // Few results of large windows: their threads had better share the sums.
  if (llvm::product_of(space.shape) < places)
    return false;
  bool any = false;
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (!readsWindows(*input))
      continue;
    auto box = windowBox(*input, space, dims);
    Type element = getElementTypeOrSelf(input->get().getType());
    if (!box || element.isInteger(1) || element.isIndex() ||
        llvm::product_of(box->second) * element.getIntOrFloatBitWidth() / 8 >
            maxWindowBytes)
      return false;
    any = true;
  }
  return any;
}

LogicalResult TileBuilder::stageWindow(OpOperand &operand,
                                       const Iteration &space,
                                       ArrayRef<AffineExpr> origin,
                                       ArrayRef<int64_t> box) {
  Location loc = operand.getOwner()->getLoc();
  Type element = getElementTypeOrSelf(operand.get().getType());
  int64_t total = llvm::product_of(box);
  // Four elements a thread at once.
  int64_t chunk =
      std::min<int64_t>(llvm::PowerOf2Ceil(total),
                        llvm::bit_floor(uint64_t(options.warps)) * 128);
  auto func = scopes.front().before->getParentOfType<gpu::GPUFuncOp>();
  OpBuilder top(&func.getBody().front().front());
  Value buffer = kgpu::AllocSharedOp::create(
      top, loc,
      MemRefType::get(total, element, MemRefLayoutAttrInterface(),
                      kgpu::SharedAttr::get(context, 0)));
  // The last round's readers must be done before the buffer changes.
  if (isa<scf::ForOp>(scopes.back().before->getParentOp()))
    gpu::BarrierOp::create(at(), loc);

  SmallVector<Value> symbols(space.symbols), offset;
  AffineExpr position = getAffineDimExpr(0, context);
  AffineExpr place = position;
  Operation *outerBefore = scopes.back().before;
  bool loops = total > chunk;
  if (loops) {
    OpBuilder &builder = at();
    auto constant = [&](int64_t v) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, v);
    };
    Value lower = constant(0), upper = constant(total), step = constant(chunk);
    auto loop = scf::ForOp::create(builder, loc, lower, upper, step);
    enterLoop(loop, loop.getInductionVar());
    position = position + getAffineSymbolExpr(symbols.size(), context);
    place = place + getAffineSymbolExpr(0, context);
    symbols.push_back(loop.getInductionVar());
    offset.push_back(loop.getInductionVar());
  }
  SmallVector<AffineExpr> results = splitPosition(position, box);
  for (auto [result, begin] : llvm::zip(results, origin))
    result = result + begin;
  Value tile = compute({operand.get(),
                        AffineMap::get(1, symbols.size(), results, context),
                        symbols,
                        {chunk}});
  if (tile)
    ktile::StoreOp::create(at(), loc, tile, buffer,
                           AffineMap::get(1, offset.size(), place), offset);
  if (loops)
    leaveLoop(outerBefore);
  if (!tile)
    return failure();
  gpu::BarrierOp::create(at(), loc);
  windows[&operand] = {buffer, SmallVector<AffineExpr>(origin),
                       SmallVector<int64_t>(box)};
  return success();
}

Value TileBuilder::loadWindow(const StagedWindow &window,
                              ArrayRef<AffineExpr> coordinates,
                              const Iteration &space) {
  AffineExpr place = getAffineConstantExpr(0, context);
  for (auto [coordinate, begin, extent] :
       llvm::zip(coordinates, window.origin, window.box))
    place = place * extent + (coordinate - begin);
  Location loc = window.buffer.getLoc();
  Type element = cast<MemRefType>(window.buffer.getType()).getElementType();
  AffineMap map =
      AffineMap::get(space.shape.size(), space.symbols.size(), place);
  return overUsedDims(map, space, loc,
                      [&](AffineMap narrow, ValueRange symbols,
                          ArrayRef<int64_t> shape) -> Value {
                        return ktile::LoadOp::create(
                            at(), loc, RankedTensorType::get(shape, element),
                            window.buffer, AffineMapAttr::get(narrow), symbols,
                            Builder(context).getZeroAttr(element));
                      });
}

FailureOr<SmallVector<Value>>
TileBuilder::reduceWindows(linalg::LinalgOp op, const Combiner &combiner,
                           const Iteration &space,
                           ArrayRef<ReductionDim> dims) {
  Location loc = op.getLoc();
  // One place of the window a step.
  Iteration first = space;
  SmallVector<ReductionDim> steps(dims);
  int64_t places = 1;
  for (ReductionDim &dim : steps) {
    dim.tile = 1;
    dim.addTo(first, context);
    places *= dim.extent();
  }
  for (OpOperand *input : op.getDpsInputOperands()) {
    if (!readsWindows(*input))
      continue;
    auto box = windowBox(*input, space, dims);
    if (failed(stageWindow(*input, space, box->first, box->second)))
      return failure();
  }
  SmallVector<Value> neutral;
  for (TypedAttr value : combiner.neutral)
    neutral.push_back(splat(value, space.shape, loc));
  auto add = [&](const Iteration &step, ArrayRef<Value> carried,
                 SmallVectorImpl<Value> &next) -> LogicalResult {
    auto elements = elementsOfStep(op, combiner, step, steps);
    if (failed(elements))
      return failure();
    next = combine(combiner, carried, *elements, loc);
    return success(!next.empty());
  };
  FailureOr<SmallVector<Value>> sums = failure();
  if (places <= longestChain) {
    sums = loopOverSteps(loc, first, steps, neutral, add);
  } else {
    // Each row of a large window is summed on its own.
    ArrayRef<ReductionDim> all(steps);
    sums = loopOverSteps(loc, first, all.drop_back(), neutral,
                         [&](const Iteration &row, ArrayRef<Value> carried,
                             SmallVectorImpl<Value> &next) -> LogicalResult {
                           auto sum = loopOverSteps(loc, row, all.take_back(),
                                                    neutral, add);
                           if (failed(sum))
                             return failure();
                           next = combine(combiner, carried, *sum, loc);
                           return success(!next.empty());
                         });
  }
  for (OpOperand *input : op.getDpsInputOperands())
    windows.erase(input);
  return sums;
}
