//===- Compiler.cpp - From scheduled IR to bytecode -----------------------===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Dialect/Kopt/KoptAttrs.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Matchers.h"

using namespace kernel_opt;
using namespace kernel_opt::verify;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

unsigned verify::integerWidth(Type type) {
  Type element = mlir::getElementTypeOrSelf(type);
  return isa<mlir::IndexType>(element) ? 64 : element.getIntOrFloatBitWidth();
}

bool verify::isFloatColumns(Type type) {
  if (isa<kgpu::PendingType>(type))
    return true;
  return isa<FloatType>(mlir::getElementTypeOrSelf(type));
}

uint32_t verify::columnsOf(Type type) {
  if (auto pending = dyn_cast<kgpu::PendingType>(type))
    return uint32_t(pending.getCount());
  auto vector = dyn_cast<VectorType>(type);
  return vector ? uint32_t(vector.getNumElements()) : 1;
}

std::optional<ElementKind> verify::elementKindOf(Type type) {
  ElementKind kind;
  if (isa<mlir::IndexType>(type)) {
    kind.isFloat = false;
    kind.width = 64;
    return kind;
  }
  if (auto integer = dyn_cast<IntegerType>(type)) {
    kind.isFloat = false;
    kind.width = integer.getWidth();
    if (kind.width > 64 || (kind.width != 1 && kind.width % 8))
      return std::nullopt;
    return kind;
  }
  std::optional<FloatKind> known = getFloatKind(type);
  if (!known)
    return std::nullopt;
  kind.kind = *known;
  kind.width = type.getIntOrFloatBitWidth();
  return kind;
}

/// Can a register hold this?
static bool isRegisterType(Type type) {
  if (isa<kgpu::PendingType>(type))
    return true;
  auto vector = dyn_cast<VectorType>(type);
  if (vector && vector.isScalable())
    return false;
  Type element = mlir::getElementTypeOrSelf(type);
  if (auto integer = dyn_cast<IntegerType>(element))
    return integer.getWidth() <= 64;
  return isa<mlir::IndexType>(element) ||
         (isa<FloatType>(element) && getFloatKind(element));
}

//===----------------------------------------------------------------------===//
// Registers
//===----------------------------------------------------------------------===//

Reg Compiler::allocate(bool isFloat, uint32_t length) {
  auto &freed = freeColumns[{isFloat, length}];
  if (!freed.empty()) {
    Reg reg = freed.back();
    freed.pop_back();
    return reg;
  }
  uint32_t &columns = isFloat ? program.floatColumns : program.intColumns;
  Reg reg = columns;
  columns += length;
  return reg;
}

void Compiler::release(const Storage &storage) {
  freeColumns[{storage.isFloat, storage.length}].push_back(storage.reg);
}

Slot &Compiler::define(Value value) {
  Slot slot;
  slot.isFloat = isFloatColumns(value.getType());
  slot.length = columnsOf(value.getType());
  slot.reg = allocate(slot.isFloat, slot.length);
  slot.storage = storages.size();
  storages.push_back({slot.reg, slot.length, slot.isFloat, 1});
  if (isa<kgpu::PendingType>(value.getType()))
    slot.tag = temporary(false, 1);
  return slots[value] = slot;
}

Slot &Compiler::defineAlias(Value value, const Slot &base,
                            uint32_t firstColumn) {
  Slot slot = base;
  slot.reg = base.reg + firstColumn;
  slot.length = columnsOf(value.getType());
  if (slot.storage != ~0u)
    ++storages[slot.storage].users;
  return slots[value] = slot;
}

void Compiler::retire(Value value) {
  auto found = slots.find(value);
  if (found == slots.end() || found->second.storage == ~0u)
    return;
  Storage &storage = storages[found->second.storage];
  if (--storage.users == 0)
    release(storage);
}

void Compiler::keep(Value value) {
  const Slot &s = slot(value);
  if (s.storage != ~0u)
    ++storages[s.storage].users;
}

const Slot &Compiler::slot(Value value) {
  auto found = slots.find(value);
  if (found != slots.end())
    return found->second;
  // Unreachable after successful compilation of the definition.
  return define(value);
}

bool Compiler::diesHere(Value value) const {
  auto found = lastUse.find(value);
  return found != lastUse.end() && found->second == current;
}

/// Notes after which operation of the block each of its values is dead.
void Compiler::computeDeaths(Block &block) {
  auto note = [&](Value value, Operation *definition) {
    Operation *last = definition;
    for (Operation *user : value.getUsers()) {
      Operation *ancestor = block.findAncestorOpInBlock(*user);
      if (ancestor && (!last || last->isBeforeInBlock(ancestor)))
        last = ancestor;
    }
    // The values of a terminator are moved by the parent; they live until then.
    if (!last)
      last = block.getTerminator();
    lastUse[value] = last;
    deaths[last].push_back(value);
  };
  for (Value argument : block.getArguments())
    note(argument, nullptr);
  for (Operation &op : block)
    for (Value result : op.getResults())
      note(result, &op);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Reg Compiler::intConstants(std::vector<int64_t> values) {
  auto [entry, isNew] = intConstantRegs.try_emplace(values, noReg);
  if (isNew) {
    entry->second = program.constantIntColumns | constantBank;
    program.constantIntColumns += values.size();
    program.constantInts.push_back({entry->second, std::move(values)});
  }
  return entry->second;
}

Slot Compiler::constantSlot(Attribute value, Type type, StringRef provenance) {
  Slot slot;
  slot.length = columnsOf(type);
  slot.isFloat = isFloatColumns(type);
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!slot.isFloat) {
    std::vector<int64_t> values;
    auto add = [&](const APInt &v) {
      values.push_back(v.getBitWidth() == 1 ? int64_t(v.getZExtValue())
                                            : v.getSExtValue());
    };
    if (dense)
      for (const APInt &v : dense.getValues<APInt>())
        add(v);
    else if (auto integer = dyn_cast<IntegerAttr>(value))
      add(integer.getValue());
    slot.reg = intConstants(std::move(values));
    return slot;
  }
  ConstantFloat constant;
  constant.length = slot.length;
  constant.kind = *getFloatKind(mlir::getElementTypeOrSelf(type));
  constant.provenance = provenance.str();
  if (dense && dense.isSplat())
    constant.values.push_back(dense.getSplatValue<APFloat>());
  else if (dense)
    for (const APFloat &v : dense.getValues<APFloat>())
      constant.values.push_back(v);
  else
    constant.values.push_back(cast<FloatAttr>(value).getValue());
  constant.reg = slot.reg = program.constantFloatColumns | constantBank;
  program.constantFloatColumns += slot.length;
  program.constantFloats.push_back(std::move(constant));
  return slot;
}

std::optional<int64_t> Compiler::constantOf(Value value) const {
  APInt integer;
  if (mlir::matchPattern(value, mlir::m_ConstantInt(&integer)))
    return integer.getSExtValue();
  return std::nullopt;
}

LogicalResult Compiler::compileConstant(Operation *op) {
  auto value = op->getAttrOfType<mlir::TypedAttr>("value");
  if (!value || !isRegisterType(value.getType()) ||
      !isa<IntegerAttr, FloatAttr, DenseElementsAttr>(value))
    return unsupported(op, "a constant that is no number and no dense vector");
  StringRef provenance;
  auto constant = op->getAttrOfType<kopt::ConstAttr>(kopt::kConstAttrName);
  if (constant)
    provenance = constant.getExpression();
  auto key = std::make_pair(Attribute(value), Attribute(constant));
  auto [entry, isNew] = floatConstantSlots.try_emplace(key);
  if (isNew)
    entry->second = constantSlot(value, value.getType(), provenance);
  slots[op->getResult(0)] = entry->second;
  return success();
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

uint32_t Compiler::site(Operation *op) {
  // Instructions of an operation mostly follow each other and share a site.
  if (siteOp != op) {
    program.sites.push_back({op->getLoc(), op->getName().getStringRef()});
    siteOp = op;
  }
  return uint32_t(program.sites.size() - 1);
}

Inst &Compiler::emit(Handler run, Operation *op) {
  Inst inst;
  inst.run = run;
  inst.site = site(op);
  program.code.push_back(inst);
  return program.code.back();
}

LogicalResult Compiler::unsupported(Operation *op, const Twine &why) {
  auto error = op->emitError("cannot be interpreted");
  if (!why.isTriviallyEmpty())
    error << ": " << why.str();
  return error;
}

void Compiler::noteAddress(ValueRange values) {
  for (Value value : values)
    program.contentAddresses |= tainted(value);
}

LogicalResult Compiler::compileOp(Operation *op) {
  StringRef dialect = op->getName().getDialectNamespace();
  if (op->getName().getStringRef() == "arith.constant")
    return compileConstant(op);
  for (Type type : op->getResultTypes())
    if (!isRegisterType(type) && dialect != "memref" && dialect != "kgpu")
      return unsupported(op, "its result is neither a number nor a vector");
  if (dialect == "arith")
    return compileArith(op);
  if (dialect == "math")
    return compileMath(op);
  if (dialect == "vector")
    return compileVector(op);
  if (dialect == "memref")
    return compileMemRef(op);
  if (dialect == "gpu")
    return compileGPU(op);
  if (dialect == "scf")
    return compileSCF(op);
  if (dialect == "kgpu")
    return compileKGPU(op);
  return unsupported(op);
}

LogicalResult Compiler::compileBlock(Block &block) {
  computeDeaths(block);
  for (Operation &op : block.without_terminator()) {
    current = &op;
    if (failed(compileOp(&op)))
      return failure();
    for (Value value : deaths[&op])
      retire(value);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Kernel
//===----------------------------------------------------------------------===//

static std::optional<Extent3> readExtent(Operation *op, StringRef name) {
  auto values = op->getAttrOfType<mlir::DenseI32ArrayAttr>(name);
  if (!values || values.size() != 3)
    return std::nullopt;
  return Extent3{values[0], values[1], values[2]};
}

LogicalResult Compiler::compileKernel(gpu::GPUFuncOp kernel) {
  if (!kernel.getBody().hasOneBlock())
    return kernel.emitError("cannot be interpreted: expected structured "
                            "control flow, found several blocks");
  // A site of its own for faults that belong to the kernel as a whole.
  program.sites.push_back({kernel.getLoc(), ""});
  auto known = [&](Extent3 &extent, std::initializer_list<StringRef> names) {
    for (StringRef name : names)
      if (auto value = readExtent(kernel, name))
        extent = *value;
  };
  known(program.block, {"gpu.known_block_size", "known_block_size"});
  known(program.grid, {"gpu.known_grid_size", "known_grid_size"});
  known(program.cluster, {"kgpu.cluster_size"});
  for (unsigned k = 0, e = kernel.getNumArguments(); k < e; ++k)
    if (failed(defineArgument(kernel, k)))
      return failure();
  computeTaint(kernel);
  Block &body = kernel.getBody().front();
  if (failed(compileBlock(body)))
    return failure();
  current = body.getTerminator();
  emit(exec::endKernel, current);
  return success();
}

FailureOr<CompiledKernel> CompiledKernel::compile(gpu::GPUFuncOp kernel) {
  auto program = std::make_unique<Program>(kernel.getLoc());
  if (failed(Compiler(*program).compileKernel(kernel)))
    return failure();
  return CompiledKernel(std::move(program));
}
