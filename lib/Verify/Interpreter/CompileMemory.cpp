//===- CompileMemory.cpp - Bytecode of memref and vector accesses ---------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;
using namespace kernel_opt::verify::exec;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

LogicalResult Compiler::makeBuffer(Operation *op, MemRefType type,
                                   BufferInfo &info) {
  if (!type || !type.hasStaticShape() || !type.getLayout().isIdentity())
    return op->emitError("cannot be interpreted: expected a memref of static "
                         "shape and identity layout, found ")
           << type;
  std::optional<ElementKind> element = elementKindOf(type.getElementType());
  if (!element)
    return op->emitError("cannot be interpreted: elements of type ")
           << type.getElementType();
  constexpr int64_t mostElements = int64_t(1) << 34;
  if (type.getNumElements() > mostElements)
    return op->emitError("cannot be interpreted: a memref of more than 2^34 "
                         "elements");
  info.type = type;
  info.element = *element;
  info.shape.assign(type.getShape().begin(), type.getShape().end());
  info.strides.assign(info.shape.size(), 1);
  for (size_t d = info.shape.size(); d-- > 1;)
    info.strides[d - 1] = info.strides[d] * info.shape[d];
  info.elements = type.getNumElements();
  return success();
}

void Compiler::defineRootView(Value value, uint32_t buffer) {
  const BufferInfo &info = program.buffers[buffer];
  View view;
  view.buffer = buffer;
  for (size_t d = 0; d < info.shape.size(); ++d) {
    View::Dim dim;
    dim.rootDim = unsigned(d);
    dim.extent = info.shape[d];
    view.dims.push_back(dim);
  }
  view.fixed.assign(info.shape.size(), {noReg, 0});
  views[value] = std::move(view);
}

LogicalResult Compiler::defineArgument(gpu::GPUFuncOp kernel, unsigned number) {
  Value argument = kernel.getArgument(number);
  BufferInfo info;
  auto type = dyn_cast<MemRefType>(argument.getType());
  if (failed(makeBuffer(kernel, type, info)))
    return failure();
  info.name = "argument " + std::to_string(number);
  info.index = number;
  if (auto access = kernel.getArgAttrOfType<StringAttr>(number, "kgpu.access"))
    info.access = llvm::StringSwitch<ArgumentAccess>(access.getValue())
                      .Case("read", ArgumentAccess::Read)
                      .Case("write", ArgumentAccess::Write)
                      .Case("workspace", ArgumentAccess::Workspace)
                      .Default(ArgumentAccess::ReadWrite);
  program.arguments.push_back({type, info.access});
  program.buffers.push_back(std::move(info));
  defineRootView(argument, uint32_t(program.buffers.size() - 1));
  return success();
}

LogicalResult Compiler::compileAllocShared(Operation *op) {
  auto alloc = cast<kgpu::AllocSharedOp>(op);
  BufferInfo info;
  auto type = cast<MemRefType>(alloc.getBuffer().getType());
  if (failed(makeBuffer(op, type, info)))
    return failure();
  constexpr int64_t mostBytes = int64_t(1) << 20;
  if (info.elements * info.element.bytes() > mostBytes)
    return unsupported(op, "more than 1 MiB of shared memory");
  info.shared = true;
  if (auto space = dyn_cast_if_present<kgpu::SharedAttr>(type.getMemorySpace()))
    info.swizzle = space.getSwizzle();
  info.index = program.sharedBuffers++;
  info.name = "shared buffer " + std::to_string(info.index);
  int64_t alignment =
      std::max<int64_t>(int64_t(alloc.getAlignment()), info.swizzle ? 1024 : 1);
  program.sharedBytes =
      (program.sharedBytes + alignment - 1) / alignment * alignment;
  info.sharedOffset = program.sharedBytes;
  program.sharedBytes += info.elements * info.element.bytes();
  program.buffers.push_back(std::move(info));
  defineRootView(alloc.getBuffer(), uint32_t(program.buffers.size() - 1));
  return success();
}

//===----------------------------------------------------------------------===//
// Views and accesses
//===----------------------------------------------------------------------===//

/// Emits a + scale * b, either of which may be absent; the columns live on.
Reg Compiler::addInt(Operation *op, Reg a, int64_t scale, Reg b) {
  auto emitInt = [&](IntFn fn, Reg x, Reg y) {
    Reg d = temporary(false, 1);
    Inst &i = emit(integerBinary(fn), op);
    i.d = d;
    i.a = x;
    i.b = y;
    return d;
  };
  if (b == noReg || scale == 0)
    return a;
  if (scale != 1)
    b = emitInt(IntFn::Mul, b, intConstant(scale));
  return a == noReg ? b : emitInt(IntFn::Add, a, b);
}

const View *Compiler::findView(Operation *op, Value memref) {
  auto found = views.find(memref);
  if (found != views.end())
    return &found->second;
  op->emitError("cannot be interpreted: a memref that is neither an argument, "
                "nor shared, nor a view of one, or that control flow chooses");
  return nullptr;
}

LogicalResult Compiler::compileSubView(Operation *op) {
  auto subview = cast<memref::SubViewOp>(op);
  const View *source = findView(op, subview.getSource());
  if (!source)
    return failure();
  View view;
  view.buffer = source->buffer;
  view.rank = source->rank;
  view.isRoot = false;
  view.fixed = source->fixed;
  llvm::SmallBitVector dropped = subview.getDroppedDims();
  auto offsets = subview.getMixedOffsets(), sizes = subview.getMixedSizes();
  ArrayRef<int64_t> strides = subview.getStaticStrides();
  for (size_t d = 0; d < source->dims.size(); ++d) {
    if (mlir::ShapedType::isDynamic(strides[d]))
      return unsupported(op, "a dynamic stride");
    View::Dim dim = source->dims[d];
    if (auto offset = dyn_cast<Value>(offsets[d])) {
      keep(offset);
      dim.offset = addInt(op, dim.offset, dim.stride, reg(offset));
      noteAddress(offset);
    } else {
      dim.constant +=
          dim.stride * cast<IntegerAttr>(cast<Attribute>(offsets[d])).getInt();
    }
    dim.stride *= strides[d];
    if (auto size = dyn_cast<Value>(sizes[d])) {
      keep(size);
      dim.extentReg = reg(size);
    } else {
      dim.extentReg = noReg;
      dim.extent = cast<IntegerAttr>(cast<Attribute>(sizes[d])).getInt();
    }
    if (dropped.test(unsigned(d)))
      view.fixed[dim.rootDim] = {dim.offset, dim.constant};
    else
      view.dims.push_back(dim);
  }
  views[subview.getResult()] = std::move(view);
  return success();
}

bool Compiler::makeAccess(Operation *op, Value memref, ValueRange indices,
                          uint32_t length, AccessInfo &access,
                          ArrayRef<int64_t> constants) {
  const View *found = findView(op, memref);
  if (!found)
    return false;
  View view = *found;
  const BufferInfo &info = program.buffers[view.buffer];
  noteAddress(indices);
  access.buffer = view.buffer;
  access.length = length;
  access.rank = view.rank;
  for (size_t d = 0; d < info.shape.size(); ++d) {
    AccessDim dim;
    dim.index = view.fixed[d].first;
    dim.constant = view.fixed[d].second;
    dim.extent = info.shape[d];
    dim.stride = info.strides[d];
    access.dims.push_back(dim);
  }
  for (size_t d = 0; d < view.dims.size(); ++d) {
    const View::Dim &from = view.dims[d];
    AccessDim &dim = access.dims[from.rootDim];
    int64_t constant = d < constants.size() ? constants[d] : 0;
    Reg index = noReg;
    if (d < indices.size()) {
      if (std::optional<int64_t> known = constantOf(indices[d]))
        constant += *known;
      else
        index = reg(indices[d]);
    }
    if (!view.isRoot) {
      ViewCheck check;
      check.index = index;
      check.constant = constant;
      check.extentReg = from.extentReg;
      check.extent = from.extent;
      check.last = d + 1 == view.dims.size();
      access.checks.push_back(check);
    }
    dim.index = addInt(op, from.offset, from.stride, index);
    dim.constant = from.constant + from.stride * constant;
  }
  // A run of elements goes along the buffer's last dimension.
  if (length > 1 &&
      (view.dims.empty() || view.dims.back().rootDim + 1 != info.shape.size() ||
       view.dims.back().stride != 1)) {
    (void)unsupported(op, "a vector along a strided dimension");
    return false;
  }
  return true;
}

uint32_t Compiler::addAccess(AccessInfo access) {
  program.accesses.push_back(std::move(access));
  return uint32_t(program.accesses.size() - 1);
}

/// Emits a load to, or a store from, columns beginning at `value`.
void Compiler::emitAccess(Operation *op, AccessInfo access, Reg value,
                          bool isStore) {
  access.value = value;
  access.isStore = isStore;
  uint32_t length = access.length;
  uint32_t number = addAccess(std::move(access));
  Inst &i = emit(isStore ? exec::store : exec::load, op);
  i.aux = number;
  i.length = length;
}

LogicalResult Compiler::compileMemRef(Operation *op) {
  if (isa<memref::SubViewOp>(op))
    return compileSubView(op);
  if (auto cast = dyn_cast<memref::CastOp>(op)) {
    const View *source = findView(op, cast.getSource());
    if (!source)
      return failure();
    View copy = *source;
    views[cast.getDest()] = std::move(copy);
    return success();
  }
  AccessInfo access;
  if (auto load = dyn_cast<memref::LoadOp>(op)) {
    if (!makeAccess(op, load.getMemref(), load.getIndices(), 1, access))
      return failure();
    Slot result = define(load.getResult());
    emitAccess(op, access, result.reg, false);
    return success();
  }
  if (auto store = dyn_cast<memref::StoreOp>(op)) {
    if (!makeAccess(op, store.getMemref(), store.getIndices(), 1, access))
      return failure();
    emitAccess(op, access, reg(store.getValueToStore()), true);
    return success();
  }
  if (auto atomic = dyn_cast<memref::AtomicRMWOp>(op))
    return compileAtomic(op);
  return unsupported(op);
}

/// A BinaryFn or an IntFn; none: what lies there is exchanged.
static std::optional<uint8_t> atomicFunction(mlir::arith::AtomicRMWKind kind) {
  using Kind = mlir::arith::AtomicRMWKind;
  switch (kind) {
  case Kind::addf:
    return uint8_t(BinaryFn::Add);
  case Kind::mulf:
    return uint8_t(BinaryFn::Mul);
  case Kind::maximumf:
    return uint8_t(BinaryFn::Maximum);
  case Kind::minimumf:
    return uint8_t(BinaryFn::Minimum);
  case Kind::maxnumf:
    return uint8_t(BinaryFn::MaxNum);
  case Kind::minnumf:
    return uint8_t(BinaryFn::MinNum);
  case Kind::addi:
    return uint8_t(IntFn::Add);
  case Kind::muli:
    return uint8_t(IntFn::Mul);
  case Kind::maxs:
    return uint8_t(IntFn::MaxS);
  case Kind::maxu:
    return uint8_t(IntFn::MaxU);
  case Kind::mins:
    return uint8_t(IntFn::MinS);
  case Kind::minu:
    return uint8_t(IntFn::MinU);
  case Kind::ori:
    return uint8_t(IntFn::Or);
  case Kind::andi:
    return uint8_t(IntFn::And);
  case Kind::xori:
    return uint8_t(IntFn::Xor);
  case Kind::assign:
    return std::nullopt;
  }
  llvm_unreachable("kind outside its enum");
}

LogicalResult Compiler::compileAtomic(Operation *op) {
  auto atomic = cast<memref::AtomicRMWOp>(op);
  AccessInfo access;
  if (!makeAccess(op, atomic.getMemref(), atomic.getIndices(), 1, access))
    return failure();
  std::optional<uint8_t> fn = atomicFunction(atomic.getKind());
  Reg value = reg(atomic.getValue());
  Slot result = define(atomic.getResult());
  access.isStore = true;
  uint32_t number = addAccess(std::move(access));
  Inst &i = emit(exec::atomic, op);
  i.aux = number;
  i.a = value;
  i.d = result.reg;
  i.fn = fn.value_or(0);
  i.imm = !fn;
  if (result.isFloat)
    i.kind = *getFloatKind(atomic.getValue().getType());
  else
    i.wrap = wrapOfWidth(integerWidth(atomic.getValue().getType()));
  return success();
}

//===----------------------------------------------------------------------===//
// vector.load, vector.store, transfers
//===----------------------------------------------------------------------===//

LogicalResult Compiler::compileRows(Operation *op, Value memref,
                                    ValueRange indices, VectorType type,
                                    Reg value, bool isStore,
                                    int64_t alignment) {
  ArrayRef<int64_t> shape = type.getShape();
  int64_t rank = cast<MemRefType>(memref.getType()).getRank();
  if (shape.empty() || type.getRank() > rank)
    return unsupported(op, "a vector of this rank");
  int64_t row = shape.back(), rows = type.getNumElements() / row;
  for (int64_t r = 0; r < rows; ++r) {
    SmallVector<int64_t> constants(size_t(rank), 0);
    int64_t rest = r;
    for (size_t d = shape.size() - 1; d-- > 0; rest /= shape[d])
      constants[size_t(rank) - shape.size() + d] = rest % shape[d];
    AccessInfo access;
    if (!makeAccess(op, memref, indices, uint32_t(row), access, constants))
      return failure();
    access.alignment = alignment;
    emitAccess(op, access, value + Reg(r * row), isStore);
  }
  return success();
}

LogicalResult Compiler::compileTransfer(Operation *op) {
  auto transfer = cast<mlir::VectorTransferOpInterface>(op);
  if (transfer.getMask() || !transfer.getPermutationMap().isMinorIdentity() ||
      !isa<MemRefType>(transfer.getShapedType()))
    return unsupported(op, "a transfer with a mask or a permutation");
  bool isStore = isa<vector::TransferWriteOp>(op);
  VectorType type = transfer.getVectorType();
  Value vector = isStore ? cast<vector::TransferWriteOp>(op).getVector()
                         : op->getResult(0);
  Reg padding =
      isStore ? noReg : reg(cast<vector::TransferReadOp>(op).getPadding());
  Reg value = isStore ? reg(vector) : define(vector).reg;
  if (!transfer.hasOutOfBoundsDim())
    return compileRows(op, transfer.getBase(), transfer.getIndices(), type,
                       value, isStore, 0);
  if (type.getRank() != 1)
    return unsupported(op, "an out-of-bounds transfer of rank above 1");
  AccessInfo access;
  if (!makeAccess(op, transfer.getBase(), transfer.getIndices(),
                  columnsOf(type), access))
    return failure();
  // valid = extent - index along the last dimension.
  const AccessDim &last = access.dims.back();
  Reg extent = intConstant(last.extent - last.constant);
  access.valid =
      last.index == noReg ? extent : addInt(op, extent, -1, last.index);
  access.padding = padding;
  emitAccess(op, access, value, isStore);
  return success();
}

LogicalResult Compiler::compileVectorMemory(Operation *op) {
  if (auto load = dyn_cast<vector::LoadOp>(op)) {
    Slot result = define(load.getResult());
    return compileRows(op, load.getBase(), load.getIndices(),
                       load.getVectorType(), result.reg, false,
                       int64_t(load.getAlignment().value_or(0)));
  }
  if (auto store = dyn_cast<vector::StoreOp>(op))
    return compileRows(op, store.getBase(), store.getIndices(),
                       store.getVectorType(), reg(store.getValueToStore()),
                       true, int64_t(store.getAlignment().value_or(0)));
  if (isa<vector::TransferReadOp, vector::TransferWriteOp>(op))
    return compileTransfer(op);
  return unsupported(op);
}
