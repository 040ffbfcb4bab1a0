//===- PlaceTerms.h - What integers of a program hang on --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_PLACETERMS_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_PLACETERMS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/DenseMap.h"

namespace kernel_opt::verify {

/// What an integer can hang on.
enum PlaceSource : uint8_t {
  FromBlock = 1,  ///< the number of the block
  FromThread = 2, ///< that of the thread
  FromRound = 4,  ///< the rounds of loops
};

/// An integer as a sum of terms, each of which hangs on some sources. So b *
/// 128 + t has a term of the block and one of the thread, and blocks differ in
/// it by the same number for all threads; (b * 128 + t) mod 56 has one term of
/// both.
class Terms {
public:
  Terms() = default;
  /// One term that hangs on a set of sources; none: a constant.
  explicit Terms(unsigned sources)
      : bits(sources ? uint16_t(1u << (sources - 1)) : 0) {}
  static Terms unknown() { return fromBits(unknownBit); }

  /// The sources of all terms.
  unsigned sources() const;
  bool hangsOn(unsigned source) const { return sources() & source; }
  /// Whether there is a term of both.
  bool mixes(unsigned first, unsigned second) const;
  /// Whether it also hangs on what is not followed: contents of memory, say.
  bool isUnknown() const { return bits & unknownBit; }

  Terms operator+(Terms other) const { return fromBits(bits | other.bits); }
  /// Of a product, where factors may hold constants.
  Terms operator*(Terms other) const;
  /// Of a result about which no more is known than what it is computed from.
  Terms together() const;
  /// With each term hanging on these sources, too.
  Terms with(unsigned sources) const;
  bool operator==(Terms other) const { return bits == other.bits; }
  bool operator!=(Terms other) const { return bits != other.bits; }

private:
  static constexpr uint16_t unknownBit = 1 << 7;
  static Terms fromBits(unsigned bits) {
    Terms terms;
    terms.bits = uint16_t(bits);
    return terms;
  }
  uint16_t bits = 0;
};

/// The terms of all integers of a program.
class PlaceTerms {
public:
  explicit PlaceTerms(gpu::GPUFuncOp program);
  Terms of(Value value) const { return terms.lookup(value); }
  /// Whether how often a loop goes round hangs on the number of the block.
  bool roundsHangOnBlock(scf::ForOp loop) const;

private:
  void visit(Operation *op);
  void visitLoop(scf::ForOp loop);
  void visitBranch(scf::IfOp branch);
  void add(Value value, Terms more);
  Terms sum(ValueRange values) const;

  llvm::DenseMap<Value, Terms> terms;
  bool changed = false;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_PLACETERMS_H
