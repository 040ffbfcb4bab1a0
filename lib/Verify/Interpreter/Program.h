//===- Program.h - Bytecode of a kernel ----------------------- -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A register is a column of 32 lanes; a vector value has one column per
// element, element after element. There are two files of columns, integers
// (int64) and floats (values of the domain), and a bank of constants for each,
// shared by all warps. Control flow is structured: masks are pushed and popped
// by frames, so reconvergence is exact.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_INTERPRETER_PROGRAM_H
#define KERNEL_OPT_LIB_VERIFY_INTERPRETER_PROGRAM_H

#include "kernel-opt/Support/LLVM.h"
#include "kernel-opt/Verify/Domain.h"
#include "kernel-opt/Verify/Interpreter/Interpreter.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Location.h"
#include <cstdint>
#include <string>
#include <vector>

namespace kernel_opt::verify {

class Machine;
struct Warp;
struct Inst;
using Handler = void (*)(Machine &, Warp &, const Inst &);

/// Index of a column; the top bit chooses the bank of constants.
using Reg = uint32_t;
constexpr Reg constantBank = 1u << 31;
constexpr Reg noReg = ~0u;
constexpr unsigned warpSize = 32;

/// One instruction, executed by a warp.
struct Inst {
  Handler run = nullptr;
  Reg d = noReg, a = noReg, b = noReg, c = noReg;
  uint32_t length = 1; ///< columns of the result
  uint32_t aux = 0;    ///< side table index, or jump target
  int64_t imm = 0;
  uint32_t site = 0; ///< index into Program::sites
  FloatKind kind = FloatKind::F32, kind2 = FloatKind::F32;
  uint8_t fn = 0;   ///< UnaryFn, BinaryFn, predicate, ...
  uint8_t wrap = 0; ///< see wrapInteger
  bool flag = false;
};

/// How integers are brought back to their width after an operation: 0: 64 bits,
/// nothing to do; 1: i1, stored as 0 or 1; otherwise 64 - width: sign-extended.
inline int64_t wrapInteger(int64_t value, uint8_t wrap) {
  if (wrap == 0)
    return value;
  if (wrap == 1)
    return value & 1;
  return int64_t(uint64_t(value) << wrap) >> wrap;
}
inline uint8_t wrapOfWidth(unsigned width) {
  return width == 1 ? 1 : width >= 64 ? 0 : 64 - width;
}

/// What memory holds.
struct ElementKind {
  bool isFloat = true;
  FloatKind kind = FloatKind::F32;
  unsigned width = 32; ///< bits
  unsigned bytes() const { return width == 1 ? 1 : width / 8; }
};

/// An argument or a buffer of shared memory.
struct BufferInfo {
  bool shared = false;
  MemRefType type;
  ElementKind element;
  SmallVector<int64_t> shape, strides; ///< in elements
  int64_t elements = 0;
  ArgumentAccess access = ArgumentAccess::ReadWrite;
  unsigned swizzle = 0;     ///< bytes; shared only
  int64_t sharedOffset = 0; ///< bytes from the block's allocation
  uint32_t index = 0;       ///< among arguments, or among shared buffers
  std::string name;
};

/// How an access computes its address: root coordinate d of the buffer is
/// `index + constant`, checked against `extent`.
struct AccessDim {
  Reg index = noReg; ///< noReg: constant alone
  int64_t constant = 0;
  int64_t extent = 0;
  int64_t stride = 0;
};
/// An index of a view on the way to the root: must be below `extent`.
struct ViewCheck {
  Reg index = noReg;
  int64_t constant = 0;
  Reg extentReg = noReg;
  int64_t extent = 0;
  bool last = false; ///< the run of elements goes along this dimension
};
/// Remembers the traffic of the last address pattern of an access.
struct TrafficMemo;

/// One memory access of `length` consecutive elements per lane.
struct AccessInfo {
  uint32_t buffer = 0; ///< index into Program::buffers
  SmallVector<AccessDim, 4> dims;
  SmallVector<ViewCheck, 2> checks;
  Reg rank = noReg; ///< block of the cluster, for distributed shared memory
  Reg predicate = noReg; ///< i1 column
  Reg valid = noReg;     ///< number of elements, per lane
  Reg padding = noReg;   ///< constant column (float or int bank)
  Reg value = noReg;     ///< loaded or stored columns
  uint32_t length = 1;   ///< elements per lane
  int64_t alignment = 0; ///< bytes; 0: none required
  bool isStore = false;
  bool contentAddress = false;
};

/// One source column of a permutation.
using Permutation = std::vector<Reg>;

/// A loop's values that are carried: (from, to, columns, float).
struct Move {
  Reg from, to;
  uint32_t length;
  bool isFloat;
};

/// An array of mbarriers.
struct MBarrierInfo {
  uint32_t first = 0; ///< index of the first in the block
  int64_t count = 0;
};

/// A tensor map: a buffer and a box.
struct TensorMapInfo {
  uint32_t buffer = 0;
  SmallVector<int64_t> box;
};

/// A tensor-memory-accelerator copy.
struct BulkInfo {
  TensorMapInfo map;
  SmallVector<Reg, 4> coordinates;
  AccessInfo shared; ///< place of the box's first element
  uint32_t barrierFirst = 0;
  int64_t barrierCount = 0;
  Reg barrier = noReg;
  Reg predicate = noReg;
  Reg multicast = noReg;
};

/// An mbarrier operation.
struct MBarrierUse {
  MBarrierInfo barriers;
  Reg index = noReg, bytes = noReg, rank = noReg, predicate = noReg,
      parity = noReg;
};

/// One wgmma or mma.
struct MatrixInfo {
  int64_t m = 0, n = 0, k = 0;
  bool aInRegisters = true, bInRegisters = true;
  bool aMN = false, bMN = false; ///< M (N) is the contiguous dimension
  AccessInfo a, b;
  Reg aReg = noReg, bReg = noReg, acc = noReg, result = noReg;
  Reg accTag = noReg, resultTag = noReg;
  bool accPending = false;
  /// Nothing but the next wgmma of the same chain takes the result, so that
  /// sums wait for the last of them.
  bool defers = false;
  bool continues = false; ///< follows one that defers
  FloatKind kind = FloatKind::BF16;
};

/// wgmma_wait: (pending float columns, tag, result columns).
struct MatrixWait {
  struct Item {
    Reg value, tag, result;
    uint32_t length;
  };
  SmallVector<Item, 4> items;
};

/// Where an instruction came from.
struct Site {
  Location location;
  StringRef op;
};

struct ConstantFloat {
  Reg reg;
  uint32_t length;
  FloatKind kind;
  std::vector<APFloat> values; ///< one, or `length`
  std::string provenance;
};
struct ConstantInt {
  Reg reg;
  std::vector<int64_t> values; ///< one per column
};

/// A compiled kernel.
struct Program {
  explicit Program(Location location) : location(location) {}

  Location location;
  std::vector<Inst> code;
  std::vector<Site> sites;
  std::vector<BufferInfo> buffers;
  std::vector<KernelArgument> arguments;
  std::vector<AccessInfo> accesses;
  std::vector<Permutation> permutations;
  std::vector<std::vector<Move>> moves;
  std::vector<MBarrierUse> mbarrierUses;
  std::vector<BulkInfo> bulks;
  std::vector<MatrixInfo> matrices;
  std::vector<MatrixWait> matrixWaits;
  std::vector<SmallVector<int64_t>> lists;
  std::vector<ConstantFloat> constantFloats;
  std::vector<ConstantInt> constantInts;

  uint32_t intColumns = 0, floatColumns = 0; ///< of a warp
  uint32_t constantIntColumns = 0, constantFloatColumns = 0;
  uint32_t sharedBuffers = 0, mbarriers = 0;
  int64_t sharedBytes = 0;
  Extent3 block, grid, cluster{1, 1, 1};

  bool usesAsyncProxy = false; ///< TMA or wgmma
  bool communicates = false;   ///< signal, wait, grid barrier
  bool contentControl = false, contentAddresses = false;
};

/// Does the instruction choose between two ways?
bool isBranch(const Inst &inst);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_INTERPRETER_PROGRAM_H
