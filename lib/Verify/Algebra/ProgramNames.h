//===- ProgramNames.h - Values named by what they are made of ---*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_VERIFY_ALGEBRA_PROGRAMNAMES_H
#define KERNEL_OPT_LIB_VERIFY_ALGEBRA_PROGRAMNAMES_H

#include "kernel-opt/Verify/Equivalence.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringSet.h"
#include <functional>
#include <map>
#include <string>

namespace kernel_opt::verify {

/// Operands, and what regions take from outside.
llvm::SetVector<Value> operandsOf(Operation *op);

/// Names each value of a program by all that it is computed from: equal names
/// in two programs of equal arguments are equal values, or the same elements in
/// the same order in tensors of other sizes.
class ProgramNames {
public:
  /// Names all of a program; false if an operation does more than compute its
  /// results.
  bool compute(Block &block);

  /// The same in steps: arguments, then one operation after the other.
  void addArguments(Block &block);
  bool add(Operation &op);
  /// `value` is known to equal another value, of this name: what is added later
  /// is named after that.
  void rename(Value value, StringRef name);

  StringRef of(Value value) const { return names.find(value)->second; }
  bool hasInput(Value value) const { return inputs.contains(value); }
  bool has(StringRef name) const { return all.contains(name); }
  /// Whether a window may take any value for this one: tensors of floats that
  /// depend on an argument.
  bool canBeFree(Value value) const;

private:
  std::optional<std::string> nameOfResult(mlir::linalg::GenericOp op,
                                          unsigned result) const;

  llvm::DenseMap<Value, std::string> names;
  /// Values that depend on an argument.
  llvm::DenseSet<Value> inputs;
  llvm::StringSet<> all;
};

/// Some values of a program, and what they are computed from up to values that
/// stay inputs.
struct Remainder {
  Remainder(Block &block, const ProgramNames &names,
            std::function<bool(Value)> isLeaf)
      : block(block), names(names), isLeaf(std::move(isLeaf)) {}

  /// False if there are more than `most` operations; 0: any number.
  bool collect(Value value, size_t most = 0);
  /// Makes a function of them. `inputs` names its arguments; outputs become
  /// tensors of the types `results`.
  void build(OpBuilder &builder, StringRef name, ArrayRef<std::string> inputs,
             mlir::TypeRange types, ArrayRef<Value> outputs,
             mlir::TypeRange results);

  Block &block;
  const ProgramNames &names;
  std::function<bool(Value)> isLeaf; ///< arguments always are
  /// By name, in the order in which they were met.
  llvm::MapVector<std::string, Value, std::map<std::string, unsigned>> leaves;
  llvm::SetVector<Operation *> kept;
};

/// Two remainders as functions of the same inputs.
Window joinRemainders(Remainder &left, Remainder &right,
                      ArrayRef<Value> leftOutputs,
                      ArrayRef<Value> rightOutputs);

} // namespace kernel_opt::verify

#endif // KERNEL_OPT_LIB_VERIFY_ALGEBRA_PROGRAMNAMES_H
