//===- Proposer.cpp - Who proposes rewrite sets -----------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Support/Hash.h"
#include "kernel-opt/Support/Subprocess.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/StringSaver.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;

llvm::Expected<Proposal> Proposer::propose(StringRef prompt, uint64_t seed) {
  WireRecord record = exchange(prompt, seed);
  if (record.prompt.empty())
    record.prompt = prompt.str();
  if (record.promptHash.empty())
    record.promptHash = hashText(prompt);
  // Judged before it is recorded: the record holds text alone.
  bool isText = llvm::json::isUTF8(record.response);
  if (record.error.empty() && record.response.empty())
    record.error = "gave an empty answer";
  else if (record.error.empty() && !isText)
    record.error = "gave an answer that is not UTF-8 text";
  record = finishRecord(std::move(record));
  if (sink)
    if (llvm::Error e = sink(record))
      return std::move(e);
  std::string who = "proposer '" + record.program + "' ";
  if (!record.error.empty())
    return llvm::createStringError(who + record.error);
  llvm::Expected<std::string> mlir =
      extractMLIR(record.response, limits.mlirBytes);
  if (!mlir)
    return llvm::createStringError(
        who + "gave no usable answer: " + llvm::toString(mlir.takeError()));
  return Proposal{std::move(record.response), std::move(*mlir),
                  Provenance{record.proposer, record.program, record.promptHash,
                             record.seed, record.id}};
}

//===----------------------------------------------------------------------===//
// Commands
//===----------------------------------------------------------------------===//

CommandProposer::CommandProposer(std::vector<std::string> command,
                                 ProposalLimits limits)
    : Proposer(limits), command(std::move(command)) {}

std::string CommandProposer::getProgram() const {
  return llvm::join(command, " ");
}

/// The end of what a program complained about: few lines, of bounded length.
static std::string lastLines(StringRef text) {
  constexpr size_t mostLines = 6, mostBytes = 1200;
  text = text.trim().take_back(mostBytes);
  SmallVector<StringRef> lines;
  text.split(lines, '\n');
  ArrayRef<StringRef> kept(lines);
  return llvm::join(kept.take_back(mostLines), "\n");
}

WireRecord CommandProposer::exchange(StringRef prompt, uint64_t seed) {
  WireRecord record;
  record.proposer = getName().str();
  record.program = getProgram();
  record.seed = seed;
  SubprocessOptions options;
  options.command = command;
  options.environment = {"KERNEL_OPT_SEED=" + std::to_string(seed)};
  options.wallTime = limits.wallTime;
  options.cpuSeconds = limits.cpuSeconds;
  options.addressSpace = limits.addressSpace;
  options.outputBytes = limits.responseBytes;
  options.stop = &stopped;
  llvm::Expected<ProcessOutput> output = runProcess(options, prompt);
  if (!output) {
    record.error = "cannot be run: " + llvm::toString(output.takeError());
    return record;
  }
  record.response = std::move(output->standardOutput);
  record.seconds = output->result.wallSeconds;
  bool isSilent = StringRef(record.response).trim().empty();
  if (output->result.succeeded() && !isSilent)
    return record;
  record.error = output->result.describe();
  if (output->result.end == ProcessResult::End::OutputLimit)
    record.error += " (" + std::to_string(limits.responseBytes) + " bytes)";
  if (isSilent)
    record.error += " and wrote no proposal";
  if (std::string last = lastLines(output->standardError); !last.empty())
    record.error += "; the end of its standard error:\n" + last;
  return record;
}

//===----------------------------------------------------------------------===//
// Replay
//===----------------------------------------------------------------------===//

llvm::Expected<std::unique_ptr<ReplayProposer>>
ReplayProposer::load(StringRef path, ProposalLimits limits) {
  llvm::Expected<std::vector<WireRecord>> records = readTranscript(path);
  if (!records)
    return records.takeError();
  std::unique_ptr<ReplayProposer> replay(new ReplayProposer(path, limits));
  for (WireRecord &record : *records)
    replay->answers[record.promptHash].records.push_back(std::move(record));
  return std::move(replay);
}

WireRecord ReplayProposer::exchange(StringRef prompt, uint64_t seed) {
  std::string hash = hashText(prompt);
  auto found = answers.find(hash);
  if (found != answers.end()) {
    Answers &known = found->second;
    if (known.used < known.records.size())
      return known.records[known.used++];
  }
  WireRecord record;
  record.proposer = getName().str();
  record.program = path;
  record.seed = seed;
  record.error =
      found == answers.end()
          ? "holds no answer to the prompt " + hash +
                "; record the run again, since what it asks has changed"
          : "has no more answers to the prompt " + hash + "; all " +
                std::to_string(found->second.records.size()) + " were given";
  return record;
}

llvm::Expected<std::unique_ptr<Proposer>>
proposal::makeProposer(StringRef specification, ProposalLimits limits) {
  auto [kind, rest] = specification.split(':');
  if (kind == "replay" && !rest.empty())
    return ReplayProposer::load(rest, limits);
  if (kind == "command") {
    llvm::BumpPtrAllocator memory;
    llvm::StringSaver saver(memory);
    SmallVector<const char *> words;
    llvm::cl::TokenizeGNUCommandLine(rest, saver, words);
    if (!words.empty())
      return std::make_unique<CommandProposer>(
          std::vector<std::string>(words.begin(), words.end()), limits);
  }
  return llvm::createStringError(
      "'" + specification +
      "' names no proposer; expected 'command:PROGRAM ARGUMENT...' or "
      "'replay:FILE'");
}
