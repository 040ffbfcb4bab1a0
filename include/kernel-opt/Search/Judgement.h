//===- Judgement.h - What a search may use of a proposal --------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A proposal, whoever made it, is judged in a worker. What is good goes into
// the search under names that follow from the contents: "merge.3f2a91c0" is the
// same rule in every run and on every machine, and another rule that somebody
// calls "merge" does not inherit what is known of it.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_SEARCH_JUDGEMENT_H
#define KERNEL_OPT_SEARCH_JUDGEMENT_H

#include "kernel-opt/Optimizer/Optimizer.h"
#include "kernel-opt/Search/Candidate.h"

namespace kernel_opt::search {

struct Judgement {
  struct Item {
    std::string kind, name; ///< as its writer calls it
    std::string verdict;    ///< of proposal::ItemVerdict
    std::string detail;     ///< witness or first diagnostic
  };
  std::vector<Item> items;
  /// All of it in words, for the writer.
  std::string report;
  /// What is good; its name is the hash of its text, which is empty if nothing
  /// is.
  SetText set;
  /// The rules where they were applied, and the plan.
  GraphChoice choice;
  /// Strategies of the set.
  std::vector<std::string> strategies;

  llvm::json::Object toJSON() const;
  static llvm::Expected<Judgement> fromJSON(const llvm::json::Value &value);
};

/// Judges `text` for a program, which is not changed. `pipeline.nonce` makes
/// the answer the same every time.
Judgement judgeProposal(ModuleOp program, StringRef name, StringRef text,
                        const optimizer::Options &pipeline);

} // namespace kernel_opt::search

#endif // KERNEL_OPT_SEARCH_JUDGEMENT_H
