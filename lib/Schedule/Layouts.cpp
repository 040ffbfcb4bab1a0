//===- Layouts.cpp - Who holds which element of a tile program --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Layouts.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "kernel-opt/Schedule/Fragments.h"
#include "kernel-opt/Schedule/Ranges.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/Support/MathExtras.h"
#include <map>
#include <numeric>

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

//===----------------------------------------------------------------------===//
// Access shapes
//===----------------------------------------------------------------------===//

/// The address (in elements) of an access, as one expression.
static AffineExpr addressOf(MemRefType memref, AffineMap map) {
  AffineExpr address = getAffineConstantExpr(0, map.getContext());
  for (auto [index, extent] : llvm::zip(map.getResults(), memref.getShape()))
    address = address * extent + index;
  return simplifyAffineExpr(address, map.getNumDims(), map.getNumSymbols());
}

/// Distance in memory of neighbours along `dim`, none if it is not constant.
static std::optional<int64_t> strideOf(AffineExpr address, unsigned dim,
                                       AffineMap map) {
  MLIRContext *context = map.getContext();
  SmallVector<AffineExpr> next;
  for (unsigned d = 0; d < map.getNumDims(); ++d)
    next.push_back(getAffineDimExpr(d, context) + (d == dim ? 1 : 0));
  AffineExpr difference =
      simplifyAffineExpr(address.replaceDims(next) - address, map.getNumDims(),
                         map.getNumSymbols());
  if (auto constant = dyn_cast<AffineConstantExpr>(difference))
    return constant.getValue();
  return std::nullopt;
}

/// The value of `expr` at a point, all symbols being zero.
static int64_t evaluate(AffineExpr expr, ArrayRef<int64_t> point) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  if (auto dim = dyn_cast<AffineDimExpr>(expr))
    return point[dim.getPosition()];
  if (isa<AffineSymbolExpr>(expr))
    return 0;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  int64_t left = evaluate(binary.getLHS(), point);
  int64_t right = evaluate(binary.getRHS(), point);
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return left + right;
  case AffineExprKind::Mul:
    return left * right;
  case AffineExprKind::FloorDiv:
    return llvm::divideFloorSigned(left, right);
  case AffineExprKind::CeilDiv:
    return llvm::divideCeilSigned(left, right);
  default:
    return llvm::mod(left, right);
  }
}

/// How far apart in memory neighbours along `dim` are: mostly, and on average.
static std::pair<int64_t, int64_t>
typicalStride(AffineExpr address, unsigned dim, ArrayRef<int64_t> shape) {
  constexpr int64_t samples = 256;
  SmallVector<int64_t> point(shape.size(), 0), steps;
  int64_t before = evaluate(address, point);
  for (int64_t i = 1; i < std::min(samples, shape[dim]); ++i) {
    point[dim] = i;
    int64_t here = evaluate(address, point);
    steps.push_back(std::abs(here - before));
    before = here;
  }
  if (steps.empty())
    return {0, 0};
  int64_t sum = std::accumulate(steps.begin(), steps.end(), int64_t(0));
  llvm::sort(steps);
  return {steps[steps.size() / 2],
          llvm::divideCeil(sum, int64_t(steps.size()))};
}

/// By how much `expr` grows from each element of a vector along `dim` to the
/// next one, vectors being `length` long and beginning at multiples of that;
/// none if it is not always the same.
static std::optional<int64_t> growth(AffineExpr expr, unsigned dim,
                                     int64_t length, ArrayRef<int64_t> divisors,
                                     ValueRange symbols) {
  if (!expr.isFunctionOfDim(dim))
    return 0;
  if (isa<AffineDimExpr>(expr))
    return 1;
  auto binary = cast<AffineBinaryOpExpr>(expr);
  auto left = growth(binary.getLHS(), dim, length, divisors, symbols);
  auto right = growth(binary.getRHS(), dim, length, divisors, symbols);
  if (!left || !right)
    return std::nullopt;
  auto by = dyn_cast<AffineConstantExpr>(binary.getRHS());
  switch (expr.getKind()) {
  case AffineExprKind::Add:
    return *left + *right;
  case AffineExprKind::Mul:
    return by ? std::optional(*left * by.getValue()) : std::nullopt;
  case AffineExprKind::FloorDiv:
  case AffineExprKind::Mod: {
    // A whole vector lies between two multiples of the divisor.
    bool between = by && *left == 1 && by.getValue() % length == 0 &&
                   divisorOf(binary.getLHS(), divisors, symbols) % length == 0;
    if (!between)
      return std::nullopt;
    return expr.getKind() == AffineExprKind::Mod ? 1 : 0;
  }
  default:
    return std::nullopt;
  }
}

AccessShape schedule::accessShape(MemRefType memref, AffineMap map,
                                  ValueRange symbols, ArrayRef<int64_t> shape) {
  AccessShape result;
  AffineExpr address = addressOf(memref, map);
  SmallVector<std::pair<int64_t, int64_t>> strides;
  for (unsigned d = 0; d < shape.size(); ++d) {
    std::pair<int64_t, int64_t> stride;
    if (std::optional<int64_t> constant = strideOf(address, d, map))
      stride = {std::abs(*constant), std::abs(*constant)};
    else
      stride = typicalStride(address, d, shape);
    // What is the same for all neighbours is nobody's neighbour.
    if (stride.second == 0)
      stride.first = std::numeric_limits<int64_t>::max();
    strides.push_back(stride);
    result.order.push_back(d);
  }
  llvm::sort(result.order, [&](int64_t a, int64_t b) {
    return std::tuple(strides[a], a) < std::tuple(strides[b], b);
  });
  if (shape.empty() || strideOf(address, result.order[0], map) != 1)
    return result;

  unsigned fastest = result.order[0];
  AffineExpr last = map.getResults().back();
  unsigned bits =
      memref.getElementType().isIndex() ? 64 : memref.getElementTypeBitWidth();
  int64_t widest = std::min<int64_t>(std::max(1u, 128 / bits), shape[fastest]);
  SmallVector<int64_t> divisors(shape.size(), 1);
  for (result.vector = widest; result.vector > 1; result.vector /= 2) {
    // Vectors begin at multiples of their length.
    divisors[fastest] = result.vector;
    bool addressAligned =
        divisorOf(address, divisors, symbols) % result.vector == 0;
    bool rowAligned = divisorOf(last, divisors, symbols) % result.vector == 0;
    bool fitsRow =
        memref.getShape().back() % result.vector == 0 || memref.getRank() == 1;
    // All of the vector lies in one row.
    bool inRow =
        growth(last, fastest, result.vector, divisors, symbols) == 1 &&
        llvm::all_of(map.getResults().drop_back(), [&](AffineExpr expr) {
          return growth(expr, fastest, result.vector, divisors, symbols) == 0;
        });
    if (addressAligned && rowAligned && fitsRow && inRow)
      break;
  }
  return result;
}

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

namespace {
class LayoutAssigner {
public:
  explicit LayoutAssigner(gpu::GPUFuncOp func) : func(func) {
    warps = tileThreads(func) / 32;
    blocks = kgpu::clusterBlocks(func);
  }
  LogicalResult run();

private:
  using Memory =
      std::tuple<MemRefType, AffineMap, ValueRange, RankedTensorType>;

  static bool isTile(Value value) {
    return isa<RankedTensorType>(value.getType());
  }
  static RankedTensorType tileOf(Value value) {
    return cast<RankedTensorType>(value.getType());
  }
  static bool isElementwise(Operation *op) {
    return OpTrait::hasElementwiseMappableTraits(op);
  }

  void assign(Value value, const LinearLayout &layout);
  void drain();
  void spreadToUsers(Value value, const LinearLayout &layout);
  void spreadToDefinition(Value value, const LinearLayout &layout);
  void spreadThroughLoop(scf::ForOp loop, unsigned number,
                         const LinearLayout &layout);
  void spreadThroughScan(ktile::ScanOp scan, const LinearLayout &layout);
  void anchorScan(ktile::ScanOp scan);
  void anchorMemory();
  void anchorRest();
  LinearLayout wish(MemRefType memref, AffineMap map, ValueRange symbols,
                    RankedTensorType tile);
  void insertConversions();
  void convertOperand(OpOperand &operand, const LinearLayout &layout);
  /// `result` is made in `layout` and converted to what its users expect.
  void convertResult(Value result, const LinearLayout &layout);
  void applyTypes();

  gpu::GPUFuncOp func;
  /// Loads whose tiles are handed to other threads for a scan.
  SmallPtrSet<Operation *, 2> turned;
  int64_t warps, blocks; ///< of a block, of a cluster
  llvm::MapVector<Value, LinearLayout> layouts;
  SmallVector<Value> worklist;
};
} // namespace

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

static SmallVector<int64_t> allBut(int64_t rank, int64_t dim) {
  SmallVector<int64_t> kept;
  for (int64_t d = 0; d < rank; ++d)
    if (d != dim)
      kept.push_back(d);
  return kept;
}

/// For each dimension of the source, the one of the result that runs along it.
static SmallVector<int64_t> sourceDims(ktile::ViewOp view) {
  SmallVector<int64_t> dims(
      cast<RankedTensorType>(view.getSource().getType()).getRank());
  for (auto [d, from] : llvm::enumerate(view.getFrom()))
    if (from >= 0)
      dims[from] = d;
  return dims;
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
    assign(total, layout.project(allBut(layout.getRank(), scan.getDim())));
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
        assign(result,
               layout.project(allBut(layout.getRank(), reduce.getDim())));
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
    assign(view.getSource(), layout.project(sourceDims(view)));
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

void LayoutAssigner::insertConversions() {
  SmallVector<Operation *> ops;
  func.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    if (isElementwise(op) && op->getNumResults() && isTile(op->getResult(0))) {
      LinearLayout layout = layouts.find(op->getResult(0))->second;
      for (OpOperand &operand : op->getOpOperands())
        convertOperand(operand, layout);
    } else if (auto view = dyn_cast<ktile::ViewOp>(op)) {
      convertOperand(
          view.getSourceMutable(),
          layouts.find(view.getResult())->second.project(sourceDims(view)));
    } else if (auto dot = dyn_cast<ktile::DotOp>(op)) {
      LinearLayout layout = layouts.find(dot.getResult())->second;
      convertOperand(dot.getAccMutable(), layout);
      if (isTile(dot.getA()) && dot.getUnitName() == ktile::DotOp::mmaUnit)
        convertOperand(dot.getAMutable(),
                       mmaLeftOperand(layout, dot.getDepth()));
    } else if (auto reduce = dyn_cast<ktile::ReduceOp>(op)) {
      LinearLayout layout = layouts.find(reduce.getOperands()[0])->second;
      for (OpOperand &operand : reduce->getOpOperands())
        convertOperand(operand, layout);
      LinearLayout reduced =
          layout.project(allBut(layout.getRank(), reduce.getDim()));
      for (Value result : reduce.getResults())
        convertResult(result, reduced);
    } else if (auto scan = dyn_cast<ktile::ScanOp>(op)) {
      LinearLayout layout = layouts.find(scan.getOperands()[0])->second;
      for (OpOperand &operand : scan->getOpOperands())
        convertOperand(operand, layout);
      for (Value result : scan.getRunning())
        convertResult(result, layout);
      for (Value result : scan.getTotals())
        convertResult(result,
                      layout.project(allBut(layout.getRank(), scan.getDim())));
    } else if (auto loop = dyn_cast<scf::ForOp>(op)) {
      for (auto [i, argument] : llvm::enumerate(loop.getRegionIterArgs()))
        if (isTile(argument)) {
          LinearLayout layout = layouts.find(argument)->second;
          convertOperand(loop.getInitArgsMutable()[i], layout);
          convertOperand(loop.getBody()->getTerminator()->getOpOperand(i),
                         layout);
        }
    } else if (auto taken = dyn_cast<ktile::ToRegistersOp>(op)) {
      convertOperand(taken.getSourceMutable(),
                     taken.getLayout().getLinearLayout());
    } else if (auto store = dyn_cast<ktile::StoreMatrixOp>(op)) {
      convertOperand(store.getValueMutable(),
                     store.getLayout().getLinearLayout());
    } else if (auto load = dyn_cast<ktile::LoadOp>(op)) {
      // Neighbours in memory should be neighbours among threads.
      RankedTensorType tile = tileOf(load.getResult());
      AccessShape shape = accessShape(load.getSource().getType(), load.getMap(),
                                      load.getSymbols(), tile.getShape());
      bool crosses =
          !load.getSource().getType().getMemorySpace() &&
          tile.getNumElements() >= 256 && !shape.order.empty() &&
          tile.getDimSize(shape.order[0]) >= 8 &&
          layouts.find(load.getResult())
                  ->second.bases(Holder::Lane)[0][shape.order[0]] == 0;
      if (crosses || turned.contains(load))
        convertResult(load.getResult(),
                      wish(load.getSource().getType(), load.getMap(),
                           load.getSymbols(), tile));
    } else if (auto store = dyn_cast<ktile::StoreOp>(op)) {
      // Neighbours in memory should be neighbours among threads.
      AccessShape shape =
          accessShape(store.getDest().getType(), store.getMap(),
                      store.getSymbols(), tileOf(store.getValue()).getShape());
      LinearLayout have = layouts.find(store.getValue())->second;
      // ... and what a thread writes at once as wide as what it holds, or the
      // accesses of a warp leave gaps for later ones.
      bool along =
          shape.order.empty() ||
          tileOf(store.getValue()).getNumElements() < 256 ||
          (have.bases(Holder::Lane)[0][shape.order[0]] != 0 &&
           contiguousRegisters(have, shape.order[0]) < 4 * shape.vector);
      bool global = !store.getDest().getType().getMemorySpace();
      if (!along && global)
        convertOperand(store.getValueMutable(),
                       wish(store.getDest().getType(), store.getMap(),
                            store.getSymbols(), tileOf(store.getValue())));
    }
  }
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
