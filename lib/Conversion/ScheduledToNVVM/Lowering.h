//===- Lowering.h - What the patterns of this conversion share --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_CONVERSION_SCHEDULEDTONVVM_LOWERING_H
#define KERNEL_OPT_LIB_CONVERSION_SCHEDULEDTONVVM_LOWERING_H

#include "kernel-opt/Dialect/KGPU/KGPUOps.h"
#include "kernel-opt/Support/LLVM.h"
#include "mlir/Conversion/LLVMCommon/Pattern.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace kernel_opt {

/// LLVM address spaces of NVPTX.
inline constexpr unsigned kGlobalSpace = 1, kSharedSpace = 3;
/// Swizzled buffers repeat every 1024 bytes, so the array begins at a multiple.
inline constexpr int64_t kSharedAlignment = 1024;

/// What is known about the kernel before its operations are converted; keyed by
/// operation, because values are replaced on the way.
struct KernelFacts {
  /// Ten times the compute capability.
  unsigned sm = 90;
  /// Blocks of the kernel form clusters of more than one.
  bool hasClusters = false;
  /// Warpgroups change their register counts.
  bool changesRegisters = false;
  /// Bytes of dynamic shared memory.
  int64_t sharedBytes = 0;
  /// Offsets of buffers and mbarriers in shared memory.
  DenseMap<Operation *, int64_t> sharedOffsets;
  /// Loads of arguments that nobody writes while the kernel runs.
  DenseSet<Operation *> invariantLoads;
  /// Accesses to shared memory of another block of the cluster.
  DenseSet<Operation *> remoteAccesses;
  /// Extents of grid and block, where known.
  std::optional<SmallVector<int32_t>> blockSize, gridSize;
  /// The dynamic shared array.
  LLVM::GlobalOp sharedArray;
};

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

/// A constant of an integer type.
Value constantOf(OpBuilder &b, Location loc, Type type, int64_t value);
inline Value constant32(OpBuilder &b, Location loc, int64_t value) {
  return constantOf(b, loc, b.getI32Type(), value);
}
/// Low 32 bits of an integer of 32 or 64 bits, as i32.
Value low32(OpBuilder &b, Location loc, Value value);
/// A predicate as the i32 that inline assembly takes; 1 if there is none.
Value predicate32(OpBuilder &b, Location loc, Value predicate);

//===----------------------------------------------------------------------===//
// Addresses
//===----------------------------------------------------------------------===//

/// Pointer to an element of a memref whose base is `base`. `indices` may stop
/// early; the missing ones are 0. Swizzles are applied if `swizzle` is true
/// (they are not for what the async proxy addresses: it applies them itself).
Value elementPointer(OpBuilder &b, Location loc, MemRefType type, Value base,
                     ValueRange indices, bool swizzle = true);
/// The same for shared memory, as the 32-bit address that assembly takes.
Value sharedAddress(OpBuilder &b, Location loc, MemRefType type, Value base,
                    ValueRange indices, bool swizzle = true);
/// Address of mbarrier `index` as i32.
Value barrierAddress(OpBuilder &b, Location loc, Value base, Value index);
/// Address of what a shared pointer points to, as i32.
Value addressOf(OpBuilder &b, Location loc, Value pointer);

//===----------------------------------------------------------------------===//
// Inline assembly
//===----------------------------------------------------------------------===//

/// Emits PTX. `constraints` are LLVM's, without clobbers. Instructions with
/// side effects keep their order and are taken to touch all memory. Every
/// opcode must stand in the lint's table (Target/NVPTX/Lint.cpp).
Value emitAsm(OpBuilder &b, Location loc, Type result, const Twine &text,
              const Twine &constraints, ValueRange operands,
              bool hasSideEffects = true);

/// Splits a vector into i32 registers (16-bit elements in pairs); f32 elements
/// are reinterpreted.
SmallVector<Value> toRegisters32(OpBuilder &b, Location loc, Value vector);
/// The reverse: gives a vector of `type`.
Value fromRegisters32(OpBuilder &b, Location loc, ValueRange registers,
                      VectorType type);
/// Elements of a vector, and a vector of elements.
SmallVector<Value> elementsOf(OpBuilder &b, Location loc, Value vector);
Value vectorOf(OpBuilder &b, Location loc, ValueRange elements,
               VectorType type);
/// Fields of a struct of equal fields.
SmallVector<Value> fieldsOf(OpBuilder &b, Location loc, Value aggregate);
/// "=f,=f,..." and the like: `count` times `item`.
std::string repeated(StringRef item, unsigned count);
/// "{$first,$first+1,...}".
std::string registerList(unsigned first, unsigned count);

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// Checks that the kernel is one that can be lowered to `sm`, and reports every
/// operation that cannot.
LogicalResult checkKernel(gpu::GPUFuncOp kernel, unsigned sm);
/// Turns guards of loads and stores and whole-grid operations into control
/// flow.
void expandGuards(gpu::GPUFuncOp kernel);
/// Unrolls math functions of vectors, and computes those of 16-bit types in
/// f32.
void expandMath(gpu::GPUFuncOp kernel);
/// Spells out numbers of threads in the grid (gpu.global_id).
void expandCoordinates(gpu::GPUFuncOp kernel);
/// Lets one fence stand for the registers of all wgmma between it and their
/// commit: each further one would count as a group of its own to the device.
void joinWgmmaFences(gpu::GPUFuncOp kernel);
/// Makes each tensor map an argument and describes it in kgpu.tensor_maps.
void hoistTensorMaps(gpu::GPUFuncOp kernel);
/// Fills in everything but the shared array.
KernelFacts collectFacts(gpu::GPUFuncOp kernel, unsigned sm);

void populateTypeConversions(mlir::LLVMTypeConverter &converter);
void populateKernelPatterns(const mlir::LLVMTypeConverter &converter,
                            const KernelFacts &facts,
                            RewritePatternSet &patterns);
void populateMemoryPatterns(const mlir::LLVMTypeConverter &converter,
                            const KernelFacts &facts,
                            RewritePatternSet &patterns);
void populateAsyncPatterns(const mlir::LLVMTypeConverter &converter,
                           const KernelFacts &facts,
                           RewritePatternSet &patterns);
void populateSyncPatterns(const mlir::LLVMTypeConverter &converter,
                          const KernelFacts &facts,
                          RewritePatternSet &patterns);
void populateWarpPatterns(const mlir::LLVMTypeConverter &converter,
                          const KernelFacts &facts,
                          RewritePatternSet &patterns);
void populateWgmmaPatterns(const mlir::LLVMTypeConverter &converter,
                           const KernelFacts &facts,
                           RewritePatternSet &patterns);
void populateMathPatterns(const mlir::LLVMTypeConverter &converter,
                          RewritePatternSet &patterns);

/// A pattern that knows the kernel.
template <typename Op>
struct KernelPattern : mlir::ConvertOpToLLVMPattern<Op> {
  KernelPattern(const mlir::LLVMTypeConverter &converter,
                const KernelFacts &facts)
      : mlir::ConvertOpToLLVMPattern<Op>(converter), facts(facts) {}
  const KernelFacts &facts;
};

} // namespace kernel_opt

#endif // KERNEL_OPT_LIB_CONVERSION_SCHEDULEDTONVVM_LOWERING_H
