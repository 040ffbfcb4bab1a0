//===- Mutators.h - Small changes that make a program wrong -----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// A mutator finds the places of a kernel, or of its scheduled program, where it
// applies. Places are numbered in the order of the program, so that (mutator,
// number, seed) names a mutant of a given kernel for ever.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_TEST_MUTATION_MUTATORS_H
#define KERNEL_OPT_TEST_MUTATION_MUTATORS_H

#include "kernel-opt/Support/LLVM.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/Builders.h"
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace kernel_opt::mutation {

using Random = std::mt19937_64;
/// Changes the IR; fails if that cannot be done here. Whether the result is
/// valid IR is for the verifier of MLIR to say.
using Change = std::function<LogicalResult(Random &)>;

/// One place where a mutator applies.
struct Site {
  Operation *op;
  std::string what; ///< such as "operand 1 plus one"
  Change change;
};

class Sites {
public:
  void add(Operation *op, const Twine &what, Change change) {
    all.push_back({op, what.str(), std::move(change)});
  }
  /// The same of a change that always succeeds.
  template <typename Fn>
  void always(Operation *op, const Twine &what, Fn fn) {
    add(op, what, [fn](Random &) mutable {
      fn();
      return success();
    });
  }
  std::vector<Site> all;
};

struct Mutator {
  StringRef name;
  /// "A" to "F" of the list of planted bugs, or "generic".
  StringRef group;
  /// Layers one of which must refuse it, separated by commas; any if empty.
  StringRef killers;
  /// Whether it applies to the kernel on tensors instead of to its program.
  bool onTensors;
  /// Of the kernel (a `kopt.kernel`) or of the program (a `gpu.func`).
  void (*find)(Operation *root, Sites &sites);
};

/// Bugs that people make, by name.
ArrayRef<Mutator> listedMutators();
/// Any change to any operation.
ArrayRef<Mutator> genericMutators();
const Mutator *lookupMutator(StringRef name);

} // namespace kernel_opt::mutation

#endif // KERNEL_OPT_TEST_MUTATION_MUTATORS_H
