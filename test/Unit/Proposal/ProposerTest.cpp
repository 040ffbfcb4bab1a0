//===- ProposerTest.cpp - Proposers that behave and that do not -*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Proposer.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"

using namespace kernel_opt;
using namespace kernel_opt::proposal;
using namespace std::chrono_literals;

static CommandProposer shell(std::string script, ProposalLimits limits = {}) {
  return CommandProposer({"sh", "-c", std::move(script)}, limits);
}

static std::string failure(llvm::Expected<Proposal> proposal) {
  EXPECT_FALSE(bool(proposal));
  return proposal ? "" : llvm::toString(proposal.takeError());
}

TEST(CommandProposer, GivesPromptAndSeedAndNamesTheSource) {
  CommandProposer proposer =
      shell("echo Here:; echo '```mlir'; cat; echo \"// $KERNEL_OPT_SEED\"; "
            "echo '```'");
  Proposal proposal = llvm::cantFail(proposer.propose("module {}\n", ~0ull));
  EXPECT_EQ(proposal.mlir, "module {}\n// 18446744073709551615\n");
  EXPECT_TRUE(StringRef(proposal.text).starts_with("Here:\n"));
  EXPECT_EQ(proposal.provenance.proposer, "command");
  EXPECT_TRUE(StringRef(proposal.provenance.program).starts_with("sh -c "));
  EXPECT_EQ(proposal.provenance.promptHash, hashText("module {}\n"));
  EXPECT_EQ(proposal.provenance.seed, ~0ull);
  EXPECT_TRUE(StringRef(proposal.provenance.wireId).starts_with("sha256:"));
}

TEST(CommandProposer, FailureShowsStatusAndLastWords) {
  CommandProposer proposer =
      shell("for i in 1 2 3 4 5 6 7 8 9; do echo line $i >&2; done; echo "
            "module; exit 3");
  std::string message = failure(proposer.propose("p", 0));
  EXPECT_NE(message.find("exited with status 3"), std::string::npos) << message;
  EXPECT_NE(message.find("standard error:\nline 4\n"), std::string::npos)
      << message;
  EXPECT_TRUE(StringRef(message).ends_with("line 9")) << message;
}

TEST(CommandProposer, CrashIsNamed) {
  CommandProposer proposer = shell("echo module; kill -SEGV $$");
  EXPECT_NE(failure(proposer.propose("p", 0)).find("signal 11"),
            std::string::npos);
}

TEST(CommandProposer, HangIsStopped) {
  ProposalLimits limits;
  limits.wallTime = 200ms;
  // Ignores what can be ignored and leaves a child behind.
  CommandProposer proposer =
      shell("trap '' TERM; echo started; sleep 60 & sleep 60", limits);
  auto start = std::chrono::steady_clock::now();
  EXPECT_NE(failure(proposer.propose("p", 0)).find("the limit on its time"),
            std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

TEST(CommandProposer, EndlessOutputIsStopped) {
  ProposalLimits limits;
  limits.wallTime = 30s;
  limits.responseBytes = 100000;
  CommandProposer proposer = shell("yes module", limits);
  size_t recorded = 0;
  proposer.recordTo([&](const WireRecord &record) {
    recorded = record.response.size();
    return llvm::Error::success();
  });
  std::string message = failure(proposer.propose("p", 0));
  EXPECT_NE(message.find("wrote more than it may (100000 bytes)"),
            std::string::npos)
      << message;
  EXPECT_EQ(recorded, 100000u);
}

TEST(CommandProposer, MemoryIsLimited) {
  ProposalLimits limits;
  limits.wallTime = 30s;
  limits.addressSpace = 64u << 20;
  CommandProposer proposer = shell(
      // The limit holds from just after the start.
      "sleep 0.2; head -c 200000000 /dev/zero | tail -n 1 | tr '\\0' x",
      limits);
  std::string message = failure(proposer.propose("p", 0));
  EXPECT_NE(message.find("memory exhausted"), std::string::npos) << message;
}

TEST(CommandProposer, EmptyAndGarbageAreRefused) {
  CommandProposer silent = shell("echo; echo why >&2");
  std::string message = failure(silent.propose("p", 0));
  EXPECT_NE(message.find("exited with status 0 and wrote no proposal"),
            std::string::npos)
      << message;
  EXPECT_TRUE(StringRef(message).ends_with("\nwhy")) << message;

  CommandProposer garbage = shell("printf '\\377\\376\\000\\001'");
  std::string recorded;
  garbage.recordTo([&](const WireRecord &record) {
    recorded = record.response;
    return llvm::Error::success();
  });
  EXPECT_NE(failure(garbage.propose("p", 0)).find("not UTF-8"),
            std::string::npos);
  EXPECT_TRUE(llvm::json::isUTF8(recorded));

  CommandProposer missing({"/no/such/proposer"});
  EXPECT_NE(failure(missing.propose("p", 0))
                .find("cannot be run: cannot start "
                      "'/no/such/proposer'"),
            std::string::npos);
}

TEST(CommandProposer, ProgramsThatDoNotReadThePromptWork) {
  CommandProposer proposer = shell("exec 0<&-; echo module");
  std::string prompt(3 << 20, 'x');
  EXPECT_EQ(llvm::cantFail(proposer.propose(prompt, 0)).mlir, "module\n");
}

TEST(Proposer, RecordingThatFailsIsAnError) {
  CommandProposer proposer = shell("echo module");
  proposer.recordTo(
      [](const WireRecord &) { return llvm::createStringError("no room"); });
  EXPECT_EQ(failure(proposer.propose("p", 0)), "no room");
}

TEST(ReplayProposer, RepeatsARunWithItsFailures) {
  SmallString<128> path;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("transcript", "jsonl", path));
  llvm::scope_exit cleanup([&] { llvm::sys::fs::remove(path); });
  CommandProposer proposer =
      shell("read prompt; test \"$KERNEL_OPT_SEED\" != 2 || { echo bad seed "
            ">&2; exit 1; }; echo \"$prompt $KERNEL_OPT_SEED\"");
  auto writer = llvm::cantFail(TranscriptWriter::open(path));
  proposer.recordTo(writer->sink());
  Proposal first = llvm::cantFail(proposer.propose("a", 1));
  std::string second = failure(proposer.propose("a", 2));
  Proposal other = llvm::cantFail(proposer.propose("b", 7));

  auto replay = llvm::cantFail(makeProposer(("replay:" + path).str()));
  EXPECT_EQ(replay->getName(), "replay");
  // Prompts may come in another order, answers to one prompt do not.
  EXPECT_EQ(llvm::cantFail(replay->propose("b", 0)).mlir, other.mlir);
  Proposal again = llvm::cantFail(replay->propose("a", 0));
  EXPECT_EQ(again.mlir, "a 1\n");
  EXPECT_EQ(again.provenance.wireId, first.provenance.wireId);
  EXPECT_EQ(again.provenance.proposer, "command");
  EXPECT_EQ(again.provenance.seed, 1u);
  EXPECT_EQ(failure(replay->propose("a", 0)), second);
  std::string hash = hashText("a");
  EXPECT_EQ(failure(replay->propose("a", 0)),
            ("proposer '" + path + "' has no more answers to the prompt " +
             hash + "; all 2 were given")
                .str());
  EXPECT_NE(failure(replay->propose("c", 0)).find("holds no answer"),
            std::string::npos);
}

TEST(MakeProposer, ReadsSpecifications) {
  auto command = llvm::cantFail(makeProposer("command:echo 'module  {}'"));
  EXPECT_EQ(llvm::cantFail(command->propose("p", 0)).mlir, "module  {}\n");
  for (StringRef bad :
       {"", "echo", "command:", "command: ", "replay:", "x:y"}) {
    auto none = makeProposer(bad);
    ASSERT_FALSE(bool(none)) << bad.str();
    EXPECT_NE(llvm::toString(none.takeError()).find("names no proposer"),
              std::string::npos);
  }
  auto missing = makeProposer("replay:/no/such/file");
  ASSERT_FALSE(bool(missing));
  EXPECT_EQ(
      llvm::toString(missing.takeError()),
      "cannot read transcript '/no/such/file': No such file or directory");
}
