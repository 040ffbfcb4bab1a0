//===- Distribute.cpp - From a tile program to threads ----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Schedule/Distribute.h"
#include "Distributor.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Schedule/Stage.h"
#include "kernel-opt/Schedule/TensorCores.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace kernel_opt;
using namespace kernel_opt::schedule;
using ktile::Holder;
using ktile::LinearLayout;

Distributor::Distributor(gpu::GPUFuncOp source)
    : source(source), builder(source.getContext()) {}

LinearLayout Distributor::layoutOf(Value tile) {
  return ktile::getLayout(tile.getType()).getLinearLayout();
}

Type Distributor::convertType(Type type) {
  auto tile = dyn_cast<RankedTensorType>(type);
  if (!tile)
    return type;
  int64_t registers = ktile::getLayout(type).getLinearLayout().numRegisters();
  return VectorType::get(registers, tile.getElementType());
}

Value Distributor::constantIndex(int64_t value) {
  return arith::ConstantIndexOp::create(builder, source.getLoc(), value);
}

SmallVector<Value> Distributor::mapped(ValueRange range) {
  return llvm::map_to_vector(
      range, [&](Value v) { return values.lookupOrDefault(v); });
}

Value Distributor::pick(Value vector, ArrayRef<int64_t> registers,
                        Location loc) {
  auto type = cast<VectorType>(vector.getType());
  if (llvm::equal(registers, llvm::seq<int64_t>(0, type.getNumElements())))
    return vector;
  return vector::ShuffleOp::create(builder, loc, vector, vector, registers);
}

Value Distributor::concat(ArrayRef<Value> parts, Location loc) {
  if (parts.size() == 1)
    return parts[0];
  auto part = cast<VectorType>(parts[0].getType());
  int64_t length = part.getNumElements();
  auto type = VectorType::get(length * parts.size(), part.getElementType());
  SmallVector<Value> elements;
  for (Value value : parts)
    llvm::append_range(
        elements,
        vector::ToElementsOp::create(builder, loc, value).getElements());
  return vector::FromElementsOp::create(builder, loc, type, elements);
}

Value Distributor::scratch(ArrayRef<int64_t> shape, Type element,
                           Location loc) {
  OpBuilder top(prologueEnd);
  auto type = MemRefType::get(shape, element, MemRefLayoutAttrInterface(),
                              kgpu::SharedAttr::get(source.getContext(), 0));
  return kgpu::AllocSharedOp::create(top, loc, type);
}

Value Distributor::toStorage(Value vector, Location loc) {
  auto type = cast<VectorType>(vector.getType());
  if (type.getElementType().isInteger(1))
    return arith::ExtUIOp::create(builder, loc, type.clone(builder.getI8Type()),
                                  vector);
  if (type.getElementType().isIndex())
    return arith::IndexCastOp::create(builder, loc,
                                      type.clone(builder.getI64Type()), vector);
  return vector;
}

Value Distributor::fromStorage(Value vector, Type element, Location loc) {
  auto type = cast<VectorType>(vector.getType());
  if (element.isInteger(1))
    return arith::TruncIOp::create(builder, loc, type.clone(element), vector);
  if (element.isIndex())
    return arith::IndexCastOp::create(builder, loc, type.clone(element),
                                      vector);
  return vector;
}

void Distributor::barrierBeforeReuse(Operation *op) {
  // In a loop, the last round's readers must be done.
  if (op->getParentOfType<scf::ForOp>())
    barrier(op->getLoc());
}

void Distributor::barrier(Location loc) {
  if (roleThreads)
    kgpu::NamedBarrierOp::create(builder, loc, 1, roleThreads, false);
  else
    gpu::BarrierOp::create(builder, loc);
}

//===----------------------------------------------------------------------===//
// The walk
//===----------------------------------------------------------------------===//

/// What a block of the largest devices so far (sm_90, sm_100) can have.
static constexpr int64_t maxSharedBytes = 227 * 1024;

/// Bytes of all buffers in shared memory, one after the other.
static int64_t sharedBytes(gpu::GPUFuncOp func) {
  int64_t bytes = 0;
  func.walk([&](kgpu::AllocSharedOp alloc) {
    MemRefType type = alloc.getBuffer().getType();
    bytes = llvm::alignTo(bytes, alloc.getAlignment()) +
            type.getNumElements() * type.getElementTypeBitWidth() / 8;
  });
  return bytes;
}

FailureOr<gpu::GPUFuncOp> Distributor::run() {
  auto size = source.getKnownBlockSize();
  if (!size)
    return source.emitError("needs known_block_size to be distributed");
  threadBits = llvm::Log2_64(tileThreads(source));
  builder.setInsertionPoint(source);
  target = gpu::GPUFuncOp::create(builder, source.getLoc(), source.getName(),
                                  source.getFunctionType());
  target->setAttrs(source->getAttrs());
  Block &entry = target.getBody().front();
  values.map(source.getArguments(), target.getArguments());

  builder.setInsertionPointToStart(&entry);
  thread = gpu::ThreadIdOp::create(builder, source.getLoc(), gpu::Dimension::x);
  if (int64_t blocks = kgpu::clusterBlocks(source); blocks > 1) {
    // Clusters are runs of blocks along x.
    rankBits = llvm::Log2_64(blocks);
    Value block =
        gpu::BlockIdOp::create(builder, source.getLoc(), gpu::Dimension::x);
    rank = arith::RemUIOp::create(builder, source.getLoc(), block,
                                  constantIndex(blocks));
  }
  // Marks where code that depends on the thread alone ends; goes at the end.
  prologueEnd = arith::ConstantIndexOp::create(builder, source.getLoc(), 0);
  builder.setInsertionPointToEnd(&entry);
  if (failed(distributeBlock(source.getBody().front()))) {
    target.erase();
    return failure();
  }
  prologueEnd->erase();
  computeInParts(target);
  if (lastPeerRead) {
    // Shared memory lives as long as its block: nobody leaves while others
    // may read. Who has read says so at once, and what is left is done before
    // waiting for the others.
    UnitAttr half = builder.getUnitAttr();
    bool early = lastPeerRead->getBlock() == &entry;
    if (early) {
      builder.setInsertionPointAfter(lastPeerRead);
      kgpu::ClusterBarrierOp::create(builder, source.getLoc(), half,
                                     UnitAttr());
    }
    builder.setInsertionPoint(entry.getTerminator());
    kgpu::ClusterBarrierOp::create(builder, source.getLoc(), UnitAttr(),
                                   early ? half : UnitAttr());
  }
  if (int64_t bytes = sharedBytes(target); bytes > maxSharedBytes) {
    InFlightDiagnostic error = source.emitError("needs ")
                               << bytes << " bytes of shared memory, at most "
                               << maxSharedBytes
                               << " fit a block: use smaller tiles";
    target.erase();
    return error;
  }
  source.erase();
  return target;
}

LogicalResult Distributor::distributeBlock(Block &block) {
  for (Operation &op : block)
    if (failed(distributeOp(&op)))
      return failure();
  return success();
}

static bool touchesTiles(Operation *op) {
  auto isTile = [](Type type) { return isa<RankedTensorType>(type); };
  return llvm::any_of(op->getOperandTypes(), isTile) ||
         llvm::any_of(op->getResultTypes(), isTile);
}

LogicalResult Distributor::distributeOp(Operation *op) {
  for (Type type : op->getResultTypes()) {
    if (!isa<RankedTensorType>(type))
      continue;
    if (!ktile::getLayout(type))
      return op->emitError("tile without layout: assign layouts first");
    LinearLayout layout = ktile::getLayout(type).getLinearLayout();
    if (layout.bases(Holder::Block).size() != rankBits)
      return op->emitError("layout is for ")
             << layout.numBlocks() << " blocks, the program's clusters have "
             << (int64_t(1) << rankBits);
  }
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](ktile::LoadOp o) { return distributeLoad(o); })
      .Case([&](ktile::StoreOp o) { return distributeStore(o); })
      .Case([&](ktile::CopyOp o) { return distributeCopy(o); })
      .Case([&](ktile::IndexOp o) { return distributeIndex(o); })
      .Case([&](ktile::InBoundsOp o) { return distributeInBounds(o); })
      .Case([&](ktile::ViewOp o) { return distributeView(o); })
      .Case([&](ktile::ConvertOp o) { return distributeConvert(o); })
      .Case([&](ktile::ReduceOp o) { return distributeReduce(o); })
      .Case([&](ktile::ScanOp o) { return distributeScan(o); })
      .Case([&](ktile::DotOp o) { return distributeDot(o); })
      .Case(
          [&](ktile::FromRegistersOp o) { return distributeFromRegisters(o); })
      .Case([&](ktile::ToRegistersOp o) { return distributeToRegisters(o); })
      .Case([&](ktile::StoreMatrixOp o) { return distributeStoreMatrix(o); })
      .Case([&](ktile::StorePanelsOp o) { return distributeStorePanels(o); })
      .Case([&](scf::ForOp o) { return distributeFor(o); })
      .Case([&](scf::IfOp o) { return distributeIf(o); })
      .Case([&](gpu::BarrierOp o) {
        barrier(o.getLoc());
        return success();
      })
      .Case([&](affine::AffineApplyOp o) { return distributeApply(o); })
      .Default([&](Operation *o) -> LogicalResult {
        if (o->getNumRegions())
          return o->emitError("no rule distributes '") << o->getName() << "'";
        if (touchesTiles(o) && !isa<scf::YieldOp>(o))
          return distributeElementwise(o);
        builder.clone(*o, values);
        return success();
      });
}

LogicalResult Distributor::distributeElementwise(Operation *op) {
  if (!OpTrait::hasElementwiseMappableTraits(op) && !isa<arith::ConstantOp>(op))
    return op->emitError("no rule distributes '") << op->getName() << "'";
  OperationState state(op->getLoc(), op->getName());
  state.addOperands(mapped(op->getOperands()));
  for (Type type : op->getResultTypes())
    state.addTypes(convertType(type));
  state.addAttributes(op->getAttrs());
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    auto dense = cast<DenseElementsAttr>(constant.getValue());
    if (!dense.isSplat())
      return op->emitError("a tile's constant must be the same everywhere");
    state.attributes.set(
        "value", DenseElementsAttr::get(cast<ShapedType>(state.types[0]),
                                        dense.getSplatValue<Attribute>()));
  }
  values.map(op->getResults(), builder.create(state)->getResults());
  return success();
}

LogicalResult Distributor::distributeApply(affine::AffineApplyOp op) {
  // Dimensions and symbols are alike: both are values of the program.
  AffineMap map = op.getAffineMap();
  SmallVector<AffineExpr> symbols;
  for (unsigned i = 0; i < map.getNumInputs(); ++i)
    symbols.push_back(getAffineSymbolExpr(i, op.getContext()));
  ArrayRef<AffineExpr> all(symbols);
  AffineExpr expr = map.getResult(0).replaceDimsAndSymbols(
      all.take_front(map.getNumDims()), all.drop_front(map.getNumDims()));
  Access access;
  access.symbols = mapped(op.getMapOperands());
  access.sourceSymbols.assign(op.getMapOperands().begin(),
                              op.getMapOperands().end());
  values.map(op.getResult(), expand(expr, access, {}, op.getLoc()));
  return success();
}

LogicalResult Distributor::distributeFor(scf::ForOp op) {
  auto loop = scf::ForOp::create(
      builder, op.getLoc(), values.lookupOrDefault(op.getLowerBound()),
      values.lookupOrDefault(op.getUpperBound()),
      values.lookupOrDefault(op.getStep()), mapped(op.getInitArgs()));
  Block *body = loop.getBody();
  if (!body->empty())
    body->back().erase();
  values.map(op.getBody()->getArguments(), body->getArguments());
  values.map(op.getResults(), loop.getResults());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(body);
  return distributeBlock(*op.getBody());
}

LogicalResult Distributor::distributeView(ktile::ViewOp op) {
  LinearLayout from = layoutOf(op.getSource()), to = layoutOf(op.getResult());
  SmallVector<int64_t> kept(from.getRank());
  for (auto [d, source] : llvm::enumerate(op.getFrom()))
    if (source >= 0)
      kept[source] = d;
  if (!to.project(kept).sameThreads(from))
    return op.emitError("source and result are held by different threads");
  // Register by register: the source register with the projected bits.
  ArrayRef<LinearLayout::Basis> fromBits = from.bases(Holder::Register);
  SmallVector<int64_t> moved;
  for (const LinearLayout::Basis &basis : to.bases(Holder::Register)) {
    LinearLayout::Basis projected;
    for (int64_t d : kept)
      projected.push_back(basis[d]);
    auto *found = llvm::find(fromBits, projected);
    moved.push_back(
        found == fromBits.end() ? 0 : int64_t(1) << (found - fromBits.begin()));
  }
  SmallVector<int64_t> registers;
  for (int64_t r = 0; r < to.numRegisters(); ++r) {
    int64_t sourceRegister = 0;
    for (auto [bit, move] : llvm::enumerate(moved))
      sourceRegister |= (r >> bit & 1) ? move : 0;
    registers.push_back(sourceRegister);
  }
  values.map(op.getResult(),
             pick(values.lookup(op.getSource()), registers, op.getLoc()));
  return success();
}

/// The dimension along which neighbouring lanes hold elements.
static std::optional<size_t> fastestAmongLanes(const LinearLayout &layout) {
  for (auto [d, mask] : llvm::enumerate(layout.bases(Holder::Lane)[0]))
    if (mask)
      return d;
  return std::nullopt;
}

LogicalResult Distributor::distributeConvert(ktile::ConvertOp op) {
  Location loc = op.getLoc();
  auto tile = tileOf(op.getResult());
  LinearLayout from = layoutOf(op.getSource()), to = layoutOf(op.getResult());
  if (from.sharedByBlocks() || to.sharedByBlocks())
    return op.emitError(
        "a tile that the blocks of a cluster share cannot change its layout");
  Value stored = toStorage(values.lookup(op.getSource()), loc);
  Type element = getElementTypeOrSelf(stored.getType());
  // Where rows become columns, rows lie one bank apart from each other.
  SmallVector<int64_t> shape(tile.getShape());
  if (fastestAmongLanes(from) != fastestAmongLanes(to))
    shape.back() += std::max<int64_t>(1, 32 / element.getIntOrFloatBitWidth());
  Value buffer = scratch(shape, element, loc);
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(tile.getRank(), source.getContext());
  Access write = makeAccess(buffer, identity, {}, from, tile.getShape());
  Access read = makeAccess(buffer, identity, {}, to, tile.getShape());
  barrierBeforeReuse(op);
  storeRegisters(write, stored, firstHolder(from, /*ofEachBlock=*/true), loc);
  barrier(loc);
  Value loaded = loadRegisters(read, {}, element, loc);
  values.map(op.getResult(), fromStorage(loaded, tile.getElementType(), loc));
  return success();
}

FailureOr<gpu::GPUFuncOp> schedule::distribute(gpu::GPUFuncOp func) {
  return Distributor(func).run();
}
