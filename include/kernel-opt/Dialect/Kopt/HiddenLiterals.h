//===- HiddenLiterals.h - Literals that do not fold -------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Folding cos(0.5) makes a literal that is rounded and does not say of what;
// folding a piece of a constant vector forgets what the constant stands for
// (`kopt.const`). Either is another number to the exact algebra. Literals that
// are hidden from the patterns that fold keep their meaning.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_DIALECT_KOPT_HIDDENLITERALS_H
#define KERNEL_OPT_DIALECT_KOPT_HIDDENLITERALS_H

#include "kernel-opt/Support/LLVM.h"

namespace kernel_opt::kopt {

enum class Hide : uint8_t {
  /// Literals that say what they stand for, and those that an operation on
  /// floats reads together with nothing but literals.
  Inexact,
  /// All floating-point literals, so that none comes to such an operation.
  All,
};

/// From its construction to its end, floating-point literals under `root` are
/// values that nothing folds: `builtin.unrealized_conversion_cast` without
/// operands. Equal ones can still be merged. `root` itself must stay.
class HiddenLiterals {
public:
  HiddenLiterals(Operation *root, Hide which);
  ~HiddenLiterals();
  HiddenLiterals(const HiddenLiterals &) = delete;
  HiddenLiterals &operator=(const HiddenLiterals &) = delete;

private:
  Operation *root;
};

} // namespace kernel_opt::kopt

#endif // KERNEL_OPT_DIALECT_KOPT_HIDDENLITERALS_H
