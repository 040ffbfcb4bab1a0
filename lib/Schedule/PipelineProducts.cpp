//===- PipelineProducts.cpp - The loop over K on tensor cores ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ProductPipeline.h"
#include "StepPipeline.h"
#include "StoreProducts.h"
#include "kernel-opt/Dialect/Kopt/KoptOps.h"
#include "kernel-opt/Kernel/SplitFactors.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;

//===----------------------------------------------------------------------===//
// What fits
//===----------------------------------------------------------------------===//

LogicalResult ProductPipeline::checkSizes() {
  if (failed(findWarpgroups(loop.m)))
    return failure();
  if (loop.n < 8 || loop.n > 256)
    return func.emitError("wgmma has 8 to 256 columns, found ") << loop.n;
  int64_t registers = rows / 64 * loop.n / 2;
  // Threads that bring operands hold those, too.
  int64_t budget = options.byThreads ? 64 : 128;
  if (registers > budget)
    return func.emitError("a warpgroup's share of ")
           << rows << "x" << loop.n << " sums takes " << registers
           << " registers a thread, at most " << budget << " are left for them";
  bool several = loop.groups.size() > 1 || loop.groups[0].products.size() > 1;
  if (!options.promote && several)
    return func.emitError("several products a step are promoted to f32 "
                          "registers at each step");
  // What a step sums has registers of its own: of 232, 24 are for the rest.
  if (options.promote && registers + loop.n / 2 > 208)
    return func.emitError("sums of ")
           << rows << "x" << loop.n << " and those of a step take "
           << registers + loop.n / 2 << " registers a thread, 208 are left";
  if (loop.alive && (!options.promote || !options.producer))
    return func.emitError("blocks that sum nothing have a producer, and their "
                          "sums are promoted");
  if (options.byThreads && options.producer)
    return func.emitError("either threads or a producer bring the operands");
  if (options.depth < 2)
    return func.emitError("a pipeline holds two steps at least, found ")
           << options.depth;
  depth = options.byThreads ? 2 : std::min(options.depth, loop.trips);
  return success();
}

LogicalResult ProductPipeline::checkSplit() {
  if (!options.split)
    return success();
  if (!options.byThreads || !options.promote)
    return func.emitError("parts of operands are brought by threads and their "
                          "sums promoted");
  if (loop.groups.size() > 1)
    return func.emitError("factors that are split are those of one sum");
  return success();
}

/// Places of one operand in shared memory: panels as wide as the swizzle.
LogicalResult ProductPipeline::planOperand(ProductOperand &operand) {
  auto tile = cast<RankedTensorType>(operand.tile.getType());
  Type element = tile.getElementType();
  auto error = [&] { return emitError(operand.tile.getLoc()); };
  if (options.split && !element.isF32())
    return error() << "f32 operands are split, found " << element;
  if (options.split)
    element = BFloat16Type::get(func.getContext());
  if (!element.isBF16() && !element.isF16())
    return error() << "products of " << element
                   << " have no wgmma of their precision"
                   << (element.isF32() ? "; 'by_threads [1] promote [1] split "
                                         "[1]' multiplies bf16 parts"
                                       : "");
  if (element != elementType && elementType)
    return error() << "operands of types " << elementType << " and " << element
                   << " differ";
  if (!options.byThreads && !operand.box)
    return error() << "the tensor memory accelerator cannot load the "
                   << (operand.isLeft ? "left" : "right")
                   << " operand: " << operand.reason;
  elementType = element;
  if (loop.k % 16)
    return error() << "a step must take a multiple of 16 of K, found "
                   << loop.k;
  Staged staged;
  staged.operand = &operand;
  unsigned contiguous = operand.contiguous;
  int64_t extent = tile.getDimSize(contiguous);
  staged.width = std::min<int64_t>(extent, 64);
  if (staged.width < 16)
    return error() << "rows of " << extent
                   << " elements are too short for a swizzled panel";
  staged.panels = extent / staged.width;
  staged.rows = tile.getDimSize(1 - contiguous);
  if (staged.rows > 256 || staged.rows % 8)
    return error() << "boxes have 8 to 256 rows, found " << staged.rows;
  stageBytes += 2 * tile.getNumElements();
  this->staged.append(options.split ? kernel::numParts : 1, staged);
  return success();
}

void ProductPipeline::planProducts() {
  if (!options.split) {
    productGroups = loop.groups;
    return;
  }
  Builder builder(func.getContext());
  for (const kernel::PartProducts &group : kernel::partProducts()) {
    ProductGroup &added = productGroups.emplace_back();
    for (auto [a, b] : group.products)
      for (auto [left, right] : loop.groups[0].products)
        added.products.push_back(
            {left * kernel::numParts + a, right * kernel::numParts + b});
    if (group.scale != 1)
      added.scale = builder.getF32FloatAttr(group.scale);
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void ProductPipeline::indicesOf(OpBuilder &b, const Staged &s, Value stage,
                                int64_t rowBlock, int64_t k,
                                SmallVectorImpl<Value> &indices) {
  indices.push_back(stage);
  bool left = s.operand->isLeft;
  if (s.operand->kContiguous()) {
    indices.push_back(constant(b, k / s.width));
    Value first = constant(b, 0);
    if (left) {
      first = constant(b, 64 * rowBlock);
      if (groups > 1)
        first = arith::AddIOp::create(
            b, loc, arith::MulIOp::create(b, loc, group, constant(b, rows)),
            first);
    }
    indices.push_back(first);
    indices.push_back(constant(b, k % s.width));
    return;
  }
  Value panel = constant(b, 0);
  if (left) {
    panel = constant(b, 64 / s.width * rowBlock);
    if (groups > 1)
      panel = arith::AddIOp::create(
          b, loc,
          arith::MulIOp::create(b, loc, group, constant(b, rows / s.width)),
          panel);
  }
  indices.push_back(panel);
  indices.push_back(constant(b, k));
  indices.push_back(constant(b, 0));
}

Value ProductPipeline::multiply(OpBuilder &b, Value stage, int64_t rowBlock,
                                Value sum, ArrayRef<Product> products) {
  auto type =
      kgpu::PendingType::get(func.getContext(), loop.n / 2, b.getF32Type());
  auto major = [](const Staged &s) {
    return s.operand->kContiguous() ? kgpu::Major::K : kgpu::Major::MN;
  };
  for (auto [left, right] : products)
    for (int64_t k = 0; k < loop.k; k += 16) {
      const Staged &a = staged[left], &bb = staged[right];
      SmallVector<Value> aIndices, bIndices;
      indicesOf(b, a, stage, rowBlock, k, aIndices);
      indicesOf(b, bb, stage, 0, k, bIndices);
      sum = kgpu::WgmmaOp::create(
          b, loc, type, a.buffer, aIndices, bb.buffer, bIndices, sum,
          b.getDenseI64ArrayAttr({64, loop.n, 16}), major(a), major(bb));
    }
  return sum;
}

SmallVector<Value> ProductPipeline::multiplyAll(OpBuilder &b, Value stage,
                                                ValueRange sums) {
  kgpu::WgmmaFenceOp::create(b, loc);
  SmallVector<Value> next;
  for (int64_t block = 0; block < rows / 64; ++block)
    next.push_back(multiply(b, stage, block,
                            sums.empty() ? Value() : sums[block],
                            productGroups[0].products));
  kgpu::WgmmaCommitOp::create(b, loc);
  return next;
}

/// Without a producer: when all warps are through with step `done`, thread 0
/// fills its stage with the step that comes `depth` later.
void ProductPipeline::refill(OpBuilder &b, Value done) {
  if (loop.trips <= depth)
    return;
  gpu::BarrierOp::create(b, loc);
  Value more = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult, done,
                                     constant(b, loop.trips - depth));
  Value leader = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, thread,
                                       constant(b, 0));
  Value both = arith::AndIOp::create(b, loc, more, leader);
  auto branch = scf::IfOp::create(b, loc, both, /*withElse=*/false);
  OpBuilder inside = branch.getThenBodyBuilder();
  Value next =
      arith::AddIOp::create(inside, loc, done, constant(inside, depth));
  fill(inside, stageOf(inside, next), next);
}

void ProductPipeline::releaseStep(OpBuilder &b, Value step) {
  if (options.producer)
    release(b, empty, stageOf(b, step));
  else
    refill(b, step);
}

/// All of K inside of the tensor core: one step is in flight while the next is
/// issued.
SmallVector<Value> ProductPipeline::sumInside(OpBuilder &b) {
  Value zero = constant(b, 0), one = constant(b, 1);
  kgpu::MBarrierWaitOp::create(b, loc, full, zero, parityOf(b, zero, false));
  SmallVector<Value> sums = multiplyAll(b, zero, {});
  if (loop.trips > 1) {
    auto each =
        scf::ForOp::create(b, loc, one, constant(b, loop.trips), one, sums);
    OpBuilder body = OpBuilder::atBlockEnd(each.getBody());
    Value step = each.getInductionVar(), stage = stageOf(body, step);
    kgpu::MBarrierWaitOp::create(body, loc, full, stage,
                                 parityOf(body, step, false));
    SmallVector<Value> next =
        multiplyAll(body, stage, each.getRegionIterArgs());
    // The step before is done, so its stage can be filled again.
    kgpu::WgmmaWaitOp::create(body, loc, TypeRange(), 1, ValueRange());
    releaseStep(body, arith::SubIOp::create(body, loc, step, one));
    scf::YieldOp::create(body, loc, next);
    sums.assign(each.getResults().begin(), each.getResults().end());
  }
  auto type = VectorType::get(loop.n / 2, b.getF32Type());
  auto wait = kgpu::WgmmaWaitOp::create(
      b, loc, SmallVector<Type>(sums.size(), type), 0, sums);
  return SmallVector<Value>(wait.getValues());
}

/// `value` times the literal that a group of products ends with.
static Value scaledBy(OpBuilder &b, Location loc, Value value,
                      FloatAttr scale) {
  auto type = cast<VectorType>(value.getType());
  Value factor = arith::ConstantOp::create(
      b, loc, DenseElementsAttr::get(type, Attribute(scale)));
  return arith::MulFOp::create(b, loc, value, factor);
}

/// The sums of a step leave the tensor core and are added in f32.
SmallVector<Value> ProductPipeline::sumPromoted(OpBuilder &b) {
  auto type = VectorType::get(loop.n / 2, b.getF32Type());
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  SmallVector<Value> sums(rows / 64, zeros);
  auto each = scf::ForOp::create(b, loc, constant(b, 0), rounds(b),
                                 constant(b, 1), sums);
  OpBuilder body = OpBuilder::atBlockEnd(each.getBody());
  Value step = each.getInductionVar(), stage = stageOf(body, step);
  kgpu::MBarrierWaitOp::create(body, loc, full, stage,
                               parityOf(body, step, false));
  SmallVector<Value> next;
  for (auto [block, sum] : llvm::enumerate(each.getRegionIterArgs())) {
    Value added;
    for (const ProductGroup &group : productGroups) {
      kgpu::WgmmaFenceOp::create(body, loc);
      Value pending = multiply(body, stage, block, added, group.products);
      kgpu::WgmmaCommitOp::create(body, loc);
      auto wait =
          kgpu::WgmmaWaitOp::create(body, loc, TypeRange(type), 0, pending);
      added = wait.getValues().front();
      if (group.scale)
        added = scaledBy(body, loc, added, group.scale);
    }
    next.push_back(arith::AddFOp::create(body, loc, sum, added));
  }
  releaseStep(body, step);
  scf::YieldOp::create(body, loc, next);
  return SmallVector<Value>(each.getResults());
}

//===----------------------------------------------------------------------===//
// Operands by threads
//===----------------------------------------------------------------------===//

SmallVector<Value> ProductPipeline::sumByThreads(OpBuilder &b) {
  Value zero = constant(b, 0), one = constant(b, 1);
  put(b, bring(b, zero), zero);
  auto type = VectorType::get(loop.n / 2, b.getF32Type());
  Value zeros = arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
  SmallVector<Value> carried(rows / 64, zeros);
  if (loop.trips > 1)
    llvm::append_range(carried, bring(b, one));
  kgpu::FenceOp::create(b, loc, kgpu::FenceKind::AsyncShared);
  gpu::BarrierOp::create(b, loc);

  auto each =
      scf::ForOp::create(b, loc, zero, constant(b, loop.trips), one, carried);
  OpBuilder body = OpBuilder::atBlockEnd(each.getBody());
  Value step = each.getInductionVar(), stage = stageOf(body, step);
  ValueRange sums = each.getRegionIterArgs().take_front(rows / 64);
  ValueRange tiles = each.getRegionIterArgs().drop_front(rows / 64);
  kgpu::WgmmaFenceOp::create(body, loc);
  SmallVector<Value> pending, next;
  for (auto [block, sum] : llvm::enumerate(sums))
    pending.push_back(multiply(body, stage, block,
                               options.promote ? Value() : sum,
                               productGroups[0].products));
  kgpu::WgmmaCommitOp::create(body, loc);
  SmallVector<Value> later;
  if (loop.trips > 1) {
    Value following = arith::AddIOp::create(body, loc, step, one);
    put(body, tiles, stageOf(body, following));
    MLIRContext *context = func.getContext();
    // Behind the last step comes the first one again: what nobody multiplies
    // must not lie outside, either.
    AffineExpr after = (getAffineSymbolExpr(0, context) + 2) % loop.trips;
    later = bring(
        body, affine::AffineApplyOp::create(
                  body, loc, AffineMap::get(0, 1, after), ValueRange{step}));
    kgpu::FenceOp::create(body, loc, kgpu::FenceKind::AsyncShared);
  }
  SmallVector<Type> types(pending.size(), type);
  auto wait = kgpu::WgmmaWaitOp::create(body, loc, types, 0, pending);
  for (unsigned i = 1; i < productGroups.size(); ++i) {
    kgpu::WgmmaFenceOp::create(body, loc);
    pending.clear();
    for (auto [block, value] : llvm::enumerate(wait.getValues()))
      pending.push_back(
          multiply(body, stage, block,
                   scaledBy(body, loc, value, productGroups[i - 1].scale),
                   productGroups[i].products));
    kgpu::WgmmaCommitOp::create(body, loc);
    wait = kgpu::WgmmaWaitOp::create(body, loc, types, 0, pending);
  }
  for (auto [sum, value] : llvm::zip(sums, wait.getValues()))
    next.push_back(
        options.promote
            ? arith::AddFOp::create(body, loc, sum, value).getResult()
            : value);
  gpu::BarrierOp::create(body, loc);
  llvm::append_range(next, later);
  scf::YieldOp::create(body, loc, next);
  return SmallVector<Value>(each.getResults().take_front(rows / 64));
}

//===----------------------------------------------------------------------===//
// The whole
//===----------------------------------------------------------------------===//

LogicalResult ProductPipeline::run() {
  if (failed(checkSizes()) || failed(checkSplit()))
    return failure();
  for (ProductOperand &operand : loop.operands)
    if (failed(planOperand(operand)))
      return failure();
  planProducts();
  allocate();
  OpBuilder b(loop.anchor);
  thread = gpu::ThreadIdOp::create(b, loc, gpu::Dimension::x);
  if (!options.byThreads)
    initialize(b);
  if (options.producer) {
    splitRoles(b, {40, 232}, [&](OpBuilder &p) { produce(p); });
    b.setInsertionPoint(loop.anchor);
  } else if (!options.byThreads) {
    startWithoutProducer(b);
  }
  numberWarpgroups(b);
  SmallVector<Value> sums = options.byThreads ? sumByThreads(b)
                            : options.promote ? sumPromoted(b)
                                              : sumInside(b);
  auto layout = ktile::LayoutAttr::get(
      func.getContext(), wgmmaAccumulator(loop.m, loop.n, groups));
  Value tile = ktile::FromRegistersOp::create(b, loc, loop.result.getType(),
                                              joined(b, sums), layout);
  loop.result.replaceAllUsesWith(tile);
  eraseOld();
  storeSums({func, groups, rows, loop.n, thread, group}, tile, layout);
  return success();
}

void ProductPipeline::eraseOld() {
  if (loop.loop)
    return loop.loop.erase();
  // One step: the sum, its products from the last to the first, their loads.
  SetVector<Operation *> pending;
  pending.insert(loop.anchor);
  for (size_t i = 0; i < pending.size(); ++i)
    for (Value operand : pending[i]->getOperands())
      if (Operation *op = operand.getDefiningOp();
          op && isa<RankedTensorType>(operand.getType()))
        pending.insert(op);
  for (bool again = true; again;) {
    again = false;
    for (Operation *op : llvm::to_vector(pending))
      if (op->use_empty()) {
        pending.remove(op);
        op->erase();
        again = true;
      }
  }
}

LogicalResult schedule::pipelineProducts(gpu::GPUFuncOp func,
                                         const PipelineOptions &options) {
  if (carriesState(func))
    return StepPipeline(func, options).run();
  FailureOr<ProductLoop> loop = findProductLoop(func);
  if (failed(loop))
    return failure();
  return ProductPipeline(func, std::move(*loop), options).run();
}
