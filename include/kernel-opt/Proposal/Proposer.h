//===- Proposer.h - Who proposes rewrite sets -------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A proposer turns a prompt into the text of a rewrite set. Whoever it is, what
// it says is data: limited in size, recorded word for word, and given on as the
// MLIR that stands in it, which nothing has parsed or trusted yet.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_PROPOSAL_PROPOSER_H
#define KERNEL_OPT_PROPOSAL_PROPOSER_H

#include "kernel-opt/Proposal/Transcript.h"
#include "llvm/ADT/StringMap.h"
#include <atomic>
#include <chrono>

namespace kernel_opt::proposal {

/// Where a proposal comes from.
struct Provenance {
  std::string proposer;   ///< Kind, for example "command".
  std::string program;    ///< Model or command line.
  std::string promptHash; ///< `hashText` of the prompt.
  uint64_t seed = 0;
  std::string wireId; ///< Of the exchange in the transcript.
};

struct Proposal {
  std::string text; ///< All that was answered.
  std::string mlir; ///< The program in it.
  Provenance provenance;
};

/// What an answer may cost. Zero means no limit, except for sizes.
struct ProposalLimits {
  std::chrono::milliseconds wallTime{std::chrono::minutes(5)};
  unsigned cpuSeconds = 0;
  /// Bytes of address space of each process of a command.
  uint64_t addressSpace = uint64_t(16) << 30;
  size_t responseBytes = 4u << 20;
  size_t mlirBytes = 1u << 20;
};

/// The MLIR in free text: the fenced blocks marked `mlir`, one after the other;
/// if there is none, the unmarked fenced blocks; if there is none, all of the
/// text. Fails on text that is empty, not UTF-8, longer than `limit` bytes, or
/// cut off inside a block that would count.
llvm::Expected<std::string> extractMLIR(StringRef text, size_t limit);

class Proposer {
public:
  virtual ~Proposer() = default;
  virtual StringRef getName() const = 0;
  /// The model, command line or file that answers.
  virtual std::string getProgram() const = 0;

  /// Asks once. `seed` makes the answer reproducible as far as the proposer
  /// allows. Fails when it gives no usable answer, saying what it did; the
  /// exchange is recorded either way. A failed recording is an error too, since
  /// the run could not be replayed.
  llvm::Expected<Proposal> propose(StringRef prompt, uint64_t seed);

  /// Nobody waits for an answer any more; may be called by another thread.
  void stop() { stopped = true; }

  /// Where exchanges go from now on.
  void recordTo(WireSink sink) { this->sink = std::move(sink); }

protected:
  explicit Proposer(ProposalLimits limits) : limits(limits) {}
  /// One exchange; what went wrong stands in its `error`. The caller fills in
  /// the prompt, its hash and the id where they are absent.
  virtual WireRecord exchange(StringRef prompt, uint64_t seed) = 0;

  const ProposalLimits limits;
  std::atomic<bool> stopped{false};

private:
  WireSink sink;
};

/// Any program: the prompt on its standard input, the proposal on its standard
/// output, the seed in the variable KERNEL_OPT_SEED. It must end with status 0.
class CommandProposer : public Proposer {
public:
  explicit CommandProposer(std::vector<std::string> command,
                           ProposalLimits limits = {});
  StringRef getName() const override { return "command"; }
  std::string getProgram() const override;

private:
  WireRecord exchange(StringRef prompt, uint64_t seed) override;
  std::vector<std::string> command;
};

/// A recorded transcript: the answers to equal prompts come in the order in
/// which they were recorded, failures included. Seeds are those recorded.
class ReplayProposer : public Proposer {
public:
  static llvm::Expected<std::unique_ptr<ReplayProposer>>
  load(StringRef path, ProposalLimits limits = {});
  StringRef getName() const override { return "replay"; }
  std::string getProgram() const override { return path; }

private:
  ReplayProposer(StringRef path, ProposalLimits limits)
      : Proposer(limits), path(path) {}
  WireRecord exchange(StringRef prompt, uint64_t seed) override;

  struct Answers {
    std::vector<WireRecord> records;
    size_t used = 0;
  };
  std::string path;
  llvm::StringMap<Answers> answers; // by hash of the prompt
};

/// The proposer that an option names: "command:PROGRAM ARGUMENT..." (quoted as
/// in a shell) or "replay:FILE".
llvm::Expected<std::unique_ptr<Proposer>>
makeProposer(StringRef specification, ProposalLimits limits = {});

} // namespace kernel_opt::proposal

#endif // KERNEL_OPT_PROPOSAL_PROPOSER_H
