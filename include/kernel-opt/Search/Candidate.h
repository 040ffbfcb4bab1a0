//===- Candidate.h - One choice of transformations --------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A candidate is data: which rules rewrite which sites, which operations become
// one kernel, and how each kernel is scheduled. Applying it to the program that
// it was made for always gives the same result. docs/Search.md gives the form.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_CANDIDATE_H
#define KERNEL_OPT_SEARCH_CANDIDATE_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace kernel_opt::search {

/// How one kernel is scheduled: a strategy by name, and values for those of its
/// knobs that shall differ from what the strategy's file selects.
struct KernelChoice {
  std::string strategy;
  std::map<std::string, int64_t> knobs;

  bool operator==(const KernelChoice &other) const {
    return strategy == other.strategy && knobs == other.knobs;
  }
  /// {"strategy": ..., "knobs": {...}}
  llvm::json::Object toJSON() const;
  static llvm::Expected<KernelChoice> fromJSON(const llvm::json::Value &value);
  /// For example "row elements=4096 warps=8".
  std::string str() const;
};

/// One rule at one site (`rewrite::Match::site`) of the program as the rules
/// before it left it.
struct RuleUse {
  std::string rule, site;

  bool operator==(const RuleUse &other) const {
    return rule == other.rule && site == other.site;
  }
};

/// What is chosen for the program as a whole.
struct GraphChoice {
  std::vector<RuleUse> rules;
  /// Text of `kopt.fusion` operations; empty: the default plan.
  std::string fusionPlan;

  bool operator==(const GraphChoice &other) const {
    return rules == other.rules && fusionPlan == other.fusionPlan;
  }
  bool isDefault() const { return rules.empty() && fusionPlan.empty(); }
  /// {"rules": [{"rule", "site"}], "fusion_plan": ...}
  llvm::json::Object toJSON() const;
};

/// A whole candidate.
struct Candidate {
  GraphChoice graph;
  /// By the hash of the kernel (kernel::kernelHash). A kernel that is not named
  /// gets the first strategy that fits.
  std::map<std::string, KernelChoice> kernels;

  /// The members of the graph, and {"kernels": {hash: choice}}.
  llvm::json::Object toJSON() const;
  /// Strict: what is missing, misspelt or ill-typed is an error that names the
  /// place.
  static llvm::Expected<Candidate> fromJSON(const llvm::json::Value &value);
  /// Hash of the JSON form, whose members are in a fixed order.
  std::string hash() const;
};

/// A rewrite set by its text. Rules and schedules in it have names that no
/// other set uses.
struct SetText {
  std::string name, text;
};

/// Hash of a value whose objects print with their members sorted.
std::string hashJSON(const llvm::json::Value &value);

/// The value with null for infinities and NaN, at any depth: JSON has none of
/// them, and what could not be told is such a number.
llvm::json::Value withoutInfinities(llvm::json::Value value);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_CANDIDATE_H
