//===- Prepare.cpp - Steps before the conversion proper ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lowering.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace kernel_opt;
using namespace kernel_opt::kgpu;

//===----------------------------------------------------------------------===//
// checkKernel
//===----------------------------------------------------------------------===//

/// Ten times the compute capability that an operation needs.
static unsigned neededSM(Operation *op) {
  return TypeSwitch<Operation *, unsigned>(op)
      .Case<MBarrierAllocOp, MBarrierInitOp, MBarrierArriveOp, MBarrierWaitOp,
            ClusterBarrierOp, ClusterSharedOp, TensorMapOp, TmaLoadOp,
            TmaStoreOp, BulkCommitOp, BulkWaitOp, WgmmaFenceOp, WgmmaOp,
            WgmmaCommitOp, WgmmaWaitOp, SetMaxRegistersOp, StoreMatrixOp>(
          [](auto) { return 90; })
      .Case<FenceOp>([](FenceOp fence) {
        return fence.getKind() == FenceKind::Block ||
                       fence.getKind() == FenceKind::Device
                   ? 75
                   : 90;
      })
      .Case<MmaOp, AsyncCopyOp, AsyncCommitOp, AsyncWaitOp>(
          [](auto) { return 80; })
      .Default([](Operation *) { return 75; });
}

/// wgmma and setmaxnreg exist on compute capability 9.0 alone.
static bool isHopperOnly(Operation *op) {
  return isa<WgmmaFenceOp, WgmmaOp, WgmmaCommitOp, WgmmaWaitOp>(op);
}

/// Checks that `op` does with arguments what they declare: loads of those that
/// are only read may happen at any time.
static LogicalResult checkAccesses(Operation *op) {
  auto check = [&](Value memref, bool reads, bool writes) -> LogicalResult {
    StringRef access = declaredAccess(memref);
    if ((writes && access == kAccessRead) || (reads && access == kAccessWrite))
      return op->emitError()
             << "'" << op->getName() << "' " << (writes ? "writes" : "reads")
             << " an argument whose '" << kAccessAttrName << "' is \"" << access
             << "\"";
    return success();
  };
  if (auto accessing = dyn_cast<AccessInterface>(op)) {
    SmallVector<Access> accesses;
    accessing.getAccesses(accesses);
    for (const Access &access : accesses)
      if (failed(check(access.memref, !access.isWrite, access.isWrite)))
        return failure();
    return success();
  }
  if (auto load = dyn_cast<memref::LoadOp>(op))
    return check(load.getMemref(), true, false);
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return check(store.getMemref(), false, true);
  if (auto signal = dyn_cast<SignalOp>(op))
    return check(signal.getMemref(), true, true);
  if (auto wait = dyn_cast<WaitOp>(op))
    return check(wait.getMemref(), true, true);
  if (auto barrier = dyn_cast<GridBarrierOp>(op))
    return check(barrier.getCounter(), true, true);
  return success();
}

LogicalResult kernel_opt::checkKernel(gpu::GPUFuncOp kernel, unsigned sm) {
  bool ok = true;
  auto fail = [&](Operation *op) {
    ok = false;
    return op->emitError();
  };
  for (auto [i, type] : llvm::enumerate(kernel.getArgumentTypes())) {
    auto memref = dyn_cast<MemRefType>(type);
    bool isBuffer = memref && isGlobal(memref) && memref.hasStaticShape() &&
                    memref.getLayout().isIdentity();
    if (!isBuffer && !type.isIntOrIndexOrFloat())
      fail(kernel) << "argument " << i << " of type " << type
                   << " cannot be passed to a kernel; expected a scalar or a "
                      "memref of static shape and identity layout in global "
                      "memory";
  }
  kernel.walk([&](Operation *op) {
    unsigned needed = neededSM(op);
    if (sm < needed)
      fail(op) << "'" << op->getName() << "' needs compute capability "
               << needed / 10 << "." << needed % 10 << ", but the target has "
               << sm / 10 << "." << sm % 10;
    else if (isHopperOnly(op) && sm != 90)
      fail(op)
          << "'" << op->getName()
          << "' exists on compute capability 9.0 alone, but the target has "
          << sm / 10 << "." << sm % 10;
    for (Value operand : op->getOperands()) {
      auto memref = dyn_cast<MemRefType>(operand.getType());
      if (memref && !isa<mlir::BlockArgument>(operand) &&
          !operand.getDefiningOp<AllocSharedOp>() &&
          !operand.getDefiningOp<ClusterSharedOp>())
        fail(op) << "memrefs must be arguments of the kernel or come from "
                    "'kgpu.alloc_shared'";
    }
    ok &= succeeded(checkAccesses(op));
    if (isa<SetMaxRegistersOp>(op) && !kernel.getKnownBlockSize())
      fail(op) << "'" << op->getName()
               << "' needs 'known_block_size' on the kernel, which decides how "
                  "many registers there are to share";
    if (auto wgmma = dyn_cast<WgmmaOp>(op);
        wgmma && !isa<VectorType>(wgmma.getA().getType()) &&
        wgmma.getA().getDefiningOp<ClusterSharedOp>())
      fail(op) << "wgmma reads shared memory of its own block only";
  });
  return success(ok);
}

//===----------------------------------------------------------------------===//
// expandGuards
//===----------------------------------------------------------------------===//

static Value paddingOf(OpBuilder &b, LoadOp load, Type type) {
  mlir::TypedAttr scalar = load.getPaddingAttr();
  if (auto vector = dyn_cast<VectorType>(type))
    return arith::ConstantOp::create(b, load.getLoc(),
                                     DenseElementsAttr::get(vector, scalar));
  return arith::ConstantOp::create(b, load.getLoc(), scalar);
}

/// Indices of the element `offset` places further along the last dimension.
static SmallVector<Value> shifted(OpBuilder &b, Location loc,
                                  ValueRange indices, int64_t offset) {
  SmallVector<Value> result(indices);
  if (offset != 0)
    result.back() = arith::AddIOp::create(
        b, loc, result.back(), arith::ConstantIndexOp::create(b, loc, offset));
  return result;
}

/// predicate and `valid` compared with `count`; either may be missing.
static Value guardOf(OpBuilder &b, Location loc, Value predicate, Value valid,
                     arith::CmpIPredicate comparison, int64_t count) {
  if (!valid)
    return predicate;
  Value enough = arith::CmpIOp::create(
      b, loc, comparison, valid, arith::ConstantIndexOp::create(b, loc, count));
  return predicate
             ? arith::AndIOp::create(b, loc, predicate, enough).getResult()
             : enough;
}

static int64_t lengthOf(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector ? vector.getNumElements() : 1;
}

/// A load of `type` under `guard`; what runs where it is false is `otherwise`.
static Value loadIf(OpBuilder &b, LoadOp load, Type type, ValueRange indices,
                    Value guard, mlir::IntegerAttr alignment,
                    function_ref<Value(OpBuilder &)> otherwise) {
  Location loc = load.getLoc();
  auto branch = scf::IfOp::create(
      b, loc, guard,
      [&](OpBuilder &b, Location loc) {
        Value loaded = LoadOp::create(b, loc, type, load.getMemref(), indices,
                                      Value(), Value(), mlir::TypedAttr(),
                                      alignment, load.getCacheAttr());
        scf::YieldOp::create(b, loc, loaded);
      },
      [&](OpBuilder &b, Location loc) {
        scf::YieldOp::create(b, loc, otherwise(b));
      });
  return branch.getResult(0);
}

/// Masked vector accesses of LLVM become one branch per element, at 39 % of the
/// speed of a copy; a full vector under one branch loses nothing.
static void expandLoad(LoadOp load) {
  OpBuilder b(load);
  Location loc = load.getLoc();
  Type type = load.getResult().getType();
  int64_t length = lengthOf(type);
  Value guard = guardOf(b, loc, load.getPredicate(), load.getValid(),
                        arith::CmpIPredicate::sge, length);
  Value result = loadIf(
      b, load, type, load.getIndices(), guard, load.getAlignmentAttr(),
      [&](OpBuilder &b) -> Value {
        if (!load.getValid() || length == 1)
          return paddingOf(b, load, type);
        auto vector = cast<VectorType>(type);
        SmallVector<Value> elements;
        for (int64_t i = 0; i < length; ++i) {
          Value inside = guardOf(b, loc, load.getPredicate(), load.getValid(),
                                 arith::CmpIPredicate::sgt, i);
          elements.push_back(loadIf(b, load, vector.getElementType(),
                                    shifted(b, loc, load.getIndices(), i),
                                    inside, {}, [&](OpBuilder &b) {
                                      return paddingOf(b, load,
                                                       vector.getElementType());
                                    }));
        }
        return vector::FromElementsOp::create(b, loc, vector, elements);
      });
  load.replaceAllUsesWith(result);
  load.erase();
}

static void storeUnguarded(OpBuilder &b, StoreOp store, Value value,
                           ValueRange indices, mlir::IntegerAttr alignment) {
  StoreOp::create(b, store.getLoc(), value, store.getMemref(), indices, Value(),
                  Value(), alignment, store.getCacheAttr());
}

static void expandStore(StoreOp store) {
  OpBuilder b(store);
  Location loc = store.getLoc();
  int64_t length = lengthOf(store.getValue().getType());
  bool hasTail = store.getValid() && length > 1;
  Value guard = guardOf(b, loc, store.getPredicate(), store.getValid(),
                        arith::CmpIPredicate::sge, length);
  auto branch = scf::IfOp::create(b, loc, guard, /*withElseRegion=*/hasTail);
  OpBuilder full = branch.getThenBodyBuilder();
  storeUnguarded(full, store, store.getValue(), store.getIndices(),
                 store.getAlignmentAttr());
  if (hasTail) {
    OpBuilder tail = branch.getElseBodyBuilder();
    for (int64_t i = 0; i < length; ++i) {
      Value inside = guardOf(tail, loc, store.getPredicate(), store.getValid(),
                             arith::CmpIPredicate::sgt, i);
      auto one = scf::IfOp::create(tail, loc, inside, /*withElseRegion=*/false);
      OpBuilder body = one.getThenBodyBuilder();
      Value element = vector::ExtractOp::create(body, loc, store.getValue(), i);
      storeUnguarded(body, store, element,
                     shifted(body, loc, store.getIndices(), i), {});
    }
  }
  store.erase();
}

void kernel_opt::expandGuards(gpu::GPUFuncOp kernel) {
  SmallVector<Operation *> guarded;
  kernel.walk([&](Operation *op) {
    if (auto load = dyn_cast<LoadOp>(op);
        load && (load.getPredicate() || load.getValid()))
      guarded.push_back(op);
    if (auto store = dyn_cast<StoreOp>(op);
        store && (store.getPredicate() || store.getValid()))
      guarded.push_back(op);
  });
  for (Operation *op : guarded) {
    if (auto load = dyn_cast<LoadOp>(op))
      expandLoad(load);
    else
      expandStore(cast<StoreOp>(op));
  }
}

//===----------------------------------------------------------------------===//
// expandCoordinates
//===----------------------------------------------------------------------===//

void kernel_opt::expandCoordinates(gpu::GPUFuncOp kernel) {
  SmallVector<gpu::GlobalIdOp> ids;
  kernel.walk([&](gpu::GlobalIdOp op) { ids.push_back(op); });
  for (gpu::GlobalIdOp op : ids) {
    OpBuilder b(op);
    Location loc = op.getLoc();
    gpu::Dimension dimension = op.getDimension();
    Value block = gpu::BlockIdOp::create(b, loc, dimension);
    Value extent = gpu::BlockDimOp::create(b, loc, dimension);
    Value thread = gpu::ThreadIdOp::create(b, loc, dimension);
    Value begin = arith::MulIOp::create(b, loc, block, extent);
    op.replaceAllUsesWith(
        arith::AddIOp::create(b, loc, begin, thread).getResult());
    op.erase();
  }
}

//===----------------------------------------------------------------------===//
// hoistTensorMaps
//===----------------------------------------------------------------------===//

/// What the launch plan needs to encode a map; dimensions in the order of the
/// memref's, sizes in elements, strides and swizzle in bytes.
static DictionaryAttr describe(TensorMapOp op) {
  Builder b(op.getContext());
  auto memref = cast<MemRefType>(op.getMemref().getType());
  TensorMapType map = op.getMap().getType();
  int64_t bytes = memref.getElementTypeBitWidth() / 8;
  SmallVector<int64_t> strides(memref.getRank(), bytes);
  for (int64_t i = memref.getRank() - 2; i >= 0; --i)
    strides[i] = strides[i + 1] * memref.getDimSize(i + 1);
  auto argument = cast<mlir::BlockArgument>(op.getMemref());
  return b.getDictionaryAttr({
      b.getNamedAttr("argument", b.getI64IntegerAttr(argument.getArgNumber())),
      b.getNamedAttr("box", b.getDenseI64ArrayAttr(map.getBox())),
      b.getNamedAttr("element", TypeAttr::get(map.getElementType())),
      b.getNamedAttr("sizes", b.getDenseI64ArrayAttr(memref.getShape())),
      b.getNamedAttr("strides", b.getDenseI64ArrayAttr(strides)),
      b.getNamedAttr("swizzle", b.getI64IntegerAttr(map.getSwizzle())),
  });
}

void kernel_opt::hoistTensorMaps(gpu::GPUFuncOp kernel) {
  SmallVector<TensorMapOp> maps(kernel.getBody().getOps<TensorMapOp>());
  if (maps.empty())
    return;
  SmallVector<Attribute> descriptions;
  for (TensorMapOp map : maps) {
    descriptions.push_back(describe(map));
    unsigned index = kernel.getNumArguments();
    (void)kernel.insertArgument(index, map.getMap().getType(), {},
                                map.getLoc());
    map.replaceAllUsesWith(
        static_cast<Value>(kernel.getBody().getArgument(index)));
    map.erase();
  }
  kernel->setAttr(kTensorMapsAttrName,
                  ArrayAttr::get(kernel.getContext(), descriptions));
}

//===----------------------------------------------------------------------===//
// collectFacts
//===----------------------------------------------------------------------===//

/// Gives every buffer and mbarrier array a place, in program order.
static void assignShared(gpu::GPUFuncOp kernel, KernelFacts &facts) {
  int64_t end = 0;
  auto place = [&](Operation *op, int64_t bytes, int64_t alignment) {
    end = llvm::alignTo(end, alignment);
    facts.sharedOffsets[op] = end;
    end += bytes;
  };
  kernel.walk([&](Operation *op) {
    if (auto alloc = dyn_cast<AllocSharedOp>(op)) {
      auto type = cast<MemRefType>(alloc.getBuffer().getType());
      // TMA needs 128 bytes, and a swizzle repeats every 1024.
      int64_t least =
          getSharedSpace(type).getSwizzle() ? kSharedAlignment : 128;
      int64_t bytes = type.getNumElements() * type.getElementTypeBitWidth() / 8;
      place(op, bytes, std::max<int64_t>(least, alloc.getAlignment()));
    } else if (auto alloc = dyn_cast<MBarrierAllocOp>(op)) {
      place(op, 8 * alloc.getBarriers().getType().getCount(), 8);
    }
  });
  facts.sharedBytes = end;
}

static std::optional<SmallVector<int32_t>> sizesOf(Operation *op,
                                                   StringRef name) {
  auto sizes = op->getAttrOfType<mlir::DenseI32ArrayAttr>(name);
  if (!sizes || sizes.size() != 3)
    return std::nullopt;
  return SmallVector<int32_t>(sizes.asArrayRef());
}

KernelFacts kernel_opt::collectFacts(gpu::GPUFuncOp kernel, unsigned sm) {
  KernelFacts facts;
  facts.sm = sm;
  facts.blockSize = sizesOf(kernel, kernel.getKnownBlockSizeAttrName());
  facts.gridSize = sizesOf(kernel, kernel.getKnownGridSizeAttrName());
  if (auto cluster = sizesOf(kernel, kClusterSizeAttrName))
    facts.hasClusters = (*cluster)[0] * (*cluster)[1] * (*cluster)[2] > 1;
  assignShared(kernel, facts);
  kernel.walk([&](Operation *op) {
    facts.changesRegisters |= isa<SetMaxRegistersOp>(op);
    for (Value operand : op->getOperands()) {
      if (!isa<MemRefType>(operand.getType()))
        continue;
      if (operand.getDefiningOp<ClusterSharedOp>())
        facts.remoteAccesses.insert(op);
      if (declaredAccess(operand) == kAccessRead)
        facts.invariantLoads.insert(op);
    }
  });
  return facts;
}
