//===- Inquiry.h - A question to a proposer ---------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_LIB_SEARCH_INQUIRY_H
#define KERNEL_OPT_LIB_SEARCH_INQUIRY_H

#include "kernel-opt/Proposal/Proposer.h"
#include <future>

namespace kernel_opt::search {

/// What a proposer answered, or why it did not.
struct Answer {
  std::string mlir, error;
};

/// A question that is asked while the search goes on.
class Inquiry {
public:
  Inquiry(proposal::Proposer &proposer, std::string prompt, uint64_t seed)
      : answer(std::async(std::launch::async,
                          [&proposer, prompt = std::move(prompt), seed] {
                            return ask(proposer, prompt, seed);
                          })) {}
  /// One whose answer is known.
  explicit Inquiry(Answer known) {
    std::promise<Answer> promise;
    promise.set_value(std::move(known));
    answer = promise.get_future();
  }

  /// The answer that was recorded.
  static Answer read(StringRef response) {
    auto mlir =
        proposal::extractMLIR(response, proposal::ProposalLimits().mlirBytes);
    if (!mlir)
      return {"", llvm::toString(mlir.takeError())};
    return {std::move(*mlir), ""};
  }

  /// Waits for so long at most.
  bool isReady(std::chrono::milliseconds patience) {
    return answer.wait_for(patience) == std::future_status::ready;
  }
  Answer take() { return answer.get(); }

private:
  static Answer ask(proposal::Proposer &proposer, StringRef prompt,
                    uint64_t seed) {
    auto proposal = proposer.propose(prompt, seed);
    if (!proposal)
      return {"", llvm::toString(proposal.takeError())};
    return {std::move(proposal->mlir), ""};
  }

  std::future<Answer> answer;
};

} // namespace kernel_opt::search

#endif // KERNEL_OPT_LIB_SEARCH_INQUIRY_H
