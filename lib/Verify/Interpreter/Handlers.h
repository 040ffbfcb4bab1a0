//===- Handlers.h - What instructions do ---------------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Handlers by what the compiler wants done. Operands are described at each: "i"
// columns are integers, "f" floats; `n` is Inst::length.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_HANDLERS_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_HANDLERS_H

#include "Machine.h"

namespace kernel_opt::verify::exec {

/// Calls `body` with the bytes of a value as a constant where they are common
/// (a double, two, values of the exact algebra), so that copies are a few
/// moves; as a number otherwise.
template <typename Body>
inline void withSize(size_t bytes, Body body) {
  switch (bytes) {
  case 8:
    return body(std::integral_constant<size_t, 8>());
  case 16:
    return body(std::integral_constant<size_t, 16>());
  case 48:
    return body(std::integral_constant<size_t, 48>());
  case 56:
    return body(std::integral_constant<size_t, 56>());
  default:
    return body(bytes);
  }
}

// Integers (ExecInteger.cpp). `wrap` is that of the result.
enum class IntFn : uint8_t {
  Add,
  Sub,
  Mul,
  And,
  Or,
  Xor,
  MinS,
  MinU,
  MaxS,
  MaxU,
  // These look at active lanes only and report undefined cases. The unsigned
  // ones take `imm` = mask of the width.
  DivS,
  DivU,
  RemS,
  RemU,
  CeilDivS,
  CeilDivU,
  FloorDivS,
  Shl,
  ShrS,
  ShrU,
};
Handler integerBinary(IntFn fn);
/// One value of the commutative functions.
int64_t combineIntegers(IntFn fn, int64_t a, int64_t b);
enum class IntPredicate : uint8_t {
  EQ,
  NE,
  SLT,
  SLE,
  SGT,
  SGE,
  ULT,
  ULE,
  UGT,
  UGE
};
Handler integerCompare(IntPredicate predicate);
/// d = wrap(a & imm): trunci, extui, index casts, copies.
void integerMask(Machine &, Warp &, const Inst &);
/// d = wrap(-a): extsi of i1.
void integerNegate(Machine &, Warp &, const Inst &);
/// d = |a|, number of leading zeros, trailing zeros, ones: fn 0 .. 3, imm
/// width.
void integerUnary(Machine &, Warp &, const Inst &);
/// d = a ? b : c, i columns; flag: one condition column for all.
void selectInteger(Machine &, Warp &, const Inst &);
/// Reduction of a's `imm` columns into d by fn (an IntFn).
void reduceInteger(Machine &, Warp &, const Inst &);
/// d = lanes 0 .. 31 of thread coordinates: aux 0 .. 2: x, y, z.
void threadId(Machine &, Warp &, const Inst &);
/// d = lane; linear thread id / 32.
void laneId(Machine &, Warp &, const Inst &);
/// d = a number of the block (imm a BlockValue, aux the dimension).
enum class BlockValue : uint8_t {
  BlockId,
  ClusterId,
  BlockInCluster,
  BlockSize,
  GridSize,
  ClusterCount,
  Warp,
  WarpCount,
};
void blockValue(Machine &, Warp &, const Inst &);
/// d = 0, 1, 2, ... (columns)
void iota(Machine &, Warp &, const Inst &);

// Floats (ExecFloat.cpp).
/// flag: results below 2^-126 are zero (f32).
void floatUnary(Machine &, Warp &, const Inst &);
void floatBinary(Machine &, Warp &, const Inst &);
void floatFma(Machine &, Warp &, const Inst &);
void floatCompare(Machine &, Warp &, const Inst &);
/// kind of a, kind2 of d.
void floatConvert(Machine &, Warp &, const Inst &);
/// flag: signed.
void floatFromInteger(Machine &, Warp &, const Inst &);
void floatToInteger(Machine &, Warp &, const Inst &);
/// f to f, f to i, i to f of equal bits; imm / aux: bits of an element of a /
/// d.
void floatBitcast(Machine &, Warp &, const Inst &);
void selectFloat(Machine &, Warp &, const Inst &);
/// Reduction in order of columns by fn (a BinaryFn): d = ((a0 + a1) + ...);
/// with b: begins with b. imm: columns of a.
void reduceFloat(Machine &, Warp &, const Inst &);

// Columns (ExecColumns.cpp).
/// d[e] = source[e] by Program::permutations[aux]; flag: floats.
void permute(Machine &, Warp &, const Inst &);
/// d[e] = value at column index[lane]; a: vector, b: index, imm: its length.
void extractDynamic(Machine &, Warp &, const Inst &);
/// d = a with b inserted at column c[lane].
void insertDynamic(Machine &, Warp &, const Inst &);
/// Masked copies of Program::moves[aux], as if at once.
void moves(Machine &, Warp &, const Inst &);
/// gpu.shuffle: d result, c valid (or noReg), a value, b offset, imm width,
/// fn mode (0 xor, 1 up, 2 down, 3 idx); flag: float.
void shuffle(Machine &, Warp &, const Inst &);
/// kgpu.warp_reduce: lists[aux] the lane bits; fn a BinaryFn or IntFn.
void warpReduce(Machine &, Warp &, const Inst &);

// Control (ExecControl.cpp). aux is the jump target.
void branchIf(Machine &, Warp &, const Inst &);
void branchElse(Machine &, Warp &, const Inst &);
void endIf(Machine &, Warp &, const Inst &);
void beginLoop(Machine &, Warp &, const Inst &);
/// Leaves the loop (to aux) when no lane has a[lane] true.
void loopWhile(Machine &, Warp &, const Inst &);
/// The same for a < b (flag: unsigned).
void loopFor(Machine &, Warp &, const Inst &);
void jump(Machine &, Warp &, const Inst &);
void endKernel(Machine &, Warp &, const Inst &);

// Memory (ExecMemory.cpp). aux: Program::accesses.
void load(Machine &, Warp &, const Inst &);
void store(Machine &, Warp &, const Inst &);
/// a: operand, d: old value; fn a BinaryFn or IntFn, imm 1: exchange.
void atomic(Machine &, Warp &, const Inst &);

// Synchronization (ExecSync.cpp).
void barrier(Machine &, Warp &, const Inst &);
void namedBarrier(Machine &, Warp &, const Inst &);
void clusterBarrier(Machine &, Warp &, const Inst &);
void gridBarrier(Machine &, Warp &, const Inst &);
/// Checks the counter that an arriving warp names.
bool noteGridCounter(Machine &, Warp &, const Inst &);
void setMaxRegisters(Machine &, Warp &, const Inst &);
void signal(Machine &, Warp &, const Inst &);
void wait(Machine &, Warp &, const Inst &);
void fence(Machine &, Warp &, const Inst &);
void mbarrierInit(Machine &, Warp &, const Inst &);
void mbarrierArrive(Machine &, Warp &, const Inst &);
void mbarrierWait(Machine &, Warp &, const Inst &);

// Asynchronous copies (ExecAsync.cpp).
/// a: source access (aux), imm: destination access.
void asyncCopy(Machine &, Warp &, const Inst &);
void asyncCommit(Machine &, Warp &, const Inst &);
void asyncWait(Machine &, Warp &, const Inst &);
void bulkLoad(Machine &, Warp &, const Inst &);
void bulkStore(Machine &, Warp &, const Inst &);
void bulkCommit(Machine &, Warp &, const Inst &);
void bulkWait(Machine &, Warp &, const Inst &);

// Matrices (ExecMatrix.cpp).
void mma(Machine &, Warp &, const Inst &);
void loadMatrix(Machine &, Warp &, const Inst &);
void storeMatrix(Machine &, Warp &, const Inst &);
void wgmmaFence(Machine &, Warp &, const Inst &);
void wgmma(Machine &, Warp &, const Inst &);
void wgmmaCommit(Machine &, Warp &, const Inst &);
void wgmmaWait(Machine &, Warp &, const Inst &);

/// Reports and returns true when not all lanes of the warp are active.
bool needsWholeWarp(Machine &m, Warp &w, const Inst &i, Fault fault,
                    const char *what);

} // namespace kernel_opt::verify::exec

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_HANDLERS_H
