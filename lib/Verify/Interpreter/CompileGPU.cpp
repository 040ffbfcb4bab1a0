//===- CompileGPU.cpp - Bytecode of gpu and kgpu operations ---------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

//===----------------------------------------------------------------------===//
// gpu
//===----------------------------------------------------------------------===//

/// The number of the block that an id operation gives, and its dimension.
static std::optional<std::pair<BlockValue, unsigned>>
blockValueOf(Operation *op) {
  using Result = std::optional<std::pair<BlockValue, unsigned>>;
  return TypeSwitch<Operation *, Result>(op)
      .Case<gpu::BlockIdOp>([](auto id) {
        return Result({BlockValue::BlockId, unsigned(id.getDimension())});
      })
      .Case<gpu::ClusterIdOp>([](auto id) {
        return Result({BlockValue::ClusterId, unsigned(id.getDimension())});
      })
      .Case<gpu::ClusterBlockIdOp>([](auto id) {
        return Result(
            {BlockValue::BlockInCluster, unsigned(id.getDimension())});
      })
      .Case<gpu::BlockDimOp>([](auto id) {
        return Result({BlockValue::BlockSize, unsigned(id.getDimension())});
      })
      .Case<gpu::GridDimOp>([](auto id) {
        return Result({BlockValue::GridSize, unsigned(id.getDimension())});
      })
      .Case<gpu::ClusterDimOp>([](auto id) {
        return Result({BlockValue::ClusterCount, unsigned(id.getDimension())});
      })
      .Case<gpu::SubgroupIdOp>(
          [](auto) { return Result({BlockValue::Warp, 0}); })
      .Case<gpu::NumSubgroupsOp>(
          [](auto) { return Result({BlockValue::WarpCount, 0}); })
      .Default([](Operation *) { return Result(); });
}

LogicalResult Compiler::compileLaneShuffle(gpu::ShuffleOp op) {
  std::optional<int64_t> width = constantOf(op.getWidth());
  if (!width || *width < 1 || *width > warpSize || (*width & (*width - 1)))
    return unsupported(op, "the width must be a constant power of two up to "
                           "32");
  Reg a = reg(op.getValue()), b = reg(op.getOffset());
  Slot result = define(op.getShuffleResult());
  Slot valid = define(op.getValid());
  Inst &i = emit(shuffle, op);
  i.d = result.reg;
  i.c = valid.reg;
  i.a = a;
  i.b = b;
  i.imm = *width;
  i.length = result.length;
  i.flag = result.isFloat;
  switch (op.getMode()) {
  case gpu::ShuffleMode::XOR:
    i.fn = 0;
    break;
  case gpu::ShuffleMode::UP:
    i.fn = 1;
    break;
  case gpu::ShuffleMode::DOWN:
    i.fn = 2;
    break;
  case gpu::ShuffleMode::IDX:
    i.fn = 3;
    break;
  }
  return success();
}

LogicalResult Compiler::compileGPU(Operation *op) {
  if (auto value = blockValueOf(op)) {
    Slot result = define(op->getResult(0));
    Inst &i = emit(blockValue, op);
    i.d = result.reg;
    i.imm = int64_t(value->first);
    i.aux = value->second;
    return success();
  }
  if (auto id = dyn_cast<gpu::ThreadIdOp>(op)) {
    Slot result = define(id.getResult());
    Inst &i = emit(threadId, op);
    i.d = result.reg;
    i.aux = uint32_t(id.getDimension());
    return success();
  }
  if (auto id = dyn_cast<gpu::GlobalIdOp>(op))
    return compileGlobalId(op);
  if (isa<gpu::LaneIdOp>(op)) {
    Slot result = define(op->getResult(0));
    emit(laneId, op).d = result.reg;
    return success();
  }
  auto constant = [&](int64_t value) {
    Slot slot;
    slot.reg = intConstant(value);
    slots[op->getResult(0)] = slot;
    return success();
  };
  if (isa<gpu::SubgroupSizeOp>(op))
    return constant(warpSize);
  if (auto dim = dyn_cast<gpu::ClusterDimBlocksOp>(op)) {
    const int64_t sizes[3] = {program.cluster.x, program.cluster.y,
                              program.cluster.z};
    return constant(sizes[unsigned(dim.getDimension())]);
  }
  if (isa<gpu::BarrierOp>(op)) {
    emit(barrier, op);
    return success();
  }
  if (auto shuffleOp = dyn_cast<gpu::ShuffleOp>(op))
    return compileLaneShuffle(shuffleOp);
  return unsupported(op);
}

/// block id * block size + thread id.
LogicalResult Compiler::compileGlobalId(Operation *op) {
  unsigned dimension = unsigned(cast<gpu::GlobalIdOp>(op).getDimension());
  auto number = [&](Handler run, BlockValue value) {
    Reg d = temporary(false, 1);
    Inst &i = emit(run, op);
    i.d = d;
    i.imm = int64_t(value);
    i.aux = dimension;
    return d;
  };
  Reg block = number(blockValue, BlockValue::BlockId);
  Reg size = number(blockValue, BlockValue::BlockSize);
  Reg thread = number(threadId, BlockValue::BlockId);
  Slot result = define(op->getResult(0));
  Inst &product = emit(integerBinary(IntFn::Mul), op);
  product.d = size;
  product.a = block;
  product.b = size;
  Inst &sum = emit(integerBinary(IntFn::Add), op);
  sum.d = result.reg;
  sum.a = size;
  sum.b = thread;
  return success();
}

//===----------------------------------------------------------------------===//
// kgpu: memory
//===----------------------------------------------------------------------===//

/// What a vector access must be aligned to if nothing else is said: the largest
/// power of two that divides its size.
static int64_t naturalAlignment(uint32_t length, const ElementKind &element) {
  int64_t bytes = int64_t(length) * element.bytes();
  return bytes & -bytes;
}

/// Zero, or the given padding, as a constant column.
Reg Compiler::paddingConstant(Attribute padding, Type element) {
  if (!padding)
    return noReg;
  return constantSlot(padding, element, "").reg;
}

LogicalResult Compiler::compileLoadStore(Operation *op, Value memref,
                                         ValueRange indices, Value predicate,
                                         Value valid, Value registers,
                                         std::optional<uint64_t> alignment,
                                         Attribute padding, bool isStore) {
  uint32_t length = columnsOf(registers.getType());
  AccessInfo access;
  if (!makeAccess(op, memref, indices, length, access))
    return failure();
  const BufferInfo &info = program.buffers[access.buffer];
  access.alignment =
      alignment ? int64_t(*alignment) : naturalAlignment(length, info.element);
  if (predicate) {
    access.predicate = reg(predicate);
    noteControl(predicate);
  }
  if (valid) {
    access.valid = reg(valid);
    noteControl(valid);
  }
  access.padding =
      paddingConstant(padding, mlir::getElementTypeOrSelf(registers.getType()));
  Reg value = isStore ? reg(registers) : define(registers).reg;
  emitAccess(op, std::move(access), value, isStore);
  return success();
}

LogicalResult Compiler::compileAsyncCopy(Operation *op) {
  auto copy = cast<kgpu::AsyncCopyOp>(op);
  AccessInfo source, target;
  uint32_t count = uint32_t(copy.getCount());
  if (!makeAccess(op, copy.getSrc(), copy.getSrcIndices(), count, source) ||
      !makeAccess(op, copy.getDst(), copy.getDstIndices(), count, target))
    return failure();
  const ElementKind &element = program.buffers[target.buffer].element;
  source.alignment = target.alignment = naturalAlignment(count, element);
  target.isStore = true;
  if (copy.getPredicate()) {
    source.predicate = reg(copy.getPredicate());
    noteControl(copy.getPredicate());
  }
  uint32_t from = addAccess(std::move(source)),
           to = addAccess(std::move(target));
  Inst &i = emit(asyncCopy, op);
  i.a = from;
  i.imm = to;
  i.length = count;
  return success();
}

/// A BinaryFn for floats, an IntFn for integers; none if there is no such one.
static std::optional<uint8_t> warpFunction(kgpu::CombineKind kind,
                                           bool isFloat) {
  using Function = std::optional<uint8_t>;
  auto either = [&](BinaryFn forFloat, IntFn forInteger) -> Function {
    return isFloat ? uint8_t(forFloat) : uint8_t(forInteger);
  };
  auto onlyFloat = [&](BinaryFn f) {
    return isFloat ? Function(uint8_t(f)) : std::nullopt;
  };
  auto onlyInteger = [&](IntFn f) {
    return isFloat ? std::nullopt : Function(uint8_t(f));
  };
  using Kind = kgpu::CombineKind;
  switch (kind) {
  case Kind::Add:
    return either(BinaryFn::Add, IntFn::Add);
  case Kind::Mul:
    return either(BinaryFn::Mul, IntFn::Mul);
  case Kind::Max:
    return either(BinaryFn::Maximum, IntFn::MaxS);
  case Kind::Min:
    return either(BinaryFn::Minimum, IntFn::MinS);
  case Kind::MaxNum:
    return onlyFloat(BinaryFn::MaxNum);
  case Kind::MinNum:
    return onlyFloat(BinaryFn::MinNum);
  case Kind::MaxU:
    return onlyInteger(IntFn::MaxU);
  case Kind::MinU:
    return onlyInteger(IntFn::MinU);
  case Kind::And:
    return onlyInteger(IntFn::And);
  case Kind::Or:
    return onlyInteger(IntFn::Or);
  case Kind::Xor:
    return onlyInteger(IntFn::Xor);
  }
  llvm_unreachable("kind outside its enum");
}

LogicalResult Compiler::compileWarpReduce(Operation *op) {
  auto reduce = cast<kgpu::WarpReduceOp>(op);
  Slot value = slot(reduce.getValue());
  std::optional<uint8_t> fn = warpFunction(reduce.getKind(), value.isFloat);
  if (!fn)
    return unsupported(op, "this combination for this type");
  program.lists.emplace_back(reduce.getLaneBits().begin(),
                             reduce.getLaneBits().end());
  Slot result = define(reduce.getResult());
  Inst &i = emit(warpReduce, op);
  i.d = result.reg;
  i.a = value.reg;
  i.length = result.length;
  i.flag = result.isFloat;
  i.fn = *fn;
  i.aux = uint32_t(program.lists.size() - 1);
  Type type = reduce.getValue().getType();
  if (value.isFloat)
    i.kind = *getFloatKind(mlir::getElementTypeOrSelf(type));
  else
    i.wrap = wrapOfWidth(integerWidth(type));
  return success();
}

LogicalResult Compiler::compileMatrixAccess(Operation *op, Value memref,
                                            ValueRange indices, Value registers,
                                            bool transpose, bool isStore) {
  AccessInfo access;
  if (!makeAccess(op, memref, indices, 8, access))
    return failure();
  access.alignment = 16;
  access.isStore = isStore;
  uint32_t number = addAccess(std::move(access));
  Slot value = isStore ? slot(registers) : define(registers);
  Inst &i = emit(isStore ? storeMatrix : loadMatrix, op);
  i.aux = number;
  i.length = value.length;
  i.flag = transpose;
  (isStore ? i.a : i.d) = value.reg;
  return success();
}

LogicalResult Compiler::compileKGPU(Operation *op) {
  if (isa<kgpu::AllocSharedOp>(op))
    return compileAllocShared(op);
  if (auto load = dyn_cast<kgpu::LoadOp>(op))
    return compileLoadStore(op, load.getMemref(), load.getIndices(),
                            load.getPredicate(), load.getValid(),
                            load.getResult(), load.getAlignment(),
                            load.getPaddingAttr(), false);
  if (auto store = dyn_cast<kgpu::StoreOp>(op))
    return compileLoadStore(op, store.getMemref(), store.getIndices(),
                            store.getPredicate(), store.getValid(),
                            store.getValue(), store.getAlignment(), {}, true);
  if (isa<kgpu::AsyncCopyOp>(op))
    return compileAsyncCopy(op);
  if (isa<kgpu::WarpReduceOp>(op))
    return compileWarpReduce(op);
  if (auto load = dyn_cast<kgpu::LoadMatrixOp>(op))
    return compileMatrixAccess(op, load.getMemref(), load.getIndices(),
                               load.getResult(), load.getTranspose(), false);
  if (auto store = dyn_cast<kgpu::StoreMatrixOp>(op))
    return compileMatrixAccess(op, store.getMemref(), store.getIndices(),
                               store.getValue(), store.getTranspose(), true);
  if (auto shared = dyn_cast<kgpu::ClusterSharedOp>(op)) {
    const View *source = findView(op, shared.getBuffer());
    if (!source)
      return failure();
    View view = *source;
    keep(shared.getRank());
    view.rank = reg(shared.getRank());
    views[shared.getResult()] = std::move(view);
    return success();
  }
  if (isa<kgpu::MmaOp, kgpu::WgmmaOp, kgpu::WgmmaWaitOp, kgpu::WgmmaFenceOp,
          kgpu::WgmmaCommitOp>(op))
    return compileKGPUMatrix(op);
  return compileKGPUSync(op);
}
