//===- Records.h - What the archive holds -----------------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Records are appended and never changed. The id of a record is the SHA-256 of
// its table and of all its members but the id and `recorded`, so that the same
// finding has the same id on every machine, and merging two archives is a
// union.
//
//===----------------------------------------------------------------------===//

#ifndef KERNEL_OPT_ARCHIVE_RECORDS_H
#define KERNEL_OPT_ARCHIVE_RECORDS_H

#include "kernel-opt/Support/LLVM.h"
#include "llvm/Support/JSON.h"
#include <cstdint>
#include <string>
#include <vector>

namespace kernel_opt::archive {

/// What a kernel is looked up by. Equal keys are the same problem.
struct Kernel {
  std::string id;
  std::string structure; ///< `structuralHash` of the kernel.
  std::string shapes;    ///< Types of operands and results.
  std::string contract;
  std::string target;    ///< For example "sm_90a".
  std::string toolchain; ///< Versions that the code depends on.
  int64_t recorded = 0;  ///< Milliseconds since 1970, UTC; 0: on appending.
};

/// What an application of rules, a plan, a schedule and knobs came to.
struct Candidate {
  std::string id;
  std::string kernel;               ///< Id of the kernel.
  std::vector<std::string> parents; ///< Ids of candidates.
  std::string proposer;             ///< For example "openai".
  std::string program;              ///< Model or command line.
  std::string proposalHash;         ///< `hashText` of the proposal.
  std::string proposal;
  std::string wire; ///< Id of the exchange, if there was one.
  llvm::json::Value rules = llvm::json::Array(); ///< With their sites.
  std::string fusionPlan;
  std::string schedule; ///< Name of the strategy.
  llvm::json::Value knobs = llvm::json::Object();
  std::string finalHash; ///< Of the scheduled IR; empty if there is none.
  std::string state;     ///< For example "applied", "illegal", "crashed".
  std::string reason;    ///< Of a state other than "applied".
  int64_t recorded = 0;
};

/// The answer of one layer of the checks. The three verdicts are "verified",
/// "refuted" and "unproven"; anything else is refused.
struct Verdict {
  std::string id;
  std::string candidate;
  std::string layer; ///< For example "L4".
  std::string verdict;
  llvm::json::Value record = nullptr;
  std::string witness; ///< Of a refuted candidate.
  int64_t recorded = 0;
};

/// Timing samples, all of them.
struct Timing {
  std::string id;
  std::string candidate;
  std::string run;     ///< Id of the run.
  std::string purpose; ///< "select" or "report": never mixed.
  std::string origin;  ///< "measured" or "modelled".
  std::string device;
  std::string unit; ///< For example "s".
  std::vector<double> samples;
  llvm::json::Value conditions = nullptr; ///< Clocks, driver and the like.
  int64_t taken = 0; ///< Milliseconds since 1970; part of the identity.
  int64_t recorded = 0;
};

/// A file that belongs to a candidate.
struct Artifact {
  std::string id;
  std::string candidate;
  std::string kind; ///< "ptx", "certificate", "scheduled".
  std::string content;
  int64_t recorded = 0;
};

/// One exchange with a proposer.
struct Wire {
  std::string id;
  std::string run;
  std::string proposer, program;
  uint64_t seed = 0;
  std::string promptHash;
  std::string request, response;
  std::string error; ///< Empty if it answered.
  int64_t taken = 0; ///< Milliseconds since 1970; part of the identity.
  int64_t recorded = 0;
};

/// One run of the search.
struct Run {
  std::string id;
  uint64_t seed = 0;
  std::string version; ///< Of this project.
  llvm::json::Value options = llvm::json::Object();
  int64_t started = 0; ///< Milliseconds since 1970; part of the identity.
  int64_t recorded = 0;
};

/// A candidate with all that was found out about it.
struct Finding {
  Candidate candidate;
  std::vector<Verdict> verdicts;
  std::vector<Timing> timings;
  std::vector<Artifact> artifacts;
};

/// The id that the record's contents give.
std::string idOf(const Kernel &kernel);
std::string idOf(const Candidate &candidate);

} // namespace kernel_opt::archive

#endif // KERNEL_OPT_ARCHIVE_RECORDS_H
