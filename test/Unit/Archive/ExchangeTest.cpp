//===- ExchangeTest.cpp - Archives as text, and merging them ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArchiveTesting.h"

using namespace kernel_opt;
using namespace kernel_opt::archive;

/// Every table, and values that are hard to write down.
static void fill(Archive &archive, int64_t number) {
  Run run;
  run.seed = ~0ull;
  run.started = 5;
  std::string runId = llvm::cantFail(archive.append(run));
  Wire wire;
  wire.run = runId;
  wire.request = "a\n\"b\"";
  wire.taken = number;
  llvm::cantFail(archive.append(wire));
  std::string kernel = llvm::cantFail(archive.append(makeKernel()));
  Finding finding = makeFinding(kernel, number);
  finding.verdicts = {makeVerdict("refuted")};
  finding.timings = {makeTiming({-0.0, 1e300, 5e-324, 9007199254740993.0})};
  finding.timings[0].taken = 1;
  finding.timings[0].conditions = -0.0;
  finding.artifacts = {{"", "", "certificate", "{}", 0}};
  llvm::cantFail(archive.append(finding));
}

TEST_F(ArchiveTest, ExportAndImportGiveTheSameArchive) {
  Archive from = open(file("from.sqlite"));
  fill(from, 1);
  std::string text = exported(from);
  EXPECT_EQ(text.find("{\"kernel-opt-archive\":1}\n"), 0u);
  Archive to = open(file("to.sqlite"));
  ImportCounts counts = llvm::cantFail(to.importJSONL(text, "text"));
  EXPECT_EQ(counts.added, 7);
  EXPECT_EQ(counts.duplicates, 0);
  EXPECT_EQ(exported(to), text);
  EXPECT_FALSE(bool(to.check()));
  counts = llvm::cantFail(to.importJSONL(text, "text"));
  EXPECT_EQ(counts.added, 0);
  EXPECT_EQ(counts.duplicates, 7);
}

TEST_F(ArchiveTest, MergeIsAUnion) {
  {
    Archive left = open(file("left.sqlite"));
    fill(left, 1);
    fill(left, 2);
  }
  Archive right = open(file("right.sqlite"));
  fill(right, 2);
  fill(right, 3);
  ImportCounts counts = llvm::cantFail(right.merge(file("left.sqlite")));
  // Shared: the run, the kernel, and the second of each.
  EXPECT_EQ(counts.duplicates, 7);
  EXPECT_EQ(counts.added, 5);
  std::string kernel = idOf(makeKernel());
  EXPECT_EQ(llvm::cantFail(right.history(kernel)).size(), 3u);
  EXPECT_FALSE(bool(right.check()));
  EXPECT_NE(error(right.merge(file("none"))).find("there is no archive"),
            std::string::npos);
}

TEST_F(ArchiveTest, ImportRefusesWhatWasAltered) {
  std::string text;
  {
    Archive from = open(file("from.sqlite"));
    fill(from, 1);
    text = exported(from);
  }
  Archive to = open(file("to.sqlite"));
  auto message = [&](StringRef what, StringRef with) {
    std::string copy = text;
    size_t at = copy.find(what);
    EXPECT_NE(at, std::string::npos) << what.str();
    copy.replace(at, what.size(), with);
    return error(to.importJSONL(copy, "text"));
  };
  EXPECT_NE(message("refuted", "verified").find("it was altered"),
            std::string::npos);
  EXPECT_EQ(message("refuted", "proven").find("text:"), 0u);
  EXPECT_NE(message("\"layer\"", "\"lair\"").find("lacks 'layer'"),
            std::string::npos);
  EXPECT_NE(message("\"table\":\"kernels\"", "\"table\":\"colonels\"")
                .find("text:2: expected a record of a table"),
            std::string::npos);
  EXPECT_NE(message("archive\":1", "archive\":2").find("has version 2"),
            std::string::npos);
  EXPECT_NE(error(to.importJSONL("{}\n", "text")).find("not an exported"),
            std::string::npos);
  EXPECT_NE(error(to.importJSONL(StringRef(text).drop_back(9), "text"))
                .find("text:8: "),
            std::string::npos);
  // Nothing of what came before the errors stayed.
  EXPECT_TRUE(llvm::cantFail(to.kernels()).empty());
}
