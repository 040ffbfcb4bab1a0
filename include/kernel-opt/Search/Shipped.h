//===- Shipped.h - Winners that come with the program -----------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What searches on devices found, of the files in `archive/`: for whoever has
// no time for a search of his own. Choices only. Nothing is believed of them:
// whoever takes one has it checked like one of his own.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_SHIPPED_H
#define KERNEL_OPT_SEARCH_SHIPPED_H

#include "kernel-opt/Search/Candidate.h"
#include "mlir/IR/BuiltinOps.h"
#include <optional>

namespace kernel_opt::search {

/// The winner of one program.
struct ShippedWinner {
  std::string name;    ///< For people.
  std::string program; ///< `programIdentity`; empty: for its kernels alone.
  std::string device;  ///< That it won on.
  Candidate candidate; ///< Sites of rules without the function's name.
};

/// The winners for one target.
class ShippedWinners {
public:
  /// Those in the program. A target that nothing is shipped for has none.
  static llvm::Expected<ShippedWinners> load(StringRef target);
  /// Reads lines of JSON: {"kernel-opt-winners": 1, "target": ...}, then one
  /// winner each. Errors name the line.
  static llvm::Expected<ShippedWinners> parse(StringRef text, StringRef name);

  StringRef getTarget() const { return target; }
  ArrayRef<ShippedWinner> all() const { return winners; }
  /// The winner of the module's program, its sites named as there.
  std::optional<Candidate> forProgram(mlir::ModuleOp module) const;
  /// The schedule of a kernel (`kernel::kernelHash`), in whatever program.
  std::optional<KernelChoice> forKernel(StringRef hash) const;

private:
  std::string target;
  std::vector<ShippedWinner> winners;
};

/// Hash of the only function of a module, whatever its name; empty if there are
/// several or none.
std::string programIdentity(mlir::ModuleOp module);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_SHIPPED_H
