//===- Variant.h - A program with some rules and a plan applied -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_VARIANT_H
#define KERNEL_OPT_SEARCH_VARIANT_H

#include "kernel-opt/Search/Candidate.h"
#include <cstdint>
#include <string>
#include <vector>

namespace kernel_opt::search {

/// A strategy that matches a kernel, and what it leaves open.
struct StrategyInfo {
  struct Knob {
    std::string name;
    std::vector<int64_t> options;
    int64_t value = 0; ///< that the file selects
  };
  std::string name;
  std::vector<Knob> knobs;
};

/// A distinct kernel of a variant.
struct KernelInfo {
  std::string hash;                     ///< kernel::kernelHash
  std::string name;                     ///< in this variant
  std::string location;                 ///< of its first operation
  std::string shapes;                   ///< types of operands and results
  std::string contract;                 ///< as text; empty if there is none
  std::string text;                     ///< isolateKernel
  int64_t uses = 1;                     ///< launches in the program
  std::vector<StrategyInfo> strategies; ///< in the order of the library
};

/// One operation of a function as fusion plans name it.
struct FusionNode {
  std::string id;
  int64_t group = 0; ///< of the plan that was applied
  std::vector<std::string> consumers;
};

struct FunctionInfo {
  std::string name;
  std::vector<FusionNode> nodes;
};

/// What applying a graph choice came to.
struct Variant {
  GraphChoice choice;
  /// "applied", "illegal", "refuted", "unproven" or "lost".
  std::string state = "applied";
  std::string reason;
  /// Same for variants with the same kernels.
  std::string hash;
  std::vector<KernelInfo> kernels;
  /// Uses of rules that are possible from here.
  std::vector<RuleUse> uses;
  std::vector<FunctionInfo> functions;
  /// Of each rule's window, in order.
  llvm::json::Array windows;

  bool isApplied() const { return state == "applied"; }
  llvm::json::Object toJSON() const;
  static llvm::Expected<Variant> fromJSON(const llvm::json::Value &value);
};

/// A plan that puts the operations of each list into one kernel and leaves
/// nothing to the default plan.
std::string
writeFusionPlan(StringRef function,
                const std::vector<std::vector<std::string>> &groups);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_VARIANT_H
