//===- PlaceColumns.h - Integers of many blocks at once ---------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The integer arithmetic of a program as a straight line of instructions, each
// of which computes one number for each of many blocks. Loops are in their
// first round. Equal expressions are one column, and so are those that differ
// by a constant: unrolled code asks for the same place many times.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_KERNEL_PLACECOLUMNS_H
#define KERNEL_OPT_LIB_VERIFY_KERNEL_PLACECOLUMNS_H

#include "LaunchSizes.h"
#include "PlaceTerms.h"
#include "kernel-opt/Support/LLVM.h"
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace kernel_opt::verify {

/// A column plus a constant.
struct Place {
  unsigned column = 0;
  int64_t offset = 0;
};

class PlaceColumns {
public:
  PlaceColumns(const LaunchSizes &sizes, const PlaceTerms &terms);

  /// The places of the elements of an integer, or of a vector of them; none if
  /// it comes from what is not followed.
  std::optional<ArrayRef<Place>> placesOf(Value value);
  /// Column of the difference of two places.
  Place difference(Place a, Place b);

  /// Computes all columns for `count` blocks and one thread.
  void evaluate(int64_t firstBlock, int64_t count, int64_t thread);
  const int64_t *operator[](unsigned column) const {
    return &values[column * most];
  }
  unsigned size() const { return unsigned(instructions.size()); }
  static constexpr int64_t most = 512; ///< blocks at once

private:
  enum class Fn : uint8_t {
    Constant, ///< a
    Block,    ///< row-major number
    Thread,
    Add,
    Sub,
    Mul,
    DivU,
    DivS,
    RemU,
    RemS,
    CeilDivU,
    CeilDivS,
    FloorDivS,
    And,
    Or,
    XOr,
    ShL,
    ShRU,
    ShRS,
    MinS,
    MaxS,
    MinU,
    MaxU,
    Compare, ///< predicate c
    Select,  ///< a ? b : c
    Resize,  ///< another number of bits
    ResizeUnsigned
  };
  struct Instruction {
    Fn fn;
    uint8_t width;               ///< bits of the result
    uint8_t source;              ///< bits of the operands
    int64_t a = 0, b = 0, c = 0; ///< columns, or a constant
  };
  Place append(Fn fn, unsigned width, int64_t a = 0, int64_t b = 0,
               int64_t c = 0, unsigned source = 64);
  Place constant(int64_t value);
  unsigned columnOf(Place place);
  Place add(Place a, Place b, unsigned width);
  static std::optional<Fn> fnOf(Operation *op);
  Place apply(Operation *op, Fn fn, ArrayRef<Place> from, unsigned width);
  bool compute(Value value, SmallVectorImpl<Place> &out);
  bool computeResult(OpResult value, SmallVectorImpl<Place> &out);
  bool moveElements(OpResult value, SmallVectorImpl<Place> &out);
  std::optional<Place> idOf(Operation *op);
  Place number(Place whole, const LaunchSizes::Extents &extents, unsigned d);
  /// Signed numbers of so many bits, truth values as 0 and 1.
  static int64_t wrap(int64_t value, unsigned width);
  void run(const Instruction &instruction, int64_t *out, int64_t count) const;

  LaunchSizes sizes;
  const PlaceTerms &terms;
  std::vector<Instruction> instructions;
  std::map<std::tuple<Fn, unsigned, unsigned, int64_t, int64_t, int64_t>,
           unsigned>
      known;
  /// Stays where it is when others are added; null: not followed.
  llvm::DenseMap<Value, std::unique_ptr<std::vector<Place>>> places;
  std::vector<int64_t> values;
  int64_t block = 0, thread = 0;
};

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_KERNEL_PLACECOLUMNS_H
