//===- CompareBits.h - Whether two programs give the same bits --*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_COMPAREBITS_H
#define KERNEL_OPT_TEST_MUTATION_COMPAREBITS_H

#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace kernel_opt::mutation {

/// Runs the whole grids of all programs of two modules in bit-exact floats, on
/// all families of inputs, with late and early landing and in several orders of
/// blocks and warps.
class BitComparer {
public:
  explicit BitComparer(mlir::ModuleOp original) : original(original) {}
  /// "equal", or the first difference or fault, and how many families differ.
  std::string compare(mlir::ModuleOp mutant);

  struct Digest {
    uint64_t sum = 0, elements = 0;
    std::string fault;
  };

private:
  static std::vector<Digest> runAll(mlir::ModuleOp module, bool orders);

  mlir::ModuleOp original;
  std::vector<Digest> originals; ///< by kernel and family
};

} // namespace kernel_opt::mutation

#endif // KERNEL_OPT_TEST_MUTATION_COMPAREBITS_H
