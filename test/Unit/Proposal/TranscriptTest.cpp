//===- TranscriptTest.cpp - Files of exchanges, also damaged ----*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "kernel-opt/Proposal/Transcript.h"
#include "kernel-opt/Support/Hash.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::proposal;

namespace {
class Transcript : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(
        llvm::sys::fs::createTemporaryFile("transcript", "jsonl", path));
  }
  void TearDown() override { llvm::sys::fs::remove(path); }

  static WireRecord record(StringRef prompt, StringRef response) {
    WireRecord record;
    record.proposer = "command";
    record.program = "program";
    record.prompt = prompt.str();
    record.promptHash = hashText(prompt);
    record.seed = ~0ull;
    record.response = response.str();
    record.seconds = 0.1;
    return finishRecord(record);
  }
  void append(const WireRecord &record) {
    auto writer = llvm::cantFail(TranscriptWriter::open(path));
    EXPECT_FALSE(bool(writer->append(record)));
  }
  std::string contents() {
    auto buffer = llvm::MemoryBuffer::getFile(path);
    return buffer ? (*buffer)->getBuffer().str() : "";
  }
  void write(StringRef text) {
    std::error_code error;
    llvm::raw_fd_ostream os(path, error);
    os << text;
  }
  std::string readError() {
    auto records = readTranscript(path);
    return records ? "" : llvm::toString(records.takeError());
  }

  SmallString<128> path;
};
} // namespace

TEST_F(Transcript, KeepsEverythingOverSeveralRuns) {
  WireRecord first = record("one\nline", "\"quoted\" \t text");
  first.error = "failed";
  first = finishRecord(first);
  append(first);
  append(record("two", "caf\xc3\xa9"));
  auto records = llvm::cantFail(readTranscript(path));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(toJSON(records[0]), toJSON(first));
  EXPECT_EQ(records[0].seed, ~0ull);
  EXPECT_EQ(records[1].response, "caf\xc3\xa9");
  EXPECT_EQ(records[1].seconds, 0.1);
}

TEST_F(Transcript, ALineThatAKillLeftIncompleteIsDropped) {
  append(record("one", "1"));
  std::string whole = contents();
  append(record("two", "2"));
  std::string both = contents();
  for (size_t cut = whole.size(); cut < both.size(); ++cut) {
    write(StringRef(both).take_front(cut));
    ASSERT_EQ(llvm::cantFail(readTranscript(path)).size(), 1u) << cut;
  }
  append(record("three", "3"));
  auto records = llvm::cantFail(readTranscript(path));
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[1].response, "3");
  // The same for the first line.
  write(StringRef(whole).take_front(5));
  append(record("one", "1"));
  EXPECT_EQ(contents(), whole);
}

TEST_F(Transcript, AHeaderWithoutItsEndIsContinued) {
  // As another program writes it, without the space and the line feed.
  write("{\"kernel-opt-transcript\":1}");
  append(record("a", "b"));
  auto records = llvm::cantFail(readTranscript(path));
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].response, "b");
}

TEST_F(Transcript, AlteredRecordsAreRefused) {
  append(record("one", "right"));
  std::string text = contents();
  auto altered = [&](StringRef from, StringRef to) {
    std::string copy = text;
    copy.replace(copy.find(from), from.size(), to);
    write(copy);
    return readError();
  };
  EXPECT_EQ(altered("right", "wrong"),
            (path + ":2: the id is not the hash of the record; the file was "
                    "altered")
                .str());
  EXPECT_NE(altered("\"one\"", "\"two\"").find("the hash of the prompt"),
            std::string::npos);
  EXPECT_NE(altered("\"seed\"", "\"sead\"").find("lacks 'seed'"),
            std::string::npos);
  EXPECT_NE(altered("18446744073709551615", "-1").find("seed: expected an"),
            std::string::npos);
  EXPECT_NE(altered("{\"error\"", "\"error\"").find(":2: "), std::string::npos);
}

TEST_F(Transcript, OtherFilesAreRefusedAndKept) {
  for (StringRef text : {"hello\n", "hello", "{}\n", "[1]\n",
                         "{\"kernel-opt-transcript\": 0}\n"}) {
    write(text);
    EXPECT_FALSE(readError().empty()) << text.str();
    auto writer = TranscriptWriter::open(path);
    ASSERT_FALSE(bool(writer)) << text.str();
    llvm::consumeError(writer.takeError());
    EXPECT_EQ(contents(), text);
  }
  write("{\"kernel-opt-transcript\": 2}\n");
  EXPECT_EQ(readError(), ("transcript '" + path +
                          "' has version 2 of the format; this program reads "
                          "version 1")
                             .str());
}

TEST(TranscriptWriter, PlacesThatCannotBeWrittenAreErrors) {
  auto writer = TranscriptWriter::open("/no/such/folder/t.jsonl");
  ASSERT_FALSE(bool(writer));
  EXPECT_EQ(llvm::toString(writer.takeError()),
            "cannot write transcript '/no/such/folder/t.jsonl': No such file "
            "or directory");
}
