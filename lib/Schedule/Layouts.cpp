//===- Layouts.cpp - Who holds which element of a tile program --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LayoutAssigner.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"
#include <map>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

LinearLayout schedule::fmaLayout(int64_t m, int64_t n, int64_t warps) {
  LinearLayout layout(2);
  unsigned bits[2] = {unsigned(llvm::Log2_64(m)), unsigned(llvm::Log2_64(n))};
  unsigned next[2] = {0, 0};
  auto take = [&](Holder holder, unsigned dim, unsigned count) {
    for (; count && next[dim] < bits[dim]; --count)
      layout.append(holder, dim, next[dim]++);
    return count;
  };
  take(Holder::Register, 1, 2);
  take(Holder::Register, 0, 2);
  unsigned lanes = take(Holder::Lane, 1, 3);
  lanes = take(Holder::Lane, 0, lanes + 2);
  lanes = take(Holder::Lane, 1, lanes);
  unsigned warpBits = llvm::Log2_64(warps);
  warpBits = take(Holder::Warp, 0, warpBits);
  warpBits = take(Holder::Warp, 1, warpBits);
  for (; lanes; --lanes)
    layout.appendZero(Holder::Lane);
  for (; warpBits; --warpBits)
    layout.appendZero(Holder::Warp);
  take(Holder::Register, 1, bits[1]);
  take(Holder::Register, 0, bits[0]);
  return layout;
}

/// Who holds the result of a product, by the unit that computes it.
static LinearLayout accumulatorLayout(ktile::DotOp dot, int64_t warps) {
  ArrayRef<int64_t> shape =
      cast<RankedTensorType>(dot.getResult().getType()).getShape();
  if (dot.getUnitName() == ktile::DotOp::mmaUnit)
    return mmaAccumulator(shape[0], shape[1], warps, wantsWholeRows(dot));
  return fmaLayout(shape[0], shape[1], warps);
}

//===----------------------------------------------------------------------===//
// Assignment
//===----------------------------------------------------------------------===//

LayoutAssigner::LayoutAssigner(gpu::GPUFuncOp func)
    : func(func), warps(tileThreads(func) / 32),
      blocks(kgpu::clusterBlocks(func)) {}

LinearLayout LayoutAssigner::without(const LinearLayout &layout, unsigned dim) {
  SmallVector<int64_t> kept;
  for (int64_t d = 0; d < layout.getRank(); ++d)
    if (d != dim)
      kept.push_back(d);
  return layout.project(kept);
}

LinearLayout LayoutAssigner::sourceLayout(ktile::ViewOp view,
                                          const LinearLayout &layout) {
  // For each dimension of the source, the one of the result that runs along it.
  SmallVector<int64_t> dims(
      cast<RankedTensorType>(view.getSource().getType()).getRank());
  for (auto [d, from] : llvm::enumerate(view.getFrom()))
    if (from >= 0)
      dims[from] = d;
  return layout.project(dims);
}

void LayoutAssigner::assign(Value value, const LinearLayout &layout) {
  if (isTile(value) && layouts.insert({value, layout}).second)
    worklist.push_back(value);
}

void LayoutAssigner::drain() {
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    LinearLayout layout = layouts.find(value)->second;
    spreadToDefinition(value, layout);
    spreadToUsers(value, layout);
  }
}

void LayoutAssigner::spreadThroughLoop(scf::ForOp loop, unsigned number,
                                       const LinearLayout &layout) {
  assign(loop.getRegionIterArg(number), layout);
  assign(loop.getInitArgs()[number], layout);
  assign(loop.getResult(number), layout);
  assign(loop.getYieldedValues()[number], layout);
}

void LayoutAssigner::spreadThroughScan(ktile::ScanOp scan,
                                       const LinearLayout &layout) {
  for (ValueRange values :
       {ValueRange(scan.getOperands()), ValueRange(scan.getRunning())})
    for (Value value : values)
      assign(value, layout);
  for (Value total : scan.getTotals())
    assign(total, without(layout, scan.getDim()));
}

void LayoutAssigner::spreadToUsers(Value value, const LinearLayout &layout) {
  for (OpOperand &use : value.getUses()) {
    Operation *user = use.getOwner();
    if (isElementwise(user)) {
      for (Value result : user->getResults())
        assign(result, layout);
    } else if (auto reduce = dyn_cast<ktile::ReduceOp>(user)) {
      for (Value operand : reduce.getOperands())
        assign(operand, layout);
      for (Value result : reduce.getResults())
        assign(result, without(layout, reduce.getDim()));
    } else if (auto scan = dyn_cast<ktile::ScanOp>(user)) {
      spreadThroughScan(scan, layout);
    } else if (auto loop = dyn_cast<scf::ForOp>(user)) {
      if (use.getOperandNumber() >= 3)
        spreadThroughLoop(loop, use.getOperandNumber() - 3, layout);
    } else if (auto yield = dyn_cast<scf::YieldOp>(user)) {
      if (auto loop = dyn_cast<scf::ForOp>(yield->getParentOp()))
        spreadThroughLoop(loop, use.getOperandNumber(), layout);
    }
  }
}

void LayoutAssigner::spreadToDefinition(Value value,
                                        const LinearLayout &layout) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (loop && argument.getArgNumber() >= 1)
      spreadThroughLoop(loop, argument.getArgNumber() - 1, layout);
    return;
  }
  Operation *op = value.getDefiningOp();
  if (isElementwise(op)) {
    for (Value operand : op->getOperands())
      assign(operand, layout);
    for (Value result : op->getResults())
      assign(result, layout);
  } else if (auto view = dyn_cast<ktile::ViewOp>(op)) {
    assign(view.getSource(), sourceLayout(view, layout));
  } else if (auto dot = dyn_cast<ktile::DotOp>(op)) {
    assign(dot.getAcc(), layout);
  } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
    spreadThroughLoop(loop, cast<OpResult>(value).getResultNumber(), layout);
  } else if (auto reduce = dyn_cast<ktile::ReduceOp>(op)) {
    for (Value result : reduce.getResults())
      assign(result, layout);
  } else if (auto scan = dyn_cast<ktile::ScanOp>(op)) {
    if (llvm::is_contained(scan.getRunning(), value))
      spreadThroughScan(scan, layout);
  }
}

LinearLayout LayoutAssigner::wish(MemRefType memref, AffineMap map,
                                  ValueRange symbols, RankedTensorType tile) {
  AccessShape shape = accessShape(memref, map, symbols, tile.getShape());
  return LinearLayout::blocked(tile.getShape(), shape.order, shape.vector,
                               warps, blocks);
}

/// The layout with the bits along `dim` dealt out anew: the lowest places to
/// registers, then to lanes, then to warps.
static LinearLayout registersFirst(const LinearLayout &layout, unsigned dim) {
  SmallVector<int64_t> places;
  for (Holder holder : ktile::allHolders)
    for (const LinearLayout::Basis &basis : layout.bases(holder))
      if (basis[dim])
        places.push_back(basis[dim]);
  llvm::sort(places);
  LinearLayout result(layout.getRank());
  auto *next = places.begin();
  for (Holder holder : ktile::allHolders)
    for (LinearLayout::Basis basis : layout.bases(holder)) {
      if (basis[dim])
        basis[dim] = *next++;
      result.append(holder, basis);
    }
  return result;
}

/// The load of a tile of `shape` that `value` is computed from, if any.
static ktile::LoadOp loadBehind(Value value, ArrayRef<int64_t> shape) {
  Operation *op = value.getDefiningOp();
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!op || !type || type.getShape() != shape)
    return {};
  if (auto load = dyn_cast<ktile::LoadOp>(op))
    return load;
  if (OpTrait::hasElementwiseMappableTraits(op))
    for (Value operand : op->getOperands())
      if (ktile::LoadOp load = loadBehind(operand, shape))
        return load;
  return {};
}

void LayoutAssigner::anchorScan(ktile::ScanOp scan) {
  Value operand = scan.getOperands()[0];
  ktile::LoadOp load = loadBehind(operand, tileOf(operand).getShape());
  if (!load)
    return;
  auto memref = load.getSource().getType();
  AccessShape shape = accessShape(memref, load.getMap(), load.getSymbols(),
                                  tileOf(operand).getShape());
  LinearLayout layout =
      wish(memref, load.getMap(), load.getSymbols(), tileOf(operand));
  // Neighbours in memory stay with neighbouring threads; along any other
  // dimension, what a thread sums up itself need not be exchanged.
  unsigned dim = scan.getDim();
  Type element = tileOf(operand).getElementType();
  bool small = element.isIntOrFloat() &&
               shape.vector * element.getIntOrFloatBitWidth() < 128;
  int64_t run = 4 * shape.vector;
  if (shape.order[0] != dim) {
    layout = registersFirst(layout, dim);
  } else if (small && layout.numRegisters() >= run &&
             tileOf(operand).getDimSize(dim) >= 32 * run) {
    // Rows that are not aligned are read in small pieces. Each would be scanned
    // over the lanes; a turn through shared memory, there and back, is cheaper.
    layout = LinearLayout::blocked(tileOf(operand).getShape(), shape.order, run,
                                   warps, blocks);
    turned.insert(load);
  }
  assign(operand, layout);
  drain();
}

/// The dimension of a tile along which its memory runs.
static std::optional<int64_t> fastestOf(Operation *access) {
  AccessShape shape;
  if (auto load = dyn_cast<ktile::LoadOp>(access))
    shape = accessShape(
        load.getSource().getType(), load.getMap(), load.getSymbols(),
        cast<RankedTensorType>(load.getResult().getType()).getShape());
  else if (auto store = dyn_cast<ktile::StoreOp>(access))
    shape = accessShape(
        store.getDest().getType(), store.getMap(), store.getSymbols(),
        cast<RankedTensorType>(store.getValue().getType()).getShape());
  if (shape.order.empty())
    return std::nullopt;
  return shape.order[0];
}

void LayoutAssigner::anchorMemory() {
  // The largest first, in program order among equals.
  std::multimap<int64_t, Operation *, std::greater<>> accesses;
  auto elements = [](Operation *op) {
    Value tile = isa<ktile::LoadOp>(op) ? op->getResult(0) : op->getOperand(0);
    return tileOf(tile).getNumElements();
  };
  func.walk([&](Operation *op) {
    if (auto made = dyn_cast<ktile::FromRegistersOp>(op)) {
      assign(made.getResult(), made.getLayout().getLinearLayout());
      drain();
    }
    if (auto taken = dyn_cast<ktile::ToRegistersOp>(op)) {
      assign(taken.getSource(), taken.getLayout().getLinearLayout());
      drain();
    }
    if (auto dot = dyn_cast<ktile::DotOp>(op)) {
      assign(dot.getResult(), accumulatorLayout(dot, warps));
      drain();
    }
    if (auto scan = dyn_cast<ktile::ScanOp>(op))
      anchorScan(scan);
    if (isa<ktile::LoadOp, ktile::StoreOp>(op))
      accesses.insert({elements(op), op});
  });
  // Where an input is turned, what is computed lies as the result does, so that
  // only that input goes through shared memory.
  SmallVector<Operation *> ordered;
  for (auto it = accesses.begin(); it != accesses.end();) {
    auto end = accesses.upper_bound(it->first);
    SmallVector<Operation *> results, others;
    std::optional<int64_t> outputs;
    bool turns = false;
    for (; it != end; ++it) {
      auto store = dyn_cast<ktile::StoreOp>(it->second);
      bool result = store && !store.getDest().getType().getMemorySpace();
      (result ? results : others).push_back(it->second);
      if (result)
        outputs = fastestOf(store);
    }
    if (outputs)
      for (Operation *op : others)
        turns |= isa<ktile::LoadOp>(op) && fastestOf(op) != outputs;
    ordered.append(turns ? results : others);
    ordered.append(turns ? others : results);
  }
  for (Operation *op : ordered) {
    if (auto load = dyn_cast<ktile::LoadOp>(op))
      assign(load.getResult(),
             wish(load.getSource().getType(), load.getMap(), load.getSymbols(),
                  tileOf(load.getResult())));
    else if (auto store = dyn_cast<ktile::StoreOp>(op))
      assign(store.getValue(),
             wish(store.getDest().getType(), store.getMap(), store.getSymbols(),
                  tileOf(store.getValue())));
    drain();
  }
}

void LayoutAssigner::anchorRest() {
  auto settle = [&](Value value) {
    if (!isTile(value) || layouts.contains(value))
      return;
    if (auto view = value.getDefiningOp<ktile::ViewOp>()) {
      auto source = layouts.find(view.getSource());
      if (source != layouts.end()) {
        assign(value,
               source->second.expand(view.getFrom(), tileOf(value).getShape()));
        return drain();
      }
    }
    SmallVector<int64_t> order = llvm::to_vector(
        llvm::reverse(llvm::seq<int64_t>(0, tileOf(value).getRank())));
    assign(value, LinearLayout::blocked(tileOf(value).getShape(), order, 1,
                                        warps, blocks));
    drain();
  };
  func.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Value result : op->getResults())
      settle(result);
    if (auto loop = dyn_cast<scf::ForOp>(op))
      for (Value argument : loop.getRegionIterArgs())
        settle(argument);
  });
}

void LayoutAssigner::applyTypes() {
  for (auto &[value, layout] : layouts) {
    auto type = ktile::withLayout(tileOf(value), layout);
    value.setType(type);
    if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
      auto dense = cast<DenseElementsAttr>(constant.getValue());
      constant.setValueAttr(
          DenseElementsAttr::get(type, dense.getSplatValue<Attribute>()));
    }
  }
}

LogicalResult LayoutAssigner::run() {
  if (warps < 1 || !llvm::isPowerOf2_64(warps))
    return func.emitError("needs known_block_size of 32 times a power of two "
                          "threads to assign layouts");
  anchorMemory();
  anchorRest();
  insertConversions();
  applyTypes();
  return success();
}

LogicalResult schedule::assignLayouts(gpu::GPUFuncOp func) {
  return LayoutAssigner(func).run();
}
