//===- ArchiveTest.cpp - Appending and looking up ---------------*- C++ -*-===//
//
// Part of the kernel-opt project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ArchiveTesting.h"
#include <cmath>

using namespace kernel_opt;
using namespace kernel_opt::archive;

TEST_F(ArchiveTest, KeepsWholeFindings) {
  std::string path = file("sub/folder/a.sqlite"), id, kernel;
  {
    Archive archive = open(path);
    kernel = llvm::cantFail(archive.append(makeKernel()));
    EXPECT_EQ(kernel, idOf(makeKernel()));
    Finding parent = makeFinding(kernel, 1);
    std::string parentId = llvm::cantFail(archive.append(parent));
    Finding finding = makeFinding(kernel, 2);
    finding.candidate.parents = {parentId};
    finding.verdicts = {makeVerdict("verified"), makeVerdict("unproven", "L1")};
    finding.verdicts[0].witness = "x = \"caf\xc3\xa9\"\n";
    finding.timings = {makeTiming({1e-6, 0.1, 3.0000000000000004})};
    finding.artifacts = {{"", "", "ptx", ".version 8.8\n", 0}};
    id = llvm::cantFail(archive.append(finding));
    EXPECT_EQ(id, idOf(finding.candidate));
    // The same once more is the same record.
    EXPECT_EQ(llvm::cantFail(archive.append(finding)), id);
  }
  Archive archive = open(path, /*writable=*/false);
  auto history = llvm::cantFail(archive.history(kernel));
  ASSERT_EQ(history.size(), 2u);
  Finding &found = history[1];
  EXPECT_EQ(found.candidate.id, id);
  EXPECT_EQ(found.candidate.parents,
            std::vector<std::string>{history[0].candidate.id});
  EXPECT_EQ(found.candidate.knobs, llvm::json::Value(llvm::json::Object{
                                       {"number", 2}, {"scale", 0.1}}));
  EXPECT_GT(found.candidate.recorded, 0);
  ASSERT_EQ(found.verdicts.size(), 2u);
  EXPECT_EQ(found.verdicts[0].witness, "x = \"caf\xc3\xa9\"\n");
  EXPECT_EQ(found.verdicts[0].candidate, id);
  ASSERT_GE(found.timings.size(), 1u);
  EXPECT_EQ(found.timings[0].samples,
            (std::vector<double>{1e-6, 0.1, 3.0000000000000004}));
  ASSERT_EQ(found.artifacts.size(), 1u);
  EXPECT_EQ(found.artifacts[0].content, ".version 8.8\n");
  EXPECT_EQ(llvm::cantFail(archive.withFinalHash(kernel, "sha256:2")).size(),
            1u);
  EXPECT_TRUE(
      llvm::cantFail(archive.withFinalHash(kernel, "sha256:3")).empty());
  EXPECT_FALSE(llvm::cantFail(archive.candidate("sha256:none")).has_value());
  EXPECT_FALSE(bool(archive.check()));
  EXPECT_NE(error(archive.append(makeKernel())).find("for reading only"),
            std::string::npos);
}

TEST_F(ArchiveTest, RunsAndExchangesKeepTheirOrder) {
  Archive archive = open(file("a.sqlite"));
  archive::Run run;
  run.seed = ~0ull;
  run.options = llvm::json::Object{{"search", "30s"}};
  std::string id = llvm::cantFail(archive.append(run));
  for (int i : {3, 1, 2}) {
    Wire wire;
    wire.run = id;
    wire.seed = uint64_t(i);
    wire.response = "answer";
    llvm::cantFail(archive.append(wire));
  }
  auto runs = llvm::cantFail(archive.runs());
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].seed, ~0ull);
  auto wires = llvm::cantFail(archive.wires(id));
  ASSERT_EQ(wires.size(), 3u);
  EXPECT_EQ(wires[0].seed, 3u);
  EXPECT_EQ(wires[2].seed, 2u);
}

TEST_F(ArchiveTest, TheBestIsVerifiedAndFastest) {
  Archive archive = open(file("a.sqlite"));
  std::string kernel = llvm::cantFail(archive.append(makeKernel()));
  BestQuery query;
  query.kernel = kernel;
  query.device = "H100";
  auto add = [&](int64_t number, std::vector<Verdict> verdicts,
                 std::vector<Timing> timings) {
    Finding finding = makeFinding(kernel, number);
    finding.verdicts = std::move(verdicts);
    finding.timings = std::move(timings);
    return llvm::cantFail(archive.append(finding));
  };
  auto best = [&] { return llvm::cantFail(archive.best(query)); };
  EXPECT_FALSE(best().has_value());
  add(1, {makeVerdict("unproven")}, {makeTiming({1})});
  add(2, {}, {makeTiming({1})});
  add(3, {makeVerdict("verified"), makeVerdict("unproven", "L5")},
      {makeTiming({1})});
  EXPECT_FALSE(best().has_value());
  std::string untimed = add(4, {makeVerdict("verified")}, {});
  EXPECT_EQ(best()->candidate.id, untimed);
  EXPECT_FALSE(best()->time.has_value());
  std::string modelled =
      add(5, {makeVerdict("verified")}, {makeTiming({1}, "modelled")});
  EXPECT_EQ(best()->candidate.id, modelled);
  EXPECT_FALSE(best()->measured);
  std::string slow = add(6, {makeVerdict("verified")}, {makeTiming({9, 5, 7})});
  EXPECT_EQ(best()->candidate.id, slow);
  EXPECT_EQ(best()->time, 7.0);
  EXPECT_TRUE(best()->measured);
  // Samples of selection do not count where there are some for reports.
  std::string fast =
      add(7, {makeVerdict("verified")},
          {makeTiming({8}), makeTiming({4, 6}, "measured", "report")});
  EXPECT_EQ(best()->candidate.id, fast);
  EXPECT_EQ(best()->time, 5.0);
  query.layers = {"L4", "L5"};
  EXPECT_FALSE(best().has_value());
  query.layers = {"L4"};
  query.device = "other";
  EXPECT_FALSE(best()->time.has_value());
  query.device = "H100";

  Verdict later = makeVerdict("refuted", "L6");
  later.candidate = fast;
  llvm::cantFail(archive.append(later));
  later = makeVerdict("verified", "L6");
  later.candidate = fast;
  llvm::cantFail(archive.append(later));
  EXPECT_EQ(best()->candidate.id, slow);
}

TEST_F(ArchiveTest, FilesLieInLayers) {
  std::string kernel, shippedBest;
  auto ship = [&](StringRef name, int64_t number, double time) {
    Archive archive = open(file(name));
    kernel = llvm::cantFail(archive.append(makeKernel()));
    Finding finding = makeFinding(kernel, number);
    finding.verdicts = {makeVerdict("verified")};
    finding.timings = {makeTiming({time})};
    return llvm::cantFail(archive.append(finding));
  };
  std::string first = ship("first.sqlite", 1, 2);
  std::string second = ship("second.sqlite", 2, 1);
  std::vector<std::string> shipped = {file("first.sqlite"),
                                      file("second.sqlite")};
  BestQuery query;
  query.kernel = kernel;
  query.device = "H100";
  // The user has no file yet.
  EXPECT_EQ(llvm::cantFail(open(file("user"), false, shipped).best(query))
                ->candidate.id,
            first);
  Archive archive = open(file("user"), true, shipped);
  EXPECT_EQ(llvm::cantFail(archive.history(kernel)).size(), 2u);
  Verdict refuted = makeVerdict("refuted", "L6");
  refuted.candidate = first;
  llvm::cantFail(archive.append(refuted));
  EXPECT_EQ(llvm::cantFail(archive.best(query))->candidate.id, second);
  Finding own = makeFinding(kernel, 3);
  own.candidate.parents = {first};
  own.verdicts = {makeVerdict("verified")};
  std::string ownId = llvm::cantFail(archive.append(own));
  // The user's comes first, even untimed.
  EXPECT_EQ(llvm::cantFail(archive.best(query))->candidate.id, ownId);
  // Its file is complete without the shipped ones.
  archive = open(file("other"));
  ASSERT_EQ(llvm::cantFail(archive.merge(file("user"))).duplicates, 0);
  EXPECT_EQ(llvm::cantFail(archive.kernels()).size(), 1u);
}

TEST_F(ArchiveTest, RefusesWhatItCannotKeep) {
  Archive archive = open(file("a.sqlite"));
  std::string kernel = llvm::cantFail(archive.append(makeKernel()));
  EXPECT_NE(error(archive.append(makeFinding("sha256:no", 1)))
                .find("holds no kernel 'sha256:no'"),
            std::string::npos);
  Finding orphan = makeFinding(kernel, 1);
  orphan.candidate.parents = {"sha256:no"};
  EXPECT_NE(error(archive.append(orphan)).find("holds no candidate"),
            std::string::npos);
  EXPECT_NE(error(archive.append(makeVerdict("verified"))).find("no candidate"),
            std::string::npos);

  auto message = [&](auto change) {
    Finding finding = makeFinding(kernel, 1);
    finding.verdicts = {makeVerdict("verified")};
    finding.timings = {makeTiming({1})};
    change(finding);
    return error(archive.append(finding));
  };
  EXPECT_EQ(message([](Finding &f) { f.verdicts[0].verdict = "proven"; }),
            "record of 'verdicts' is ill-formed: verdict: expected 'verified' "
            "or 'refuted' or 'unproven', found 'proven'");
  EXPECT_NE(message([](Finding &f) {
              f.timings[0].samples = {};
            }).find("expected at least one"),
            std::string::npos);
  EXPECT_NE(message([](Finding &f) {
              f.timings[0].samples = {std::nan("")};
            }).find("finite"),
            std::string::npos);
  EXPECT_NE(message([](Finding &f) {
              f.timings[0].origin = "guessed";
            }).find("'guessed'"),
            std::string::npos);
  EXPECT_NE(message([](Finding &f) {
              f.candidate.proposal = "\xff";
            }).find("proposal: expected UTF-8"),
            std::string::npos);
  // All or nothing: the candidates of the failed appends are not there.
  EXPECT_TRUE(llvm::cantFail(archive.history(kernel)).empty());
}
