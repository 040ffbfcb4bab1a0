//===- Compiler.h - From scheduled IR to bytecode ------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One walk over the structured IR. SSA values get columns, which are given back
// after the last use, so that a warp's registers stay in the cache. Taking a
// vector apart makes aliases, not copies: element e of a vector is column e.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_COMPILER_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_COMPILER_H

#include "Handlers.h"
#include "Program.h"
#include "kernel-opt/Dialect/KGPU/KGPUAttrs.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include <map>
#include <optional>

namespace kernel_opt::verify {

/// Columns of one SSA value.
struct Slot {
  Reg reg = noReg;
  uint32_t length = 1; ///< columns
  bool isFloat = false;
  uint32_t storage = ~0u; ///< index into Compiler::storages; ~0: constant
  Reg tag = noReg;        ///< group number of a pending value
};

/// A memref value: a buffer, and per dimension of the view how to get to the
/// buffer's dimension.
struct View {
  uint32_t buffer = 0;
  struct Dim {
    unsigned rootDim = 0;
    Reg offset = noReg; ///< added after scaling
    int64_t constant = 0;
    int64_t stride = 1;
    Reg extentReg = noReg; ///< of the view
    int64_t extent = 0;
  };
  SmallVector<Dim, 4> dims;
  /// Coordinates of buffer dimensions that no view dimension has.
  SmallVector<std::pair<Reg, int64_t>, 4> fixed; ///< per root dimension
  Reg rank = noReg;
  bool isRoot = true;
};

class Compiler {
public:
  explicit Compiler(Program &program) : program(program) {}
  LogicalResult compileKernel(gpu::GPUFuncOp kernel);

private:
  struct Storage {
    Reg reg;
    uint32_t length;
    bool isFloat;
    uint32_t users = 0; ///< SSA values that live in it
  };

  // Registers (Compiler.cpp).
  Reg allocate(bool isFloat, uint32_t length);
  void release(const Storage &storage);
  Slot &define(Value value);
  /// Names part of another value's columns.
  Slot &defineAlias(Value value, const Slot &base, uint32_t firstColumn);
  void retire(Value value);
  /// Keeps a value's columns for the rest of the kernel.
  void keep(Value value);
  const Slot &slot(Value value);
  Reg reg(Value value) { return slot(value).reg; }
  /// Fresh columns that no SSA value owns, for the rest of the kernel.
  Reg temporary(bool isFloat, uint32_t length) {
    return allocate(isFloat, length);
  }
  bool diesHere(Value value) const;
  void computeDeaths(Block &block);

  // Constants.
  Reg intConstant(int64_t value) { return intConstants({value}); }
  Reg intConstants(std::vector<int64_t> values);
  Slot constantSlot(Attribute value, Type type, StringRef provenance);
  std::optional<int64_t> constantOf(Value value) const;

  // Code.
  Inst &emit(Handler run, Operation *op);
  uint32_t site(Operation *op);
  uint32_t here() const { return uint32_t(program.code.size()); }

  LogicalResult compileBlock(Block &block);
  LogicalResult compileOp(Operation *op);
  LogicalResult compileConstant(Operation *op);
  LogicalResult compileArith(Operation *op);
  LogicalResult compileFloatArith(Operation *op);
  LogicalResult compileMath(Operation *op);
  LogicalResult compileVector(Operation *op);
  LogicalResult compileVectorMemory(Operation *op);
  LogicalResult compileReduction(Operation *op);
  LogicalResult compileExtract(Operation *op);
  LogicalResult compileInsert(Operation *op);
  bool compileRearrangement(Operation *op);
  void compileInsertSlice(vector::InsertStridedSliceOp slice);
  void compileShuffle(vector::ShuffleOp shuffle);
  void compileTranspose(vector::TransposeOp transpose);
  LogicalResult compileMemRef(Operation *op);
  LogicalResult compileGPU(Operation *op);
  LogicalResult compileSCF(Operation *op);
  LogicalResult compileKGPU(Operation *op);
  LogicalResult compileKGPUSync(Operation *op);
  LogicalResult compileKGPUMatrix(Operation *op);
  LogicalResult compileGlobalId(Operation *op);
  LogicalResult compileLaneShuffle(gpu::ShuffleOp op);
  LogicalResult compileLoadStore(Operation *op, Value memref,
                                 ValueRange indices, Value predicate,
                                 Value valid, Value registers,
                                 std::optional<uint64_t> alignment,
                                 Attribute padding, bool isStore);
  LogicalResult compileAsyncCopy(Operation *op);
  LogicalResult compileWarpReduce(Operation *op);
  LogicalResult compileMatrixAccess(Operation *op, Value memref,
                                    ValueRange indices, Value registers,
                                    bool transpose, bool isStore);
  LogicalResult compileMBarrier(Operation *op);
  LogicalResult compileBulk(Operation *op, Value map, ValueRange coordinates,
                            Value shared, ValueRange sharedIndices,
                            Value predicate, BulkInfo &bulk);
  LogicalResult compileBulkOps(Operation *op);
  LogicalResult compileFlag(Operation *op, Value memref, ValueRange indices,
                            Value predicate, Value operand, Value result,
                            kgpu::Scope scope);
  LogicalResult compileMma(Operation *op);
  LogicalResult compileWgmma(Operation *op);
  Reg paddingConstant(Attribute padding, Type element);
  LogicalResult unsupported(Operation *op, const Twine &why = "");

  // Pieces.
  void emitBinary(Operation *op, exec::IntFn fn);
  void emitPermutation(Operation *op, Value result, Permutation sources);
  void emitMoves(Operation *op, ValueRange from, ArrayRef<Slot> to);
  SmallVector<Slot> allocateSlots(mlir::TypeRange types);
  void bind(Value value, const Slot &slot);
  void dropSlots(ArrayRef<Slot> held);
  bool areRegisters(Operation *op, mlir::TypeRange types);
  LogicalResult compileFor(Operation *op);
  LogicalResult compileWhile(Operation *op);
  LogicalResult compileIf(Operation *op);

  // Memory.
  LogicalResult defineArgument(gpu::GPUFuncOp kernel, unsigned number);
  LogicalResult makeBuffer(Operation *op, MemRefType type, BufferInfo &info);
  void defineRootView(Value value, uint32_t buffer);
  /// The view of a memref value; reports and gives null where there is none.
  const View *findView(Operation *op, Value memref);
  /// An access of `length` elements at indices (plus constants) into a view.
  bool makeAccess(Operation *op, Value memref, ValueRange indices,
                  uint32_t length, AccessInfo &access,
                  ArrayRef<int64_t> constants = {});
  void emitAccess(Operation *op, AccessInfo access, Reg value, bool isStore);
  LogicalResult compileAllocShared(Operation *op);
  LogicalResult compileSubView(Operation *op);
  LogicalResult compileAtomic(Operation *op);
  LogicalResult compileTransfer(Operation *op);
  LogicalResult compileRows(Operation *op, Value memref, ValueRange indices,
                            VectorType type, Reg value, bool isStore,
                            int64_t alignment);
  uint32_t addAccess(AccessInfo access);
  Reg addInt(Operation *op, Reg a, int64_t scale, Reg b);

  // Does a value depend on what a tensor holds?
  bool tainted(Value value) const { return taintedValues.contains(value); }
  void computeTaint(gpu::GPUFuncOp kernel);
  void noteControl(Value value) { program.contentControl |= tainted(value); }
  void noteAddress(ValueRange values);

  Program &program;
  DenseMap<Value, Slot> slots;
  DenseMap<Value, View> views;
  DenseMap<Value, MBarrierInfo> mbarriers;
  DenseMap<Value, TensorMapInfo> tensorMaps;
  DenseSet<Value> taintedValues;
  std::vector<Storage> storages;
  std::map<std::pair<bool, uint32_t>, std::vector<Reg>> freeColumns;
  DenseMap<Operation *, SmallVector<Value, 2>> deaths;
  DenseMap<Value, Operation *> lastUse;
  std::map<std::vector<int64_t>, Reg> intConstantRegs;
  DenseMap<std::pair<Attribute, Attribute>, Slot> floatConstantSlots;
  Operation *current = nullptr, *siteOp = nullptr;
};

/// What a memref's elements are; none if the interpreter has no such type.
std::optional<ElementKind> elementKindOf(Type type);
/// Number of columns of a scalar or vector type.
uint32_t columnsOf(Type type);
unsigned integerWidth(Type type);
/// The loop-carried or returned form of a value type is a float column.
bool isFloatColumns(Type type);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_COMPILER_H
